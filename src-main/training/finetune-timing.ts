/** @file Times a few steps of fine-tuning an encoder on a device, so that a person knows what a choice costs. */

import { type JobControl, silentJob, throwIfCancelled } from '../base/jobs.js';
import { Random } from '../base/random.js';
import { openProgram } from '../engine/open.js';
import type { Provider } from '../engine/runner.js';
import { initialValues } from '../nn/parameters.js';
import type { VitConfig } from '../nn/vit.js';
import { finetuneInputs, finetuneStep } from './finetune-arms.js';
import { FINETUNE_BATCH, type FinetuneSpeed } from './finetune-plan.js';
import { Classifier } from './inference.js';
import { initialState } from './step-program.js';

export interface TimingOptions {
  vit: VitConfig;
  classes: number;
  device: Provider;
  threads: number;
}

/** Timed steps end after this time, but not before the second: a person waits for the answer. */
const BUDGET_MS = 1500;
const MOST_STEPS = 5;
const READ_IMAGES = 64;

/** Milliseconds of each of some repetitions, the first left out as warm-up. @returns the median */
async function median(control: JobControl, act: (turn: number) => Promise<unknown>): Promise<number> {
  await act(1);
  const times: number[] = [];
  const began = performance.now();
  for (let turn = 2; times.length < 2 || (times.length < MOST_STEPS && performance.now() - began < BUDGET_MS); turn++) {
    throwIfCancelled(control);
    const started = performance.now();
    await act(turn);
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

/** Measures training steps and reading on random pixels, without loading data. @throws PretextError `device` */
export async function timeFinetune(options: TimingOptions, control: JobControl): Promise<FinetuneSpeed> {
  const { vit, classes } = options;
  const device = { provider: options.device, threads: options.threads };
  const random = new Random(0);
  const pixels = (images: number) =>
    Float32Array.from({ length: images * vit.channels * vit.imageSize ** 2 }, () => random.normal());

  let started = performance.now();
  const step = finetuneStep(vit, classes, FINETUNE_BATCH, true);
  const session = await openProgram(step.program, device);
  const compileStepMs = performance.now() - started;
  let stepMs: number;
  try {
    session.setValues(initialState(step, 0));
    const images = pixels(FINETUNE_BATCH);
    const labels = Int32Array.from({ length: FINETUNE_BATCH }, (_, image) => image % classes);
    stepMs = await median(control, (turn) => session.run(finetuneInputs(images, labels, turn, 1e-4)));
  } finally {
    await session.release();
  }

  started = performance.now();
  const classifier = await Classifier.create(vit, classes, initialValues(step.parameters, 0), device);
  const compileReadMs = performance.now() - started;
  try {
    const images = pixels(READ_IMAGES);
    const readMs = await median(control, () => classifier.run(images, silentJob(), ''));
    return { stepMs, imageMs: readMs / READ_IMAGES, compileStepMs, compileReadMs };
  } finally {
    await classifier.release();
  }
}
