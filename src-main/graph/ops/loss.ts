/** @file Losses made of other ops. */

import { GraphError, sameShape, type Tensor, typeName } from '../tensor.js';
import { cast, equal, mul, scale, square, sub } from './elementwise.js';
import { oneHot } from './index.js';
import { logSoftmax } from './normalise.js';
import { max, mean, sum } from './reduce.js';

function requireClasses(op: string, logits: Tensor, target: Tensor): void {
  if (logits.rank !== 2 || target.rank !== 1 || target.shape[0] !== logits.shape[0]) {
    throw new GraphError(`${op} of ${typeName(logits)} with targets ${typeName(target)}`);
  }
}

/**
 * Cross-entropy of softmax(logits) against class indices, mean over the batch, as torch.nn.functional.cross_entropy.
 *
 * @param logits [batch, classes]
 * @param target [batch], class indices
 * @param labelSmoothing share of the target probability spread evenly over all classes (Szegedy et al. 2016)
 * @returns scalar
 */
export function crossEntropy(logits: Tensor, target: Tensor, labelSmoothing = 0): Tensor {
  requireClasses('crossEntropy', logits, target);
  const [batch, classes] = logits.shape;
  const logProbabilities = logSoftmax(logits);
  const hit = sum(mul(logProbabilities, oneHot(target, classes, logits.dtype)), null);
  const loss = scale(hit, -(1 - labelSmoothing) / batch);
  return labelSmoothing === 0 ? loss : sub(loss, scale(mean(logProbabilities, null), labelSmoothing));
}

/** Mean squared difference over all elements of two tensors of one shape. @returns scalar */
export function meanSquaredError(prediction: Tensor, target: Tensor): Tensor {
  if (!sameShape(prediction.shape, target.shape)) {
    throw new GraphError(`meanSquaredError of ${typeName(prediction)} and ${typeName(target)}`);
  }
  return mean(square(sub(prediction, target)), null);
}

/** Share of rows whose largest logit is the target class. @returns scalar of the logits' element type */
export function accuracyOf(logits: Tensor, target: Tensor): Tensor {
  requireClasses('accuracyOf', logits, target);
  const [, classes] = logits.shape;
  const hot = oneHot(target, classes, logits.dtype);
  return mean(cast(equal(sum(mul(logits, hot), -1), max(logits, -1)), logits.dtype), null);
}
