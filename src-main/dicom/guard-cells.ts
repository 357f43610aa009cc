/** @file What a reader and the thread that guards it share. */

import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { entryPath } from '../base/entries.js';
import { containerOf } from './address.js';
import { MAX_ENTRY_BYTES, MAX_FILE_BYTES } from './limits.js';

/** Places in the shared array. */
export const GuardCell = {
  /** When the file in hand was begun, milliseconds since 1970; 0 where there is none. */
  since: 0,
  /** Its size. */
  fileBytes: 1,
} as const;

export interface GuardData {
  cells: Float64Array;
  memoryMb: number;
  timeMs: number;
}

function sizeOf(path: string): number {
  try {
    const container = containerOf(path);
    return Math.min(statSync(container).size, container === path ? MAX_FILE_BYTES : MAX_ENTRY_BYTES);
  } catch {
    return 0;
  }
}

/** Starts the guard of this process. @returns functions to call before and after each file */
export function startGuard(memoryMb: number, timeMs: number): { begin(path: string): void; end(): void } {
  const cells = new Float64Array(new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT));
  const guard = new Worker(entryPath('decode-guard'), { workerData: { cells, memoryMb, timeMs } satisfies GuardData });
  guard.unref();
  let last = 0;
  return {
    begin: (path) => {
      cells[GuardCell.fileBytes] = sizeOf(path);
      // Never the same twice, so that the guard sees where one file ends and the next begins.
      last = Math.max(Date.now(), last + 0.001);
      cells[GuardCell.since] = last;
    },
    end: () => {
      cells[GuardCell.since] = 0;
    },
  };
}
