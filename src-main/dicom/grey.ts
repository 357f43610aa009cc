/** @file Stored pixels to grey: modality values, window, photometric inversion (PS3.3 C.11.1 and C.11.2). */

import { luminanceOfPalette, luminanceOfRgb, luminanceOfYbr } from './colour.js';
import type { StoredPixels } from './decode.js';
import type { ImageHeader } from './header.js';
import { lookUp } from './lut.js';
import { storedNumbers } from './samples.js';

/**
 * One frame as modality values (Hounsfield units for CT) in [rows, columns]; colour becomes luminance. MONOCHROME1 is
 * not inverted here.
 *
 * @param frame counted from 0.
 */
export function modalityFrame(pixels: StoredPixels, frame: number): Float32Array {
  const { header, values, mapping } = pixels;
  const count = header.rows * header.columns;
  const first = frame * count * header.samplesPerPixel;
  if (header.samplesPerPixel === 3) {
    return header.photometricInterpretation.startsWith('YBR')
      ? luminanceOfYbr(values, first, count)
      : luminanceOfRgb(values, first, count);
  }
  const stored = storedNumbers(header, values, first, count);
  if (mapping.palette !== null) return luminanceOfPalette(stored, mapping.palette);
  const lut = mapping.modalityLut;
  if (lut !== null) return stored.map((value) => lookUp(lut, value));
  const own = mapping.rescales[frame];
  const slope = own?.slope ?? header.rescaleSlope;
  const intercept = own?.intercept ?? header.rescaleIntercept;
  if (slope === 1 && intercept === 0) return stored;
  for (let i = 0; i < count; i++) stored[i] = stored[i]! * slope + intercept;
  return stored;
}

export type WindowFunction = ImageHeader['windowFunction'];

/**
 * Window of PS3.3 C.11.2.1.2 to 0 .. 1.
 *
 * LINEAR is C.11.2.1.2.1, with its half-pixel conventions: the ramp goes from centre - 0.5 - (width - 1) / 2 to
 * centre - 0.5 + (width - 1) / 2, so that a width of 1 is a threshold. SIGMOID is C.11.2.1.3.1, LINEAR_EXACT
 * C.11.2.1.3.2.
 *
 * @param width LINEAR: at least 1; the others: above 0. Smaller widths act as a threshold.
 */
export function windowed(values: Float32Array, centre: number, width: number, shape: WindowFunction): Float32Array {
  const out = new Float32Array(values.length);
  if (shape === 'SIGMOID' && width > 0) {
    for (let i = 0; i < values.length; i++) out[i] = 1 / (1 + Math.exp((-4 * (values[i]! - centre)) / width));
    return out;
  }
  const middle = shape === 'LINEAR' ? centre - 0.5 : centre;
  const span = Math.max(0, shape === 'LINEAR' ? width - 1 : width);
  const low = middle - span / 2;
  const high = middle + span / 2;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    out[i] = value <= low ? 0 : value > high ? 1 : (value - middle) / span + 0.5;
  }
  return out;
}

/** Turns 0 .. 1 around where the image is MONOCHROME1, so that bright is always the high value (C.7.6.3.1.2). */
export function invertMonochrome1(
  values: Float32Array,
  header: Pick<ImageHeader, 'photometricInterpretation'>,
): Float32Array {
  return header.photometricInterpretation === 'MONOCHROME1' ? values.map((value) => 1 - value) : values;
}
