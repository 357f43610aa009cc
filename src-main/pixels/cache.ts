/** @file Makes sure that the images of a project lie in its pixel cache: decoded, normalised, ready for training. */

import { mkdirSync, statfsSync } from 'node:fs';
import { fileError, PretextError } from '../base/errors.js';
import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import { forgetMeasures } from '../catalogue/measures.js';
import type { Project } from '../catalogue/project.js';
import { type Sample, type SampleFilter, samples } from '../catalogue/queries.js';
import { recordRefusals } from '../catalogue/refusals.js';
import { DecodePool } from '../dicom/decode-pool.js';
import { CROPPED_RECIPE, cropOf, NORMALISE_RECIPE, requireRecipe } from '../dicom/normalise.js';
import { flipAllowed } from './flip.js';
import { fileFacts, type MissingImage, missingImages } from './missing.js';
import { measureCache } from './quality.js';
import { recordBytes } from './records.js';
import { measureStale, type ScaledSeries, scaledSeries, seriesGuide, staleSeries } from './series-ranges.js';
import { cacheSides } from './side.js';
import { PixelStoreWriter, readStore, type StoreFiles, storeFiles } from './store.js';
import { cropBox, type StoreIndex, storedBox } from './store-index.js';

export { cacheSideFor } from './side.js';

/** One frame of an image in the cache. */
export interface CachedSample {
  /** Record of the cache file. */
  slot: number;
  imageId: number;
  /** Frame of the image, from 0. */
  frame: number;
  sopInstanceUID: string | null;
  seriesId: number;
  patientId: number;
  path: string;
  modality: string | null;
  flipAllowed: boolean;
}

/** How images were cropped. */
export interface CropSummary {
  images: number;
  /** Those of which a part is taken; the others stay whole. */
  cropped: number;
  /** Share of its area that half of those keep at most; 1 where there are none. */
  medianArea: number;
}

export interface PixelCache {
  /** File of records [side, side] of 16-bit values, little endian. */
  file: string;
  side: number;
  /** Frames of the images asked for, by image and frame. */
  samples: CachedSample[];
  /** Images asked for that could not be decoded. */
  skipped: { path: string; reason: string }[];
  /** Null where images are not cropped. */
  crop: CropSummary | null;
}

/** Images of one commit. A crash costs at most those of two: one that waits for the disk, and what came meanwhile. */
const commitImages = 96;
const commitMs = 2000;
/** Left free for the catalogue, runs and checkpoints, bytes. */
const reserveBytes = 64 * 2 ** 20;

/** @throws PretextError `disk-full` before hours of work that cannot end well. */
function requireSpace(folder: string, side: number, missing: readonly MissingImage[]): void {
  const needed = missing.reduce((sum, { sample }) => sum + sample.frames, 0) * recordBytes(side);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= needed + reserveBytes) return;
  const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  throw new PretextError({
    code: 'disk-full',
    message: `The pixel cache needs ${inMegabytes(needed + reserveBytes)}, and this disk has ${inMegabytes(free)} left.`,
    path: folder,
    remedy: 'Free some space on this disk, or choose a smaller image size.',
  });
}

/** What a cache is to hold, and how it is prepared. */
interface Wanted {
  side: number;
  /** Version of the normalisation. */
  recipe: number;
  images: readonly Sample[];
  /** Series of the images that are scaled as a whole. */
  series: readonly ScaledSeries[];
}

async function build(
  store: PixelStoreWriter,
  pool: DecodePool,
  { side, recipe }: Wanted,
  missing: readonly MissingImage[],
  control: JobControl,
): Promise<void> {
  const meter = new ProgressMeter(control, 'Building pixel cache', missing.length);
  let next = 0;
  let done = 0;
  let failed = false;
  let lastCommit = Date.now();

  const crops = cropOf(recipe) !== 'none';

  const takeOne = async ({ sample, series }: MissingImage): Promise<void> => {
    const result = await pool.normalise(sample.path, side, recipe, seriesGuide(series));
    if (failed) return;
    const shown = result.ok && crops ? { shown: storedBox(result.box) } : {};
    if (result.ok) store.append(sample.imageId, result.frames, { ...series, ...shown });
    else store.skip({ image: sample.imageId, skipped: result.reason, file: fileFacts(sample.path) });
    if (store.uncommitted >= commitImages || Date.now() - lastCommit > commitMs) {
      // This lane waits, the others go on, up to as many images again.
      await store.commit();
      lastCommit = Date.now();
    }
    meter.update(++done);
  };
  const lane = async (): Promise<void> => {
    while (!failed && !control.signal.aborted && next < missing.length) {
      try {
        await takeOne(missing[next++]!);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  // Enough for every reader to have its next file before it is asked for.
  const lanes = await Promise.allSettled(Array.from({ length: 4 * pool.size }, lane));
  const broken = lanes.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  await store.commit();
  throwIfCancelled(control);
}

/** Whether there is nothing to do. */
function isComplete(index: StoreIndex, { images, series }: Wanted): boolean {
  return staleSeries(index, series).length === 0 && missingImages(index, images, series).length === 0;
}

async function addMissing(
  project: Project,
  files: StoreFiles,
  wanted: Wanted,
  control: JobControl,
): Promise<StoreIndex> {
  const { side } = wanted;
  const lock = project.lock(`pixels-${side}`);
  try {
    mkdirSync(project.pixelsFolder, { recursive: true });
    const store = new PixelStoreWriter(project.pixelsFolder, files, side);
    try {
      // Counted again under the lock: another process may have added images in the meantime.
      if (!isComplete(store.index, wanted)) {
        requireSpace(project.pixelsFolder, side, missingImages(store.index, wanted.images, wanted.series));
        const pool = new DecodePool();
        try {
          await measureStale(store, pool, wanted.series, wanted.recipe, control);
          const missing = missingImages(store.index, wanted.images, wanted.series);
          requireSpace(project.pixelsFolder, side, missing);
          // What was measured on pixels that are made anew.
          const again = missing.filter(({ sample }) => store.index.stored.has(sample.imageId));
          forgetMeasures(
            project,
            again.map(({ sample }) => sample.imageId),
          );
          await build(store, pool, wanted, missing, control);
        } finally {
          await pool.close();
        }
      }
      return store.index;
    } finally {
      await store.close();
    }
  } catch (error) {
    throw fileError(error, project.pixelsFolder);
  } finally {
    lock.release();
  }
}

/** Why each image wanted has no pixels; null where it has. */
function refusalsOf(index: StoreIndex, wanted: readonly Sample[]): Map<number, string | null> {
  return new Map(
    wanted.map(({ imageId }) => [
      imageId,
      index.stored.has(imageId) ? null : (index.skipped.get(imageId)?.skipped ?? null),
    ]),
  );
}

function cropSummary(index: StoreIndex, wanted: readonly Sample[]): CropSummary {
  const stored = wanted.flatMap(({ imageId }) => index.stored.get(imageId) ?? []);
  const areas = stored.flatMap(({ shown }) => {
    const box = cropBox(shown);
    return box === null ? [] : [(box.bottom - box.top) * (box.right - box.left)];
  });
  const medianArea = areas.length === 0 ? 1 : areas.sort((a, b) => a - b)[(areas.length - 1) >> 1]!;
  return { images: stored.length, cropped: areas.length, medianArea };
}

function cacheOf(files: StoreFiles, { side, recipe, images: wanted }: Wanted, index: StoreIndex): PixelCache {
  const crop = cropOf(recipe) === 'none' ? null : cropSummary(index, wanted);
  const cache: PixelCache = { file: files.pixels, side, samples: [], skipped: [], crop };
  for (const sample of wanted) {
    const { imageId, sopInstanceUID, seriesId, patientId, path, modality } = sample;
    const stored = index.stored.get(imageId);
    if (stored === undefined) {
      const reason = index.skipped.get(imageId)?.skipped ?? 'It could not be decoded.';
      cache.skipped.push({ path, reason });
      continue;
    }
    const flip = flipAllowed(sample);
    for (let frame = 0; frame < stored.frames; frame++) {
      const slot = stored.slot + frame;
      cache.samples.push({
        slot,
        imageId,
        frame,
        sopInstanceUID,
        seriesId,
        patientId,
        path,
        modality,
        flipAllowed: flip,
      });
    }
  }
  return cache;
}

/**
 * The pixel cache of the images that pass `select` (all images without it), at `side` pixels (one of `cacheSides`).
 * What is missing is decoded and normalised by threads first; an image that cannot be decoded is listed in `skipped`
 * and tried again when its file changes. An MR series that has grown is measured anew, and its images are made anew
 * where its range is another now. A stopped or killed call goes on where it was.
 *
 * @param recipe version of the normalisation that a model was trained with; each has a cache of its own
 * @throws PretextError `cancelled`; `disk-full` (the cache stays usable); `project-busy` where another process builds
 *   this cache; `unreadable`; `bad-file` for a recipe that this program does not know.
 */
export async function ensurePixelCache(
  project: Project,
  side: number,
  control: JobControl,
  select: SampleFilter = {},
  recipe: number = NORMALISE_RECIPE,
): Promise<PixelCache> {
  requireRecipe(recipe);
  if (!cacheSides.some((known) => known === side)) {
    throw new PretextError({
      code: 'bad-argument',
      message: `A pixel cache of side ${side} is not possible.`,
      remedy: `Choose one of ${cacheSides.join(', ')}.`,
    });
  }
  const wanted = samples(project, select);
  const files = storeFiles(project.pixelsFolder, side, recipe);
  const series = scaledSeries(project, wanted, recipe);
  const all: Wanted = { side, recipe, images: wanted, series };
  let index = readStore(files, side);
  if (!isComplete(index, all)) index = await addMissing(project, files, all, control);
  recordRefusals(project, refusalsOf(index, wanted));
  // Images are compared as they are prepared today, whatever an older model sees.
  if (recipe === NORMALISE_RECIPE || recipe === CROPPED_RECIPE)
    await measureCache(project, files.pixels, side, index, wanted, control);
  return cacheOf(files, all, index);
}
