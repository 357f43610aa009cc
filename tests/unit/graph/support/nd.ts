/** @file A plain array with a shape: what the graph's forward values are compared with. */

import { type Shape, sizeOf } from '../../../../src-main/graph/tensor.js';

export type Index = readonly number[];

export class Nd {
  constructor(
    readonly shape: Shape,
    readonly data: ArrayLike<number>,
  ) {}

  /** The element at an index, with NumPy's broadcasting: leading axes are dropped, axes of length 1 repeat. */
  at(index: Index): number {
    let offset = 0;
    const lead = index.length - this.shape.length;
    this.shape.forEach((length, axis) => {
      offset = offset * length + (length === 1 ? 0 : index[axis + lead]);
    });
    return this.data[offset];
  }

  /** The matrix product's operand: element [row, column] of the matrix at the leading axes of `index`. */
  matrixAt(index: Index, row: number, column: number, transposed: boolean): number {
    return this.at([...index.slice(0, -2), ...(transposed ? [column, row] : [row, column])]);
  }
}

/** All indices of a shape, row-major. */
export function indicesOf(shape: Shape): number[][] {
  return Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const index = new Array<number>(shape.length);
    for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
      index[axis] = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return index;
  });
}

/** The values of a function at all indices of a shape, row-major. */
export function tabulate(shape: Shape, value: (index: number[]) => number): Float64Array {
  return Float64Array.from(indicesOf(shape), value);
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
