/** @file Momentum contrast (MoCo, He et al. 2020): a query shall find its key among those of earlier batches. */

import { mul, scale, stopGradient } from '../graph/ops/elementwise.js';
import { crossEntropy } from '../graph/ops/loss.js';
import { matmul } from '../graph/ops/matmul.js';
import { sum } from '../graph/ops/reduce.js';
import { concat, slice, zeros } from '../graph/ops/shape.js';
import { GraphError, sameShape, type Tensor, typeName } from '../graph/tensor.js';

/**
 * InfoNCE of queries against their own key and a queue of others (He et al. 2020, equation 1), mean over the batch.
 *
 * @param queries [batch, width], rows of length 1
 * @param keys [batch, width], rows of length 1, from the momentum encoder: no gradient flows to them
 * @param queue [size, width], rows of length 1
 * @returns scalar
 */
export function momentumContrastLoss(queries: Tensor, keys: Tensor, queue: Tensor, temperature: number): Tensor {
  if (queries.rank !== 2 || !sameShape(queries.shape, keys.shape) || !(temperature > 0)) {
    throw new GraphError(`momentum contrast of ${typeName(queries)} and ${typeName(keys)} at ${temperature}`);
  }
  const own = scale(sum(mul(queries, stopGradient(keys)), -1, true), 1 / temperature); // [batch, 1]
  const others = matmul(queries, stopGradient(queue), { transposeB: true, factor: 1 / temperature }); // [batch, size]
  return crossEntropy(concat([own, others], 1), zeros({ shape: [queries.shape[0]], dtype: 'int32' }));
}

/** The queue of the next step: the oldest keys leave at the front, the new ones come last. */
export function enqueue(queue: Tensor, keys: Tensor): Tensor {
  const [size] = queue.shape;
  const [batch] = keys.shape;
  if (batch > size) throw new GraphError(`a queue of ${size} keys for batches of ${batch}`);
  return concat([slice(queue, 0, batch, size), stopGradient(keys)], 0);
}
