/** @file One frame in full resolution, with what a viewer has to know to show it and to measure in it. */

import { rgbOfFrame } from './colour.js';
import type { PixelSource } from './decode.js';
import { modalityFrame, type WindowFunction } from './grey.js';
import type { ImageHeader } from './header.js';
import { isHounsfield, percentileRange } from './normalise.js';
import { type RealWorld, realWorldOf } from './real-world.js';
import { refusal } from './refusal.js';
import type { ValueReader } from './values.js';
import {
  type HeaderWindow,
  levelsOf,
  macroOf,
  type NamedLut,
  paddingOf,
  voiOf,
  windowOfLut,
  withoutPadding,
} from './voi.js';

export type { HeaderWindow } from './voi.js';

/** Modality values in the smallest of these types that holds each of them. */
export type GreyValues =
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>;

export type DisplayPixels =
  | {
      kind: 'grey';
      /** [rows, columns] after modality LUT or rescale; Hounsfield units for CT. */
      values: GreyValues;
      /** MONOCHROME1: the lowest value is white (PS3.3 C.7.6.3.1.2). */
      inverted: boolean;
    }
  | {
      kind: 'colour';
      /** [rows, columns, 3]: red, green, blue. */
      values: Uint8Array<ArrayBuffer>;
    };

/**
 * Millimetres between rows and between columns, and where they hold: `patient` within the patient; `detector` at the
 * detector or on the film, where a projection shows everything larger than it is (PS3.3 section 10.7.1.3).
 */
export interface Spacing {
  row: number;
  column: number;
  plane: 'patient' | 'detector';
}

/** A VOI LUT of the file: modality values from `first` on to grey, 0 .. `white` (PS3.3 C.11.2.1.1). */
export interface DisplayLut {
  first: number;
  /** Values below take the first entry, values above the last. */
  entries: Uint16Array<ArrayBuffer>;
  white: number;
  explanation: string | null;
  /** The linear window that comes nearest; null where the table is flat or falls. */
  window: { centre: number; width: number } | null;
}

export interface DisplayFrame {
  rows: number;
  columns: number;
  pixels: DisplayPixels;
  /** Null where the file gives no distances. */
  spacing: Spacing | null;
  /** Height of a pixel over its width. */
  pixelAspectRatio: number;
  luts: DisplayLut[];
  windows: HeaderWindow[];
  windowFunction: WindowFunction;
  /** Modality values at the percentiles of `percentileRange`, padding left out; the window where the header has none. */
  auto: { low: number; high: number };
  modality: string | null;
  /** What the values count, 'HU' for CT; null where the file does not say. */
  unit: string | null;
  /** What else the values stand for. */
  realWorld: RealWorld;
}

const NO_REAL_WORLD: RealWorld = { scales: [], noSuv: null };

/** Projections, whose pixel spacing is that of the detector unless it was calibrated. */
const PROJECTIONS = new Set(['CR', 'DX', 'IO', 'MG', 'PX', 'RF', 'RG', 'XA']);

/** Defined terms of Rescale Type (0028,1054) and Units (0054,1001) as people write them. */
const UNITS: Readonly<Record<string, string>> = { BQML: 'Bq/ml', CNTS: 'counts', GML: 'g/ml', OD: 'mOD' };

function positivePair(values: number[]): { row: number; column: number } | null {
  const [row, column] = values;
  return row !== undefined && column !== undefined && row > 0 && column > 0 ? { row, column } : null;
}

function spacingOf(levels: ValueReader[], header: ImageHeader): Spacing | null {
  const top = levels[levels.length - 1]!;
  const pixel = positivePair(macroOf(levels, 'x00289110').decimals('x00280030'));
  const imager = positivePair(top.decimals('x00181164')) ?? positivePair(top.decimals('x00182010'));
  if (pixel === null) return imager === null ? null : { ...imager, plane: 'detector' };
  const isProjection = imager !== null || PROJECTIONS.has(header.modality ?? '');
  const differs = imager !== null && (imager.row !== pixel.row || imager.column !== pixel.column);
  const calibrated = differs || top.firstText('x00280a02') !== null;
  return { ...pixel, plane: isProjection && !calibrated ? 'detector' : 'patient' };
}

function unitOf(levels: ValueReader[], header: ImageHeader): string | null {
  const top = levels[levels.length - 1]!;
  const code = macroOf(levels, 'x00289145').firstText('x00281054') ?? top.firstText('x00541001');
  if (code === null || code === 'US') return isHounsfield(header) ? 'HU' : null;
  return UNITS[code] ?? code;
}

/** Values in the smallest type that holds each of them. */
export function compactGrey(values: Float32Array<ArrayBuffer>): GreyValues {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isInteger(value)) return values;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low >= 0 && high <= 255) return Uint8Array.from(values);
  if (low >= 0 && high <= 65_535) return Uint16Array.from(values);
  return low >= -32_768 && high <= 32_767 ? Int16Array.from(values) : values;
}

/** VOI LUTs that a viewer is given; files have one to three. */
const MOST_LUTS = 8;

function displayLut({ table, explanation }: NamedLut): DisplayLut {
  const { first, entries, white } = table;
  return { first, entries: Uint16Array.from(entries), white, explanation, window: windowOfLut(table) };
}

/** True where the frame is shown in colour. */
function isColour(header: ImageHeader, hasPalette: boolean): boolean {
  return header.samplesPerPixel === 3 || hasPalette;
}

/**
 * Decodes one frame for a viewer.
 *
 * @param frame counted from 0.
 * @throws PretextError `bad-file` where there is no such frame, or it cannot be decoded.
 */
export async function displayFrame(source: PixelSource, frame: number, path: string): Promise<DisplayFrame> {
  const { header, elements } = source;
  if (frame >= header.numberOfFrames) {
    throw refusal(path, `It has no frame ${frame + 1}: it holds ${header.numberOfFrames}.`);
  }
  const stored = await source.readFrame(frame);
  const levels = elements === null ? null : levelsOf(elements, frame);
  const voi = levels === null ? null : voiOf(levels, header, MOST_LUTS);
  const facts = {
    rows: header.rows,
    columns: header.columns,
    spacing: levels === null ? null : spacingOf(levels, header),
    pixelAspectRatio: header.pixelAspectRatio,
    windowFunction: voi?.windowFunction ?? header.windowFunction,
    modality: header.modality,
  };
  if (isColour(stored.header, stored.mapping.palette !== null)) {
    const pixels: DisplayPixels = { kind: 'colour', values: rgbOfFrame(stored) };
    return {
      ...facts,
      pixels,
      luts: [],
      windows: [],
      auto: { low: 0, high: 255 },
      unit: null,
      realWorld: NO_REAL_WORLD,
    };
  }
  const modality = modalityFrame(stored, 0);
  const padding = elements === null ? null : paddingOf(elements, header, stored.mapping);
  return {
    ...facts,
    pixels: {
      kind: 'grey',
      values: compactGrey(modality as Float32Array<ArrayBuffer>),
      inverted: header.photometricInterpretation === 'MONOCHROME1',
    },
    luts: voi === null ? [] : voi.luts.map(displayLut),
    windows: voi === null ? [] : voi.windows,
    auto: percentileRange(withoutPadding(modality, padding)),
    unit: levels === null ? null : unitOf(levels, header),
    realWorld: levels === null ? NO_REAL_WORLD : realWorldOf(levels, header, stored.mapping),
  };
}
