/** @file Tasks and their classes, labels with author and time, marks, the order in which images are labelled. */

import * as v from 'valibot';
import { nothing, rowId, shortText, wholeNumber } from './channels.js';

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
