/** @file The probability from which a two-class model says that the finding is there, chosen without the test patients. */

import { chooseThreshold, column, isClass } from './metrics.js';
import { canChooseThreshold } from './task-split.js';

/** How a threshold came about. */
export type ThresholdSource = 'validation' | 'label-share';

export interface ModelThreshold {
  /** Probability of the second class from which it is named. */
  threshold: number;
  source: ThresholdSource;
}

export interface ValidationPredictions {
  /** [images, 2] */
  probabilities: Float64Array;
  /** [images] */
  labels: Int32Array;
  /** Patient of each image, [images]. */
  patients: readonly number[];
}

/**
 * The operating point of a two-class model. Where the validation patients are many enough: the best Youden index on
 * them. Else the share of the second class among the labels that were learned: for a calibrated model that is where
 * sensitivity + specificity is largest whatever the classes' frequencies (the ratio of likelihoods is 1 there), and it
 * costs no label. In simulations it was as good as 40 validation patients of each class and better than any choice by
 * cross-validation inside few labels.
 *
 * @param learned class index of each label that the model learned from, of two classes
 */
export function modelThreshold(learned: ArrayLike<number>, validation: ValidationPredictions | null): ModelThreshold {
  if (validation !== null) {
    const { probabilities, labels, patients } = validation;
    const counts = [0, 1].map((index) => new Set(patients.filter((_, image) => labels[image] === index)).size);
    if (canChooseThreshold(counts)) {
      const { threshold } = chooseThreshold(column(probabilities, 2, 1), isClass(labels, 1));
      if (threshold !== null) return { threshold, source: 'validation' };
    }
  }
  let positive = 0;
  for (let i = 0; i < learned.length; i++) positive += learned[i] === 1 ? 1 : 0;
  return { threshold: positive / learned.length, source: 'label-share' };
}
