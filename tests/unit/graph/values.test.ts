/** @file Ops without a gradient, ops whose gradient central differences cannot see, and what gradients of a graph mean. */

import { describe, expect, test } from 'vitest';
import { gradients } from '../../../src-main/graph/gradient.js';
import {
  abs,
  add,
  cast,
  equal,
  full,
  greater,
  less,
  maximum,
  minimum,
  mul,
  relu,
  square,
  stopGradient,
} from '../../../src-main/graph/ops/elementwise.js';
import { oneHot } from '../../../src-main/graph/ops/index.js';
import { accuracyOf } from '../../../src-main/graph/ops/loss.js';
import { max, sum, sumSquares } from '../../../src-main/graph/ops/reduce.js';
import { broadcastTo, reshape, splitSizes, transpose, zeros } from '../../../src-main/graph/ops/shape.js';
import { constant, input, scalar } from '../../../src-main/graph/ops/source.js';
import type { DType, Tensor } from '../../../src-main/graph/tensor.js';
import { evaluate } from '../../helpers/run-graph.js';

const x = input('x', [4], 'float64');
const y = input('y', [4], 'float64');
const values = { x: [1, -2, 3, 0], y: [1, 2, -3, 0.5] };

const run = async (output: Tensor) => [...(await evaluate([x, y], { output }, values)).output];
const gradientOf = (loss: Tensor, source = x) => run(gradients(loss, [source])[0]);

describe('comparisons and constants', () => {
  test('equal, greater, less', async () => {
    expect(await run(equal(x, y))).toEqual([1, 0, 0, 0]);
    expect(await run(greater(x, y))).toEqual([0, 0, 1, 0]);
    expect(await run(less(x, y))).toEqual([0, 1, 0, 1]);
  });

  test('many parts of a split, some of them unused', async () => {
    const long = input('long', [2, 12], 'float64');
    const parts = splitSizes(long, [1, 2, 1, 1, 1, 1, 2, 1, 2], 1);
    const outputs = Object.fromEntries(parts.flatMap((part, index) => (index === 3 ? [] : [[`p${index}`, part]])));
    const results = await evaluate([long], outputs, { long: Array.from({ length: 24 }, (_, index) => index) });
    expect([...(results.p1 ?? [])]).toEqual([1, 2, 13, 14]);
    expect([...(results.p6 ?? [])]).toEqual([7, 8, 19, 20]);
    expect([...(results.p8 ?? [])]).toEqual([10, 11, 22, 23]);
  });

  test('full, zeros, constant, scalar', async () => {
    expect(await run(full([2, 3], 1.5, 'float64'))).toEqual([1.5, 1.5, 1.5, 1.5, 1.5, 1.5]);
    expect(await run(zeros(x))).toEqual([0, 0, 0, 0]);
    expect(await run(add(x, constant([1, 2, 3, 4], [4], 'float64')))).toEqual([2, 0, 6, 4]);
    expect(await run(add(x, scalar(2, 'float64')))).toEqual([3, 0, 5, 2]);
  });

  test.each(['float16', 'float32', 'float64', 'int32', 'int64', 'bool'] as const)(
    'cast to %s and back',
    async (dtype) => {
      const expected: Record<DType, number[]> = {
        float16: values.x,
        float32: values.x,
        float64: values.x,
        int32: values.x,
        int64: values.x,
        bool: [1, 1, 1, 0],
      };
      expect(await run(cast(cast(x, dtype), 'float64'))).toEqual(expected[dtype]);
    },
  );

  test.each(['int32', 'int64'] as const)('oneHot and accuracyOf (%s)', async (dtype) => {
    const target = input('target', [3], dtype);
    const logits = constant([3, 1, 2, 0, 5, 1, 1, 2, 3], [3, 3], 'float64');
    const outputs = { hot: oneHot(target, 3, 'float64'), accuracy: accuracyOf(logits, target) };
    const { hot, accuracy } = await evaluate([target], outputs, { target: [0, 2, 2] });
    expect([...hot]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 1]);
    expect(accuracy[0]).toBeCloseTo(2 / 3, 12);
  });
});

describe('gradients', () => {
  test('cast passes a gradient between floating-point types and none through whole numbers', async () => {
    expect(await gradientOf(sum(mul(cast(cast(square(x), 'float32'), 'float64'), y), null))).toEqual([2, -8, -18, 0]);
    expect(await gradientOf(sum(cast(cast(x, 'int32'), 'float64'), null))).toEqual([0, 0, 0, 0]);
  });

  test('stopGradient', async () => {
    expect(await run(stopGradient(x))).toEqual(values.x);
    expect(await gradientOf(sum(mul(stopGradient(x), x), null))).toEqual(values.x);
  });

  test('at kinks: half to each side of a tie, zero from relu and abs’s right side, shared among largest elements', async () => {
    expect(await gradientOf(sum(maximum(x, y), null))).toEqual([0.5, 0, 1, 0]);
    expect(await gradientOf(sum(minimum(x, y), null), y)).toEqual([0.5, 0, 1, 0]);
    expect(await gradientOf(sum(relu(x), null))).toEqual([1, 0, 1, 0]);
    expect(await gradientOf(sum(abs(x), null))).toEqual([1, -1, 1, 1]);
    expect(await gradientOf(max(mul(x, constant([3, 1, 1, 1], [4], 'float64')), null))).toEqual([1.5, 0, 0.5, 0]);
  });

  test('a source that is used twice, not at all, or is the loss itself', async () => {
    expect(await gradientOf(sum(add(mul(x, y), square(x)), null))).toEqual([3, -2, 3, 0.5]);
    expect(await gradientOf(sum(y, null))).toEqual([0, 0, 0, 0]);
    const loss = sum(x, null);
    expect(await run(gradients(loss, [loss])[0])).toEqual([1]);
  });

  test('a source in the middle of the graph', async () => {
    const middle = square(x);
    const [toMiddle, toX] = gradients(sum(mul(middle, y), null), [middle, x]);
    expect(await run(toMiddle)).toEqual(values.y);
    expect(await run(toX)).toEqual([2, -8, -18, 0]);
  });

  test('a loss must be a floating-point scalar', () => {
    expect(() => gradients(x, [x])).toThrow(/scalar, got float64\[4\]/);
    expect(() => gradients(sum(cast(x, 'int32'), null), [x])).toThrow(/scalar, got int32\[\]/);
  });
});

describe('no-ops make no operation', () => {
  test('reshape, transpose, broadcastTo, cast to what is there already; two reshapes are one', () => {
    expect(reshape(x, [4])).toBe(x);
    expect(reshape(reshape(x, [2, 2]), [-1])).toBe(x);
    expect(reshape(reshape(x, [2, 2]), [4, 1]).operation.inputs).toEqual([x]);
    expect(transpose(x, [0])).toBe(x);
    expect(broadcastTo(x, [4])).toBe(x);
    expect(cast(x, 'float64')).toBe(x);
  });

  test('reductions over no axis change nothing', async () => {
    expect(sum(x, [])).toBe(x);
    expect(max(x, [])).toBe(x);
    expect(await run(sumSquares(x, []))).toEqual([1, 4, 9, 0]);
  });
});
