/** @file The linear probe and ridge regression against scikit-learn and against their own optimality conditions. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import { minimise } from '../../../src-main/tasks/lbfgs.js';
import { balancedAccuracy, macroAuc, predictedClasses } from '../../../src-main/tasks/metrics.js';
import {
  chooseProbe,
  fitProbe,
  type ProbeData,
  probeLayer,
  probeProbabilities,
} from '../../../src-main/tasks/probe.js';
import { fitRidge } from '../../../src-main/tasks/ridge.js';
import { applyLayer } from '../../../src-main/tasks/standardise.js';

interface ProbeFixture {
  rows: number;
  features: number;
  classes: number;
  lambda: number;
  x: number[];
  labels: number[];
  coefficients: number[];
  intercepts: number[];
  probabilities: number[];
  auc: number;
  balancedAccuracy: number;
}

interface RidgeFixture {
  rows: number;
  features: number;
  lambda: number;
  x: number[];
  y: number[];
  predictions: number[];
}

const fixture: { probes: ProbeFixture[]; ridges: RidgeFixture[] } = JSON.parse(
  readFileSync(resolve(process.cwd(), 'tests', 'fixtures', 'scikit-learn.json'), 'utf8'),
);

function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((gap, value, i) => Math.max(gap, Math.abs(value - b[i])), 0);
}

function dataOf(reference: ProbeFixture): ProbeData {
  return { features: Float32Array.from(reference.x), labels: Int32Array.from(reference.labels) };
}

/** Features with a class-dependent mean in the first columns and noise in the others. */
function clouds(images: number, features: number, classes: number, seed: number): ProbeData {
  const random = new Random(seed);
  const labels = Int32Array.from({ length: images }, () => random.below(classes));
  const x = Float32Array.from({ length: images * features }, (_, i) => {
    const label = labels[Math.floor(i / features)];
    return random.normal() + (i % features === label ? 1.5 : 0);
  });
  return { features: x, labels };
}

describe('linear probe against scikit-learn', () => {
  it.each(fixture.probes)('$rows rows, $features features, $classes classes, lambda $lambda', (reference) => {
    const data = dataOf(reference);
    const { classes, features } = reference;
    const probe = fitProbe(data, classes, { lambda: reference.lambda });
    expect(probe.converged).toBe(true);
    const { weights, bias } = probe.layer;
    if (classes === 2) {
      const difference = weights.slice(features).map((weight, j) => weight - weights[j]);
      expect(largestGap(difference, reference.coefficients)).toBeLessThan(1e-5);
      expect(Math.abs(bias[1] - bias[0] - reference.intercepts[0])).toBeLessThan(1e-5);
    } else {
      expect(largestGap(weights, reference.coefficients)).toBeLessThan(1e-5);
      // The multinomial bias is fixed only up to a common shift.
      const shift = (reference.intercepts[0] ?? 0) - bias[0];
      expect(
        largestGap(
          bias.map((value) => value + shift),
          reference.intercepts,
        ),
      ).toBeLessThan(1e-5);
    }
    const probabilities = probeProbabilities(probe, data.features);
    expect(largestGap(probabilities, reference.probabilities)).toBeLessThan(1e-6);
    expect(macroAuc(probabilities, data.labels, classes).macro.value).toBeCloseTo(reference.auc, 12);
    const named = predictedClasses(probabilities, classes, null);
    expect(balancedAccuracy(data.labels, named).value).toBeCloseTo(reference.balancedAccuracy, 12);
  });
});

describe('linear probe', () => {
  it('folds the standardisation into one layer on raw features with the same logits', () => {
    const data = clouds(60, 7, 3, 1);
    const probe = fitProbe(data, 3);
    const logits = applyLayer(probeLayer(probe), data.features);
    const probabilities = probeProbabilities(probe, data.features);
    for (let row = 0; row < 60; row++) {
      const exponents = Array.from(logits.subarray(row * 3, row * 3 + 3), (logit) => Math.exp(logit));
      const sum = exponents.reduce((a, b) => a + b);
      exponents.forEach((value, k) => {
        expect(value / sum).toBeCloseTo(probabilities[row * 3 + k], 12);
      });
    }
  });

  it('takes out constant features, also where 32-bit rounding makes them flicker', () => {
    const data = clouds(40, 4, 2, 2);
    for (let row = 0; row < 40; row++) data.features[row * 4 + 3] = row % 2 === 0 ? 0.1 : Math.fround(0.1 + 2e-9);
    const probe = fitProbe(data, 2);
    expect(Math.abs(probe.layer.weights[3])).toBeLessThan(1e-6);
    expect(probe.layer.weights.every(Number.isFinite)).toBe(true);
  });

  it('never names a class without training images, and says which', () => {
    const data = clouds(50, 5, 3, 3);
    data.labels.forEach((label, image) => {
      if (label === 1) data.labels[image] = 2;
    });
    const probe = fitProbe(data, 4);
    expect(probe.absentClasses).toEqual([1, 3]);
    const probabilities = probeProbabilities(probe, data.features);
    expect(Math.max(...Array.from(probabilities).filter((_, i) => i % 4 === 1 || i % 4 === 3))).toBe(0);
  });

  it('refuses one class and features that are not finite', () => {
    const features = new Float32Array(8);
    expect(() => fitProbe({ features, labels: new Int32Array(4) }, 2)).toThrow(/one class/);
    const broken = Float32Array.of(1, Number.NaN, 2, 3);
    expect(() => fitProbe({ features: broken, labels: Int32Array.of(0, 1) }, 2)).toThrow(/not a finite number/);
  });

  it('separable images still converge, thanks to the penalty', () => {
    const data = { features: Float32Array.of(-1, -2, 1, 2), labels: Int32Array.of(0, 0, 1, 1) };
    const probe = fitProbe(data, 2, { lambda: 1e-3 });
    expect(probe.converged).toBe(true);
    expect(probe.layer.weights.every(Number.isFinite)).toBe(true);
  });

  it('chooses a strong penalty where only one of many features carries signal', () => {
    const { probe, trials } = chooseProbe(clouds(30, 200, 2, 4), clouds(400, 200, 2, 5), 2);
    expect(trials.map((trial) => trial.lambda)).toEqual([1000, 100, 10, 1, 0.1]);
    const best = Math.max(...trials.map((trial) => trial.validationAuc ?? 0));
    expect(trials.find((trial) => trial.lambda === probe.lambda)?.validationAuc).toBe(best);
    const alone = fitProbe(clouds(30, 200, 2, 4), 2, { lambda: probe.lambda });
    expect(largestGap(alone.layer.weights, probe.layer.weights)).toBeLessThan(1e-5);
  });

  it('fits the largest case of the reference study in seconds', { timeout: 60_000 }, () => {
    const data = clouds(5216, 192, 2, 6);
    const started = performance.now();
    const probe = fitProbe(data, 2);
    expect(probe.converged).toBe(true);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe('L-BFGS', () => {
  it('finds the minimum of the Rosenbrock function', () => {
    const result = minimise(
      (point, gradient) => {
        const [x, y] = point;
        gradient[0] = -400 * x * (y - x * x) - 2 * (1 - x);
        gradient[1] = 200 * (y - x * x);
        return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
      },
      Float64Array.of(-1.2, 1),
    );
    expect(result.converged).toBe(true);
    expect(result.point[0]).toBeCloseTo(1, 7);
    expect(result.point[1]).toBeCloseTo(1, 7);
  });
});

describe('ridge regression', () => {
  it.each(fixture.ridges)('equals scikit-learn on $rows rows of $features features', (reference) => {
    const x = Float64Array.from(reference.x);
    const layer = fitRidge(x, reference.y, reference.lambda);
    expect(largestGap(applyLayer(layer, x), reference.predictions)).toBeLessThan(1e-9);
  });

  it('satisfies the normal equations on more columns than a cache block holds', () => {
    const random = new Random(8);
    const x = Float64Array.from({ length: 600 * 31 }, () => random.normal());
    const y = Float64Array.from({ length: 600 }, () => random.normal());
    const layer = fitRidge(x, y, 50);
    const fitted = applyLayer(layer, x);
    for (let j = 0; j < 31; j++) {
      const column = Array.from({ length: 600 }, (_, row) => x[row * 31 + j]);
      const mean = column.reduce((a, b) => a + b) / 600;
      const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 600;
      const pull = column.reduce((sum, value, row) => sum + (value - mean) * (y[row] - fitted[row]), 0);
      // In units of standardised features: x̃ᵀ(y - ŷ) = lambda w̃, with w̃ = w · deviation.
      expect(pull / Math.sqrt(variance)).toBeCloseTo(50 * layer.weights[j] * Math.sqrt(variance), 8);
    }
  });
});
