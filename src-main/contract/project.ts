/** @file Projects: open, new, recent, what is in one; and taking scans in. */

import * as v from 'valibot';
import { filePath, itemId, nothing, wholeNumber } from './channels.js';

/** A folder that is watched while the project is open: what appears in it is taken in by itself. */
export const watchedFolder = v.object({
  folder: filePath,
  /** False until its first look is done. */
  looked: v.boolean(),
  /** Files that still grow, or wait for their import. */
  waiting: wholeNumber,
  /** Why it cannot be looked at, or its files not be taken in. */
  problem: v.nullable(v.string()),
  /** Images that were new since the project was opened, and when the last of them came (ISO 8601, UTC). */
  added: wholeNumber,
  last: v.nullable(v.string()),
});
export type WatchedFolder = v.InferOutput<typeof watchedFolder>;

export const projectInfo = v.object({
  folder: filePath,
  /** Last part of the folder's path. */
  name: v.string(),
  patients: wholeNumber,
  studies: wholeNumber,
  series: wholeNumber,
  images: wholeNumber,
  frames: wholeNumber,
  skipped: wholeNumber,
  runs: wholeNumber,
  models: wholeNumber,
  tasks: wholeNumber,
  watched: v.array(watchedFolder),
  /** What other programs (the command line, another computer) do in this project now. */
  elsewhere: v.array(v.object({ activity: v.string(), process: wholeNumber, computer: v.string() })),
});
export type ProjectInfo = v.InferOutput<typeof projectInfo>;

export const recentProject = v.object({
  folder: filePath,
  name: v.string(),
  /** ISO 8601, UTC. */
  opened: v.string(),
  /** False where the folder is not there any more, for example on a disk that was taken out. */
  present: v.boolean(),
});
export type RecentProject = v.InferOutput<typeof recentProject>;

export const skippedFile = v.object({ path: v.string(), reason: v.string() });
export type SkippedFile = v.InferOutput<typeof skippedFile>;

export const projectCalls = {
  'project:current': { argument: nothing, answer: v.nullable(projectInfo) },
  'project:recent': { argument: nothing, answer: v.array(recentProject) },
  'project:forget': { argument: v.object({ folder: filePath }), answer: v.array(recentProject) },
  'project:open': { argument: v.object({ folder: filePath, create: v.boolean() }), answer: projectInfo },
  'project:close': { argument: nothing, answer: nothing },
  /** Takes folders and files in; answers with the job. With `watch` folders are watched instead, which takes them in. */
  'import:start': {
    argument: v.object({ paths: v.pipe(v.array(filePath), v.minLength(1)), watch: v.boolean() }),
    answer: v.nullable(itemId),
  },
  /** Makes the computed sample study in a new folder beside the project and takes it in; answers with the job. */
  'import:sample': { argument: nothing, answer: itemId },
  /** Watches a folder no longer. */
  'import:unwatch': { argument: v.object({ folder: filePath }), answer: projectInfo },
  /** Why files were skipped, the most frequent reason first. */
  'import:skippedReasons': {
    argument: nothing,
    answer: v.array(v.object({ reason: v.string(), files: wholeNumber })),
  },
  /** Files that were skipped for one reason. */
  'import:skipped': {
    argument: v.object({ reason: v.string(), offset: wholeNumber, limit: v.pipe(wholeNumber, v.maxValue(1000)) }),
    answer: v.array(skippedFile),
  },
  /** Writes the whole list as CSV. */
  'import:saveSkipped': { argument: v.object({ path: filePath }), answer: v.object({ path: filePath }) },
};

/** What of the open project has changed, so that screens read it again. */
export const projectEvents = {
  'project:changed': v.object({
    what: v.picklist(['project', 'images', 'labels', 'runs', 'models', 'readings', 'embeddings', 'watch']),
  }),
};
