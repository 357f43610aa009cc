/** @file Sliding windows in TensorFlow.js, of functions that it can differentiate; see `windows.ts`. */

import { sizeOf } from './tensor.js';
import type { Tf, TfTensor } from './tfjs.js';

/** Zeros before and after the last axes; two axes lie before them. */
export function tfPad(tf: Tf, x: TfTensor, before: readonly number[], after: readonly number[]): TfTensor {
  if ([...before, ...after].every((count) => count === 0)) return x;
  const pads = before.map((count, axis): [number, number] => [count, after[axis]]);
  return tf.pad(x, [[0, 0], [0, 0], ...pads]);
}

/** `counts[a]` elements from `starts[a]` on, every `steps[a]`-th, along the last axes; two axes lie before them. */
export function tfCut(
  tf: Tf,
  x: TfTensor,
  starts: readonly number[],
  counts: readonly number[],
  steps: readonly number[],
): TfTensor {
  return starts.reduce((result, start, index) => {
    const axis = index + 2;
    const [count, step] = [counts[index], steps[index]];
    const lead = sizeOf(result.shape.slice(0, axis));
    const rest = sizeOf(result.shape.slice(axis + 1));
    const flat = tf.reshape(result, [lead, result.shape[axis], rest]);
    const taken = Math.min(result.shape[axis] - start, count * step);
    const run = tf.slice(flat, [0, start, 0], [lead, taken, rest]);
    const whole = taken === count * step ? run : tf.pad(run, [[0, 0], [0, count * step - taken], [0, 0]]); // biome-ignore format: one line
    const steps4 = tf.reshape(whole, [lead, count, step, rest]);
    const first = step === 1 ? steps4 : tf.slice(steps4, [0, 0, 0, 0], [lead, count, 1, rest]);
    return tf.reshape(first, [...result.shape.slice(0, axis), count, ...result.shape.slice(axis + 1)]);
  }, x);
}

/** Puts `step - 1` zeros after each element of the last axes. */
export function tfSpread(tf: Tf, x: TfTensor, steps: readonly number[]): TfTensor {
  return steps.reduce((result, step, index) => {
    if (step === 1) return result;
    const axis = index + 2;
    const length = result.shape[axis];
    const lead = sizeOf(result.shape.slice(0, axis));
    const rest = sizeOf(result.shape.slice(axis + 1));
    const single = tf.reshape(result, [lead, length, 1, rest]);
    const padded = tf.pad(single, [[0, 0], [0, 0], [0, step - 1], [0, 0]]); // biome-ignore format: one line
    return tf.reshape(padded, [...result.shape.slice(0, axis), length * step, ...result.shape.slice(axis + 1)]);
  }, x);
}
