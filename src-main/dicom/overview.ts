/** @file A coarse view of a frame, from which the place of the body is read: as many cells for a small image as for a large one. */

import type { ValueRange } from './voi.js';

/** Cells along the longer side, at most. */
export const OVERVIEW_CELLS = 128;

/** Means of square blocks of pixels. */
export interface Overview {
  /** Size of the frame, pixels. */
  rows: number;
  columns: number;
  /** Pixels along a block; the last of a row or column may be cut. */
  block: number;
  /** Cells. */
  height: number;
  width: number;
  /** [height, width]; NaN where a block holds no value. */
  cells: Float32Array;
}

/**
 * Mean of each block, without padding and what is not finite. In large blocks two to three pixels along each side are
 * read, evenly spread: the time is that of at most some 150,000 pixels.
 *
 * @param values [rows, columns]
 */
export function overviewOf(
  values: Float32Array,
  rows: number,
  columns: number,
  padding: ValueRange | null = null,
): Overview {
  const block = Math.max(1, Math.ceil(Math.max(rows, columns) / OVERVIEW_CELLS));
  const step = Math.max(1, block >> 1);
  const height = Math.ceil(rows / block);
  const width = Math.ceil(columns / block);
  const cells = new Float32Array(height * width);
  const counts = new Uint16Array(height * width);
  const { low, high } = padding ?? { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
  for (let cellRow = 0; cellRow < height; cellRow++) {
    const bottom = Math.min(rows, (cellRow + 1) * block);
    for (let row = cellRow * block; row < bottom; row += step) {
      const end = (row + 1) * columns;
      for (let cell = cellRow * width, first = row * columns; first < end; cell++, first += block) {
        const last = Math.min(end, first + block);
        for (let at = first; at < last; at += step) {
          const value = values[at]!;
          // A value less itself is 0 but for those that are not finite.
          if (value - value !== 0 || (value >= low && value <= high)) continue;
          cells[cell] = cells[cell]! + value;
          counts[cell] = counts[cell]! + 1;
        }
      }
    }
  }
  for (let cell = 0; cell < cells.length; cell++) {
    cells[cell] = counts[cell] === 0 ? Number.NaN : cells[cell]! / counts[cell]!;
  }
  return { rows, columns, block, height, width, cells };
}
