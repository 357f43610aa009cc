/** @file Labels in from a CSV table, and out again with author and time. */

import { stringify } from 'csv-stringify/sync';
import { PretextError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import { type IdColumn, imageIndex } from './image-index.js';
import { readLabelTable, type TableRow } from './label-table.js';
import { type LabelChange, setLabels } from './labels.js';
import type { Project } from './project.js';
import type { Split } from './queries.js';
import { createTask, findTask, getTask, type Task } from './tasks.js';

export interface LabelImportOptions {
  /** Made where the project has no task of that name. */
  task: string;
  /** What the ids are. */
  idColumn: IdColumn;
  /** Name of the column that holds them, where it is not called as `idColumn`. */
  idColumnName?: string;
  labelColumn: string;
  splitColumn?: string;
  /** Column of 'unsure' and 'skipped'; without it the images keep the marks they have. */
  markColumn?: string;
  author: string;
  /** Classes of a new task, in order; by default those of the table as they first appear. */
  classes?: string[];
}

export interface LabelImportSummary {
  /** Rows of the table. */
  rows: number;
  /** Images of the project that got, or had, the label the table gives them. */
  labelled: number;
  /** Labels that are new or different from before. */
  changed: number;
  /** The first 20 ids that are no image of this project, or fit several. */
  unknown: string[];
  unknownCount: number;
  /** In the task's order. */
  classes: string[];
  /** Images by official split; null where the table has no such column. */
  splits: Record<Split, number> | null;
}

const SHOWN = 20;

/** What the table says about one image. */
interface Entry {
  row: TableRow;
  imageId: number;
}

/** Classes of the table in the order of their first appearance. */
function classesOf(rows: TableRow[]): string[] {
  return [...new Set(rows.map((row) => row.label).filter((label) => label !== null))];
}

function taskFor(project: Project, file: string, rows: TableRow[], options: LabelImportOptions): Task {
  const found = classesOf(rows);
  const known = findTask(project, options.task);
  const task =
    known ??
    createTask(
      project,
      options.task,
      (options.classes ?? found).map((name) => ({ name })),
    );
  const missing = found.filter((name) => !task.classes.some((known) => known.name === name));
  const [first] = missing;
  if (first === undefined) return task;
  const line = rows.find((row) => row.label === first)?.line ?? 0;
  throw new PretextError({
    code: 'not-found',
    message: `The task '${task.name}' has no class '${first}' (line ${line} of the table).`,
    path: file,
    remedy:
      `Its classes are ${task.classes.map((known) => `'${known.name}'`).join(', ')}. ` +
      'Correct the table, add the class to the task, or import into another task.',
  });
}

/** One entry for each image; two rows that contradict each other are an error, two that agree are one. */
function mergeRows(file: string, entries: Entry[]): Entry[] {
  const merged = new Map<number, Entry>();
  for (const entry of entries) {
    const before = merged.get(entry.imageId);
    if (before === undefined) {
      merged.set(entry.imageId, entry);
      continue;
    }
    const { label, split, mark } = before.row;
    if (label === entry.row.label && split === entry.row.split && mark === entry.row.mark) continue;
    throw new PretextError({
      code: 'bad-file',
      message: `Lines ${before.row.line} and ${entry.row.line} say different things about the image '${entry.row.id}'.`,
      path: file,
      remedy: 'Keep one of the two lines.',
    });
  }
  return [...merged.values()];
}

/** @throws PretextError `bad-file` where images of one patient are in several splits. */
function refuseLeakage(project: Project, taskId: number, file: string): void {
  const patients = project.catalogue.database.all<{ pseudonym: string; splits: string; example: string }>(
    `SELECT patient.pseudonym, group_concat(DISTINCT split) AS splits,
            min(coalesce(image.sop_instance_uid, image.path)) AS example
     FROM task_split JOIN image ON image.id = task_split.image_id JOIN series ON series.id = image.series_id
     JOIN study ON study.id = series.study_id JOIN patient ON patient.id = study.patient_id
     WHERE task_id = ? GROUP BY patient.id HAVING count(DISTINCT split) > 1 ORDER BY patient.pseudonym`,
    [taskId],
  );
  if (patients.length === 0) return;
  const shown = patients.slice(0, SHOWN).map((one) => `${one.pseudonym} (${one.splits}; image ${one.example})`);
  const more = patients.length > SHOWN ? ` and ${patients.length - SHOWN} more` : '';
  throw new PretextError({
    code: 'bad-file',
    message:
      `${patients.length} patient${patients.length === 1 ? ' is' : 's are'} in more than one split, ` +
      `so that results would be too good: ${shown.join(', ')}${more}. Nothing was imported.`,
    path: file,
    remedy: 'Put all images of a patient into one split, or import without the split column.',
  });
}

function storeSplits(project: Project, taskId: number, entries: Entry[]): Record<Split, number> {
  const splits = { train: 0, val: 0, test: 0 };
  for (const { imageId, row } of entries) {
    if (row.split === null) continue;
    project.catalogue.database.run(
      `INSERT INTO task_split (task_id, image_id, split) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET split = excluded.split`,
      [taskId, imageId, row.split],
    );
    splits[row.split]++;
  }
  return splits;
}

/**
 * Imports labels, and the official split where the table has one, in one transaction: all of the table or nothing.
 * Rows whose image is not in the project are listed, not an error. An empty label leaves the image's label as it is.
 *
 * @throws PretextError `unreadable`, `bad-file` (no such column, contradicting lines, a patient in two splits),
 *   `not-found` (a class the task does not have), `bad-argument` (no author), `disk-full`.
 */
export function importLabelsCsv(project: Project, file: string, options: LabelImportOptions): LabelImportSummary {
  const rows = readLabelTable(file, {
    idColumn: options.idColumnName ?? options.idColumn,
    labelColumn: options.labelColumn,
    ...(options.splitColumn === undefined ? {} : { splitColumn: options.splitColumn }),
    ...(options.markColumn === undefined ? {} : { markColumn: options.markColumn }),
  });
  return project.catalogue.database.transaction(() => {
    const task = taskFor(project, file, rows, options);
    const find = imageIndex(project, options.idColumn, file);
    const unknown: string[] = [];
    const found: Entry[] = [];
    for (const row of rows) {
      const match = find(row.id);
      if ('imageId' in match) found.push({ row, imageId: match.imageId });
      else if (row.id === '') unknown.push(`(line ${row.line} names no image)`);
      else unknown.push(match.problem === 'ambiguous' ? `${row.id} (fits several images)` : row.id);
    }
    const entries = mergeRows(file, found);
    const changes: LabelChange[] = [];
    for (const { imageId, row } of entries) {
      if (row.label === null) continue;
      const mark = options.markColumn === undefined ? ('keep' as const) : row.mark;
      changes.push({ target: { imageId }, className: row.label, mark });
    }
    const changed = setLabels(project, task.name, changes, options.author, 'csv');
    const splits = options.splitColumn === undefined ? null : storeSplits(project, task.id, entries);
    refuseLeakage(project, task.id, file);
    return {
      rows: rows.length,
      labelled: changes.length,
      changed,
      unknown: unknown.slice(0, SHOWN),
      unknownCount: unknown.length,
      classes: task.classes.map((known) => known.name),
      splits,
    };
  });
}

/**
 * Writes the labels in force of a task, those of images and those of series, ordered by path; no patient is named.
 * An image that is marked unsure or skipped has its mark beside its label, with or without one. `importLabelsCsv` reads
 * the rows of labelled images back.
 *
 * @returns How many rows were written.
 * @throws PretextError `not-found` (task), `disk-full`, `unreadable`.
 */
export function exportLabelsCsv(project: Project, taskName: string, file: string): number {
  const task = getTask(project, taskName);
  const rows = project.catalogue.database.all<Record<string, string | null>>(
    `SELECT 'image' AS level, image.path, image.sop_instance_uid, series.uid AS series_instance_uid,
            task_class.name AS label, task_split.split, action.author, action.time, image_mark.mark,
            mark_action.author AS mark_author, mark_action.time AS mark_time
     FROM (SELECT image_id FROM image_label WHERE task_id = ?1 AND class_id IS NOT NULL
           UNION SELECT image_id FROM image_mark WHERE task_id = ?1 AND mark IS NOT NULL) AS told
     JOIN image ON image.id = told.image_id JOIN series ON series.id = image.series_id
     LEFT JOIN image_label ON image_label.task_id = ?1 AND image_label.image_id = image.id
       AND image_label.class_id IS NOT NULL
     LEFT JOIN task_class ON task_class.id = image_label.class_id
     LEFT JOIN label_event AS event ON event.id = image_label.event_id
     LEFT JOIN label_action AS action ON action.id = event.action_id
     LEFT JOIN image_mark ON image_mark.task_id = ?1 AND image_mark.image_id = image.id
       AND image_mark.mark IS NOT NULL
     LEFT JOIN mark_event ON mark_event.id = image_mark.event_id
     LEFT JOIN label_action AS mark_action ON mark_action.id = mark_event.action_id
     LEFT JOIN task_split ON task_split.task_id = ?1 AND task_split.image_id = image.id
     UNION ALL
     SELECT 'series', '', '', series.uid, task_class.name, '', action.author, action.time, '', '', ''
     FROM series_label JOIN series ON series.id = series_label.series_id
     JOIN task_class ON task_class.id = series_label.class_id
     JOIN label_event AS event ON event.id = series_label.event_id
     JOIN label_action AS action ON action.id = event.action_id
     WHERE series_label.task_id = ?1
     ORDER BY path, series_instance_uid`,
    [task.id],
  );
  const ids = ['level', 'path', 'sop_instance_uid', 'series_instance_uid'];
  const columns = [...ids, 'label', 'split', 'author', 'time', 'mark', 'mark_author', 'mark_time'];
  // A name that begins with '=' must not become a formula in a spreadsheet.
  const text = stringify(rows, { header: true, columns, escape_formulas: true });
  writeFileAtomic(file, [text]);
  return rows.length;
}
