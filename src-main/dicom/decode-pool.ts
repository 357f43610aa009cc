/** @file A pool of processes that read and decode files, so that no bad file can stop, stall or bloat the caller. */

import type {
  DecodeReply,
  DecodeRequest,
  FrameResult,
  HeaderResult,
  InspectResult,
  NormaliseResult,
  SampleResult,
  TagsResult,
} from './decode-messages.js';
import { NORMALISE_RECIPE } from './normalise.js';
import { ReaderPool, type ReaderPoolOptions, type WithoutId } from './reader-pool.js';
import { newReader } from './reader-process.js';
import type { SeriesGuide } from './series-sample.js';

export type { FrameResult, HeaderResult, InspectResult, NormaliseResult, TagsResult } from './decode-messages.js';

export type DecodePoolOptions = ReaderPoolOptions;

/** Reads headers, tags and pixels in readers of their own (see `ReaderPool`). */
export class DecodePool {
  private readonly readers: ReaderPool<DecodeRequest, DecodeReply>;

  constructor(options: DecodePoolOptions = {}) {
    this.readers = new ReaderPool(newReader, options, ({ kind }) => kind === 'header');
  }

  /** Process ids of the readers that run, for those who watch them. */
  get pids(): number[] {
    return this.readers.pids;
  }

  /** Number of files that are worked on at once; four times as many in flight keep all of them busy. */
  get size(): number {
    return this.readers.size;
  }

  /** The header of a file, or the reason why it is refused. */
  readHeader(path: string): Promise<HeaderResult> {
    return this.ask({ kind: 'header', path }, (reply) => (reply.kind === 'header' ? reply.result : null));
  }

  /**
   * Every frame of a file as a square of `side` pixels (see `normaliseFrame`), or the reason why it is refused.
   *
   * @param recipe version of the preparation, one of `NORMALISE_RECIPES`
   * @param series range and box of its series (see `measureSeries`), where CT and MR look for them; null: none is known
   */
  normalise(
    path: string,
    side: number,
    recipe = NORMALISE_RECIPE,
    series: SeriesGuide | null = null,
  ): Promise<NormaliseResult> {
    return this.ask({ kind: 'normalise', path, side, recipe, series }, (reply) =>
      reply.kind === 'normalise' ? reply.result : null,
    );
  }

  /**
   * Some values of these frames (see `sampleFrame`), or the reason why the file is refused.
   *
   * @param looks whether coarse views of them are wanted as well (see `lookAt`)
   */
  sample(path: string, frames: readonly number[], looks = false): Promise<SampleResult> {
    return this.ask({ kind: 'sample', path, frames, looks }, (reply) =>
      reply.kind === 'sample' ? reply.result : null,
    );
  }

  /** One frame in full resolution (see `displayFrame`), counted from 0, or the reason why it is refused. */
  readFrame(path: string, frame: number): Promise<FrameResult> {
    return this.ask({ kind: 'frame', path, frame }, (reply) => (reply.kind === 'frame' ? reply.result : null));
  }

  /** The tags of a file (see `readTagsFromFile`), or the reason why it is refused. */
  readTags(path: string, identifiers: boolean): Promise<TagsResult> {
    return this.ask({ kind: 'tags', path, identifiers }, (reply) => (reply.kind === 'tags' ? reply.result : null));
  }

  /** What a file is, with the digest of all its pixels (see `inspectBytes`), or the reason why it cannot be opened. */
  inspect(path: string): Promise<InspectResult> {
    return this.ask({ kind: 'inspect', path }, (reply) => (reply.kind === 'inspect' ? reply.result : null));
  }

  /** Stops all readers; files that are still waiting are refused. */
  close(): Promise<void> {
    return this.readers.close();
  }

  private async ask<R>(
    question: WithoutId<DecodeRequest>,
    resultOf: (reply: DecodeReply) => R | null,
  ): Promise<R | { ok: false; reason: string }> {
    const answer = await this.readers.ask(question);
    if ('refused' in answer) return { ok: false, reason: answer.refused };
    const result = resultOf(answer.reply);
    if (result === null) throw new Error('the worker answered another question');
    return result;
  }
}
