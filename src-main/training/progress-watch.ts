/** @file Notices a loss that no longer moves: two halves of a long stretch differ by no more than their noise. */

export interface WatchPlan {
  /** Steps that are compared at a time. */
  stretch: number;
  /** The first step that counts: the warm-up is over. */
  from: number;
  /** The last one: near its end the learning rate is so low that every loss is flat. */
  until: number;
}

export interface Stall {
  /** Steps over which the loss did not fall. */
  steps: number;
  /** Share of the loss at the beginning of the run that has been lost since; near 0 where nothing was learnt. */
  fallen: number;
}

/** Means of blocks are compared, for losses of neighbouring steps go together. */
const BLOCKS = 8;
/** Losses whose mean is the loss at the beginning. */
const FIRST_LOSSES = 20;
/** Standard errors by which the mean has to fall (Welch's t at about 14 degrees of freedom, one side, 2.5%). */
const SIGNIFICANT = 2.1;

/** What is watched in a run of this length. */
export function watchPlan(run: { totalSteps: number; stepsPerEpoch: number; warmupSteps: number }): WatchPlan {
  const stretch = Math.max(200, 5 * run.stepsPerEpoch, Math.round(0.15 * run.totalSteps));
  return { stretch, from: run.warmupSteps + 1, until: Math.floor(0.9 * run.totalSteps) };
}

function summary(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1) };
}

/** Whether the second half of the losses is not lower than the first by more than their noise. */
export function isFlat(losses: ArrayLike<number>): boolean {
  const block = Math.floor(losses.length / (2 * BLOCKS));
  const means = Array.from({ length: 2 * BLOCKS }, (_, index) => {
    let sum = 0;
    for (let i = 0; i < block; i++) sum += losses[index * block + i];
    return sum / block;
  });
  const before = summary(means.slice(0, BLOCKS));
  const after = summary(means.slice(BLOCKS));
  const error = Math.sqrt((before.variance + after.variance) / BLOCKS);
  return before.mean - after.mean <= SIGNIFICANT * error;
}

export class ProgressWatch {
  private readonly first: number[] = [];
  private recent: number[] = [];

  constructor(private readonly plan: WatchPlan) {}

  /** Takes the loss of the next step, counted from 1. @returns a stall when one is noticed; then a new stretch begins */
  add(step: number, loss: number): Stall | null {
    if (this.first.length < FIRST_LOSSES) this.first.push(loss);
    const { stretch, from, until } = this.plan;
    if (step < from || step > until) return null;
    this.recent.push(loss);
    if (this.recent.length < stretch) return null;
    const flat = isFlat(this.recent);
    const start = summary(this.first).mean;
    const now = summary(this.recent.slice(-Math.floor(stretch / 4))).mean;
    this.recent = flat ? [] : this.recent.slice(Math.ceil(stretch / 4));
    return flat ? { steps: stretch, fallen: (start - now) / start } : null;
  }
}

/** What a stall means and what to do about it, in plain words. */
export function stallMessage({ steps, fallen }: Stall, stepsPerEpoch: number): string {
  const epochs = Math.max(1, Math.round(steps / stepsPerEpoch));
  const since = `The loss has not fallen for ${steps} steps (${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}).`;
  if (fallen < 0.05) {
    return `${since} The run has learnt next to nothing: stop it, look whether the images are what you expect, and try a lower learning rate.`;
  }
  return `${since} What was learnt is kept. More epochs will add little: let it end, or stop here and go on to labels; larger images or a larger backbone can learn more.`;
}
