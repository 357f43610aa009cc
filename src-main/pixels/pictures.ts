/** @file Small pictures of a project's images for a person's eyes, read from the pixel cache while it may still grow. */

import { existsSync, statSync } from 'node:fs';
import type { Project } from '../catalogue/project.js';
import { NORMALISE_RECIPE } from '../dicom/normalise.js';
import { PixelRecords } from './records.js';
import { readStore, storeFiles } from './store.js';
import type { StoreIndex } from './store-index.js';

/** A missing picture makes the index be read again, but not more often than this. */
const REREAD_MS = 1500;

export class CachedPictures {
  private readonly files: ReturnType<typeof storeFiles>;
  private readonly record: Uint16Array;
  private index: StoreIndex | null = null;
  private indexBytes = -1;
  private readAt = 0;
  private records: PixelRecords | null = null;

  /** @param side side of the cache, one of `cacheSides` @param recipe version of the normalisation */
  constructor(
    project: Project,
    readonly side: number,
    recipe: number = NORMALISE_RECIPE,
  ) {
    this.files = storeFiles(project.pixelsFolder, side, recipe);
    this.record = new Uint16Array(side * side);
  }

  /**
   * Grey levels [side, side], 0 black, of one frame; null where it is not in the cache (yet) or has no such frame.
   *
   * @throws PretextError `unreadable` or `bad-file` for the cache file.
   */
  read(imageId: number, frame: number): Uint8Array | null {
    let stored = this.index?.stored.get(imageId);
    if (stored === undefined) {
      this.reread();
      stored = this.index?.stored.get(imageId);
    }
    if (stored === undefined || frame >= stored.frames) return null;
    this.records ??= new PixelRecords(this.files.pixels, this.side);
    this.records.read(stored.slot + frame, this.record);
    const grey = new Uint8Array(this.record.length);
    for (let i = 0; i < grey.length; i++) grey[i] = this.record[i] >> 8;
    return grey;
  }

  close(): void {
    this.records?.close();
    this.records = null;
  }

  private reread(): void {
    const now = Date.now();
    if (now - this.readAt < REREAD_MS || !existsSync(this.files.index)) return;
    this.readAt = now;
    const { size } = statSync(this.files.index);
    if (size === this.indexBytes) return;
    this.index = readStore(this.files, this.side);
    this.indexBytes = size;
  }
}
