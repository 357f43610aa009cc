/** @file Whether a classifier's probabilities mean what they say. */

import {
  allFinite,
  checkClassification,
  defined,
  predictedClass,
  type Score,
  type Scores,
  undefinedScore,
} from './metrics.js';

export interface CalibrationBin {
  /** Confidences in (low, high]; the first bin includes 0. */
  low: number;
  high: number;
  images: number;
  /** Mean probability of the named class, and how often it was right; null in an empty bin. */
  meanConfidence: number | null;
  accuracy: number | null;
}

export interface Calibration {
  /** Mean gap between confidence and accuracy, weighted by images (expected calibration error). */
  expectedError: Score;
  bins: CalibrationBin[];
}

/**
 * Expected calibration error of the most probable class in bins of equal width (Naeini et al. 2015; Guo et al. 2017).
 *
 * @param probabilities [images, classes]
 */
export function calibration(probabilities: Scores, labels: Int32Array, classes: number, binCount = 15): Calibration {
  checkClassification(probabilities, labels, classes);
  const images = new Array<number>(binCount).fill(0);
  const confidences = new Array<number>(binCount).fill(0);
  const right = new Array<number>(binCount).fill(0);
  if (labels.length === 0 || !allFinite(probabilities)) {
    const reason = labels.length === 0 ? 'there are no test images' : 'the model gave a value that is not a number';
    return { expectedError: undefinedScore(reason), bins: [] };
  }
  for (let image = 0; image < labels.length; image++) {
    const row = probabilities.subarray(image * classes, (image + 1) * classes);
    const named = predictedClass(row, null);
    const bin = Math.min(binCount - 1, Math.max(0, Math.ceil(row[named] * binCount) - 1));
    images[bin]++;
    confidences[bin] += row[named];
    if (named === labels[image]) right[bin]++;
  }
  let gap = 0;
  const bins = images.map((count, bin): CalibrationBin => {
    gap += Math.abs(confidences[bin] - right[bin]) / labels.length;
    return {
      low: bin / binCount,
      high: (bin + 1) / binCount,
      images: count,
      meanConfidence: count === 0 ? null : confidences[bin] / count,
      accuracy: count === 0 ? null : right[bin] / count,
    };
  });
  return { expectedError: defined(gap), bins };
}
