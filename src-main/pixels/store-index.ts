/** @file The pixel cache's index: one JSON line for each image, append only, readable after any crash. */

import { readFileSync } from 'node:fs';
import { fileError, systemCode } from '../base/errors.js';
import { type CropBox, isCropBox } from '../dicom/body-box.js';

/** Modality values that became black and white; null: those of each frame itself. */
export type StoredRange = readonly [low: number, high: number] | null;

/** A part of a picture, as shares of its height and width; null: all of it. */
export type StoredBox = readonly [top: number, left: number, bottom: number, right: number] | null;

/** What the series of an image says of it; nothing where its series is not measured. */
export interface StoredScale {
  range?: StoredRange;
  /** Where pictures are cropped. */
  box?: StoredBox;
}

/** The frames of an image lie in the records slot .. slot + frames - 1. */
export interface StoredImage extends StoredScale {
  image: number;
  slot: number;
  frames: number;
  /** Where pictures are cropped: the part that the records show, that of the series or one of its own. */
  shown?: StoredBox;
}

/** The range of a series and its box, and the frames that they were measured on. */
export interface SeriesRow extends StoredScale {
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

export function storedBox(box: CropBox | null): StoredBox {
  return box === null ? null : [box.top, box.left, box.bottom, box.right];
}

export function cropBox(box: StoredBox | undefined): CropBox | null {
  return box == null ? null : { top: box[0], left: box[1], bottom: box[2], right: box[3] };
}

/** Undefined where it is neither a box nor null. */
function boxOf(value: unknown): StoredBox | undefined {
  if (value === null) return null;
  if (!Array.isArray(value) || value.length !== 4 || !value.every(Number.isFinite)) return undefined;
  const [top = 0, left = 0, bottom = 0, right = 0]: number[] = value;
  return isCropBox({ top, left, bottom, right }) ? [top, left, bottom, right] : undefined;
}

/** The boxes of a row, which need not have any; null where one is damaged. */
function boxesOf(fields: Record<string, unknown>): { box?: StoredBox; shown?: StoredBox } | null {
  const boxes: { box?: StoredBox; shown?: StoredBox } = {};
  for (const name of ['box', 'shown'] as const) {
    if (!(name in fields)) continue;
    const box = boxOf(fields[name]);
    if (box === undefined) return null;
    boxes[name] = box;
  }
  return boxes;
}

function seriesRowOf(fields: Record<string, unknown>): SeriesRow | null {
  const { series, range, tried, taken } = fields;
  const isFrame = (entry: unknown): entry is [number, number] =>
    Array.isArray(entry) && entry.length === 2 && entry.every((part) => isCount(part, 0));
  const measured = rangeOf(range);
  const boxes = boxesOf(fields);
  if (!isCount(series, 0) || !isCount(taken, 0) || measured === undefined || boxes === null) return null;
  return Array.isArray(tried) && tried.every(isFrame) ? { series, range: measured, tried, taken, ...boxes } : null;
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
  const boxes = boxesOf(fields);
  if (boxes === null) return null;
  if (!('range' in fields)) return { image, slot, frames, ...boxes };
  const range = rangeOf(fields.range);
  return range === undefined ? null : { image, slot, frames, range, ...boxes };
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
