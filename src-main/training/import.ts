/** @file Taking scans in as a job: the import itself, then small pictures of everything new for the window's grid. */

import { join } from 'node:path';
import type { JobControl } from '../base/jobs.js';
import { type ImportSummary, importFiles, importFolders } from '../catalogue/import.js';
import type { Project } from '../catalogue/project.js';
import { ensurePixelCache } from '../pixels/cache.js';
import { writeSampleStudy } from '../sample/study.js';

export interface ImportOptions {
  /** Folders and files; with `sample` the folder that the computed study is written to first. */
  paths: string[];
  /** Seed and size of the sample study; null: what is in `paths` is imported as it is. */
  sample: { seed: number; patients: number; imagesPerPatient: number } | null;
  /** Side of the pictures that are prepared, one of the cache's; null: none. */
  pictures: number | null;
  /** The paths are files that a watch has found; those that are gone in the meantime are left. */
  watched?: boolean;
}

export interface ImportResult extends Omit<ImportSummary, 'skipped'> {
  /** The files themselves are in the catalogue. */
  skipped: number;
  /** The sample study's labels; null where it was not asked for. */
  truthCsv: string | null;
}

/** @throws PretextError as `importFolders` and `ensurePixelCache`. */
export async function importScans(
  project: Project,
  options: ImportOptions,
  control: JobControl,
): Promise<ImportResult> {
  let truthCsv: string | null = null;
  if (options.sample !== null) {
    const study = await writeSampleStudy(options.paths[0] ?? join(project.folder, 'sample'), options.sample, control);
    truthCsv = study.truthCsv;
  }
  const take = options.watched === true ? importFiles : importFolders;
  const summary = await take(project, options.paths, control);
  if (options.pictures !== null) await ensurePixelCache(project, options.pictures, control);
  return { ...summary, skipped: summary.skipped.length, truthCsv };
}

/** Small pictures of every image that has none yet, for a project that was filled without a window. */
export async function preparePictures(
  project: Project,
  side: number,
  control: JobControl,
): Promise<{ pictures: number }> {
  const { samples } = await ensurePixelCache(project, side, control);
  return { pictures: samples.length };
}
