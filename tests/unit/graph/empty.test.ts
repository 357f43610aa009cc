/** @file Axes of length 0, where they are legal: values, shapes and gradients of ops on nothing, in ONNX Runtime. */

import { describe, expect, test } from 'vitest';
import { gradients } from '../../../src-main/graph/gradient.js';
import { add, exp, greater, mul, where } from '../../../src-main/graph/ops/elementwise.js';
import { gather } from '../../../src-main/graph/ops/gather.js';
import { gatherRows, oneHot, scatterAddRows, takeAlongAxis } from '../../../src-main/graph/ops/index.js';
import { pow } from '../../../src-main/graph/ops/math.js';
import { columnSum, linear, matmul } from '../../../src-main/graph/ops/matmul.js';
import { clip, leakyRelu, silu, softplus } from '../../../src-main/graph/ops/nonlinear.js';
import { layerNorm, logSoftmax, softmax } from '../../../src-main/graph/ops/normalise.js';
import { padAxes } from '../../../src-main/graph/ops/padding.js';
import { flip, roll, stack, tile } from '../../../src-main/graph/ops/rearrange.js';
import { logSumExp, max, min, sum, sumSquares } from '../../../src-main/graph/ops/reduce.js';
import { broadcastTo, concat, pad, reshape, slice, split, transpose } from '../../../src-main/graph/ops/shape.js';
import { constant, input } from '../../../src-main/graph/ops/source.js';
import type { Shape, Tensor } from '../../../src-main/graph/tensor.js';
import { evaluate } from '../../helpers/run-graph.js';

const x = input('x', [0, 3], 'float32');
const full = input('full', [2, 3], 'float32');
const row = input('row', [3], 'float32');
const none = input('none', [0], 'int32');
const zero = constant([0], [], 'float32');

/** The op, its shape, and its values where it has any. */
const CASES: [string, Tensor, Shape, number[]][] = [
  ['add, broadcasting', add(x, row), [0, 3], []],
  ['mul, broadcasting from [1, 3]', mul(x, reshape(row, [1, 3])), [0, 3], []],
  ['exp', exp(x), [0, 3], []],
  ['pow', pow(x, row), [0, 3], []],
  ['where', where(greater(x, zero), x, zero), [0, 3], []],
  ['silu', silu(x), [0, 3], []],
  ['softplus', softplus(x), [0, 3], []],
  ['leakyRelu', leakyRelu(x), [0, 3], []],
  ['clip', clip(x, 0, 1), [0, 3], []],
  ['sum of nothing', sum(x, 0), [3], [0, 0, 0]],
  ['sum of all', sum(x, null), [], [0]],
  ['sum along the other axis', sum(x, 1), [0], []],
  ['sumSquares', sumSquares(x, 0), [3], [0, 0, 0]],
  ['max along the other axis', max(x, 1), [0], []],
  ['min along the other axis', min(x, -1, true), [0, 1], []],
  ['logSumExp along the other axis', logSumExp(x, 1), [0], []],
  ['reshape', reshape(x, [3, 0]), [3, 0], []],
  ['broadcastTo', broadcastTo(reshape(row, [1, 3]), [0, 3]), [0, 3], []],
  ['transpose', transpose(x, [1, 0]), [3, 0], []],
  ['concat with something', concat([x, full], 0), [2, 3], [1, 2, 3, 4, 5, 6]],
  ['stack', stack([x, x], 1), [0, 2, 3], []],
  ['an empty slice', slice(full, 0, 1, 1), [0, 3], []],
  ['split', split(x, 3, 1)[1], [0, 1], []],
  ['pad', pad(x, 0, 1, 0), [1, 3], [0, 0, 0]],
  [
    'padAxes',
    padAxes(
      x,
      [
        [1, 0],
        [0, 0],
      ],
      'constant',
      2,
    ),
    [1, 3],
    [2, 2, 2],
  ],
  ['flip', flip(x, 1), [0, 3], []],
  ['roll', roll(x, 1, 0), [0, 3], []],
  ['tile', tile(x, [2, 2]), [0, 6], []],
  ['tile no times', tile(full, [0, 1]), [0, 3], []],
  ['gatherRows', gatherRows(full, none), [0, 3], []],
  ['gather', gather(full, none, 1), [2, 0], []],
  ['scatterAddRows', scatterAddRows(full, none, x), [2, 3], [1, 2, 3, 4, 5, 6]],
  ['takeAlongAxis', takeAlongAxis(full, reshape(none, [2, 0]), 1), [2, 0], []],
  ['oneHot', oneHot(none, 2, 'float32'), [0, 2], []],
  ['matmul over an inner length of 0', matmul(reshape(x, [3, 0]), x), [3, 3], new Array<number>(9).fill(0)],
  ['matmul in batches of 0', matmul(reshape(x, [0, 1, 3]), reshape(x, [0, 3, 1])), [0, 1, 1], []],
  ['linear', linear(x, full, slice(row, 0, 0, 2)), [0, 2], []],
  ['columnSum', columnSum(x), [3], [0, 0, 0]],
  ['layerNorm', layerNorm(x, row, row), [0, 3], []],
  ['softmax', softmax(x), [0, 3], []],
  ['logSoftmax', logSoftmax(x), [0, 3], []],
];

const values = { x: [], full: [1, 2, 3, 4, 5, 6], row: [1, 2, 3], none: [] };
const inputs = [x, full, row, none];

describe('ops on nothing', () => {
  test.each(CASES)('%s', async (_name, output, shape, expected) => {
    expect(output.shape).toEqual(shape);
    const results = await evaluate(inputs, { output }, values);
    expect([...results.output]).toEqual(expected);
  });

  test.each(CASES)('gradient: %s', async (_name, output) => {
    const [toX, toFull, toRow] = gradients(sum(output, null), [x, full, row]);
    const results = await evaluate(inputs, { toX, toFull, toRow }, values);
    expect([...results.toX]).toEqual([]);
    for (const value of [...results.toFull, ...results.toRow]) expect(Number.isFinite(value)).toBe(true);
  });
});
