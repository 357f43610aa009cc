/**
 * @file How an act is written: the event in the append-only history, and beside it what is in force now. Labels of
 * images, labels of series and marks of images are three places of one form.
 */

import { PretextError } from '../base/errors.js';
import type { Database, SqlValue } from './database.js';

export type Mark = 'unsure' | 'skipped';

export type ActSource = 'user' | 'csv' | 'undo';

/** Where something is kept: a table of what is in force and a table of events, both with the columns named here. */
export interface Place {
  table: 'image_label' | 'series_label' | 'image_mark';
  events: 'label_event' | 'mark_event';
  column: 'image_id' | 'series_id';
  value: 'class_id' | 'mark';
  id: number;
}

export function imageLabelPlace(id: number): Place {
  return { table: 'image_label', events: 'label_event', column: 'image_id', value: 'class_id', id };
}

export function seriesLabelPlace(id: number): Place {
  return { table: 'series_label', events: 'label_event', column: 'series_id', value: 'class_id', id };
}

export function markPlace(id: number): Place {
  return { table: 'image_mark', events: 'mark_event', column: 'image_id', value: 'mark', id };
}

interface Current {
  /** Id of a class or a mark; null: taken away. */
  value: SqlValue;
  eventId: number;
}

export function currentOf(database: Database, taskId: number, place: Place): Current | undefined {
  return database.one<Current>(
    `SELECT ${place.value} AS value, event_id AS eventId FROM ${place.table} WHERE task_id = ? AND ${place.column} = ?`,
    [taskId, place.id],
  );
}

function setCurrent(database: Database, taskId: number, place: Place, current: Current | undefined): void {
  if (current === undefined) {
    database.run(`DELETE FROM ${place.table} WHERE task_id = ? AND ${place.column} = ?`, [taskId, place.id]);
    return;
  }
  database.run(
    `INSERT INTO ${place.table} (task_id, ${place.column}, ${place.value}, event_id) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET ${place.value} = excluded.${place.value}, event_id = excluded.event_id`,
    [taskId, place.id, current.value, current.eventId],
  );
}

function addEvent(database: Database, act: number, place: Place, value: SqlValue, replaces: number | null): number {
  return database.run(
    `INSERT INTO ${place.events} (action_id, ${place.column}, ${place.value}, replaces) VALUES (?, ?, ?, ?)`,
    [act, place.id, value, replaces],
  ).id;
}

function addAction(
  database: Database,
  taskId: number,
  author: string,
  source: ActSource,
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

/** @throws PretextError `bad-argument` where nobody is named. */
export function requireAuthor(author: string): void {
  if (author.trim() !== '') return;
  throw new PretextError({
    code: 'bad-argument',
    message: 'A label needs an author.',
    remedy: 'Give the name of the person who labels.',
  });
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

/** One act of a person on a task: written with its first change, so that an act that changes nothing leaves no trace. */
export class Act {
  private id: number | null = null;

  constructor(
    private readonly database: Database,
    private readonly taskId: number,
    private readonly author: string,
    private readonly source: Exclude<ActSource, 'undo'>,
  ) {}

  /** Puts `value` in force at `place`. @returns false where it was in force already. */
  put(place: Place, value: string | number | null): boolean {
    const { database, taskId } = this;
    const current = currentOf(database, taskId, place);
    if ((current?.value ?? null) === value) return false;
    if (current === undefined) requireTarget(database, place);
    this.id ??= addAction(database, taskId, this.author, this.source, null);
    const eventId = addEvent(database, this.id, place, value, current?.eventId ?? null);
    setCurrent(database, taskId, place, { value, eventId });
    return true;
  }
}

/** What an undo has brought back. */
export interface Undone {
  /** Labels and marks that changed. */
  changed: number;
  /** Images and series that the act was about. */
  imageIds: number[];
  seriesIds: number[];
}

interface EventRow {
  id: number;
  imageId: number | null;
  seriesId: number | null;
  replaces: number | null;
}

function eventsOf(database: Database, actionId: number): { place: Place; id: number; replaces: number | null }[] {
  const labels = database.all<EventRow>(
    `SELECT id, image_id AS imageId, series_id AS seriesId, replaces FROM label_event WHERE action_id = ?
     ORDER BY id DESC`,
    [actionId],
  );
  const marks = database.all<{ id: number; imageId: number; replaces: number | null }>(
    'SELECT id, image_id AS imageId, replaces FROM mark_event WHERE action_id = ? ORDER BY id DESC',
    [actionId],
  );
  return [
    ...labels.map(({ id, imageId, seriesId, replaces }) => ({
      place: imageId === null ? seriesLabelPlace(seriesId ?? 0) : imageLabelPlace(imageId),
      id,
      replaces,
    })),
    ...marks.map(({ id, imageId, replaces }) => ({ place: markPlace(imageId), id, replaces })),
  ];
}

/** Which of an author's acts is meant: one by its number, or the newest from these sources (all where none is given). */
export type WhichAct = { act: number } | { sources?: readonly Exclude<ActSource, 'undo'>[] };

/** The act of `author` that is meant and was not taken back yet, or null. */
export function openAct(database: Database, taskId: number, author: string, which: WhichAct): number | null {
  const condition = 'act' in which ? 'id = ?' : 'source IN (SELECT value FROM json_each(?))';
  const row = database.one<{ id: number }>(
    `SELECT id FROM label_action AS action WHERE task_id = ? AND author = ? AND source <> 'undo' AND ${condition}
       AND NOT EXISTS (SELECT 1 FROM label_action WHERE undoes = action.id) ORDER BY id DESC LIMIT 1`,
    [taskId, author, 'act' in which ? which.act : JSON.stringify(which.sources ?? ['user', 'csv'])],
  );
  return row?.id ?? null;
}

/**
 * Takes an act of `author` back; null where there is none to take back. What was changed since stays as it is. To be
 * called in a transaction.
 */
export function takeBack(database: Database, taskId: number, author: string, which: WhichAct): Undone | null {
  const act = openAct(database, taskId, author, which);
  if (act === null) return null;
  const undo = addAction(database, taskId, author, 'undo', act);
  const undone: Undone = { changed: 0, imageIds: [], seriesIds: [] };
  const images = new Set<number>();
  for (const { place, id, replaces } of eventsOf(database, act)) {
    if (place.column === 'image_id') images.add(place.id);
    else undone.seriesIds.push(place.id);
    if (currentOf(database, taskId, place)?.eventId !== id) continue;
    const before =
      replaces === null
        ? undefined
        : database.one<Current>(`SELECT ${place.value} AS value, id AS eventId FROM ${place.events} WHERE id = ?`, [
            replaces,
          ]);
    addEvent(database, undo, place, before?.value ?? null, id);
    setCurrent(database, taskId, place, before);
    undone.changed++;
  }
  undone.imageIds = [...images];
  return undone;
}
