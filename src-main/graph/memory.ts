/** @file How much memory a program takes on a device, from its graph alone. */

import { topologicalOrder } from './gradient.js';
import { resultsOf } from './passes/rewrite.js';
import type { Program } from './program.js';
import { bytesOfType, type Tensor } from './tensor.js';

const bytesOf = ({ shape, dtype }: Tensor): number => bytesOfType(shape, dtype);

/** State twice (current and next values), frozen values and inputs, bytes. */
export function heldBytes({ state, frozen, inputs }: Program): number {
  const total = (tensors: readonly Tensor[]) => tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0);
  return 2 * total(state.map(({ current }) => current)) + total(frozen) + total(inputs);
}

/**
 * What ONNX Runtime's CPU provider takes for values between inputs and results over what they hold: its arena grows by doubling
 * and is cut into pieces that no longer fit what comes later. Convolutions and their gradients copy what they read beside
 * that, padded, cut, transposed and in blocks of channels.
 */
const ARENA_FACTOR = { plain: 1.2, convolutions: 1.9 };

/** The graph as objects, the model, ONNX Runtime's kernels for it. */
const PROGRAM_BYTES = 50 * 2 ** 20;

/**
 * Resident memory that a program needs on ONNX Runtime's CPU provider beside what the process has, bytes. Found by measuring;
 * docs/decisions/0016-memory-and-precision.md says how near it comes.
 */
export function residentBytes(program: Program): number {
  const convolves = topologicalOrder(resultsOf(program)).some(({ definition }) => definition.name.startsWith('conv'));
  const factor = ARENA_FACTOR[convolves ? 'convolutions' : 'plain'];
  return PROGRAM_BYTES + heldBytes(program) + factor * peakActivationBytes(program);
}

/**
 * The most memory that values between inputs and results take at one time, bytes, when operations run one after
 * another and a value is freed after its last use. Engines that compute in place need less, those that keep memory
 * for later a little more.
 */
export function peakActivationBytes(program: Program): number {
  const results = resultsOf(program);
  const order = topologicalOrder(results);
  const uses = new Map<Tensor, number>();
  for (const operation of order) {
    for (const tensor of operation.inputs) uses.set(tensor, (uses.get(tensor) ?? 0) + 1);
  }
  for (const tensor of results) uses.set(tensor, Number.POSITIVE_INFINITY);
  let live = 0;
  let peak = 0;
  for (const operation of order) {
    // Inputs and constants are held all the time.
    const isSource = operation.inputs.length === 0;
    if (!isSource) for (const tensor of operation.outputs) live += bytesOf(tensor);
    peak = Math.max(peak, live);
    for (const tensor of operation.inputs) {
      const left = (uses.get(tensor) ?? 0) - 1;
      uses.set(tensor, left);
      if (left === 0 && tensor.operation.inputs.length > 0) live -= bytesOf(tensor);
    }
    for (const tensor of operation.outputs) {
      if (!isSource && (uses.get(tensor) ?? 0) === 0) live -= bytesOf(tensor);
    }
  }
  return peak;
}
