/** @file Pretraining runs: what there is, how each stands, what it was made with. */

import * as v from 'valibot';
import { finite, itemId, nothing, wholeNumber } from './channels.js';

export const pretextMethod = v.picklist(['inpainting', 'contrastive']);
export const backboneName = v.picklist(['vit-tiny', 'vit-small', 'vit-base']);
export const deviceName = v.picklist(['cpu', 'webgpu', 'dml', 'cuda', 'coreml']);
export const splitName = v.picklist(['train', 'val', 'test']);
export const positivesName = v.picklist(['image', 'series', 'patient']);

/** A run and how it stands. */
export const runInfo = v.object({
  id: itemId,
  method: pretextMethod,
  backbone: backboneName,
  /** Transformer blocks. */
  depth: wholeNumber,
  /** Pixels on a side. */
  imageSize: wholeNumber,
  patchSize: wholeNumber,
  epochs: wholeNumber,
  batch: wholeNumber,
  learningRate: finite,
  seed: wholeNumber,
  positives: positivesName,
  /** Official split it learns from; null: all images. */
  split: v.nullable(splitName),
  device: deviceName,
  threads: wholeNumber,
  /** Frames that it learns from. */
  images: wholeNumber,
  /** ISO 8601, UTC. */
  created: v.string(),
  /** `failed`: it ended by an error or with its process. `discarded`: the user ended it for good. */
  state: v.picklist(['running', 'paused', 'finished', 'failed', 'discarded']),
  /** Steps done. */
  step: wholeNumber,
  totalSteps: wholeNumber,
  stepsPerEpoch: wholeNumber,
  /** Loss of its last step; null before the first. */
  loss: v.nullable(finite),
  /** Whether it has weights to build on: an encoder or a checkpoint. */
  usable: v.boolean(),
  note: v.string(),
});
export type RunInfo = v.InferOutput<typeof runInfo>;
export type RunState = RunInfo['state'];

export const runCalls = {
  /** Newest first. */
  'runs:list': { argument: nothing, answer: v.array(runInfo) },
};

export const runEvents = {};
