/** @file How a call and an event between window and main are described: by the schemas of what crosses. */

import * as v from 'valibot';

/** A call of the window: what goes in and what comes back. */
export interface CallSchema {
  argument: v.GenericSchema;
  answer: v.GenericSchema;
}

/** A call without argument. */
export const nothing = v.null();

/** Ids of rows in the catalogue. */
export const rowId = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Ids of runs, models, jobs and readings; they become names of folders, so nothing else is let through. */
export const itemId = v.pipe(v.string(), v.regex(/^\w[\w.-]{0,120}$/));

/** A finite number, as figures and percentages are. */
export const finite = v.pipe(v.number(), v.finite());

export const wholeNumber = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Text that a person typed or that names something: never empty, never a novel. */
export const shortText = v.pipe(v.string(), v.minLength(1), v.maxLength(400));

/** A path of the file system, as dialogs and dropped files give it. */
export const filePath = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));

/** What an error tells a person; the same everywhere. */
export const errorReport = v.object({
  code: v.picklist([
    'bad-argument',
    'bad-file',
    'unreadable',
    'disk-full',
    'not-a-project',
    'project-busy',
    'not-found',
    'too-few-labels',
    'device',
    'out-of-memory',
    'cancelled',
    'internal',
  ]),
  message: v.string(),
  path: v.optional(v.string()),
  remedy: v.optional(v.string()),
});
export type ErrorReport = v.InferOutput<typeof errorReport>;

/** What main sends back for a call: Electron's own errors would lose everything but their text. */
export type Reply<T> = { ok: true; value: T } | { ok: false; error: ErrorReport };
