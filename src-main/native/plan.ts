/**
 * @file A plan: what the native engine (src-native) runs for a program. Every value has its place in one arena from the
 * start; a run is a list of kernel calls, and state is replaced where it lies.
 */

import type { Tensor } from '../graph/tensor.js';

/** Where a value lies in the arena, counted in elements of 4 bytes: float32, int32, and bool as 0 or 1 in float32. */
export interface Place {
  readonly offset: number;
  readonly tensor: Tensor;
}

export interface Plan {
  /** Names of the kernels that `code` counts by. */
  readonly kernels: readonly string[];
  /** For each call: index of its kernel, 1 where it is joined with the next call (else 0), how many parameters, these. */
  readonly code: Int32Array;
  /** What each call is for, for profiles: names of graph ops. */
  readonly labels: readonly string[];
  /** Length of the arena in elements. */
  readonly arenaLength: number;
  /** Inputs, state and frozen values by name, row-major. State is replaced in place by a run. */
  readonly given: ReadonlyMap<string, Place>;
  /** Written before the first run, never changed by one. */
  readonly constants: readonly { readonly offset: number; readonly values: Float32Array | Int32Array }[];
  /** The program's outputs by name, row-major, valid until the next run. */
  readonly outputs: ReadonlyMap<string, Place>;
}

/** A program that the native engine cannot run; the message says which op or element type stands in the way. */
export class Unplannable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Unplannable';
  }
}
