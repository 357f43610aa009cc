/** @file The pixel cache's index: one JSON line for each image, append only, readable after any crash. */

import { readFileSync } from 'node:fs';
import { fileError, systemCode } from '../base/errors.js';

/** The frames of an image lie in the records slot .. slot + frames - 1. */
export interface StoredImage {
  image: number;
  slot: number;
  frames: number;
}

/** An image that has no record, and the file it was: another size or time is worth another try. */
export interface SkippedImage {
  image: number;
  skipped: string;
  /** Null where the file could not be found. */
  file: { size: number; mtimeMs: number } | null;
}

export type IndexRow = StoredImage | SkippedImage;

export interface StoreIndex {
  stored: Map<number, StoredImage>;
  skipped: Map<number, SkippedImage>;
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

function parseRow(line: string): IndexRow | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { image, slot, frames, skipped, file } = value as Record<string, unknown>;
  if (!isCount(image, 0)) return null;
  if (typeof skipped === 'string') return { image, skipped, file: fileFactsOf(file) };
  return isCount(slot, 0) && isCount(frames, 1) ? { image, slot, frames } : null;
}

/** Takes a row into the index; a later row of an image replaces an earlier one. */
export function addRow(index: StoreIndex, row: IndexRow): void {
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
  const index: StoreIndex = { stored: new Map(), skipped: new Map(), nextSlot: 0, validBytes: 0 };
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
