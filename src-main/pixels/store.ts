/** @file The pixel cache on disk: a file of fixed-size records and its index, safe against a crash at any moment. */

import { closeSync, fsync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileError, systemCode } from '../base/errors.js';
import { syncFolder } from '../base/files.js';
import { recordBytes } from './records.js';
import {
  addRow,
  type IndexRow,
  readIndex,
  type SeriesRow,
  type SkippedImage,
  type StoredImage,
  type StoreIndex,
} from './store-index.js';

/** The two files of a cache. */
export interface StoreFiles {
  /** Records of [side, side] 16-bit values, little endian, one after another. */
  pixels: string;
  index: string;
}

/** Files of the cache of `side`, for images normalised by version `version` of the recipe. */
export function storeFiles(folder: string, side: number, version: number): StoreFiles {
  const name = join(folder, `side-${side}.v${version}`);
  return { pixels: `${name}.u16`, index: `${name}.index.jsonl` };
}

function fileSize(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw fileError(error, path);
  }
}

/** What is in the cache now; also while another process adds to it. */
export function readStore(files: StoreFiles, side: number): StoreIndex {
  return readIndex(files.index, Math.floor(fileSize(files.pixels) / recordBytes(side)));
}

/** Waits in a thread of its own: the readers' work goes on. */
const durable = promisify(fsync);

function openForWriting(path: string): number {
  try {
    // 'r+' keeps what is there; 'a' would not allow positions.
    return openSync(path, 'r+');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileError(error, path);
  }
  try {
    return openSync(path, 'wx+');
  } catch (error) {
    throw fileError(error, path);
  }
}

/**
 * Adds images to a cache. Only one writer may be open at a time. Nothing counts before `commit`: it first makes the
 * pixels durable, then the index rows that name them, so a row never points to pixels that are not there. What was
 * written without a commit is overwritten by the next writer. Images may be added while a commit runs.
 */
export class PixelStoreWriter {
  readonly index: StoreIndex;
  private readonly pixels: number;
  private readonly rows: number;
  private nextSlot: number;
  private indexEnd: number;
  private pending: IndexRow[] = [];
  /** The last commit, which the next one waits for. */
  private last: Promise<void> = Promise.resolve();

  /** @throws PretextError `unreadable` or `disk-full`, naming the file. */
  constructor(
    folder: string,
    private readonly files: StoreFiles,
    private readonly side: number,
  ) {
    this.index = readStore(files, side);
    this.nextSlot = this.index.nextSlot;
    this.indexEnd = this.index.validBytes;
    this.pixels = openForWriting(files.pixels);
    try {
      this.rows = openForWriting(files.index);
    } catch (error) {
      closeSync(this.pixels);
      throw error;
    }
    this.guarded(files.index, () => {
      ftruncateSync(this.rows, this.indexEnd);
      syncFolder(folder);
    });
  }

  /** Images that wait for a commit. */
  get uncommitted(): number {
    return this.pending.length;
  }

  /**
   * Writes the frames of an image, each [side, side], into the next records.
   *
   * @param made how they were made from the picture
   */
  append(
    image: number,
    frames: readonly Uint16Array[],
    made: Omit<StoredImage, 'image' | 'slot' | 'frames'> = {},
  ): void {
    const length = recordBytes(this.side);
    frames.forEach((frame, i) => {
      if (frame.byteLength !== length) throw new Error(`a frame of ${frame.length} values in a cache of ${this.side}`);
      const bytes = new Uint8Array(frame.buffer, frame.byteOffset, length);
      this.guarded(this.files.pixels, () => {
        const start = (this.nextSlot + i) * length;
        for (let done = 0; done < length; ) {
          done += writeSync(this.pixels, bytes, done, length - done, start + done);
        }
      });
    });
    this.pending.push({ image, slot: this.nextSlot, frames: frames.length, ...made });
    this.nextSlot += frames.length;
  }

  /** Keeps the range of a series, in place of an earlier one. */
  measured(row: SeriesRow): void {
    this.pending.push(row);
  }

  skip(row: SkippedImage): void {
    this.pending.push(row);
  }

  /**
   * Makes all that was appended until its turn durable and visible. @throws PretextError `disk-full`; earlier commits
   * stay, later ones fail as well.
   */
  commit(): Promise<void> {
    this.last = this.last.then(() => this.commitPending());
    return this.last;
  }

  private async commitPending(): Promise<void> {
    const rows = this.pending;
    if (rows.length === 0) return;
    this.pending = [];
    const lines = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    try {
      await durable(this.pixels);
    } catch (error) {
      throw fileError(error, this.files.pixels);
    }
    try {
      for (let done = 0; done < lines.length; ) {
        done += writeSync(this.rows, lines, done, lines.length - done, this.indexEnd + done);
      }
      await durable(this.rows);
    } catch (error) {
      throw fileError(error, this.files.index);
    }
    this.indexEnd += lines.length;
    for (const row of rows) addRow(this.index, row);
  }

  /** Waits for a commit that runs; nothing else may be called after it. */
  async close(): Promise<void> {
    await this.last.catch(() => undefined);
    closeSync(this.pixels);
    closeSync(this.rows);
  }

  private guarded(path: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      throw fileError(error, path);
    }
  }
}
