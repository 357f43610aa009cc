/** @file A modality frame as training sees it: a square of 16-bit grey values that means the same for every scanner. */

import { PretextError } from '../base/errors.js';
import { type CropBox, pixelsOfBox } from './body-box.js';
import type { StoredPixels } from './decode.js';
import { invertMonochrome1, modalityFrame } from './grey.js';
import { type GreyByTable, greyByTable } from './grey-table.js';
import type { ImageHeader } from './header.js';
import { fitInside, readTable, resize, resizeByTable } from './resize.js';
import { shownByVoi, type ValueRange, type Voi, withoutPadding } from './voi.js';

/**
 * Version of everything that decides the values of a normalised frame. A cache that was made by another version is
 * made anew.
 */
export const NORMALISE_RECIPE = 3;

/** As `NORMALISE_RECIPE`, with each picture cropped to the body before it is scaled. */
export const CROPPED_RECIPE = 4;

/**
 * Versions that can be carried out: a model sees pixels as it was trained on them. 1: percentiles of the frame for
 * everything but CT, no VOI LUT, padding taken for values. 2: percentiles of the frame for MR as for everything else.
 * The crop is a version of its own, so that whatever keeps a version keeps it too.
 */
export const NORMALISE_RECIPES: readonly number[] = [1, 2, NORMALISE_RECIPE, CROPPED_RECIPE];

/** The first version that takes MR by the percentiles of its series. */
const BY_SERIES_SINCE = 3;

/** Whether version `recipe` looks at whole series. */
export function looksAtSeries(recipe: number): boolean {
  return recipe >= BY_SERIES_SINCE;
}

/** To what pictures are cropped before they are scaled. */
export type Crop = 'none' | 'body';

/** Today's version with this crop. */
export function recipeWith(crop: Crop): number {
  return crop === 'body' ? CROPPED_RECIPE : NORMALISE_RECIPE;
}

/** The crop of version `recipe`. */
export function cropOf(recipe: number): Crop {
  return recipe === CROPPED_RECIPE ? 'body' : 'none';
}

/**
 * Whether an image is scaled by its series: grey MR. Its values have no unit, and one scan has one scale: a slice at the
 * end of the head, which is dark, stays dark beside its neighbours.
 */
export function isScaledBySeries(modality: string | null, photometricInterpretation: string): boolean {
  return modality === 'MR' && photometricInterpretation.startsWith('MONOCHROME');
}

/** @throws PretextError `bad-file` where this program does not know how version `recipe` prepares pixels. */
export function requireRecipe(recipe: number): void {
  if (NORMALISE_RECIPES.includes(recipe)) return;
  throw new PretextError({
    code: 'bad-file',
    message: `It was trained on pixels that were prepared in another way (version ${recipe}; this Pretext knows ${NORMALISE_RECIPES.join(', ')}).`,
    remedy: 'Use the newer Pretext that made it, or train anew with this one.',
  });
}

/**
 * Window for CT in Hounsfield units. It is fixed and not the header's: Hounsfield units are absolute, so one window
 * keeps the same tissue at the same grey in every image, and it reaches from air (-1000) past cortical bone. 16 bits
 * resolve 1/32 of a unit in it, so that a narrower window can still be taken from the result.
 */
export const CT_WINDOW = { low: -1024, high: 1024 } as const;

/** Percentiles that become black and white where values have no absolute scale; they leave out hot pixels and markers. */
export const PERCENTILES = { low: 0.005, high: 0.995 } as const;

/** At most this many pixels, evenly spread, are sorted to find percentiles. */
const PERCENTILE_SAMPLE = 65_536;

/** True where the values are Hounsfield units: grey CT with a value range below zero, no screenshots or derived maps. */
export function isHounsfield(
  header: Pick<
    ImageHeader,
    | 'modality'
    | 'samplesPerPixel'
    | 'photometricInterpretation'
    | 'bitsStored'
    | 'rescaleIntercept'
    | 'pixelRepresentation'
  >,
): boolean {
  return (
    header.modality === 'CT' &&
    header.samplesPerPixel === 1 &&
    header.photometricInterpretation.startsWith('MONOCHROME') &&
    header.bitsStored > 8 &&
    (header.rescaleIntercept < 0 || header.pixelRepresentation === 1)
  );
}

/** Values at the two percentiles, with linear interpolation between ranks; values that are not finite are left out. */
export function percentileRange(values: Float32Array): ValueRange {
  const count = Math.min(values.length, PERCENTILE_SAMPLE);
  const step = values.length / count;
  const sample = new Float32Array(count);
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const value = values[Math.floor(i * step)]!;
    if (Number.isFinite(value)) sample[kept++] = value;
  }
  return percentilesOf(sample.subarray(0, kept));
}

/** Values at the two percentiles of a sample, which is sorted; 0 and 1 for none. */
export function percentilesOf(sample: Float32Array): ValueRange {
  if (sample.length === 0) return { low: 0, high: 1 };
  const sorted = sample.sort();
  const at = (fraction: number): number => {
    const rank = fraction * (sorted.length - 1);
    const below = sorted[Math.floor(rank)]!;
    return below + (sorted[Math.ceil(rank)]! - below) * (rank - Math.floor(rank));
  };
  return { low: at(PERCENTILES.low), high: at(PERCENTILES.high) };
}

/** Values to 0 .. 1 between `low` and `high`; a flat image becomes 0, and so do values that are not finite. */
function rescaleToUnit(values: Float32Array, low: number, high: number): Float32Array {
  const scale = high > low ? 1 / (high - low) : 0;
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = (values[i]! - low) * scale;
    out[i] = value > 0 ? Math.min(value, 1) : 0;
  }
  return out;
}

/** What the file says of one frame beside its values. */
export interface FrameGuide {
  voi: Voi | null;
  /** Modality values that stand for no measurement. */
  padding: ValueRange | null;
  /** Modality values that become black and white in its series; null: those of the frame itself. */
  series?: ValueRange | null;
  /** The part of the picture that is taken; null: all of it. */
  box?: CropBox | null;
}

const NO_GUIDE: FrameGuide = { voi: null, padding: null };

/** Radiographs: their values have no scale in common, and their maker's VOI transformation is part of the picture. */
const RADIOGRAPHS = new Set(['CR', 'DX', 'IO', 'MG', 'PX', 'RG']);

/** A VOI transformation that leaves less than this between the percentiles of a frame is not made for it. */
const LEAST_VOI_SPREAD = 0.1;

/** A radiograph as its VOI LUT or window shows it, 0 .. 1; null for others, and where that would hide the picture. */
function radiographByVoi(modality: Float32Array, header: ImageHeader, guide: FrameGuide): Float32Array | null {
  if (guide.voi === null || header.samplesPerPixel !== 1 || !RADIOGRAPHS.has(header.modality ?? '')) return null;
  const kept = shownByVoi(withoutPadding(modality, guide.padding), guide.voi);
  if (kept === null) return null;
  const { low, high } = percentileRange(kept);
  return high - low < LEAST_VOI_SPREAD ? null : shownByVoi(modality, guide.voi);
}

function seriesRange(header: ImageHeader, { series }: FrameGuide): ValueRange | null {
  return isScaledBySeries(header.modality, header.photometricInterpretation) ? (series ?? null) : null;
}

/** Grey 0 .. 1 of a frame of modality values: scaled, MONOCHROME1 inverted, padding 0. */
function greyFrame(modality: Float32Array, header: ImageHeader, guide: FrameGuide): Float32Array {
  const { padding } = guide;
  const scaled = (): Float32Array => {
    const { low, high } = isHounsfield(header)
      ? CT_WINDOW
      : (seriesRange(header, guide) ?? percentileRange(withoutPadding(modality, padding)));
    return rescaleToUnit(modality, low, high);
  };
  const unit = invertMonochrome1(radiographByVoi(modality, header, guide) ?? scaled(), header);
  if (padding !== null) {
    for (let i = 0; i < unit.length; i++) {
      if (modality[i]! >= padding.low && modality[i]! <= padding.high) unit[i] = 0;
    }
  }
  return unit;
}

/** Grey 0 .. 1 [rows, columns], as it is or by table. */
export type Grey = Float32Array | GreyByTable;

/** Grey 0 .. 1 [rows, columns] as it is. */
export function greyValues(grey: Grey): Float32Array {
  return 'table' in grey ? readTable(grey.places, grey.table) : grey;
}

/** The part in a box of an image [rows, columns]. */
function cut<T extends Float32Array | Uint16Array>(image: T, rows: number, columns: number, box: CropBox) {
  const { top, left, bottom, right } = pixelsOfBox(box, rows, columns);
  const part = image.slice(0, (bottom - top) * (right - left)) as T;
  for (let row = top, to = 0; row < bottom; row++, to += right - left) {
    part.set(image.subarray(row * columns + left, row * columns + right), to);
  }
  return { part, rows: bottom - top, columns: right - left };
}

/** Grey 0 .. 1 [rows, columns], or the part of it in a box, in the middle of a square [side, side] of 0 .. 65535. */
export function inSquare(
  whole: Grey,
  size: Pick<ImageHeader, 'rows' | 'columns' | 'pixelAspectRatio'>,
  side: number,
  box: CropBox | null = null,
): Uint16Array {
  const image = 'table' in whole ? whole.places : whole;
  const { part, rows, columns } = box === null ? { ...size, part: image } : cut(image, size.rows, size.columns, box);
  const { height, width } = fitInside(rows, columns, size.pixelAspectRatio, side);
  const picture =
    'table' in whole
      ? resizeByTable(part as Uint16Array, whole.table, rows, columns, height, width)
      : resize(part as Float32Array, rows, columns, height, width);
  const out = new Uint16Array(side * side);
  const top = (side - height) >> 1;
  const left = (side - width) >> 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      out[(top + y) * side + left + x] = Math.min(65535, Math.max(0, Math.round(picture[y * width + x]! * 65535)));
    }
  }
  return out;
}

/**
 * One frame as a square of `side` pixels, 0 .. 65535: CT by `CT_WINDOW`, radiographs by their VOI LUT or window, MR by
 * the range of its series, everything else by `PERCENTILES` of the frame without its padding; MONOCHROME1 inverted,
 * padding 0, the longer side fitted with square pixels, centred on 0.
 *
 * @param modality values of `modalityFrame`, [rows, columns].
 * @returns [side, side].
 */
export function normaliseFrame(
  modality: Float32Array,
  rows: number,
  columns: number,
  header: ImageHeader,
  side: number,
  guide: FrameGuide = NO_GUIDE,
): Uint16Array {
  const size = { rows, columns, pixelAspectRatio: header.pixelAspectRatio };
  return inSquare(greyFrame(modality, header, guide), size, side, guide.box);
}

/**
 * Grey 0 .. 1 [rows, columns] of the stored pixels of one frame, as `normaliseFrame` brings it into a square; quicker than
 * by `modalityFrame` where the values are Hounsfield units.
 *
 * @param header of the file.
 */
export function greyOfPixels(pixels: StoredPixels, header: ImageHeader, guide: FrameGuide = NO_GUIDE): Grey {
  const grey = (from: StoredPixels): Float32Array => greyFrame(modalityFrame(from, 0), header, guide);
  return (isHounsfield(header) ? greyByTable(pixels, guide.padding, grey) : null) ?? grey(pixels);
}

/** `normaliseFrame` of the stored pixels of one frame. @param header of the file. @returns [side, side]. */
export function normalisePixels(
  pixels: StoredPixels,
  header: ImageHeader,
  side: number,
  guide: FrameGuide = NO_GUIDE,
): Uint16Array {
  return inSquare(greyOfPixels(pixels, header, guide), header, side, guide.box);
}
