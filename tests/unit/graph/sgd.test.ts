/** @file SGD against PyTorch and LARS against NumPy (fixtures of bench/peers/ops_fixtures.py), float64. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProgramSession, type TensorData } from '../../../src-main/engine/session.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { HYPERPARAMETERS, type OptimiserStep, type TrainedParameter } from '../../../src-main/graph/optimiser.js';
import { program } from '../../../src-main/graph/program.js';
import {
  defaultLars,
  defaultSgd,
  type LarsOptions,
  lars,
  type SgdOptions,
  sgd,
  sgdHyperparameters,
  velocityOf,
} from '../../../src-main/graph/sgd.js';
import { sizeOf } from '../../../src-main/graph/tensor.js';
import { maxDifference } from '../../helpers/run-graph.js';

interface Reference {
  shape: number[];
  data: number[];
}
type References = Record<string, Reference>;

const fixture = JSON.parse(readFileSync(resolve('tests/fixtures/nn/optimisers.json'), 'utf8')) as {
  start: References;
  gradients: References[];
  rates: number[];
  sgd: { options: Partial<SgdOptions>; after: References }[];
  lars: { options: Partial<LarsOptions>; after: References }[];
};

/** Runs the fixture's steps. */
async function descend(
  make: (parameters: TrainedParameter[]) => OptimiserStep,
  factor: (name: string) => number = () => 1,
): Promise<{ after: Map<string, TensorData>; norms: number[] }> {
  const names = Object.keys(fixture.start);
  const parameters = names.map((name) => {
    const { shape } = fixture.start[name];
    const gradient = input(`d ${name}`, shape, 'float64');
    const tensor = input(name, shape, 'float64');
    return { name, tensor, gradient, decay: shape.length > 1, rateFactor: factor(name) };
  });
  const step = make(parameters);
  const inputs = [...parameters.map(({ gradient }) => gradient), step.input];
  const session = await ProgramSession.create(
    program('descend', { inputs, state: step.state, outputs: { norm: step.gradientNorm } }),
    { provider: 'cpu', threads: 1 },
  );
  const state = new Map<string, TensorData>();
  for (const [name, { shape, data }] of Object.entries(fixture.start)) {
    state.set(name, Float64Array.from(data));
    state.set(velocityOf(name), new Float64Array(sizeOf(shape)));
  }
  session.setValues(state);
  const norms: number[] = [];
  for (const [index, toParameters] of fixture.gradients.entries()) {
    const feeds = names.map((name): [string, TensorData] => [`d ${name}`, Float64Array.from(toParameters[name].data)]);
    const hyper = sgdHyperparameters(fixture.rates[index]);
    const { norm } = await session.run({ ...Object.fromEntries(feeds), [HYPERPARAMETERS]: hyper });
    norms.push(Number(norm[0]));
  }
  const after = await session.getState();
  await session.release();
  return { after, norms };
}

function expectClose(after: Map<string, TensorData>, expected: References): void {
  for (const [name, { data }] of Object.entries(expected)) {
    expect(maxDifference(after.get(name) as Float64Array, data), name).toBeLessThan(1e-12);
  }
}

describe('SGD', () => {
  test.each(fixture.sgd)('six steps equal torch.optim.SGD: $options', async ({ options, after }) => {
    expectClose((await descend((parameters) => sgd(parameters, { ...defaultSgd, ...options }))).after, after);
  });

  test('gradients are clipped by their global norm, and each parameter has its own rate', async () => {
    const clipNorm = 0.5;
    const options = { momentum: 0, weightDecay: 0, nesterov: false, clipNorm };
    const { after, norms } = await descend(
      (parameters) => sgd(parameters, options),
      (name) => (name === 'norm.weight' ? 0.25 : 1),
    );
    for (const [name, { data }] of Object.entries(fixture.start)) {
      const expected = Float64Array.from(data);
      fixture.gradients.forEach((step, index) => {
        const all = Object.values(step).flatMap((gradient) => gradient.data);
        const norm = Math.hypot(...all);
        expect(Math.abs(norms[index] / norm - 1)).toBeLessThan(1e-12);
        const rate = fixture.rates[index] * (name === 'norm.weight' ? 0.25 : 1);
        const clip = Math.min(1, clipNorm / (norm + 1e-6));
        step[name].data.forEach((value, i) => {
          expected[i] -= rate * clip * value;
        });
      });
      expect(maxDifference(after.get(name) as Float64Array, expected), name).toBeLessThan(1e-12);
    }
  });

  test('an optimiser of nothing is refused', () => {
    expect(() => sgd([])).toThrow(/no parameters/);
  });
});

describe('LARS', () => {
  test.each(fixture.lars)('six steps equal NumPy: $options', async ({ options, after }) => {
    expectClose((await descend((parameters) => lars(parameters, { ...defaultLars, ...options }))).after, after);
  });

  test('a weight or a gradient of zero leaves the rate as it is', async () => {
    const w = input('w', [2], 'float64');
    const g = input('g', [2], 'float64');
    const step = lars([{ name: 'w', tensor: w, gradient: g, decay: true, rateFactor: 1 }]);
    const session = await ProgramSession.create(
      program('still', { inputs: [g, step.input], state: step.state, outputs: {} }),
      { provider: 'cpu', threads: 1 },
    );
    session.setValues(new Map([[velocityOf('w'), new Float64Array(2)]]));
    const next = async (start: number[], gradient: number[]) => {
      session.setValues(new Map([['w', Float64Array.from(start)]]));
      session.setValues(new Map([[velocityOf('w'), new Float64Array(2)]]));
      await session.run({ g: Float64Array.from(gradient), [HYPERPARAMETERS]: sgdHyperparameters(0.5) });
      return [...((await session.getState()).get('w') as Float64Array)];
    };
    expect(await next([0, 0], [1, -2])).toEqual([-0.5, 1]);
    const [first] = await next([3, 4], [0, 0]);
    expect(first).toBeLessThan(3);
    expect(Number.isFinite(first)).toBe(true);
    await session.release();
  });
});
