/** @file All figures of a model on its test patients, computed once and kept beside it as `figures.json`. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/files.js';
import type { JobControl } from '../base/jobs.js';
import { throwIfCancelled } from '../base/jobs.js';
import type { Project } from '../catalogue/project.js';
import { bootstrap, type SeedSummary, summariseSeeds } from '../tasks/bootstrap.js';
import { type CalibrationBin, calibration } from '../tasks/calibration.js';
import { averagePrecisionStatistic, precisionRecallCurve, rocCurve } from '../tasks/curves.js';
import {
  accuracyStatistic,
  aucStatistic,
  column,
  confusionMatrix,
  isClass,
  macroAucStatistic,
  predictedClasses,
  type Statistic,
} from '../tasks/metrics.js';
import { worstMistakes } from '../tasks/mistakes.js';
import { type OperatingPoint, operatingPoints } from '../tasks/operating-points.js';
import { type ModelCard, modelPaths, readModelCard, readPredictions, type TestPredictions } from './model-store.js';
import { type ErrorReport, toReport } from './protocol.js';

export interface PlainEstimate {
  value: number | null;
  low: number | null;
  high: number | null;
  note: string | null;
}

interface Point {
  x: number;
  y: number;
}

/** One class against all others, by the saved model. */
export interface ClassFigures {
  name: string;
  positives: number;
  negatives: number;
  positivePatients: number;
  negativePatients: number;
  auc: PlainEstimate;
  averagePrecision: PlainEstimate;
  roc: Point[];
  precisionRecall: Point[];
  points: OperatingPoint[];
  chosen: number;
}

export interface ModelFigures {
  testImages: number;
  testPatients: number;
  /** How the operating point came about; `middle`: the model has none of its own. */
  thresholdSource: 'validation' | 'label-share' | 'middle';
  threshold: number;
  auc: SeedSummary;
  accuracy: SeedSummary;
  baseline: { auc: SeedSummary; accuracy: SeedSummary } | null;
  /** AUC minus the baseline's, of the same draws on the same resampled patients. */
  gain: SeedSummary | null;
  classes: ClassFigures[];
  confusion: number[][];
  calibration: { expectedError: number | null; bins: CalibrationBin[] };
  mistakes: { imageId: number; truth: number; predicted: number; probability: number; trueProbability: number }[];
}

/** Raised whenever any figure is computed in another way: older files are then computed again. */
const FIGURES_VERSION = 3;
const BOOTSTRAP_SEED = 1;
const CALIBRATION_BINS = 10;
const MOST_MISTAKES = 24;
/** Points of a curve that a screen can tell apart. */
const CURVE_POINTS = 400;
/** The operating point of a model that has none of its own. */
const MIDDLE = 0.5;

function thin(points: Point[]): Point[] {
  const stride = Math.ceil(points.length / CURVE_POINTS);
  return stride <= 1 ? points : points.filter((_, index) => index % stride === 0 || index === points.length - 1);
}

/** Statistics by draw, minus those of the other arm. */
function difference(ours: Statistic[], theirs: Statistic[]): Statistic[] {
  return ours.map((statistic, seed) => (weights) => {
    const value = statistic(weights);
    const other = theirs[seed]?.(weights) ?? null;
    return value === null || other === null ? null : value - other;
  });
}

function plain({ value, low, high, note }: PlainEstimate): PlainEstimate {
  return { value, low, high, note };
}

function classFigures(
  name: string,
  scores: Float64Array,
  positive: Uint8Array,
  patients: number[],
  threshold: number,
): ClassFigures {
  const options = { seed: BOOTSTRAP_SEED };
  const count = (wanted: number) => positive.reduce((sum, value) => sum + (value === wanted ? 1 : 0), 0);
  const people = (wanted: number) => new Set(patients.filter((_, image) => positive[image] === wanted)).size;
  return {
    name,
    positives: count(1),
    negatives: count(0),
    positivePatients: people(1),
    negativePatients: people(0),
    auc: plain(bootstrap(aucStatistic(scores, positive), patients, options)),
    averagePrecision: plain(bootstrap(averagePrecisionStatistic(scores, positive), patients, options)),
    roc: thin(
      (rocCurve(scores, positive) ?? []).map(({ falsePositiveRate, truePositiveRate }) => ({
        x: falsePositiveRate,
        y: truePositiveRate,
      })),
    ),
    precisionRecall: thin(
      (precisionRecallCurve(scores, positive) ?? []).map(({ recall, precision }) => ({ x: recall, y: precision })),
    ),
    ...operatingPoints(scores, positive, patients, threshold, options),
  };
}

/**
 * Every figure. Those over draws of labels (`auc`, `accuracy`, `baseline`, `gain`) are of all draws; all others of the
 * first draw's model, whose weights are the ones that are saved.
 */
export function modelFigures(
  card: Pick<ModelCard, 'classes' | 'threshold' | 'thresholdSource'>,
  predictions: TestPredictions,
): ModelFigures {
  const labels = Int32Array.from(predictions.labels);
  const count = card.classes.length;
  const patients = predictions.patientIds;
  const arm = (values: number[][]) => values.map((row) => Float64Array.from(row));
  const perSeed = arm(predictions.perSeed);
  const baselinePerSeed = predictions.baselinePerSeed === null ? null : arm(predictions.baselinePerSeed);
  const threshold = count === 2 ? (card.threshold ?? MIDDLE) : MIDDLE;
  const named = count === 2 ? threshold : null;

  const summarise = (statistics: Statistic[]) => summariseSeeds(statistics, patients, { seed: BOOTSTRAP_SEED });
  const areas = (rows: Float64Array[]) => rows.map((values) => macroAucStatistic(values, labels, count));
  const accuracies = (rows: Float64Array[], thresholds: readonly (number | null)[]) =>
    rows.map((values, seed) => accuracyStatistic(labels, predictedClasses(values, count, thresholds[seed] ?? null)));

  const saved = perSeed[0] ?? new Float64Array(0);
  const { expectedError, bins } = calibration(saved, labels, count, CALIBRATION_BINS);
  return {
    testImages: labels.length,
    testPatients: new Set(patients).size,
    thresholdSource: count === 2 && card.threshold !== null ? (card.thresholdSource ?? 'middle') : 'middle',
    threshold,
    auc: summarise(areas(perSeed)),
    accuracy: summarise(accuracies(perSeed, predictions.thresholds)),
    baseline:
      baselinePerSeed === null
        ? null
        : {
            auc: summarise(areas(baselinePerSeed)),
            accuracy: summarise(accuracies(baselinePerSeed, predictions.baselineThresholds ?? [])),
          },
    gain: baselinePerSeed === null ? null : summarise(difference(areas(perSeed), areas(baselinePerSeed))),
    classes: card.classes.map((name, index) =>
      classFigures(
        name,
        column(saved, count, index),
        isClass(labels, index),
        patients,
        // The first of two classes is named below the threshold of the second, not at it.
        count === 2 && index === 0 ? 1 - threshold + 1e-12 : threshold,
      ),
    ),
    confusion: confusionMatrix(labels, predictedClasses(saved, count, named), count),
    calibration: { expectedError: expectedError.value, bins },
    mistakes: worstMistakes(saved, labels, count, named, MOST_MISTAKES).map(({ row, ...mistake }) => ({
      imageId: predictions.imageIds[row],
      ...mistake,
    })),
  };
}

interface FiguresFile {
  version: number;
  /** What they were computed from: bytes of the predictions and the operating point. */
  source: { bytes: number; threshold: number | null };
  figures: ModelFigures;
}

/** Where the figures of a model are kept. */
export function figuresPath(project: Project, id: string): string {
  return join(modelPaths(project, id).folder, 'figures.json');
}

function sourceOf(project: Project, card: ModelCard): FiguresFile['source'] {
  return { bytes: statSync(modelPaths(project, card.id).predictions).size, threshold: card.threshold ?? null };
}

function isFiguresFile(value: unknown): value is FiguresFile {
  return typeof value === 'object' && value !== null && 'version' in value && 'source' in value && 'figures' in value;
}

/** The kept figures of a model, or null where they are missing, damaged or of another Pretext. */
export function keptFigures(project: Project, card: ModelCard): ModelFigures | null {
  const path = figuresPath(project, card.id);
  if (!existsSync(path)) return null;
  try {
    const file: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!isFiguresFile(file) || file.version !== FIGURES_VERSION) return null;
    const { bytes, threshold } = sourceOf(project, card);
    return file.source.bytes === bytes && file.source.threshold === threshold ? file.figures : null;
  } catch {
    // A damaged file is computed again from the predictions.
    return null;
  }
}

/** The figures of a model: the kept ones, else computed and kept. @throws PretextError `not-found`, `bad-file`. */
export function ensureFigures(project: Project, id: string): ModelFigures {
  const card = readModelCard(project, id);
  const kept = keptFigures(project, card);
  if (kept !== null) return kept;
  const figures = modelFigures(card, readPredictions(project, id));
  const file: FiguresFile = { version: FIGURES_VERSION, source: sourceOf(project, card), figures };
  writeFileAtomic(figuresPath(project, id), [JSON.stringify(file)]);
  return figures;
}

export interface FiguresResult {
  /** Models whose figures could not be computed, and why. */
  failed: { model: string; error: ErrorReport }[];
}

/** The job: figures of several models; one that is damaged does not keep the others from theirs. */
export function computeFigures(project: Project, models: readonly string[], control: JobControl): FiguresResult {
  const failed: FiguresResult['failed'] = [];
  for (const [index, model] of models.entries()) {
    throwIfCancelled(control);
    try {
      ensureFigures(project, model);
    } catch (error) {
      failed.push({ model, error: toReport(error) });
    }
    control.onProgress({ phase: 'Computing figures', done: index + 1, total: models.length, etaSeconds: null });
  }
  return { failed };
}
