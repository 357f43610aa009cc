/**
 * @file Training on WebGPU gives the CPU's numbers. Without a GPU the test runs on SwiftShader, the Vulkan driver in
 * software that ships with Chromium (Debian: packages chromium and libvulkan1).
 */

import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Purpose, Random } from '../../src-main/base/random.js';
import { chooseDevice, type Device, listDevices } from '../../src-main/engine/devices.js';
import { ProgramSession, type Provider, type TensorData } from '../../src-main/engine/session.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../../src-main/graph/optimiser.js';
import type { VitConfig } from '../../src-main/nn/vit.js';
import { inpaintingTask } from '../../src-main/ssl/inpainting.js';
import { initialState, pretextStep } from '../../src-main/training/step-program.js';

const SOFTWARE_DRIVERS = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib64/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
];
const softwareDriver = SOFTWARE_DRIVERS.find((path) => existsSync(path));

// The Vulkan loader reads it when the process makes its first WebGPU session. Each test file is a process of its own.
if (process.env.VK_ICD_FILENAMES === undefined && softwareDriver !== undefined) {
  process.env.VK_ICD_FILENAMES = softwareDriver;
}

const config: VitConfig = { imageSize: 16, patchSize: 4, width: 24, depth: 1, heads: 2, channels: 1 };
const batch = 4;
const task = inpaintingTask({ maskRatio: 0.75, decoderWidth: 16, decoderDepth: 1, decoderHeads: 2 });

interface Trained {
  losses: number[];
  gradientNorms: number[];
  state: Map<string, TensorData>;
}

async function train(provider: Provider, steps: number): Promise<Trained> {
  const step = pretextStep(task, config, batch, defaultAdamW);
  const session = await ProgramSession.create(step.program, { provider, threads: 1 });
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

let devices: Device[] = [];
const webgpu = () => devices.find(({ provider }) => provider === 'webgpu');

beforeAll(async () => {
  devices = await listDevices();
  if (webgpu()?.available === false) {
    console.warn(`WebGPU tests are skipped: ${webgpu()?.reason} No GPU, and none of ${SOFTWARE_DRIVERS.join(', ')}.`);
  }
}, 300_000);

describe('devices', () => {
  test('lists the CPU first and every other device with a time or a reason', () => {
    expect(devices.map(({ provider }) => provider)).toEqual(['cpu', 'webgpu', 'dml', 'cuda', 'coreml']);
    for (const { available, reason, stepMs } of devices) {
      expect(available).toBe(reason === null);
      expect(stepMs === null).toBe(!available);
    }
    expect(devices[0].available).toBe(true);
  });

  test('auto does not choose a driver in software', (context) => {
    context.skip(webgpu()?.available !== true || process.env.VK_ICD_FILENAMES !== softwareDriver, 'needs SwiftShader');
    expect(chooseDevice(devices)).toBe('cpu');
  });
});

describe('masked inpainting on WebGPU (skipped without a GPU or SwiftShader)', () => {
  let started = 0;
  beforeAll(() => {
    started = performance.now();
  });
  afterAll(() => {
    console.info(`WebGPU: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  });

  test('three steps give the CPU’s losses, gradient norms and state', async (context) => {
    context.skip(webgpu()?.available !== true, webgpu()?.reason ?? 'no WebGPU');
    const cpu = await train('cpu', 3);
    const gpu = await train('webgpu', 3);
    expect(gpu.losses).toHaveLength(3);
    const relative = (values: number[], reference: number[]) =>
      Math.max(...values.map((value, index) => Math.abs(value / reference[index] - 1)));
    const ofLosses = relative(gpu.losses, cpu.losses);
    const ofNorms = relative(gpu.gradientNorms, cpu.gradientNorms);
    expect(ofLosses).toBeLessThan(1e-3);
    expect(ofNorms).toBeLessThan(1e-3);
    // A parameter whose gradient is rounding alone (a key's bias) moves by up to the learning rate a step.
    expect([...gpu.state.keys()].sort()).toEqual([...cpu.state.keys()].sort());
    let worst = 0;
    for (const [name, values] of cpu.state) {
      const other = gpu.state.get(name) ?? new Float32Array();
      expect(other.length, name).toBe(values.length);
      if (name.endsWith('qkv.bias')) continue;
      for (let i = 0; i < values.length; i++) worst = Math.max(worst, Math.abs(Number(values[i]) - Number(other[i])));
    }
    console.info(`relative differences: losses ${ofLosses}, gradient norms ${ofNorms}; state, absolute: ${worst}`);
    expect(worst).toBeLessThan(1e-3);
  });
});
