/** @file Bootstrap intervals: known answers, coverage, patients as units, seeds, speed. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import { bootstrap, summariseSeeds } from '../../../src-main/tasks/bootstrap.js';
import { accuracyStatistic, aucStatistic, type Statistic } from '../../../src-main/tasks/metrics.js';

/** Weighted mean of values. */
function meanOf(values: number[]): Statistic {
  return (weights) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return values.reduce((sum, value, i) => sum + value * weights[i], 0) / total;
  };
}

function normals(count: number, seed: number, shift = 0): number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.normal() + shift);
}

function indices(count: number, imagesPerPatient = 1): Int32Array {
  return Int32Array.from({ length: count }, (_, image) => Math.floor(image / imagesPerPatient));
}

function width(interval: { low: number | null; high: number | null }): number {
  return (interval.high ?? Number.NaN) - (interval.low ?? Number.NaN);
}

/** Scores of a moderately good model on 624 images, 390 of them positive. */
function model(seed: number): { scores: Float64Array; positive: Uint8Array } {
  const random = new Random(seed);
  const positive = Uint8Array.from({ length: 624 }, (_, i) => (i < 390 ? 1 : 0));
  return { scores: Float64Array.from(positive, (sick) => random.normal() + 1.5 * sick), positive };
}

describe('bootstrap', () => {
  it('of a mean has the width of the normal theory', () => {
    const values = normals(400, 1);
    const result = bootstrap(meanOf(values), indices(400), { seed: 3 });
    expect(width(result)).toBeGreaterThan(0.9 * 2 * 1.96 * 0.05);
    expect(width(result)).toBeLessThan(1.1 * 2 * 1.96 * 0.05);
    expect(result).toMatchObject({ level: 0.95, resamples: 2000, patients: 400, note: null });
  });

  it('of an AUC agrees with the formula of Hanley and McNeil', () => {
    const { scores, positive } = model(4);
    const result = bootstrap(aucStatistic(scores, positive), indices(624), { seed: 3 });
    const area = result.value ?? 0;
    const q1 = area / (2 - area);
    const q2 = (2 * area * area) / (1 + area);
    const variance = (area * (1 - area) + 389 * (q1 - area ** 2) + 233 * (q2 - area ** 2)) / (390 * 234);
    expect(width(result) / (2 * 1.96 * Math.sqrt(variance))).toBeGreaterThan(0.85);
    expect(width(result) / (2 * 1.96 * Math.sqrt(variance))).toBeLessThan(1.15);
  });

  it('covers the truth about as often as it says', () => {
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const { low, high } = bootstrap(meanOf(normals(60, 100 + trial)), indices(60), { seed: trial, resamples: 400 });
      if (low !== null && high !== null && low <= 0 && high >= 0) covered++;
    }
    expect(covered).toBeGreaterThan(176);
    expect(covered).toBeLessThan(199);
  });

  it('does not take copies of one patient for evidence', () => {
    const values = normals(50, 5);
    const fourfold = values.flatMap((value) => [value, value, value, value]);
    const once = bootstrap(meanOf(values), indices(50), { seed: 1 });
    const copies = bootstrap(meanOf(fourfold), indices(200, 4), { seed: 1 });
    expect(copies.patients).toBe(50);
    expect(copies.low).toBeCloseTo(once.low ?? 0, 12);
    expect(copies.high).toBeCloseTo(once.high ?? 0, 12);
    expect(width(bootstrap(meanOf(fourfold), indices(200), { seed: 1 }))).toBeLessThan(0.6 * width(once));
  });

  it('depends on the seed alone', () => {
    const { scores, positive } = model(6);
    const run = (seed: number) => bootstrap(aucStatistic(scores, positive), indices(624), { seed, resamples: 200 });
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it('draws again where a class is missing, and gives up where that never ends', () => {
    const rare = aucStatistic(
      Float64Array.from(normals(30, 7)),
      Uint8Array.from({ length: 30 }, (_, i) => (i === 0 ? 1 : 0)),
    );
    expect(width(bootstrap(rare, indices(30), { seed: 1, resamples: 500 }))).toBeGreaterThan(0);
    const never: Statistic = (weights) => (weights.every((weight) => weight === 1) ? 0.5 : null);
    const refused = bootstrap(never, indices(30), { seed: 1, resamples: 50 });
    expect(refused).toMatchObject({
      value: 0.5,
      low: null,
      high: null,
      note: expect.stringMatching(/too few patients/),
    });
  });

  it('says so where it can say nothing', () => {
    expect(bootstrap(() => null, indices(5), { seed: 1 })).toMatchObject({
      value: null,
      low: null,
      note: expect.stringMatching(/undefined/),
    });
    expect(bootstrap(meanOf([1, 2]), Int32Array.of(7, 7), { seed: 1 })).toMatchObject({
      value: 1.5,
      low: null,
      note: expect.stringMatching(/two patients/),
    });
    const perfect = bootstrap(accuracyStatistic(Int32Array.of(0, 1), Int32Array.of(0, 1)), indices(2), { seed: 1 });
    expect(perfect).toMatchObject({ value: 1, low: 1, high: 1, note: expect.stringMatching(/larger than shown/) });
    expect(() => bootstrap(meanOf([1]), indices(1), { seed: 1, resamples: 0 })).toThrow(/resamples/);
  });

  it('takes under a second for 2,000 resamples of 624 images', () => {
    const { scores, positive } = model(8);
    const statistic = aucStatistic(scores, positive);
    const started = performance.now();
    bootstrap(statistic, indices(624), { seed: 1, resamples: 2000 });
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('summary over seeds', () => {
  /** Figures of several seeds that share a test set: mean of the images plus what the seed adds. */
  function study(seedEffects: number[], images: number[]): Statistic[] {
    return seedEffects.map((effect) => meanOf(images.map((value) => value + effect)));
  }

  it('gives the mean and each seed', () => {
    const result = summariseSeeds(study([0, 1, 2], [0.5, 1.5]), indices(2), { seed: 1 });
    expect(result.mean).toBeCloseTo(2, 12);
    expect(result.perSeed.map((value) => Math.round((value ?? 0) * 1e6) / 1e6)).toEqual([1, 2, 3]);
  });

  it('without differences between seeds is the interval of the test set', () => {
    const images = normals(200, 9);
    const alone = bootstrap(meanOf(images), indices(200), { seed: 2 });
    const summary = summariseSeeds(study([0, 0, 0, 0, 0], images), indices(200), { seed: 2 });
    expect(width(summary) / width(alone)).toBeGreaterThan(0.9);
    expect(width(summary) / width(alone)).toBeLessThan(1.1);
  });

  it('adds the variance of the mean over seeds, without the bootstrap shrinking it', () => {
    const effects = normals(5, 10).map((value) => value * 0.3);
    const images = normals(200, 11);
    const average = effects.reduce((a, b) => a + b) / 5;
    const seedVariance = effects.reduce((sum, effect) => sum + (effect - average) ** 2, 0) / 4 / 5;
    const imageVariance = images.reduce((sum, value) => sum + value ** 2, 0) / 200 / 200;
    const summary = summariseSeeds(study(effects, images), indices(200), { seed: 3, resamples: 8000 });
    const expected = 2 * 1.96 * Math.sqrt(seedVariance + imageVariance);
    expect(width(summary) / expected).toBeGreaterThan(0.92);
    expect(width(summary) / expected).toBeLessThan(1.08);
  });

  it('draws the same patients for all seeds', () => {
    const images = normals(100, 12);
    // Opposite figures cancel in every resample if, and only if, they see the same patients.
    const opposite = [meanOf(images), meanOf(images.map((value) => -value)), meanOf(images.map(() => 0))];
    const summary = summariseSeeds(opposite.slice(0, 2), indices(100), { seed: 4 });
    expect(summary.mean).toBeCloseTo(0, 12);
    const shared = summariseSeeds([opposite[0], opposite[0], opposite[0]], indices(100), { seed: 4 });
    const alone = bootstrap(opposite[0], indices(100), { seed: 4 });
    expect(width(shared) / width(alone)).toBeGreaterThan(0.9);
  });

  it('is honest about one seed and about undefined figures', () => {
    expect(summariseSeeds([meanOf(normals(20, 13))], indices(20), { seed: 1 }).note).toMatch(/one seed/);
    expect(summariseSeeds([meanOf([1, 2]), () => null], indices(2), { seed: 1 })).toMatchObject({
      mean: null,
      perSeed: [1.5, null],
    });
    expect(summariseSeeds([], indices(2), { seed: 1 }).mean).toBeNull();
  });

  it('takes seconds at most for 5 seeds', () => {
    const statistics = [1, 2, 3, 4, 5].map((seed) => {
      const { scores, positive } = model(seed);
      return aucStatistic(scores, positive);
    });
    const started = performance.now();
    summariseSeeds(statistics, indices(624), { seed: 1 });
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
