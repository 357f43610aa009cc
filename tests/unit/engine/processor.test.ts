/** @file Convolutions as this processor does them fastest: found by trying, equal to the plain ones, and switched off. */

import { expect, test } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import { hasConvolutions, thisProcessor } from '../../../src-main/engine/processor.js';
import { ProgramSession, type SessionOptions } from '../../../src-main/engine/session.js';
import { gradients, topologicalOrder } from '../../../src-main/graph/gradient.js';
import { lowerProgram } from '../../../src-main/graph/onnx.js';
import { conv } from '../../../src-main/graph/ops/conv.js';
import { add, mul, relu, tanh } from '../../../src-main/graph/ops/elementwise.js';
import { batchNorm } from '../../../src-main/graph/ops/moments.js';
import { mean } from '../../../src-main/graph/ops/reduce.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { forCpu } from '../../../src-main/graph/passes/cpu.js';
import { inputName, program } from '../../../src-main/graph/program.js';
import type { Processor } from '../../../src-main/graph/tensor.js';

const CPU: SessionOptions = { provider: 'cpu', threads: 1 };

/**
 * Blocks, small maps and strides, with all gradients. Without relu and batch norm, through which rounding alone
 * makes a gradient jump.
 */
function built() {
  const x = input('x', [3, 64, 14, 13], 'float32');
  const weights = [1, 2, 3, 4].map((index) => input(`w${index}`, [64, 64, 3, 3], 'float32'));
  const features = weights.reduce((y, weight, index) => {
    return tanh(conv(y, weight, { padding: 1, stride: index % 2 === 1 ? 2 : 1 }));
  }, x);
  const [toX, ...toWeights] = gradients(mean(mul(features, features), null), [x, ...weights]);
  return program('convolutions', {
    inputs: [x, ...weights],
    outputs: { features, toX, ...Object.fromEntries(toWeights.map((tensor, index) => [`to${index}`, tensor])) },
  });
}

async function valuesOf(options: SessionOptions, processor?: Processor) {
  const convolutions = built();
  const session = await ProgramSession.create(convolutions, options, processor === undefined ? {} : { processor });
  const random = new Random(3);
  const feeds = Object.fromEntries(
    convolutions.inputs.map((tensor) => {
      const deviation = tensor.shape[2] === 3 ? 1 / Math.sqrt(64 * 9) : 1;
      return [inputName(tensor), Float32Array.from({ length: tensor.size }, () => deviation * random.normal())];
    }),
  );
  const results = await session.run(feeds);
  await session.release();
  return results as Record<string, Float32Array>;
}

/** Largest difference, relative to the largest value of each result. */
function difference(a: Record<string, Float32Array>, b: Record<string, Float32Array>): number {
  return Math.max(
    ...Object.keys(a).map((key) => {
      const largest = a[key].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return a[key].reduce((most, value, i) => Math.max(most, Math.abs(value - b[key][i])), 0) / largest;
    }),
  );
}

test('convolutions give the same as plain ones, and are another model', async () => {
  const [fast, plain] = [await valuesOf(CPU), await valuesOf({ ...CPU, plainConvolutions: true })];
  expect(Object.values(plain).every((values) => values.some((value) => value !== 0))).toBe(true);
  expect(difference(plain, fast)).toBeLessThan(1e-5);
  const digest = (processor: Processor) => lowerProgram(built(), { processor }).digest;
  expect(digest({ channelBlock: null })).not.toBe(lowerProgram(built()).digest);
  expect(digest({ channelBlock: null })).not.toBe(digest({ channelBlock: 16 }));
});

test('a block that is not this processor’s would be found out', async () => {
  const { channelBlock } = await thisProcessor();
  expect([8, 16, null]).toContain(channelBlock);
  const wrong = channelBlock === 8 ? 16 : 8;
  const [plain, values] = await Promise.all([
    valuesOf({ ...CPU, plainConvolutions: true }),
    valuesOf(CPU, { channelBlock: wrong }).catch(() => null),
  ]);
  if (values !== null) expect(difference(plain, values)).toBeGreaterThan(1e-2);
});

test('only programs with convolutions ask for the processor', () => {
  const x = input('x', [1, 1, 4, 4], 'float32');
  const weight = input('weight', [1, 1, 3, 3], 'float32');
  expect(hasConvolutions(program('p', { inputs: [x, weight], outputs: { y: conv(x, weight) } }))).toBe(true);
  expect(hasConvolutions(program('p', { inputs: [x], outputs: { y: mean(x, null) } }))).toBe(false);
});

test('batch norm in one pass, joined with relu or a sum, gives the same forward and back', async () => {
  const x = input('x', [2, 4, 17, 16], 'float32');
  const weight = input('weight', [6, 4, 3, 3], 'float32');
  const [gamma, beta] = ['gamma', 'beta'].map((name) => input(name, [6], 'float32'));
  const kept = conv(x, weight, { padding: 1 });
  const normed = batchNorm(kept, gamma, beta).output;
  const y = relu(add(normed, batchNorm(tanh(kept), gamma, beta).output));
  const inputs = [x, weight, gamma, beta];
  const [toX, toWeight, toGamma, toBeta] = gradients(mean(mul(y, y), null), inputs);
  const built = program('normed', { inputs, outputs: { y, toX, toWeight, toGamma, toBeta } });
  const names = (p: typeof built) => topologicalOrder(Object.values(p.outputs)).map(({ definition: { name } }) => name);
  // Two norms, forward and back.
  expect(names(forCpu(built)).filter((name) => name === 'scaleAndOffset')).toHaveLength(4);
  expect(names(built)).not.toContain('scaleAndOffset');
  const random = new Random(5);
  const feeds = Object.fromEntries(
    inputs.map((tensor) => [inputName(tensor), Float32Array.from({ length: tensor.size }, () => random.normal())]),
  );
  const [fast, plain] = await Promise.all(
    [CPU, { ...CPU, plainConvolutions: true }].map(async (options) => {
      const session = await ProgramSession.create(built, options);
      const results = (await session.run(feeds)) as Record<string, Float32Array>;
      await session.release();
      return results;
    }),
  );
  expect(difference(plain, fast)).toBeLessThan(1e-5);
});
