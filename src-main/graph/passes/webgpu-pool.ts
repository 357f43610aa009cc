/**
 * @file The gradient of max pooling without the places of the maxima: ONNX Runtime's WebGPU provider takes a `MaxPool`
 * with places and then fails when it runs. Here the places are found again, by comparing what a window reads with its
 * maximum, from ops that the provider has.
 */

import { conv } from '../ops/conv.js';
import { convTranspose } from '../ops/conv-transpose.js';
import { equal, minimum, where } from '../ops/elementwise.js';
import { padAxes } from '../ops/padding.js';
import { min } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { constant, scalar } from '../ops/source.js';
import { type DType, type Shape, sizeOf, type Tensor } from '../tensor.js';
import type { Windows } from '../windows.js';
import type { Rule } from './rewrite.js';

/** Output channels of a group that WebGPU's grouped convolution computes right: up to 4, or a multiple of 4. */
export const wholeVectors = (outputs: number): number => (outputs <= 4 ? outputs : 4 * Math.ceil(outputs / 4));

const LOWEST: Partial<Record<DType, number>> = {
  float16: -65504,
  float32: -3.4028234663852886e38,
  float64: -Number.MAX_VALUE,
};

/**
 * Gradients that stay with the first of a window's largest values; 0 where a window holds a NaN.
 *
 * @param read what the windows read, the positions within a window along `axes`
 * @param largest, g as `read`, of length 1 along `axes`
 * @returns of the shape of `read`
 */
function toFirst(read: Tensor, largest: Tensor, g: Tensor, axes: readonly number[]): Tensor {
  const within = read.shape.map((length, axis) => (axes.includes(axis) ? length : 1));
  const taps = sizeOf(within);
  const number = constant(
    Array.from({ length: taps }, (_, tap) => tap),
    within,
    read.dtype,
  );
  const candidates = where(equal(read, largest), number, scalar(taps, read.dtype));
  const first = minimum(min(candidates, [...axes], true), scalar(taps - 1, read.dtype));
  return where(equal(candidates, first), g, scalar(0, read.dtype));
}

/** Windows side by side that fill the input: an axis of windows and one of positions within each. */
function sideBySide(x: Tensor, largest: Tensor, g: Tensor, kernel: readonly number[]): Tensor {
  const lead = x.shape.slice(0, 2);
  const counts = largest.shape.slice(2);
  const interleaved = (inner: readonly number[]): Shape => [
    ...lead,
    ...counts.flatMap((count, axis) => [count, inner[axis]]),
  ];
  const read = reshape(x, interleaved(kernel)); // [batch, channels, windows, kernel, windows, kernel, ...]
  const narrow = interleaved(kernel.map(() => 1));
  const axes = kernel.map((_, axis) => 2 * axis + 3);
  return reshape(toFirst(read, reshape(largest, narrow), reshape(g, narrow), axes), x.shape);
}

/** Windows that overlap: a convolution of each channel with kernels of a single 1 cuts them out, its transpose adds up. */
function overlapping(x: Tensor, largest: Tensor, g: Tensor, windows: Windows): Tensor {
  const { kernel, stride, padding, dilation } = windows;
  const [batch, channels, ...lengths] = x.shape;
  const [, , ...counts] = largest.shape;
  const size = sizeOf(kernel);
  // The last tap is repeated up to a number that the provider's grouped convolution computes right (webgpu.ts); the
  // repetitions are never first.
  const taps = wholeVectors(size);
  const single = new Float32Array(channels * taps * size);
  for (let row = 0; row < channels * taps; row++) single[row * size + Math.min(row % taps, size - 1)] = 1;
  const weight = constant(single, [channels * taps, 1, ...kernel], x.dtype);

  const outside: [number, number][] = [[0, 0], [0, 0], ...padding.map((count): [number, number] => [count, count])];
  const padded = padding.some((count) => count > 0) ? padAxes(x, outside, 'constant', LOWEST[x.dtype]) : x;
  const cut = conv(padded, weight, { stride, dilation, groups: channels });
  const read = reshape(cut, [batch, channels, taps, ...counts]);
  const narrow = [batch, channels, 1, ...counts];
  const chosen = reshape(toFirst(read, reshape(largest, narrow), reshape(g, narrow), [2]), cut.shape);
  // What the stride leaves unread at the end of each axis.
  const outputPadding = lengths.map(
    (length, axis) =>
      length + 2 * padding[axis] - ((counts[axis] - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1),
  );
  return convTranspose(chosen, weight, { stride, padding, dilation, groups: channels, outputPadding });
}

/** The gradient of a max pooling; second derivatives of one still ask for places. */
export const poolGradient: Rule = ({ operation, inputs: [g, places] }) => {
  if (operation.definition.name !== 'maxUnpool' || places.operation.definition.name !== 'maxPool') return null;
  const { attributes, inputs, outputs } = places.operation;
  const [x] = inputs;
  const [largest] = outputs;
  const windows = attributes as Windows;
  const { kernel, stride, padding, dilation } = windows;
  const exact = kernel.every(
    (length, axis) =>
      stride[axis] === length &&
      padding[axis] === 0 &&
      (length === 1 || dilation[axis] === 1) &&
      x.shape[axis + 2] % length === 0,
  );
  return [exact ? sideBySide(x, largest, g, kernel) : overlapping(x, largest, g, windows)];
};
