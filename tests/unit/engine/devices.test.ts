/** @file The choice of a device, its reasons, and the self-check itself; WebGPU is in tests/integration/webgpu.test.ts. */

import { describe, expect, test } from 'vitest';
import { chooseDevice, type Device, gainsByHalf, plainReason, trainOn } from '../../../src-main/engine/devices.js';
import {
  checkedSize,
  MIXED_TOLERANCE,
  relativeDifference,
  selfCheckProgram,
} from '../../../src-main/engine/self-check.js';
import type { Provider } from '../../../src-main/engine/session.js';
import { lowerProgram } from '../../../src-main/graph/onnx.js';
import { emulateHalf } from '../../helpers/emulate-half.js';

const device = (provider: Provider, stepMs: number | null, mixedMs: number | null = null): Device => ({
  name: provider,
  provider,
  available: stepMs !== null,
  reason: stepMs === null ? 'missing' : null,
  stepMs,
  mixedMs,
});

test('mixed precision is for a device that gains a tenth by it', () => {
  const devices = [device('cpu', 100), device('webgpu', 10, 8.9), device('cuda', 10, 9.1), device('dml', null)];
  const gains = (provider: Provider) => gainsByHalf(devices, provider);
  expect([gains('webgpu'), gains('cuda'), gains('cpu'), gains('dml'), gains('coreml')]).toEqual([
    true,
    ...Array(4).fill(false),
  ]);
});

test('the self-check in mixed precision learns what the one in single precision learns, in emulated halves', async () => {
  const plain = await trainOn('cpu', selfCheckProgram(checkedSize), 5);
  const mixed = selfCheckProgram(checkedSize, true);
  const run = await trainOn('cpu', { ...mixed, program: emulateHalf(mixed.program) }, 5);
  const difference = relativeDifference(run.losses, plain.losses);
  expect(difference).toBeGreaterThan(1e-6);
  expect(difference).toBeLessThan(MIXED_TOLERANCE);
});

describe('auto', () => {
  test('the fastest device that is there', () => {
    expect(chooseDevice([device('cpu', 200), device('webgpu', 9), device('cuda', 5)])).toBe('cuda');
    expect(chooseDevice([device('cpu', 200), device('webgpu', 9), device('cuda', null)])).toBe('webgpu');
  });

  test('the CPU where a driver in software is slower, on a tie, and where nothing else is there', () => {
    expect(chooseDevice([device('cpu', 200), device('webgpu', 20_000)])).toBe('cpu');
    expect(chooseDevice([device('cpu', 200), device('webgpu', 200)])).toBe('cpu');
    expect(chooseDevice([device('cpu', 200), device('webgpu', null)])).toBe('cpu');
    expect(chooseDevice([])).toBe('cpu');
  });

  test('TensorFlow.js on a GPU where it is the fastest, never on the CPU', () => {
    expect(chooseDevice([device('cpu', 200), device('tfjs-gpu', 5), device('tfjs-cpu', 1)])).toBe('tfjs-gpu');
    expect(chooseDevice([device('cpu', 200), device('tfjs-cpu', 1)])).toBe('cpu');
  });

  test('a device that did not pass is never chosen, whatever its time', () => {
    expect(chooseDevice([device('cpu', 200), { ...device('webgpu', 1), available: false }])).toBe('cpu');
  });
});

describe('reasons', () => {
  test('are in plain words', () => {
    const refusal = new Error('webgpu_context.cc:136 Failed to get a WebGPU adapter: No supported adapters\n\n');
    expect(plainReason('webgpu', refusal)).toMatch(/^No graphics driver/);
    expect(plainReason('cuda', new Error('Failed to load shared library'))).toMatch(/^CUDA 12 or cuDNN 9/);
    expect(plainReason('coreml', new Error('\nodd thing\nmore'))).toBe('It refused the self-check: odd thing');
    expect(plainReason('dml', 'text')).toBe('It refused the self-check: text');
  });
});

describe('self-check', () => {
  test('learns its batch, the same way each time', async () => {
    const first = await trainOn('cpu', selfCheckProgram(checkedSize), 20);
    const second = await trainOn('cpu', selfCheckProgram(checkedSize), 20);
    expect(first.losses).toHaveLength(20);
    expect(first.losses[19]).toBeLessThan(first.losses[0] / 2);
    expect(second.losses).toEqual(first.losses);
    expect(first.stepMs).toBeGreaterThan(0);
  });

  test('runs the kernels of a real step', () => {
    const { nodeCount } = lowerProgram(selfCheckProgram(checkedSize).program);
    expect(nodeCount).toBeGreaterThan(200);
  });

  test('ends early where a step takes too long', async () => {
    const { losses, stepMs } = await trainOn('cpu', selfCheckProgram(checkedSize), 5, 0);
    expect(losses).toHaveLength(1);
    expect(stepMs).toBeGreaterThan(0);
  });

  test('differences are relative, and no number is infinitely far', () => {
    expect(relativeDifference([2, 4], [2, 5])).toBeCloseTo(0.2, 12);
    expect(relativeDifference([2, Number.NaN], [2, 5])).toBe(Number.POSITIVE_INFINITY);
    expect(relativeDifference([2, Number.NaN, 1], [2, 5, 1])).toBe(Number.POSITIVE_INFINITY);
  });
});
