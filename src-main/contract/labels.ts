/** @file Tasks and their classes, labels with author and time, marks, the order in which images are labelled. */

import * as v from 'valibot';
import { filePath, nothing, rowId, shortText, wholeNumber } from './channels.js';

/** Name of a task or class: neither empty nor with a space at its ends. */
export const taskName = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(120));

const colour = v.pipe(v.string(), v.regex(/^#[0-9a-fA-F]{6}$/));

export const taskClass = v.object({
  name: v.string(),
  /** '#rrggbb' */
  colour,
  /** Images with this label in force that training may use: none that is marked unsure or skipped. */
  images: wholeNumber,
  /** Patients that have at least one such image. */
  patients: wholeNumber,
});
export type TaskClass = v.InferOutput<typeof taskClass>;

export const taskInfo = v.object({
  id: rowId,
  name: v.string(),
  /** ISO 8601, UTC. */
  created: v.string(),
  /** In the order of the task; the position is the class's number in models and reports. */
  classes: v.array(taskClass),
});
export type TaskInfo = v.InferOutput<typeof taskInfo>;

export const taskCalls = {
  /** All tasks in the order they were made. */
  'tasks:list': { argument: nothing, answer: v.array(taskInfo) },
  'tasks:create': {
    argument: v.object({
      name: taskName,
      classes: v.pipe(v.array(v.object({ name: taskName, colour: v.optional(colour) })), v.maxLength(100)),
    }),
    answer: taskInfo,
  },
  /** Adds a class at the end; models trained before do not know it. */
  'tasks:addClass': {
    argument: v.object({ task: shortText, name: taskName, colour: v.optional(colour) }),
    answer: taskInfo,
  },
  /** Another name or colour; the labels stay. */
  'tasks:changeClass': {
    argument: v.object({
      task: shortText,
      name: shortText,
      newName: v.optional(taskName),
      colour: v.optional(colour),
    }),
    answer: taskInfo,
  },
};

/** Which images come up. `unlabelled`: neither label nor mark; `class`: every image that has this label. */
export const queueFilter = v.variant('kind', [
  v.object({ kind: v.picklist(['unlabelled', 'all', 'unsure', 'skipped']) }),
  v.object({ kind: v.literal('class'), name: shortText }),
]);
export type QueueFilter = v.InferOutput<typeof queueFilter>;

export const mark = v.picklist(['unsure', 'skipped']);
/** Why an image is not learnt from: nobody can tell, or it is not fit to be judged. Its label stays beside it. */
export type Mark = v.InferOutput<typeof mark>;

/** Who did something, and when (ISO 8601, UTC). */
const signed = { author: v.string(), time: v.string() };

export const labelState = v.object({
  imageId: rowId,
  seriesId: rowId,
  frames: wholeNumber,
  /** How many images the series has. */
  seriesImages: wholeNumber,
  pseudonym: v.string(),
  modality: v.nullable(v.string()),
  bodyPart: v.nullable(v.string()),
  viewPosition: v.nullable(v.string()),
  laterality: v.nullable(v.string()),
  instanceNumber: v.nullable(v.number()),
  /** The label in force: the image's own, else its series'. */
  label: v.nullable(v.object({ className: v.string(), level: v.picklist(['image', 'series']), ...signed })),
  mark: v.nullable(v.object({ mark, ...signed })),
});
export type LabelState = v.InferOutput<typeof labelState>;

export const historyEntry = v.object({
  ...signed,
  /** 'csv': read from a table; 'undo': an act was taken back. */
  source: v.picklist(['user', 'csv', 'undo']),
  about: v.picklist(['image', 'series', 'mark']),
  /** Name of the class, or the mark; null: taken away. */
  value: v.nullable(v.string()),
});
export type HistoryEntry = v.InferOutput<typeof historyEntry>;

export const labelProgress = v.object({
  /** In the order of the task's classes. */
  classes: v.array(v.object({ images: wholeNumber, patients: wholeNumber })),
  unsure: wholeNumber,
  skipped: wholeNumber,
  /** Images with neither label nor mark. */
  unlabelled: wholeNumber,
  /** All images of the project. */
  images: wholeNumber,
});
export type LabelProgress = v.InferOutput<typeof labelProgress>;

/** What the columns of a table of labels mean; null where there is none of that meaning. */
export const columnChoice = v.object({
  id: shortText,
  idKind: v.picklist(['sop_instance_uid', 'path']),
  label: shortText,
  split: v.nullable(shortText),
  mark: v.nullable(shortText),
});
export type ColumnChoice = v.InferOutput<typeof columnChoice>;

export const tablePreview = v.object({
  columns: v.array(v.object({ name: v.string(), examples: v.array(v.string()) })),
  rows: wholeNumber,
  chosen: v.nullable(columnChoice),
  /** Classes of the label column as they first appear. */
  classes: v.array(v.object({ name: v.string(), rows: wholeNumber })),
  /** Rows whose image is in the project. */
  matched: wholeNumber,
  /** The first ids that are no image of this project, or fit several. */
  unknown: v.array(v.string()),
});
export type TablePreview = v.InferOutput<typeof tablePreview>;

export const importSummary = v.object({
  rows: wholeNumber,
  /** Images that got, or had, the label the table gives them. */
  labelled: wholeNumber,
  changed: wholeNumber,
  unknown: v.array(v.string()),
  unknownCount: wholeNumber,
  splits: v.nullable(v.object({ train: wholeNumber, val: wholeNumber, test: wholeNumber })),
});
export type ImportSummary = v.InferOutput<typeof importSummary>;

const someImages = v.pipe(v.array(rowId), v.minLength(1), v.maxLength(5000));

/** Authors come from the preferences; a label is on the disk when its call returns. */
export const labelCalls = {
  /** Ids of the images that come up, in the task's own order, [images]; what is known of each comes in pages. */
  'labels:queue': { argument: v.object({ task: shortText, filter: queueFilter }), answer: v.instance(Int32Array) },
  /** One page: what is known of these images, in this order. */
  'labels:states': { argument: v.object({ task: shortText, imageIds: someImages }), answer: v.array(labelState) },
  /** Gives images, or the whole series they belong to, a class; null removes it. Marks of the images go. */
  'labels:set': {
    argument: v.object({
      task: shortText,
      imageIds: someImages,
      level: v.picklist(['image', 'series']),
      className: v.nullable(shortText),
    }),
    /** The images as they are now. */
    answer: v.array(labelState),
  },
  /** Marks images beside their labels; null takes the marks away. */
  'labels:mark': {
    argument: v.object({ task: shortText, imageIds: someImages, mark: v.nullable(mark) }),
    answer: v.array(labelState),
  },
  /** Takes the author's last own act back, whole; null where there is none. Imports of tables are left alone. */
  'labels:undo': {
    argument: v.object({ task: shortText }),
    answer: v.nullable(v.object({ changed: wholeNumber, imageIds: v.array(rowId), seriesIds: v.array(rowId) })),
  },
  /** Everything that was ever done to an image, oldest first. */
  'labels:history': { argument: v.object({ task: shortText, imageId: rowId }), answer: v.array(historyEntry) },
  'labels:progress': { argument: v.object({ task: shortText }), answer: labelProgress },
  /** What importing a table would do; `columns` null: as Pretext guesses them. */
  'labels:previewCsv': {
    argument: v.object({ path: filePath, columns: v.nullable(columnChoice) }),
    answer: tablePreview,
  },
  /** All of the table or nothing; the task is made where there is none of that name, with `classes` in this order. */
  'labels:importCsv': {
    argument: v.object({
      path: filePath,
      task: taskName,
      columns: columnChoice,
      classes: v.pipe(v.array(taskName), v.maxLength(100)),
    }),
    answer: importSummary,
  },
  'labels:exportCsv': {
    argument: v.object({ task: shortText, path: filePath }),
    answer: v.object({ path: filePath, rows: wholeNumber }),
  },
};
