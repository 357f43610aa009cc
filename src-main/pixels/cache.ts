/** @file Makes sure that the images of a project lie in its pixel cache: decoded, normalised, ready for training. */

import { mkdirSync, statfsSync, statSync } from 'node:fs';
import { fileError, PretextError } from '../base/errors.js';
import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import type { Project } from '../catalogue/project.js';
import { type Sample, type SampleFilter, samples } from '../catalogue/queries.js';
import { recordRefusals } from '../catalogue/refusals.js';
import { containerOf } from '../dicom/address.js';
import { DecodePool } from '../dicom/decode-pool.js';
import { NORMALISE_RECIPE, requireRecipe } from '../dicom/normalise.js';
import { flipAllowed } from './flip.js';
import { measureCache } from './quality.js';
import { recordBytes } from './records.js';
import { cacheSides } from './side.js';
import { PixelStoreWriter, readStore, type StoreFiles, storeFiles } from './store.js';
import type { SkippedImage, StoreIndex } from './store-index.js';

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

export interface PixelCache {
  /** File of records [side, side] of 16-bit values, little endian. */
  file: string;
  side: number;
  /** Frames of the images asked for, by image and frame. */
  samples: CachedSample[];
  /** Images asked for that could not be decoded. */
  skipped: { path: string; reason: string }[];
}

/** Images that a crash may cost. */
const commitImages = 256;
const commitMs = 2000;
/** Left free for the catalogue, runs and checkpoints, bytes. */
const reserveBytes = 64 * 2 ** 20;

function fileFacts(path: string): SkippedImage['file'] {
  try {
    const { size, mtimeMs } = statSync(containerOf(path));
    return { size, mtimeMs };
  } catch {
    return null;
  }
}

/** Whether an image that was skipped before deserves another try: its file is another now, or is there again. */
function isChanged(before: SkippedImage, path: string): boolean {
  const now = fileFacts(path);
  return now?.size !== before.file?.size || now?.mtimeMs !== before.file?.mtimeMs;
}

function missingFrom(index: StoreIndex, wanted: readonly Sample[]): Sample[] {
  return wanted.filter((sample) => {
    if (index.stored.has(sample.imageId)) return false;
    const before = index.skipped.get(sample.imageId);
    return before === undefined || isChanged(before, sample.path);
  });
}

/** @throws PretextError `disk-full` before hours of work that cannot end well. */
function requireSpace(folder: string, side: number, missing: readonly Sample[]): void {
  const needed = missing.reduce((sum, sample) => sum + sample.frames, 0) * recordBytes(side);
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

/** How pixels are prepared. */
interface Prepared {
  side: number;
  /** Version of the normalisation. */
  recipe: number;
}

async function build(
  store: PixelStoreWriter,
  pool: DecodePool,
  { side, recipe }: Prepared,
  missing: readonly Sample[],
  control: JobControl,
): Promise<void> {
  const meter = new ProgressMeter(control, 'Building pixel cache', missing.length);
  let next = 0;
  let done = 0;
  let failed = false;
  let lastCommit = Date.now();

  const takeOne = async (sample: Sample): Promise<void> => {
    const result = await pool.normalise(sample.path, side, recipe);
    if (failed) return;
    if (result.ok) store.append(sample.imageId, result.frames);
    else store.skip({ image: sample.imageId, skipped: result.reason, file: fileFacts(sample.path) });
    if (store.uncommitted >= commitImages || Date.now() - lastCommit > commitMs) {
      store.commit();
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
  // Two files for each thread: one that is being read and the one after it.
  const lanes = await Promise.allSettled(Array.from({ length: 2 * pool.size }, lane));
  const broken = lanes.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  store.commit();
  throwIfCancelled(control);
}

async function addMissing(
  project: Project,
  files: StoreFiles,
  prepared: Prepared,
  wanted: readonly Sample[],
  control: JobControl,
): Promise<StoreIndex> {
  const { side } = prepared;
  const lock = project.lock(`pixels-${side}`);
  try {
    mkdirSync(project.pixelsFolder, { recursive: true });
    const store = new PixelStoreWriter(project.pixelsFolder, files, side);
    try {
      // Counted again under the lock: another process may have added images in the meantime.
      const missing = missingFrom(store.index, wanted);
      if (missing.length === 0) return store.index;
      requireSpace(project.pixelsFolder, side, missing);
      const pool = new DecodePool();
      try {
        await build(store, pool, prepared, missing, control);
      } finally {
        await pool.close();
      }
      return store.index;
    } finally {
      store.close();
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

function cacheOf(files: StoreFiles, side: number, wanted: readonly Sample[], index: StoreIndex): PixelCache {
  const cache: PixelCache = { file: files.pixels, side, samples: [], skipped: [] };
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
 * and tried again when its file changes. A stopped or killed call goes on where it was.
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
  let index = readStore(files, side);
  if (missingFrom(index, wanted).length > 0) {
    index = await addMissing(project, files, { side, recipe }, wanted, control);
  }
  recordRefusals(project, refusalsOf(index, wanted));
  // Images are compared as they are prepared today, whatever an older model sees.
  if (recipe === NORMALISE_RECIPE) await measureCache(project, files.pixels, side, index, wanted, control);
  return cacheOf(files, side, wanted, index);
}
