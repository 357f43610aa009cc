/** @file Many small tensors as one vector: what is done to all of them then takes one operation instead of many. */

import { concat, reshape, splitSizes } from './ops/shape.js';
import { sizeOf, type Tensor, type TensorType } from './tensor.js';

/** Below this many elements, starting an operation costs more than its arithmetic. */
export const SMALL_ELEMENTS = 8192;

/** All elements of tensors of one element type, one tensor after another. @returns [total size] */
export const pack = (tensors: readonly Tensor[]): Tensor =>
  concat(
    tensors.map((tensor) => reshape(tensor, [tensor.size])),
    0,
  );

/** The tensors that `pack` put together, given their types. */
export function unpack(packed: Tensor, types: readonly TensorType[]): Tensor[] {
  if (types.length === 1) return [reshape(packed, types[0].shape)];
  const pieces = splitSizes(
    packed,
    types.map(({ shape }) => sizeOf(shape)),
    0,
  );
  return pieces.map((piece, index) => reshape(piece, types[index].shape));
}
