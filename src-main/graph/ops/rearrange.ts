/** @file Flip, roll, tile, stack: values in another order, or again. */

import { apply, GraphError, normaliseAxis, type OpDefinition, type Tensor, typeName } from '../tensor.js';
import { sum } from './reduce.js';
import { concat, reshape, slice } from './shape.js';

type FlipAttributes = { readonly axes: readonly number[] };

/** ONNX Slice runs backwards to the very first element where its end is beyond it. */
const BEFORE_THE_FIRST = -(2 ** 31);

const flipOp: OpDefinition<FlipAttributes> = {
  name: 'flip',
  infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
  gradient: ({ attributes: { axes } }, [g]) => [g === null ? null : flip(g, axes)],
  lower({ attributes: { axes } }, l) {
    const list = (values: readonly number[]) => l.constant(values, [values.length], 'int64');
    const all = (value: number) => list(axes.map(() => value));
    const bounds = [all(-1), all(BEFORE_THE_FIRST), list(axes), all(-1)]; // starts, ends, axes, steps
    l.emit('Slice', [l.input(0), ...bounds], { outputs: [l.output(0)] });
  },
  evaluate: ({ attributes: { axes } }, [x], tf) => [tf.reverse(x, [...axes])],
};

/** Reverses the order along axes. */
export function flip(x: Tensor, axes: number | readonly number[]): Tensor {
  const given = typeof axes === 'number' ? [axes] : axes;
  const normal = [...new Set(given.map((axis) => normaliseAxis(axis, x.rank)))].sort((a, b) => a - b);
  return normal.length === 0 ? x : apply(flipOp, [x], { axes: normal });
}

/** Moves elements `offset` places along an axis; those that leave at one end enter at the other, as numpy.roll. */
export function roll(x: Tensor, offset: number, axis: number): Tensor {
  const normal = normaliseAxis(axis, x.rank);
  const length = x.shape[normal];
  if (!Number.isInteger(offset)) throw new GraphError(`roll of ${typeName(x)} by ${offset}`);
  const start = length === 0 ? 0 : ((-offset % length) + length) % length;
  return start === 0 ? x : concat([slice(x, normal, start, length), slice(x, normal, 0, start)], normal);
}

type TileAttributes = { readonly repeats: readonly number[] };

const tileOp: OpDefinition<TileAttributes> = {
  name: 'tile',
  infer([x], { repeats }) {
    if (repeats.length !== x.rank || repeats.some((count) => !Number.isInteger(count) || count < 0)) {
      throw new GraphError(`tile of ${typeName(x)} by [${repeats.join(', ')}]`);
    }
    return [{ shape: x.shape.map((length, axis) => length * repeats[axis]), dtype: x.dtype }];
  },
  gradient({ inputs: [x], attributes: { repeats } }, [g]) {
    if (g === null) return [null];
    const pairs = x.shape.flatMap((length, axis) => [repeats[axis], length]);
    return [
      sum(
        reshape(g, pairs),
        repeats.map((_, axis) => 2 * axis),
      ),
    ];
  },
  lower: ({ attributes: { repeats } }, l) =>
    void l.emit('Tile', [l.input(0), l.constant(repeats, [repeats.length], 'int64')], { outputs: [l.output(0)] }),
  evaluate: ({ attributes: { repeats } }, [x], tf) => [tf.tile(x, [...repeats])],
};

/** The whole tensor again and again along each axis, as numpy.tile with one count for each axis. */
export function tile(x: Tensor, repeats: readonly number[]): Tensor {
  const same = repeats.length === x.rank && repeats.every((count) => count === 1);
  return same ? x : apply(tileOp, [x], { repeats: [...repeats] });
}

/** Joins tensors of one shape along a new axis. */
export function stack(inputs: readonly Tensor[], axis: number): Tensor {
  if (inputs.length === 0) throw new GraphError('stack of nothing');
  const normal = normaliseAxis(axis, inputs[0].rank + 1);
  return concat(
    inputs.map((x) => reshape(x, [...x.shape.slice(0, normal), 1, ...x.shape.slice(normal)])),
    normal,
  );
}

/** This file’s part of the op table. */
export const rearrangeOps: readonly OpDefinition[] = [flipOp, tileOp];
