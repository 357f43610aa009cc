/**
 * @file Pictures of a model for the window: `/data/heatmap/MODEL/IMAGE`, the map of what its answer depends on, and
 * `/data/seen/MODEL/IMAGE`, the image at the size that the model reads it from, on which the map lies exactly.
 */

import { existsSync, readFileSync } from 'node:fs';
import { CachedPictures } from '../pixels/pictures.js';
import { mapPaths } from '../training/explain.js';
import { modelPaths, readModelCard } from '../training/model-store.js';
import type { Route } from './scheme.js';
import type { Workbench } from './workbench.js';

const HEADER_BYTES = 54;
const PALETTE_BYTES = 1024;

/**
 * Grey levels [rows, columns] as an 8-bit bitmap file, uncompressed: the picture never leaves the computer.
 */
function greyBitmap(grey: Uint8Array, rows: number, columns: number): Uint8Array<ArrayBuffer> {
  // Each row is padded to four bytes, and rows run from the bottom up.
  const stride = (columns + 3) & ~3;
  const offset = HEADER_BYTES + PALETTE_BYTES;
  const file = new Uint8Array(offset + stride * rows);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(2, file.length, true);
  view.setUint32(10, offset, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, columns, true);
  view.setInt32(22, rows, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 8, true);
  view.setUint32(34, stride * rows, true);
  view.setUint32(46, 256, true);
  for (let level = 0; level < 256; level++) file.fill(level, HEADER_BYTES + 4 * level, HEADER_BYTES + 4 * level + 3);
  for (let row = 0; row < rows; row++) {
    file.set(grey.subarray(row * columns, (row + 1) * columns), offset + (rows - 1 - row) * stride);
  }
  return file;
}

/** Model and image of a path; null where they could not be ones of the open project. */
function partsOf(workbench: Workbench, parts: readonly string[]): { model: string; imageId: number } | null {
  const [model = '', image = ''] = parts;
  if (parts.length !== 2 || !/^\w[\w.-]{0,120}$/.test(model) || !/^[1-9]\d{0,14}$/.test(image)) return null;
  if (!workbench.hasProject || !existsSync(modelPaths(workbench.project, model).card)) return null;
  return { model, imageId: Number(image) };
}

export function heatmapRoute(workbench: Workbench): Route {
  return (parts) => {
    const asked = partsOf(workbench, parts);
    if (asked === null) return null;
    const { picture } = mapPaths(workbench.project, asked.model, asked.imageId);
    return existsSync(picture) ? { type: 'image/png', body: new Uint8Array(readFileSync(picture)) } : null;
  };
}

export function seenRoute(workbench: Workbench): Route {
  const open = new Map<string, CachedPictures>();
  workbench.onClose(() => {
    for (const cache of open.values()) cache.close();
    open.clear();
  });
  return (parts) => {
    const asked = partsOf(workbench, parts);
    if (asked === null) return null;
    const { project } = workbench;
    const { cacheSide, normalisation } = readModelCard(project, asked.model);
    const key = `${cacheSide} ${normalisation}`;
    const cache = open.get(key) ?? new CachedPictures(project, cacheSide, normalisation);
    open.set(key, cache);
    const grey = cache.read(asked.imageId, 0);
    return grey && { type: 'image/bmp', body: greyBitmap(grey, cacheSide, cacheSide) };
  };
}
