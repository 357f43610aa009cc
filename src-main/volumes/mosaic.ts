/** @file Siemens mosaics: one picture with the slices of a volume as tiles. */

import { axesOf, type Plane, plus } from './plane.js';
import type { Volume } from './stack.js';

export interface Mosaic {
  plane: Plane;
  /** Slices in the picture; with `atMost`, places for slices, of which the last may be empty. */
  tiles: number;
  atMost: boolean;
  /** Spacing Between Slices (0018,0088), millimetres. */
  sliceSpacing: number | null;
}

/** Tiles in a row of the picture, which holds as many rows of them. */
export function tilesAcross(tiles: number): number {
  return Math.ceil(Math.sqrt(tiles));
}

/**
 * The volume in a mosaic: every slice is of the one image, tile by tile from the top left. The stored position is that
 * of the whole picture as if it were one slice around the same centre; it is moved to the first tile here.
 *
 * @returns null where spacing, position or orientation is missing or the tiles do not fit.
 */
export function mosaicVolume({ plane, tiles, sliceSpacing }: Mosaic): Volume | null {
  const { position, orientation, spacing } = plane;
  const across = tilesAcross(tiles);
  if (position === null || orientation === null || spacing === null || sliceSpacing === null) return null;
  if (plane.rows % across !== 0 || plane.columns % across !== 0) return null;
  const axes = axesOf(orientation);
  if (axes === null) return null;
  const [rows, columns] = [plane.rows / across, plane.columns / across];
  const shifted = plus(position, axes.x, ((plane.columns - columns) / 2) * spacing[1]);
  const origin = plus(shifted, axes.y, ((plane.rows - rows) / 2) * spacing[0]);
  return {
    slices: Array.from({ length: tiles }, () => ({ imageId: plane.imageId, frame: plane.frame })),
    size: [tiles, rows, columns],
    spacing: [sliceSpacing, spacing[0], spacing[1]],
    direction: [0, 1, 2].flatMap((row) => [axes.x[row]!, axes.y[row]!, axes.normal[row]!]),
    origin: [...origin],
  };
}
