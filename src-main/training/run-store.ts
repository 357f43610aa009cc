/** @file Where a run's configuration, diary, checkpoints and weights lie in a project: `runs/<id>/`. */

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileError, PretextError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import type { Flag } from '../catalogue/flags.js';
import type { Project } from '../catalogue/project.js';
import type { Split } from '../catalogue/queries.js';
import type { Provider } from '../engine/runner.js';
import type { FitReport } from '../nn/foreign-weights.js';
import type { BackboneName, VitConfig } from '../nn/vit.js';
import type { Positives } from '../pixels/sampler.js';
import type { PretextMethod } from '../ssl/pretext.js';

/** Everything that decides what a pretraining run computes, kept with it. */
export interface RunConfig {
  formatVersion: 1;
  id: string;
  /** ISO 8601, UTC. */
  created: string;
  method: PretextMethod;
  backbone: BackboneName;
  vit: VitConfig;
  epochs: number;
  totalSteps: number;
  stepsPerEpoch: number;
  batch: number;
  learningRate: number;
  warmupSteps: number;
  seed: number;
  positives: Positives;
  split: Split | null;
  /** Flags whose images were left out; runs from before there were any do not say. */
  leftOut?: readonly Flag[];
  device: Provider;
  threads: number;
  /** Whether products are computed in half precision; runs from before there was any do not say. */
  precision?: 'float32' | 'mixed';
  cacheSide: number;
  /** Version of the pixel normalisation. */
  normalisation: number;
  /** Number of samples, and a hash over which they are: a resumed run must see the same. */
  samples: number;
  samplesHash: string;
  appVersion: string;
  /** Weights from elsewhere that the encoder started from; absent where it started at random. */
  start?: StartWeights;
  /** Whether pictures are made while it runs; runs from before there were any do not say. */
  previews?: boolean;
}

/** Where an encoder's first weights came from, and what of them was taken. */
export interface StartWeights extends FitReport {
  /** Name of the file, without its folder. */
  file: string;
  sha256: string;
}

export interface RunPaths {
  folder: string;
  config: string;
  events: string;
  checkpoints: string;
  encoder: string;
  /** Weights from elsewhere, fitted to the encoder: the run can be resumed without the file they came from. */
  start: string;
  /** What a person wrote about the run. */
  note: string;
  previews: string;
}

export function runPaths(project: Project, id: string): RunPaths {
  const folder = join(project.runsFolder, id);
  return {
    folder,
    config: join(folder, 'run.json'),
    events: join(folder, 'events.jsonl'),
    checkpoints: join(folder, 'checkpoints'),
    encoder: join(folder, 'encoder.safetensors'),
    start: join(folder, 'start.safetensors'),
    note: join(folder, 'note.txt'),
    previews: join(folder, 'previews'),
  };
}

/** A new id that sorts by time, such as `inpainting-20260102-030405-1a2b`. */
export function newId(prefix: string): string {
  const stamp = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${prefix}-${stamp}-${randomBytes(2).toString('hex')}`;
}

/** Makes the run's folder and writes its configuration. */
export function createRun(project: Project, config: RunConfig): RunPaths {
  const paths = runPaths(project, config.id);
  try {
    mkdirSync(paths.checkpoints, { recursive: true });
  } catch (error) {
    throw fileError(error, paths.folder);
  }
  writeFileAtomic(paths.config, [`${JSON.stringify(config, null, 2)}\n`]);
  return paths;
}

/** Ids of the project's runs, oldest first. */
export function listRuns(project: Project): string[] {
  return readdirSync(project.runsFolder)
    .filter((id) => existsSync(runPaths(project, id).config))
    .sort((a, b) => a.slice(a.indexOf('-')).localeCompare(b.slice(b.indexOf('-'))));
}

/** Version of the pixel normalisation of runs from before it was kept. */
const UNRECORDED_NORMALISATION = 2;

/** @throws PretextError `not-found`, naming the runs that there are; `bad-file` where run.json is damaged. */
export function readRun(project: Project, id: string): RunConfig {
  const { config } = runPaths(project, id);
  if (!/^[\w.-]+$/.test(id) || !existsSync(config)) {
    const known = listRuns(project);
    throw new PretextError({
      code: 'not-found',
      message: `There is no run ${id} in this project.`,
      remedy: known.length === 0 ? "Make one with 'pretext pretrain'." : `The runs are: ${known.join(', ')}.`,
    });
  }
  try {
    const value: unknown = JSON.parse(readFileSync(config, 'utf8'));
    if (typeof value === 'object' && value !== null && 'formatVersion' in value && value.formatVersion === 1) {
      return { normalisation: UNRECORDED_NORMALISATION, ...value } as RunConfig;
    }
  } catch (error) {
    throw damaged(config, error);
  }
  throw damaged(config, undefined);
}

function damaged(path: string, cause: unknown): PretextError {
  return new PretextError({
    code: 'bad-file',
    message: 'The configuration of this run cannot be read.',
    path,
    remedy: 'It was damaged or written by a newer Pretext; start a new run.',
    cause,
  });
}
