/** @file What a value of the image stands for in the real world, by a map of the file (PS3.3 C.7.6.16.2.11). */

import type { RealWorldScale } from '../../src-main/contract/pixels.js';

/** Modality values are of single precision: a stored value comes back from one with less error than this. */
const ROUNDING = 1e-3;

/** The real-world value of a modality value; null where the map does not speak of it. */
export function realWorldValue(scale: RealWorldScale, modality: number): number | null {
  const stored = (modality - scale.modality.intercept) / scale.modality.slope;
  if (!(stored >= scale.first - ROUNDING && stored <= scale.last + ROUNDING)) return null;
  if (scale.table === null) return stored * scale.slope + scale.intercept;
  return scale.table[Math.round(stored - scale.first)] ?? null;
}
