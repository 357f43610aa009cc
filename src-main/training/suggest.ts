/** @file What to label next, found in a thread of its own so that the caller stays free. */

import { Worker } from 'node:worker_threads';
import { entryPath } from '../base/entries.js';
import { PretextError } from '../base/errors.js';
import type { Project } from '../catalogue/project.js';
import { labelledImages, withheldImages } from '../catalogue/queries.js';
import { getTask } from '../catalogue/tasks.js';
import { embeddingPaths, listEmbeddings } from './embedding-store.js';
import { fromReport } from './protocol.js';
import type { ShownSuggestion, SuggestMode, SuggestReply, SuggestRequest } from './suggest-protocol.js';

export interface SuggestOptions {
  task: string;
  mode: SuggestMode;
  /** Images wanted. */
  count: number;
  /** Images that the user does not want to label. */
  skip: readonly number[];
  seed: number;
}

/** A thread without work ends after this time, and its memory is free. */
const IDLE_MS = 60_000;

interface Waiting {
  resolve(suggestions: ShownSuggestion[]): void;
  reject(error: Error): void;
}

export class Suggester {
  private worker: Worker | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private idle: NodeJS.Timeout | undefined;

  /**
   * Images to label next by the features of the embedding that was made last. The labelled ones, those that are
   * marked, those of `skip` and those whose file is gone are left out.
   *
   * @throws PretextError `not-found` (task, or no embedding yet), `too-few-labels` for mode 'informative' before there
   *   are labels of two classes, `bad-file`.
   */
  next(project: Project, options: SuggestOptions): Promise<ShownSuggestion[]> {
    const task = getTask(project, options.task);
    const [newest] = listEmbeddings(project);
    if (newest === undefined) {
      throw new PretextError({
        code: 'not-found',
        message: 'Suggestions need the features of the images, and none have been computed yet.',
        remedy: "Pretrain an encoder, then compute its map in Explore, or with 'pretext embed'.",
      });
    }
    const labelled = labelledImages(project, task.name);
    const request: SuggestRequest = {
      id: this.nextId++,
      path: embeddingPaths(project, newest.run).tensors,
      mode: options.mode,
      count: options.count,
      seed: options.seed,
      classNames: task.classes.map(({ name }) => name),
      labels: Int32Array.from(labelled.flatMap(({ imageId, classIndex }) => [imageId, classIndex])),
      excluded: Int32Array.from([...options.skip, ...withheldImages(project, task.name)]),
    };
    return new Promise((resolve, reject) => {
      this.waiting.set(request.id, { resolve, reject });
      clearTimeout(this.idle);
      this.started().postMessage(request);
    });
  }

  /** Ends the thread; whoever still waits gets `cancelled`. */
  close(): void {
    this.end(new PretextError({ code: 'cancelled', message: 'The project was closed.' }));
  }

  private started(): Worker {
    if (this.worker !== null) return this.worker;
    const worker = new Worker(entryPath('suggest-worker'));
    worker.unref();
    worker.on('message', (reply: SuggestReply) => this.receive(reply));
    worker.on('error', (error) => this.lost(worker, error));
    worker.on('exit', () => this.lost(worker, new Error('it ended')));
    this.worker = worker;
    return worker;
  }

  private receive(reply: SuggestReply): void {
    const asked = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('error' in reply) asked?.reject(fromReport(reply.error));
    else asked?.resolve(reply.suggestions);
    if (this.waiting.size > 0) return;
    this.idle = setTimeout(() => this.close(), IDLE_MS);
    this.idle.unref();
  }

  private lost(worker: Worker, cause: Error): void {
    if (this.worker !== worker) return;
    this.end(
      new PretextError({
        code: 'internal',
        message: `The thread that looks for suggestions ended unexpectedly (${cause.message}).`,
        remedy: 'Try again; if memory is short, close other programs.',
        cause,
      }),
    );
  }

  private end(reason: PretextError): void {
    clearTimeout(this.idle);
    const worker = this.worker;
    this.worker = null;
    void worker?.terminate();
    for (const { reject } of this.waiting.values()) reject(reason);
    this.waiting.clear();
  }
}
