/** @file Figures of a model on its test patients, with intervals, from its stored predictions. */

import { type SeedSummary, summariseSeeds } from '../tasks/bootstrap.js';
import { rocCurve } from '../tasks/curves.js';
import {
  accuracyStatistic,
  column,
  confusionMatrix,
  isClass,
  macroAucStatistic,
  predictedClasses,
  sensitivityStatistic,
  specificityStatistic,
} from '../tasks/metrics.js';
import type { TestPredictions } from './model-store.js';

export interface ClassFigures {
  name: string;
  sensitivity: SeedSummary;
  specificity: SeedSummary;
}

export interface ResultFigures {
  /** Area under the ROC curve; of several classes the mean of one-versus-rest. */
  auc: SeedSummary;
  accuracy: SeedSummary;
  /** Of the last class where there are two (the finding, by convention), else of each class. */
  perClass: ClassFigures[];
  /** Rows are the truth, columns the prediction; of the first seed's model. */
  confusion: number[][];
  /** Of the first seed's model and the last class: false-positive and true-positive rate. */
  roc: { falsePositiveRate: number; truePositiveRate: number }[];
}

const BOOTSTRAP_SEED = 1;

/** Computes every figure from the predictions of all seeds, each seed's model at its own operating point. */
export function resultFigures(
  predictions: TestPredictions,
  classNames: readonly string[],
  which: 'perSeed' | 'baselinePerSeed',
): ResultFigures {
  const labels = Int32Array.from(predictions.labels);
  const classes = classNames.length;
  const perSeed = (predictions[which] ?? []).map((values) => Float64Array.from(values));
  const thresholds = (which === 'perSeed' ? predictions.thresholds : predictions.baselineThresholds) ?? [];
  const predicted = perSeed.map((values, seed) => predictedClasses(values, classes, thresholds[seed] ?? null));
  const options = { seed: BOOTSTRAP_SEED };
  const patients = predictions.patientIds;
  const shown = classes === 2 ? [1] : classNames.map((_, index) => index);
  const last = classes - 1;
  const curve = perSeed.length === 0 ? null : rocCurve(column(perSeed[0], classes, last), isClass(labels, last));
  return {
    auc: summariseSeeds(
      perSeed.map((values) => macroAucStatistic(values, labels, classes)),
      patients,
      options,
    ),
    accuracy: summariseSeeds(
      predicted.map((values) => accuracyStatistic(labels, values)),
      patients,
      options,
    ),
    perClass: shown.map((index) => ({
      name: classNames[index],
      sensitivity: summariseSeeds(
        predicted.map((values) => sensitivityStatistic(labels, values, index)),
        patients,
        options,
      ),
      specificity: summariseSeeds(
        predicted.map((values) => specificityStatistic(labels, values, index)),
        patients,
        options,
      ),
    })),
    confusion: confusionMatrix(labels, predicted[0] ?? new Int32Array(0), classes),
    roc: (curve ?? []).map(({ falsePositiveRate, truePositiveRate }) => ({ falsePositiveRate, truePositiveRate })),
  };
}
