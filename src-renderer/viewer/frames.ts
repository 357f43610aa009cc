/** @file Frames for cornerstone3D: its image loader and metadata, fed by main, with a cache that is bounded. */

import { cache, Enums, getShouldUseCPURendering, imageLoader, metaData, type Types } from '@cornerstonejs/core';
import type { DisplayFrame } from '../../src-main/contract/pixels.js';
import { call } from '../bridge/index.js';
import type { FrameFacts } from './windowing.js';

type Values = DisplayFrame['pixels']['values'];

export interface StackItem {
  imageId: number;
  frame: number;
}

const SCHEME = 'pretext';

/** Decoded frames that are kept, in bytes: some hundred slices, or a few mammograms. */
const CACHE_BYTES = 512 * 2 ** 20;

/** Beside the pixels, of every frame that was loaded: cornerstone3D asks for it even when the pixels are gone. */
const known = new Map<string, FrameFacts>();

let project = { folder: '', number: 0 };

function factsOf({ pixels, ...facts }: DisplayFrame): FrameFacts {
  return {
    ...facts,
    colour: pixels.kind === 'colour',
    inverted: pixels.kind === 'grey' && pixels.inverted,
    whole: !(pixels.values instanceof Float32Array),
    ...(pixels.kind === 'colour' ? { low: 0, high: 255 } : extent(pixels.values)),
  };
}

/** Millimetres between rows and columns; pixels, with their shape kept, where the file has no distances. */
function spacingOf({ spacing, pixelAspectRatio }: Pick<FrameFacts, 'spacing' | 'pixelAspectRatio'>): {
  row: number;
  column: number;
} {
  return spacing ?? { row: pixelAspectRatio, column: 1 };
}

function extent(values: ArrayLike<number>): { low: number; high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}

/** Colour with an opaque fourth channel, as cornerstone3D draws it without WebGL. */
function withAlpha(rgb: Uint8Array): Uint8Array<ArrayBuffer> {
  const rgba = new Uint8Array((rgb.length / 3) * 4).fill(255);
  for (let pixel = 0; pixel < rgb.length / 3; pixel++) rgba.set(rgb.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
  return rgba;
}

/** Modality values of the grey images that the processor draws; the images themselves hold what is on the screen. */
const originals = new WeakMap<Types.IImage, Values>();

/** What cornerstone3D gets: with WebGL the values, which the card windows; without it grey levels, 0 to 255. */
function drawable({ pixels }: DisplayFrame): { values: Values; isLevels: boolean } {
  if (!getShouldUseCPURendering()) {
    // vtk.js gives signed textures of 16 bits a shift of half a value, which they do not have.
    const values = pixels.values instanceof Int16Array ? Float32Array.from(pixels.values) : pixels.values;
    return { values, isLevels: pixels.kind === 'colour' };
  }
  const levels = pixels.kind === 'colour' ? withAlpha(pixels.values) : new Uint8Array(pixels.values.length);
  return { values: levels, isLevels: true };
}

function toImage(id: string, frame: DisplayFrame, facts: FrameFacts): Types.IImage {
  const { rows, columns, pixels } = frame;
  const { colour } = facts;
  const useRgba = colour && getShouldUseCPURendering();
  const { values, isLevels } = drawable(frame);
  const isPainted = isLevels && pixels.kind === 'grey';
  const { low, high } = isLevels ? { low: 0, high: 255 } : facts;
  const { row, column } = spacingOf(frame);
  const image: Types.IImage = {
    imageId: id,
    minPixelValue: low,
    maxPixelValue: high,
    slope: 1,
    intercept: 0,
    // Only until the viewer sets its own.
    windowCenter: (low + high + 1) / 2,
    windowWidth: high - low + 1,
    voiLUTFunction: Enums.VOILUTFunctionType.LINEAR,
    getPixelData: () => values,
    getCanvas: () => document.createElement('canvas'),
    rows,
    columns,
    height: rows,
    width: columns,
    color: colour,
    rgba: useRgba,
    numberOfComponents: colour ? (useRgba ? 4 : 3) : 1,
    columnPixelSpacing: column,
    rowPixelSpacing: row,
    invert: pixels.kind === 'grey' && pixels.inverted,
    photometricInterpretation: colour ? 'RGB' : 'MONOCHROME2',
    sizeInBytes: values.byteLength + (isPainted ? pixels.values.byteLength : 0),
    dataType: values.constructor.name as Types.PixelDataTypedArrayString,
    imageFrame: {} as Types.IImageFrame,
  };
  if (isPainted) originals.set(image, pixels.values);
  return image;
}

/** The values of an image, whatever it is drawn with. */
export function valuesOf(image: Types.IImage): ArrayLike<number> {
  return originals.get(image) ?? image.getPixelData();
}

/**
 * Makes the grey levels of an image that the processor draws.
 *
 * @param level grey of a value, 0 to 1.
 */
export function paint(image: Types.IImage, level: (value: number) => number): void {
  const values = originals.get(image);
  const levels = image.getPixelData();
  if (values === undefined) return;
  if (values instanceof Float32Array) {
    for (let i = 0; i < values.length; i++) levels[i] = Math.round(255 * level(values[i]!));
    return;
  }
  // One level for each value of 16 bits is sooner computed than one for each pixel of a radiograph.
  const first = values instanceof Int16Array ? -32_768 : 0;
  const table = new Uint8Array(2 ** (8 * values.BYTES_PER_ELEMENT));
  for (let i = 0; i < table.length; i++) table[i] = Math.round(255 * level(first + i));
  for (let i = 0; i < values.length; i++) levels[i] = table[values[i]! - first]!;
}

function loadImage(id: string): Types.IImageLoadObject {
  const { imageId, frame } = itemOf(id);
  const promise = call('pixels:frame', { imageId, frame }).then((answer) => {
    const facts = factsOf(answer);
    known.set(id, facts);
    return toImage(id, answer, facts);
  });
  return { promise: promise as unknown as Types.IImageLoadObject['promise'] };
}

function moduleOf(type: string, id: string): unknown {
  const frame = known.get(id);
  if (frame === undefined) return undefined;
  const { row, column } = spacingOf(frame);
  switch (type) {
    case Enums.MetadataModules.IMAGE_PIXEL:
      return {
        samplesPerPixel: frame.colour ? 3 : 1,
        photometricInterpretation: frame.colour ? 'RGB' : 'MONOCHROME2',
      };
    case Enums.MetadataModules.IMAGE_PLANE:
      // Each frame lies in a plane of its own: the viewer shows one at a time and measures within it.
      return {
        frameOfReferenceUID: id,
        rows: frame.rows,
        columns: frame.columns,
        imageOrientationPatient: [1, 0, 0, 0, 1, 0],
        rowCosines: [1, 0, 0],
        columnCosines: [0, 1, 0],
        imagePositionPatient: [0, 0, 0],
        rowPixelSpacing: row,
        columnPixelSpacing: column,
        usingDefaultValues: frame.spacing === null,
      };
    case Enums.MetadataModules.GENERAL_SERIES:
      return { modality: frame.modality };
    default:
      return undefined;
  }
}

/** The name of a frame in cornerstone3D. */
export function idOf({ imageId, frame }: StackItem): string {
  return `${SCHEME}:${project.number}/${imageId}/${frame}`;
}

function itemOf(id: string): StackItem {
  const [, imageId = 0, frame = 0] = id
    .slice(SCHEME.length + 1)
    .split('/')
    .map(Number);
  return { imageId, frame };
}

/** What is known of a frame that was loaded. */
export function factsFor(id: string): FrameFacts | undefined {
  return known.get(id);
}

/** Decodes a frame unless it is in the cache. @throws CallError where it cannot be decoded. */
export async function loadFrame(id: string): Promise<void> {
  await imageLoader.loadAndCacheImage(id);
}

/** Says which project the images are of. What was kept of another is dropped: its images have the same numbers. */
export function enterProject(folder: string): void {
  if (folder === project.folder) return;
  project = { folder, number: project.number + 1 };
  cache.purgeCache();
  known.clear();
}

/** Drops every frame: those that were made for the card are not what the processor draws. */
export function dropFrames(): void {
  cache.purgeCache();
}

/** Registers the loader; once for the window. */
export function provideFrames(): void {
  imageLoader.registerImageLoader(SCHEME, loadImage);
  metaData.addProvider(moduleOf);
  cache.setMaxCacheSize(CACHE_BYTES);
}
