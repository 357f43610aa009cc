/** @file ROC and precision-recall curves of one finding, with average precision. */

import { allFinite, defined, type Score, type Scores, type Statistic, undefinedScore, unitWeights } from './metrics.js';

export interface RocPoint {
  /** Images from this score up count as positive; null at the first point, where none does. */
  threshold: number | null;
  falsePositiveRate: number;
  truePositiveRate: number;
}

export interface PrecisionRecallPoint {
  threshold: number;
  recall: number;
  precision: number;
}

/** Counts above each distinct score, from the highest score down. */
interface Step {
  threshold: number;
  truePositives: number;
  falsePositives: number;
}

function steps(scores: Scores, positive: Uint8Array): Step[] {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
  const result: Step[] = [];
  let truePositives = 0;
  let falsePositives = 0;
  for (let i = 0; i < order.length; i++) {
    if (positive[order[i]] === 1) truePositives++;
    else falsePositives++;
    const threshold = scores[order[i]];
    if (i + 1 < order.length && scores[order[i + 1]] === threshold) continue;
    result.push({ threshold, truePositives, falsePositives });
  }
  return result;
}

/**
 * The ROC curve, one point for each distinct score, from (0, 0) to (1, 1); its trapezoid area is the AUC.
 * Null where only one class is present or a score is not a number.
 *
 * @param positive 1 for images that have the finding, else 0, [images].
 */
export function rocCurve(scores: Scores, positive: Uint8Array): RocPoint[] | null {
  const all = steps(scores, positive);
  const last = all.at(-1);
  if (last === undefined || !allFinite(scores) || last.truePositives === 0 || last.falsePositives === 0) return null;
  return [
    { threshold: null, falsePositiveRate: 0, truePositiveRate: 0 },
    ...all.map((step) => ({
      threshold: step.threshold,
      falsePositiveRate: step.falsePositives / last.falsePositives,
      truePositiveRate: step.truePositives / last.truePositives,
    })),
  ];
}

/** The precision-recall curve by rising recall, one point for each distinct score; null without a positive image. */
export function precisionRecallCurve(scores: Scores, positive: Uint8Array): PrecisionRecallPoint[] | null {
  const all = steps(scores, positive);
  const last = all.at(-1);
  if (last === undefined || !allFinite(scores) || last.truePositives === 0) return null;
  return all.map((step) => ({
    threshold: step.threshold,
    recall: step.truePositives / last.truePositives,
    precision: step.truePositives / (step.truePositives + step.falsePositives),
  }));
}

/**
 * Average precision: precision at each threshold, weighted by the recall gained there. No interpolation, which would
 * flatter (Davis and Goadrich 2006). Sorts once, then each call is linear in the images.
 *
 * @param positive 1 for images that have the finding, else 0, [images].
 */
export function averagePrecisionStatistic(scores: Scores, positive: Uint8Array): Statistic {
  if (!allFinite(scores)) return () => null;
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
  return (weights) => {
    let truePositives = 0;
    let named = 0;
    let sum = 0;
    let gained = 0;
    for (let i = 0; i < order.length; i++) {
      const image = order[i];
      named += weights[image];
      if (positive[image] === 1) gained += weights[image];
      if (i + 1 < order.length && scores[order[i + 1]] === scores[image]) continue;
      truePositives += gained;
      if (gained > 0) sum += gained * (truePositives / named);
      gained = 0;
    }
    return truePositives === 0 ? null : sum / truePositives;
  };
}

/** {@link averagePrecisionStatistic} of the images as they are. */
export function averagePrecision(scores: Scores, positive: Uint8Array): Score {
  const value = averagePrecisionStatistic(scores, positive)(unitWeights(scores.length));
  return value === null ? undefinedScore('no test image has the finding, or a score is not a number') : defined(value);
}
