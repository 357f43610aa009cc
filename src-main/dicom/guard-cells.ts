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
  /** Bytes of the pixels that are decoded from it. */
  pixelBytes: 2,
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

export interface Guard {
  /** A file is begun. */
  begin(path: string): void;
  /** So many more bytes of pixels are decoded from it. */
  grow(pixelBytes: number): void;
  end(): void;
}

/** Starts the guard of this process. */
export function startGuard(memoryMb: number, timeMs: number): Guard {
  const cells = new Float64Array(new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT));
  const guard = new Worker(entryPath('decode-guard'), { workerData: { cells, memoryMb, timeMs } satisfies GuardData });
  guard.unref();
  let last = 0;
  return {
    begin: (path) => {
      cells[GuardCell.fileBytes] = sizeOf(path);
      cells[GuardCell.pixelBytes] = 0;
      // Never the same twice, so that the guard sees where one file ends and the next begins.
      last = Math.max(Date.now(), last + 0.001);
      cells[GuardCell.since] = last;
    },
    grow: (pixelBytes) => {
      cells[GuardCell.pixelBytes] = (cells[GuardCell.pixelBytes] ?? 0) + pixelBytes;
    },
    end: () => {
      cells[GuardCell.since] = 0;
    },
  };
}
