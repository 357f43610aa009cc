/** @file Losses over values, probabilities and areas, made of other ops. */

import { GraphError, sameShape, type Tensor, typeName } from '../tensor.js';
import { abs, add, div, less, log, mul, scale, shift, square, sub, where } from './elementwise.js';
import { mean, sum } from './reduce.js';
import { scalar } from './source.js';

function requireSameShape(op: string, a: Tensor, b: Tensor): void {
  if (!sameShape(a.shape, b.shape)) throw new GraphError(`${op} of ${typeName(a)} and ${typeName(b)}`);
}

/** Mean squared difference over all elements of two tensors of one shape. @returns scalar */
export function meanSquaredError(prediction: Tensor, target: Tensor): Tensor {
  requireSameShape('meanSquaredError', prediction, target);
  return mean(square(sub(prediction, target)), null);
}

/** Mean absolute difference over all elements of two tensors of one shape. @returns scalar */
export function meanAbsoluteError(prediction: Tensor, target: Tensor): Tensor {
  requireSameShape('meanAbsoluteError', prediction, target);
  return mean(abs(sub(prediction, target)), null);
}

/**
 * Huber's loss (Huber 1964), mean over all elements, as torch.nn.functional.huber_loss: half the squared difference d
 * up to `delta`, beyond it delta (|d| - delta / 2).
 *
 * @returns scalar
 */
export function huber(prediction: Tensor, target: Tensor, delta = 1): Tensor {
  requireSameShape('huber', prediction, target);
  if (!(delta > 0)) throw new GraphError(`huber with a delta of ${delta}`);
  const difference = sub(prediction, target);
  const size = abs(difference);
  const far = scale(shift(size, -delta / 2), delta);
  return mean(where(less(size, scalar(delta, size.dtype)), scale(square(difference), 0.5), far), null);
}

/** Huber's loss divided by `beta`, as torch.nn.functional.smooth_l1_loss: slope 1 beyond `beta`. @returns scalar */
export function smoothL1(prediction: Tensor, target: Tensor, beta = 1): Tensor {
  return scale(huber(prediction, target, beta), 1 / beta);
}

/**
 * Kullback-Leibler divergence of a target distribution p from a predicted one q, sum over classes and mean over the
 * first axis, as torch.nn.functional.kl_div with 'batchmean'.
 *
 * @param logPrediction log q, [batch, ...]
 * @param target p, of the same shape; 0 log 0 is 0
 * @returns scalar
 */
export function klDivergence(logPrediction: Tensor, target: Tensor): Tensor {
  requireSameShape('klDivergence', logPrediction, target);
  if (target.rank < 1) throw new GraphError(`klDivergence of ${typeName(target)}`);
  const one = scalar(1, target.dtype);
  const tiny = less(target, scalar(1e-30, target.dtype));
  const entropy = mul(target, log(where(tiny, one, target)));
  return scale(sum(sub(entropy, mul(target, logPrediction)), null), 1 / target.shape[0]);
}

export interface DiceOptions {
  /** Added above and below, which defines the loss of an empty class. */
  smooth?: number;
  /** One overlap over the whole batch instead of one for each image: steadier where a class is rare. */
  overBatch?: boolean;
}

/**
 * Soft Dice loss (Milletari et al. 2016, with plain sums below): 1 - (2 sum(p t) + smooth) / (sum(p) + sum(t) + smooth),
 * mean over images and classes.
 *
 * @param probabilities [batch, classes, ...places]
 * @param target [batch, classes, ...places], 0 .. 1
 * @returns scalar
 */
export function softDice(probabilities: Tensor, target: Tensor, options: DiceOptions = {}): Tensor {
  const { smooth = 1, overBatch = false } = options;
  requireSameShape('softDice', probabilities, target);
  if (target.rank < 3 || !(smooth > 0)) throw new GraphError(`softDice of ${typeName(target)}, smooth ${smooth}`);
  const axes = target.shape.map((_, axis) => axis).filter((axis) => axis !== 1 && (axis > 0 || overBatch));
  const overlap = shift(scale(sum(mul(probabilities, target), axes), 2), smooth);
  const sizes = shift(add(sum(probabilities, axes), sum(target, axes)), smooth);
  return shift(scale(mean(div(overlap, sizes), null), -1), 1);
}
