/** @file The SQLite catalogue of a project: opening, counts, and the list of files that were not taken in. */

import { existsSync } from 'node:fs';
import { PretextError } from '../base/errors.js';
import { Database } from './database.js';
import { migrate } from './schema.js';

export interface CatalogueCounts {
  patients: number;
  studies: number;
  series: number;
  images: number;
  frames: number;
}

export interface SkippedFile {
  path: string;
  /** Why, in words for a person. */
  reason: string;
}

/** Files that no import could take in, and images whose pixels were refused afterwards. */
const SKIPPED = `(
  SELECT path, reason FROM file INDEXED BY file_skipped WHERE reason IS NOT NULL
  UNION ALL
  SELECT image.path, pixel_refusal.reason FROM pixel_refusal JOIN image ON image.id = image_id WHERE available = 1)`;

/** A reason, and how many files were skipped for it. */
export interface SkippedReason {
  reason: string;
  files: number;
}

export class Catalogue {
  private counted: { version: string; counts: CatalogueCounts } | null = null;

  private constructor(readonly database: Database) {}

  /**
   * Opens the catalogue file and brings it to this program's version; `create` makes it where it is missing.
   *
   * @throws PretextError `bad-file` (missing or damaged), `not-a-project` (newer), `unreadable`, `project-busy`.
   */
  static open(path: string, options: { create: boolean }): Catalogue {
    if (!options.create && !existsSync(path)) {
      throw new PretextError({
        code: 'bad-file',
        message: "The project's catalogue is missing.",
        path,
        remedy: 'Restore catalogue.sqlite from your backup of the project folder.',
      });
    }
    const database = Database.open(path);
    try {
      migrate(database);
    } catch (error) {
      database.close();
      throw error;
    }
    return new Catalogue(database);
  }

  /** How much the project holds; counted again only after a change. */
  counts(): CatalogueCounts {
    const version = this.database.version();
    if (this.counted?.version !== version) this.counted = { version, counts: this.count() };
    return this.counted.counts;
  }

  private count(): CatalogueCounts {
    const row = this.database.one<CatalogueCounts>(
      `SELECT (SELECT count(*) FROM patient) AS patients, (SELECT count(*) FROM study) AS studies,
              count(*) AS series, coalesce(sum(image_count), 0) AS images, coalesce(sum(frame_count), 0) AS frames FROM series`,
    );
    return row ?? { patients: 0, studies: 0, series: 0, images: 0, frames: 0 };
  }

  /** Files that were refused so far, by their header or by their pixels, with the reason, ordered by path. */
  skippedFiles(): SkippedFile[] {
    return this.database.all<SkippedFile>(`SELECT path, reason FROM ${SKIPPED} ORDER BY path`);
  }

  /** The reasons for which files were skipped, the most frequent first. */
  skippedReasons(): SkippedReason[] {
    return this.database.all<SkippedReason>(
      `SELECT reason, count(*) AS files FROM ${SKIPPED} GROUP BY reason ORDER BY files DESC, reason`,
    );
  }

  /** How many they are. */
  skippedCount(): number {
    return this.database.one<{ n: number }>(`SELECT count(*) AS n FROM ${SKIPPED}`)?.n ?? 0;
  }

  /** A part of those with one reason, for a list that is scrolled. */
  skippedPage(reason: string, offset: number, limit: number): SkippedFile[] {
    return this.database.all<SkippedFile>(
      `SELECT path, reason FROM ${SKIPPED} WHERE reason = ? ORDER BY path LIMIT ? OFFSET ?`,
      [reason, limit, offset],
    );
  }

  /**
   * Reads the whole catalogue and reports what is inconsistent in it; empty where all is well. Takes seconds for
   * millions of images.
   */
  check(): string[] {
    const rows = this.database.all<{ quick_check: string }>('PRAGMA quick_check(20)');
    return rows.map((row) => row.quick_check).filter((text) => text !== 'ok');
  }

  close(): void {
    this.database.close();
  }
}
