/** @file What the loader and its threads say to each other. */

import type { ErrorDetails } from '../base/errors.js';
import type { FillPlan } from './filler.js';

/** Given to each thread at its start. */
export interface LoaderWorkerData {
  plan: FillPlan;
  /** `depth` batches, one after another: [depth, views * batch, 1, imageSize, imageSize] float32. */
  images: SharedArrayBuffer;
  /** [depth, batch] int32: index of each anchor. */
  sampleIndex: SharedArrayBuffer;
  /** [depth] int32: 1 from the moment that the slot's batch is complete; written and read with Atomics. */
  complete: SharedArrayBuffer;
}

/** Loader to thread: fill this slot of the ring with the batch of this step. */
export interface FillRequest {
  slot: number;
  step: number;
}

/** Thread to loader. */
export type LoaderReport =
  | { kind: 'ready' }
  /** Only a wake-up call: the slot's flag in shared memory says the same. */
  | { kind: 'filled' }
  | { kind: 'failed'; error: Pick<ErrorDetails, 'code' | 'message'> & { path: string | null; remedy: string | null } };
