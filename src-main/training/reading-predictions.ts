/** @file The probabilities of a reading as typed arrays, and their file `predictions.safetensors`. */

import { existsSync } from 'node:fs';
import { PretextError } from '../base/errors.js';
import { readSafetensors, type Tensor, writeSafetensors } from '../exports/safetensors.js';

/** Whether the model knew a patient before, by position in `known`. */
export const KNOWN = ['no', 'training', 'test'] as const;
export type Known = (typeof KNOWN)[number];

/** The images of a reading in the order in which their files were found; every array is [images] unless said. */
export interface ImageColumns {
  imageId: Int32Array;
  /** Row of the image's series among the series, -1 where it belongs to none (PNG, JPEG). */
  seriesRow: Int32Array;
  /** Frames, over which the probabilities are averaged. */
  frames: Int32Array;
  patientId: Int32Array;
  /** Rank of the patient's pseudonym among those of the reading. */
  patientRank: Int32Array;
  /** Study date as the number YYYYMMDD, 0 where it is not known. */
  date: Int32Array;
  /** See {@link KNOWN}. */
  known: Uint8Array;
  /**
   * Share of the model's test patients who have an image as far from its training images as this one, or farther; NaN
   * where that is not known.
   */
  familiarity: Float32Array;
  /** [images, classes] */
  probabilities: Float64Array;
}

/** The series of a reading in the order of their first images; every array is [series] unless said. */
export interface SeriesColumns {
  seriesId: Int32Array;
  /** Images averaged. */
  images: Int32Array;
  /** Row of its first image. */
  firstImage: Int32Array;
  /** Mean over the images, [series, classes]. */
  probabilities: Float64Array;
}

export interface ReadingPredictions {
  classes: number;
  images: ImageColumns;
  series: SeriesColumns;
}

/** One image that was read. */
export interface ReadImage {
  imageId: number;
  /** Null where it belongs to no series. */
  seriesId: number | null;
  frames: number;
  patientId: number;
  pseudonym: string;
  /** DICOM's YYYYMMDD, or null. */
  date: string | null;
  known: Known;
  familiarity: number;
  /** [classes] */
  probabilities: ArrayLike<number>;
}

/** Puts the images of a reading into columns and averages its series. */
export function predictionsOf(images: readonly ReadImage[], classes: number): ReadingPredictions {
  const pseudonyms = [...new Set(images.map(({ pseudonym }) => pseudonym))].sort();
  const rankOf = new Map(pseudonyms.map((pseudonym, rank) => [pseudonym, rank]));
  const rowOf = new Map<number, number>();
  const firstImages: number[] = [];
  const seriesRow = Int32Array.from(images, ({ seriesId }, image) => {
    if (seriesId === null) return -1;
    const known = rowOf.get(seriesId);
    if (known !== undefined) return known;
    rowOf.set(seriesId, rowOf.size);
    firstImages.push(image);
    return rowOf.size - 1;
  });
  const probabilities = new Float64Array(images.length * classes);
  for (const [image, row] of images.entries()) probabilities.set(Array.from(row.probabilities), image * classes);
  return {
    classes,
    images: {
      imageId: Int32Array.from(images, (image) => image.imageId),
      seriesRow,
      frames: Int32Array.from(images, (image) => image.frames),
      patientId: Int32Array.from(images, (image) => image.patientId),
      patientRank: Int32Array.from(images, (image) => rankOf.get(image.pseudonym) ?? 0),
      date: Int32Array.from(images, ({ date }) => (date !== null && /^\d{8}$/.test(date) ? Number(date) : 0)),
      known: Uint8Array.from(images, (image) => KNOWN.indexOf(image.known)),
      familiarity: Float32Array.from(images, (image) => image.familiarity),
      probabilities,
    },
    series: meanOfSeries([...rowOf.keys()], firstImages, seriesRow, probabilities, classes),
  };
}

function meanOfSeries(
  ids: readonly number[],
  firstImages: readonly number[],
  seriesRow: Int32Array,
  probabilities: Float64Array,
  classes: number,
): SeriesColumns {
  const images = new Int32Array(ids.length);
  const sums = new Float64Array(ids.length * classes);
  for (const [image, row] of seriesRow.entries()) {
    if (row < 0) continue;
    images[row]++;
    for (let index = 0; index < classes; index++) sums[row * classes + index] += probabilities[image * classes + index];
  }
  return {
    seriesId: Int32Array.from(ids),
    images,
    firstImage: Int32Array.from(firstImages),
    probabilities: sums.map((sum, i) => sum / images[Math.floor(i / classes)]),
  };
}

/** Writes the file, crash-safe. @throws PretextError `disk-full` */
export function writePredictions(path: string, { classes, images, series }: ReadingPredictions): void {
  const tensors = new Map<string, Tensor>();
  const rows = (group: string, columns: object, length: number) => {
    for (const [name, data] of Object.entries(columns)) {
      const shape = name === 'probabilities' ? [length, classes] : [length];
      tensors.set(`${group}.${name}`, tensorOf(data, shape));
    }
  };
  rows('images', images, images.imageId.length);
  rows('series', series, series.seriesId.length);
  writeSafetensors(path, tensors, { format: 'pretext-reading', classes: String(classes) });
}

function tensorOf(data: unknown, shape: number[]): Tensor {
  if (data instanceof Int32Array) return { dtype: 'I32', shape, data };
  if (data instanceof Uint8Array) return { dtype: 'U8', shape, data };
  if (data instanceof Float32Array) return { dtype: 'F32', shape, data };
  if (data instanceof Float64Array) return { dtype: 'F64', shape, data };
  throw new PretextError({ code: 'internal', message: 'A column of a reading has no type of its own.' });
}

/** Null where nothing was read yet. @throws PretextError `bad-file` where the file is damaged. */
export function readPredictionFile(path: string): ReadingPredictions | null {
  if (!existsSync(path)) return null;
  const { tensors } = readSafetensors(path);
  const take = <T extends Tensor['dtype']>(name: string, dtype: T): Extract<Tensor, { dtype: T }> => {
    const tensor = tensors.get(name);
    if (tensor?.dtype !== dtype) {
      throw new PretextError({
        code: 'bad-file',
        message: `The probabilities of this reading cannot be read: ${name} is missing.`,
        path,
        remedy: 'It was damaged or written by another Pretext; read the studies again.',
      });
    }
    return tensor as Extract<Tensor, { dtype: T }>;
  };
  return {
    classes: take('images.probabilities', 'F64').shape[1] ?? 0,
    images: {
      imageId: take('images.imageId', 'I32').data,
      seriesRow: take('images.seriesRow', 'I32').data,
      frames: take('images.frames', 'I32').data,
      patientId: take('images.patientId', 'I32').data,
      patientRank: take('images.patientRank', 'I32').data,
      date: take('images.date', 'I32').data,
      known: take('images.known', 'U8').data,
      familiarity: take('images.familiarity', 'F32').data,
      probabilities: take('images.probabilities', 'F64').data,
    },
    series: {
      seriesId: take('series.seriesId', 'I32').data,
      images: take('series.images', 'I32').data,
      firstImage: take('series.firstImage', 'I32').data,
      probabilities: take('series.probabilities', 'F64').data,
    },
  };
}
