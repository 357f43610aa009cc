/** @file Where the largest and smallest elements are: arg-max, arg-min, top-k. None has a gradient. */

import {
  apply,
  applyAll,
  GraphError,
  normaliseAxis,
  type OpDefinition,
  requireSameDType,
  type Tensor,
  typeName,
} from '../tensor.js';
import { ONNX_DTYPE } from './elementwise.js';

type ArgAttributes = { readonly axis: number; readonly keepDims: boolean };

function argument(name: 'argMax' | 'argMin', onnx: 'ArgMax' | 'ArgMin'): OpDefinition<ArgAttributes> {
  return {
    name,
    infer([x], { axis, keepDims }) {
      requireSameDType(name, [x], true);
      if (x.shape[axis] === 0) throw new GraphError(`${name} of an empty axis of ${typeName(x)}`);
      const shape = x.shape.map((length, i) => (i === axis ? 1 : length));
      return [{ shape: keepDims ? shape : shape.filter((_, i) => i !== axis), dtype: 'int32' }];
    },
    // ONNX gives int64, which GPUs lack.
    lower({ attributes: { axis, keepDims } }, l) {
      const wide = l.emit(onnx, [l.input(0)], { attributes: { axis, keepdims: Number(keepDims) } });
      l.emit('Cast', [wide], { attributes: { to: ONNX_DTYPE.int32 }, outputs: [l.output(0)] });
    },
    evaluate({ attributes: { axis, keepDims } }, [x], tf) {
      const found = tf[name](x, axis);
      return [keepDims ? tf.expandDims(found, axis) : found];
    },
  };
}

const argMaxOp = argument('argMax', 'ArgMax');
const argMinOp = argument('argMin', 'ArgMin');

/** Index of the largest element along an axis, the first of equals. @returns int32 */
export const argMax = (x: Tensor, axis: number, keepDims = false): Tensor =>
  apply(argMaxOp, [x], { axis: normaliseAxis(axis, x.rank), keepDims });
/** Index of the smallest element along an axis, the first of equals. @returns int32 */
export const argMin = (x: Tensor, axis: number, keepDims = false): Tensor =>
  apply(argMinOp, [x], { axis: normaliseAxis(axis, x.rank), keepDims });

type TopKAttributes = { readonly axis: number; readonly k: number };

const topKOp: OpDefinition<TopKAttributes> = {
  name: 'topK',
  infer([x], { axis, k }) {
    requireSameDType('topK', [x], true);
    if (!Number.isInteger(k) || k < 1 || k > x.shape[axis]) {
      throw new GraphError(`topK of ${k} elements along axis ${axis} of ${typeName(x)}`);
    }
    const shape = x.shape.map((length, i) => (i === axis ? k : length));
    return [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int32' },
    ];
  },
  lower({ attributes: { axis, k } }, l) {
    const wide = `${l.output(1)}_int64`;
    l.emit('TopK', [l.input(0), l.constant([k], [1], 'int64')], { attributes: { axis }, outputs: [l.output(0), wide] });
    l.emit('Cast', [wide], { attributes: { to: ONNX_DTYPE.int32 }, outputs: [l.output(1)] });
  },
  // TensorFlow.js looks along the last axis only.
  evaluate({ attributes: { axis, k } }, [x], tf) {
    const last = x.rank - 1;
    const swap = x.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
    const { values, indices } = tf.topk(tf.transpose(x, swap), k);
    return [tf.transpose(values, swap), tf.transpose(indices, swap)];
  },
};

/**
 * The `k` largest elements along an axis, the largest first. For a gradient, take the values at the indices with
 * `takeAlongAxis`.
 */
export function topK(x: Tensor, k: number, axis = -1): { values: Tensor; indices: Tensor } {
  const [values, indices] = applyAll(topKOp, [x], { axis: normaliseAxis(axis, x.rank), k });
  return { values, indices };
}

/** This file’s part of the op table. */
export const orderOps: readonly OpDefinition[] = [argMaxOp, argMinOp, topKOp];
