/** @file Operating points and worst mistakes: counts and rates by hand, intervals, what a slider can reach. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import { bootstrap } from '../../../src-main/tasks/bootstrap.js';
import { averagePrecision, averagePrecisionStatistic } from '../../../src-main/tasks/curves.js';
import { sensitivityStatistic, specificityStatistic } from '../../../src-main/tasks/metrics.js';
import { worstMistakes } from '../../../src-main/tasks/mistakes.js';
import { operatingPoints } from '../../../src-main/tasks/operating-points.js';

const scores = Float64Array.of(0.9, 0.8, 0.8, 0.3, 0.1);
const positive = Uint8Array.of(1, 0, 1, 1, 0);
const own = [1, 2, 3, 4, 5];

/** Scores of a moderately good model on 120 images of 40 patients. */
function model(): { scores: Float64Array; positive: Uint8Array; patients: Int32Array } {
  const random = new Random(3);
  const sick = Uint8Array.from({ length: 120 }, (_, image) => (image < 45 ? 1 : 0));
  return {
    scores: Float64Array.from(sick, (value) => 1 / (1 + Math.exp(-random.normal() - value))),
    positive: sick,
    patients: Int32Array.from(sick, (_, image) => Math.floor(image / 3)),
  };
}

describe('operating points', () => {
  it('have the counts and rates of the definition, from nothing positive to everything', () => {
    const { points, chosen } = operatingPoints(scores, positive, own, 0.5, { seed: 1, resamples: 50 });
    expect(points.map(({ threshold }) => threshold).map((value) => Number(value.toFixed(3)))).toEqual([
      0.95, 0.85, 0.55, 0.5, 0.2, 0.1,
    ]);
    expect(points.map(({ truePositives, falsePositives }) => [truePositives, falsePositives])).toEqual([
      [0, 0],
      [1, 0],
      [2, 1],
      [2, 1],
      [3, 1],
      [3, 2],
    ]);
    expect(points[chosen]).toMatchObject({
      threshold: 0.5,
      sensitivity: 2 / 3,
      specificity: 1 / 2,
      positivePredictiveValue: 2 / 3,
      negativePredictiveValue: 1 / 2,
    });
    expect(points[0]).toMatchObject({ sensitivity: 0, specificity: 1, positivePredictiveValue: null });
    expect(points.at(-1)).toMatchObject({ sensitivity: 1, specificity: 0, negativePredictiveValue: null });
  });

  it('calls an image positive whose score is the threshold itself', () => {
    const { points, chosen } = operatingPoints(scores, positive, own, 0.8, { seed: 1, resamples: 10 });
    expect(points[chosen]).toMatchObject({ threshold: 0.8, truePositives: 2, falsePositives: 1 });
  });

  it('have the intervals of the bootstrap over patients', () => {
    const data = model();
    const { points, chosen } = operatingPoints(data.scores, data.positive, data.patients, 0.5, { seed: 1 });
    const { intervals } = points[chosen];
    const labels = Int32Array.from(data.positive);
    const predicted = Int32Array.from(data.scores, (score) => (score >= 0.5 ? 1 : 0));
    const found = bootstrap(sensitivityStatistic(labels, predicted, 1), data.patients, { seed: 7 });
    const spared = bootstrap(specificityStatistic(labels, predicted, 1), data.patients, { seed: 7 });
    // Other resamples of the same bootstrap: equal but for their chance.
    expect(Math.abs((intervals.sensitivity?.[0] ?? 9) - (found.low ?? 0))).toBeLessThan(0.03);
    expect(Math.abs((intervals.sensitivity?.[1] ?? 9) - (found.high ?? 0))).toBeLessThan(0.03);
    expect(Math.abs((intervals.specificity?.[0] ?? 9) - (spared.low ?? 0))).toBeLessThan(0.03);
    expect(Math.abs((intervals.specificity?.[1] ?? 9) - (spared.high ?? 0))).toBeLessThan(0.03);
    for (const { sensitivity, intervals: each } of points) {
      if (sensitivity === null || each.sensitivity === null) continue;
      expect(each.sensitivity[0]).toBeLessThanOrEqual(sensitivity);
      expect(each.sensitivity[1]).toBeGreaterThanOrEqual(sensitivity);
    }
  });

  it('never claim certainty where all patients agree: Clopper and Pearson of the patients, not of the images', () => {
    const six = Float64Array.from({ length: 24 }, (_, image) => (image < 12 ? 0.9 : 0.1));
    const sick = Uint8Array.from({ length: 24 }, (_, image) => (image < 12 ? 1 : 0));
    const patients = Int32Array.from({ length: 24 }, (_, image) => Math.floor(image / 2));
    const { points, chosen } = operatingPoints(six, sick, patients, 0.5, { seed: 1, resamples: 200 });
    // Six of six: R's binom.test(6, 6) gives 0.5407419 to 1.
    expect(points[chosen].intervals.sensitivity?.[0]).toBeCloseTo(0.5407419, 6);
    expect(points[chosen].intervals.sensitivity?.[1]).toBe(1);
    expect(points[0].intervals.sensitivity?.[1]).toBeCloseTo(1 - 0.5407419, 6);
  });

  it('are few enough for a slider however many images there are, and keep the wanted threshold', () => {
    const random = new Random(5);
    const many = Float64Array.from({ length: 5000 }, () => random.uniform());
    const sick = Uint8Array.from(many, (score) => (random.uniform() < score ? 1 : 0));
    const patients = Int32Array.from(many, (_, image) => image);
    const { points, chosen } = operatingPoints(many, sick, patients, 0.123456, { seed: 1, resamples: 20 });
    expect(points.length).toBeLessThanOrEqual(203);
    expect(points[chosen].threshold).toBe(0.123456);
    expect(points.at(-1)).toMatchObject({ sensitivity: 1, specificity: 0 });
  });

  it('are none without images or with scores that are not numbers, and have no intervals for one patient', () => {
    expect(operatingPoints(new Float64Array(0), new Uint8Array(0), [], 0.5, { seed: 1 }).points).toEqual([]);
    expect(operatingPoints(Float64Array.of(Number.NaN), Uint8Array.of(1), [1], 0.5, { seed: 1 }).points).toEqual([]);
    const { points } = operatingPoints(scores, positive, [1, 1, 1, 1, 1], 0.5, { seed: 1, resamples: 20 });
    expect(points.every(({ intervals }) => intervals.sensitivity === null)).toBe(true);
  });
});

describe('average precision as a statistic', () => {
  it('counts an image as often as its weight says', () => {
    const weights = Float64Array.of(2, 0, 1, 3, 1);
    const repeated = [0, 0, 2, 3, 3, 3, 4];
    const value = averagePrecisionStatistic(scores, positive)(weights);
    const copies = averagePrecision(
      Float64Array.from(repeated, (image) => scores[image]),
      Uint8Array.from(repeated, (image) => positive[image]),
    );
    expect(value).toBeCloseTo(copies.value ?? -1, 12);
    expect(averagePrecisionStatistic(scores, positive)(Float64Array.of(0, 1, 0, 0, 1))).toBeNull();
  });
});

describe('worst mistakes', () => {
  const probabilities = Float64Array.of(0.9, 0.1, 0.4, 0.6, 0.45, 0.55, 0.2, 0.8);
  const labels = [1, 0, 0, 1];

  it('are ordered by how little the model believed the truth', () => {
    expect(worstMistakes(probabilities, labels, 2, 0.5, 9)).toEqual([
      { row: 0, truth: 1, predicted: 0, probability: 0.9, trueProbability: 0.1 },
      { row: 1, truth: 0, predicted: 1, probability: 0.6, trueProbability: 0.4 },
      { row: 2, truth: 0, predicted: 1, probability: 0.55, trueProbability: 0.45 },
    ]);
    expect(worstMistakes(probabilities, labels, 2, 0.5, 1)).toHaveLength(1);
  });

  it('follow the operating point', () => {
    expect(worstMistakes(probabilities, labels, 2, 0.7, 9).map(({ row }) => row)).toEqual([0]);
    expect(worstMistakes(probabilities, labels, 2, 0.05, 9).map(({ row }) => row)).toEqual([1, 2]);
  });
});
