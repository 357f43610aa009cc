/** @file Answers calls about pretraining runs. */

import type { RunInfo, runCalls } from '../contract/runs.js';
import { type RunSummary, summariseRuns } from '../training/run-summary.js';
import type { Handlers } from './handlers.js';
import type { Workbench } from './workbench.js';

function runInfo({ config, state, step, loss, usable, note }: RunSummary): RunInfo {
  const { id, method, backbone, vit, epochs, batch, learningRate, seed, positives, split } = config;
  const { device, threads, samples, created, totalSteps, stepsPerEpoch } = config;
  const { imageSize, patchSize, depth } = vit;
  return {
    ...{ id, method, backbone, depth, imageSize, patchSize, epochs, batch, learningRate, seed, positives, split },
    ...{ device, threads, images: samples, created, state, step, totalSteps, stepsPerEpoch, loss, usable, note },
  };
}

export function answerRuns(workbench: Workbench): Handlers<keyof typeof runCalls> {
  return {
    'runs:list': () => summariseRuns(workbench.project).map(runInfo),
  };
}
