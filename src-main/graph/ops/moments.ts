/**
 * @file Batch, group and instance normalisation: mean and variance as one op, and the scale and offset that they and
 * the layer's own parameters amount to, so that the activations are read and written once.
 */

import { applyAll, GraphError, type OpDefinition, requireSameDType, sizeOf, type Tensor, typeName } from '../tensor.js';
import { add, mul, reciprocal, scale, shift, sqrt, sub } from './elementwise.js';
import { reshape } from './shape.js';

type MomentsAttributes = { readonly axes: readonly number[] };

const momentsOp: OpDefinition<MomentsAttributes> = {
  name: 'moments',
  // Outputs: mean and variance (divided by the count), reduced axes kept with length 1.
  infer([x], { axes }) {
    const dtype = requireSameDType('moments', [x], true);
    if (axes.length === 0 || x.size === 0) throw new GraphError(`moments of ${typeName(x)} over [${axes.join(', ')}]`);
    const shape = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    return [
      { shape, dtype },
      { shape, dtype },
    ];
  },
  gradient({ inputs: [x], outputs: [average], attributes: { axes } }, [toAverage, toVariance]) {
    const count = sizeOf(axes.map((axis) => x.shape[axis]));
    const slope = toVariance === null ? null : scale(toVariance, 2 / count);
    // Of the small tensors first: (x - average) * slope + offset is x * slope + (offset - average * slope).
    const flat = toAverage === null ? null : scale(toAverage, 1 / count);
    if (slope === null) return [flat === null ? null : add(flat, scale(x, 0))];
    const offset = flat === null ? scale(mul(average, slope), -1) : sub(flat, mul(average, slope));
    return [add(mul(x, slope), offset)];
  },
  lower({ inputs: [x], attributes: { axes } }, l) {
    const list = l.constant(axes, [axes.length], 'int64');
    const average = l.emit('ReduceMean', [l.input(0), list], { attributes: { keepdims: 1 }, outputs: [l.output(0)] });
    // Two passes: the mean of squares less the squared mean loses all digits where the mean is far from 0.
    const centred = l.emit('Sub', [l.input(0), average]);
    const squares = l.emit('ReduceSumSquare', [centred, list], { attributes: { keepdims: 1 } });
    const count = sizeOf(axes.map((axis) => x.shape[axis]));
    l.emit('Mul', [squares, l.constant([1 / count], [], x.dtype)], { outputs: [l.output(1)] });
  },
  evaluate({ attributes: { axes } }, [x], tf) {
    const average = tf.mean(x, [...axes], true);
    return [average, tf.mean(tf.square(tf.sub(x, average)), [...axes], true)];
  },
};

export interface Moments {
  readonly mean: Tensor;
  /** Divided by the count, not by the count less one. */
  readonly variance: Tensor;
}

/** Mean and variance over axes, which are kept with length 1. */
export function moments(x: Tensor, axes: readonly number[]): Moments {
  const [mean, variance] = applyAll(momentsOp, [x], { axes: [...axes].sort((a, b) => a - b) });
  return { mean, variance };
}

/** [channels] beside `[batch, channels, ...lengths]`. */
const byChannel = (values: Tensor, rank: number): Tensor =>
  reshape(values, [1, values.shape[0], ...new Array<number>(rank - 2).fill(1)]);

function requireChannels(op: string, x: Tensor, vectors: readonly Tensor[]): void {
  if (x.rank < 2 || vectors.some((vector) => vector.rank !== 1 || vector.shape[0] !== x.shape[1])) {
    throw new GraphError(`${op} of ${typeName(x)} with ${vectors.map(typeName).join(', ')}`);
  }
}

/** gamma (x - mean) / sqrt(variance + epsilon) + beta, as x * scale + offset. */
function standardised(x: Tensor, { mean, variance }: Moments, gamma: Tensor, beta: Tensor, epsilon: number): Tensor {
  const factor = mul(gamma, reciprocal(sqrt(shift(variance, epsilon))));
  return add(mul(x, factor), sub(beta, mul(mean, factor)));
}

/**
 * Batch normalisation by the batch's own statistics (Ioffe and Szegedy 2015), as torch.nn.BatchNorm2d in training.
 *
 * @param x [batch, channels, ...lengths]; any number of spatial axes, none as well
 * @param gamma [channels], the scale
 * @param beta [channels], the offset
 * @returns the result, and mean and variance [channels], which running statistics are made of
 */
export function batchNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon = 1e-5): Moments & { output: Tensor } {
  requireChannels('batchNorm', x, [gamma, beta]);
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const statistics = moments(x, axes);
  const output = standardised(x, statistics, byChannel(gamma, x.rank), byChannel(beta, x.rank), epsilon);
  const channels = gamma.shape;
  return { output, mean: reshape(statistics.mean, channels), variance: reshape(statistics.variance, channels) };
}

/**
 * Batch normalisation by given statistics, as torch.nn.BatchNorm2d after `eval()`.
 *
 * @param mean [channels]
 * @param variance [channels]
 */
export function batchNormInference(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  { mean, variance }: Moments,
  epsilon = 1e-5,
): Tensor {
  requireChannels('batchNormInference', x, [gamma, beta, mean, variance]);
  const statistics = { mean: byChannel(mean, x.rank), variance: byChannel(variance, x.rank) };
  return standardised(x, statistics, byChannel(gamma, x.rank), byChannel(beta, x.rank), epsilon);
}

/**
 * Group normalisation (Wu and He 2018): statistics of each image over groups of channels, as torch.nn.GroupNorm.
 *
 * @param x [batch, channels, ...lengths]
 * @param gamma [channels]
 * @param beta [channels]
 */
export function groupNorm(x: Tensor, groups: number, gamma: Tensor, beta: Tensor, epsilon = 1e-5): Tensor {
  requireChannels('groupNorm', x, [gamma, beta]);
  const [batch, channels] = x.shape;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new GraphError(`groupNorm of ${typeName(x)} in ${groups} groups`);
  }
  const width = channels / groups;
  const grouped = reshape(x, [batch, groups, width, x.size / (batch * channels)]);
  const inGroups = (vector: Tensor) => reshape(vector, [1, groups, width, 1]);
  const output = standardised(grouped, moments(grouped, [2, 3]), inGroups(gamma), inGroups(beta), epsilon);
  return reshape(output, x.shape);
}

/** Instance normalisation (Ulyanov et al. 2016): statistics of each channel of each image, as torch.nn.InstanceNorm2d. */
export const instanceNorm = (x: Tensor, gamma: Tensor, beta: Tensor, epsilon = 1e-5): Tensor =>
  groupNorm(x, x.shape[1], gamma, beta, epsilon);

/** This file’s part of the op table. */
export const momentsOps: readonly OpDefinition[] = [momentsOp];
