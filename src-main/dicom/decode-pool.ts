/** @file A pool of worker threads that read and decode files, so that no bad file can stop or stall the caller. */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { entryPath } from '../base/entries.js';
import { PretextError } from '../base/errors.js';
import type {
  DecodeReply,
  DecodeRequest,
  FrameResult,
  HeaderResult,
  NormaliseResult,
  TagsResult,
} from './decode-messages.js';
import { thrownText } from './refusal.js';

export type { FrameResult, HeaderResult, NormaliseResult, TagsResult } from './decode-messages.js';

export interface DecodePoolOptions {
  /** Worker threads; by default one for each processor. */
  workers?: number;
  /** Longest time for one file before its worker is replaced. */
  timeLimitMs?: number;
  /** Most JavaScript heap of one worker. */
  heapLimitMb?: number;
}

type WithoutId<T> = T extends { id: number } ? Omit<T, 'id'> : never;

interface Job {
  request: DecodeRequest;
  settle(reply: DecodeReply): void;
  fail(reason: string): void;
}

interface Slot {
  worker: Worker;
  job: Job | null;
  timer: NodeJS.Timeout | null;
}

/**
 * Runs one file per worker at a time. A file whose worker dies or exceeds the time limit is refused with that reason,
 * and the worker is replaced. Callers may queue any number of files; the order of results is the order of calls only
 * for a caller that awaits them so.
 */
export class DecodePool {
  private readonly slots: Slot[] = [];
  private readonly queue: Job[] = [];
  private readonly limit: number;
  private readonly timeLimitMs: number;
  private readonly heapLimitMb: number;
  private readonly entry: string;
  private nextId = 0;
  private closed = false;

  /** @throws PretextError `internal` where the worker's built file is missing. */
  constructor(options: DecodePoolOptions = {}) {
    this.limit = Math.max(1, options.workers ?? availableParallelism());
    this.timeLimitMs = options.timeLimitMs ?? 30_000;
    this.heapLimitMb = options.heapLimitMb ?? 1024;
    this.entry = entryPath('decode-worker');
  }

  /** Number of files that are worked on at once; a caller that keeps twice as many in flight keeps all workers busy. */
  get size(): number {
    return this.limit;
  }

  /** The header of a file, or the reason why it is refused. */
  readHeader(path: string): Promise<HeaderResult> {
    return this.ask({ kind: 'header', path }, (reply) => (reply.kind === 'header' ? reply.result : null));
  }

  /** Every frame of a file as a square of `side` pixels (see `normaliseFrame`), or the reason why it is refused. */
  normalise(path: string, side: number): Promise<NormaliseResult> {
    return this.ask({ kind: 'normalise', path, side }, (reply) => (reply.kind === 'normalise' ? reply.result : null));
  }

  /** One frame in full resolution (see `displayFrame`), counted from 0, or the reason why it is refused. */
  readFrame(path: string, frame: number): Promise<FrameResult> {
    return this.ask({ kind: 'frame', path, frame }, (reply) => (reply.kind === 'frame' ? reply.result : null));
  }

  /** The tags of a file (see `readTagsFromFile`), or the reason why it is refused. */
  readTags(path: string, identifiers: boolean): Promise<TagsResult> {
    return this.ask({ kind: 'tags', path, identifiers }, (reply) => (reply.kind === 'tags' ? reply.result : null));
  }

  /** Stops all workers; files that are still waiting are refused. */
  async close(): Promise<void> {
    this.closed = true;
    const waiting = this.queue.splice(0);
    const slots = this.slots.splice(0);
    for (const job of waiting) job.fail('It was not read: the job was stopped.');
    for (const slot of slots) {
      this.release(slot)?.fail('It was not read: the job was stopped.');
    }
    await Promise.all(slots.map(({ worker }) => worker.terminate()));
  }

  private ask<R>(
    question: WithoutId<DecodeRequest>,
    resultOf: (reply: DecodeReply) => R | null,
  ): Promise<R | { ok: false; reason: string }> {
    return new Promise((resolve, reject) => {
      this.enqueue({
        request: { id: this.nextId++, ...question },
        settle: (reply) => {
          const result = resultOf(reply);
          if (result === null) reject(new Error('the worker answered another question'));
          else resolve(result);
        },
        fail: (reason) => resolve({ ok: false, reason }),
      });
    });
  }

  private enqueue(job: Job): void {
    if (this.closed) {
      throw new PretextError({ code: 'internal', message: 'The decode pool is closed.' });
    }
    this.queue.push(job);
    this.dispatch();
  }

  private dispatch(): void {
    while (this.queue.length > 0) {
      let slot = this.slots.find(({ job }) => job === null);
      if (slot === undefined) {
        if (this.slots.length >= this.limit) return;
        slot = this.start();
      }
      const job = this.queue.shift()!;
      this.assign(slot, job);
    }
  }

  private assign(slot: Slot, job: Job): void {
    slot.job = job;
    slot.worker.ref();
    slot.timer = setTimeout(() => {
      this.replace(slot, `It took longer than ${Math.round(this.timeLimitMs / 1000)} seconds to read.`);
    }, this.timeLimitMs);
    slot.worker.postMessage(job.request);
  }

  private start(): Slot {
    const worker = new Worker(this.entry, { resourceLimits: { maxOldGenerationSizeMb: this.heapLimitMb } });
    const slot: Slot = { worker, job: null, timer: null };
    worker.on('message', (reply: DecodeReply) => {
      if (slot.job?.request.id !== reply.id) return;
      const job = this.release(slot);
      worker.unref();
      job?.settle(reply);
      this.dispatch();
    });
    worker.on('error', (error) => {
      const outOfMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.replace(
        slot,
        outOfMemory ? 'Reading it takes too much memory.' : `Reading it failed (${thrownText(error)}).`,
      );
    });
    worker.on('exit', () => this.replace(slot, 'Reading it ended the reader unexpectedly.'));
    worker.unref();
    this.slots.push(slot);
    return slot;
  }

  /** Takes the job off a worker. */
  private release(slot: Slot): Job | null {
    const { job, timer } = slot;
    if (timer !== null) clearTimeout(timer);
    slot.job = null;
    slot.timer = null;
    return job;
  }

  /** Gives up on a worker: its file is refused, the next file gets a new one. */
  private replace(slot: Slot, reason: string): void {
    const index = this.slots.indexOf(slot);
    if (index < 0) return;
    this.slots.splice(index, 1);
    const job = this.release(slot);
    void slot.worker.terminate();
    job?.fail(reason);
    this.dispatch();
  }
}
