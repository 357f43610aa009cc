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
  const { low, high } = padding ?? { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
  for (let cellRow = 0, cell = 0; cellRow < height; cellRow++) {
    const bottom = Math.min(rows, (cellRow + 1) * block);
    for (let cellColumn = 0; cellColumn < width; cellColumn++, cell++) {
      const right = Math.min(columns, (cellColumn + 1) * block);
      let sum = 0;
      let count = 0;
      for (let row = cellRow * block; row < bottom; row += step) {
        const line = row * columns;
        for (let column = cellColumn * block; column < right; column += step) {
          const value = values[line + column]!;
          if (!Number.isFinite(value) || (value >= low && value <= high)) continue;
          sum += value;
          count++;
        }
      }
      cells[cell] = count === 0 ? Number.NaN : sum / count;
    }
  }
  return { rows, columns, block, height, width, cells };
}
