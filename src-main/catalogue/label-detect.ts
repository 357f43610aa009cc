/** @file Guesses what the columns of a table of labels mean, and says what an import with these columns would do. */

import { type IdColumn, imageIndex } from './image-index.js';
import { isSplit, readTable, type Table } from './label-table.js';
import type { Project } from './project.js';

/** Columns of a table as an import reads it; null where there is none of that meaning. */
export interface ColumnChoice {
  id: string;
  idKind: IdColumn;
  label: string;
  split: string | null;
  mark: string | null;
}

export interface TablePreview {
  columns: { name: string; examples: string[] }[];
  rows: number;
  /** What the columns mean: as asked for, else as guessed; null where no image or no class can be found. */
  chosen: ColumnChoice | null;
  /** Classes of the label column as they first appear, with their rows. */
  classes: { name: string; rows: number }[];
  /** Rows whose image is in the project. */
  matched: number;
  /** The first ids that are no image of this project, or fit several. */
  unknown: string[];
}

/** Rows that a guess looks at. */
const LOOKED_AT = 200;
const EXAMPLES = 3;
/** More different values than this are no classes. */
const MOST_CLASSES = 60;

const LABEL_NAME = /^(label|labels|class|class_?name|finding|diagnosis|target|category|outcome|y)$/i;
const SPLIT_NAME = /^(split|set|subset|fold|partition)$/i;
const MARK_NAME = /^marks?$/i;
/** Columns of an export of Pretext that say who and when; never the label. */
const OTHER_NAME = /^(level|author|time|mark_author|mark_time|.*uid|.*path|file.*|.*id|.*date.*)$/i;

function valuesOf(table: Table, column: string): string[] {
  return table.records.slice(0, LOOKED_AT).map(({ cells }) => cells[column] ?? '');
}

/** The column whose cells name the most images of the project, and how they do. */
function guessId(project: Project, file: string, table: Table): { id: string; idKind: IdColumn } | null {
  let best: { id: string; idKind: IdColumn; found: number } | null = null;
  for (const idKind of ['sop_instance_uid', 'path'] as const) {
    const find = imageIndex(project, idKind, file);
    for (const id of table.header) {
      const found = valuesOf(table, id).filter((value) => value !== '' && 'imageId' in find(value)).length;
      if (found > (best?.found ?? 0)) best = { id, idKind, found };
    }
  }
  return best && { id: best.id, idKind: best.idKind };
}

/** Whether all filled cells pass, and there is at least one. */
function all(values: readonly string[], passes: (value: string) => boolean): boolean {
  const filled = values.filter((value) => value !== '');
  return filled.length > 0 && filled.every(passes);
}

function guessSplit(table: Table, free: readonly string[]): string | null {
  const splits = free.filter((name) => all(valuesOf(table, name), isSplit));
  return splits.find((name) => SPLIT_NAME.test(name)) ?? splits[0] ?? null;
}

function guessMark(table: Table, free: readonly string[]): string | null {
  const isMark = (value: string) => value === 'unsure' || value === 'skipped' || value === '';
  return free.find((name) => MARK_NAME.test(name) && valuesOf(table, name).every(isMark)) ?? null;
}

/** By its name, else the column with the fewest different values, two at least. */
function guessLabel(table: Table, free: readonly string[]): string | null {
  const named = free.find((name) => LABEL_NAME.test(name) && all(valuesOf(table, name), () => true));
  if (named !== undefined) return named;
  const candidates = free
    .filter((name) => !OTHER_NAME.test(name))
    .map((name) => ({ name, different: new Set(valuesOf(table, name).filter((value) => value !== '')).size }))
    .filter(({ different }) => different >= 2 && different <= MOST_CLASSES)
    .sort((a, b) => a.different - b.different);
  return candidates[0]?.name ?? null;
}

/** What the columns of a table mean, as far as its cells and names tell; null where image or class cannot be told. */
export function guessColumns(project: Project, file: string, table: Table): ColumnChoice | null {
  const id = guessId(project, file, table);
  if (id === null) return null;
  const others = table.header.filter((name) => name !== id.id);
  const mark = guessMark(table, others);
  const split = guessSplit(
    table,
    others.filter((name) => name !== mark),
  );
  const label = guessLabel(
    table,
    others.filter((name) => name !== mark && name !== split),
  );
  return label === null ? null : { ...id, label, split, mark };
}

/**
 * Reads a table and says what importing it would do, without doing it.
 *
 * @param wanted what the columns mean; null: as guessed.
 * @throws PretextError `unreadable`, `bad-file`.
 */
export function previewTable(project: Project, file: string, wanted: ColumnChoice | null): TablePreview {
  const table = readTable(file);
  const columns = table.header.map((name) => ({
    name,
    examples: [...new Set(valuesOf(table, name).filter((value) => value !== ''))].slice(0, EXAMPLES),
  }));
  const chosen = wanted ?? guessColumns(project, file, table);
  const preview: TablePreview = {
    columns,
    rows: table.records.length,
    chosen,
    classes: [],
    matched: 0,
    unknown: [],
  };
  if (chosen === null) return preview;
  const find = imageIndex(project, chosen.idKind, file);
  const classes = new Map<string, number>();
  for (const { cells } of table.records) {
    const label = cells[chosen.label] ?? '';
    if (label !== '') classes.set(label, (classes.get(label) ?? 0) + 1);
    const id = cells[chosen.id] ?? '';
    if ('imageId' in find(id)) preview.matched++;
    else if (preview.unknown.length < EXAMPLES) preview.unknown.push(id);
  }
  preview.classes = [...classes].slice(0, MOST_CLASSES).map(([name, rows]) => ({ name, rows }));
  return preview;
}
