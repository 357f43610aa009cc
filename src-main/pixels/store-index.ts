/** @file The pixel cache's index: one JSON line for each image, append only, readable after any crash. */

import { readFileSync } from 'node:fs';
import { fileError, systemCode } from '../base/errors.js';

/** Modality values that became black and white; null: those of each frame itself. */
export type StoredRange = readonly [low: number, high: number] | null;

/** The frames of an image lie in the records slot .. slot + frames - 1. */
export interface StoredImage {
  image: number;
  slot: number;
  frames: number;
  /** The range of its series that they were made with, where its series has one. */
  range?: StoredRange;
}

/** The range of a series, and the frames that it was measured on. */
export interface SeriesRow {
  series: number;
  range: StoredRange;
  /** Frames that were tried, in the order of trying, and how many of them could be read. */
  tried: readonly (readonly [image: number, frame: number])[];
  taken: number;
}

/** An image that has no record, and the file it was: another size or time is worth another try. */
export interface SkippedImage {
  image: number;
  skipped: string;
  /** Null where the file could not be found. */
  file: { size: number; mtimeMs: number } | null;
}

export type IndexRow = StoredImage | SkippedImage | SeriesRow;

export interface StoreIndex {
  stored: Map<number, StoredImage>;
  skipped: Map<number, SkippedImage>;
  series: Map<number, SeriesRow>;
  /** The first record that is not in use. */
  nextSlot: number;
  /** Bytes of the index that are valid; what follows was being written when the program was killed. */
  validBytes: number;
}

function isCount(value: unknown, from: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= from;
}

function fileFactsOf(value: unknown): SkippedImage['file'] {
  if (typeof value !== 'object' || value === null) return null;
  const { size, mtimeMs } = value as Record<string, unknown>;
  return typeof size === 'number' && typeof mtimeMs === 'number' ? { size, mtimeMs } : null;
}

/** Undefined where it is neither a range nor null. */
function rangeOf(value: unknown): StoredRange | undefined {
  if (value === null) return null;
  if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isFinite)) return undefined;
  const [low, high]: number[] = value;
  return low! < high! ? [low!, high!] : undefined;
}

function seriesRowOf({ series, range, tried, taken }: Record<string, unknown>): SeriesRow | null {
  const isFrame = (entry: unknown): entry is [number, number] =>
    Array.isArray(entry) && entry.length === 2 && entry.every((part) => isCount(part, 0));
  const measured = rangeOf(range);
  if (!isCount(series, 0) || !isCount(taken, 0) || measured === undefined) return null;
  return Array.isArray(tried) && tried.every(isFrame) ? { series, range: measured, tried, taken } : null;
}

function parseRow(line: string): IndexRow | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const fields = value as Record<string, unknown>;
  if ('series' in fields) return seriesRowOf(fields);
  const { image, slot, frames, skipped, file } = fields;
  if (!isCount(image, 0)) return null;
  if (typeof skipped === 'string') return { image, skipped, file: fileFactsOf(file) };
  if (!isCount(slot, 0) || !isCount(frames, 1)) return null;
  if (!('range' in fields)) return { image, slot, frames };
  const range = rangeOf(fields.range);
  return range === undefined ? null : { image, slot, frames, range };
}

/** Takes a row into the index; a later row of an image replaces an earlier one. */
export function addRow(index: StoreIndex, row: IndexRow): void {
  if ('series' in row) {
    index.series.set(row.series, row);
    return;
  }
  if ('skipped' in row) {
    index.skipped.set(row.image, row);
    return;
  }
  index.stored.set(row.image, row);
  index.skipped.delete(row.image);
  index.nextSlot = Math.max(index.nextSlot, row.slot + row.frames);
}

/**
 * Reads the index up to the first line that is damaged or incomplete, or that names a record at or after `records`,
 * the number of whole records in the pixel file. A missing index is an empty one.
 *
 * @throws PretextError `unreadable`
 */
export function readIndex(path: string, records: number): StoreIndex {
  const index: StoreIndex = { stored: new Map(), skipped: new Map(), series: new Map(), nextSlot: 0, validBytes: 0 };
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return index;
    throw fileError(error, path);
  }
  for (let start = 0; ; ) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0) return index;
    const row = parseRow(bytes.toString('utf8', start, end));
    if (row === null || ('slot' in row && row.slot + row.frames > records)) return index;
    addRow(index, row);
    start = end + 1;
    index.validBytes = start;
  }
}
