/** @file The encoder of a pretraining run: its shape and weights, finished or from the newest checkpoint. */

import { existsSync } from 'node:fs';
import { PretextError } from '../base/errors.js';
import type { Project } from '../catalogue/project.js';
import type { VitConfig } from '../nn/vit.js';
import { hasCheckpoint, loadCheckpoint } from './checkpoint.js';
import { float32Tensors } from './model-store.js';
import { readRun, runPaths } from './run-store.js';

export interface Encoder {
  vit: VitConfig;
  weights: Map<string, Float32Array>;
  /** Steps of training that the weights have seen. */
  step: number;
  /** Version of the pixel normalisation that they were trained on. */
  normalisation: number;
}

/** Whether a run has an encoder that can be used, finished or not. */
export function hasEncoder(project: Project, run: string): boolean {
  const { encoder, checkpoints } = runPaths(project, run);
  return existsSync(encoder) || hasCheckpoint(checkpoints);
}

/** @throws PretextError `not-found` (run, or it has no checkpoint yet), `bad-file`. */
export function readEncoder(project: Project, run: string): Encoder {
  const { vit, totalSteps, normalisation } = readRun(project, run);
  const paths = runPaths(project, run);
  if (existsSync(paths.encoder)) {
    return { vit, weights: float32Tensors(paths.encoder), step: totalSteps, normalisation };
  }
  const checkpoint = loadCheckpoint(paths.checkpoints);
  if (checkpoint === null) {
    throw new PretextError({
      code: 'not-found',
      message: `Run ${run} has no checkpoint yet.`,
      remedy: `Let it go on: pretext pretrain --resume ${run}.`,
    });
  }
  // Weights that are not trained are in no checkpoint.
  const weights = existsSync(paths.start) ? float32Tensors(paths.start) : new Map<string, Float32Array>();
  for (const [name, { data }] of checkpoint.state) weights.set(name, data);
  return { vit, weights, step: checkpoint.step, normalisation };
}
