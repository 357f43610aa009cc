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

/** Images that were measured already. */
export function measuredImages(project: Project): Set<number> {
  const rows = project.catalogue.database.all<{ id: number }>('SELECT image_id AS id FROM image_measure');
  return new Set(rows.map(({ id }) => id));
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

/** Hashes of the images that show something, by id. @param imageIds only these, where given */
export function hashedImages(project: Project, imageIds?: readonly number[]): HashedImage[] {
  const some = imageIds === undefined ? '' : 'AND image.id IN (SELECT value FROM json_each(?))';
  return project.catalogue.database
    .all<Omit<HashedImage, 'inVolume'> & { volumes: number }>(
      `SELECT image.id AS imageId, image.series_id AS seriesId, hash, coalesce(volumes, 0) AS volumes
       FROM image_measure JOIN image ON image.id = image_id
       LEFT JOIN series_geometry ON series_geometry.series_id = image.series_id
       WHERE available = 1 AND levels >= ${FEW_LEVELS} ${some} ORDER BY image.id`,
      imageIds === undefined ? [] : [JSON.stringify(imageIds)],
    )
    .map(({ volumes, ...image }) => ({ ...image, inVolume: volumes > 0 }));
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
