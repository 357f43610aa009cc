/** @file Ops without a gradient: comparisons, logic, steps, arg-max and top-k; and the kinks and infinities of the others. */

import { describe, expect, test } from 'vitest';
import { gradients } from '../../../src-main/graph/gradient.js';
import { cast, greater, mul } from '../../../src-main/graph/ops/elementwise.js';
import { and, greaterEqual, lessEqual, not, notEqual, or } from '../../../src-main/graph/ops/logic.js';
import { ceil, floor, pow, round, sign } from '../../../src-main/graph/ops/math.js';
import { clip, leakyRelu, softplus } from '../../../src-main/graph/ops/nonlinear.js';
import { argMax, argMin, topK } from '../../../src-main/graph/ops/order.js';
import { logSumExp, min, sum } from '../../../src-main/graph/ops/reduce.js';
import { constant, input } from '../../../src-main/graph/ops/source.js';
import type { FloatDType, Tensor } from '../../../src-main/graph/tensor.js';
import { evaluate } from '../../helpers/run-graph.js';

const FLOATS: FloatDType[] = ['float32', 'float64'];

/** Values of an op of one vector. */
async function of(op: (x: Tensor) => Tensor, values: number[], dtype: FloatDType = 'float64'): Promise<number[]> {
  const x = input('x', [values.length], dtype);
  return [...(await evaluate([x], { y: op(x) }, { x: values })).y];
}

const gradientOf = (op: (x: Tensor) => Tensor, values: number[]) =>
  of((x) => gradients(sum(op(x), null), [x])[0], values);

describe.each(FLOATS)('values (%s)', (dtype) => {
  const vector = (values: number[]) => constant(values, [values.length], dtype);

  test('comparisons, with broadcasting', async () => {
    const other = vector([0, 0, 0, 0]);
    expect(await of((x) => lessEqual(x, other), [-1, 0, 2, -0], dtype)).toEqual([1, 1, 0, 1]);
    expect(await of((x) => greaterEqual(x, vector([0])), [-1, 0, 2, -0], dtype)).toEqual([0, 1, 1, 1]);
    expect(await of((x) => notEqual(x, other), [-1, 0, 2, -0], dtype)).toEqual([1, 0, 1, 0]);
  });

  test('and, or, not', async () => {
    const positive = (x: Tensor) => greater(x, vector([0]));
    const big = (x: Tensor) => greater(x, vector([5]));
    expect(await of((x) => and(positive(x), not(big(x))), [-1, 3, 9], dtype)).toEqual([0, 1, 0]);
    expect(await of((x) => or(not(positive(x)), big(x)), [-1, 3, 9], dtype)).toEqual([1, 0, 1]);
  });

  test('sign, floor, ceil, round: halves to even', async () => {
    const values = [-2.5, -1.5, -0.5, 0, 0.5, 1.5, 2.5, 2.6];
    expect(await of(sign, values, dtype)).toEqual([-1, -1, -1, 0, 1, 1, 1, 1]);
    expect(await of(floor, values, dtype)).toEqual([-3, -2, -1, 0, 0, 1, 2, 2]);
    expect((await of(ceil, values, dtype)).map((value) => value + 0)).toEqual([-2, -1, 0, 0, 1, 2, 3, 3]);
    expect((await of(round, values, dtype)).map((value) => value + 0)).toEqual([-2, -2, 0, 0, 0, 2, 2, 3]);
  });

  test('argMax and argMin take the first of equals, along any axis', async () => {
    const matrix = (op: (x: Tensor) => Tensor) => of((x) => op(mul(x, vector([1]))), [3, 1, 3, 0, 5, 5], dtype);
    const x = input('x', [2, 3], dtype);
    const run = async (output: Tensor) => [...(await evaluate([x], { output }, { x: [3, 1, 3, 0, 5, 5] })).output];
    expect(await run(argMax(x, -1))).toEqual([0, 1]);
    expect(await run(argMin(x, 0))).toEqual([1, 0, 0]);
    expect(argMax(x, 0, true).shape).toEqual([1, 3]);
    expect(await run(argMax(x, 0, true))).toEqual([0, 1, 1]);
    expect(await matrix((whole) => argMax(whole, 0))).toEqual([4]);
  });

  test('topK gives values and indices, the largest first', async () => {
    const x = input('x', [2, 4], dtype);
    const { values, indices } = topK(x, 2);
    const result = await evaluate([x], { values, indices }, { x: [1, 4, 2, 3, -1, -4, -2, -3] });
    expect([...result.values]).toEqual([4, 3, -1, -2]);
    expect([...result.indices]).toEqual([1, 3, 0, 2]);
    const only = await evaluate([x], { rows: topK(x, 1, 0).indices }, { x: [1, 4, 2, 3, 5, -4, 6, -3] });
    expect([...only.rows]).toEqual([1, 0, 1, 0]);
  });

  test('softplus and logSumExp do not overflow', async () => {
    expect(await of(softplus, [800, -800], dtype)).toEqual([800, 0]);
    const [big] = await of((x) => logSumExp(x, 0), [800, 800], dtype);
    expect(big).toBeCloseTo(800 + Math.log(2), 3);
    const nothing = Number.NEGATIVE_INFINITY;
    expect(await of((x) => logSumExp(x, 0), [nothing, nothing], dtype)).toEqual([nothing]);
    expect(await of((x) => logSumExp(x, 0, true), [nothing, 3], dtype)).toEqual([3]);
  });
});

describe('gradients where central differences cannot see', () => {
  test('clip passes nothing at its bounds, leaky ReLU takes the slope at 0, smallest elements share', async () => {
    expect(await gradientOf((x) => clip(x, -1, 1), [-2, -1, 0, 1, 2])).toEqual([0, 0, 1, 0, 0]);
    expect(await gradientOf((x) => leakyRelu(x, 0.25), [-1, 0, 1])).toEqual([0.25, 0.25, 1]);
    expect(await gradientOf((x) => min(x, 0), [1, 3, 1])).toEqual([0.5, 0, 0.5]);
  });

  test('pow at a base or an exponent of 0, as PyTorch', async () => {
    const exponents = constant([0, 1, 2, 0.5], [4], 'float64');
    expect(await gradientOf((x) => pow(x, exponents), [0, 0, 0, 4])).toEqual([0, 1, 0, 0.25]);
    const bases = constant([0, 2, 0], [3], 'float64');
    const toExponents = await gradientOf((x) => pow(bases, x), [0, 1, 2]);
    expect(toExponents[0]).toBe(0);
    expect(toExponents[1]).toBeCloseTo(2 * Math.log(2), 12);
    expect(toExponents[2]).toBe(0);
  });

  test('none flows through steps, comparisons and indices', async () => {
    for (const op of [sign, floor, ceil, round]) expect(await gradientOf(op, [0.4, 1.6])).toEqual([0, 0]);
    const choice = (x: Tensor) => cast(argMax(x, 0), 'float64');
    expect(await gradientOf(choice, [0.4, 1.6])).toEqual([0, 0]);
  });
});
