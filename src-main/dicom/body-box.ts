/**
 * @file The box around the body, the breast or the exposed field of a picture, by the kind of its values: Hounsfield units
 * and the values of MR against air, everything else against what lies at the picture's border.
 */

import { boxOfMask, type CellBox, filled, flood, inverted } from './cell-mask.js';
import type { Overview } from './overview.js';
import type { ValueRange } from './voi.js';

/** A part of a picture, as shares of its height and width; whole pictures have none. */
export type CropBox = CellBox;

/** Hounsfield units above which a place is body and not air: half way from air (-1000) to water (0). */
export const BODY_HOUNSFIELD = -500;

/**
 * Share of the way from the robust minimum to the robust maximum of an MR series above which a place is no background:
 * Smith 2002 (Fast robust automated brain extraction, Human Brain Mapping 17:143-155) takes as much.
 */
export const MR_BODY_SHARE = 0.1;

/** Cells along a side that a picture needs for its body to be looked for. */
const LEAST_CELLS = 8;
/** Of each side of the picture, left around the body. */
const MARGIN = 0.03;
/** Boxes of less or more than these shares of the area are not taken: the picture stays whole. */
const LEAST_AREA = 0.1;
const MOST_AREA = 0.95;
/** Boxes are kept with this many steps to a side, rounded outwards. */
const STEPS = 10_000;

/** Grey below which a border can be air, a shutter, or the surrounding of a sector. */
const DARK = 0.15;
/** Grey by which places are told from such a border: this many times its own spread, within limits. */
const SPREADS = 3;
const ABOVE_DARK = { least: 0.003, most: 0.05 } as const;
/** Share of the border that has to be dark for it to count as background. */
const DARK_BORDER = 0.1;
/**
 * A row or column is blank where all but this share of its cells keep within this grey of the outermost one's median, and
 * that is as near to black or white as `DARK`: what lies between is the picture, such as the ground of an angiogram.
 */
const BLANK_EXCEPT = 0.05;
const BLANK_SPREAD = 0.03;

const BLANK_BOX = 1 / STEPS;

function sharesOf({ top, left, bottom, right }: CellBox, { rows, columns, block }: Overview): CropBox {
  return {
    top: (top * block) / rows,
    left: (left * block) / columns,
    bottom: Math.min(1, (bottom * block) / rows),
    right: Math.min(1, (right * block) / columns),
  };
}

function boxIn(mask: Uint8Array, overview: Overview): CropBox | null {
  const box = boxOfMask(mask, overview.height, overview.width);
  return box === null ? null : sharesOf(box, overview);
}

function isTooSmall({ height, width }: Overview): boolean {
  return height < LEAST_CELLS || width < LEAST_CELLS;
}

/** Cells above a threshold; those without a value are not. */
function above({ cells }: Overview, threshold: number): Uint8Array {
  const mask = new Uint8Array(cells.length);
  for (let cell = 0; cell < mask.length; cell++) mask[cell] = cells[cell]! > threshold ? 1 : 0;
  return mask;
}

/** The box around what is no air in a CT frame of Hounsfield units; null where nothing of a body's size is. */
export function boxInHounsfield(overview: Overview): CropBox | null {
  return isTooSmall(overview) ? null : boxIn(above(overview, BODY_HOUNSFIELD), overview);
}

/**
 * The box around what is no air in an MR frame, by the robust range of its series or of itself. Holes are filled first:
 * the scalp is a thin ring around bone, which is as dark as air.
 */
export function boxInRange(overview: Overview, { low, high }: ValueRange): CropBox | null {
  if (isTooSmall(overview) || !(high > low)) return null;
  const mask = above(overview, low + MR_BODY_SHARE * (high - low));
  return boxIn(filled(mask, overview.height, overview.width), overview);
}

function medianOf(values: Float32Array): number {
  return values.sort()[values.length >> 1]!;
}

/** The cells of the rectangle's outermost line on one side: `count` of them, `step` apart. */
function lineOf({ top, left, bottom, right }: CellBox, side: keyof CellBox, width: number) {
  if (side === 'top' || side === 'bottom') {
    return { first: (side === 'top' ? top : bottom - 1) * width + left, step: 1, count: right - left };
  }
  return { first: top * width + (side === 'left' ? left : right - 1), step: width, count: bottom - top };
}

type Line = ReturnType<typeof lineOf>;

/** Greys of a line, of the cells that have a value. */
function greysOf(cells: Float32Array, { first, step, count }: Line): Float32Array {
  const greys = new Float32Array(count);
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const grey = cells[first + i * step]!;
    if (!Number.isNaN(grey)) greys[kept++] = grey;
  }
  return greys.subarray(0, kept);
}

/** Whether all but `BLANK_EXCEPT` of a line's cells lie near `level`; those without a value do. */
function isBlank(cells: Float32Array, { first, step, count }: Line, level: number): boolean {
  let others = 0;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const distance = Math.abs(cells[first + i * step]! - level);
    if (distance > BLANK_SPREAD) others++;
    if (!Number.isNaN(distance)) kept++;
  }
  return others <= BLANK_EXCEPT * kept;
}

const SIDES = ['top', 'bottom', 'left', 'right'] as const;

/** The rectangle without the blank lines of its sides: what a collimator left unexposed, black or white. */
function withoutBlankLines({ cells, height, width }: Overview): CellBox | null {
  const rectangle: CellBox = { top: 0, left: 0, bottom: height, right: width };
  for (const side of [...SIDES, ...SIDES]) {
    const outermost = greysOf(cells, lineOf(rectangle, side, width));
    const level = outermost.length === 0 ? 0 : medianOf(outermost);
    if (level > DARK && level < 1 - DARK) continue;
    while (isBlank(cells, lineOf(rectangle, side, width), level)) {
      rectangle[side] += side === 'top' || side === 'left' ? 1 : -1;
      if (rectangle.top >= rectangle.bottom || rectangle.left >= rectangle.right) return null;
    }
  }
  return rectangle;
}

/** The grey below which places are as dark as these of the border. */
function aboveDark(greys: Float32Array): number {
  if (greys.length === 0) return ABOVE_DARK.least;
  const level = medianOf(greys);
  const spread = SPREADS * medianOf(greys.map((grey) => Math.abs(grey - level)));
  return level + Math.min(ABOVE_DARK.most, Math.max(ABOVE_DARK.least, spread));
}

/**
 * The box around what is no background of a picture of grey 0 .. 1: its sides without blank rows and columns, and of
 * the rest what is not reached from a dark border over what is as dark. Null where nothing is left.
 */
export function boxWithinBorder(overview: Overview): CropBox | null {
  if (isTooSmall(overview)) return null;
  const { cells, height, width } = overview;
  const rectangle = withoutBlankLines(overview);
  if (rectangle === null) return null;
  const border = SIDES.flatMap((side) => {
    const { first, step, count } = lineOf(rectangle, side, width);
    return Array.from({ length: count }, (_, i) => first + i * step);
  });
  const dark = border.filter((cell) => !(cells[cell]! > DARK));
  const background = new Uint8Array(cells.length);
  if (dark.length >= DARK_BORDER * border.length) {
    const greys = Float32Array.from(dark, (cell) => cells[cell]!).filter((grey) => !Number.isNaN(grey));
    const foreground = above(overview, aboveDark(greys));
    flood(inverted(foreground), height, width, border, background, new Int32Array(cells.length));
  }
  const mask = new Uint8Array(cells.length);
  for (let y = rectangle.top; y < rectangle.bottom; y++) {
    for (let x = rectangle.left; x < rectangle.right; x++) mask[y * width + x] = 1 - background[y * width + x]!;
  }
  return boxIn(mask, overview);
}

/** The box with its margin; null, the whole picture, where it would leave out next to nothing, or nearly everything. */
export function withMargin(box: CropBox | null): CropBox | null {
  if (box === null) return null;
  const outwards = (share: number, margin: number): number => {
    const moved = (share + margin) * STEPS;
    return Math.min(1, Math.max(0, (margin < 0 ? Math.floor(moved) : Math.ceil(moved)) / STEPS));
  };
  const wide: CropBox = {
    top: outwards(box.top, -MARGIN),
    left: outwards(box.left, -MARGIN),
    bottom: outwards(box.bottom, MARGIN),
    right: outwards(box.right, MARGIN),
  };
  const area = (wide.bottom - wide.top) * (wide.right - wide.left);
  return area < LEAST_AREA || area > MOST_AREA ? null : wide;
}

/** Whether these are the shares of a box that is not empty. */
export function isCropBox({ top, left, bottom, right }: CropBox): boolean {
  const inside = [top, left, bottom, right].every((share) => share >= 0 && share <= 1);
  return inside && bottom - top >= BLANK_BOX && right - left >= BLANK_BOX;
}

/** The pixels of a box: first row and column to the one after the last, at least one of each. */
export function pixelsOfBox({ top, left, bottom, right }: CropBox, rows: number, columns: number): CellBox {
  // Shares are rounded: what is a whole number of pixels but for that is taken for it.
  const down = (share: number, length: number): number => Math.min(length - 1, Math.floor(share * length + 1e-6));
  const up = (share: number, length: number): number => Math.min(length, Math.ceil(share * length - 1e-6));
  const first = { top: down(top, rows), left: down(left, columns) };
  return {
    ...first,
    bottom: Math.max(first.top + 1, up(bottom, rows)),
    right: Math.max(first.left + 1, up(right, columns)),
  };
}
