/**
 * @file Labels of images and series, with author, time, history and undo. The history is append-only; the label in
 * force is kept beside it in the same transaction, and a commit is on the disk before a call returns.
 */

import { PretextError } from '../base/errors.js';
import type { Database, SqlValue } from './database.js';
import type { Project } from './project.js';
import { getClass, getTask } from './tasks.js';

export type LabelTarget = { imageId: number } | { seriesId: number };

export interface LabelChange {
  target: LabelTarget;
  /** Null removes the label. */
  className: string | null;
}

export type LabelSource = 'user' | 'csv';

export interface LabelHistoryEntry {
  /** ISO 8601, UTC. */
  time: string;
  author: string;
  source: LabelSource | 'undo';
  /** Null: the label was removed. */
  className: string | null;
}

/** Which tables and columns hold the labels of a target. */
interface Place {
  table: 'image_label' | 'series_label';
  column: 'image_id' | 'series_id';
  id: number;
}

function placeOf(target: LabelTarget): Place {
  return 'imageId' in target
    ? { table: 'image_label', column: 'image_id', id: target.imageId }
    : { table: 'series_label', column: 'series_id', id: target.seriesId };
}

interface Current {
  classId: number | null;
  eventId: number;
}

function currentOf(database: Database, taskId: number, place: Place): Current | undefined {
  return database.one<Current>(
    `SELECT class_id AS classId, event_id AS eventId FROM ${place.table} WHERE task_id = ? AND ${place.column} = ?`,
    [taskId, place.id],
  );
}

function setCurrent(database: Database, taskId: number, place: Place, current: Current | null): void {
  if (current === null) {
    database.run(`DELETE FROM ${place.table} WHERE task_id = ? AND ${place.column} = ?`, [taskId, place.id]);
    return;
  }
  database.run(
    `INSERT INTO ${place.table} (task_id, ${place.column}, class_id, event_id) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET class_id = excluded.class_id, event_id = excluded.event_id`,
    [taskId, place.id, current.classId, current.eventId],
  );
}

function addAction(
  database: Database,
  taskId: number,
  author: string,
  source: LabelSource | 'undo',
  undoes: number | null,
): number {
  return database.run('INSERT INTO label_action (task_id, author, time, source, undoes) VALUES (?, ?, ?, ?, ?)', [
    taskId,
    author,
    new Date().toISOString(),
    source,
    undoes,
  ]).id;
}

function addEvent(
  database: Database,
  actionId: number,
  place: Place,
  classId: number | null,
  replaces: number | null,
): number {
  return database.run(`INSERT INTO label_event (action_id, ${place.column}, class_id, replaces) VALUES (?, ?, ?, ?)`, [
    actionId,
    place.id,
    classId,
    replaces,
  ]).id;
}

function requireTarget(database: Database, place: Place): void {
  const table = place.column === 'image_id' ? 'image' : 'series';
  if (database.one(`SELECT 1 FROM ${table} WHERE id = ?`, [place.id]) !== undefined) return;
  throw new PretextError({
    code: 'not-found',
    message: `There is no ${table} with the number ${place.id} in this project.`,
    remedy: 'Import it first.',
  });
}

/**
 * Sets or removes labels in one act, which `undoLabels` takes back as a whole. A label that is in force already is
 * not written again.
 *
 * @returns How many labels changed.
 * @throws PretextError `not-found` (task, class, image or series), `bad-argument` (no author), `disk-full`.
 */
export function setLabels(
  project: Project,
  taskName: string,
  changes: LabelChange[],
  author: string,
  source: LabelSource = 'user',
): number {
  if (author.trim() === '') {
    throw new PretextError({
      code: 'bad-argument',
      message: 'A label needs an author.',
      remedy: 'Give the name of the person who labels.',
    });
  }
  const { database } = project.catalogue;
  return database.transaction(() => {
    const task = getTask(project, taskName);
    let actionId: number | null = null;
    let changed = 0;
    for (const { target, className } of changes) {
      const place = placeOf(target);
      const classId = className === null ? null : getClass(task, className).id;
      const current = currentOf(database, task.id, place);
      if ((current?.classId ?? null) === classId) continue;
      if (current === undefined) requireTarget(database, place);
      actionId ??= addAction(database, task.id, author, source, null);
      const eventId = addEvent(database, actionId, place, classId, current?.eventId ?? null);
      setCurrent(database, task.id, place, { classId, eventId });
      changed++;
    }
    return changed;
  });
}

interface EventRow {
  id: number;
  imageId: number | null;
  seriesId: number | null;
  replaces: number | null;
}

/** The last act of `author` on this task that was not taken back, or null. @throws PretextError `not-found` (task) */
export function lastLabelAct(project: Project, taskName: string, author: string): number | null {
  const row = project.catalogue.database.one<{ id: number }>(LAST_ACT, [getTask(project, taskName).id, author]);
  return row?.id ?? null;
}

const LAST_ACT = `SELECT id FROM label_action AS action WHERE task_id = ? AND author = ? AND source <> 'undo'
  AND NOT EXISTS (SELECT 1 FROM label_action WHERE undoes = action.id) ORDER BY id DESC LIMIT 1`;
const OPEN_ACT = `SELECT id FROM label_action AS action WHERE task_id = ? AND author = ? AND source <> 'undo'
  AND NOT EXISTS (SELECT 1 FROM label_action WHERE undoes = action.id) AND id = ?`;

/**
 * Takes back the last act of `author` on this task that was not taken back yet, or that one of the author's acts which
 * is given. What has been changed since is left as it is. The undo is part of the history; the label that comes back
 * keeps its own author and time.
 *
 * @returns How many labels changed, or null where there is nothing to take back.
 * @throws PretextError `not-found` (task), `disk-full`.
 */
export function undoLabels(project: Project, taskName: string, author: string, act?: number): number | null {
  const { database } = project.catalogue;
  return database.transaction(() => {
    const task = getTask(project, taskName);
    const last =
      act === undefined
        ? database.one<{ id: number }>(LAST_ACT, [task.id, author])
        : database.one<{ id: number }>(OPEN_ACT, [task.id, author, act]);
    if (last === undefined) return null;
    const undo = addAction(database, task.id, author, 'undo', last.id);
    const events = database.all<EventRow>(
      `SELECT id, image_id AS imageId, series_id AS seriesId, replaces FROM label_event WHERE action_id = ?
       ORDER BY id DESC`,
      [last.id],
    );
    let changed = 0;
    for (const event of events) {
      const place = placeOf(event.imageId === null ? { seriesId: event.seriesId ?? 0 } : { imageId: event.imageId });
      if (currentOf(database, task.id, place)?.eventId !== event.id) continue;
      const before =
        event.replaces === null
          ? undefined
          : database.one<Current>('SELECT class_id AS classId, id AS eventId FROM label_event WHERE id = ?', [
              event.replaces,
            ]);
      addEvent(database, undo, place, before?.classId ?? null, event.id);
      setCurrent(database, task.id, place, before ?? null);
      changed++;
    }
    return changed;
  });
}

/** Everything that was ever done to the label of one image or series, oldest first. */
export function labelHistory(project: Project, taskName: string, target: LabelTarget): LabelHistoryEntry[] {
  const task = getTask(project, taskName);
  const place = placeOf(target);
  const values: SqlValue[] = [task.id, place.id];
  return project.catalogue.database.all<LabelHistoryEntry>(
    `SELECT action.time, action.author, action.source, task_class.name AS className
     FROM label_event AS event JOIN label_action AS action ON action.id = event.action_id
     LEFT JOIN task_class ON task_class.id = event.class_id
     WHERE action.task_id = ? AND event.${place.column} = ? ORDER BY event.id`,
    values,
  );
}
