/** @file Reads the CSV table of an import of labels: which image, which class, which split. */

import { readFileSync } from 'node:fs';
import { CsvError, type Info, parse } from 'csv-parse/sync';
import { fileError, PretextError } from '../base/errors.js';
import type { Mark } from './label-acts.js';
import type { Split } from './queries.js';

export interface TableColumns {
  idColumn: string;
  labelColumn: string;
  splitColumn?: string;
  /** Column of 'unsure' and 'skipped', as an export writes it. */
  markColumn?: string;
}

export interface TableRow {
  /** Line of the file, counted from 1. */
  line: number;
  id: string;
  /** Null where the cell is empty. */
  label: string | null;
  split: Split | null;
  mark: Mark | null;
}

const SPLITS = new Map<string, Split>([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'val'],
  ['valid', 'val'],
  ['validation', 'val'],
  ['dev', 'val'],
  ['test', 'test'],
  ['testing', 'test'],
]);

/** Spreadsheets write semicolons where the comma is the decimal mark, and some programs write tabs. */
function delimiterOf(bytes: Buffer): string {
  const end = bytes.indexOf(0x0a);
  const header = bytes.subarray(0, end === -1 ? bytes.length : end).toString('utf8');
  const count = (character: string) => header.split(character).length;
  return [',', ';', '\t'].reduce((best, candidate) => (count(candidate) > count(best) ? candidate : best));
}

function badTable(file: string, message: string, remedy: string, cause?: unknown): PretextError {
  return new PretextError({ code: 'bad-file', message, path: file, remedy, cause });
}

function requireColumns(file: string, header: string[], columns: TableColumns): void {
  for (const name of [columns.idColumn, columns.labelColumn, columns.splitColumn, columns.markColumn]) {
    if (name === undefined || header.includes(name)) continue;
    throw badTable(
      file,
      `This table has no column '${name}'.`,
      `Its columns are ${header.map((known) => `'${known}'`).join(', ')}: name one of these.`,
    );
  }
}

/** Whether a cell names a split. */
export function isSplit(text: string): boolean {
  return SPLITS.has(text.toLowerCase());
}

function splitOf(text: string, line: number, file: string): Split | null {
  if (text === '') return null;
  const split = SPLITS.get(text.toLowerCase());
  if (split !== undefined) return split;
  throw badTable(file, `'${text}' in line ${line} is no split.`, "Use 'train', 'val' or 'test', or leave it empty.");
}

function markOf(text: string, line: number, file: string): Mark | null {
  if (text === '') return null;
  if (text === 'unsure' || text === 'skipped') return text;
  throw badTable(file, `'${text}' in line ${line} is no mark.`, "Use 'unsure' or 'skipped', or leave it empty.");
}

/** A table as it stands in the file. */
export interface Table {
  /** Names of its columns, in order. */
  header: string[];
  /** One for each line below the first: its line in the file, counted from 1, and its cells by column. */
  records: { line: number; cells: Record<string, string> }[];
}

/**
 * The whole table: comma, semicolon or tab separated, UTF-8 (a byte order mark is fine), first line column names.
 *
 * @throws PretextError `unreadable`, or `bad-file` naming the line.
 */
export function readTable(file: string): Table {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw fileError(error, file);
  }
  if (bytes.includes(0)) {
    throw badTable(file, 'This is no table of text.', 'Save it as CSV (UTF-8) and import that file.');
  }
  let header: string[] = [];
  let records: { record: Record<string, string>; info: Info }[];
  try {
    records = parse(bytes, {
      bom: true,
      columns: (names: string[]) => {
        header = names;
        return names;
      },
      delimiter: delimiterOf(bytes),
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as { record: Record<string, string>; info: Info }[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw badTable(
      file,
      `This table cannot be read: ${error.message}.`,
      'Every line needs as many columns as the first; save it as CSV (UTF-8) again.',
      error,
    );
  }
  if (header.length === 0) {
    throw badTable(file, 'This table is empty.', 'The first line must hold the names of the columns.');
  }
  return { header, records: records.map(({ record, info }) => ({ line: info.lines, cells: record })) };
}

/**
 * All rows of a table of labels, in order.
 *
 * @throws PretextError `unreadable`, or `bad-file` naming the line or the columns there are.
 */
export function readLabelTable(file: string, columns: TableColumns): TableRow[] {
  const { header, records } = readTable(file);
  requireColumns(file, header, columns);
  if (records.length === 0) {
    throw badTable(file, 'This table has no rows below its first line.', 'Write one line for each labelled image.');
  }
  const { idColumn, labelColumn, splitColumn, markColumn } = columns;
  return records.map(({ line, cells }) => {
    const cell = (column: string | undefined) => (column === undefined ? '' : (cells[column] ?? ''));
    return {
      line,
      id: cell(idColumn),
      label: cell(labelColumn) === '' ? null : cell(labelColumn),
      split: splitOf(cell(splitColumn), line, file),
      mark: markOf(cell(markColumn), line, file),
    };
  });
}
