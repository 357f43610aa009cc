/** @file A pool of processes that work on one file each, so that no bad file can stop, stall or bloat the caller. */

import { availableParallelism } from 'node:os';
import { PretextError } from '../base/errors.js';
import { MAX_READER_MB } from './limits.js';
import { OUT_OF_MEMORY, OUT_OF_TIME, type Reader, type StartReader } from './reader-process.js';

export interface ReaderPoolOptions {
  /** Reader processes; by default one for each processor. */
  workers?: number;
  /** Longest time for one file before its reader is replaced. */
  timeLimitMs?: number;
  /** Most resident memory of one reader beside twice the size of its file. */
  memoryLimitMb?: number;
}

/** A request as the caller gives it; the pool numbers it. */
export type WithoutId<T> = T extends { id: number } ? Omit<T, 'id'> : never;

interface Job<Request, Reply> {
  request: Request;
  settle(reply: Reply): void;
  /** The file is refused. */
  refuse(reason: string): void;
  /** No file is to blame. */
  fail(error: Error): void;
  /** Readers that ended over it without a word. */
  deaths: number;
}

interface Slot<Request, Reply> {
  reader: Reader<Request>;
  job: Job<Request, Reply> | null;
  timer: NodeJS.Timeout | null;
  /** Whether it has answered before. */
  started: boolean;
  /** Settles when the process is gone. */
  gone: Promise<void>;
}

/** A reader that dies may have been killed from outside: a file is to blame when it ends this many of them. */
const BLAMED_DEATHS = 2;
/** A new reader has this long to start, milliseconds, before the time of its first file counts. */
const START_MS = 5000;
const STOPPED = 'It was not read: the job was stopped.';

/**
 * Runs one file per reader at a time. A file that ends its reader, or takes too long or too much memory, is refused
 * with that reason, and the reader is replaced. Callers may queue any number of files; the order of results is the
 * order of calls only for a caller that awaits them so.
 */
export class ReaderPool<Request extends { id: number }, Reply extends { id: number }> {
  private readonly slots: Slot<Request, Reply>[] = [];
  private readonly queue: Job<Request, Reply>[] = [];
  private readonly limit: number;
  private readonly timeLimitMs: number;
  private readonly memoryLimitMb: number;
  private nextId = 0;
  private closed = false;

  constructor(
    private readonly startReader: StartReader<Request, Reply>,
    options: ReaderPoolOptions = {},
  ) {
    this.limit = Math.max(1, options.workers ?? availableParallelism());
    this.timeLimitMs = options.timeLimitMs ?? 30_000;
    this.memoryLimitMb = options.memoryLimitMb ?? MAX_READER_MB;
  }

  /** Process ids of the readers that run, for those who watch them. */
  get pids(): number[] {
    return this.slots.map(({ reader }) => reader.pid).filter((pid) => pid !== undefined);
  }

  /** Number of files that are worked on at once; a caller that keeps twice as many in flight keeps all workers busy. */
  get size(): number {
    return this.limit;
  }

  /** Stops all readers; files that are still waiting are refused. */
  async close(): Promise<void> {
    this.closed = true;
    const waiting = this.queue.splice(0);
    const slots = this.slots.splice(0);
    for (const job of waiting) job.refuse(STOPPED);
    for (const slot of slots) {
      this.release(slot)?.refuse(STOPPED);
      slot.reader.hold(true);
      slot.reader.kill();
    }
    await Promise.all(slots.map(({ gone }) => gone));
  }

  /** Has a reader answer. @returns its reply, or the reason why the file is refused */
  ask(question: WithoutId<Request>): Promise<{ reply: Reply } | { refused: string }> {
    return new Promise((resolve, reject) => {
      this.enqueue({
        request: { id: this.nextId++, ...question } as unknown as Request,
        settle: (reply) => resolve({ reply }),
        refuse: (refused) => resolve({ refused }),
        fail: reject,
        deaths: 0,
      });
    });
  }

  private enqueue(job: Job<Request, Reply>): void {
    if (this.closed) {
      throw new PretextError({ code: 'internal', message: 'The pool of readers is closed.' });
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

  private assign(slot: Slot<Request, Reply>, job: Job<Request, Reply>): void {
    slot.job = job;
    slot.reader.hold(true);
    slot.timer = setTimeout(
      () => {
        this.replace(slot, `It took longer than ${Math.round(this.timeLimitMs / 1000)} seconds to read.`);
      },
      this.timeLimitMs + (slot.started ? 0 : START_MS),
    );
    slot.reader.send(job.request);
  }

  private start(): Slot<Request, Reply> {
    let left: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      left = resolve;
    });
    const reader = this.startReader(
      {
        onReply: (reply) => {
          slot.started = true;
          if (slot.job?.request.id !== reply.id) return;
          const job = this.release(slot);
          reader.hold(false);
          job?.settle(reply);
          this.dispatch();
        },
        onExit: (how, complaint) => {
          left();
          this.ended(slot, how, complaint);
        },
        onFailure: (error) => {
          left();
          this.forget(slot)?.fail(
            new PretextError({
              code: 'internal',
              message: `No process could be started to read files: ${error.message}`,
              remedy: 'Close other programs and try again.',
              cause: error,
            }),
          );
          this.dispatch();
        },
      },
      { memoryMb: this.memoryLimitMb, timeMs: this.timeLimitMs },
    );
    const slot: Slot<Request, Reply> = { reader, job: null, timer: null, started: false, gone };
    reader.hold(false);
    this.slots.push(slot);
    return slot;
  }

  /** Takes the job off a reader. */
  private release(slot: Slot<Request, Reply>): Job<Request, Reply> | null {
    const { job, timer } = slot;
    if (timer !== null) clearTimeout(timer);
    slot.job = null;
    slot.timer = null;
    return job;
  }

  /** Takes a reader out of the pool. @returns the job it had */
  private forget(slot: Slot<Request, Reply>): Job<Request, Reply> | null {
    const index = this.slots.indexOf(slot);
    if (index >= 0) this.slots.splice(index, 1);
    return this.release(slot);
  }

  /** Gives up on a reader: its file is refused, the next file gets a new one. */
  private replace(slot: Slot<Request, Reply>, reason: string): void {
    const job = this.forget(slot);
    slot.reader.kill();
    job?.refuse(reason);
    this.dispatch();
  }

  /** A reader ended by itself, or the system ended it. */
  private ended(slot: Slot<Request, Reply>, how: string, complaint: string): void {
    const job = this.forget(slot);
    if (job !== null) {
      job.deaths++;
      if (complaint.includes(OUT_OF_MEMORY)) job.refuse('Reading it takes too much memory.');
      else if (complaint.includes(OUT_OF_TIME)) job.refuse('Reading it takes too long for its size.');
      else if (job.deaths >= BLAMED_DEATHS) job.refuse(`Reading it ended the reader unexpectedly (${how}).`);
      else this.queue.unshift(job);
    }
    this.dispatch();
  }
}
