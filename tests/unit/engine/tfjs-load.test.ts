/** @file Which TensorFlow.js is found and loaded, and what is said where it is not; with packages made for the test. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PretextError } from '../../../src-main/base/errors.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tfjs-'));
  vi.stubEnv('PRETEXT_TFJS', folder);
  // What a process has loaded stays loaded: each test gets the module anew.
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function install(name: string, code: string): string {
  const path = join(folder, 'node_modules', name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, version: '0.0.0', main: 'index.js' }));
  writeFileSync(join(path, 'index.js'), code);
  return path;
}

const module = () => import('../../../src-main/engine/tfjs.js');

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    // Not instanceof: the module was loaded anew, and its errors with it.
    if ((error as PretextError).code === 'device') return (error as PretextError).message;
    throw error;
  }
  throw new Error('nothing failed');
}

const GPU = '@tensorflow/tfjs-node-gpu';
const CPU = '@tensorflow/tfjs-node';

describe('TensorFlow.js', () => {
  test('is taken from the folder that PRETEXT_TFJS names', async () => {
    const path = install(CPU, 'exports.marker = 1;');
    const { findTfjs, loadTfjs, tfjsAbsence } = await module();
    expect(findTfjs('tfjs-cpu')).toBe(path);
    expect(tfjsAbsence('tfjs-cpu')).toBeNull();
    expect(loadTfjs('tfjs-cpu', 2)).toHaveProperty('marker', 1);
    expect(loadTfjs('tfjs-cpu', 2)).toBe(loadTfjs('tfjs-cpu', 1));
  });

  test('that does not load says why', async () => {
    install(CPU, 'throw new Error("libtensorflow.so: cannot open shared object file\\nmore");');
    const { loadTfjs } = await module();
    expect(messageOf(() => loadTfjs('tfjs-cpu', 0))).toBe(
      `${CPU} does not load: libtensorflow.so: cannot open shared object file`,
    );
  });

  test('for a GPU is refused each time where TensorFlow sees none, and taken where it does', async () => {
    install(GPU, 'exports.backend = () => ({ isUsingGpuDevice: false });');
    const { loadTfjs } = await module();
    for (let call = 0; call < 2; call++) {
      expect(messageOf(() => loadTfjs('tfjs-gpu', 0))).toMatch(/^TensorFlow found no GPU/);
    }
    vi.resetModules();
    rmSync(join(folder, 'node_modules'), { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'tfjs-'));
    vi.stubEnv('PRETEXT_TFJS', folder);
    install(GPU, 'exports.backend = () => ({ isUsingGpuDevice: true });');
    expect((await module()).loadTfjs('tfjs-gpu', 0)).toHaveProperty('backend');
  });

  test('is there once in a process', async () => {
    install(CPU, 'exports.marker = 1;');
    install(GPU, 'exports.backend = () => ({ isUsingGpuDevice: true });');
    const { loadTfjs } = await module();
    loadTfjs('tfjs-cpu', 0);
    expect(messageOf(() => loadTfjs('tfjs-gpu', 0))).toBe(
      `This process already holds ${CPU}, and can hold one TensorFlow only.`,
    );
  });
});
