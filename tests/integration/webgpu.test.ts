/**
 * @file Training on WebGPU gives the CPU's numbers. Without a GPU the test runs on SwiftShader, the Vulkan driver in
 * software that ships with Chromium (Debian: packages chromium and libvulkan1).
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseDevice, type Device, listDevices } from '../../src-main/engine/devices.js';
import { CNN_TRAININGS, trainCnn } from '../helpers/cnn-training.js';
import { expectSameTraining } from '../helpers/same-training.js';
import { SOFTWARE_DRIVERS, softwareDriver, trainVit, useSoftwareDriver } from '../helpers/vit-training.js';
import { profiled, type RanNode } from '../helpers/webgpu-ops.js';

// Each test file is a process of its own.
useSoftwareDriver();

let devices: Device[] = [];
const webgpu = () => devices.find(({ provider }) => provider === 'webgpu');

/** No values but indices leave the device within a step: a node on the CPU copies what it reads and gives. */
function expectOnGpu(nodes: readonly RanNode[]): void {
  expect(nodes.length).toBeGreaterThan(100);
  const moved = nodes.filter(({ onGpu, types }) => !onGpu && types.some((type) => /float|bool/.test(type)));
  expect([...new Set(moved.map(({ operator, types }) => `${operator} (${types.join(', ')})`))]).toEqual([]);
}

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
    const { result, nodes } = await profiled(() => trainVit('webgpu', 10));
    expectSameTraining('masked inpainting', result, await trainVit('cpu', 10));
    expectOnGpu(nodes);
  });

  for (const [name, make] of Object.entries(CNN_TRAININGS)) {
    test(`ten steps of ${name} give ONNX Runtime’s losses on the CPU, gradient norms and state`, async (context) => {
      context.skip(webgpu()?.available !== true, webgpu()?.reason ?? 'no WebGPU');
      const { result, nodes } = await profiled(() => trainCnn('webgpu', make(), 10));
      expectSameTraining(name, result, await trainCnn('cpu', make(), 10));
      expectOnGpu(nodes);
    });
  }
});
