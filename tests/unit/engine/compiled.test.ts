/** @file Compiled models that are kept compute the same bits, and whatever happens to them harms nothing. */

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CompiledModels, keepCompiledModels } from '../../../src-main/engine/compiled.js';
import { checkedSize, selfCheckProgram } from '../../../src-main/engine/self-check.js';
import { ProgramSession } from '../../../src-main/engine/session.js';
import { gradients } from '../../../src-main/graph/gradient.js';
import { lowerProgram } from '../../../src-main/graph/onnx.js';
import { conv } from '../../../src-main/graph/ops/conv.js';
import { exp, scale } from '../../../src-main/graph/ops/elementwise.js';
import { sum } from '../../../src-main/graph/ops/reduce.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../../../src-main/graph/optimiser.js';
import { program } from '../../../src-main/graph/program.js';
import { uniform } from '../../helpers/formula.js';

let folder = '';
const create = vi.spyOn(ort.InferenceSession, 'create');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pretext-compiled-'));
  create.mockClear();
});
afterEach(() => {
  keepCompiledModels(null);
  rmSync(folder, { recursive: true, force: true });
});

const options: ort.InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  logSeverityLevel: 4,
};
const x = input('x', [3], 'float32');
const scaled = (factor: number) => lowerProgram(program('p', { inputs: [x], outputs: { y: exp(scale(x, factor)) } }));

/** Opens a model and runs it. @returns its result, and how often a model was compiled or taken from what was kept */
async function openAndRun(models: CompiledModels, factor: number) {
  create.mockClear();
  const { model, digest } = scaled(factor);
  const session = await models.open(model, digest, options);
  const results = await session.run({ x: new ort.Tensor('float32', Float32Array.of(0, 1, 2), [3]) });
  await session.release();
  const levels = create.mock.calls.map((call) => (call[1] as typeof options).graphOptimizationLevel);
  return { y: [...(results['out:y'].data as Float32Array)], levels };
}

const expected = (factor: number) => [0, 1, 2].map((value) => expect.closeTo(Math.exp(factor * value), 4));
const onlyFile = () => {
  expect(readdirSync(folder)).toHaveLength(1);
  return join(folder, readdirSync(folder)[0]);
};

test('a training that starts from a kept model gives the same bits', async () => {
  const { program: step, state, batch } = selfCheckProgram(checkedSize);
  const train = async () => {
    create.mockClear();
    const session = await ProgramSession.create(step, { provider: 'cpu', threads: 1 });
    session.setValues(state);
    const losses: number[] = [];
    for (let index = 1; index <= 3; index++) {
      const numbers = Float32Array.from(hyperparameters(index, 1e-3, defaultAdamW));
      losses.push(Number((await session.run({ ...batch, [HYPERPARAMETERS]: numbers })).loss[0]));
    }
    const values = [...(await session.getState()).values()];
    await session.release();
    const digest = createHash('sha256');
    for (const array of values) digest.update(array);
    return {
      losses,
      digest: digest.digest('hex'),
      level: create.mock.calls.map((call) => (call[1] as typeof options).graphOptimizationLevel),
    };
  };
  const plain = await train();
  keepCompiledModels(folder);
  const first = await train();
  const second = await train();
  expect([plain.level, first.level, second.level]).toEqual([['all'], ['all'], ['disabled']]);
  for (const other of [first, second]) {
    expect(other.losses).toEqual(plain.losses);
    expect(other.digest).toBe(plain.digest);
  }
});

test('convolutions in the layout of this processor are kept with it, and give the same bits', async () => {
  const image = input('image', [2, 32, 9, 8], 'float32');
  const weight = input('weight', [32, 32, 3, 3], 'float32');
  const y = conv(image, weight, { padding: 1 });
  const [toImage, toWeight] = gradients(sum(exp(scale(y, 0.01)), null), [image, weight]);
  const both = program('conv', { inputs: [image, weight], outputs: { y, toImage, toWeight } });
  const values = {
    image: Float32Array.from(uniform('image', image.shape)),
    weight: Float32Array.from(uniform('weight', weight.shape)),
  };
  const run = async () => {
    create.mockClear();
    const session = await ProgramSession.create(both, { provider: 'cpu', threads: 1 });
    const [[, { graphOptimizationLevel: level }]] = create.mock.calls.slice(-1) as unknown as [
      [unknown, typeof options],
    ];
    const results = await session.run(values);
    await session.release();
    return { results, level };
  };
  const plain = await run();
  keepCompiledModels(folder);
  const first = await run();
  const second = await run();
  expect([first.level, second.level]).toEqual(['all', 'disabled']);
  expect(first.results).toEqual(plain.results);
  expect(second.results).toEqual(plain.results);
});

test('models and options of their own have files of their own, and nothing else is left', async () => {
  const models = new CompiledModels(join(folder, 'made'));
  expect(await openAndRun(models, 1)).toEqual({ y: expected(1), levels: ['all'] });
  expect(await openAndRun(models, 0.5)).toEqual({ y: expected(0.5), levels: ['all'] });
  expect(await openAndRun(models, 1)).toEqual({ y: expected(1), levels: ['disabled'] });
  const { model, digest } = scaled(1);
  await (await models.open(model, digest, { ...options, intraOpNumThreads: 1 })).release();
  expect(readdirSync(models.folder).filter((name) => name.endsWith('.compiled'))).toHaveLength(3);
  expect(readdirSync(models.folder)).toHaveLength(3);
});

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const DAMAGE: Record<string, (bytes: Buffer) => Buffer> = {
  'is empty': () => Buffer.alloc(0),
  'is cut short': (bytes) => bytes.subarray(0, bytes.length - 7),
  'has a wrong byte': (bytes) => {
    bytes[bytes.length >> 1] ^= 1;
    return bytes;
  },
  'is no model, whatever its digest says': () => {
    const text = Buffer.from('not a model');
    return Buffer.concat([digestOf(text), text]);
  },
};

test.each(Object.entries(DAMAGE))('a file that %s is made anew', async (_what, damage) => {
  const models = new CompiledModels(folder);
  await openAndRun(models, 1);
  const path = onlyFile();
  const sound = readFileSync(path);
  writeFileSync(path, damage(Buffer.from(sound)));
  const { y, levels } = await openAndRun(models, 1);
  expect(y).toEqual(expected(1));
  expect(levels.at(-1)).toBe('all');
  expect(readFileSync(onlyFile()).equals(sound)).toBe(true);
  expect((await openAndRun(models, 1)).levels).toEqual(['disabled']);
});

test('a folder that cannot be made costs nothing but the time', async () => {
  writeFileSync(join(folder, 'taken'), '');
  const models = new CompiledModels(join(folder, 'taken', 'inside'));
  for (let i = 0; i < 2; i++) expect((await openAndRun(models, 1)).y).toEqual(expected(1));
});

test('what was not used for longest goes first, and what a dead process left', async () => {
  await openAndRun(new CompiledModels(folder), 1);
  const first = onlyFile();
  const { size } = statSync(first);
  const models = new CompiledModels(folder, 2.5 * size);
  await openAndRun(models, 0.5);
  const second = join(folder, readdirSync(folder).find((name) => join(folder, name) !== first) ?? '');
  const stale = join(folder, 'half.compiled.77.tmp');
  writeFileSync(stale, 'half');
  utimesSync(first, 1000, 1000);
  utimesSync(second, 2000, 2000);
  utimesSync(stale, 1000, 1000);
  // Used again: now the second is the oldest.
  expect((await openAndRun(models, 1)).levels).toEqual(['disabled']);
  await openAndRun(models, 0.25);
  const left = readdirSync(folder).map((name) => join(folder, name));
  expect(left).toHaveLength(2);
  expect(left).toContain(first);
  expect(left).not.toContain(second);
  // A model larger than all of it is not kept.
  await openAndRun(new CompiledModels(folder, size / 2), 0.75);
  expect(readdirSync(folder)).toHaveLength(2);
});
