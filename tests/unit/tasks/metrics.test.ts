/** @file Metrics, curves and calibration against definitions, scikit-learn and hand-made cases. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibration } from '../../../src-main/tasks/calibration.js';
import { averagePrecision, precisionRecallCurve, rocCurve } from '../../../src-main/tasks/curves.js';
import {
  accuracy,
  auc,
  aucStatistic,
  balancedAccuracy,
  chooseThreshold,
  confusionMatrix,
  macroAuc,
  macroAucStatistic,
  predictedClasses,
  sensitivity,
  specificity,
} from '../../../src-main/tasks/metrics.js';

const { ranking }: { ranking: { scores: number[]; positive: number[]; auc: number; averagePrecision: number } } =
  JSON.parse(readFileSync(resolve(process.cwd(), 'tests', 'fixtures', 'scikit-learn.json'), 'utf8'));

/** Few distinct scores, so that ties are common; both classes present. */
const scored = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.boolean()), { minLength: 2, maxLength: 40 })
  .filter((images) => images.some(([, sick]) => sick) && images.some(([, sick]) => !sick))
  .map((images) => ({
    scores: Float64Array.from(images, ([score]) => score / 6),
    positive: Uint8Array.from(images, ([, sick]) => (sick ? 1 : 0)),
  }));

/** The definition: share of pairs in the right order, ties half. */
function pairwiseAuc(scores: Float64Array, positive: Uint8Array, weights: Float64Array): number {
  let wins = 0;
  let pairs = 0;
  for (let p = 0; p < scores.length; p++) {
    for (let n = 0; n < scores.length; n++) {
      if (positive[p] !== 1 || positive[n] !== 0) continue;
      const weight = weights[p] * weights[n];
      pairs += weight;
      wins += weight * (scores[p] > scores[n] ? 1 : scores[p] === scores[n] ? 0.5 : 0);
    }
  }
  return wins / pairs;
}

describe('AUC', () => {
  it('equals scikit-learn on tied scores', () => {
    const positive = Uint8Array.from(ranking.positive);
    expect(auc(Float64Array.from(ranking.scores), positive).value).toBeCloseTo(ranking.auc, 12);
    expect(averagePrecision(Float64Array.from(ranking.scores), positive).value).toBeCloseTo(
      ranking.averagePrecision,
      12,
    );
  });

  it('is the share of rightly ordered pairs, weighted or not', () => {
    fc.assert(
      fc.property(scored, fc.infiniteStream(fc.integer({ min: 1, max: 3 })), ({ scores, positive }, stream) => {
        const ones = new Float64Array(scores.length).fill(1);
        expect(auc(scores, positive).value).toBeCloseTo(pairwiseAuc(scores, positive, ones), 12);
        const weights = Float64Array.from(scores, () => stream.next().value ?? 1);
        expect(aucStatistic(scores, positive)(weights)).toBeCloseTo(pairwiseAuc(scores, positive, weights), 12);
      }),
    );
  });

  it('is undefined, with a reason, for one class, no image, or scores that are not numbers', () => {
    expect(auc(Float64Array.of(1, 2), Uint8Array.of(1, 1))).toEqual({
      value: null,
      reason: expect.stringMatching(/one class/),
    });
    expect(auc(new Float64Array(0), new Uint8Array(0)).value).toBeNull();
    expect(auc(Float64Array.of(1, Number.NaN), Uint8Array.of(1, 0))).toEqual({
      value: null,
      reason: expect.stringMatching(/not a number/),
    });
  });

  it('averages one-vs-rest over the classes present and names those left out', () => {
    const probabilities = Float64Array.of(0.7, 0.2, 0.1, 0, 0.1, 0.6, 0.3, 0, 0.5, 0.4, 0.1, 0, 0.2, 0.3, 0.5, 0);
    const labels = Int32Array.of(0, 1, 1, 2);
    const result = macroAuc(probabilities, labels, 4);
    expect(result.perClass.map((score) => score.value)).toEqual([1, 1, 1, null]);
    expect(result.leftOut).toEqual([3]);
    expect(result.macro).toEqual({ value: 1, reason: null });
    expect(macroAucStatistic(probabilities, labels, 4)(Float64Array.of(1, 1, 1, 0))).toBeNull();
    expect(macroAuc(probabilities, new Int32Array(4), 4).macro.value).toBeNull();
  });

  it('refuses labels and shapes that do not fit', () => {
    expect(() => macroAuc(new Float64Array(4), Int32Array.of(0, 2), 2)).toThrow(/Label 2/);
    expect(() => macroAuc(new Float64Array(5), Int32Array.of(0, 1), 2)).toThrow(/do not fit/);
  });
});

describe('curves', () => {
  it('the ROC runs from corner to corner without turning back, and its area is the AUC', () => {
    fc.assert(
      fc.property(scored, ({ scores, positive }) => {
        const curve = rocCurve(scores, positive) ?? [];
        expect(curve[0]).toEqual({ threshold: null, falsePositiveRate: 0, truePositiveRate: 0 });
        expect(curve.at(-1)).toMatchObject({ falsePositiveRate: 1, truePositiveRate: 1 });
        let area = 0;
        for (let i = 1; i < curve.length; i++) {
          const width = curve[i].falsePositiveRate - curve[i - 1].falsePositiveRate;
          expect(width).toBeGreaterThanOrEqual(0);
          expect(curve[i].truePositiveRate).toBeGreaterThanOrEqual(curve[i - 1].truePositiveRate);
          area += (width * (curve[i].truePositiveRate + curve[i - 1].truePositiveRate)) / 2;
        }
        expect(area).toBeCloseTo(auc(scores, positive).value ?? -1, 12);
      }),
    );
  });

  it('gives precision and recall by hand', () => {
    const scores = Float64Array.of(0.9, 0.8, 0.8, 0.1);
    expect(precisionRecallCurve(scores, Uint8Array.of(1, 0, 1, 0))).toEqual([
      { threshold: 0.9, recall: 0.5, precision: 1 },
      { threshold: 0.8, recall: 1, precision: 2 / 3 },
      { threshold: 0.1, recall: 1, precision: 0.5 },
    ]);
    expect(precisionRecallCurve(scores, new Uint8Array(4))).toBeNull();
    expect(averagePrecision(scores, new Uint8Array(4)).value).toBeNull();
    expect(rocCurve(scores, new Uint8Array(4))).toBeNull();
  });
});

describe('rates', () => {
  const labels = Int32Array.of(0, 0, 0, 1, 1, 2);
  const predicted = Int32Array.of(0, 0, 1, 1, 0, 2);

  it('by hand', () => {
    expect(confusionMatrix(labels, predicted, 3)).toEqual([
      [2, 1, 0],
      [1, 1, 0],
      [0, 0, 1],
    ]);
    expect(accuracy(labels, predicted).value).toBeCloseTo(4 / 6, 15);
    expect(sensitivity(labels, predicted, 1).value).toBe(0.5);
    expect(specificity(labels, predicted, 1).value).toBe(0.75);
    expect(balancedAccuracy(labels, predicted).value).toBeCloseTo((2 / 3 + 1 / 2 + 1) / 3, 15);
  });

  it('are undefined rather than NaN without images to count', () => {
    expect(sensitivity(labels, predicted, 3).value).toBeNull();
    expect(specificity(new Int32Array(3), new Int32Array(3), 0).value).toBeNull();
    expect(accuracy(new Int32Array(0), new Int32Array(0)).value).toBeNull();
    expect(balancedAccuracy(new Int32Array(0), new Int32Array(0)).value).toBeNull();
  });

  it('name the second of two classes from the threshold up, else the most probable', () => {
    const probabilities = Float32Array.of(0.75, 0.25, 0.5, 0.5, 0.875, 0.125);
    expect([...predictedClasses(probabilities, 2, 0.25)]).toEqual([1, 1, 0]);
    expect([...predictedClasses(probabilities, 2, null)]).toEqual([0, 0, 0]);
    expect([...predictedClasses(probabilities, 3, 0.1)]).toEqual([0, 1]);
  });
});

describe('choice of a threshold', () => {
  it('no threshold has a larger Youden index, and the stated rates hold', () => {
    fc.assert(
      fc.property(scored, ({ scores, positive }) => {
        const choice = chooseThreshold(scores, positive);
        if (choice.threshold === null) throw new Error(choice.reason);
        const labels = Int32Array.from(positive);
        const youden = (threshold: number) => {
          const predicted = Int32Array.from(scores, (score) => (score >= threshold ? 1 : 0));
          return [sensitivity(labels, predicted, 1).value ?? 0, specificity(labels, predicted, 1).value ?? 0];
        };
        const chosen = youden(choice.threshold);
        expect(chosen[0]).toBeCloseTo(choice.sensitivity, 12);
        expect(chosen[1]).toBeCloseTo(choice.specificity, 12);
        for (const threshold of scores) {
          const [hits, rejections] = youden(threshold);
          expect(hits + rejections).toBeLessThanOrEqual(chosen[0] + chosen[1] + 1e-12);
        }
      }),
    );
  });

  it('lies halfway between the scores it parts, even between neighbouring doubles', () => {
    expect(chooseThreshold(Float64Array.of(0.2, 0.6), Uint8Array.of(0, 1))).toMatchObject({ threshold: 0.4 });
    const next = 1 + Number.EPSILON;
    expect(chooseThreshold(Float64Array.of(1, next), Uint8Array.of(0, 1))).toMatchObject({ threshold: next });
    expect(chooseThreshold(Float64Array.of(1, 2), Uint8Array.of(1, 1)).threshold).toBeNull();
  });
});

describe('calibration', () => {
  it('is the mean gap between confidence and accuracy', () => {
    const probabilities = Float64Array.of(0.1, 0.9, 0.1, 0.9, 0.4, 0.6, 0.4, 0.6);
    const result = calibration(probabilities, Int32Array.of(1, 0, 1, 1), 2, 10);
    expect(result.expectedError.value).toBeCloseTo(0.5 * 0.4 + 0.5 * 0.4, 12);
    expect(result.bins.map((bin) => bin.images)).toEqual([0, 0, 0, 0, 0, 2, 0, 0, 2, 0]);
    expect(result.bins[0]).toEqual({ low: 0, high: 0.1, images: 0, meanConfidence: null, accuracy: null });
    expect(result.bins[8].accuracy).toBe(0.5);
  });

  it('takes certainty, and refuses emptiness', () => {
    expect(calibration(Float64Array.of(0, 1), Int32Array.of(1), 2).expectedError.value).toBe(0);
    expect(calibration(new Float64Array(0), new Int32Array(0), 2).expectedError.value).toBeNull();
  });
});
