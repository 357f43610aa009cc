/** @file What every long job reports and obeys: progress, remaining time, cancel. */

import { PretextError } from './errors.js';

export interface Progress {
  /** What is being done, in the user's words: 'Reading headers', 'Building pixel cache'. */
  phase: string;
  done: number;
  /** Null while the end is not known yet. */
  total: number | null;
  /** Seconds left, or null while unknown. */
  etaSeconds: number | null;
}

export interface JobControl {
  /** Aborting asks the job to stop at its next safe point, keeping what is done. */
  signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** A job control that never cancels and reports to no one. */
export function silentJob(): JobControl {
  return { signal: new AbortController().signal, onProgress: () => undefined };
}

/** @throws PretextError `cancelled` where the job was asked to stop. */
export function throwIfCancelled(control: JobControl): void {
  if (control.signal.aborted) {
    throw new PretextError({
      code: 'cancelled',
      message: 'Stopped at your request.',
      remedy: 'What was done so far is kept; run the same command again to go on.',
    });
  }
}

/** Reports `done` of `total` at most every `intervalMs`, with the remaining time from the average speed so far. */
export class ProgressMeter {
  private readonly started = Date.now();
  private last = 0;

  constructor(
    private readonly control: JobControl,
    private readonly phase: string,
    private readonly end: number | null | (() => number),
    private readonly intervalMs = 200,
  ) {}

  /** The end may move while a job finds more to do. */
  private get total(): number | null {
    return typeof this.end === 'function' ? this.end() : this.end;
  }

  update(done: number): void {
    const now = Date.now();
    if (now - this.last < this.intervalMs && done !== this.total) return;
    this.last = now;
    const elapsed = (now - this.started) / 1000;
    const etaSeconds =
      this.total === null || done === 0 || elapsed < 0.5 ? null : (elapsed / done) * (this.total - done);
    this.control.onProgress({ phase: this.phase, done, total: this.total, etaSeconds });
  }
}

/** Waits for `work`, or throws as soon as the job is cancelled: a slow disk or a stuck file must not hold up a cancel. */
export async function unlessCancelled<T>(work: Promise<T>, control: JobControl): Promise<T> {
  throwIfCancelled(control);
  let wake: () => void = () => undefined;
  const cancelled = new Promise<void>((resolve) => {
    wake = resolve;
  });
  control.signal.addEventListener('abort', wake, { once: true });
  try {
    await Promise.race([work, cancelled]);
    throwIfCancelled(control);
    return await work;
  } finally {
    control.signal.removeEventListener('abort', wake);
  }
}
