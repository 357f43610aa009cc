/** @file Padding at both ends of any axes: with a value, mirrored, with the edge, or around. */

import { apply, GraphError, type OpDefinition, type Tensor, typeName } from '../tensor.js';
import { add } from './elementwise.js';
import { flip } from './rearrange.js';
import { sum } from './reduce.js';
import { pad, slice } from './shape.js';

/**
 * What is put there, as torch.nn.functional.pad: one value; the values beside the edge, mirrored without the edge
 * itself; the edge's value; the values from the other end.
 */
export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

type PadModeAttributes = {
  readonly mode: PadMode;
  /** For each axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
};

/** Most places that a mode can fill on one side of an axis. */
function mostPlaces(mode: PadMode, length: number): number {
  if (mode === 'reflect') return length - 1;
  if (mode === 'circular') return length;
  return mode === 'replicate' && length === 0 ? 0 : Number.POSITIVE_INFINITY;
}

/** What comes back from the padding of one axis, with the padding cut off: the gradient before `pad` of that axis. */
function gradientOfAxis(g: Tensor, axis: number, mode: PadMode, before: number, after: number): Tensor {
  const length = g.shape[axis] - before - after;
  const core = slice(g, axis, before, before + length);
  const left = slice(g, axis, 0, before);
  const right = slice(g, axis, before + length, g.shape[axis]);
  // Each side's values go back to `start` .. of the core.
  const put = (values: Tensor, start: number) => pad(values, axis, start, length - start - values.shape[axis]);
  const parts = [core];
  switch (mode) {
    case 'constant':
      break;
    case 'reflect':
      if (before > 0) parts.push(put(flip(left, axis), 1));
      if (after > 0) parts.push(put(flip(right, axis), length - 1 - after));
      break;
    case 'replicate':
      if (before > 0) parts.push(put(sum(left, axis, true), 0));
      if (after > 0) parts.push(put(sum(right, axis, true), length - 1));
      break;
    case 'circular':
      if (before > 0) parts.push(put(left, length - before));
      if (after > 0) parts.push(put(right, 0));
  }
  return parts.reduce((total, term) => add(total, term));
}

/** The place of an axis whose value is put at `place` before or behind it. */
function sourcePlace(mode: Exclude<PadMode, 'constant'>, place: number, length: number): number {
  switch (mode) {
    case 'reflect':
      return length - 1 - Math.abs(length - 1 - Math.abs(place));
    case 'replicate':
      return Math.min(Math.max(place, 0), length - 1);
    case 'circular':
      return (place + length) % length;
  }
}

const padModeOp: OpDefinition<PadModeAttributes> = {
  name: 'padMode',
  infer([x], { mode, before, after }) {
    const fits = [before, after].every(
      (counts) =>
        counts.length === x.rank &&
        counts.every((count, axis) => Number.isInteger(count) && count >= 0 && fitsAxis(count, axis)),
    );
    function fitsAxis(count: number, axis: number): boolean {
      return count === 0 || count <= mostPlaces(mode, x.shape[axis]);
    }
    if (!fits) {
      throw new GraphError(`${mode} padding of ${typeName(x)} by [${before.join(', ')}] and [${after.join(', ')}]`);
    }
    return [{ shape: x.shape.map((length, axis) => before[axis] + length + after[axis]), dtype: x.dtype }];
  },
  // The axes are padded independently, so their gradients are taken one after another.
  gradient({ inputs: [x], attributes: { mode, before, after } }, [g]) {
    if (g === null) return [null];
    return [x.shape.reduce((rest, _, axis) => gradientOfAxis(rest, axis, mode, before[axis], after[axis]), g)];
  },
  lower({ inputs: [x], attributes: { mode, before, after, value } }, l) {
    const list = (values: readonly number[]) => l.constant(values, [values.length], 'int64');
    if (mode !== 'circular') {
      const filled = mode === 'constant' ? [l.constant([value], [], x.dtype)] : [];
      l.emit('Pad', [l.input(0), list([...before, ...after]), ...filled], {
        attributes: { mode: mode === 'replicate' ? 'edge' : mode },
        outputs: [l.output(0)],
      });
      return;
    }
    // Pad's mode `wrap` came with a later opset: ends cut off and joined on, axis by axis.
    let padded = l.input(0);
    x.shape.forEach((length, axis) => {
      const cut = (start: number, end: number) => l.emit('Slice', [padded, list([start]), list([end]), list([axis])]);
      const parts = [padded];
      if (before[axis] > 0) parts.unshift(cut(length - before[axis], length));
      if (after[axis] > 0) parts.push(cut(0, after[axis]));
      if (parts.length > 1) padded = l.emit('Concat', parts, { attributes: { axis } });
    });
    l.emit('Identity', [padded], { outputs: [l.output(0)] });
  },
  evaluate({ inputs: [{ shape }], attributes: { mode, before, after, value } }, [x], tf) {
    if (mode === 'constant') {
      return [
        tf.pad(
          x,
          shape.map((_, axis): [number, number] => [before[axis], after[axis]]),
          value,
        ),
      ];
    }
    const padded = shape.reduce((rest, length, axis) => {
      const places = Array.from({ length: before[axis] + length + after[axis] }, (_, i) =>
        sourcePlace(mode, i - before[axis], length),
      );
      return places.length === length ? rest : tf.gather(rest, tf.tensor1d(places, 'int32'), axis);
    }, x);
    return [padded];
  },
};

/**
 * Pads any axes at once.
 *
 * @param counts [before, after] for each of the last axes: the last pair is the last axis
 * @param value what `constant` fills in
 */
export function padAxes(
  x: Tensor,
  counts: readonly (readonly [number, number])[],
  mode: PadMode = 'constant',
  value = 0,
): Tensor {
  const lead = x.rank - counts.length;
  if (lead < 0) throw new GraphError(`padding of ${counts.length} axes of ${typeName(x)}`);
  const side = (which: 0 | 1) => x.shape.map((_, axis) => (axis < lead ? 0 : counts[axis - lead][which]));
  const [before, after] = [side(0), side(1)];
  if ([...before, ...after].every((count) => count === 0)) return x;
  return apply(padModeOp, [x], { mode, before, after, value });
}

/** This file’s part of the op table. */
export const paddingOps: readonly OpDefinition[] = [padModeOp];
