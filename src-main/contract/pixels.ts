/** @file Pictures of images: one frame in full resolution, as the viewer shows it, and many small ones. */

import * as v from 'valibot';
import { finite, rowId, wholeNumber } from './channels.js';

const positive = v.pipe(finite, v.gtValue(0));

/** Modality values [rows, columns] in the smallest type that holds them. */
const greyPixels = v.object({
  kind: v.literal('grey'),
  values: v.union([v.instance(Uint8Array), v.instance(Int16Array), v.instance(Uint16Array), v.instance(Float32Array)]),
  /** MONOCHROME1: the lowest value is white. */
  inverted: v.boolean(),
});

/** [rows, columns, 3]: red, green, blue. */
const colourPixels = v.object({ kind: v.literal('colour'), values: v.instance(Uint8Array) });

/** A modality value is (stored value * slope + intercept) of `modality`; what a stored value from `first` to `last` stands for. */
const realWorldScale = v.object({
  label: v.string(),
  /** In UCUM; '' for a number without dimension. */
  unit: v.string(),
  modality: v.object({ slope: finite, intercept: finite }),
  first: finite,
  last: finite,
  slope: finite,
  intercept: finite,
  /** One value for each stored value from `first` on, in place of slope and intercept. */
  table: v.nullable(v.instance(Float64Array)),
});
export type RealWorldScale = v.InferOutput<typeof realWorldScale>;

/** Modality values from `first` on to grey, 0 to `white`. */
const voiLut = v.object({
  first: v.pipe(finite, v.integer()),
  entries: v.pipe(
    v.instance(Uint16Array),
    v.check(({ length }) => length > 0),
  ),
  white: v.pipe(wholeNumber, v.minValue(1)),
  explanation: v.nullable(v.string()),
  /** The linear window that comes nearest, where there is one. */
  window: v.nullable(v.object({ centre: finite, width: positive })),
});

export const displayFrame = v.object({
  rows: v.pipe(wholeNumber, v.minValue(1)),
  columns: v.pipe(wholeNumber, v.minValue(1)),
  pixels: v.variant('kind', [greyPixels, colourPixels]),
  /** Millimetres between rows and columns; `detector`: not corrected for the magnification of a projection. */
  spacing: v.nullable(v.object({ row: positive, column: positive, plane: v.picklist(['patient', 'detector']) })),
  /** Height of a pixel over its width. */
  pixelAspectRatio: positive,
  /** The file's VOI LUTs; an image that has one is shown by the first. */
  luts: v.array(voiLut),
  /** The header's windows, in modality values. */
  windows: v.array(v.object({ centre: finite, width: positive, explanation: v.nullable(v.string()) })),
  windowFunction: v.picklist(['LINEAR', 'LINEAR_EXACT', 'SIGMOID']),
  /** Values that black and white take where the header has no window: percentiles of the frame. */
  auto: v.object({ low: finite, high: finite }),
  modality: v.nullable(v.string()),
  /** What the values count: 'HU', or null where the file does not say. */
  unit: v.nullable(v.string()),
  /** What else the values stand for: the file's real-world value maps, the uptake value of PET or why there is none. */
  realWorld: v.object({ scales: v.array(realWorldScale), noSuv: v.nullable(v.string()) }),
});
export type DisplayFrame = v.InferOutput<typeof displayFrame>;

/** Small pictures that may be asked for at once. */
export const MOST_THUMBNAILS = 48;

export const thumbnails = v.object({
  side: v.pipe(wholeNumber, v.minValue(1)),
  /** [pictures, side, side]: 0 is black; black where a picture is missing. */
  grey: v.instance(Uint8Array),
  /** Places in the answer, from 0, of images that have no picture (yet), or no such frame. */
  missing: v.array(wholeNumber),
});
export type Thumbnails = v.InferOutput<typeof thumbnails>;

export const pixelsCalls = {
  /** Many in one answer: a fast scroll asks for hundreds a second, and each answer has its price. */
  'pixels:thumbnails': {
    argument: v.object({
      frames: v.pipe(v.array(v.strictTuple([rowId, wholeNumber])), v.minLength(1), v.maxLength(MOST_THUMBNAILS)),
    }),
    answer: thumbnails,
  },
  /** Decoded by a worker thread; frames are counted from 0. */
  'pixels:frame': { argument: v.object({ imageId: rowId, frame: wholeNumber }), answer: displayFrame },
};
