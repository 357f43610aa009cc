/** @file What was measured on the pixels of images, and the flags that come of it. */

import type { Project } from './project.js';

export interface ImageMeasure {
  imageId: number;
  /** Grey levels of 256 that hold a noticeable part of the picture. */
  levels: number;
  isUniform: boolean;
  /** Perceptual hash, 16 hexadecimal digits. */
  hash: string;
}

/** Fewer grey levels than this are a mask or a drawing, no picture of a patient. */
export const FEW_LEVELS = 8;

/** Rows that are read at once: a million of them as objects take more memory than the rest of the program. */
const PAGE = 10_000;

/** Images that were measured already. */
export function measuredImages(project: Project): Set<number> {
  const sql = 'SELECT image_id AS id FROM image_measure WHERE image_id > ? ORDER BY image_id LIMIT ?';
  const measured = new Set<number>();
  for (let last = -1; ; ) {
    const rows = project.catalogue.database.all<{ id: number }>(sql, [last, PAGE]);
    for (const { id } of rows) measured.add(id);
    if (rows.length < PAGE) return measured;
    last = rows[rows.length - 1]!.id;
  }
}

/** Their pixels are made anew, and will be measured again. */
export function forgetMeasures(project: Project, imageIds: readonly number[]): void {
  if (imageIds.length === 0) return;
  const sql = 'DELETE FROM image_measure WHERE image_id IN (SELECT value FROM json_each(?))';
  project.catalogue.database.run(sql, [JSON.stringify(imageIds)]);
}

/** Keeps measurements, with the flags `uniform` and `few-grey-levels`, in one transaction. */
export function recordMeasures(project: Project, measures: readonly ImageMeasure[]): void {
  const { database } = project.catalogue;
  database.transaction(() => {
    for (const { imageId, levels, isUniform, hash } of measures) {
      database.run('INSERT OR REPLACE INTO image_measure (image_id, levels, hash) VALUES (?, ?, ?)', [
        imageId,
        levels,
        hash,
      ]);
      database.run("DELETE FROM image_flag WHERE image_id = ? AND flag IN ('uniform', 'few-grey-levels')", [imageId]);
      const flag = isUniform ? 'uniform' : levels < FEW_LEVELS ? 'few-grey-levels' : null;
      if (flag !== null) database.run('INSERT INTO image_flag (image_id, flag) VALUES (?, ?)', [imageId, flag]);
    }
  });
}

/** An image whose hash may be compared with others. */
export interface HashedImage {
  imageId: number;
  seriesId: number;
  /** Whether its series was assembled into a volume, in which neighbours are alike. */
  inVolume: boolean;
  hash: string;
}

function hashed(project: Project, condition: string, end: string, values: (string | number)[]): HashedImage[] {
  return project.catalogue.database
    .all<Omit<HashedImage, 'inVolume'> & { volumes: number }>(
      `SELECT image.id AS imageId, image.series_id AS seriesId, hash, coalesce(volumes, 0) AS volumes
       FROM image_measure JOIN image ON image.id = image_id
       LEFT JOIN series_geometry ON series_geometry.series_id = image.series_id
       WHERE available = 1 AND levels >= ${FEW_LEVELS} AND ${condition} ORDER BY image_measure.image_id ${end}`,
      values,
    )
    .map(({ volumes, ...image }) => ({ ...image, inVolume: volumes > 0 }));
}

/** Hashes of those of the images `imageIds` that show something, by id. */
export function hashedImages(project: Project, imageIds: readonly number[]): HashedImage[] {
  return hashed(project, 'image_measure.image_id IN (SELECT value FROM json_each(?))', '', [JSON.stringify(imageIds)]);
}

/** Hashes of all images that show something, by id. */
export function* everyHashedImage(project: Project): Generator<HashedImage> {
  for (let last = -1; ; ) {
    const page = hashed(project, 'image_measure.image_id > ?', 'LIMIT ?', [last, PAGE]);
    yield* page;
    if (page.length < PAGE) return;
    last = page[page.length - 1]!.imageId;
  }
}

/** Replaces the flag `near-duplicate` of these images: each with the earlier image it resembles, or null for none. */
export function recordDuplicates(project: Project, found: ReadonlyMap<number, number | null>): void {
  const { database } = project.catalogue;
  database.transaction(() => {
    for (const [imageId, other] of found) {
      database.run("DELETE FROM image_flag WHERE image_id = ? AND flag = 'near-duplicate'", [imageId]);
      if (other === null) continue;
      const sql = "INSERT INTO image_flag (image_id, flag, other_id) VALUES (?, 'near-duplicate', ?)";
      database.run(sql, [imageId, other]);
    }
  });
}
