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
  /** Whether a reader failed over it and others: it is asked again by itself, so that none is blamed for another. */
  alone: boolean;
}

interface Slot<Request, Reply> {
  reader: Reader<Request[]>;
  /** What it works on, and what it was given to go on with: the requests of one message each, in their order. */
  messages: Job<Request, Reply>[][];
  /** Of the message that it works on. */
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
/** Most small requests in one message: what a message costs is then little beside reading a header. */
const TOGETHER = 16;
/** Messages that a reader has at once, so that it need not wait for the next one when it has answered. */
const IN_FLIGHT = 2;
const STOPPED = 'It was not read: the job was stopped.';

/**
 * Runs one file per reader at a time; small requests are handed over several at once, and while many wait, a reader has
 * the next ones before it has answered. A file that ends its reader, or takes too long or too much memory, is refused
 * with that reason, and the reader is replaced; those behind it are asked again. Callers may queue any number of files;
 * the order of results is the order of calls only for a caller that awaits them so.
 */
export class ReaderPool<Request extends { id: number }, Reply extends { id: number }> {
  private readonly slots: Slot<Request, Reply>[] = [];
  private readonly queue: Job<Request, Reply>[] = [];
  private readonly limit: number;
  private readonly timeLimitMs: number;
  private readonly memoryLimitMb: number;
  private nextId = 0;
  private closed = false;
  /** Whether requests of this turn are being gathered. */
  private waiting = false;

  constructor(
    private readonly startReader: StartReader<Request[], Reply[]>,
    options: ReaderPoolOptions = {},
    /** Whether a request is answered so quickly that several may be sent together. */
    private readonly isSmall: (request: Request) => boolean = () => false,
  ) {
    this.limit = Math.max(1, options.workers ?? availableParallelism());
    this.timeLimitMs = options.timeLimitMs ?? 30_000;
    this.memoryLimitMb = options.memoryLimitMb ?? MAX_READER_MB;
  }

  /** Process ids of the readers that run, for those who watch them. */
  get pids(): number[] {
    return this.slots.map(({ reader }) => reader.pid).filter((pid) => pid !== undefined);
  }

  /** Number of files that are worked on at once; four times as many in flight keep all of them busy. */
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
      for (const job of this.release(slot).flat()) job.refuse(STOPPED);
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
        alone: false,
      });
    });
  }

  private enqueue(job: Job<Request, Reply>): void {
    if (this.closed) {
      throw new PretextError({ code: 'internal', message: 'The pool of readers is closed.' });
    }
    this.queue.push(job);
    if (this.waiting) return;
    this.waiting = true;
    // Callers ask for many files at once: what they asked for in this turn can go together.
    queueMicrotask(() => {
      this.waiting = false;
      this.dispatch();
    });
  }

  private dispatch(): void {
    while (this.queue.length > 0) {
      let slot = this.slots.find(({ messages }) => messages.length === 0);
      if (slot === undefined && this.slots.length < this.limit) slot = this.start();
      slot ??= this.slotForMore();
      if (slot === undefined) return;
      this.assign(slot, this.queue.splice(0, this.portion()));
    }
  }

  /** A busy reader for the next request; none while others may be idle before it has come to that. */
  private slotForMore(): Slot<Request, Reply> | undefined {
    const [next] = this.queue;
    if (next === undefined || next.alone || this.queue.length <= this.limit) return undefined;
    return this.slots.find(({ messages }) => messages.length < IN_FLIGHT && messages[0]?.[0]?.alone === false);
  }

  /** How many requests at the head of the queue go to one reader: a share of them, where they are small. */
  private portion(): number {
    const most = Math.min(TOGETHER, Math.ceil(this.queue.length / this.limit));
    const first = this.queue.findIndex(({ request, alone }) => alone || !this.isSmall(request));
    return Math.max(1, Math.min(most, first < 0 ? most : first));
  }

  private assign(slot: Slot<Request, Reply>, jobs: Job<Request, Reply>[]): void {
    slot.messages.push(jobs);
    slot.reader.hold(true);
    slot.reader.send(jobs.map(({ request }) => request));
    if (slot.messages.length === 1) this.limitTime(slot);
  }

  /** The time of the message that the reader works on begins. */
  private limitTime(slot: Slot<Request, Reply>): void {
    slot.timer = setTimeout(
      () => {
        this.replace(slot, `It took longer than ${Math.round(this.timeLimitMs / 1000)} seconds to read.`);
      },
      this.timeLimitMs + (slot.started ? 0 : START_MS),
    );
  }

  private start(): Slot<Request, Reply> {
    let left: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      left = resolve;
    });
    const reader = this.startReader(
      {
        onReply: (replies) => {
          slot.started = true;
          if (slot.messages[0]?.[0]?.request.id !== replies[0]?.id) return;
          const [jobs = [], ...rest] = this.release(slot);
          slot.messages = rest;
          if (rest.length > 0) this.limitTime(slot);
          else reader.hold(false);
          for (const [index, reply] of replies.entries()) jobs[index]?.settle(reply);
          this.dispatch();
        },
        onExit: (how, complaint) => {
          left();
          this.ended(slot, how, complaint);
        },
        onFailure: (error) => {
          left();
          const failure = new PretextError({
            code: 'internal',
            message: `No process could be started to read files: ${error.message}`,
            remedy: 'Close other programs and try again.',
            cause: error,
          });
          for (const job of this.forget(slot).flat()) job.fail(failure);
          this.dispatch();
        },
      },
      { memoryMb: this.memoryLimitMb, timeMs: this.timeLimitMs },
    );
    const slot: Slot<Request, Reply> = { reader, messages: [], timer: null, started: false, gone };
    reader.hold(false);
    this.slots.push(slot);
    return slot;
  }

  /** Takes the jobs off a reader. @returns those of each message */
  private release(slot: Slot<Request, Reply>): Job<Request, Reply>[][] {
    const { messages, timer } = slot;
    if (timer !== null) clearTimeout(timer);
    slot.messages = [];
    slot.timer = null;
    return messages;
  }

  /** Takes a reader out of the pool. @returns the jobs it had, by message */
  private forget(slot: Slot<Request, Reply>): Job<Request, Reply>[][] {
    const index = this.slots.indexOf(slot);
    if (index >= 0) this.slots.splice(index, 1);
    return this.release(slot);
  }

  /** Has these asked again. Of the files of the first message it is not known which one the reader failed over. */
  private askAgain([first = [], ...behind]: Job<Request, Reply>[][]): void {
    for (const job of first) job.alone = true;
    this.queue.unshift(...first, ...behind.flat());
  }

  /** Gives up on a reader: its file is refused, the next file gets a new one. */
  private replace(slot: Slot<Request, Reply>, reason: string): void {
    const messages = this.forget(slot);
    const [[job, ...others] = [], ...behind] = messages;
    if (others.length > 0) this.askAgain(messages);
    else {
      job?.refuse(reason);
      this.queue.unshift(...behind.flat());
    }
    slot.reader.kill();
    this.dispatch();
  }

  /** A reader ended by itself, or the system ended it. */
  private ended(slot: Slot<Request, Reply>, how: string, complaint: string): void {
    const messages = this.forget(slot);
    const [job, ...others] = messages.flat();
    // An answer may be lost with its reader: what was behind the first could be what ended it.
    if (others.length > 0) this.askAgain(messages);
    else if (job !== undefined) {
      job.deaths++;
      if (complaint.includes(OUT_OF_MEMORY)) job.refuse('Reading it takes too much memory.');
      else if (complaint.includes(OUT_OF_TIME)) job.refuse('Reading it takes too long for its size.');
      else if (job.deaths >= BLAMED_DEATHS) job.refuse(`Reading it ended the reader unexpectedly (${how}).`);
      else this.queue.unshift(job);
    }
    this.dispatch();
  }
}
