/** @file Pictures for the window: `app://pretext/data/thumbnail/IMAGE/FRAME`, straight from the pixel cache. */

import { basename } from 'node:path';
import { CachedPictures } from '../pixels/pictures.js';
import type { Route } from './scheme.js';
import type { Workbench } from './workbench.js';

/** Side of the grid's pictures; a side of the pixel cache, so that a run at 80 px shares it. */
export const THUMBNAIL_SIDE = 128;

const HEADER_BYTES = 54;
const PALETTE_BYTES = 1024;

/**
 * Grey levels [rows, columns] as an 8-bit bitmap file. Uncompressed on purpose: the picture never leaves the computer,
 * and a fast scroll asks for hundreds a second.
 */
export function greyBitmap(grey: Uint8Array, rows: number, columns: number): Uint8Array<ArrayBuffer> {
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

export function thumbnailRoute(workbench: Workbench): Route {
  let pictures: { folder: string; cache: CachedPictures } | null = null;
  let prepared: string | null = null;
  /** An image without a picture is one that the command line took in: all that are missing are made, once. */
  const prepare = (folder: string) => {
    if (prepared === folder || workbench.jobs.live.some(({ kind }) => kind === 'import' || kind === 'pictures')) return;
    prepared = folder;
    workbench.jobs.start({
      kind: 'pictures',
      subject: basename(folder),
      folder,
      work: 'pictures',
      request: { project: folder, side: THUMBNAIL_SIDE },
      onEnd: () => workbench.changed('images'),
    });
  };
  return (parts) => {
    const [imageId, frame] = parts.map(Number);
    if (parts.length !== 2 || !Number.isSafeInteger(imageId) || !Number.isSafeInteger(frame) || frame < 0) return null;
    if (!workbench.hasProject) return null;
    const { project } = workbench;
    if (pictures?.folder !== project.folder) {
      pictures?.cache.close();
      pictures = { folder: project.folder, cache: new CachedPictures(project, THUMBNAIL_SIDE) };
    }
    const grey = pictures.cache.read(imageId, frame);
    if (grey === null && frame === 0) prepare(project.folder);
    return grey && { type: 'image/bmp', body: greyBitmap(grey, THUMBNAIL_SIDE, THUMBNAIL_SIDE) };
  };
}
