/** @file Mixed precision: what runs in half precision, what the scaled loss does where it overflows, and what is learnt. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import { ProgramSession, type TensorData } from '../../../src-main/engine/session.js';
import { topologicalOrder } from '../../../src-main/graph/gradient.js';
import { fromHalf, toHalf } from '../../../src-main/graph/half.js';
import { GROWTH_STEPS, INITIAL_SCALE, LOSS_SCALE, STEADY_STEPS } from '../../../src-main/graph/loss-scale.js';
import { add, mul, square } from '../../../src-main/graph/ops/elementwise.js';
import { linear, matmul } from '../../../src-main/graph/ops/matmul.js';
import { mean } from '../../../src-main/graph/ops/reduce.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../../../src-main/graph/optimiser.js';
import { mixedPrecision } from '../../../src-main/graph/passes/mixed-precision.js';
import { resultsOf } from '../../../src-main/graph/passes/rewrite.js';
import { type Program, program } from '../../../src-main/graph/program.js';
import { ParameterScope } from '../../../src-main/nn/parameters.js';
import type { VitConfig } from '../../../src-main/nn/vit.js';
import { inpaintingTask } from '../../../src-main/ssl/inpainting.js';
import { initialState, pretextStep, trainingStep } from '../../../src-main/training/step-program.js';
import { emulateHalf, roundedToHalf } from '../../helpers/emulate-half.js';
import { evaluate } from '../../helpers/run-graph.js';

const operations = (of: Program) =>
  topologicalOrder(resultsOf(of)).map(({ definition, outputs }) => `${definition.name}:${outputs[0].dtype}`);
const open = (of: Program) => ProgramSession.create(emulateHalf(of), { provider: 'cpu', threads: 1 });

it('computes products in half precision and everything else in single', () => {
  const x = input('x', [2, 3], 'float32');
  const w = input('w', [4, 3], 'float32');
  const b = input('b', [4], 'float32');
  const y = linear(x, w, b);
  const z = matmul(y, mul(y, y), { transposeB: true });
  const ops = operations(mixedPrecision(program('p', { inputs: [x, w, b], outputs: { z: add(z, z) } })));
  expect(ops.filter((name) => name.endsWith('float16')).map((name) => name.split(':')[0])).toEqual([
    ...['cast', 'cast', 'cast', 'linear'],
    // The product reads what the linear layer wrote without a way there and back.
    ...['cast', 'matmul'],
  ]);
  expect(ops).toContain('mul:float32');
  expect(ops).toContain('add:float32');
});

describe('the emulation that these tests run on', () => {
  it('rounds any number as half precision does', async () => {
    const random = new Random(2);
    const values = Float32Array.from({ length: 4000 }, () => random.normal() * 2 ** (40 * random.uniform() - 24));
    values.set([1 + 2 ** -12, 65504, 65519, 65520, -1e6, 2 ** -25, 2 ** -24, 3e-6, 0]);
    const x = input('x', [values.length], 'float32');
    const { y } = await evaluate([x], { y: roundedToHalf(x) }, { x: values });
    expect([...y]).toEqual([...values].map((value) => fromHalf(toHalf(value)) + 0));
  });

  it('rounds what goes into a product and what comes out', async () => {
    const x = input('x', [1, 1], 'float32');
    const w = input('w', [1, 1], 'float32');
    const mixed = mixedPrecision(program('p', { inputs: [x, w], outputs: { y: matmul(x, w) } }));
    const product = async (a: number, b: number) =>
      (await evaluate([x, w], emulateHalf(mixed).outputs, { x: [a], w: [b] })).y[0];
    expect(await product(1 + 2 ** -12, 3)).toBe(3);
    expect(await product(2047, 3)).toBe(6140);
    expect(await product(300, 300)).toBe(Number.POSITIVE_INFINITY);
  });
});

it('leaves float64 alone', () => {
  const x = input('x', [2, 2], 'float64');
  const plain = program('p', { inputs: [x], outputs: { y: matmul(x, x) } });
  expect(operations(mixedPrecision(plain))).toEqual(operations(plain));
});

describe('the scaled loss', () => {
  /** loss = mean((x w)^2) with one weight of 1. */
  function stepOn() {
    const scope = ParameterScope.root('float32');
    const w = scope.parameter('w', [1, 1], { kind: 'ones' });
    const x = input('x', [2, 1], 'float32');
    const graph = { inputs: [x], loss: mean(square(matmul(x, w)), null), monitors: {} };
    return trainingStep('p', scope.parameters, graph, { ...defaultAdamW, weightDecay: 0 }, { mixed: true });
  }
  const feed = (x: number, step: number) => ({
    x: Float32Array.of(x, x),
    [HYPERPARAMETERS]: Float32Array.from(hyperparameters(step, 0.1, defaultAdamW)),
  });
  const one = (state: Map<string, TensorData>, name: string) => Number(state.get(name)?.[0]);

  it('shrinks at an overflow, and the step changes nothing else', async () => {
    const step = stepOn();
    const session = await open(step.program);
    session.setValues(initialState(step, 0));
    // The gradient 2 x^2 / n times 65536 is above the largest half where x is 4, and below it where x is 0.5.
    const lost = await session.run(feed(4, 1));
    expect(Number(lost.loss[0])).toBe(16);
    expect(Number(lost.lossScale[0])).toBe(INITIAL_SCALE);
    let state = await session.getState();
    expect(one(state, LOSS_SCALE)).toBe(INITIAL_SCALE / 2);
    expect(one(state, 'w')).toBe(1);
    expect(one(state, 'adam.m.w')).toBe(0);

    const kept = await session.run(feed(0.25, 1));
    expect(Number(kept.loss[0])).toBeCloseTo(1 / 16, 6);
    expect(Number(kept.gradientNorm[0])).toBeCloseTo(2 / 16, 4);
    state = await session.getState();
    expect(one(state, LOSS_SCALE)).toBe(INITIAL_SCALE / 2);
    expect(one(state, STEADY_STEPS)).toBe(1);
    expect(one(state, 'w')).toBeCloseTo(0.9, 3);
    await session.release();
  });

  it('grows after a long time without one, up to a bound, and never below 1', async () => {
    const step = stepOn();
    const session = await open(step.program);
    const values = initialState(step, 0);
    const scaleAfter = async (scale: number, steady: number, x: number) => {
      values.set(LOSS_SCALE, Float32Array.of(scale));
      values.set(STEADY_STEPS, Float32Array.of(steady));
      session.setValues(values);
      await session.run(feed(x, 1));
      const state = await session.getState();
      return [one(state, LOSS_SCALE), one(state, STEADY_STEPS)];
    };
    expect(await scaleAfter(64, GROWTH_STEPS - 2, 0.1)).toEqual([64, GROWTH_STEPS - 1]);
    expect(await scaleAfter(64, GROWTH_STEPS - 1, 0.1)).toEqual([128, 0]);
    expect(await scaleAfter(2 ** 24, GROWTH_STEPS - 1, 1e-4)).toEqual([2 ** 24, 0]);
    expect(await scaleAfter(1, 7, 1000)).toEqual([1, 0]);
    await session.release();
  });
});

it.each([false, true])(
  'a masked autoencoder learns what it learns in single precision (in parts: %s)',
  async (accumulate) => {
    const vit: VitConfig = { imageSize: 16, patchSize: 4, width: 24, depth: 2, heads: 2, channels: 1 };
    const task = inpaintingTask({ maskRatio: 0.75, decoderWidth: 16, decoderDepth: 1, decoderHeads: 2 });
    const losses = async (mixed: boolean) => {
      const step = pretextStep(task, vit, 4, defaultAdamW, 'float32', { mixed, accumulate });
      const session = await open(step.program);
      session.setValues(initialState(step, 3));
      const random = new Random(8);
      const images = Float32Array.from({ length: 4 * 256 }, () => random.normal());
      const order = task.hostInputs(vit, 4, random);
      const result: number[] = [];
      for (let index = 1; index <= 10; index++) {
        const numbers = Float32Array.from(hyperparameters(index, 3e-3, defaultAdamW));
        const parts = accumulate ? { accumulation: Float32Array.of(1, 1) } : {};
        const { loss } = await session.run({ images, ...order, [HYPERPARAMETERS]: numbers, ...parts });
        result.push(Number(loss[0]));
      }
      await session.release();
      return result;
    };
    const [single, mixed] = [await losses(false), await losses(true)];
    expect(mixed[9]).toBeLessThan(mixed[0] - 0.02);
    for (const [index, loss] of mixed.entries()) expect(Math.abs(loss / single[index] - 1)).toBeLessThan(2e-3);
  },
);
