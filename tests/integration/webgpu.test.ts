/**
 * @file Training on WebGPU gives the CPU's numbers. Without a GPU the test runs on SwiftShader, the Vulkan driver in
 * software that ships with Chromium (Debian: packages chromium and libvulkan1).
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseDevice, type Device, listDevices } from '../../src-main/engine/devices.js';
import { CNN_TRAININGS, trainCnn } from '../helpers/cnn-training.js';
import {
  relativeDifference,
  SOFTWARE_DRIVERS,
  softwareDriver,
  stateDifference,
  trainVit,
  useSoftwareDriver,
} from '../helpers/vit-training.js';

// Each test file is a process of its own.
useSoftwareDriver();

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
    const providers = ['cpu', 'webgpu', 'dml', 'cuda', 'coreml', 'tfjs-gpu', 'tfjs-cpu'];
    expect(devices.map(({ provider }) => provider)).toEqual(providers);
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

  test('ten steps give the CPU’s losses, gradient norms and state', async (context) => {
    context.skip(webgpu()?.available !== true, webgpu()?.reason ?? 'no WebGPU');
    const cpu = await trainVit('cpu', 10);
    const gpu = await trainVit('webgpu', 10);
    const ofLosses = relativeDifference(gpu.losses, cpu.losses);
    const ofNorms = relativeDifference(gpu.gradientNorms, cpu.gradientNorms);
    const ofState = stateDifference(gpu.state, cpu.state);
    console.info(`relative differences: losses ${ofLosses}, gradient norms ${ofNorms}; state, absolute: ${ofState}`);
    expect(gpu.losses).toHaveLength(10);
    expect(ofLosses).toBeLessThan(1e-3);
    expect(ofNorms).toBeLessThan(1e-3);
    expect(ofState).toBeLessThan(1e-3);
  });

  for (const [name, make] of Object.entries(CNN_TRAININGS)) {
    test(`ten steps of ${name} give ONNX Runtime’s losses on the CPU, gradient norms and state`, async (context) => {
      context.skip(webgpu()?.available !== true, webgpu()?.reason ?? 'no WebGPU');
      const reference = await trainCnn('cpu', make(), 10);
      const other = await trainCnn('webgpu', make(), 10);
      const ofLosses = relativeDifference(other.losses, reference.losses);
      const ofNorms = relativeDifference(other.gradientNorms, reference.gradientNorms);
      const ofState = stateDifference(other.state, reference.state);
      console.info(`${name}: losses ${ofLosses}, gradient norms ${ofNorms}; state, absolute: ${ofState}`);
      expect(other.losses).toHaveLength(10);
      expect(ofLosses).toBeLessThan(1e-3);
      expect(ofNorms).toBeLessThan(1e-3);
      expect(ofState).toBeLessThan(1e-3);
    });
  }
});
