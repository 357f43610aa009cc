/** @file Which part of each image is shown where images are cropped to the body, as the caches of a project have it. */

import type { Project } from '../catalogue/project.js';
import { samples } from '../catalogue/queries.js';
import { pixelsOfBox } from '../dicom/body-box.js';
import { recipeWith } from '../dicom/normalise.js';
import { cacheSides } from './side.js';
import { readStore, storeFiles } from './store.js';
import { cropBox } from './store-index.js';

export interface ShownPart {
  imageId: number;
  seriesId: number;
  path: string;
  /** Of the image, pixels. */
  rows: number;
  columns: number;
  /** First row and column that are shown to the one after the last; null: all of them. */
  shown: { top: number; left: number; bottom: number; right: number } | null;
}

/** The parts of all images that lie in a cropped cache, whatever its side; empty where nothing was cropped yet. */
export function shownParts(project: Project): ShownPart[] {
  const indexes = cacheSides.map((side) => readStore(storeFiles(project.pixelsFolder, side, recipeWith('body')), side));
  return samples(project, {}).flatMap(({ imageId, seriesId, path, rows, columns }) => {
    const stored = indexes.map((index) => index.stored.get(imageId)).find((row) => row !== undefined);
    if (stored === undefined) return [];
    const box = cropBox(stored.shown);
    return [{ imageId, seriesId, path, rows, columns, shown: box && pixelsOfBox(box, rows, columns) }];
  });
}
