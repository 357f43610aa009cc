/** @file Colour to luminance, for every photometric interpretation that has colour (PS3.3 C.7.6.3.1.2). */

import type { Palette } from './lut.js';
import { lookUp } from './lut.js';
import type { SampleArray } from './samples.js';

/** Weights of ITU-R BT.601, which YBR_FULL is defined with. */
const RED = 0.299;
const GREEN = 0.587;
const BLUE = 0.114;

/** Luminance of one RGB frame, [pixels, 3] to [pixels], in the units of the samples. */
export function luminanceOfRgb(values: SampleArray, first: number, pixels: number): Float32Array {
  const out = new Float32Array(pixels);
  for (let i = 0, at = first; i < pixels; i++, at += 3) {
    out[i] = RED * values[at]! + GREEN * values[at + 1]! + BLUE * values[at + 2]!;
  }
  return out;
}

/** Luminance of one YBR frame, [pixels, 3] to [pixels]: the Y component. */
export function luminanceOfYbr(values: SampleArray, first: number, pixels: number): Float32Array {
  const out = new Float32Array(pixels);
  for (let i = 0, at = first; i < pixels; i++, at += 3) out[i] = values[at]!;
  return out;
}

/** Luminance of one frame of palette indices, in the units of the palette's entries. */
export function luminanceOfPalette(indices: Float32Array, palette: Palette): Float32Array {
  return indices.map(
    (index) =>
      RED * lookUp(palette.red, index) + GREEN * lookUp(palette.green, index) + BLUE * lookUp(palette.blue, index),
  );
}
