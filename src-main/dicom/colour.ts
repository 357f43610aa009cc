/** @file Colour to luminance and to RGB, for every photometric interpretation that has colour (PS3.3 C.7.6.3.1.2). */

import type { ImageHeader } from './header.js';
import type { LookupTable, Palette } from './lut.js';
import { lookUp } from './lut.js';
import { type SampleArray, storedNumbers } from './samples.js';

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

/** One frame of colour as it comes from a decoder. */
interface ColourFrame {
  header: Pick<
    ImageHeader,
    | 'photometricInterpretation'
    | 'bitsAllocated'
    | 'bitsStored'
    | 'highBit'
    | 'pixelRepresentation'
    | 'rows'
    | 'columns'
  >;
  /** [rows, columns, 3], or palette indices [rows, columns]. */
  values: SampleArray;
  mapping: { palette: Palette | null };
}

/**
 * Luminance and chrominance to RGB of 8 bits: of the full range, or of ITU-R BT.601's studio range (YBR_PARTIAL_...).
 *
 * @param bits of one sample; chrominance has its zero in the middle of them.
 */
function ybrToRgb(
  values: Float32Array,
  pixels: number,
  bits: number,
  partial: boolean,
): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(pixels * 3);
  const toByte = 255 / (2 ** bits - 1);
  const step = 2 ** (bits - 8);
  const black = partial ? 16 * step : 0;
  const gain = partial ? 255 / (219 * step) : toByte;
  const chroma = partial ? 255 / (224 * step) : toByte;
  const zero = 128 * step;
  for (let at = 0; at < pixels * 3; at += 3) {
    const y = gain * (values[at]! - black);
    const blue = chroma * (values[at + 1]! - zero);
    const red = chroma * (values[at + 2]! - zero);
    out[at] = y + 1.402 * red;
    out[at + 1] = y - ((BLUE * 1.772) / GREEN) * blue - ((RED * 1.402) / GREEN) * red;
    out[at + 2] = y + 1.772 * blue;
  }
  return out;
}

function paletteToRgb(indices: Float32Array, pixels: number, palette: Palette): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(pixels * 3);
  const level = (table: LookupTable, index: number): number => lookUp(table, index) >> (table.bits - 8);
  for (let i = 0; i < pixels; i++) {
    const index = indices[i]!;
    out[3 * i] = level(palette.red, index);
    out[3 * i + 1] = level(palette.green, index);
    out[3 * i + 2] = level(palette.blue, index);
  }
  return out;
}

/** One frame of colour as [rows, columns, 3]: red, green, blue of 8 bits; deeper samples lose their low bits. */
export function rgbOfFrame({ header, values, mapping }: ColourFrame): Uint8Array<ArrayBuffer> {
  const pixels = header.rows * header.columns;
  const { photometricInterpretation: photometric, bitsStored } = header;
  const { palette } = mapping;
  const numbers = storedNumbers(header, values, 0, palette === null ? pixels * 3 : pixels);
  if (palette !== null) return new Uint8Array(paletteToRgb(numbers, pixels, palette).buffer);
  if (photometric.startsWith('YBR')) {
    return new Uint8Array(ybrToRgb(numbers, pixels, bitsStored, photometric.startsWith('YBR_PARTIAL')).buffer);
  }
  if (bitsStored === 8) return new Uint8Array(numbers);
  const scale = 255 / (2 ** bitsStored - 1);
  return Uint8Array.from(numbers, (value) => Math.round(value * scale));
}
