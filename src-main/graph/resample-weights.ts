/** @file Weights of resampling along one axis: pooling by averages, nearest and linear resizing. Each is a matrix. */

import { adaptiveCell } from './ops/pool.js';

export type ResampleKind = 'average' | 'adaptive' | 'nearest' | 'linear';

export type ResampleAttributes = {
  readonly kind: ResampleKind;
  /** Lengths of the spatial axes before and after (of the untransposed matrices). */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** True for the gradient, which leads from `to` back to `from`. */
  readonly transposed: boolean;
  /** Of `average`; empty for the others. */
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  /** Of `average`: whether zeros outside count as elements. */
  readonly countPadding: boolean;
  /** Of `linear`: whether the outermost elements of both grids coincide, or the outer edges of their cells. */
  readonly alignCorners: boolean;
};

/** Weights of the elements that one element of the result is made of: [index, weight] each. */
function weightsOf(attributes: ResampleAttributes, axis: number, at: number): [number, number][] {
  const { kind, from, to, kernel, stride, padding, countPadding, alignCorners } = attributes;
  const [length, count] = [from[axis], to[axis]];
  const even = (start: number, end: number, divisor: number) =>
    Array.from({ length: end - start }, (_, index): [number, number] => [start + index, 1 / divisor]);
  switch (kind) {
    case 'average': {
      const start = at * stride[axis] - padding[axis];
      const [first, last] = [Math.max(0, start), Math.min(length, start + kernel[axis])];
      return even(first, last, countPadding ? kernel[axis] : last - first);
    }
    case 'adaptive': {
      const [start, end] = adaptiveCell(at, count, length);
      return even(start, end, end - start);
    }
    case 'nearest':
      return [[Math.floor((at * length) / count), 1]];
    case 'linear': {
      const corner = count === 1 ? 0 : (at * (length - 1)) / (count - 1);
      const place = alignCorners ? corner : Math.max(0, ((at + 0.5) * length) / count - 0.5);
      const low = Math.min(Math.floor(place), length - 1);
      const high = Math.min(low + 1, length - 1);
      const share = place - low;
      return high === low || share === 0 ? [[low, 1]] : [[low, 1 - share], [high, share]]; // biome-ignore format: one line
    }
  }
}

/** The matrix of one axis, row-major: [from, to], or [to, from] of the gradient. */
export function matrixOf(attributes: ResampleAttributes, axis: number): Float64Array {
  const { from, to, transposed } = attributes;
  const matrix = new Float64Array(from[axis] * to[axis]);
  for (let at = 0; at < to[axis]; at++) {
    for (const [index, weight] of weightsOf(attributes, axis, at)) {
      matrix[transposed ? at * from[axis] + index : index * to[axis] + at] += weight;
    }
  }
  return matrix;
}

/** Whether the matrix of an axis is the identity. */
export function unchanged({ kind, from, to, kernel }: ResampleAttributes, axis: number): boolean {
  return from[axis] === to[axis] && (kind !== 'average' || kernel[axis] === 1);
}
