/** @file Ops that move values without changing them: reshape, transpose, concat, slice, pad, broadcast. */

import {
  apply,
  applyAll,
  GraphError,
  normaliseAxis,
  type OpDefinition,
  requireSameDType,
  type Shape,
  sameShape,
  sizeOf,
  type Tensor,
  type TensorType,
  typeName,
} from '../tensor.js';
import { sum } from './reduce.js';
import { scalar } from './source.js';

type ShapeAttributes = {
  readonly shape: readonly number[];
};

const reshapeOp: OpDefinition<ShapeAttributes> = {
  name: 'reshape',
  infer([x], { shape }) {
    const whole = shape.every((length) => Number.isInteger(length) && length >= 0);
    if (!whole || sizeOf(shape) !== x.size) throw new GraphError(`reshape of ${typeName(x)} to [${shape.join(', ')}]`);
    return [{ shape, dtype: x.dtype }];
  },
  gradient: ({ inputs: [x] }, [g]) => [g === null ? null : reshape(g, x.shape)],
  // ONNX takes a length of 0 for "as the input has it", unless told otherwise.
  lower: ({ attributes: { shape } }, l) =>
    void l.emit('Reshape', [l.input(0), l.constant(shape, [shape.length], 'int64')], {
      ...(shape.includes(0) ? { attributes: { allowzero: 1 } } : {}),
      outputs: [l.output(0)],
    }),
  evaluate: ({ attributes: { shape } }, [x], tf) => [tf.reshape(x, [...shape])],
};

/** The same values in another shape of the same size; one length may be -1. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.reduce((product, length) => (length === -1 ? product : product * length), 1);
  const full = shape.map((length) => (length === -1 ? x.size / known : length));
  if (sameShape(full, x.shape)) return x;
  // Two reshapes in a row are one.
  const source = x.operation.definition.name === 'reshape' ? x.operation.inputs[0] : x;
  return sameShape(full, source.shape) ? source : apply(reshapeOp, [source], { shape: full });
}

const broadcastOp: OpDefinition<ShapeAttributes> = {
  name: 'broadcastTo',
  infer([x], { shape }) {
    const lead = shape.length - x.rank;
    if (lead < 0 || x.shape.some((length, axis) => length !== 1 && length !== shape[axis + lead])) {
      throw new GraphError(`cannot broadcast ${typeName(x)} to [${shape.join(', ')}]`);
    }
    return [{ shape, dtype: x.dtype }];
  },
  gradient({ inputs: [x] }, [g]) {
    if (g === null) return [null];
    const lead = g.rank - x.rank;
    const axes = g.shape
      .map((length, axis) => (axis < lead || (x.shape[axis - lead] === 1 && length !== 1) ? axis : -1))
      .filter((axis) => axis >= 0);
    return [reshape(sum(g, axes), x.shape)];
  },
  lower({ inputs: [{ dtype }], attributes: { shape } }, l) {
    const outputs = [l.output(0)];
    // ONNX's Expand does not shrink a length of 1 to 0.
    if (shape.includes(0)) l.emit('Identity', [l.constant([], shape, dtype)], { outputs });
    else l.emit('Expand', [l.input(0), l.constant(shape, [shape.length], 'int64')], { outputs });
  },
  evaluate: ({ attributes: { shape } }, [x], tf) => [tf.broadcastTo(x, [...shape])],
};

/** Repeats along axes of length 1 (and new leading axes) until the shape is reached. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply(broadcastOp, [x], { shape: [...shape] });
}

type TransposeAttributes = {
  readonly permutation: readonly number[];
};

const transposeOp: OpDefinition<TransposeAttributes> = {
  name: 'transpose',
  infer([x], { permutation }) {
    const sorted = [...permutation].sort((a, b) => a - b);
    if (permutation.length !== x.rank || sorted.some((axis, index) => axis !== index)) {
      throw new GraphError(`transpose of ${typeName(x)} by [${permutation.join(', ')}]`);
    }
    return [{ shape: permutation.map((axis) => x.shape[axis]), dtype: x.dtype }];
  },
  gradient({ attributes: { permutation } }, [g]) {
    if (g === null) return [null];
    const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
    return [transpose(g, inverse)];
  },
  lower: ({ attributes: { permutation } }, l) =>
    void l.emit('Transpose', [l.input(0)], { attributes: { perm: permutation }, outputs: [l.output(0)] }),
  evaluate: ({ attributes: { permutation } }, [x], tf) => [tf.transpose(x, [...permutation])],
};

/** Axis `i` of the result is axis `permutation[i]` of `x`. */
export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  if (permutation.every((axis, index) => axis === index) && permutation.length === x.rank) return x;
  return apply(transposeOp, [x], { permutation: [...permutation] });
}

type AxisAttributes = {
  readonly axis: number;
};

const concatOp: OpDefinition<AxisAttributes> = {
  name: 'concat',
  infer(inputs, { axis }) {
    const dtype = requireSameDType('concat', inputs);
    const [first] = inputs;
    for (const other of inputs) {
      if (other.rank !== first.rank || other.shape.some((length, i) => i !== axis && length !== first.shape[i])) {
        throw new GraphError(`concat along axis ${axis} of ${inputs.map(typeName).join(' and ')}`);
      }
    }
    const length = inputs.reduce((total, tensor) => total + tensor.shape[axis], 0);
    return [{ shape: first.shape.map((old, i) => (i === axis ? length : old)), dtype }];
  },
  gradient({ inputs, attributes: { axis } }, [g]) {
    let start = 0;
    return inputs.map((tensor) => {
      const from = start;
      start += tensor.shape[axis];
      return g === null ? null : slice(g, axis, from, start);
    });
  },
  lower: ({ inputs, attributes: { axis } }, l) =>
    void l.emit(
      'Concat',
      inputs.map((_, index) => l.input(index)),
      { attributes: { axis }, outputs: [l.output(0)] },
    ),
  evaluate: ({ attributes: { axis } }, inputs, tf) => [tf.concat([...inputs], axis)],
};

/** Joins tensors along an axis. */
export function concat(inputs: readonly Tensor[], axis: number): Tensor {
  if (inputs.length === 0) throw new GraphError('concat of nothing');
  return inputs.length === 1 ? inputs[0] : apply(concatOp, inputs, { axis: normaliseAxis(axis, inputs[0].rank) });
}

type SliceAttributes = {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
};

const sliceOp: OpDefinition<SliceAttributes> = {
  name: 'slice',
  infer([x], { axis, start, end }) {
    const whole = Number.isInteger(start) && Number.isInteger(end);
    if (!whole || start < 0 || end > x.shape[axis] || start > end) {
      throw new GraphError(`slice ${start}..${end} of axis ${axis} of ${typeName(x)}`);
    }
    return [{ shape: x.shape.map((length, i) => (i === axis ? end - start : length)), dtype: x.dtype }];
  },
  gradient: ({ inputs: [x], attributes: { axis, start, end } }, [g]) => [
    g === null ? null : pad(g, axis, start, x.shape[axis] - end),
  ],
  lower({ attributes: { axis, start, end } }, l) {
    const one = (value: number) => l.constant([value], [1], 'int64');
    l.emit('Slice', [l.input(0), one(start), one(end), one(axis)], { outputs: [l.output(0)] });
  },
  evaluate: ({ outputs: [{ shape }], attributes: { axis, start } }, [x], tf) => [
    tf.slice(
      x,
      shape.map((_, i) => (i === axis ? start : 0)),
      [...shape],
    ),
  ],
};

/** Elements `start` .. `end - 1` along one axis. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const normal = normaliseAxis(axis, x.rank);
  if (start === 0 && end === x.shape[normal]) return x;
  return apply(sliceOp, [x], { axis: normal, start, end });
}

type SplitAttributes = {
  readonly axis: number;
  readonly parts: number;
};

const splitOp: OpDefinition<SplitAttributes> = {
  name: 'split',
  infer([x], { axis, parts }) {
    if (!Number.isInteger(parts) || parts < 1 || x.shape[axis] % parts !== 0)
      throw new GraphError(`split of axis ${axis} of ${typeName(x)} in ${parts}`);
    const shape = x.shape.map((length, i) => (i === axis ? length / parts : length));
    return Array.from({ length: parts }, () => ({ shape, dtype: x.dtype }));
  },
  gradient({ outputs, attributes: { axis } }, gradients) {
    if (gradients.every((g) => g === null)) return [null];
    return [
      concat(
        gradients.map((g, index) => g ?? zeros(outputs[index])),
        axis,
      ),
    ];
  },
  lower: ({ outputs, attributes: { axis, parts } }, l) =>
    void l.emit('Split', [l.input(0)], {
      attributes: { axis, num_outputs: parts },
      outputs: outputs.map((_, index) => l.output(index)),
    }),
  evaluate: ({ attributes: { axis, parts } }, [x], tf) => tf.split(x, parts, axis),
};

type SplitSizesAttributes = {
  readonly axis: number;
  readonly sizes: readonly number[];
};

const splitSizesOp: OpDefinition<SplitSizesAttributes> = {
  name: 'splitSizes',
  infer([x], { axis, sizes }) {
    const whole = sizes.every((size) => Number.isInteger(size) && size > 0);
    if (!whole || sizes.reduce((sum, size) => sum + size, 0) !== x.shape[axis]) {
      throw new GraphError(`split of axis ${axis} of ${typeName(x)} in [${sizes.join(', ')}]`);
    }
    return sizes.map((size) => ({ shape: x.shape.map((length, i) => (i === axis ? size : length)), dtype: x.dtype }));
  },
  gradient({ outputs, attributes: { axis } }, gradients) {
    if (gradients.every((g) => g === null)) return [null];
    return [
      concat(
        gradients.map((g, index) => g ?? zeros(outputs[index])),
        axis,
      ),
    ];
  },
  lower: ({ outputs, attributes: { axis, sizes } }, l) =>
    void l.emit('Split', [l.input(0), l.constant(sizes, [sizes.length], 'int64')], {
      attributes: { axis },
      outputs: outputs.map((_, index) => l.output(index)),
    }),
  evaluate: ({ attributes: { axis, sizes } }, [x], tf) => tf.split(x, [...sizes], axis),
};

/** Zeros of a tensor's type. */
export function zeros(type: TensorType): Tensor {
  return broadcastTo(scalar(0, type.dtype), type.shape);
}

/** Equal parts along an axis. */
export function split(x: Tensor, parts: number, axis: number): readonly Tensor[] {
  return applyAll(splitOp, [x], { axis: normaliseAxis(axis, x.rank), parts });
}

/** Parts of the given lengths along an axis. */
export function splitSizes(x: Tensor, sizes: readonly number[], axis: number): readonly Tensor[] {
  return applyAll(splitSizesOp, [x], { axis: normaliseAxis(axis, x.rank), sizes: [...sizes] });
}

type PadAttributes = {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
};

const padOp: OpDefinition<PadAttributes> = {
  name: 'pad',
  infer([x], { axis, before, after }) {
    if (![before, after].every((count) => Number.isInteger(count) && count >= 0)) {
      throw new GraphError(`pad of ${before} and ${after}`);
    }
    return [{ shape: x.shape.map((length, i) => (i === axis ? length + before + after : length)), dtype: x.dtype }];
  },
  gradient: ({ inputs: [x], attributes: { axis, before } }, [g]) => [
    g === null ? null : slice(g, axis, before, before + x.shape[axis]),
  ],
  lower({ inputs: [x], attributes: { axis, before, after } }, l) {
    const pads = new Array<number>(2 * x.rank).fill(0);
    pads[axis] = before;
    pads[x.rank + axis] = after;
    l.emit('Pad', [l.input(0), l.constant(pads, [pads.length], 'int64')], { outputs: [l.output(0)] });
  },
  evaluate: ({ attributes: { axis, before, after } }, [x], tf) => [
    tf.pad(
      x,
      x.shape.map((_, i) => (i === axis ? [before, after] : [0, 0])),
    ),
  ],
};

/** Zeros before and after along one axis. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  return before === 0 && after === 0 ? x : apply(padOp, [x], { axis: normaliseAxis(axis, x.rank), before, after });
}

/** This file’s part of the op table. */
export const shapeOps: readonly OpDefinition[] = [
  reshapeOp,
  broadcastOp,
  transposeOp,
  concatOp,
  sliceOp,
  splitOp,
  splitSizesOp,
  padOp,
];
