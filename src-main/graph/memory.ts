/** @file How much memory a program takes on a device, from its graph alone. */

import { topologicalOrder } from './gradient.js';
import type { Program } from './program.js';
import { bytesOfType, type Tensor } from './tensor.js';

const bytesOf = ({ shape, dtype }: Tensor): number => bytesOfType(shape, dtype);

/** State twice (current and next values), frozen values and inputs, bytes. */
export function heldBytes({ state, frozen, inputs }: Program): number {
  const total = (tensors: readonly Tensor[]) => tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0);
  return 2 * total(state.map(({ current }) => current)) + total(frozen) + total(inputs);
}

/**
 * The most memory that values between inputs and results take at one time, bytes, when operations run one after
 * another and a value is freed after its last use. Engines that compute in place need less, those that keep memory
 * for later a little more.
 */
export function peakActivationBytes({ state, outputs }: Program): number {
  const results = [...Object.values(outputs), ...state.map(({ next }) => next)];
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
