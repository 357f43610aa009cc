/**
 * @file Features of every image from a run's encoder, and maps of them. An image's features are the mean-pooled tokens,
 * averaged over its frames as in fine-tuning; of a long image over evenly spaced frames.
 */

import { existsSync } from 'node:fs';
import { PretextError } from '../base/errors.js';
import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import type { Project } from '../catalogue/project.js';
import type { Provider } from '../engine/runner.js';
import { initialValues } from '../nn/parameters.js';
import { type CachedSample, ensurePixelCache, type PixelCache } from '../pixels/cache.js';
import { readEvaluationImages } from '../pixels/evaluation.js';
import { cacheSideFor } from '../pixels/side.js';
import { classifierGraph } from '../tasks/classifier.js';
import { principalComponents, projectOn } from '../tasks/pca.js';
import { comparisonSpace } from '../tasks/suggestions.js';
import {
  type Embedding,
  type EmbeddingOrigin,
  embeddingPaths,
  readEmbedding,
  saveEmbedding,
} from './embedding-store.js';
import { type Encoder, readEncoder } from './encoder.js';
import { Classifier } from './inference.js';
import { FEWEST_FOR_UMAP, umapLayout } from './map-layout.js';

export interface EmbedOptions {
  /** The pretraining run whose encoder looks at the images. */
  run: string;
  /** Of the layout. */
  seed: number;
  device: Provider;
  threads: number;
}

export interface EmbedResult {
  run: string;
  /** Images that have features now. */
  images: number;
  /** Of those, computed by this job. */
  added: number;
  /** Images that could not be decoded. */
  skipped: number;
  seconds: number;
}

/** Frames of one image that are looked at, evenly spaced where there are more. */
export const MOST_FRAMES = 16;
/** Frames whose pixels are held at a time: memory does not grow with the project. */
const CHUNK = 512;
/** Work that a crash may cost, in milliseconds. */
const SAVE_MS = 30_000;

/**
 * Brings the features of a run's encoder up to date: images that have none get them, images that are gone are left out,
 * then the maps are drawn again. A stopped job keeps what it has computed.
 *
 * @throws PretextError `not-found` (run, no checkpoint yet, or no image), `cancelled`, `project-busy`, `disk-full`.
 */
export async function embed(project: Project, options: EmbedOptions, control: JobControl): Promise<EmbedResult> {
  const started = performance.now();
  const lock = project.lock(`embed-${options.run}`);
  try {
    const encoder = readEncoder(project, options.run);
    const { vit, normalisation } = encoder;
    const cache = await ensurePixelCache(project, cacheSideFor(vit.imageSize), control, {}, normalisation);
    const origin: EmbeddingOrigin = {
      run: options.run,
      step: encoder.step,
      cacheSide: cache.side,
      normalisation,
    };
    const images = imagesOf(cache);
    if (images.length === 0) {
      throw new PretextError({
        code: 'not-found',
        message: 'There is no image in this project that could be read.',
        path: project.folder,
        remedy: 'Import images first.',
      });
    }
    const before = knownFeatures(project, origin);
    const features = before === null ? new Map<number, Float32Array>() : featuresByImage(before);
    const missing = images.filter(({ imageId }) => !features.has(imageId));
    const save = (maps: Embedding['maps']): Embedding => {
      const embedding = assemble(origin, images, features, encoder.vit.width, maps);
      saveEmbedding(project, embedding, cache.skipped.length);
      return embedding;
    };
    if (missing.length > 0) await compute(cache, encoder, missing, features, options, control, () => save({}));
    const unchanged = before !== null && missing.length === 0 && before.imageIds.length === images.length;
    const isMapped =
      before?.maps.pca !== undefined && (before.maps.umap !== undefined || images.length < FEWEST_FOR_UMAP);
    if (!unchanged || !isMapped) {
      const embedding = save({});
      save(await mapsOf(embedding, options.seed, control));
    }
    return {
      run: options.run,
      images: images.length,
      added: missing.length,
      skipped: cache.skipped.length,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    lock.release();
  }
}

interface CachedImage {
  imageId: number;
  patientId: number;
  modality: string | null;
  frames: CachedSample[];
}

/** Images in the cache with their frames, by rising image id. */
function imagesOf(cache: PixelCache): CachedImage[] {
  const images = new Map<number, CachedImage>();
  for (const sample of cache.samples) {
    const { imageId, patientId, modality } = sample;
    const known = images.get(imageId);
    if (known === undefined) images.set(imageId, { imageId, patientId, modality, frames: [sample] });
    else known.frames.push(sample);
  }
  return [...images.values()].sort((a, b) => a.imageId - b.imageId);
}

/** What was computed before with the same encoder on the same pixels, or null. */
function knownFeatures(project: Project, origin: EmbeddingOrigin): Embedding | null {
  const { tensors } = embeddingPaths(project, origin.run);
  if (!existsSync(tensors)) return null;
  try {
    const known = readEmbedding(tensors);
    const names = ['run', 'step', 'cacheSide', 'normalisation'] as const;
    return names.every((name) => known.origin[name] === origin[name]) ? known : null;
  } catch (error) {
    // A damaged file costs nothing but the time to compute it again.
    if (error instanceof PretextError && error.code === 'bad-file') return null;
    throw error;
  }
}

/** Views into the features, by image. */
function featuresByImage({ imageIds, features, width }: Embedding): Map<number, Float32Array> {
  return new Map(Array.from(imageIds, (id, row) => [id, features.subarray(row * width, (row + 1) * width)]));
}

/** Rows for the images that have features. */
function assemble(
  origin: EmbeddingOrigin,
  images: readonly CachedImage[],
  features: ReadonlyMap<number, Float32Array>,
  width: number,
  maps: Embedding['maps'],
): Embedding {
  const rows = images.filter(({ imageId }) => features.has(imageId));
  const modalities = [...new Set(rows.map(({ modality }) => modality ?? ''))].sort().slice(0, 255);
  const all = new Float32Array(rows.length * width);
  for (const [row, { imageId }] of rows.entries()) all.set(features.get(imageId) ?? [], row * width);
  return {
    origin,
    features: all,
    width,
    maps,
    imageIds: Int32Array.from(rows, ({ imageId }) => imageId),
    patientIds: Int32Array.from(rows, ({ patientId }) => patientId),
    frames: Int32Array.from(rows, ({ frames }) => Math.floor(frames.length / 2)),
    modality: Uint8Array.from(rows, ({ modality }) => Math.max(0, modalities.indexOf(modality ?? ''))),
    modalities,
  };
}

function framesToRead({ frames }: CachedImage): CachedSample[] {
  if (frames.length <= MOST_FRAMES) return frames;
  return Array.from({ length: MOST_FRAMES }, (_, i) => frames[Math.floor(((i + 0.5) * frames.length) / MOST_FRAMES)]);
}

/** Adds the features of `missing` to `features`, and saves now and then. */
async function compute(
  cache: PixelCache,
  { vit, weights }: Encoder,
  missing: readonly CachedImage[],
  features: Map<number, Float32Array>,
  { device, threads }: EmbedOptions,
  control: JobControl,
  save: () => void,
): Promise<void> {
  // The head is not used; a classifier of one class is the encoder and the mean of its tokens.
  const all = initialValues(classifierGraph(vit, 1, 1).parameters, 0);
  for (const name of all.keys()) all.set(name, weights.get(name) ?? (all.get(name) as Float32Array));
  const classifier = await Classifier.create(vit, 1, all, { provider: device, threads });
  const meter = new ProgressMeter(control, 'Looking at images', missing.length);
  const silent: JobControl = { signal: control.signal, onProgress: () => undefined };
  let done = 0;
  let saved = Date.now();
  try {
    while (done < missing.length) {
      throwIfCancelled(control);
      const chunk: CachedImage[] = [];
      const slots: number[] = [];
      while (done + chunk.length < missing.length && slots.length < CHUNK) {
        const image = missing[done + chunk.length];
        chunk.push(image);
        slots.push(...framesToRead(image).map(({ slot }) => slot));
      }
      const pixels = readEvaluationImages(cache, slots, vit.imageSize);
      const { features: rows } = await classifier.run(pixels, silent, '');
      let first = 0;
      for (const image of chunk) {
        const frames = framesToRead(image).length;
        features.set(image.imageId, meanRow(rows, first, frames, vit.width));
        first += frames;
      }
      done += chunk.length;
      meter.update(done);
      if (Date.now() - saved > SAVE_MS) {
        save();
        saved = Date.now();
      }
    }
  } catch (error) {
    // What was computed until a stop is kept for the next time.
    if (error instanceof PretextError && error.code === 'cancelled' && done > 0) save();
    throw error;
  } finally {
    await classifier.release();
  }
}

/** Mean of `count` rows of [.., width] from row `first`. */
function meanRow(rows: Float32Array, first: number, count: number, width: number): Float32Array {
  const mean = new Float32Array(width);
  for (let row = first; row < first + count; row++) {
    for (let i = 0; i < width; i++) mean[i] += rows[row * width + i] / count;
  }
  return mean;
}

async function mapsOf(
  { features, width, imageIds }: Embedding,
  seed: number,
  control: JobControl,
): Promise<Embedding['maps']> {
  control.onProgress({ phase: 'Finding the main directions', done: 0, total: null, etaSeconds: null });
  const pca = projectOn(principalComponents(features, width, 2), features);
  if (imageIds.length < FEWEST_FOR_UMAP) return { pca };
  const { points, dimensions } = comparisonSpace(features, width);
  return { pca, umap: await umapLayout(points, dimensions, pca, seed, control) };
}
