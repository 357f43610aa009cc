/** @file Pictures of bodies that tests compute: an ellipse in air, the table under it, noise. */

import { Random } from '../../src-main/base/random.js';

export interface Ellipse {
  /** Centre and half axes, pixels. */
  row: number;
  column: number;
  halfHeight: number;
  halfWidth: number;
}

export interface Phantom {
  rows: number;
  columns: number;
  /** Values of air, body and table. */
  air: number;
  body: number;
  table?: { row: number; thickness: number; value: number };
  /** Standard deviation of what is added to every value. */
  noise: number;
  ellipses: readonly Ellipse[];
  seed: number;
}

export function isInside({ row, column, halfHeight, halfWidth }: Ellipse, y: number, x: number): boolean {
  return ((y - row) / halfHeight) ** 2 + ((x - column) / halfWidth) ** 2 <= 1;
}

/** [rows, columns] */
export function phantom(of: Phantom): Float32Array {
  const random = new Random(of.seed);
  return Float32Array.from({ length: of.rows * of.columns }, (_, index) => {
    const y = Math.floor(index / of.columns);
    const x = index % of.columns;
    const { table } = of;
    const onTable = table !== undefined && y >= table.row && y < table.row + table.thickness;
    const value = of.ellipses.some((ellipse) => isInside(ellipse, y, x)) ? of.body : onTable ? table.value : of.air;
    return value + of.noise * random.normal();
  });
}

/** Stored values of CT with Rescale Intercept -1024. */
export function stored(hounsfield: Float32Array): Uint16Array {
  return Uint16Array.from(hounsfield, (value) => Math.min(4095, Math.max(0, Math.round(value + 1024))));
}
