/** @file Reads new studies with a fine-tuned model: a probability for every image and series, as CSV. */

import { PretextError } from '../base/errors.js';
import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import { Random } from '../base/random.js';
import type { Project } from '../catalogue/project.js';
import { patientKey, pseudonym } from '../catalogue/pseudonym.js';
import { walk } from '../catalogue/walk.js';
import { DecodePool } from '../dicom/decode-pool.js';
import { requireRecipe } from '../dicom/normalise.js';
import type { Provider } from '../engine/runner.js';
import { type ImagePrediction, writePredictionCsv } from '../exports/csv.js';
import { writeSafetensors } from '../exports/safetensors.js';
import { augment } from '../pixels/augment.js';
import { evaluationRecipe } from '../pixels/recipes.js';
import { guidesOfFiles } from '../pixels/series-ranges.js';
import { Classifier } from './inference.js';
import { readModelCard, readWeights } from './model-store.js';

export interface PredictOptions {
  folders: string[];
  model: string;
  /** CSV file to write. */
  out: string;
  /** A safetensors file for the pixels as the network saw them, [frames, 1, imageSize, imageSize]; null: none. */
  inputsOut: string | null;
  device: Provider;
  threads: number;
}

export interface PredictResult {
  model: string;
  out: string;
  images: number;
  series: number;
  skipped: { path: string; reason: string }[];
  /** Two classes: probability from which the second was named; null: the more probable class was. */
  threshold: number | null;
  seconds: number;
}

/** Images whose pixels are held at a time: memory does not grow with the folder. */
const CHUNK = 512;

/** @throws PretextError `not-found` (model), `unreadable` (folder), `disk-full` (CSV), `device`. */
export async function predict(project: Project, options: PredictOptions, control: JobControl): Promise<PredictResult> {
  const started = performance.now();
  const card = readModelCard(project, options.model);
  requireRecipe(card.normalisation);
  const { files, skipped } = await walk(options.folders, () => false, control);
  if (files.length === 0) {
    throw new PretextError({
      code: 'unreadable',
      message: 'There are no files to read.',
      path: options.folders.join(', '),
      remedy: 'Name a folder that holds studies.',
    });
  }
  const device = { provider: options.device, threads: options.threads };
  const classifier = await Classifier.create(card.vit, card.classes.length, readWeights(project, card.id), device);
  const pool = new DecodePool();
  const meter = new ProgressMeter(control, 'Reading studies', files.length);
  const predictions: ImagePrediction[] = [];
  const refused = [...skipped];
  const kept: Float32Array[] = [];
  const size = card.vit.imageSize;
  try {
    const guides = await guidesOfFiles(pool, files, card.normalisation, control);
    for (let first = 0; first < files.length; first += CHUNK) {
      throwIfCancelled(control);
      const chunk = files.slice(first, first + CHUNK);
      const results = await Promise.all(
        chunk.map(({ path }) => pool.normalise(path, card.cacheSide, card.normalisation, guides.get(path) ?? null)),
      );
      const views: Float32Array[] = [];
      const owners: { prediction: ImagePrediction; frames: number }[] = [];
      for (const [index, result] of results.entries()) {
        const { path } = chunk[index];
        if (!result.ok) {
          refused.push({ path, reason: result.reason });
          continue;
        }
        const { header, frames } = result;
        for (const frame of frames) {
          const view = new Float32Array(size * size);
          augment(frame, card.cacheSide, view, size, evaluationRecipe, new Random(0), false);
          views.push(view);
        }
        const prediction: ImagePrediction = {
          path,
          sopInstanceUID: header.sopInstanceUID,
          seriesInstanceUID: header.seriesInstanceUID,
          patient: pseudonym(patientKey(header, path), project.salt),
          probabilities: [],
        };
        owners.push({ prediction, frames: frames.length });
      }
      const pixels = new Float32Array(views.length * size * size);
      for (const [index, view] of views.entries()) pixels.set(view, index * size * size);
      const silent: JobControl = { signal: control.signal, onProgress: () => undefined };
      const { probabilities } = await classifier.run(pixels, silent, '');
      let row = 0;
      for (const { prediction, frames } of owners) {
        predictions.push({ ...prediction, probabilities: meanRows(probabilities, row, frames, card.classes.length) });
        row += frames;
      }
      if (options.inputsOut !== null) kept.push(pixels);
      meter.update(Math.min(files.length, first + CHUNK));
    }
  } finally {
    await Promise.all([pool.close(), classifier.release()]);
  }
  writePredictionCsv(options.out, { classNames: card.classes, threshold: card.threshold, images: predictions });
  if (options.inputsOut !== null) saveInputs(options.inputsOut, kept, size);
  return {
    model: card.id,
    out: options.out,
    images: predictions.length,
    series: new Set(predictions.map((prediction) => prediction.seriesInstanceUID).filter((uid) => uid !== null)).size,
    skipped: refused,
    threshold: card.threshold,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Mean of `count` rows of [.., width] from row `first`. */
function meanRows(rows: Float32Array, first: number, count: number, width: number): Float64Array {
  const mean = new Float64Array(width);
  for (let row = first; row < first + count; row++) {
    for (let i = 0; i < width; i++) mean[i] += rows[row * width + i] / count;
  }
  return mean;
}

function saveInputs(path: string, chunks: Float32Array[], size: number): void {
  const frames = chunks.reduce((sum, chunk) => sum + chunk.length, 0) / (size * size);
  const data = new Float32Array(frames * size * size);
  let offset = 0;
  for (const chunk of chunks) {
    data.set(chunk, offset);
    offset += chunk.length;
  }
  writeSafetensors(path, new Map([['images', { dtype: 'F32', shape: [frames, 1, size, size], data }]]), {});
}
