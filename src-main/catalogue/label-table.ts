/** @file Reads the CSV table of an import of labels: which image, which class, which split. */

import { readFileSync } from 'node:fs';
import { CsvError, type Info, parse } from 'csv-parse/sync';
import { fileError, PretextError } from '../base/errors.js';
import type { Split } from './queries.js';

export interface TableColumns {
  idColumn: string;
  labelColumn: string;
  splitColumn?: string;
}

export interface TableRow {
  /** Line of the file, counted from 1. */
  line: number;
  id: string;
  /** Null where the cell is empty. */
  label: string | null;
  split: Split | null;
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
  for (const name of [columns.idColumn, columns.labelColumn, columns.splitColumn]) {
    if (name === undefined || header.includes(name)) continue;
    throw badTable(
      file,
      `This table has no column '${name}'.`,
      `Its columns are ${header.map((known) => `'${known}'`).join(', ')}: name one of these.`,
    );
  }
}

function splitOf(text: string, line: number, file: string): Split | null {
  if (text === '') return null;
  const split = SPLITS.get(text.toLowerCase());
  if (split !== undefined) return split;
  throw badTable(file, `'${text}' in line ${line} is no split.`, "Use 'train', 'val' or 'test', or leave it empty.");
}

/**
 * All rows of the table, in order. Comma, semicolon or tab separated, UTF-8 (a byte order mark is fine), first line
 * column names.
 *
 * @throws PretextError `unreadable`, or `bad-file` naming the line or the columns there are.
 */
export function readLabelTable(file: string, columns: TableColumns): TableRow[] {
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
  requireColumns(file, header, columns);
  if (records.length === 0) {
    throw badTable(file, 'This table has no rows below its first line.', 'Write one line for each labelled image.');
  }
  const { idColumn, labelColumn, splitColumn } = columns;
  return records.map(({ record, info }) => {
    const label = record[labelColumn] ?? '';
    const split = splitColumn === undefined ? '' : (record[splitColumn] ?? '');
    return {
      line: info.lines,
      id: record[idColumn] ?? '',
      label: label === '' ? null : label,
      split: splitOf(split, info.lines, file),
    };
  });
}
