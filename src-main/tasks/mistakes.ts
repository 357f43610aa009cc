/** @file The worst mistakes of a classifier: what it got wrong, and was most sure of. */

import { predictedClass, type Scores } from './metrics.js';

export interface Mistake {
  /** Row of the test images. */
  row: number;
  truth: number;
  predicted: number;
  /** Probability of the class that was named, and of the true one. */
  probability: number;
  trueProbability: number;
}

/**
 * Images whose named class is not the true one, those with the least probability of the truth first, of equals in the
 * order of the images.
 *
 * @param probabilities [images, classes]
 * @param threshold of the second of two classes; null: the most probable class is named
 */
export function worstMistakes(
  probabilities: Scores,
  labels: ArrayLike<number>,
  classes: number,
  threshold: number | null,
  most: number,
): Mistake[] {
  const mistakes: Mistake[] = [];
  for (let row = 0; row < labels.length; row++) {
    const given = probabilities.subarray(row * classes, (row + 1) * classes);
    const predicted = predictedClass(given, threshold);
    const truth = labels[row];
    if (predicted === truth) continue;
    mistakes.push({ row, truth, predicted, probability: given[predicted], trueProbability: given[truth] });
  }
  return mistakes.sort((a, b) => a.trueProbability - b.trueProbability || a.row - b.row).slice(0, most);
}
