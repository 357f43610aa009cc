/** @file Where a model says yes: by validation patients where there are enough, else by the labels' shares. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import { predictedClasses } from '../../../src-main/tasks/metrics.js';
import { modelThreshold, type ValidationPredictions } from '../../../src-main/tasks/model-threshold.js';
import { fitProbe, probeProbabilities } from '../../../src-main/tasks/probe.js';
import { MIN_VALIDATION_PATIENTS } from '../../../src-main/tasks/task-split.js';

/** One image for each patient; images of the finding score from `cut` up, the others below. */
function validation(perClass: number, cut: number): ValidationPredictions {
  const labels = Int32Array.from({ length: 2 * perClass }, (_, i) => i % 2);
  const probabilities = new Float64Array(4 * perClass);
  for (const [image, label] of labels.entries()) {
    const within = (image + 1) / (labels.length + 2);
    const score = label === 1 ? cut + (1 - cut) * within : cut * within;
    probabilities.set([1 - score, score], 2 * image);
  }
  return { probabilities, labels, patients: Array.from(labels.keys()) };
}

describe('operating point', () => {
  it('parts the validation patients where enough of both classes are there', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 0.95, noNaN: true }), (cut) => {
        const given = validation(MIN_VALIDATION_PATIENTS, cut);
        const { threshold, source } = modelThreshold([0, 1], given);
        expect(source).toBe('validation');
        expect([...predictedClasses(given.probabilities, 2, threshold)]).toEqual([...given.labels]);
      }),
    );
  });

  it('is the share of the finding among the labels where they are too few, or none', () => {
    const learned = [0, 0, 0, 1];
    expect(modelThreshold(learned, null)).toEqual({ threshold: 0.25, source: 'label-share' });
    const few = validation(MIN_VALIDATION_PATIENTS - 1, 0.9);
    expect(modelThreshold(learned, few)).toEqual({ threshold: 0.25, source: 'label-share' });
  });

  it('counts patients, not images', () => {
    const many = validation(MIN_VALIDATION_PATIENTS, 0.9);
    const patients = many.patients.map((patient) => patient % 10);
    expect(modelThreshold([0, 1], { ...many, patients }).source).toBe('label-share');
  });

  it('finds more of a rare finding than a threshold of one half', () => {
    const random = new Random(3);
    const draw = (images: number) => {
      const labels = Int32Array.from({ length: images }, (_, i) => (i % 10 === 0 ? 1 : 0));
      const features = Float64Array.from(
        { length: images * 4 },
        (_, at) => random.normal() + (labels[Math.floor(at / 4)] === 1 ? 0.8 : 0),
      );
      return { features, labels };
    };
    const learned = draw(400);
    const test = draw(4000);
    const probabilities = probeProbabilities(fitProbe(learned, 2), test.features);
    const youden = (threshold: number) => {
      const named = predictedClasses(probabilities, 2, threshold);
      const rate = (label: number) =>
        named.filter((value, image) => test.labels[image] === label && value === 1).length /
        test.labels.filter((value) => value === label).length;
      return rate(1) - rate(0);
    };
    const { threshold } = modelThreshold(learned.labels, null);
    expect(threshold).toBeCloseTo(0.1, 10);
    expect(youden(threshold)).toBeGreaterThan(youden(0.5) + 0.15);
  });
});
