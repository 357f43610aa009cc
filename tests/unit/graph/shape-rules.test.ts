/** @file Mistakes in a model are found while it is built: every op refuses inputs that do not fit, and says which. */

import { describe, expect, test } from 'vitest';
import { erf, gelu } from '../../../src-main/graph/ops/activation.js';
import { attention, attentionMask } from '../../../src-main/graph/ops/attention.js';
import {
  huber,
  klDivergence,
  meanAbsoluteError,
  meanSquaredError,
  smoothL1,
  softDice,
} from '../../../src-main/graph/ops/distance.js';
import { add, div, equal, exp, mul, where } from '../../../src-main/graph/ops/elementwise.js';
import { gather } from '../../../src-main/graph/ops/gather.js';
import { gatherRows, oneHot, putAlongAxis, scatterAddRows, takeAlongAxis } from '../../../src-main/graph/ops/index.js';
import { and, greaterEqual, lessEqual, not } from '../../../src-main/graph/ops/logic.js';
import { accuracyOf, binaryCrossEntropy, crossEntropy, softCrossEntropy } from '../../../src-main/graph/ops/loss.js';
import { pow } from '../../../src-main/graph/ops/math.js';
import { columnSum, linear, matmul } from '../../../src-main/graph/ops/matmul.js';
import { clip } from '../../../src-main/graph/ops/nonlinear.js';
import {
  cosineSimilarity,
  layerNorm,
  logSoftmax,
  pairedCosine,
  softmax,
} from '../../../src-main/graph/ops/normalise.js';
import { argMax, argMin, topK } from '../../../src-main/graph/ops/order.js';
import { padAxes } from '../../../src-main/graph/ops/padding.js';
import { flip, roll, stack, tile } from '../../../src-main/graph/ops/rearrange.js';
import { logSumExp, max, mean, sum, variance } from '../../../src-main/graph/ops/reduce.js';
import { broadcastTo, concat, pad, reshape, slice, split, transpose } from '../../../src-main/graph/ops/shape.js';
import { constant, input } from '../../../src-main/graph/ops/source.js';
import { type DType, GraphError, type Tensor } from '../../../src-main/graph/tensor.js';

const t = (...shape: number[]): Tensor => input('x', shape, 'float32');
const of = (dtype: DType, ...shape: number[]): Tensor => input('x', shape, dtype);

const MISTAKES: [string, () => unknown, RegExp][] = [
  ['add: shapes', () => add(t(2, 3), t(2)), /add cannot broadcast \[2, 3\] and \[2\]/],
  ['mul: element types', () => mul(t(2), of('float64', 2)), /mul needs inputs of one element type/],
  ['div: element types', () => div(t(2), of('int32', 2)), /div needs inputs of one element type/],
  ['equal: element types', () => equal(t(2), of('int32', 2)), /equal needs inputs of one element type/],
  ['exp of whole numbers', () => exp(of('int32', 2)), /exp needs floating-point/],
  ['erf of whole numbers', () => erf(of('int32', 2)), /erf needs floating-point/],
  ['gelu of whole numbers', () => gelu(of('int64', 2)), /gelu needs floating-point/],
  ['where: condition', () => where(t(2), t(2), t(2)), /where needs a bool condition, got float32\[2\]/],
  ['where: shapes', () => where(of('bool', 3), t(2), t(2)), /where cannot broadcast/],
  ['where: element types', () => where(of('bool', 2), t(2), of('int32', 2)), /where needs inputs of one/],
  ['sum: axis', () => sum(t(2, 3), 2), /axis 2 does not exist in a tensor of rank 2/],
  ['mean: axis', () => mean(t(2, 3), [-3]), /axis -3 does not exist/],
  ['max: empty axis', () => max(t(0, 3), 0), /max of an empty axis/],
  ['max of whole numbers', () => max(of('int32', 3), 0), /max needs floating-point/],
  ['reshape: size', () => reshape(t(2, 3), [4]), /reshape of float32\[2, 3\] to \[4\]/],
  ['reshape: no whole length', () => reshape(t(2, 3), [4, -1]), /reshape of float32\[2, 3\] to \[4, 1.5\]/],
  ['broadcastTo: length', () => broadcastTo(t(2, 3), [2, 4]), /cannot broadcast float32\[2, 3\] to \[2, 4\]/],
  ['broadcastTo: rank', () => broadcastTo(t(2, 3), [3]), /cannot broadcast/],
  ['transpose: axis twice', () => transpose(t(2, 3), [0, 0]), /transpose of float32\[2, 3\] by \[0, 0\]/],
  ['transpose: rank', () => transpose(t(2, 3), [0]), /transpose/],
  ['concat: shapes', () => concat([t(2, 3), t(2, 4)], 0), /concat along axis 0 of float32\[2, 3\] and float32\[2, 4\]/],
  ['concat: element types', () => concat([t(2), of('int32', 2)], 0), /concat needs inputs of one element type/],
  ['concat of nothing', () => concat([], 0), /concat of nothing/],
  ['slice: end', () => slice(t(2, 3), 1, 1, 4), /slice 1..4 of axis 1 of float32\[2, 3\]/],
  ['slice: order', () => slice(t(5), 0, 3, 2), /slice 3..2/],
  ['slice: no whole number', () => slice(t(5), 0, 0.5, 2), /slice 0.5..2/],
  ['split: remainder', () => split(t(5), 2, 0), /split of axis 0 of float32\[5\] in 2/],
  ['split: negative', () => split(t(4), -2, 0), /split of axis 0/],
  ['pad: negative', () => pad(t(4), 0, -1, 0), /pad of -1 and 0/],
  ['matmul: inner lengths', () => matmul(t(2, 3), t(2, 3)), /matmul: inner lengths 3 and 2/],
  ['matmul: vector', () => matmul(t(3), t(3, 2)), /matmul of float32\[3\]/],
  ['matmul: batches', () => matmul(t(2, 3, 4), t(3, 4, 5)), /matmul cannot broadcast \[2\] and \[3\]/],
  ['matmul: element types', () => matmul(t(2, 3), of('float64', 3, 2)), /matmul needs floating-point/],
  ['linear: inputs', () => linear(t(2, 3), t(5, 4), t(5)), /linear of float32\[2, 3\] with weight float32\[5, 4\]/],
  ['linear: bias', () => linear(t(2, 3), t(5, 3), t(4)), /bias float32\[4\]/],
  ['linear of a scalar', () => linear(t(), t(5, 3), t(5)), /linear of float32\[\]/],
  ['columnSum: rank', () => columnSum(t(2, 3, 4)), /columnSum of float32\[2, 3, 4\]/],
  ['gatherRows: float indices', () => gatherRows(t(2, 3), t(2)), /gatherRows needs whole-number indices/],
  ['gatherRows: rank', () => gatherRows(t(2, 3), of('int32', 2, 2)), /gatherRows of float32\[2, 3\]/],
  ['scatterAddRows: updates', () => scatterAddRows(t(4, 3), of('int32', 2), t(3, 3)), /scatterAddRows/],
  ['takeAlongAxis: shapes', () => takeAlongAxis(t(2, 3), of('int32', 3, 1), 1), /takeAlongAxis 1/],
  ['putAlongAxis: shapes', () => putAlongAxis(t(2, 3), of('int32', 2, 2), t(2, 3), 1), /putAlongAxis 1 of float32/],
  ['oneHot: float indices', () => oneHot(t(2), 3, 'float32'), /oneHot needs whole-number indices/],
  ['layerNorm: width', () => layerNorm(t(2, 3), t(4), t(4)), /layerNorm of float32\[2, 3\]/],
  ['softmax of a scalar', () => softmax(t()), /softmax needs an axis/],
  ['logSoftmax of a scalar', () => logSoftmax(t()), /logSoftmax needs an axis/],
  ['cosineSimilarity: widths', () => cosineSimilarity(t(2, 3), t(2, 4)), /inner lengths 3 and 4/],
  ['attention: shapes', () => attention(t(1, 2, 3, 4), t(1, 2, 3, 4), t(1, 2, 2, 5)), /attention of/],
  ['attention: rank', () => attention(t(2, 3, 4), t(2, 3, 4), t(2, 3, 4)), /attention of/],
  ['crossEntropy: targets', () => crossEntropy(t(4, 3), of('int32', 1)), /crossEntropy of float32\[4, 3\]/],
  ['accuracyOf: targets', () => accuracyOf(t(4, 3), of('int32', 3)), /accuracyOf of float32\[4, 3\]/],
  ['meanSquaredError: shapes', () => meanSquaredError(t(4, 3), t(4, 1)), /meanSquaredError of/],
  ['lessEqual: bool', () => lessEqual(of('bool', 2), of('bool', 2)), /lessEqual has no order of bool/],
  ['greaterEqual: element types', () => greaterEqual(t(2), of('int32', 2)), /greaterEqual needs inputs of one/],
  ['and of numbers', () => and(t(2), t(2)), /and needs bool, got float32\[2\] and float32\[2\]/],
  ['not of numbers', () => not(t(2)), /not needs bool/],
  ['pow of whole numbers', () => pow(of('int32', 2), of('int32', 2)), /pow needs floating-point/],
  ['clip: order', () => clip(t(2), 1, -1), /clip between 1 and -1/],
  ['clip: no number', () => clip(t(2), Number.NaN, 1), /clip between NaN and 1/],
  ['argMax: empty axis', () => argMax(t(0, 3), 0), /argMax of an empty axis of float32\[0, 3\]/],
  ['argMin: axis', () => argMin(t(2), 1), /axis 1 does not exist/],
  ['topK: too many', () => topK(t(2, 3), 4), /topK of 4 elements along axis 1 of float32\[2, 3\]/],
  ['topK: none', () => topK(t(3), 0), /topK of 0/],
  ['variance of one value', () => variance(t(1, 3), 0, false, 1), /variance of 1 values with a correction of 1/],
  ['logSumExp: empty axis', () => logSumExp(t(0), 0), /logSumExp of an empty axis/],
  ['flip: axis', () => flip(t(2, 3), 2), /axis 2 does not exist/],
  ['roll: no whole number', () => roll(t(3), 0.5, 0), /roll of float32\[3\] by 0.5/],
  ['tile: rank', () => tile(t(2, 3), [2]), /tile of float32\[2, 3\] by \[2\]/],
  ['tile: negative', () => tile(t(2), [-1]), /tile of float32\[2\] by \[-1\]/],
  ['stack: shapes', () => stack([t(2), t(3)], 0), /concat along axis 0/],
  ['stack of nothing', () => stack([], 0), /stack of nothing/],
  [
    'padAxes: reflect beyond the other edge',
    () => padAxes(t(3), [[3, 0]], 'reflect'),
    /reflect padding of float32\[3\]/,
  ],
  ['padAxes: circular more than once around', () => padAxes(t(3), [[0, 4]], 'circular'), /circular padding/],
  ['padAxes: the edge of nothing', () => padAxes(t(0), [[1, 0]], 'replicate'), /replicate padding of float32\[0\]/],
  ['padAxes: negative', () => padAxes(t(3), [[-1, 0]]), /constant padding/],
  [
    'padAxes: rank',
    () =>
      padAxes(t(3), [
        [1, 0],
        [0, 0],
      ]),
    /padding of 2 axes of float32\[3\]/,
  ],
  ['gather: float indices', () => gather(t(2, 3), t(2), 1), /gather needs whole-number indices/],
  ['crossEntropy: places', () => crossEntropy(t(4, 3, 5), of('int32', 4, 6)), /crossEntropy of float32\[4, 3, 5\]/],
  ['crossEntropy: weights', () => crossEntropy(t(4, 3), of('int32', 4), { classWeights: t(4) }), /reshape of/],
  ['softCrossEntropy: shapes', () => softCrossEntropy(t(4, 3), t(4)), /softCrossEntropy of float32\[4, 3\]/],
  ['binaryCrossEntropy: shapes', () => binaryCrossEntropy(t(4, 3), t(4)), /binaryCrossEntropy of float32\[4, 3\]/],
  ['meanAbsoluteError: shapes', () => meanAbsoluteError(t(4), t(4, 1)), /meanAbsoluteError of/],
  ['huber: delta', () => huber(t(4), t(4), 0), /huber with a delta of 0/],
  ['smoothL1: beta', () => smoothL1(t(4), t(4), Number.NaN), /huber with a delta of NaN/],
  ['klDivergence of scalars', () => klDivergence(t(), t()), /klDivergence of float32\[\]/],
  ['softDice: rank', () => softDice(t(4, 3), t(4, 3)), /softDice of float32\[4, 3\]/],
  ['softDice: smooth', () => softDice(t(4, 3, 2), t(4, 3, 2), { smooth: 0 }), /smooth 0/],
  [
    'attention: bias',
    () => attention(t(1, 2, 3, 4), t(1, 2, 5, 4), t(1, 2, 5, 4), t(3, 4)),
    /attention cannot broadcast/,
  ],
  [
    'attention: bias too large',
    () => attention(t(1, 2, 3, 4), t(1, 2, 5, 4), t(1, 2, 5, 4), t(7, 2, 3, 5)),
    /attention of/,
  ],
  ['attention: no key', () => attention(t(1, 2, 3, 4), t(1, 2, 0, 4), t(1, 2, 0, 4)), /attention of/],
  ['attentionMask of numbers', () => attentionMask(t(3), 'float32'), /where needs a bool condition/],
  ['pairedCosine: shapes', () => pairedCosine(t(2, 3), t(2, 4)), /cannot broadcast/],
  ['input: shape', () => t(2, -1), /impossible shape \[2, -1\]/],
  ['constant: values', () => constant([1, 2], [3], 'float32'), /shape \[3\] was given 2 values/],
];

describe('shape rules', () => {
  test.each(MISTAKES)('%s', (_name, build, message) => {
    expect(build).toThrow(GraphError);
    expect(build).toThrow(message);
  });
});
