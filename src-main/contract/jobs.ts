/** @file Long jobs: what runs, how far it is, how it ended. */

import * as v from 'valibot';
import { errorReport, finite, itemId, nothing, wholeNumber } from './channels.js';

export const progress = v.object({
  /** What is being done, in the user's words. */
  phase: v.string(),
  done: finite,
  /** Null while the end is not known yet. */
  total: v.nullable(finite),
  etaSeconds: v.nullable(finite),
});
export type Progress = v.InferOutput<typeof progress>;

export const jobKind = v.picklist([
  'import',
  'pictures',
  'pretrain',
  'resume',
  'finetune',
  'predict',
  'embed',
  'explain',
]);
export type JobKind = v.InferOutput<typeof jobKind>;

/** A job of this project; finished ones are kept in the project, so they are there after a restart. */
export const jobInfo = v.object({
  id: itemId,
  kind: jobKind,
  /** What it works on, for the list of jobs: a folder, a run, a task. */
  subject: v.string(),
  /** ISO 8601, UTC. */
  started: v.string(),
  ended: v.nullable(v.string()),
  /** `stopped`: the user asked for it; what was done is kept. `lost`: Pretext ended before the job did. */
  state: v.picklist(['waiting', 'running', 'stopping', 'done', 'stopped', 'failed', 'lost']),
  progress: v.nullable(progress),
  error: v.nullable(errorReport),
  /** The run it trains, as soon as it is known. */
  run: v.nullable(itemId),
  /** The model it made, or the reading. */
  product: v.nullable(itemId),
  /** A few figures of the result, by name: added, skipped, auc. */
  figures: v.record(v.string(), finite),
});
export type JobInfo = v.InferOutput<typeof jobInfo>;

export const jobCalls = {
  /** Running and waiting jobs first, then the newest. */
  'jobs:list': { argument: nothing, answer: v.array(jobInfo) },
  /** Asks a job to stop at its next safe point, keeping what is done; a waiting one is taken off the queue. */
  'jobs:stop': { argument: v.object({ id: itemId }), answer: nothing },
};

/** Load of this computer, once a second while a job runs. */
export const machineLoad = v.object({
  /** Share of all processors that are busy, 0 to 1. */
  processor: finite,
  /** Bytes of memory in use by all programs, and what there is. */
  memoryUsed: wholeNumber,
  memoryTotal: wholeNumber,
});
export type MachineLoad = v.InferOutput<typeof machineLoad>;

export const jobEvents = {
  'job:changed': jobInfo,
  'machine:load': machineLoad,
};
