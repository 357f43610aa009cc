/**
 * @file What every window of a convolution reads, as the rows of a matrix, from activations whose channels lie last:
 * each tap of a window is one piece of memory then, and strides, dilation and padding are only other indices. ONNX
 * Runtime's Gather copies pieces on all threads; its Slice and Pad use one.
 */

import { bytesOfType, type DType, type Lowering, type Shape, sizeOf } from './tensor.js';
import { emitReshape, emitTranspose, tapsOf, type Windows } from './windows.js';

/** Bytes of one chunk of columns: more costs memory, less makes products short. */
const COLUMN_BYTES = 48 * 2 ** 20;

/** Images whose columns are made at once. */
function imagesPerChunk(images: number, bytesOfImage: number): number {
  const most = Math.max(1, Math.floor(COLUMN_BYTES / bytesOfImage));
  return Math.ceil(images / Math.ceil(images / most));
}

/** [batch, channels, ...lengths] to zero-padded [batch, padded positions, channels]. */
export function emitChannelsLast(l: Lowering, x: string, shape: Shape, padding: readonly number[]): string {
  const [batch, channels, ...lengths] = shape;
  const last = emitTranspose(l, x, [0, ...lengths.map((_, axis) => axis + 2), 1]);
  const pads = [0, ...padding, 0];
  const padded = padding.every((count) => count === 0)
    ? last
    : l.emit('Pad', [last, l.constant([...pads, ...pads], [2 * pads.length], 'int64')]);
  const positions = sizeOf(lengths.map((length, axis) => length + 2 * padding[axis]));
  return emitReshape(l, padded, [batch, positions, channels]);
}

/** For each window, row-major, and each tap: its index among the padded positions. [windows, taps] */
export function columnIndices(
  lengths: readonly number[],
  counts: readonly number[],
  { kernel, stride, padding, dilation }: Windows,
): Int32Array {
  const padded = lengths.map((length, axis) => length + 2 * padding[axis]);
  const flat = (at: readonly number[]) => at.reduce((index, position, axis) => index * padded[axis] + position, 0);
  const offsets = tapsOf(kernel).map((tap) => flat(tap.map((index, axis) => index * dilation[axis])));
  const starts = tapsOf(counts).map((window) => flat(window.map((index, axis) => index * stride[axis])));
  return Int32Array.from(starts.flatMap((start) => offsets.map((offset) => start + offset)));
}

/**
 * [images, padded positions, channels] to [images * windows, taps * channels].
 *
 * @param pass ONNX Runtime takes equal nodes for one and would keep the columns of the forward pass, which are the largest
 *   values of all, until the backward pass: the shape of the indices keeps them apart
 */
export function emitColumns(
  l: Lowering,
  last: string,
  indices: Int32Array,
  images: number,
  rowsOfImage: number,
  channels: number,
  pass: 'forward' | 'backward',
): string {
  const taps = indices.length / rowsOfImage;
  const shape = pass === 'forward' ? [rowsOfImage, taps] : [indices.length];
  const picked = l.emit('Gather', [last, l.constant(indices, shape, 'int32')], {
    attributes: { axis: 1 },
  });
  return emitReshape(l, picked, [images * rowsOfImage, taps * channels]);
}

/** Images `first` to `first + count - 1`. */
export function emitImages(l: Lowering, x: string, batch: number, first: number, count: number): string {
  if (count === batch) return x;
  const list = (value: number) => l.constant([value], [1], 'int64');
  return l.emit('Slice', [x, list(first), list(first + count), list(0)]);
}

/** What the windows of a convolution read of a batch. */
export interface BatchColumns {
  /** [batch, padded positions, channels], see `emitChannelsLast`. */
  readonly last: string;
  /** [windows, taps], see `columnIndices`. */
  readonly indices: Int32Array;
  readonly batch: number;
  readonly windows: number;
  readonly channels: number;
  readonly dtype: DType;
}

/** The columns of some images of a batch. */
export interface ColumnChunk {
  readonly first: number;
  readonly images: number;
  /** [images * windows, taps * channels] */
  readonly columns: string;
}

/** The columns of a batch in chunks of bounded size, each emitted when it is asked for: what uses it comes next. */
export function* emitColumnChunks(
  l: Lowering,
  { last, indices, batch, windows, channels, dtype }: BatchColumns,
  pass: 'forward' | 'backward',
): Generator<ColumnChunk> {
  const many = imagesPerChunk(batch, bytesOfType([indices.length, channels], dtype));
  for (let first = 0; first < batch; first += many) {
    const images = Math.min(many, batch - first);
    const part = emitImages(l, last, batch, first, images);
    yield { first, images, columns: emitColumns(l, part, indices, images, windows, channels, pass) };
  }
}
