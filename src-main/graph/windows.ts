/** @file Sliding windows: their arithmetic, shared by convolution and pooling, and the ONNX nodes that cut them out. */

import { GraphError, type Lowering } from './tensor.js';

/** One number for every spatial axis, or one for each. */
export type PerAxis = number | readonly number[];

/** How windows lie along each spatial axis; zeros are read outside. */
export type Windows = {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  /** Positions before the first and after the last element. */
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
};

/** @throws GraphError where the value has another rank, or is no whole number of at least `least` */
export function perAxis(op: string, what: string, value: PerAxis, rank: number, least: number): number[] {
  const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : [...value];
  if (list.length !== rank || list.some((entry) => !Number.isInteger(entry) || entry < least)) {
    throw new GraphError(`${op} with ${what} [${list.join(', ')}] over ${rank} spatial axes`);
  }
  return list;
}

/** Elements from the first to the last that a window reads. */
export const extent = (kernel: number, dilation: number): number => dilation * (kernel - 1) + 1;

/** Windows along each axis, as torch.nn counts them. @throws GraphError where not one fits */
export function windowCounts(
  op: string,
  lengths: readonly number[],
  { kernel, stride, padding, dilation }: Windows,
): number[] {
  return lengths.map((length, axis) => {
    const padded = length + 2 * padding[axis];
    const reach = extent(kernel[axis], dilation[axis]);
    if (length < 1 || padded < reach) {
      throw new GraphError(`${op}: a window of ${reach} does not fit in ${length} with a padding of ${padding[axis]}`);
    }
    return Math.floor((padded - reach) / stride[axis]) + 1;
  });
}

/** All positions within a kernel, row-major. */
export function tapsOf(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (taps, length) => taps.flatMap((tap) => Array.from({ length }, (_, index) => [...tap, index])),
    [[]],
  );
}

const int64 = (l: Lowering, values: readonly number[]) => l.constant(values, [values.length], 'int64');

export const emitReshape = (l: Lowering, x: string, shape: readonly number[], outputs?: string[]): string =>
  l.emit('Reshape', [x, int64(l, shape)], outputs === undefined ? {} : { outputs });

export function emitTranspose(l: Lowering, x: string, perm: readonly number[]): string {
  return perm.every((axis, index) => axis === index) ? x : l.emit('Transpose', [x], { attributes: { perm } });
}

/** Zeros before and after the last axes; two axes lie before them. */
export function emitPad(l: Lowering, x: string, before: readonly number[], after: readonly number[]): string {
  if ([...before, ...after].every((count) => count === 0)) return x;
  return l.emit('Pad', [x, int64(l, [0, 0, ...before, 0, 0, ...after])]);
}

/** `counts[a]` elements from `starts[a]` on, every `steps[a]`-th, along the last axes; two axes lie before them. */
export function emitSlice(
  l: Lowering,
  x: string,
  starts: readonly number[],
  counts: readonly number[],
  steps: readonly number[],
): string {
  const ends = starts.map((start, axis) => start + (counts[axis] - 1) * steps[axis] + 1);
  const axes = starts.map((_, axis) => axis + 2);
  const given = steps.every((step) => step === 1) ? [] : [int64(l, steps)];
  return l.emit('Slice', [x, int64(l, starts), int64(l, ends), int64(l, axes), ...given]);
}
