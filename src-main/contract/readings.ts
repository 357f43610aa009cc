/** @file Readings: new studies read by a fine-tuned model, as a worklist that a person goes through. */

import * as v from 'valibot';
import { filePath, finite, itemId, rowId, shortText, wholeNumber } from './channels.js';

const readingId = v.object({ id: itemId });

export const reading = v.object({
  id: itemId,
  /** ISO 8601, UTC. */
  created: v.string(),
  ended: v.nullable(v.string()),
  /** `unfinished`: it was stopped, or its end was lost; it can go on where it was. */
  state: v.picklist(['running', 'unfinished', 'done']),
  /** The job that carries it out now. */
  job: v.nullable(itemId),
  model: itemId,
  task: v.string(),
  paths: v.array(v.string()),
  /** Images found, and of these the ones that were read. */
  found: wholeNumber,
  images: wholeNumber,
  series: wholeNumber,
  patients: wholeNumber,
  /** Patients who were in the model's training or test set. */
  knownPatients: wholeNumber,
  skipped: wholeNumber,
});
export type Reading = v.InferOutput<typeof reading>;

export const readingLevel = v.picklist(['image', 'series']);
export type ReadingLevel = v.InferOutput<typeof readingLevel>;

export const readingCounts = v.object({
  total: wholeNumber,
  /** Rows for which the model names each class. */
  byClass: v.array(wholeNumber),
  open: wholeNumber,
  accepted: wholeNumber,
  corrected: wholeNumber,
  uncertain: wholeNumber,
  unfamiliar: wholeNumber,
  /** Rows of patients who were in the model's training or test set: no new evidence about the model. */
  known: wholeNumber,
  /** The accepted and corrected rows of all other patients. */
  newEvidence: v.object({ accepted: wholeNumber, corrected: wholeNumber }),
});
export type ReadingCounts = v.InferOutput<typeof readingCounts>;

export const readingClass = v.object({
  name: v.string(),
  /** '#rrggbb' */
  colour: v.string(),
  /** False for a class that was added to the task after the model was made: it can be named in a correction. */
  predicted: v.boolean(),
});
export type ReadingClass = v.InferOutput<typeof readingClass>;

export const readingSummary = v.object({
  reading,
  /** Those of the model in its order, then those that the task has beside them. */
  classes: v.array(readingClass),
  /** Probability of the second class from which it is named; null with more classes than two. */
  threshold: v.nullable(finite),
  counts: v.object({ image: readingCounts, series: readingCounts }),
  /** Whether it could be judged which images are unlike those that the model learnt from. */
  tellsUnfamiliar: v.boolean(),
});
export type ReadingSummary = v.InferOutput<typeof readingSummary>;

export const readingReview = v.object({
  kind: v.picklist(['accepted', 'corrected']),
  className: v.string(),
  author: v.string(),
  time: v.string(),
});

export const readingRow = v.object({
  /** The image, or the first of the series. */
  imageId: rowId,
  seriesId: rowId,
  /** Images averaged. */
  images: wholeNumber,
  frames: wholeNumber,
  path: v.string(),
  pseudonym: v.string(),
  seriesNumber: v.nullable(finite),
  seriesDescription: v.nullable(v.string()),
  instanceNumber: v.nullable(finite),
  modality: v.nullable(v.string()),
  viewPosition: v.nullable(v.string()),
  /** DICOM's YYYYMMDD. */
  date: v.nullable(v.string()),
  /** Of the model's classes, in its order. */
  probabilities: v.array(finite),
  /** Position of the class that the model names. */
  predicted: wholeNumber,
  /** The patient was in this set of the model. */
  known: v.picklist(['no', 'training', 'test']),
  /** Unlike the images that the model learnt from; null where that cannot be said. */
  unfamiliar: v.nullable(v.boolean()),
  uncertain: v.boolean(),
  review: v.nullable(readingReview),
  /** The review is of the image's series. */
  reviewOfSeries: v.boolean(),
});
export type ReadingRow = v.InferOutput<typeof readingRow>;

export const readingQuery = v.object({
  id: itemId,
  level: readingLevel,
  sort: v.picklist(['probability', 'patient', 'date', 'review']),
  order: v.picklist(['ascending', 'descending']),
  filter: v.picklist(['all', 'class', 'open', 'accepted', 'corrected', 'uncertain', 'unfamiliar']),
  /** The class of the filter `class`. */
  className: v.nullable(shortText),
  /** The class whose probability is sorted by; null: the last one. */
  focus: v.nullable(shortText),
  offset: wholeNumber,
  limit: v.pipe(wholeNumber, v.maxValue(500)),
});
export type ReadingQuery = v.InferOutput<typeof readingQuery>;

const target = v.union([v.strictObject({ imageId: rowId }), v.strictObject({ seriesId: rowId })]);
export type ReadingTarget = v.InferOutput<typeof target>;

export const readingCalls = {
  /** Newest first. */
  'readings:list': { argument: v.null(), answer: v.array(reading) },
  /** Reads folders and files with a model. */
  'readings:start': {
    argument: v.object({ paths: v.pipe(v.array(filePath), v.minLength(1)), model: itemId }),
    answer: v.object({ reading: itemId, job: itemId }),
  },
  /** Goes on with one that was stopped; answers with the job. */
  'readings:resume': { argument: readingId, answer: itemId },
  'readings:open': { argument: readingId, answer: readingSummary },
  'readings:page': {
    argument: readingQuery,
    answer: v.object({ total: wholeNumber, rows: v.array(readingRow) }),
  },
  /** The images of the reading that belong to the same series as this one, in their order. */
  'readings:stack': {
    argument: v.object({ id: itemId, imageId: rowId }),
    answer: v.array(v.object({ imageId: rowId, frames: wholeNumber })),
  },
  /**
   * Stores what a person says to a row. A correction becomes a label of the model's task, an accepted class where
   * `labelAccepted` is set.
   */
  'readings:review': {
    argument: v.object({
      id: itemId,
      target,
      verdict: v.union([v.strictObject({ accept: v.literal(true) }), v.strictObject({ className: shortText })]),
      labelAccepted: v.boolean(),
    }),
    answer: readingSummary,
  },
  /** Takes back the user's last review, with the label it made; `target` is null where there is none. */
  'readings:undo': {
    argument: readingId,
    answer: v.object({ target: v.nullable(target), summary: readingSummary }),
  },
  'readings:skipped': {
    argument: v.object({ id: itemId, offset: wholeNumber, limit: v.pipe(wholeNumber, v.maxValue(1000)) }),
    answer: v.object({ total: wholeNumber, files: v.array(v.object({ path: v.string(), reason: v.string() })) }),
  },
  'readings:exportCsv': { argument: v.object({ id: itemId, path: filePath }), answer: v.object({ path: filePath }) },
  /** The reading's model as one ONNX file. */
  'readings:exportOnnx': { argument: v.object({ id: itemId, path: filePath }), answer: v.object({ path: filePath }) },
};
