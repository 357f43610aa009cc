/** @file Where fine-tuned models lie in a project: `models/<id>/model.json`, its weights and its test predictions. */

import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileError, PretextError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import type { Project } from '../catalogue/project.js';
import { readSafetensors, type Tensor, writeSafetensors } from '../exports/safetensors.js';
import type { Parameter } from '../nn/parameters.js';
import type { VitConfig } from '../nn/vit.js';

export type FinetuneMode = 'probe' | 'full';

/** Everything about a model but its weights. */
export interface ModelCard {
  formatVersion: 1;
  id: string;
  /** ISO 8601, UTC. */
  created: string;
  task: string;
  classes: string[];
  mode: FinetuneMode;
  /** The pretraining run, or null: from scratch. */
  run: string | null;
  vit: VitConfig;
  cacheSide: number;
  /** Labels drawn for each seed, and the seeds; the stored weights are those of the first seed. */
  labels: number;
  seeds: number[];
  /** Version of the pixel normalisation that the model was trained on. */
  normalisation: number;
  /** Probability of the second of two classes from which it is named, chosen on validation patients. */
  threshold?: number | null;
}

/** Predictions on the test images, from which every figure of the model can be computed again. */
export interface TestPredictions {
  imageIds: number[];
  patientIds: number[];
  /** [images] */
  labels: number[];
  /** For each seed [images * classes], row-major. */
  perSeed: number[][];
  /** The same from random initialisation; null where the model itself is that. */
  baselinePerSeed: number[][] | null;
}

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
  return readJson<ModelCard>(card);
}

export function readPredictions(project: Project, id: string): TestPredictions {
  return readJson<TestPredictions>(modelPaths(project, id).predictions);
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

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    throw new PretextError({
      code: 'bad-file',
      message: 'This file of the model cannot be read.',
      path,
      remedy: 'It was damaged; fine-tune again.',
      cause: error,
    });
  }
}
