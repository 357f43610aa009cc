/** @file The watch over a loss: it speaks up for a flat one, and keeps quiet while the loss falls. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import { isFlat, ProgressWatch, stallMessage, watchPlan } from '../../../src-main/training/progress-watch.js';

const run = { totalSteps: 4000, stepsPerEpoch: 40, warmupSteps: 400 };

function stalls(loss: (step: number, noise: number) => number, seed: number) {
  const random = new Random(seed);
  const watch = new ProgressWatch(watchPlan(run));
  const found: { step: number; fallen: number }[] = [];
  for (let step = 1; step <= run.totalSteps; step++) {
    const stall = watch.add(step, loss(step, random.normal()));
    if (stall !== null) found.push({ step, fallen: stall.fallen });
  }
  return found;
}

describe('ProgressWatch', () => {
  it('compares at least 200 steps, 5 epochs and 15% of the run, after the warm-up and before the end', () => {
    expect(watchPlan(run)).toEqual({ stretch: 600, from: 401, until: 3600 });
    expect(watchPlan({ totalSteps: 100, stepsPerEpoch: 10, warmupSteps: 10 }).stretch).toBe(200);
  });

  it('keeps quiet while the loss falls, however noisy', () => {
    for (let seed = 0; seed < 20; seed++) {
      expect(stalls((step, noise) => 0.4 + 0.6 * Math.exp(-step / 1500) + 0.02 * noise, seed)).toEqual([]);
    }
  });

  it('speaks up for a loss that never moved, and says that nothing was learnt', () => {
    const [first] = stalls((_, noise) => 4.8 + 0.05 * noise, 1);
    expect(first?.step).toBe(1000);
    expect(Math.abs(first?.fallen ?? 1)).toBeLessThan(0.05);
    expect(stallMessage({ steps: 600, fallen: 0 }, 40)).toMatch(/600 steps \(15 epochs\).*learnt next to nothing/);
  });

  it('speaks up for a loss that has settled, once for each stretch', () => {
    const found = stalls((step, noise) => (step < 800 ? 1 - step / 1600 : 0.5) + 0.01 * noise, 2);
    expect(found.length).toBeGreaterThan(0);
    found.forEach(({ step, fallen }, index) => {
      expect(step).toBeGreaterThan(800 + 300);
      expect(fallen).toBeGreaterThan(0.4);
      if (index > 0) expect(step - (found[index - 1]?.step ?? 0)).toBeGreaterThanOrEqual(600);
    });
    expect(stallMessage({ steps: 600, fallen: 0.5 }, 40)).toMatch(/What was learnt is kept/);
  });

  it('takes a rising loss for no progress', () => {
    expect(isFlat(Float64Array.from({ length: 320 }, (_, step) => 1 + step / 1000))).toBe(true);
    expect(isFlat(Float64Array.from({ length: 320 }, (_, step) => 1 - step / 1000))).toBe(false);
  });
});
