/** @file A tiny vision transformer trained on masked inpainting, on whichever device: for comparing devices. */

import { existsSync } from 'node:fs';
import { Purpose, Random } from '../../src-main/base/random.js';
import { openProgram } from '../../src-main/engine/open.js';
import type { ProgramRunner, Provider, TensorData } from '../../src-main/engine/runner.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../../src-main/graph/optimiser.js';
import type { Program } from '../../src-main/graph/program.js';
import type { VitConfig } from '../../src-main/nn/vit.js';
import { inpaintingTask } from '../../src-main/ssl/inpainting.js';
import { initialState, pretextStep } from '../../src-main/training/step-program.js';

const config: VitConfig = { imageSize: 16, patchSize: 4, width: 24, depth: 1, heads: 2, channels: 1 };
const batch = 4;
const task = inpaintingTask({ maskRatio: 0.75, decoderWidth: 16, decoderDepth: 1, decoderHeads: 2 });

export interface Trained {
  losses: number[];
  gradientNorms: number[];
  state: Map<string, TensorData>;
}

/** A device, or an engine of its own. */
export type On = Provider | ((program: Program) => Promise<ProgramRunner>);

export const opened = (on: On, program: Program): Promise<ProgramRunner> =>
  typeof on === 'string' ? openProgram(program, { provider: on, threads: 1 }) : on(program);

export async function trainVit(on: On, steps: number): Promise<Trained> {
  const step = pretextStep(task, config, batch, defaultAdamW);
  const session = await opened(on, step.program);
  session.setValues(initialState(step, 7));
  const random = new Random(Purpose.mask, 7);
  const losses: number[] = [];
  const gradientNorms: number[] = [];
  for (let index = 1; index <= steps; index++) {
    const results = await session.run({
      images: Float32Array.from({ length: batch * config.imageSize ** 2 }, () => random.uniform()),
      ...task.hostInputs(config, batch, random),
      [HYPERPARAMETERS]: Float32Array.from(hyperparameters(index, 1e-3, defaultAdamW)),
    });
    losses.push(Number(results.loss[0]));
    gradientNorms.push(Number(results.gradientNorm[0]));
  }
  const state = await session.getState();
  await session.release();
  return { losses, gradientNorms, state };
}

/** Largest relative difference of two series. */
export function relativeDifference(values: readonly number[], reference: readonly number[]): number {
  if (values.length !== reference.length) return Number.POSITIVE_INFINITY;
  return Math.max(...values.map((value, index) => Math.abs(value / reference[index] - 1)));
}

/**
 * Largest absolute difference of two states, without the keys' biases: their gradient is rounding alone, and Adam
 * moves such a parameter by up to the learning rate a step.
 */
export function stateDifference(state: Trained['state'], reference: Trained['state']): number {
  let worst = 0;
  for (const [name, values] of reference) {
    const other = state.get(name);
    if (other?.length !== values.length) return Number.POSITIVE_INFINITY;
    if (name.endsWith('qkv.bias')) continue;
    for (let i = 0; i < values.length; i++) worst = Math.max(worst, Math.abs(Number(values[i]) - Number(other[i])));
  }
  return worst;
}

/** Where Chromium's Vulkan driver in software is (Debian: packages chromium and libvulkan1). */
export const SOFTWARE_DRIVERS = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib64/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
];
export const softwareDriver = SOFTWARE_DRIVERS.find((path) => existsSync(path));

/** To be called before a process makes its first WebGPU session, when the Vulkan loader reads the variable. */
export function useSoftwareDriver(): void {
  if (process.env.VK_ICD_FILENAMES === undefined && softwareDriver !== undefined) {
    process.env.VK_ICD_FILENAMES = softwareDriver;
  }
}
