/** @file Reading and writing by index: gather, scatter-add, take-along-axis, one-hot. */

import {
  apply,
  type DType,
  GraphError,
  normaliseAxis,
  type OpDefinition,
  type Shape,
  sameShape,
  sizeOf,
  type Tensor,
  tfDType,
  typeName,
} from '../tensor.js';
import type { Tf, TfTensor } from '../tfjs.js';
import { ONNX_DTYPE } from './elementwise.js';
import { zeros } from './shape.js';

type None = Record<string, never>;
type TfIndices = ReturnType<Tf['tensor1d']>;

function requireIndices(op: string, indices: Tensor): void {
  if (indices.dtype !== 'int32' && indices.dtype !== 'int64') {
    throw new GraphError(`${op} needs whole-number indices, got ${typeName(indices)}`);
  }
}

const gatherOp: OpDefinition<None> = {
  name: 'gatherRows',
  infer([x, indices]) {
    requireIndices('gatherRows', indices);
    if (indices.rank !== 1 || x.rank < 1) {
      throw new GraphError(`gatherRows of ${typeName(x)} with indices ${typeName(indices)}`);
    }
    return [{ shape: [indices.shape[0], ...x.shape.slice(1)], dtype: x.dtype }];
  },
  gradient: ({ inputs: [x, indices] }, [g]) => [g === null ? null : scatterAddRows(zeros(x), indices, g), null],
  lower: (_operation, l) =>
    void l.emit('Gather', [l.input(0), l.input(1)], { attributes: { axis: 0 }, outputs: [l.output(0)] }),
  evaluate: (_operation, [x, indices], tf) => [tf.gather(x, indices)],
};

/**
 * Rows of `x` in the order of `indices`; an index may occur more than once.
 *
 * @param x [rows, ...]
 * @param indices [count], each 0 .. rows - 1
 * @returns [count, ...]
 */
export const gatherRows = (x: Tensor, indices: Tensor): Tensor => apply(gatherOp, [x, indices], {});

const scatterAddOp: OpDefinition<None> = {
  name: 'scatterAddRows',
  infer([base, indices, updates]) {
    requireIndices('scatterAddRows', indices);
    const fits =
      indices.rank === 1 &&
      updates.rank === base.rank &&
      updates.shape[0] === indices.shape[0] &&
      updates.shape.slice(1).every((length, axis) => length === base.shape[axis + 1]);
    if (!fits) {
      throw new GraphError(`scatterAddRows of ${typeName(updates)} at ${typeName(indices)} into ${typeName(base)}`);
    }
    return [{ shape: base.shape, dtype: base.dtype }];
  },
  gradient: ({ inputs: [, indices] }, [g]) => (g === null ? [null, null, null] : [g, null, gatherRows(g, indices)]),
  lower({ inputs: [, indices] }, l) {
    const wide = indices.dtype === 'int64' ? l.input(1) : l.emit('Cast', [l.input(1)], { attributes: { to: 7 } });
    const column = l.emit('Reshape', [wide, l.constant([indices.shape[0], 1], [2], 'int64')]);
    l.emit('ScatterND', [l.input(0), column, l.input(2)], { attributes: { reduction: 'add' }, outputs: [l.output(0)] });
  },
  evaluate: ({ inputs: [{ shape }] }, [base, indices, updates], tf) => [
    tf.add(base, tf.unsortedSegmentSum(updates, indices as TfIndices, shape[0])),
  ],
};

/**
 * `base` with each row of `updates` added at its index; rows with the same index add up.
 *
 * @param base [rows, ...]
 * @param indices [count]
 * @param updates [count, ...]
 */
export const scatterAddRows = (base: Tensor, indices: Tensor, updates: Tensor): Tensor =>
  apply(scatterAddOp, [base, indices, updates], {});

type AxisAttributes = { readonly axis: number };

const takeAlongAxisOp: OpDefinition<AxisAttributes> = {
  name: 'takeAlongAxis',
  infer([x, indices], { axis }) {
    requireIndices('takeAlongAxis', indices);
    if (indices.rank !== x.rank || indices.shape.some((length, i) => i !== axis && length !== x.shape[i])) {
      throw new GraphError(`takeAlongAxis ${axis} of ${typeName(x)} with indices ${typeName(indices)}`);
    }
    return [{ shape: indices.shape, dtype: x.dtype }];
  },
  gradient: ({ inputs: [x, indices], attributes: { axis } }, [g]) => [
    g === null ? null : apply(putAlongAxisOp, [zeros(x), indices, g], { axis }),
    null,
  ],
  lower: ({ attributes: { axis } }, l) =>
    void l.emit('GatherElements', [l.input(0), l.input(1)], { attributes: { axis }, outputs: [l.output(0)] }),
  evaluate: ({ inputs: [{ shape, size }], attributes: { axis } }, [x, indices], tf) => [
    tf.reshape(tf.gather(tf.reshape(x, [size]), flatPositions(tf, shape, axis, indices)), indices.shape),
  ],
};

const putAlongAxisOp: OpDefinition<AxisAttributes> = {
  name: 'putAlongAxis',
  infer([base, indices, updates], { axis }) {
    requireIndices('putAlongAxis', indices);
    const fits =
      indices.rank === base.rank &&
      updates.dtype === base.dtype &&
      sameShape(indices.shape, updates.shape) &&
      indices.shape.every((length, i) => i === axis || length === base.shape[i]);
    if (!fits) {
      throw new GraphError(
        `putAlongAxis ${axis} of ${typeName(updates)} at ${typeName(indices)} into ${typeName(base)}`,
      );
    }
    return [{ shape: base.shape, dtype: base.dtype }];
  },
  gradient: ({ inputs: [, indices], attributes: { axis } }, [g]) =>
    g === null ? [null, null, null] : [g, null, apply(takeAlongAxisOp, [g, indices], { axis })],
  lower: ({ attributes: { axis } }, l) =>
    void l.emit('ScatterElements', [l.input(0), l.input(1), l.input(2)], {
      attributes: { axis, reduction: 'add' },
      outputs: [l.output(0)],
    }),
  evaluate({ inputs: [{ shape, size }], attributes: { axis } }, [base, indices, updates], tf) {
    const positions = flatPositions(tf, shape, axis, indices);
    const sums = tf.unsortedSegmentSum(tf.reshape(updates, [updates.size]), positions, size);
    return [tf.add(base, tf.reshape(sums, [...shape]))];
  },
};

/**
 * TensorFlow.js gathers and adds whole rows: for single elements, the positions of `indices` along an axis in the flat
 * values of a tensor.
 */
function flatPositions(tf: Tf, shape: Shape, axis: number, indices: TfTensor): TfIndices {
  const stride = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  // Where the row starts that element [outer, taken, inner] comes from: [outer, 1, stride].
  const starts = Int32Array.from(
    { length: outer * stride },
    (_, i) => Math.floor(i / stride) * shape[axis] * stride + (i % stride),
  );
  const taken = tf.reshape(indices, [outer, indices.shape[axis], stride]);
  const positions = tf.add(tf.mul(taken, tf.scalar(stride, 'int32')), tf.tensor3d(starts, [outer, 1, stride], 'int32'));
  return tf.reshape(positions, [indices.size]);
}

/** One element of `x` for each index along `axis`, as torch.gather and numpy.take_along_axis. */
export const takeAlongAxis = (x: Tensor, indices: Tensor, axis: number): Tensor =>
  apply(takeAlongAxisOp, [x, indices], { axis: normaliseAxis(axis, x.rank) });

/** `base` with each update added at its index along `axis`, as torch.scatter_add; the same index adds up. */
export const putAlongAxis = (base: Tensor, indices: Tensor, updates: Tensor, axis: number): Tensor =>
  apply(putAlongAxisOp, [base, indices, updates], { axis: normaliseAxis(axis, base.rank) });

type OneHotAttributes = { readonly classes: number; readonly dtype: DType };

const oneHotOp: OpDefinition<OneHotAttributes> = {
  name: 'oneHot',
  infer([indices], { classes, dtype }) {
    requireIndices('oneHot', indices);
    return [{ shape: [...indices.shape, classes], dtype }];
  },
  // A comparison with 0 .. classes - 1: the OneHot operator has no kernel for most pairs of element types.
  lower({ inputs: [indices], attributes: { classes, dtype } }, l) {
    const shape = [...indices.shape, 1];
    const column = l.emit('Reshape', [l.input(0), l.constant(shape, [shape.length], 'int64')]);
    const range = l.constant(
      Array.from({ length: classes }, (_, index) => index),
      [classes],
      indices.dtype,
    );
    const hit = l.emit('Equal', [column, range]);
    l.emit('Cast', [hit], { attributes: { to: ONNX_DTYPE[dtype] }, outputs: [l.output(0)] });
  },
  evaluate: ({ attributes: { classes, dtype } }, [indices], tf) => [
    tf.cast(tf.equal(tf.expandDims(indices, -1), tf.range(0, classes, 1, 'int32')), tfDType(dtype)),
  ],
};

/** 1 at each index along a new last axis, else 0. */
export const oneHot = (indices: Tensor, classes: number, dtype: DType): Tensor =>
  apply(oneHotOp, [indices], { classes, dtype });

/** This file’s part of the op table. */
export const indexOps: readonly OpDefinition[] = [gatherOp, scatterAddOp, takeAlongAxisOp, putAlongAxisOp, oneHotOp];
