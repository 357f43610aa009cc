/** @file Fine-tuned models: the list, the figures of one, explanations of its answers, export and report. */

import * as v from 'valibot';
import { filePath, finite, itemId, nothing, rowId, shortText, wholeNumber } from './channels.js';

/** A mean over draws of labels with its 95% interval; null where it is undefined, and the note says why. */
export const summary = v.object({
  mean: v.nullable(finite),
  low: v.nullable(finite),
  high: v.nullable(finite),
  perSeed: v.array(v.nullable(finite)),
  note: v.nullable(v.string()),
});
export type Summary = v.InferOutput<typeof summary>;

/** One figure with its 95% interval over patients. */
export const estimate = v.object({
  value: v.nullable(finite),
  low: v.nullable(finite),
  high: v.nullable(finite),
  note: v.nullable(v.string()),
});
export type Estimate = v.InferOutput<typeof estimate>;

/** A model as lists show it. */
export const modelInfo = v.object({
  id: itemId,
  task: v.string(),
  classes: v.array(v.string()),
  mode: v.picklist(['probe', 'full']),
  /** The pretraining run that it started from, and how that was trained; null: from scratch. */
  run: v.nullable(itemId),
  method: v.nullable(v.picklist(['inpainting', 'contrastive'])),
  /** Labels in each draw, and how many draws were made. */
  labels: wholeNumber,
  draws: wholeNumber,
  /** ISO 8601, UTC. */
  created: v.string(),
  /** `computing`: the figures below are on their way; `project:changed` says when they are there. */
  figures: v.picklist(['ready', 'computing', 'failed']),
  /** Null until the figures are ready. */
  testImages: v.nullable(wholeNumber),
  testPatients: v.nullable(wholeNumber),
  auc: v.nullable(summary),
  /** The same from random initialisation; null as well where that was not measured. */
  baselineAuc: v.nullable(summary),
});
export type ModelInfo = v.InferOutput<typeof modelInfo>;

const rate = v.nullable(finite);
const interval = v.nullable(v.tuple([finite, finite]));

/** What a threshold does on the test images, with 95% intervals over patients. */
export const operatingPoint = v.object({
  /** Images whose probability is at least this are called positive. */
  threshold: finite,
  truePositives: wholeNumber,
  falsePositives: wholeNumber,
  sensitivity: rate,
  specificity: rate,
  positivePredictiveValue: rate,
  negativePredictiveValue: rate,
  intervals: v.object({
    sensitivity: interval,
    specificity: interval,
    positivePredictiveValue: interval,
    negativePredictiveValue: interval,
  }),
});
export type OperatingPoint = v.InferOutput<typeof operatingPoint>;

const point = v.object({ x: finite, y: finite });

/** Figures of one class against all others; of the saved model. */
export const classFigures = v.object({
  name: v.string(),
  /** Test images and patients of the class, and of the others. */
  positives: wholeNumber,
  negatives: wholeNumber,
  positivePatients: wholeNumber,
  negativePatients: wholeNumber,
  auc: estimate,
  averagePrecision: estimate,
  /** 1 - specificity against sensitivity. */
  roc: v.array(point),
  /** Recall against precision. */
  precisionRecall: v.array(point),
  /** From the highest threshold down. */
  points: v.array(operatingPoint),
  /** Which of them is the one that the model is meant to be used at. */
  chosen: wholeNumber,
});
export type ClassFigures = v.InferOutput<typeof classFigures>;

export const mistake = v.object({
  imageId: rowId,
  truth: wholeNumber,
  predicted: wholeNumber,
  /** Probability that the model gives the class it names, and the true one. */
  probability: finite,
  trueProbability: finite,
});
export type Mistake = v.InferOutput<typeof mistake>;

/** Every figure of a model on its test patients. */
export const modelFigures = v.object({
  testImages: wholeNumber,
  testPatients: wholeNumber,
  /** Chosen on validation patients; the finding's share of the labels; or the middle, 0.5, for want of both. */
  thresholdSource: v.picklist(['validation', 'label-share', 'middle']),
  threshold: finite,
  /** Over all draws of labels. */
  auc: summary,
  accuracy: summary,
  baseline: v.nullable(v.object({ auc: summary, accuracy: summary })),
  /** AUC minus the baseline's on the same draws and patients. */
  gain: v.nullable(summary),
  classes: v.array(classFigures),
  /** Images of each true class (rows) by the class that the saved model names (columns). */
  confusion: v.array(v.array(wholeNumber)),
  calibration: v.object({
    /** Mean gap between confidence and accuracy. */
    expectedError: v.nullable(finite),
    bins: v.array(
      v.object({
        low: finite,
        high: finite,
        images: wholeNumber,
        meanConfidence: v.nullable(finite),
        accuracy: v.nullable(finite),
      }),
    ),
  }),
  /** The most wrong first. */
  mistakes: v.array(mistake),
});
export type ModelFigures = v.InferOutput<typeof modelFigures>;

/** One sentence of the result, and what kind of news it is. */
export const finding = v.object({
  kind: v.picklist(['fact', 'good', 'none', 'caution']),
  text: v.string(),
});
export type Finding = v.InferOutput<typeof finding>;

export const modelResults = v.object({
  model: modelInfo,
  figures: modelFigures,
  /** The result in sentences that need no statistics to read. */
  headline: v.array(finding),
  /** Data and method, by name. */
  facts: v.array(v.object({ name: v.string(), value: v.string() })),
  limits: v.array(v.string()),
});
export type ModelResults = v.InferOutput<typeof modelResults>;

/** One curve of AUC against labels: models that started from the same weights in the same mode. */
export const efficiencyCurve = v.object({
  name: v.string(),
  run: v.nullable(itemId),
  points: v.array(
    v.object({
      labels: wholeNumber,
      mean: finite,
      low: v.nullable(finite),
      high: v.nullable(finite),
      model: itemId,
    }),
  ),
});
export type EfficiencyCurve = v.InferOutput<typeof efficiencyCurve>;

/** What the map of an image says. */
export const explanation = v.object({
  model: itemId,
  imageId: rowId,
  /** The class whose probability was watched, and that probability with nothing hidden. */
  className: v.string(),
  probability: finite,
  /** Change of the probability where hiding an area changed it most: the map's full colour. */
  strongest: finite,
  /** Side of the hidden square as a share of the image's side. */
  patch: finite,
});
export type Explanation = v.InferOutput<typeof explanation>;

export const modelCalls = {
  /** Newest first. */
  'models:list': { argument: nothing, answer: v.array(modelInfo) },
  /** All figures of one model; waits for them where they have to be computed. */
  'models:results': { argument: v.object({ model: itemId }), answer: modelResults },
  /** AUC against the number of labels over all models of a task. */
  'models:efficiency': { argument: v.object({ task: shortText }), answer: v.array(efficiencyCurve) },
  /** Starts to draw the maps of some images; answers with the job. */
  'models:explain': {
    argument: v.object({ model: itemId, imageIds: v.pipe(v.array(rowId), v.minLength(1), v.maxLength(64)) }),
    answer: itemId,
  },
  /** What the map of an image says, or null where there is none yet; the map is `/data/heatmap/MODEL/IMAGE`. */
  'models:explanation': {
    argument: v.object({ model: itemId, imageId: rowId }),
    answer: v.nullable(explanation),
  },
  /** Writes the model as one ONNX file. */
  'models:exportOnnx': {
    argument: v.object({ model: itemId, path: filePath }),
    answer: v.object({ path: filePath, bytes: wholeNumber }),
  },
  /** Writes the report; a PDF is the printed HTML. */
  'report:save': {
    argument: v.object({ model: itemId, path: filePath, format: v.picklist(['html', 'pdf']) }),
    answer: v.object({ path: filePath, bytes: wholeNumber }),
  },
};
