/** @file Draws what a model's answers on some images depend on: `models/<id>/maps/IMAGE.png`, with what it says beside. */

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { fileError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import { type JobControl, ProgressMeter, silentJob, throwIfCancelled } from '../base/jobs.js';
import type { Project } from '../catalogue/project.js';
import type { Provider } from '../engine/runner.js';
import { ensurePixelCache } from '../pixels/cache.js';
import { readEvaluationImages } from '../pixels/evaluation.js';
import { predictedClass } from '../tasks/metrics.js';
import {
  heatColours,
  hiddenShare,
  type OcclusionGrid,
  occludedViews,
  occlusionMap,
  strongestOf,
  viewsOf,
} from '../tasks/occlusion.js';
import { Classifier } from './inference.js';
import { modelPaths, readModelCard, readWeights } from './model-store.js';

export interface ExplainOptions {
  model: string;
  imageIds: number[];
  device: Provider;
  threads: number;
}

export interface ExplainResult {
  /** Images that have a map now. */
  drawn: number;
  /** Images whose pixels cannot be read. */
  skipped: number;
}

/** What a map says; kept beside it. */
export interface Explanation {
  model: string;
  imageId: number;
  className: string;
  probability: number;
  strongest: number;
  patch: number;
}

/** Views that are held at a time; images share a batch as far as they fit. */
const MOST_VIEWS = 512;

/** Where the map of an image lies; the picture is written before what it says, so that what is listed is whole. */
export function mapPaths(project: Project, model: string, imageId: number): { picture: string; facts: string } {
  const folder = join(modelPaths(project, model).folder, 'maps');
  return { picture: join(folder, `${imageId}.png`), facts: join(folder, `${imageId}.json`) };
}

/** What the map of an image says, or null where there is none, or a damaged one, which is then drawn again. */
export function readExplanation(project: Project, model: string, imageId: number): Explanation | null {
  const { facts } = mapPaths(project, model, imageId);
  if (!existsSync(facts)) return null;
  try {
    return JSON.parse(readFileSync(facts, 'utf8')) as Explanation;
  } catch {
    return null;
  }
}

/** The map of one image and the class that it is about. */
export interface DrawnMap {
  classIndex: number;
  probability: number;
  /** [cells, cells] */
  map: Float32Array;
}

/**
 * Occlusion maps: of two classes always of the second (the finding), of several of the one that the model names.
 *
 * @param images [count, channels, imageSize, imageSize], each with mean 0 and variance 1
 */
export async function drawMaps(
  classifier: Classifier,
  images: Float32Array,
  grid: OcclusionGrid,
  onDrawn: (image: number, drawn: DrawnMap) => void,
  control: JobControl,
): Promise<void> {
  const pixels = grid.channels * grid.imageSize ** 2;
  const count = images.length / pixels;
  const views = viewsOf(grid);
  const together = Math.max(1, Math.floor(MOST_VIEWS / views));
  const buffer = new Float32Array(Math.min(together, count) * views * pixels);
  const { classes } = classifier;
  for (let first = 0; first < count; first += together) {
    throwIfCancelled(control);
    const here = Math.min(together, count - first);
    for (let i = 0; i < here; i++) {
      const image = images.subarray((first + i) * pixels, (first + i + 1) * pixels);
      occludedViews(image, grid, buffer.subarray(i * views * pixels, (i + 1) * views * pixels));
    }
    const silent = { ...silentJob(), signal: control.signal };
    const { probabilities } = await classifier.run(buffer.subarray(0, here * views * pixels), silent, '');
    for (let i = 0; i < here; i++) {
      const rows = probabilities.subarray(i * views * classes, (i + 1) * views * classes);
      const classIndex = classes === 2 ? 1 : predictedClass(rows.subarray(0, classes), null);
      const ofClass = Float32Array.from({ length: views }, (_, view) => rows[view * classes + classIndex]);
      onDrawn(first + i, { classIndex, probability: ofClass[0], map: occlusionMap(ofClass, grid) });
    }
  }
}

/**
 * Draws the maps of some images of the project; of an image with several frames, of its first.
 *
 * @throws PretextError `not-found` (model), `device`, `disk-full`, `cancelled` (maps that are drawn stay).
 */
export async function explain(project: Project, options: ExplainOptions, control: JobControl): Promise<ExplainResult> {
  const card = readModelCard(project, options.model);
  const cache = await ensurePixelCache(
    project,
    card.cacheSide,
    control,
    { imageIds: options.imageIds },
    card.normalisation,
  );
  const first = cache.samples.filter(({ frame }) => frame === 0);
  const folder = join(modelPaths(project, card.id).folder, 'maps');
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw fileError(error, folder);
  }
  const images = readEvaluationImages(
    cache,
    first.map(({ slot }) => slot),
    card.vit.imageSize,
  );
  const device = { provider: options.device, threads: options.threads };
  const classifier = await Classifier.create(card.vit, card.classes.length, readWeights(project, card.id), device);
  const meter = new ProgressMeter(control, 'Explaining', first.length);
  try {
    await drawMaps(
      classifier,
      images,
      card.vit,
      (image, { classIndex, probability, map }) => {
        const { imageId } = first[image];
        const side = Math.round(Math.sqrt(map.length));
        const paths = mapPaths(project, card.id, imageId);
        writeFileAtomic(paths.picture, [
          encode({ width: side, height: side, data: heatColours(map), channels: 4, depth: 8 }),
        ]);
        const facts: Explanation = {
          model: card.id,
          imageId,
          className: card.classes[classIndex],
          probability,
          strongest: strongestOf(map),
          patch: hiddenShare(card.vit),
        };
        writeFileAtomic(paths.facts, [`${JSON.stringify(facts)}\n`]);
        meter.update(image + 1);
      },
      control,
    );
  } finally {
    await classifier.release();
  }
  return { drawn: first.length, skipped: options.imageIds.length - first.length };
}
