/** @file The ops' reference values, written by bench/peers/ops_fixtures.py, and the graph of each. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gradients } from '../../../../src-main/graph/gradient.js';
import { erf, gelu } from '../../../../src-main/graph/ops/activation.js';
import { attention, attentionMask } from '../../../../src-main/graph/ops/attention.js';
import { conv } from '../../../../src-main/graph/ops/conv.js';
import { convTranspose } from '../../../../src-main/graph/ops/conv-transpose.js';
import { convWeightGradient } from '../../../../src-main/graph/ops/conv-weight.js';
import * as distance from '../../../../src-main/graph/ops/distance.js';
import * as elementwise from '../../../../src-main/graph/ops/elementwise.js';
import { gather } from '../../../../src-main/graph/ops/gather.js';
import * as indexing from '../../../../src-main/graph/ops/index.js';
import * as logic from '../../../../src-main/graph/ops/logic.js';
import { binaryCrossEntropy, crossEntropy, softCrossEntropy } from '../../../../src-main/graph/ops/loss.js';
import * as mathOps from '../../../../src-main/graph/ops/math.js';
import { columnSum, linear, matmul } from '../../../../src-main/graph/ops/matmul.js';
import * as norms from '../../../../src-main/graph/ops/moments.js';
import * as nonlinear from '../../../../src-main/graph/ops/nonlinear.js';
import * as normalise from '../../../../src-main/graph/ops/normalise.js';
import { argMax, argMin, topK } from '../../../../src-main/graph/ops/order.js';
import { type PadMode, padAxes } from '../../../../src-main/graph/ops/padding.js';
import { adaptiveMaxPool, maxPool, maxUnpool } from '../../../../src-main/graph/ops/pool.js';
import { flip, roll, stack, tile } from '../../../../src-main/graph/ops/rearrange.js';
import * as reduce from '../../../../src-main/graph/ops/reduce.js';
import * as resample from '../../../../src-main/graph/ops/resample.js';
import * as shapes from '../../../../src-main/graph/ops/shape.js';
import { constant, input } from '../../../../src-main/graph/ops/source.js';
import type { DType, FloatDType, Tensor } from '../../../../src-main/graph/tensor.js';
import type { PerAxis } from '../../../../src-main/graph/windows.js';
import type { Values } from '../../../helpers/run-graph.js';

interface Reference {
  readonly shape: number[];
  readonly data: number[];
}

interface Entry {
  readonly inputs: readonly (Reference & { readonly dtype: DType })[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly output: Reference & { readonly dtype: DType };
  /** Of sum(output * cos(0, 1, 2, ...)), with respect to the floating-point inputs. */
  readonly gradients?: readonly Reference[];
}

export const FIXTURES = JSON.parse(readFileSync(resolve('tests/fixtures/nn/ops.json'), 'utf8')) as Readonly<
  Record<string, Entry>
>;

/** The options of an entry are what the fixture says; a name or type that is wrong fails the test. */
interface Options {
  axes: number[];
  axis: number;
  keepDims: boolean;
  shape: number[];
  permutation: number[];
  counts: [number, number][];
  mode: PadMode;
  repeats: number[];
  [name: string]: unknown;
}
type Build = (inputs: Tensor[], options: Options) => Tensor;

const reduction = (op: (x: Tensor, axes: number[], keepDims?: boolean) => Tensor): Build => {
  return ([x], { axes, keepDims }) => op(x, axes, keepDims);
};
const one = (op: (x: Tensor) => Tensor): Build => {
  return ([x]) => op(x);
};
const two = (op: (a: Tensor, b: Tensor) => Tensor): Build => {
  return ([a, b]) => op(a, b);
};

/** By the first word of an entry's name: the function that it is a reference for. */
const BUILD: Readonly<Record<string, Build>> = {
  add: two(elementwise.add),
  sub: two(elementwise.sub),
  mul: two(elementwise.mul),
  div: two(elementwise.div),
  maximum: two(elementwise.maximum),
  minimum: two(elementwise.minimum),
  equal: two(elementwise.equal),
  less: two(elementwise.less),
  greater: two(elementwise.greater),
  lessEqual: two(logic.lessEqual),
  greaterEqual: two(logic.greaterEqual),
  notEqual: two(logic.notEqual),
  and: two(logic.and),
  or: two(logic.or),
  neg: one(elementwise.neg),
  exp: one(elementwise.exp),
  log: one(elementwise.log),
  sqrt: one(elementwise.sqrt),
  reciprocal: one(elementwise.reciprocal),
  square: one(elementwise.square),
  abs: one(elementwise.abs),
  tanh: one(elementwise.tanh),
  sigmoid: one(elementwise.sigmoid),
  relu: one(elementwise.relu),
  stopGradient: one(elementwise.stopGradient),
  sign: one(mathOps.sign),
  floor: one(mathOps.floor),
  ceil: one(mathOps.ceil),
  round: one(mathOps.round),
  sin: one(mathOps.sin),
  cos: one(mathOps.cos),
  sum: reduction(reduce.sum),
  mean: reduction(reduce.mean),
  max: reduction(reduce.max),
  min: reduction(reduce.min),
  sumSquares: reduction(reduce.sumSquares),
  logSumExp: reduction(reduce.logSumExp),
  softmax: one(normalise.softmax),
  logSoftmax: one(normalise.logSoftmax),
  l2Normalise: one(normalise.l2Normalise),
  meanSquaredError: two(distance.meanSquaredError),
  meanAbsoluteError: two(distance.meanAbsoluteError),
  klDivergence: ([logQ, p]) => distance.klDivergence(logQ, fixed(p)),
  not: one(logic.not),
  where: ([condition, a, b]) => elementwise.where(condition, a, b),
  pow: two(mathOps.pow),
  erf: one(erf),
  gelu: one(gelu),
  silu: one(nonlinear.silu),
  softplus: one(nonlinear.softplus),
  leakyRelu: ([x], { slope }) => nonlinear.leakyRelu(x, Number(slope)),
  clip: ([x], { low, high }) => nonlinear.clip(x, Number(low), Number(high)),
  cast: ([x], { to }) => elementwise.cast(x, to as DType),
  variance: ([x], { axes, correction }) => reduce.variance(x, axes, false, Number(correction)),
  argMax: ([x], { axis }) => argMax(x, axis),
  argMin: ([x], { axis }) => argMin(x, axis),
  topK: ([x], { k, axis }) => topK(x, Number(k), axis).indices,

  reshape: ([x], { shape }) => shapes.reshape(x, shape),
  broadcastTo: ([x], { shape }) => shapes.broadcastTo(x, shape),
  transpose: ([x], { permutation }) => shapes.transpose(x, permutation),
  concat: (inputs, { axis }) => shapes.concat(inputs, axis),
  stack: (inputs, { axis }) => stack(inputs, axis),
  slice: ([x], { axis, start, end }) => shapes.slice(x, axis, Number(start), Number(end)),
  split: ([x], { parts, axis }) => shapes.split(x, Number(parts), axis)[1],
  pad: ([x], { axis, before, after }) => shapes.pad(x, axis, Number(before), Number(after)),
  padAxes: ([x], { counts, mode, value }) => padAxes(x, counts, mode, Number(value ?? 0)),
  flip: ([x], { axes }) => flip(x, axes),
  roll: ([x], { offset, axis }) => roll(x, Number(offset), axis),
  tile: ([x], { repeats }) => tile(x, repeats),
  gatherRows: two(indexing.gatherRows),
  gather: ([x, indices], { axis }) => gather(x, indices, axis),
  scatterAddRows: ([base, indices, updates]) => indexing.scatterAddRows(base, indices, updates),
  takeAlongAxis: ([x, indices], { axis }) => indexing.takeAlongAxis(x, indices, axis),
  putAlongAxis: ([base, indices, updates], { axis }) => indexing.putAlongAxis(base, indices, updates, axis),
  oneHot: ([indices], { classes }) => indexing.oneHot(indices, Number(classes), 'float32'),

  matmul: ([a, b], { transposeA, transposeB, factor }) =>
    matmul(a, b, { transposeA: transposeA === true, transposeB: transposeB === true, factor: Number(factor) }),
  linear: ([x, weight, bias]) => linear(x, weight, bias),
  columnSum: one(columnSum),
  layerNorm: ([x, gamma, beta], { epsilon }) => normalise.layerNorm(x, gamma, beta, Number(epsilon)),
  cosineSimilarity: two(normalise.cosineSimilarity),
  pairedCosine: two(normalise.pairedCosine),
  attention: ([q, k, v, bias]) => attention(q, k, v, bias ?? null),
  attentionMask: ([q, k, v, allowed]) => attention(q, k, v, attentionMask(allowed, q.dtype as FloatDType)),

  crossEntropy: ([logits, target, weights], options) =>
    crossEntropy(logits, target, { ...options, classWeights: weights === undefined ? null : fixed(weights) }),
  softCrossEntropy: two(softCrossEntropy),
  binaryCrossEntropy: ([logits, target, weights]) =>
    binaryCrossEntropy(logits, target, weights === undefined ? null : fixed(weights)),
  huber: ([a, b], { delta }) => distance.huber(a, b, Number(delta)),
  smoothL1: ([a, b], { beta }) => distance.smoothL1(a, b, Number(beta)),
  softDice: ([p, t], { smooth, overBatch }) =>
    distance.softDice(p, t, { smooth: Number(smooth ?? 1), overBatch: overBatch === true }),

  conv: ([x, weight, bias], options) => conv(x, weight, { ...windows(options), bias: bias ?? null }),
  convTranspose: ([x, weight], options) =>
    convTranspose(x, weight, { ...windows(options), outputPadding: Number(options.outputPadding) }),
  convWeightGradient: ([x, g], options) =>
    convWeightGradient(x, g, options as unknown as Parameters<typeof convWeightGradient>[2]),
  maxPool: ([x], options) => maxPool(x, options.kernel as number[], windows(options)),
  maxUnpool: ([values, places], { shape }) => maxUnpool(values, places, shape, true),
  averagePool: ([x], options) =>
    resample.averagePool(x, options.kernel as number[], {
      ...windows(options),
      countPadding: options.countPadding === true,
    }),
  adaptiveAveragePool: ([x], { counts }) => resample.adaptiveAveragePool(x, counts as unknown as number[]),
  adaptiveMaxPool: ([x], { counts }) => adaptiveMaxPool(x, counts as unknown as number[]),
  resizeNearest: ([x], { sizes }) => resample.resizeNearest(x, sizes as number[]),
  resizeLinear: ([x], { sizes, alignCorners }) => resample.resizeLinear(x, sizes as number[], alignCorners === true),
  batchNorm: ([x, gamma, beta]) => norms.batchNorm(x, gamma, beta).output,
  batchNormInference: ([x, gamma, beta, mean, variance]) =>
    norms.batchNormInference(x, gamma, beta, { mean: fixed(mean), variance: fixed(variance) }),
  groupNorm: ([x, gamma, beta], { groups }) => norms.groupNorm(x, Number(groups), gamma, beta),
  instanceNorm: ([x, gamma, beta]) => norms.instanceNorm(x, gamma, beta),
};

/** The numbers of a convolution or a pooling that an entry gives. */
function windows(options: Options): { stride?: PerAxis; padding?: PerAxis; dilation?: PerAxis; groups?: number } {
  const given = (['stride', 'padding', 'dilation', 'groups'] as const).filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}

/** What the fixture's loss takes as given numbers. */
const fixed = (weights: Tensor): Tensor => elementwise.stopGradient(weights);

export interface FixtureGraph {
  readonly inputs: readonly Tensor[];
  readonly values: Values;
  readonly output: Tensor;
  readonly toInputs: readonly Tensor[];
}

/** The graph of a fixture, with its gradients; `prefix` keeps the inputs of several in one program apart. */
export function fixtureGraph(name: string, dtype: FloatDType, prefix = 'x'): FixtureGraph {
  const { inputs: given, options, gradients: expected } = FIXTURES[name];
  const values: Record<string, ArrayLike<number>> = {};
  const inputs = given.map(({ shape, dtype: own, data }, index) => {
    values[`${prefix}${index}`] = data;
    return input(`${prefix}${index}`, shape, own === 'float64' ? dtype : own);
  });
  const build = BUILD[name.split(' ')[0]];
  if (build === undefined) throw new Error(`the fixture ${name} has no graph`);
  const output = build(inputs, options as Options);
  if (expected === undefined) return { inputs, values, output, toInputs: [] };
  const weights = constant(
    Array.from({ length: output.size }, (_, i) => Math.cos(i)),
    output.shape,
    dtype,
  );
  const sources = inputs.filter((tensor) => tensor.dtype === dtype);
  const toInputs = gradients(reduce.sum(elementwise.mul(output, weights), null), sources);
  return { inputs, values, output, toInputs };
}
