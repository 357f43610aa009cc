/**
 * @file Normalised grey by table: where a value of 16 bits alone decides its grey, as with Hounsfield units, the arithmetic
 * of `modalityFrame` and `normaliseFrame` is done once for each value and not for each pixel. The results are the same bit
 * for bit, because the table is made by that very arithmetic.
 */

import type { StoredPixels } from './decode.js';
import type { ImageHeader } from './header.js';
import type { ValueRange } from './voi.js';

/** Values that 16 bits can have. */
const VALUES = 65_536;
/** Tables that are kept: one for each series that is being read. */
const MOST_TABLES = 4;

/** Every value of 16 bits, in the order of its bits read as an unsigned number. */
const UNSIGNED = Uint16Array.from({ length: VALUES }, (_, bits) => bits);

/** Tables by what they were made for, the one used last at the end. */
const tables = new Map<string, Float32Array>();

function keyOf({ header, mapping }: StoredPixels, padding: ValueRange | null): string {
  const { bitsStored, highBit, pixelRepresentation, photometricInterpretation } = header;
  const own = mapping.rescales[0];
  return [
    [bitsStored, highBit, pixelRepresentation, photometricInterpretation],
    [own?.slope ?? header.rescaleSlope, own?.intercept ?? header.rescaleIntercept],
    [padding?.low, padding?.high],
  ].join(' ');
}

/** A frame as places of a table of 65,536 grey values, 0 .. 1. */
export interface GreyByTable {
  /** [rows, columns] */
  places: Uint16Array;
  table: Float32Array;
}

/**
 * The grey of one frame by table, or null where the frame is too small to be worth a table, or has other tables.
 *
 * @param make gives the grey of a frame of pixels, each of which depends on its own value alone
 */
export function greyByTable(
  pixels: StoredPixels,
  padding: ValueRange | null,
  make: (all: StoredPixels) => Float32Array,
): GreyByTable | null {
  const { header, values, mapping } = pixels;
  const isWord = values instanceof Uint16Array || values instanceof Int16Array;
  if (!isWord || values.length < 2 * VALUES || mapping.palette !== null || mapping.modalityLut !== null) return null;
  const key = keyOf(pixels, padding);
  let table = tables.get(key);
  if (table === undefined) {
    const all = values instanceof Int16Array ? new Int16Array(UNSIGNED.buffer) : UNSIGNED;
    const wide: ImageHeader = { ...header, rows: 256, columns: 256, numberOfFrames: 1 };
    table = make({ header: wide, values: all, mapping });
  }
  tables.delete(key);
  tables.set(key, table);
  const [oldest] = tables.keys();
  if (tables.size > MOST_TABLES && oldest !== undefined) tables.delete(oldest);
  return { places: new Uint16Array(values.buffer, values.byteOffset, values.length), table };
}
