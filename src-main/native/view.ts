/** @file Blocks of the arena and views of them: a tensor's values by shape and strides, as NumPy has them. */

import { type Shape, sizeOf } from '../graph/tensor.js';

/** A piece of the arena. */
export interface Block {
  /** Elements of 4 bytes. */
  readonly size: number;
  /** Given from outside and kept, constant, or valid from its first to its last use in a run. */
  readonly kind: 'given' | 'constant' | 'value';
  /** The block whose memory it shares, from its beginning: a value that is computed in place. */
  sharedWith: Block | null;
  /** Where it lies in the arena, once memory is planned. */
  offset: number | null;
}

export interface View {
  readonly block: Block;
  /** Of the first element, within the block. */
  readonly offset: number;
  readonly shape: Shape;
  /** Elements from one index of an axis to the next; 0 where values repeat. */
  readonly strides: readonly number[];
}

export const newBlock = (size: number, kind: Block['kind'] = 'value'): Block => ({
  size,
  kind,
  sharedWith: null,
  offset: null,
});

/** Strides of a tensor whose last axis varies fastest. */
export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

/** Strides of a tensor whose axes lie in memory in the order given, the last varying fastest. */
export function stridesInOrder(shape: Shape, order: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (const axis of [...order].reverse()) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

/** Axes from the one that varies slowest to the fastest; equal ones as they come. */
export function memoryOrder({ shape, strides }: View): number[] {
  const weight = (axis: number) => (shape[axis] === 1 ? 0 : strides[axis]);
  const axes = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1);
  axes.sort((a, b) => weight(b) - weight(a) || a - b);
  return [...shape.map((_, axis) => axis).filter((axis) => shape[axis] === 1), ...axes];
}

export const denseView = (block: Block, shape: Shape): View => ({ block, offset: 0, shape, strides: rowMajor(shape) });

/** Whether the elements lie one after another in row-major order. */
export function isDense({ shape, strides }: View): boolean {
  const dense = rowMajor(shape);
  return shape.every((length, axis) => length === 1 || strides[axis] === dense[axis]) || sizeOf(shape) === 0;
}

export function sameElements(a: View, b: View): boolean {
  return (
    a.block === b.block &&
    a.offset === b.offset &&
    a.shape.length === b.shape.length &&
    a.shape.every((length, axis) => length === b.shape[axis] && (length === 1 || a.strides[axis] === b.strides[axis]))
  );
}

/** The view in another shape of the same size, or null where no strides give it. */
export function reshapeView(view: View, shape: Shape): View | null {
  const { block, offset } = view;
  if (sizeOf(shape) === 0) return { block, offset, shape, strides: rowMajor(shape) };
  const axes = view.shape.map((_, axis) => axis).filter((axis) => view.shape[axis] !== 1);
  const lengths = axes.map((axis) => view.shape[axis]);
  const steps = axes.map((axis) => view.strides[axis]);
  const strides = new Array<number>(shape.length).fill(0);
  let old = 0;
  let axis = 0;
  while (old < lengths.length) {
    const firstOld = old;
    let firstNew = axis;
    let [left, right] = [lengths[old++], 1];
    while (axis < shape.length && (right < left || shape[axis] === 1)) right *= shape[axis++];
    while (left !== right) {
      if (left < right) left *= lengths[old++];
      else right *= shape[axis++];
    }
    for (let k = firstOld; k + 1 < old; k++) if (steps[k] !== steps[k + 1] * lengths[k + 1]) return null;
    let step = steps[old - 1];
    const end = axis;
    for (let k = end - 1; k >= firstNew; k--) {
      strides[k] = shape[k] === 1 ? 0 : step;
      step *= shape[k];
    }
    firstNew = end;
  }
  return { block, offset, shape, strides };
}

export const transposeView = ({ block, offset, shape, strides }: View, permutation: readonly number[]): View => ({
  block,
  offset,
  shape: permutation.map((axis) => shape[axis]),
  strides: permutation.map((axis) => strides[axis]),
});

export const sliceView = (view: View, axis: number, start: number, end: number): View => ({
  block: view.block,
  offset: view.offset + start * view.strides[axis],
  shape: view.shape.map((length, index) => (index === axis ? end - start : length)),
  strides: view.strides,
});

/** By NumPy's rule: axes of length 1, and new leading ones, repeat. */
export function broadcastView(view: View, shape: Shape): View {
  const lead = shape.length - view.shape.length;
  const strides = shape.map((length, axis) => {
    const own = axis - lead;
    return own < 0 || (view.shape[own] === 1 && length !== 1) ? 0 : view.strides[own];
  });
  return { block: view.block, offset: view.offset, shape, strides };
}

export function flipView(view: View, axes: readonly number[]): View {
  const offset = axes.reduce((at, axis) => at + (view.shape[axis] - 1) * view.strides[axis], view.offset);
  const strides = view.strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride));
  return { block: view.block, offset, shape: view.shape, strides };
}

/** Shape, and the strides of several views over it, with as few axes as they allow: those of one length in all vanish. */
export interface Collapsed {
  readonly shape: number[];
  readonly strides: number[][];
  /** How many of the first axes come from the first `lead` axes. */
  readonly lead: number;
}

/**
 * Joins neighbouring axes that every view steps through as one; axes before `lead` are not joined with those behind.
 */
export function collapse(shape: Shape, views: readonly (readonly number[])[], lead = 0): Collapsed {
  const kept = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1);
  const lengths: number[] = [];
  const strides: number[][] = views.map(() => []);
  let first = 0;
  let border = false;
  for (const axis of kept) {
    const last = lengths.length - 1;
    const crosses = axis >= lead && !border;
    if (axis >= lead) border = true;
    const joins =
      last >= 0 && !(crosses && lead > 0) && views.every((view, i) => strides[i][last] === view[axis] * shape[axis]);
    if (joins) {
      lengths[last] *= shape[axis];
      views.forEach((view, i) => {
        strides[i][last] = view[axis];
      });
    } else {
      lengths.push(shape[axis]);
      views.forEach((view, i) => {
        strides[i].push(view[axis]);
      });
    }
    if (axis < lead) first = lengths.length;
  }
  return { shape: lengths, strides, lead: first };
}
