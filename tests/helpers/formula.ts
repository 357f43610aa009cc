/** @file Weights and batches that this side and bench/peers/curves.py both compute, so that no fixture holds them. */

import { type Shape, sizeOf } from '../../src-main/graph/tensor.js';
import type { Parameter } from '../../src-main/nn/parameters.js';

/** Multiples of 2^-23 in [-1, 1): the finaliser of MurmurHash3 over a counter that starts at a hash of the name. */
export function uniform(name: string, shape: Shape): Float64Array {
  let start = 2166136261;
  for (const byte of Buffer.from(name)) start = Math.imul(start ^ byte, 16777619);
  const values = new Float64Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) {
    let h = (Math.imul(i, 0x9e3779b1) + start) | 0;
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
    values[i] = (h >>> 8) / 2 ** 23 - 1;
  }
  return values;
}

/** Initial values of a parameter, or of running statistics, by its name and shape. */
export function formulaWeights({ name, tensor: { shape } }: Parameter): Float32Array {
  const plain = name.slice(name.lastIndexOf('.') + 1);
  if (plain === 'running_mean') return new Float32Array(sizeOf(shape));
  if (plain === 'running_var') return new Float32Array(sizeOf(shape)).fill(1);
  const noise = uniform(name, shape);
  if (plain.endsWith('token')) return Float32Array.from(noise, (value) => value * 0.03125);
  if (shape.length === 1) return Float32Array.from(noise, (value) => value * 0.125 + (plain === 'weight' ? 1 : 0));
  const bound = Math.sqrt(3 / sizeOf(shape.slice(1)));
  return Float32Array.from(noise, (value) => value * bound);
}
