/** @file Relative position bias: attention scores that depend on where a patch lies as seen from another. */

import { gather } from '../graph/ops/gather.js';
import { reshape, transpose } from '../graph/ops/shape.js';
import { constant } from '../graph/ops/source.js';
import { GraphError, type Tensor, typeName } from '../graph/tensor.js';

/** Rows of the table of a grid: one for each possible offset, (2 rows - 1) (2 columns - 1). */
export function relativePositions(rows: number, columns = rows): number {
  return (2 * rows - 1) * (2 * columns - 1);
}

/**
 * Which row of the table each pair of patches reads: (row of query - row of key + rows - 1) (2 columns - 1) + column of
 * query - column of key + columns - 1, as timm's relative_position_index (Swin, Liu et al. 2021).
 *
 * @returns [patches * patches], query-major, patches row by row
 */
export function relativePositionIndex(rows: number, columns = rows): Int32Array {
  const patches = rows * columns;
  const index = new Int32Array(patches * patches);
  for (let query = 0; query < patches; query++) {
    for (let key = 0; key < patches; key++) {
      const down = Math.floor(query / columns) - Math.floor(key / columns) + rows - 1;
      const right = (query % columns) - (key % columns) + columns - 1;
      index[query * patches + key] = down * (2 * columns - 1) + right;
    }
  }
  return index;
}

/**
 * The bias of `attention` from a learned table (timm's relative_position_bias_table).
 *
 * @param table [(2 rows - 1) (2 columns - 1), heads]
 * @returns [1, heads, patches, patches]
 */
export function relativePositionBias(table: Tensor, rows: number, columns = rows): Tensor {
  const offsets = relativePositions(rows, columns);
  if (table.rank !== 2 || table.shape[0] !== offsets) {
    throw new GraphError(`a relative position bias over ${rows} x ${columns} patches of ${typeName(table)}`);
  }
  const patches = rows * columns;
  const index = constant(relativePositionIndex(rows, columns), [patches * patches], 'int32');
  return reshape(transpose(gather(table, index, 0), [1, 0]), [1, table.shape[1], patches, patches]);
}
