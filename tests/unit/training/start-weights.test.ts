/** @file A run that starts from weights made elsewhere, and files that cannot serve. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentJob } from '../../../src-main/base/jobs.js';
import { Project } from '../../../src-main/catalogue/project.js';
import { readSafetensors, type Tensor, writeSafetensors } from '../../../src-main/exports/safetensors.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { sizeOf } from '../../../src-main/graph/tensor.js';
import { ParameterScope } from '../../../src-main/nn/parameters.js';
import { patchify, type VitConfig, vitEncoder } from '../../../src-main/nn/vit.js';
import { readEncoder } from '../../../src-main/training/encoder.js';
import { readEvents } from '../../../src-main/training/events.js';
import { importScans } from '../../../src-main/training/import.js';
import { type PretrainOptions, pretrain, resumePretraining } from '../../../src-main/training/pretrain.js';
import { readRun, runPaths } from '../../../src-main/training/run-store.js';
import { startFrom } from '../../../src-main/training/start-weights.js';
import { removeFolder, scratchFolder, tinyStudy } from '../../helpers/command-line.js';

const folder = scratchFolder();
const file = join(folder, 'foreign.safetensors');
const vit: VitConfig = { imageSize: 32, patchSize: 8, width: 192, depth: 1, heads: 3, channels: 1 };
let project: Project;

/** A colour encoder of 224 pixels whose every value is its place, small. */
function foreignTensors(): Map<string, Tensor> {
  const scope = ParameterScope.root('float32');
  const own = { ...vit, imageSize: 64, channels: 3 };
  vitEncoder(scope, own, patchify(input('x', [1, 3, 64, 64], 'float32'), 8), { trainPositions: true });
  return new Map(
    scope.parameters.map(({ name, tensor: { shape } }): [string, Tensor] => [
      `module.${name}`,
      {
        dtype: 'F32',
        shape: [...shape],
        data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i) / 50),
      },
    ]),
  );
}

const options: PretrainOptions = {
  method: 'inpainting',
  backbone: 'vit-tiny',
  imageSize: 32,
  patchSize: 8,
  crop: 'none',
  depth: 1,
  epochs: 2,
  batch: 8,
  microBatch: null,
  learningRate: 1e-4,
  device: 'cpu',
  precision: 'float32',
  threads: 1,
  seed: 4,
  split: null,
  positives: 'image',
  weights: file,
  checkpointEvery: 1,
  previews: false,
};

beforeAll(async () => {
  await tinyStudy(join(folder, 'study'), 8);
  project = Project.open(join(folder, 'project'), { create: true });
  await importScans(project, { paths: [join(folder, 'study')], sample: null, pictures: null }, silentJob());
  writeSafetensors(file, foreignTensors(), {});
}, 60_000);

afterAll(() => {
  project.close();
  removeFolder(folder);
});

it('starts from the file, says what it took, and can be resumed without it', async () => {
  const stop = new AbortController();
  const { run } = await pretrain(project, options, { ...silentJob(), signal: stop.signal }, (_, { event }) => {
    if (event === 'checkpoint') stop.abort();
  });
  const paths = runPaths(project, run);
  const { start } = readRun(project, run);
  expect(start).toMatchObject({ file: 'foreign.safetensors', prefix: 'module.', missing: [], unused: [] });
  expect(start?.adapted.map(({ name }) => name)).toEqual(['patch_embed.proj.weight', 'pos_embed']);
  const told = readEvents(paths.events).filter(({ event }) => event === 'weights');
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ message: expect.stringMatching(/foreign\.safetensors: 16 tensors.*8 x 8 to 4 x 4/) });

  // One step at a rate of 1e-4 moves no weight far from where it started.
  const fitted = readSafetensors(paths.start).tensors.get('blocks.0.attn.qkv.weight')?.data as Float32Array;
  const trained = readEncoder(project, run).weights.get('blocks.0.attn.qkv.weight') as Float32Array;
  expect(fitted[5]).toBeCloseTo(Math.sin(5) / 50, 7);
  expect(Math.max(...trained.map((value, index) => Math.abs(value - fitted[index])))).toBeLessThan(1e-3);

  rmSync(file);
  const resume = { device: null, threads: null, checkpointEvery: null, microBatch: null, halvings: 0 };
  expect((await resumePretraining(project, run, resume, silentJob(), () => undefined)).paused).toBe(false);
  // Inpainting does not train positions: the file's stay, also in what is kept for fine-tuning.
  const positions = readSafetensors(paths.start).tensors.get('pos_embed')?.data;
  expect(readSafetensors(paths.encoder).tensors.get('pos_embed')?.data).toEqual(positions);
  writeSafetensors(file, foreignTensors(), {});
});

describe('a file that cannot serve is refused with the reason', () => {
  const path = join(folder, 'bad.safetensors');
  it.each<[string, () => Map<string, Tensor>, RegExp]>([
    [
      'another architecture',
      () => new Map([['conv1.weight', foreignTensors().get('module.cls_token') as Tensor]]),
      /None of .* 1 tensors/,
    ],
    [
      'another width',
      () =>
        new Map(
          [...foreignTensors()].map(([name, { shape }]) => [
            name,
            { dtype: 'F32', shape: shape.map((n) => 2 * n), data: new Float32Array(sizeOf(shape) * 2 ** shape.length) },
          ]),
        ),
      /is \[384\] in the file and \[192\] here/,
    ],
    [
      'broken numbers',
      () => {
        const tensors = foreignTensors();
        (tensors.get('module.blocks.0.norm1.weight')?.data as Float32Array)[3] = Number.NaN;
        return tensors;
      },
      /blocks\.0\.norm1\.weight holds values that are no numbers/,
    ],
  ])('%s', (_, tensors, message) => {
    writeSafetensors(path, tensors(), {});
    expect(() => startFrom(path, { vit })).toThrow(message);
  });

  it('a pickle', () => {
    writeFileSync(path, 'PK\x03\x04archive/data.pkl');
    expect(() => startFrom(path, { vit })).toThrow(/pickle/);
  });
});

it('reads half and brain floating point', () => {
  const tensors = foreignTensors();
  const bias = (dtype: 'F16' | 'BF16', one: number): Tensor => ({
    dtype,
    shape: [192],
    data: new Uint16Array(192).fill(one),
  });
  tensors.set('module.blocks.0.norm1.bias', bias('F16', 0xbe00));
  tensors.set('module.blocks.0.norm2.bias', bias('BF16', 0xbfc0));
  const path = join(folder, 'half.safetensors');
  writeSafetensors(path, tensors, {});
  const fitted = startFrom(path, { vit }).tensors;
  for (const name of ['norm1', 'norm2']) {
    expect(fitted.get(`blocks.0.${name}.bias`)?.data).toEqual(new Float32Array(192).fill(-1.5));
  }
});
