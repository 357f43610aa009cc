/** @file Losses over classes, made of other ops. */

import { GraphError, sameShape, type Tensor, typeName } from '../tensor.js';
import { add, cast, div, equal, maximum, mul, neg, scale, shift, sub } from './elementwise.js';
import { oneHot } from './index.js';
import { notEqual } from './logic.js';
import { softplus } from './nonlinear.js';
import { logSoftmax } from './normalise.js';
import { logSumExp, max, mean, sum } from './reduce.js';
import { reshape } from './shape.js';
import { constant, scalar } from './source.js';

function requireClasses(op: string, logits: Tensor, target: Tensor): void {
  const [batch, , ...places] = logits.shape;
  if (logits.rank < 2 || !sameShape([batch, ...places], target.shape)) {
    throw new GraphError(`${op} of ${typeName(logits)} with targets ${typeName(target)}`);
  }
}

export interface CrossEntropyOptions {
  /** Share of the target probability spread evenly over all classes (Szegedy et al. 2016). */
  labelSmoothing?: number;
  /** [classes], the weight of each class; the mean is then weighted by the targets' weights. */
  classWeights?: Tensor | null;
  /** Targets of this value do not count. Targets that are no class at all never do, with or without this. */
  ignoreIndex?: number | null;
}

/**
 * Cross-entropy of softmax(logits) against class indices, mean over all places, as torch.nn.functional.cross_entropy;
 * 0 where no place counts (PyTorch: NaN).
 *
 * @param logits [batch, classes, ...places]
 * @param target [batch, ...places], class indices
 * @returns scalar
 */
export function crossEntropy(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  requireClasses('crossEntropy', logits, target);
  const { labelSmoothing = 0, classWeights = null, ignoreIndex = null } = options;
  const [batch, classes, ...places] = logits.shape;
  const { dtype } = logits;
  const flat = places.length === 0;
  const logProbabilities = flat ? logSoftmax(logits) : sub(logits, logSumExp(logits, 1, true));
  const hot = flat ? oneHot(target, classes, dtype) : oneHotPlanes(target, classes, logits);
  if (classWeights === null && ignoreIndex === null) {
    const hit = sum(mul(logProbabilities, hot), null);
    const loss = scale(hit, -(1 - labelSmoothing) / target.size);
    return labelSmoothing === 0 ? loss : sub(loss, scale(mean(logProbabilities, null), labelSmoothing));
  }
  const along = (axis: number) => logits.shape.map((length, i) => (i === axis ? length : 1));
  let weight = classWeights === null ? scalar(1, dtype) : reshape(classWeights, along(1));
  if (ignoreIndex !== null) {
    const counts = cast(notEqual(target, scalar(ignoreIndex, target.dtype)), dtype);
    weight = mul(weight, reshape(counts, [batch, 1, ...places]));
  }
  const share = labelSmoothing === 0 ? hot : shift(scale(hot, 1 - labelSmoothing), labelSmoothing / classes);
  const total = sum(mul(hot, weight), null);
  return neg(div(sum(mul(logProbabilities, mul(share, weight)), null), maximum(total, scalar(1e-20, dtype))));
}

/** 1 at the target's class: [batch, ...places] -> [batch, classes, ...places]. */
function oneHotPlanes(target: Tensor, classes: number, { shape, dtype }: Tensor): Tensor {
  const planes = constant(
    Array.from({ length: classes }, (_, index) => index),
    [1, classes, ...shape.slice(2).map(() => 1)],
    target.dtype,
  );
  return cast(equal(reshape(target, [shape[0], 1, ...shape.slice(2)]), planes), dtype);
}

/**
 * Cross-entropy of softmax(logits) against probabilities, mean over all rows: mixed labels, a teacher's.
 *
 * @param logits [..., classes]
 * @param target [..., classes], each row sums to 1
 * @returns scalar
 */
export function softCrossEntropy(logits: Tensor, target: Tensor): Tensor {
  if (logits.rank < 1 || !sameShape(logits.shape, target.shape)) {
    throw new GraphError(`softCrossEntropy of ${typeName(logits)} with targets ${typeName(target)}`);
  }
  const classes = logits.shape[logits.rank - 1];
  return scale(sum(mul(logSoftmax(logits), target), null), -classes / logits.size);
}

/**
 * Binary cross-entropy of sigmoid(logits), mean over all elements, as
 * torch.nn.functional.binary_cross_entropy_with_logits.
 *
 * @param target probabilities, of the logits' shape
 * @param positiveWeight factor on the positive part, broadcasts to the logits (PyTorch's pos_weight)
 * @returns scalar
 */
export function binaryCrossEntropy(logits: Tensor, target: Tensor, positiveWeight: Tensor | null = null): Tensor {
  if (!sameShape(logits.shape, target.shape)) {
    throw new GraphError(`binaryCrossEntropy of ${typeName(logits)} with targets ${typeName(target)}`);
  }
  const surprise = softplus(neg(logits)); // -log(sigmoid(logits))
  const weighted = positiveWeight === null ? surprise : mul(surprise, shift(mul(target, shift(positiveWeight, -1)), 1));
  return mean(add(mul(logits, shift(neg(target), 1)), weighted), null);
}

/** Share of rows whose largest logit is the target class. @returns scalar of the logits' element type */
export function accuracyOf(logits: Tensor, target: Tensor): Tensor {
  requireClasses('accuracyOf', logits, target);
  if (logits.rank !== 2) throw new GraphError(`accuracyOf of ${typeName(logits)}`);
  const [, classes] = logits.shape;
  const hot = oneHot(target, classes, logits.dtype);
  return mean(cast(equal(sum(mul(logits, hot), -1), max(logits, -1)), logits.dtype), null);
}
