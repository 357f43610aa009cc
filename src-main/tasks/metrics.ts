/** @file Figures of merit of a classifier: AUC, confusion matrix, rates, and the choice of a threshold. */

import { PretextError } from '../base/errors.js';

/** Numbers by row: scores [images], or probabilities [images, classes]. */
export type Scores = Float64Array | Float32Array;

/** A figure, or why it does not exist for these images. Never NaN. */
export type Score = { value: number; reason: null } | { value: null; reason: string };

/**
 * A figure of a fixed set of images as a function of how often each image counts (length [images], 0 or more);
 * null where it is undefined. All weights 1 gives the figure itself; counts of a resample give the bootstrap's.
 */
export type Statistic = (weights: Float64Array) => number | null;

const ONE_CLASS = 'only one class is present, so the two cannot be told apart';
const NOT_FINITE = 'the model gave a value that is not a number';

export function defined(value: number): Score {
  return { value, reason: null };
}

export function undefinedScore(reason: string): Score {
  return { value: null, reason };
}

/** Every image once. */
export function unitWeights(count: number): Float64Array {
  return new Float64Array(count).fill(1);
}

/** @throws PretextError `internal` where the lengths do not fit or a label is no class. */
export function checkClassification(values: Scores, labels: Int32Array, classes: number): void {
  if (values.length !== labels.length * classes) {
    throw new PretextError({
      code: 'internal',
      message: `${values.length} probabilities do not fit ${labels.length} images and ${classes} classes.`,
    });
  }
  checkLabels(labels, classes);
}

function checkLabels(labels: Int32Array, classes: number): void {
  const stray = labels.find((label) => label < 0 || label >= classes);
  if (stray !== undefined) {
    throw new PretextError({ code: 'internal', message: `Label ${stray} is none of the ${classes} classes.` });
  }
}

export function allFinite(values: Scores): boolean {
  return values.every((value) => Number.isFinite(value));
}

/** Column `index` of a row-major [images, classes] array. */
export function column(values: Scores, classes: number, index: number): Float64Array {
  return Float64Array.from({ length: values.length / classes }, (_, row) => values[row * classes + index]);
}

/** 1 where the label is `index`, else 0. */
export function isClass(labels: Int32Array, index: number): Uint8Array {
  return Uint8Array.from(labels, (label) => (label === index ? 1 : 0));
}

/** Number of images of each class. */
export function countClasses(labels: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

/**
 * Area under the ROC curve: the probability that a positive image scores above a negative one, ties counting half
 * (Mann and Whitney 1947; Hanley and McNeil 1982). Sorts once, then each call is linear in the images.
 *
 * @param positive 1 for images that have the finding, else 0, [images].
 */
export function aucStatistic(scores: Scores, positive: Uint8Array): Statistic {
  if (!allFinite(scores)) return () => null;
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
  return (weights) => {
    let negativesBelow = 0;
    let positives = 0;
    let wins = 0;
    let start = 0;
    while (start < order.length) {
      const score = scores[order[start]];
      let end = start;
      let groupPositives = 0;
      let groupNegatives = 0;
      while (end < order.length && scores[order[end]] === score) {
        const image = order[end++];
        if (positive[image] === 1) groupPositives += weights[image];
        else groupNegatives += weights[image];
      }
      wins += groupPositives * (negativesBelow + groupNegatives / 2);
      negativesBelow += groupNegatives;
      positives += groupPositives;
      start = end;
    }
    return positives === 0 || negativesBelow === 0 ? null : wins / (positives * negativesBelow);
  };
}

/** Area under the ROC curve of one finding; see {@link aucStatistic}. */
export function auc(scores: Scores, positive: Uint8Array): Score {
  if (!allFinite(scores)) return undefinedScore(NOT_FINITE);
  const value = aucStatistic(scores, positive)(unitWeights(scores.length));
  return value === null ? undefinedScore(ONE_CLASS) : defined(value);
}

export interface MacroAuc {
  macro: Score;
  /** One-vs-rest AUC of each class. */
  perClass: Score[];
  /** Classes without a test image, left out of the average. */
  leftOut: number[];
}

/**
 * Mean over classes of the one-vs-rest AUC, all classes counting the same; for two classes the AUC of the second.
 *
 * @param probabilities [images, classes]
 */
export function macroAuc(probabilities: Scores, labels: Int32Array, classes: number): MacroAuc {
  checkClassification(probabilities, labels, classes);
  const counts = countClasses(labels, classes);
  const perClass = counts.map((count, index) =>
    count === 0
      ? undefinedScore('no test image is of this class')
      : auc(column(probabilities, classes, index), isClass(labels, index)),
  );
  const leftOut = counts.flatMap((count, index) => (count === 0 ? [index] : []));
  const value = macroAucStatistic(probabilities, labels, classes)(unitWeights(labels.length));
  if (value !== null) return { macro: defined(value), perClass, leftOut };
  return { macro: undefinedScore(allFinite(probabilities) ? ONE_CLASS : NOT_FINITE), perClass, leftOut };
}

/**
 * The macro AUC as a statistic over the classes present in `labels`; null for weights under which one of these has
 * no image left, so that every resample averages over the same classes.
 */
export function macroAucStatistic(probabilities: Scores, labels: Int32Array, classes: number): Statistic {
  checkClassification(probabilities, labels, classes);
  if (classes === 2) return aucStatistic(column(probabilities, 2, 1), isClass(labels, 1));
  const present = countClasses(labels, classes).flatMap((count, index) => (count > 0 ? [index] : []));
  if (present.length < 2) return () => null;
  const parts = present.map((index) => aucStatistic(column(probabilities, classes, index), isClass(labels, index)));
  return (weights) => {
    let sum = 0;
    for (const part of parts) {
      const value = part(weights);
      if (value === null) return null;
      sum += value;
    }
    return sum / parts.length;
  };
}

/**
 * The class a model names. Two classes with a threshold: the second from that probability up. Otherwise the most
 * probable class, the first of equals.
 *
 * @param probabilities one image, [classes]
 */
export function predictedClass(probabilities: ArrayLike<number>, threshold: number | null): number {
  if (probabilities.length === 2 && threshold !== null) return probabilities[1] >= threshold ? 1 : 0;
  let best = 0;
  for (let index = 1; index < probabilities.length; index++) {
    if (probabilities[index] > probabilities[best]) best = index;
  }
  return best;
}

/** {@link predictedClass} of every image; `probabilities` is [images, classes]. */
export function predictedClasses(probabilities: Scores, classes: number, threshold: number | null): Int32Array {
  return Int32Array.from({ length: probabilities.length / classes }, (_, row) =>
    predictedClass(probabilities.subarray(row * classes, (row + 1) * classes), threshold),
  );
}

/** Images by true class (rows) and named class (columns): [classes][classes]. */
export function confusionMatrix(labels: Int32Array, predicted: Int32Array, classes: number): number[][] {
  checkLabels(labels, classes);
  checkLabels(predicted, classes);
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let image = 0; image < labels.length; image++) matrix[labels[image]][predicted[image]]++;
  return matrix;
}

/** Share of the images that `counted` selects for which `right` holds. */
function share(images: number, counted: (image: number) => boolean, right: (image: number) => boolean): Statistic {
  const considered: number[] = [];
  const hits: number[] = [];
  for (let image = 0; image < images; image++) {
    if (!counted(image)) continue;
    considered.push(image);
    hits.push(right(image) ? 1 : 0);
  }
  return (weights) => {
    let all = 0;
    let good = 0;
    for (let i = 0; i < considered.length; i++) {
      const weight = weights[considered[i]];
      all += weight;
      good += weight * hits[i];
    }
    return all === 0 ? null : good / all;
  };
}

/** Share of images whose class is named rightly. */
export function accuracyStatistic(labels: Int32Array, predicted: Int32Array): Statistic {
  return share(
    labels.length,
    () => true,
    (image) => predicted[image] === labels[image],
  );
}

/** Share of the images of `index` that are found (true positive rate, recall). */
export function sensitivityStatistic(labels: Int32Array, predicted: Int32Array, index: number): Statistic {
  return share(
    labels.length,
    (image) => labels[image] === index,
    (image) => predicted[image] === index,
  );
}

/** Share of the images of other classes that are not taken for `index` (true negative rate). */
export function specificityStatistic(labels: Int32Array, predicted: Int32Array, index: number): Statistic {
  return share(
    labels.length,
    (image) => labels[image] !== index,
    (image) => predicted[image] !== index,
  );
}

/** Mean sensitivity over the classes present in `labels`; null for weights that leave one of them without images. */
export function balancedAccuracyStatistic(labels: Int32Array, predicted: Int32Array): Statistic {
  const parts = [...new Set(labels)].map((index) => sensitivityStatistic(labels, predicted, index));
  return (weights) => {
    let sum = 0;
    for (const part of parts) {
      const value = part(weights);
      if (value === null) return null;
      sum += value;
    }
    return parts.length === 0 ? null : sum / parts.length;
  };
}

function evaluate(statistic: Statistic, images: number, reason: string): Score {
  const value = statistic(unitWeights(images));
  return value === null ? undefinedScore(reason) : defined(value);
}

export function accuracy(labels: Int32Array, predicted: Int32Array): Score {
  return evaluate(accuracyStatistic(labels, predicted), labels.length, 'there are no test images');
}

export function sensitivity(labels: Int32Array, predicted: Int32Array, index: number): Score {
  return evaluate(sensitivityStatistic(labels, predicted, index), labels.length, 'no test image is of this class');
}

export function specificity(labels: Int32Array, predicted: Int32Array, index: number): Score {
  return evaluate(specificityStatistic(labels, predicted, index), labels.length, 'every test image is of this class');
}

export function balancedAccuracy(labels: Int32Array, predicted: Int32Array): Score {
  return evaluate(balancedAccuracyStatistic(labels, predicted), labels.length, 'there are no test images');
}

export type ThresholdChoice =
  | { threshold: number; sensitivity: number; specificity: number; reason: null }
  | { threshold: null; reason: string };

/**
 * The threshold with the largest sensitivity + specificity - 1 (Youden 1950), meant for validation images: choosing
 * it on test images flatters them. It lies halfway between two scores, or at the lowest score; of equal choices the
 * one with the higher sensitivity.
 *
 * @param positive 1 for images that have the finding, else 0, [images].
 */
export function chooseThreshold(scores: Scores, positive: Uint8Array): ThresholdChoice {
  if (!allFinite(scores)) return { threshold: null, reason: NOT_FINITE };
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
  const positives = positive.reduce((sum, value) => sum + value, 0);
  const negatives = positive.length - positives;
  if (positives === 0 || negatives === 0) return { threshold: null, reason: ONE_CLASS };
  let best: ThresholdChoice = { threshold: null, reason: ONE_CLASS };
  let bestYouden = Number.NEGATIVE_INFINITY;
  let truePositives = 0;
  let falsePositives = 0;
  for (let i = 0; i < order.length; i++) {
    if (positive[order[i]] === 1) truePositives++;
    else falsePositives++;
    const score = scores[order[i]];
    const next = i + 1 < order.length ? scores[order[i + 1]] : score;
    if (i + 1 < order.length && next === score) continue;
    const youden = truePositives / positives - falsePositives / negatives;
    if (youden < bestYouden) continue;
    bestYouden = youden;
    // Halfway between neighbouring doubles can round down onto the lower one, which must stay below the threshold.
    const halfway = next + (score - next) / 2;
    best = {
      threshold: halfway > next ? halfway : score,
      sensitivity: truePositives / positives,
      specificity: 1 - falsePositives / negatives,
      reason: null,
    };
  }
  return best;
}
