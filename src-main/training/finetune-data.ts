/** @file What fine-tuning learns from and is measured on: labelled images by patient, their pixels, the encoder. */

import { PretextError } from '../base/errors.js';
import type { JobControl } from '../base/jobs.js';
import type { Project } from '../catalogue/project.js';
import { type LabelledImage, labelledImages } from '../catalogue/queries.js';
import { getTask } from '../catalogue/tasks.js';
import { type Crop, cropOf, recipeWith } from '../dicom/normalise.js';
import { type BackboneName, VIT_BACKBONES, type VitConfig } from '../nn/vit.js';
import { type CachedSample, ensurePixelCache, type PixelCache } from '../pixels/cache.js';
import { cacheSideFor } from '../pixels/side.js';
import { labelProblem, type TaskSplit, taskSplit } from '../tasks/task-split.js';
import { readEncoder } from './encoder.js';
import { listRuns, readRun } from './run-store.js';

export type { LabelledImage } from '../catalogue/queries.js';

/** An encoder's shape where there is no run to take it from. */
export interface EncoderShape {
  name: BackboneName;
  imageSize: number;
  patchSize: number;
  depth: number | null;
  /** To what images are cropped; left out: to nothing. */
  crop?: Crop;
}

/** Where an encoder starts: weights by name, on top of which everything missing is random. */
export type Start = ReadonlyMap<string, Float32Array> | null;

export interface FinetuneData {
  cache: PixelCache;
  classes: string[];
  split: TaskSplit;
  train: LabelledImage[];
  val: LabelledImage[];
  test: LabelledImage[];
  /** Frames of each image in the cache. */
  frames: Map<number, CachedSample[]>;
}

/** The shape of an encoder that starts at random: as asked, else as the project's newest run, else vit-tiny at 64 px. */
export function scratchShape(project: Project, shape: EncoderShape | null): VitConfig {
  if (shape === null) {
    const newest = listRuns(project).at(-1);
    if (newest !== undefined) return readRun(project, newest).vit;
  }
  const { name, imageSize, patchSize, depth } = shape ?? {
    name: 'vit-tiny' as const,
    imageSize: 64,
    patchSize: 8,
    depth: null,
  };
  const { width, heads, depth: fullDepth } = VIT_BACKBONES[name];
  return { imageSize, patchSize, width, depth: depth ?? fullDepth, heads, channels: 1 };
}

/** The crop of images for an encoder that starts at random: as asked, else as in the project's newest run. */
function scratchCrop(project: Project, shape: EncoderShape | null): Crop {
  if (shape !== null) return shape.crop ?? 'none';
  const newest = listRuns(project).at(-1);
  return newest === undefined ? 'none' : cropOf(readRun(project, newest).normalisation);
}

/** The shape of a run's encoder, or of one that starts at random. @throws PretextError `not-found` (run). */
export function encoderShape(project: Project, run: string | null): VitConfig {
  return run === null ? scratchShape(project, null) : readRun(project, run).vit;
}

/**
 * The encoder's shape, and the weights of the run (its newest checkpoint where it has not ended yet), with the
 * version of the normalisation that it learned from: it goes on with such pixels.
 *
 * @throws PretextError `not-found` where the run is not there or has no weights yet.
 */
export function encoderOf(
  project: Project,
  run: string | null,
  shape: EncoderShape | null,
): { vit: VitConfig; weights: Start; normalisation: number } {
  if (run === null) {
    const normalisation = recipeWith(scratchCrop(project, shape));
    return { vit: scratchShape(project, shape), weights: null, normalisation };
  }
  const { vit, weights, normalisation } = readEncoder(project, run);
  return { vit, weights, normalisation };
}

/**
 * Labelled images, split by patient, and their pixels. Images whose pixels cannot be read are left out.
 *
 * @throws PretextError `too-few-labels` with the remedy, as `labelProblem` has it; `not-found` (task).
 */
export async function finetuneData(
  project: Project,
  taskName: string,
  { vit, normalisation }: { vit: VitConfig; normalisation: number },
  control: JobControl,
): Promise<FinetuneData> {
  const classes = getTask(project, taskName).classes.map(({ name }) => name);
  const labelled = labelledImages(project, taskName);
  const split = taskSplit(labelled, classes.length);
  requireLabels(labelled, split, classes, taskName);
  const ids = labelled.filter(({ imageId }) => split.ofImage.has(imageId)).map(({ imageId }) => imageId);
  const side = cacheSideFor(vit.imageSize);
  const cache = await ensurePixelCache(project, side, control, { imageIds: ids }, normalisation);
  const frames = new Map<number, CachedSample[]>();
  for (const sample of cache.samples) {
    const known = frames.get(sample.imageId);
    if (known === undefined) frames.set(sample.imageId, [sample]);
    else known.push(sample);
  }
  const usable = labelled.filter(({ imageId }) => frames.has(imageId));
  requireLabels(usable, split, classes, taskName);
  const part = (name: 'train' | 'val' | 'test') => usable.filter(({ imageId }) => split.ofImage.get(imageId) === name);
  return { cache, classes, split, train: part('train'), val: part('val'), test: part('test'), frames };
}

function requireLabels(images: LabelledImage[], split: TaskSplit, classes: string[], taskName: string): void {
  const problem = labelProblem(images, split.ofImage, classes);
  if (problem === null) return;
  throw new PretextError({
    code: 'too-few-labels',
    message: `${problem.message} (${images.length} labelled images in task ${taskName}.)`,
    remedy: problem.remedy,
  });
}
