/**
 * @file Labels of images and series, and marks of images, with author, time, history and undo. The history is
 * append-only; what is in force is kept beside it in the same transaction, and a commit is on the disk before a call
 * returns.
 *
 * A mark says that an image is not to be learnt from: `unsure` where the reader cannot tell, `skipped` where the image
 * is not fit to be judged. A label that it has stays, but does not count (queries.ts) until somebody labels the image
 * again, which takes the mark away.
 */

import type { SqlValue } from './database.js';
import {
  Act,
  type ActSource,
  imageLabelPlace,
  type Mark,
  markPlace,
  openAct,
  requireAuthor,
  seriesLabelPlace,
  takeBack,
  type Undone,
  type WhichAct,
} from './label-acts.js';
import type { Project } from './project.js';
import { getClass, getTask } from './tasks.js';

export type { Mark, Undone } from './label-acts.js';

export type LabelTarget = { imageId: number } | { seriesId: number };

export interface LabelChange {
  target: LabelTarget;
  /** Null removes the label. */
  className: string | null;
  /** A mark to give with it, or 'keep' for the one it has; null or left out takes the image's mark away. */
  mark?: Mark | 'keep' | null;
}

export type LabelSource = Exclude<ActSource, 'undo'>;

export interface LabelHistoryEntry {
  /** ISO 8601, UTC. */
  time: string;
  author: string;
  source: ActSource;
  /** Null: the label was removed. */
  className: string | null;
}

/**
 * Sets or removes labels in one act, which `undoLabels` takes back as a whole. A label that is in force already is
 * not written again. An image's mark goes with its old label; those of the images of a series stay.
 *
 * @returns How many labels and marks changed.
 * @throws PretextError `not-found` (task, class, image or series), `bad-argument` (no author), `disk-full`.
 */
export function setLabels(
  project: Project,
  taskName: string,
  changes: LabelChange[],
  author: string,
  source: LabelSource = 'user',
): number {
  requireAuthor(author);
  const { database } = project.catalogue;
  return database.transaction(() => {
    const task = getTask(project, taskName);
    const act = new Act(database, task.id, author, source);
    let changed = 0;
    for (const { target, className, mark } of changes) {
      const classId = className === null ? null : getClass(task, className).id;
      const ofImage = 'imageId' in target;
      const labelled = act.put(ofImage ? imageLabelPlace(target.imageId) : seriesLabelPlace(target.seriesId), classId);
      const marked = ofImage && mark !== 'keep' && act.put(markPlace(target.imageId), mark ?? null);
      if (labelled || marked) changed++;
    }
    return changed;
  });
}

/**
 * Marks images, or takes their marks away (null), in one act; their labels stay.
 *
 * @returns How many marks changed.
 * @throws PretextError `not-found` (task or image), `bad-argument` (no author), `disk-full`.
 */
export function setMarks(
  project: Project,
  taskName: string,
  imageIds: readonly number[],
  mark: Mark | null,
  author: string,
): number {
  requireAuthor(author);
  const { database } = project.catalogue;
  return database.transaction(() => {
    const task = getTask(project, taskName);
    const act = new Act(database, task.id, author, 'user');
    return imageIds.filter((imageId) => act.put(markPlace(imageId), mark)).length;
  });
}

/** The last act of `author` on this task that was not taken back, or null. @throws PretextError `not-found` (task) */
export function lastLabelAct(project: Project, taskName: string, author: string): number | null {
  return openAct(project.catalogue.database, getTask(project, taskName).id, author, {});
}

/**
 * Takes back the last act of `author` on this task that was not taken back yet, or the one that is meant, of labels and
 * marks together. What has been changed since is left as it is. The undo is part of the history; what comes back keeps
 * its own author and time. Give `sources` to leave acts of another origin alone, so that a key press never takes a
 * whole table back.
 *
 * @returns What changed, or null where there is nothing to take back.
 * @throws PretextError `not-found` (task), `disk-full`.
 */
export function undoLabels(project: Project, taskName: string, author: string, which: WhichAct = {}): Undone | null {
  const { database } = project.catalogue;
  return database.transaction(() => takeBack(database, getTask(project, taskName).id, author, which));
}

/** Everything that was ever done to the label of one image or series, oldest first. */
export function labelHistory(project: Project, taskName: string, target: LabelTarget): LabelHistoryEntry[] {
  const task = getTask(project, taskName);
  const place = 'imageId' in target ? imageLabelPlace(target.imageId) : seriesLabelPlace(target.seriesId);
  const values: SqlValue[] = [task.id, place.id];
  return project.catalogue.database.all<LabelHistoryEntry>(
    `SELECT action.time, action.author, action.source, task_class.name AS className
     FROM label_event AS event JOIN label_action AS action ON action.id = event.action_id
     LEFT JOIN task_class ON task_class.id = event.class_id
     WHERE action.task_id = ? AND event.${place.column} = ? ORDER BY event.id`,
    values,
  );
}

/** One line of what happened to an image, for a reader. */
export interface ImageHistoryEntry extends Omit<LabelHistoryEntry, 'className'> {
  /** What it was about: the image's own label, the label of its whole series, or its mark. */
  about: 'image' | 'series' | 'mark';
  /** Name of the class, or the mark; null: taken away. */
  value: string | null;
}

/**
 * Everything that was ever done to an image: its labels, those of its series, its marks; oldest first.
 *
 * @throws PretextError `not-found` (task).
 */
export function imageHistory(project: Project, taskName: string, imageId: number): ImageHistoryEntry[] {
  const task = getTask(project, taskName);
  return project.catalogue.database.all<ImageHistoryEntry>(
    `SELECT action.time, action.author, action.source, event.about, event.value FROM (
       SELECT action_id, id, CASE WHEN image_id IS NULL THEN 'series' ELSE 'image' END AS about,
              (SELECT name FROM task_class WHERE task_class.id = class_id) AS value
       FROM label_event WHERE image_id = ?2 OR series_id = (SELECT series_id FROM image WHERE id = ?2)
       UNION ALL
       SELECT action_id, id, 'mark', mark FROM mark_event WHERE image_id = ?2
     ) AS event JOIN label_action AS action ON action.id = event.action_id
     WHERE action.task_id = ?1 ORDER BY event.action_id, event.about, event.id`,
    [task.id, imageId],
  );
}
