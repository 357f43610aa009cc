/** @file Where fine-tuned models lie in a project: `models/<id>/model.json`, its weights and its test predictions. */

import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { fileError, PretextError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import type { Project } from '../catalogue/project.js';
import { readSafetensors, type Tensor, writeSafetensors } from '../exports/safetensors.js';
import type { Parameter } from '../nn/parameters.js';

const finetuneMode = v.picklist(['probe', 'full']);
export type FinetuneMode = v.InferOutput<typeof finetuneMode>;

const size = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const perPart = v.object({ train: count, val: count, test: count });

/** Everything about a model but its weights. Fields that earlier versions did not write have defaults. */
const modelCard = v.object({
  formatVersion: v.literal(1),
  id: v.string(),
  /** ISO 8601, UTC. */
  created: v.string(),
  task: v.string(),
  classes: v.pipe(v.array(v.string()), v.minLength(2)),
  mode: finetuneMode,
  /** The pretraining run, or null: from scratch. */
  run: v.nullable(v.string()),
  vit: v.object({ imageSize: size, patchSize: size, width: size, depth: size, heads: size, channels: size }),
  cacheSide: size,
  /** Labels drawn for each seed, and the seeds; the stored weights are those of the first seed. */
  labels: size,
  seeds: v.array(count),
  /** Version of the pixel normalisation that the model was trained on. */
  normalisation: count,
  /** Two classes: probability of the second from which it is named; null: the more probable class is named. */
  threshold: v.optional(v.nullable(v.number()), null),
  /** Whether validation patients chose the threshold, or it is the second class's share of the labels. */
  thresholdSource: v.optional(v.nullable(v.picklist(['validation', 'label-share'])), null),
  /** How patients were split; null where it was not kept. */
  split: v.optional(
    v.nullable(
      v.object({
        origin: v.picklist(['official', 'automatic']),
        validation: v.picklist(['official', 'carved', 'none']),
        patients: perPart,
        images: perPart,
      }),
    ),
    null,
  ),
});
export type ModelCard = v.InferOutput<typeof modelCard>;

/** Checked in one go: with many test images there are millions of numbers, and the window's main process reads them. */
const numbers = v.custom<number[]>(
  (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'number'),
  'not a list of numbers',
);
const thresholds = v.array(v.nullable(v.number()));

/** Predictions on the test images, from which every figure of the model can be computed again. */
const testPredictions = v.object({
  imageIds: numbers,
  patientIds: numbers,
  /** [images] */
  labels: numbers,
  /** For each seed [images * classes], row-major. */
  perSeed: v.array(numbers),
  /** Operating point of each seed's model, null: the more probable class; empty in older models. */
  thresholds: v.optional(thresholds, () => []),
  /** The same from random initialisation; null where the model itself is that. */
  baselinePerSeed: v.nullable(v.array(numbers)),
  baselineThresholds: v.optional(v.nullable(thresholds), null),
});
export type TestPredictions = v.InferOutput<typeof testPredictions>;

export interface ModelPaths {
  folder: string;
  card: string;
  weights: string;
  predictions: string;
}

export function modelPaths(project: Project, id: string): ModelPaths {
  const folder = join(project.modelsFolder, id);
  return {
    folder,
    card: join(folder, 'model.json'),
    weights: join(folder, 'weights.safetensors'),
    predictions: join(folder, 'test-predictions.json'),
  };
}

/** Writes a model; model.json last, so that a model that can be listed is whole. */
export function saveModel(
  project: Project,
  card: ModelCard,
  parameters: readonly Parameter[],
  weights: ReadonlyMap<string, Float32Array>,
  predictions: TestPredictions,
): void {
  const paths = modelPaths(project, card.id);
  try {
    mkdirSync(paths.folder, { recursive: true });
  } catch (error) {
    throw fileError(error, paths.folder);
  }
  const tensors = new Map<string, Tensor>();
  for (const { name, tensor } of parameters) {
    const data = weights.get(name);
    if (data === undefined) throw new PretextError({ code: 'internal', message: `The weight ${name} is missing.` });
    tensors.set(name, { dtype: 'F32', shape: [...tensor.shape], data });
  }
  writeSafetensors(paths.weights, tensors, { format: 'pt', model: card.id, classes: JSON.stringify(card.classes) });
  writeFileAtomic(paths.predictions, [JSON.stringify(predictions)]);
  writeFileAtomic(paths.card, [`${JSON.stringify(card, null, 2)}\n`]);
}

/** Ids of the project's models, oldest first. */
export function listModels(project: Project): string[] {
  return readdirSync(project.modelsFolder)
    .filter((id) => existsSync(modelPaths(project, id).card))
    .sort();
}

/** @throws PretextError `not-found`, naming the models that there are; `bad-file` where a file is damaged. */
export function readModelCard(project: Project, id: string): ModelCard {
  const { card } = modelPaths(project, id);
  if (!/^[\w.-]+$/.test(id) || !existsSync(card)) {
    const known = listModels(project);
    throw new PretextError({
      code: 'not-found',
      message: `There is no model ${id} in this project.`,
      remedy: known.length === 0 ? "Make one with 'pretext finetune'." : `The models are: ${known.join(', ')}.`,
    });
  }
  return readJson(card, modelCard);
}

export function readPredictions(project: Project, id: string): TestPredictions {
  return readJson(modelPaths(project, id).predictions, testPredictions);
}

export function readWeights(project: Project, id: string): Map<string, Float32Array> {
  return float32Tensors(modelPaths(project, id).weights);
}

/** The float32 tensors of a safetensors file by name. */
export function float32Tensors(path: string): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  for (const [name, tensor] of readSafetensors(path).tensors) {
    if (tensor.dtype === 'F32') weights.set(name, tensor.data);
  }
  return weights;
}

function readJson<T extends v.GenericSchema>(path: string, schema: T): v.InferOutput<T> {
  try {
    return v.parse(schema, JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new PretextError({
      code: 'bad-file',
      message: 'This file of the model cannot be read.',
      path,
      remedy: 'It was damaged, or written by a newer Pretext; fine-tune again.',
      cause: error,
    });
  }
}
