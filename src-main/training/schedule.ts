/** @file Learning rate over a run: linear warm-up, then a half cosine (Loshchilov and Hutter 2017). */

export interface Schedule {
  /** Learning rate at the end of the warm-up. */
  peak: number;
  warmupSteps: number;
  totalSteps: number;
}

/** @param step counted from 1 */
export function learningRateAt(step: number, { peak, warmupSteps, totalSteps }: Schedule): number {
  if (step <= warmupSteps) return (peak * step) / warmupSteps;
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return peak * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
}
