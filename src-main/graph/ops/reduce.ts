/** @file Reductions over axes. */

import { apply, GraphError, normaliseAxis, type OpDefinition, requireSameDType, type Tensor } from '../tensor.js';
import { div, equal, exp, mul, scale, square, sub, where } from './elementwise.js';
import { broadcastTo, reshape } from './shape.js';
import { scalar } from './source.js';

type ReduceAttributes = {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
};

function reducedShape(x: Tensor, { axes, keepDims }: ReduceAttributes): number[] {
  const shape = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return keepDims ? shape : shape.filter((_, axis) => !axes.includes(axis));
}

function keptShape(x: Tensor, axes: readonly number[]): number[] {
  return x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
}

const sumOp: OpDefinition<ReduceAttributes> = {
  name: 'sum',
  infer: ([x], attributes) => [{ shape: reducedShape(x, attributes), dtype: requireSameDType('sum', [x]) }],
  gradient: ({ inputs: [x], attributes }, [g]) => [
    g === null ? null : broadcastTo(reshape(g, keptShape(x, attributes.axes)), x.shape),
  ],
  lower({ attributes }, l) {
    const axes = l.constant(attributes.axes, [attributes.axes.length], 'int64');
    l.emit('ReduceSum', [l.input(0), axes], {
      attributes: { keepdims: attributes.keepDims ? 1 : 0 },
      outputs: [l.output(0)],
    });
  },
  evaluate: ({ attributes: { axes, keepDims } }, [x], tf) => [tf.sum(x, [...axes], keepDims)],
};

function extremum(name: 'max' | 'min', onnx: 'ReduceMax' | 'ReduceMin'): OpDefinition<ReduceAttributes> {
  return {
    name,
    infer([x], attributes) {
      if (attributes.axes.some((axis) => x.shape[axis] === 0)) throw new GraphError(`${name} of an empty axis`);
      return [{ shape: reducedShape(x, attributes), dtype: requireSameDType(name, [x], true) }];
    },
    // Ties share the gradient evenly, as PyTorch's amax does.
    gradient({ inputs: [x], outputs, attributes }, [g]) {
      if (g === null) return [null];
      const kept = keptShape(x, attributes.axes);
      const hit = where(equal(x, reshape(outputs[0], kept)), scalar(1, x.dtype), scalar(0, x.dtype));
      return [mul(hit, div(reshape(g, kept), sum(hit, attributes.axes, true)))];
    },
    lower({ attributes }, l) {
      const axes = l.constant(attributes.axes, [attributes.axes.length], 'int64');
      l.emit(onnx, [l.input(0), axes], {
        attributes: { keepdims: attributes.keepDims ? 1 : 0 },
        outputs: [l.output(0)],
      });
    },
    evaluate: ({ attributes: { axes, keepDims } }, [x], tf) => [tf[name](x, [...axes], keepDims)],
  };
}

const maxOp = extremum('max', 'ReduceMax');
const minOp = extremum('min', 'ReduceMin');

const sumSquaresOp: OpDefinition<ReduceAttributes> = {
  name: 'sumSquares',
  infer: ([x], attributes) => [
    { shape: reducedShape(x, attributes), dtype: requireSameDType('sumSquares', [x], true) },
  ],
  gradient: ({ inputs: [x], attributes }, [g]) => [
    g === null ? null : mul(scale(x, 2), reshape(g, keptShape(x, attributes.axes))),
  ],
  lower({ attributes }, l) {
    const axes = l.constant(attributes.axes, [attributes.axes.length], 'int64');
    l.emit('ReduceSumSquare', [l.input(0), axes], {
      attributes: { keepdims: attributes.keepDims ? 1 : 0 },
      outputs: [l.output(0)],
    });
  },
  evaluate: ({ attributes: { axes, keepDims } }, [x], tf) => [tf.sum(tf.square(x), [...axes], keepDims)],
};

type Axes = number | readonly number[] | null;

function attributesOf(x: Tensor, axes: Axes, keepDims: boolean): ReduceAttributes {
  const list = axes === null ? x.shape.map((_, axis) => axis) : typeof axes === 'number' ? [axes] : axes;
  const normal = [...new Set(list.map((axis) => normaliseAxis(axis, x.rank)))].sort((a, b) => a - b);
  return { axes: normal, keepDims };
}

// ONNX takes an empty list of axes for all of them, so a reduction over none is not emitted.

/** Sum over axes (null: all). */
export const sum = (x: Tensor, axes: Axes, keepDims = false): Tensor => {
  const attributes = attributesOf(x, axes, keepDims);
  return attributes.axes.length === 0 ? x : apply(sumOp, [x], attributes);
};
/** Largest element over axes (null: all). */
export const max = (x: Tensor, axes: Axes, keepDims = false): Tensor => {
  const attributes = attributesOf(x, axes, keepDims);
  return attributes.axes.length === 0 ? x : apply(maxOp, [x], attributes);
};
/** Smallest element over axes (null: all). */
export const min = (x: Tensor, axes: Axes, keepDims = false): Tensor => {
  const attributes = attributesOf(x, axes, keepDims);
  return attributes.axes.length === 0 ? x : apply(minOp, [x], attributes);
};
/** Sum of squares over axes (null: all). */
export const sumSquares = (x: Tensor, axes: Axes, keepDims = false): Tensor => {
  const attributes = attributesOf(x, axes, keepDims);
  return attributes.axes.length === 0 ? square(x) : apply(sumSquaresOp, [x], attributes);
};

/** Arithmetic mean over axes (null: all). */
export function mean(x: Tensor, axes: Axes, keepDims = false): Tensor {
  const total = sum(x, axes, keepDims);
  return scale(total, total.size / x.size);
}

/**
 * Variance over axes (null: all). `correction` is subtracted from the count: 0 for the population's variance, 1 for
 * the unbiased estimate.
 */
export function variance(x: Tensor, axes: Axes, keepDims = false, correction = 0): Tensor {
  const squares = sumSquares(sub(x, mean(x, axes, true)), axes, keepDims);
  const count = x.size / squares.size;
  if (count <= correction) throw new GraphError(`variance of ${count} values with a correction of ${correction}`);
  return scale(squares, 1 / (count - correction));
}

const logSumExpOp: OpDefinition<ReduceAttributes> = {
  name: 'logSumExp',
  infer([x], attributes) {
    if (attributes.axes.some((axis) => x.shape[axis] === 0)) throw new GraphError('logSumExp of an empty axis');
    return [{ shape: reducedShape(x, attributes), dtype: requireSameDType('logSumExp', [x], true) }];
  },
  gradient({ inputs: [x], outputs: [y], attributes }, [g]) {
    if (g === null) return [null];
    const kept = keptShape(x, attributes.axes);
    return [mul(exp(sub(x, reshape(y, kept))), reshape(g, kept))];
  },
  // Spelled out: not every provider's ReduceLogSumExp subtracts the largest element first.
  lower({ inputs: [x], attributes }, l) {
    const axes = l.constant(attributes.axes, [attributes.axes.length], 'int64');
    const keep = { attributes: { keepdims: 1 } };
    const found = l.emit('ReduceMax', [l.input(0), axes], keep);
    // Kept finite: all -infinity gives -infinity, not the NaN of their difference.
    const limit = { float16: 65504, float32: 3.4e38 }[x.dtype as string] ?? 1.7e308;
    const bounds = [-limit, limit].map((bound) => l.constant([bound], [], x.dtype));
    const peak = l.emit('Clip', [found, ...bounds]);
    const total = l.emit('ReduceSum', [l.emit('Exp', [l.emit('Sub', [l.input(0), peak])]), axes], keep);
    const result = l.emit('Add', [l.emit('Log', [total]), peak], attributes.keepDims ? { outputs: [l.output(0)] } : {});
    if (attributes.keepDims) return;
    const shape = reducedShape(x, attributes);
    l.emit('Reshape', [result, l.constant(shape, [shape.length], 'int64')], { outputs: [l.output(0)] });
  },
  evaluate: ({ attributes: { axes, keepDims } }, [x], tf) => [tf.logSumExp(x, [...axes], keepDims)],
};

/** log(sum(exp(x))) over axes (null: all), without overflow. */
export function logSumExp(x: Tensor, axes: Axes, keepDims = false): Tensor {
  const attributes = attributesOf(x, axes, keepDims);
  return attributes.axes.length === 0 ? x : apply(logSumExpOp, [x], attributes);
}

/** This file’s part of the op table. */
export const reduceOps: readonly OpDefinition[] = [sumOp, maxOp, minOp, sumSquaresOp, logSumExpOp];
