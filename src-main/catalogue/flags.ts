/** @file Flags of quality: what makes images doubtful for training, by name, and which of them are left out of it. */

import { PretextError } from '../base/errors.js';
import type { Project } from './project.js';

/** Flags of single images. The first three are measured on the pixels, the others are read from the header. */
const IMAGE_FLAGS = [
  'uniform',
  'few-grey-levels',
  'near-duplicate',
  'burned-in',
  'localiser',
  'derived',
  'secondary-capture',
  'missing-geometry',
] as const;

/** Flags of series: findings of their geometry (volumes/findings.ts) that a person should know of. */
const SERIES_FLAGS = [
  'gaps',
  'irregular-increment',
  'duplicate-positions',
  'single-position',
  'too-few-slices',
  'mixed-orientations',
  'mixed-sizes',
  'mixed-spacings',
  'gantry-tilt',
  'not-in-line',
  'bad-orientation',
  'mosaic',
] as const;

export const FLAGS = [...IMAGE_FLAGS, ...SERIES_FLAGS] as const;
export type ImageFlag = (typeof IMAGE_FLAGS)[number];
export type SeriesFlag = (typeof SERIES_FLAGS)[number];
export type Flag = (typeof FLAGS)[number];

const KNOWN: ReadonlySet<string> = new Set(FLAGS);
const OF_SERIES: ReadonlySet<string> = new Set(SERIES_FLAGS);

export function isFlag(name: string): name is Flag {
  return KNOWN.has(name);
}

export function isSeriesFlag(name: string): name is SeriesFlag {
  return OF_SERIES.has(name);
}

/** @throws PretextError `bad-argument` for a name that is no flag. */
export function requireFlag(name: string): Flag {
  if (isFlag(name)) return name;
  throw new PretextError({
    code: 'bad-argument',
    message: `There is no flag '${name}'.`,
    remedy: `Choose one of ${FLAGS.join(', ')}.`,
  });
}

/** True for an image that has a flag or whose series has it; the flag's name is bound twice. */
export const HAS_FLAG = `(EXISTS (SELECT 1 FROM image_flag WHERE image_id = image.id AND flag = ?)
  OR EXISTS (SELECT 1 FROM series_flag WHERE series_id = image.series_id AND flag = ?))`;

/** True for an image with any flag of its own or of its series. */
export const HAS_ANY_FLAG = `(EXISTS (SELECT 1 FROM image_flag WHERE image_id = image.id)
  OR EXISTS (SELECT 1 FROM series_flag WHERE series_id = image.series_id))`;

/** True for an image with a flag of the JSON list, which is bound twice. */
export const HAS_FLAG_OF_LIST = `(EXISTS (SELECT 1 FROM image_flag
    WHERE image_id = image.id AND flag IN (SELECT value FROM json_each(?)))
  OR EXISTS (SELECT 1 FROM series_flag
    WHERE series_id = image.series_id AND flag IN (SELECT value FROM json_each(?))))`;

/** The flags of images, each image's own before those of its series. */
export function flagsOf(project: Project, imageIds: readonly number[]): Map<number, Flag[]> {
  const rows = project.catalogue.database.all<{ imageId: number; flag: string }>(
    `SELECT wanted.value AS imageId, flag FROM json_each(?1) AS wanted
       CROSS JOIN image_flag ON image_id = wanted.value
     UNION ALL
     SELECT wanted.value, flag FROM json_each(?1) AS wanted CROSS JOIN image ON image.id = wanted.value
       CROSS JOIN series_flag ON series_flag.series_id = image.series_id`,
    [JSON.stringify(imageIds)],
  );
  const found = new Map<number, Flag[]>();
  for (const { imageId, flag } of rows) {
    if (isFlag(flag)) found.set(imageId, [...(found.get(imageId) ?? []), flag]);
  }
  return found;
}

/** How many images of the project have each flag, in the order of `FLAGS`; those without images are left out. */
export function flagCounts(project: Project): { flag: Flag; images: number }[] {
  const rows = project.catalogue.database.all<{ flag: string; images: number }>(
    `SELECT flag, count(*) AS images FROM image_flag JOIN image ON image.id = image_id WHERE available = 1 GROUP BY flag
     UNION ALL
     SELECT flag, sum(image_count) FROM series_flag JOIN series ON series.id = series_id GROUP BY flag`,
  );
  const counts = new Map(rows.map(({ flag, images }) => [flag, images]));
  return FLAGS.flatMap((flag) => {
    const images = counts.get(flag) ?? 0;
    return images === 0 ? [] : [{ flag, images }];
  });
}

/** Flags whose images stay out of pretraining and of what is suggested for labelling. */
export function leftOutFlags(project: Project): Flag[] {
  const rows = project.catalogue.database.all<{ flag: string }>('SELECT flag FROM left_out_flag ORDER BY flag');
  return rows.map(({ flag }) => flag).filter(isFlag);
}

/** Sets whether images with a flag are left out. Labels and results that exist are not touched. */
export function leaveOut(project: Project, flag: Flag, out: boolean): void {
  const sql = out
    ? 'INSERT INTO left_out_flag (flag) VALUES (?) ON CONFLICT DO NOTHING'
    : 'DELETE FROM left_out_flag WHERE flag = ?';
  project.catalogue.database.run(sql, [flag]);
}
