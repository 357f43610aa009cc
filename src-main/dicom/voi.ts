/** @file What the file says about showing a frame: windows, VOI LUT (PS3.3 C.11.2), pixel padding (C.7.5.1.1.2). */

import type { ValueMapping } from './decode.js';
import { type WindowFunction, windowed } from './grey.js';
import type { ImageHeader } from './header.js';
import { type LookupTable, lookUp, readVoiLut, type VoiTable } from './lut.js';
import type { ValueReader } from './values.js';

/** A window of the header, in modality values (PS3.3 C.11.2.1.2). */
export interface HeaderWindow {
  centre: number;
  width: number;
  /** Window Center & Width Explanation (0028,1055). */
  explanation: string | null;
}

export interface Voi {
  windows: HeaderWindow[];
  windowFunction: WindowFunction;
  /** From modality values, those that are sound. */
  luts: NamedLut[];
}

export interface NamedLut {
  table: VoiTable;
  /** LUT Explanation (0028,3003). */
  explanation: string | null;
}

/** A closed range of modality values. */
export interface ValueRange {
  low: number;
  high: number;
}

/** The data sets that speak for one frame, the most particular first: its own functional groups, the shared ones, the top. */
export function levelsOf(elements: ValueReader, frame: number): ValueReader[] {
  const own = elements.item('x52009230', frame);
  return [own, elements.item('x52009229'), elements].filter((level) => level !== null);
}

/** The functional group macro `tag` of a frame, else the top level of the data set. */
export function macroOf(levels: ValueReader[], tag: string): ValueReader {
  for (const level of levels) {
    const item = level.item(tag);
    if (item !== null) return item;
  }
  return levels[levels.length - 1]!;
}

/**
 * Windows and VOI LUTs of a frame.
 *
 * @param mostLuts of the sequence that are read.
 */
export function voiOf(levels: ValueReader[], header: ImageHeader, mostLuts = 1): Voi {
  const voi = macroOf(levels, 'x00289132');
  const named = voi.firstText('x00281056');
  const windowFunction = named === 'LINEAR_EXACT' || named === 'SIGMOID' ? named : 'LINEAR';
  const widths = voi.decimals('x00281051');
  const explanations = voi.text('x00281055')?.split('\\') ?? [];
  const least = windowFunction === 'LINEAR' ? 1 : Number.MIN_VALUE;
  const windows = voi.decimals('x00281050').flatMap((centre, index) => {
    const width = widths[index];
    if (width === undefined || width < least) return [];
    return [{ centre, width, explanation: explanations[index]?.trim() || null }];
  });
  const signed = header.pixelRepresentation === 1 || header.rescaleIntercept < 0;
  return {
    windows,
    windowFunction,
    luts: voi
      .items('x00283010')
      .slice(0, mostLuts)
      .flatMap((item) => {
        const table = readVoiLut(item, signed);
        return table === null ? [] : [{ table, explanation: item.text('x00283003') }];
      }),
  };
}

/** Share of a table's output that lies below and above the window that stands for it. */
const LUT_ENDS = 0.02;

/**
 * The linear window that comes nearest to a VOI LUT, from which a viewer's window is dragged: from where the table's
 * output leaves its lowest value to where it reaches its highest. Null where the table is flat or falls.
 */
export function windowOfLut(lut: LookupTable): { centre: number; width: number } | null {
  const { entries, first } = lut;
  const darkest = entries[0]!;
  const span = entries[entries.length - 1]! - darkest;
  if (span <= 0) return null;
  const from = entries.findIndex((entry) => entry > darkest + LUT_ENDS * span);
  const to = entries.findIndex((entry) => entry >= darkest + (1 - LUT_ENDS) * span);
  const width = Math.max(1, to - from + 1);
  return { centre: first + (from + to + 1) / 2, width };
}

/** Modality values as the file's VOI LUT, else its first window, shows them, 0 .. 1; null where it has neither. */
export function shownByVoi(values: Float32Array, voi: Voi): Float32Array | null {
  const lut = voi.luts[0]?.table;
  if (lut !== undefined) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const entry of lut.entries) {
      low = Math.min(low, entry);
      high = Math.max(high, entry);
    }
    if (high <= low) return null;
    return values.map((value) => (lookUp(lut, Math.round(value)) - low) / (high - low));
  }
  const [window] = voi.windows;
  return window === undefined ? null : windowed(values, window.centre, window.width, voi.windowFunction);
}

/** Pixel Padding Value to Pixel Padding Range Limit (0028,0120) and (0028,0121) as modality values; null without them. */
export function paddingOf(elements: ValueReader, header: ImageHeader, mapping: ValueMapping): ValueRange | null {
  const read = (tag: string): number | null =>
    header.pixelRepresentation === 1 ? elements.signed16(tag) : elements.unsigned16(tag);
  const first = read('x00280120');
  if (first === null || header.samplesPerPixel !== 1) return null;
  const [own] = mapping.rescales;
  const slope = own?.slope ?? header.rescaleSlope;
  const intercept = own?.intercept ?? header.rescaleIntercept;
  const { modalityLut } = mapping;
  const ends = [first, read('x00280121') ?? first].map((stored) =>
    modalityLut === null ? Math.fround(stored * slope + intercept) : lookUp(modalityLut, stored),
  );
  return { low: Math.min(...ends), high: Math.max(...ends) };
}

/** The values that are no padding; all of them where nothing else is left. */
export function withoutPadding(values: Float32Array, padding: ValueRange | null): Float32Array {
  if (padding === null) return values;
  const kept = values.filter((value) => value < padding.low || value > padding.high);
  return kept.length > 0 ? kept : values;
}
