/** @file Features of images by a pretrained encoder, and the maps that show which images are alike. */

import * as v from 'valibot';
import { itemId, nothing, rowId, shortText, wholeNumber } from './channels.js';

export const mapLayout = v.picklist(['umap', 'pca']);
export type MapLayout = v.InferOutput<typeof mapLayout>;

/** A pretraining run that has an encoder, and what has been computed with it. */
export const encoderInfo = v.object({
  run: itemId,
  method: v.string(),
  /** When the run was started; ISO 8601, UTC. */
  created: v.string(),
  embedding: v.nullable(
    v.object({
      /** ISO 8601, UTC. */
      created: v.string(),
      images: wholeNumber,
      /** Images of the project that came later. */
      missing: wholeNumber,
      /** Layouts that can be shown; none where the job was stopped before. */
      layouts: v.array(mapLayout),
    }),
  ),
});
export type EncoderInfo = v.InferOutput<typeof encoderInfo>;

/** All points of a map; every list is in the same order. */
export const embeddingMap = v.object({
  /** x and y in turns, [2 * points] */
  coordinates: v.custom<Float32Array>((value) => value instanceof Float32Array),
  /** [points] */
  imageIds: v.custom<Int32Array>((value) => value instanceof Int32Array),
  /** The frame to show, [points] */
  frames: v.custom<Int32Array>((value) => value instanceof Int32Array),
  /** Index of the class, -1 without a label or a task, [points] */
  classes: v.custom<Int32Array>((value) => value instanceof Int32Array),
  /** Index into `modalities`, [points] */
  modality: v.custom<Uint8Array>((value) => value instanceof Uint8Array),
  modalities: v.array(v.string()),
});
export type EmbeddingMap = v.InferOutput<typeof embeddingMap>;

export const embeddingCalls = {
  /** Runs that have an encoder, newest first. */
  'embeddings:list': { argument: nothing, answer: v.array(encoderInfo) },
  /** Computes the features that are missing and draws the maps; answers with the job. */
  'embeddings:start': { argument: v.object({ run: itemId }), answer: itemId },
  'embeddings:map': {
    argument: v.object({ run: itemId, layout: mapLayout, task: v.nullable(shortText) }),
    answer: embeddingMap,
  },
  /** What is said of a point beside its picture; the patient by pseudonym. */
  'embeddings:caption': {
    argument: v.object({ imageId: rowId }),
    answer: v.object({ patient: v.string(), modality: v.string(), series: v.string() }),
  },
};
