/** @file Dropout and stochastic depth: what the masks are, and that a program which takes them computes what it should. */

import { describe, expect, test } from 'vitest';
import { gradients } from '../../../src-main/graph/gradient.js';
import { sum } from '../../../src-main/graph/ops/reduce.js';
import { input } from '../../../src-main/graph/ops/source.js';
import type { FloatDType } from '../../../src-main/graph/tensor.js';
import { DropoutMasks, depthRates } from '../../../src-main/nn/dropout.js';
import { evaluate, maxDifference } from '../../helpers/run-graph.js';

describe.each<FloatDType>(['float32', 'float64'])('%s', (dtype) => {
  test('values and gradients are those of the mask, divided by the share that is kept', async () => {
    const masks = new DropoutMasks();
    const x = input('x', [4, 3, 5], dtype);
    const dropped = masks.dropout('drop', x, 0.25);
    const path = masks.stochasticDepth('path', x, 0.5);
    const [toX] = gradients(sum(dropped, null), [x]);
    const made = masks.values(1, 2);
    expect(made.drop).toBeInstanceOf(Uint8Array);
    expect(made.drop.length).toBe(60);
    expect(made.path.length).toBe(4);
    const values = Array.from({ length: 60 }, (_, i) => i / 8 - 3);
    const results = await evaluate([x, ...masks.inputs], { dropped, path, toX }, { x: values, ...made });
    const expected = values.map((value, i) => (made.drop[i] === 1 ? value / 0.75 : 0));
    expect(maxDifference(results.dropped, expected)).toBeLessThan(1e-6);
    const flat = [...made.drop].map((kept) => kept / 0.75);
    expect(maxDifference(results.toX, flat)).toBeLessThan(1e-6);
    const byImage = values.map((value, i) => value * made.path[Math.floor(i / 15)]);
    expect(maxDifference(results.path, byImage)).toBeLessThan(1e-6);
  });
});

describe('masks', () => {
  const masks = new DropoutMasks();
  const x = input('x', [200, 100], 'float32');
  masks.dropout('a', x, 0.1);
  masks.dropout('b', x, 0.1);
  masks.stochasticDepth('c', x, 0.3);
  const kept = (mask: ArrayLike<number>) => Array.from(mask).filter((value) => value > 0).length / mask.length;

  test('depend on seed, step and name alone', () => {
    expect(masks.values(1, 7)).toEqual(masks.values(1, 7));
    const { a, b } = masks.values(1, 7);
    expect(a).not.toEqual(b);
    expect(masks.values(1, 8).a).not.toEqual(a);
    expect(masks.values(2, 7).a).not.toEqual(a);
  });

  test('keep the share that they should', () => {
    // 20,000 draws have a standard deviation of 0.2 percentage points.
    expect(Math.abs(kept(masks.values(3, 1).a) - 0.9)).toBeLessThan(0.01);
    const { c } = masks.values(3, 1);
    expect(new Set(c)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
    expect(Math.abs(kept(c) - 0.7)).toBeLessThan(0.15);
  });

  test('a rate of 0 makes none, a rate of 1 or none at all is refused', () => {
    const none = new DropoutMasks();
    expect(none.dropout('a', x, 0)).toBe(x);
    expect(none.stochasticDepth('b', x, 0)).toBe(x);
    expect(none.inputs).toEqual([]);
    expect(() => none.dropout('a', x, 1)).toThrow(/dropout a with a rate of 1/);
    expect(() => none.stochasticDepth('a', x, Number.NaN)).toThrow(/rate of NaN/);
  });

  test('rates of stochastic depth grow from 0', () => {
    const rates = depthRates(5, 0.2);
    expect(rates.length).toBe(5);
    expect(maxDifference(rates, [0, 0.05, 0.1, 0.15, 0.2])).toBeLessThan(1e-12);
    expect(depthRates(1, 0.2)).toEqual([0.2]);
  });
});
