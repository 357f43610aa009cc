/** @file What a plan of training asks of the catalogue: how much there is to learn from, and how large it is. */

import { HAS_FLAG_OF_LIST, leftOutFlags } from './flags.js';
import type { Project } from './project.js';
import { type Split, sampleConditions } from './queries.js';

export interface DataFacts {
  /** Frames, which is what a model learns from. */
  frames: number;
  images: number;
  patients: number;
  series: number;
  /** Median of the images' shorter sides, pixels; 0 where there are none. */
  medianSide: number;
  /** Frames that are not among them: they have a flag that is left out, or their pixels were refused. */
  leftOut?: number;
}

/** Facts of the images in a split, of all images without one; of those that a run really learns from. */
export function dataFacts(project: Project, split: Split | null): DataFacts {
  const some = sampleConditions(project, split === null ? {} : { split });
  const flags = JSON.stringify(leftOutFlags(project));
  const isUsed = `NOT ${HAS_FLAG_OF_LIST} AND NOT EXISTS (SELECT 1 FROM pixel_refusal WHERE image_id = image.id)`;
  const table = 'FROM image JOIN series ON series.id = image.series_id JOIN study ON study.id = series.study_id';
  const from = `${table} WHERE ${some.where} AND ${isUsed}`;
  const values = [...some.values, flags, flags];
  const { database } = project.catalogue;
  const counts = database.one<Omit<DataFacts, 'medianSide'>>(
    `SELECT COUNT(*) AS images, COALESCE(SUM(image.frames), 0) AS frames,
            COUNT(DISTINCT study.patient_id) AS patients, COUNT(DISTINCT series.id) AS series ${from}`,
    values,
  );
  const sides = database.all<{ side: number; images: number }>(
    `SELECT MIN(image.rows, image.columns) AS side, COUNT(*) AS images ${from} GROUP BY 1 ORDER BY 1`,
    values,
  );
  const { images, frames, patients, series } = counts ?? { images: 0, frames: 0, patients: 0, series: 0 };
  const every = database.one<{ frames: number }>(
    `SELECT COALESCE(SUM(image.frames), 0) AS frames ${table} WHERE ${some.where}`,
    some.values,
  );
  let passed = 0;
  const median = sides.find((entry) => {
    passed += entry.images;
    return 2 * passed >= images;
  });
  return { images, frames, patients, series, medianSide: median?.side ?? 0, leftOut: (every?.frames ?? 0) - frames };
}

/** Splits that the tasks of a project came with; empty where none did. */
export function officialSplits(project: Project): Split[] {
  const rows = project.catalogue.database.all<{ split: Split }>('SELECT DISTINCT split FROM task_split');
  return rows.map(({ split }) => split);
}
