/** @file Gather along any axis with indices of any shape. */

import { apply, GraphError, normaliseAxis, type OpDefinition, sizeOf, type Tensor, typeName } from '../tensor.js';
import { scatterAddRows } from './index.js';
import { reshape, transpose, zeros } from './shape.js';

type AxisAttributes = { readonly axis: number };

const gatherOp: OpDefinition<AxisAttributes> = {
  name: 'gather',
  infer([x, indices], { axis }) {
    if (indices.dtype !== 'int32' && indices.dtype !== 'int64') {
      throw new GraphError(`gather needs whole-number indices, got ${typeName(indices)}`);
    }
    return [{ shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype }];
  },
  // The gathered axis is brought to the front, where rows are added up.
  gradient({ inputs: [x, indices], attributes: { axis } }, [g]) {
    if (g === null) return [null, null];
    const [lead, tail] = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis + 1))];
    const rows = transpose(reshape(g, [lead, indices.size, tail]), [1, 0, 2]);
    const base = zeros({ shape: [x.shape[axis], lead, tail], dtype: g.dtype });
    const added = scatterAddRows(base, reshape(indices, [indices.size]), rows); // [length, lead, tail]
    return [reshape(transpose(added, [1, 0, 2]), x.shape), null];
  },
  lower: ({ attributes: { axis } }, l) =>
    void l.emit('Gather', [l.input(0), l.input(1)], { attributes: { axis }, outputs: [l.output(0)] }),
  evaluate: ({ attributes: { axis } }, [x, indices], tf) => [tf.gather(x, indices, axis)],
};

/**
 * Slices of `x` along `axis` in the order of `indices`, as numpy.take: the axis gives way to the axes of `indices`.
 * An index may occur more than once; one outside 0 .. length - 1 ends the run with an error on the CPU.
 */
export const gather = (x: Tensor, indices: Tensor, axis = 0): Tensor =>
  apply(gatherOp, [x, indices], { axis: normaliseAxis(axis, x.rank) });

/** This file’s part of the op table. */
export const gatherOps: readonly OpDefinition[] = [gatherOp];
