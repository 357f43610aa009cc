/** @file AdamW as part of the program against AdamW in plain JavaScript, float64. */

import { describe, expect, test } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import { ProgramSession, type TensorData } from '../../../src-main/engine/session.js';
import { gradients } from '../../../src-main/graph/gradient.js';
import { add, mul, square, sub } from '../../../src-main/graph/ops/elementwise.js';
import { sum } from '../../../src-main/graph/ops/reduce.js';
import { input } from '../../../src-main/graph/ops/source.js';
import {
  type AdamWOptions,
  adamW,
  defaultAdamW,
  firstMoment,
  HYPERPARAMETERS,
  hyperparameters,
  movingAverage,
  secondMoment,
} from '../../../src-main/graph/optimiser.js';
import { program } from '../../../src-main/graph/program.js';
import { evaluate, maxDifference } from '../../helpers/run-graph.js';

const COUNT = 5;
const SPECS = [
  { name: 'matrix', decay: true, rateFactor: 1 },
  { name: 'bias', decay: false, rateFactor: 1 },
  { name: 'early', decay: true, rateFactor: 0.25 },
];

/** AdamW as PyTorch documents it (torch.optim.AdamW), with clip_grad_norm_ before it. */
class PlainAdamW {
  readonly m: Float64Array[] = SPECS.map(() => new Float64Array(COUNT));
  readonly v: Float64Array[] = SPECS.map(() => new Float64Array(COUNT));

  constructor(
    readonly parameters: Float64Array[],
    private readonly options: AdamWOptions,
  ) {}

  step(t: number, learningRate: number, toParameters: Float64Array[]): number {
    const { beta1, beta2, epsilon, weightDecay, clipNorm } = this.options;
    const norm = Math.sqrt(toParameters.flatMap((g) => [...g]).reduce((total, value) => total + value * value, 0));
    const clip = clipNorm === null ? 1 : Math.min(1, clipNorm / (norm + 1e-6));
    SPECS.forEach(({ decay, rateFactor }, index) => {
      const rate = learningRate * rateFactor;
      const [p, m, v] = [this.parameters[index], this.m[index], this.v[index]];
      for (let i = 0; i < COUNT; i++) {
        const g = toParameters[index][i] * clip;
        if (decay) p[i] *= 1 - rate * weightDecay;
        m[i] = beta1 * m[i] + (1 - beta1) * g;
        v[i] = beta2 * v[i] + (1 - beta2) * g * g;
        p[i] -= (rate * (m[i] / (1 - beta1 ** t))) / (Math.sqrt(v[i] / (1 - beta2 ** t)) + epsilon);
      }
    });
    return norm;
  }
}

describe('AdamW', () => {
  test.each<[string, Partial<AdamWOptions>]>([
    ['defaults: clipping at 1, decay', {}],
    ['no clipping', { clipNorm: null }],
    ['no decay', { weightDecay: 0 }],
    ['a clipping norm that is never reached', { clipNorm: 1e6 }],
    ['a large epsilon, other betas', { epsilon: 1e-2, beta1: 0.5, beta2: 0.999, weightDecay: 0.3, clipNorm: 0.1 }],
  ])('20 steps equal plain AdamW: %s', async (_name, changes) => {
    const options = { ...defaultAdamW, ...changes };
    const random = new Random(3);
    const draw = () => Float64Array.from({ length: COUNT }, () => random.normal());
    const target = input('target', [COUNT], 'float64');
    const tensors = SPECS.map(({ name }) => input(name, [COUNT], 'float64'));
    // sum_i (p_i^2 - target)^2 for each parameter, whose gradient is 4 p (p^2 - target).
    const loss = tensors.map((p) => sum(square(sub(mul(p, p), target)), null)).reduce((a, b) => add(a, b));
    const toParameters = gradients(loss, tensors);
    const optimiser = adamW(
      SPECS.map((spec, index) => ({ ...spec, tensor: tensors[index], gradient: toParameters[index] })),
      options,
    );
    const session = await ProgramSession.create(
      program('adamw', {
        inputs: [target, optimiser.input],
        state: optimiser.state,
        outputs: { norm: optimiser.gradientNorm },
      }),
      { provider: 'cpu', threads: 1 },
    );
    const start = SPECS.map(draw);
    const state = new Map<string, TensorData>();
    SPECS.forEach(({ name }, index) => {
      state.set(name, start[index]);
      state.set(firstMoment(name), new Float64Array(COUNT));
      state.set(secondMoment(name), new Float64Array(COUNT));
    });
    session.setValues(state);
    const plain = new PlainAdamW(
      start.map((values) => values.slice()),
      options,
    );
    for (let t = 1; t <= 20; t++) {
      const targets = draw();
      const rate = 0.05 / t;
      const { norm } = await session.run({ target: targets, [HYPERPARAMETERS]: hyperparameters(t, rate, options) });
      const expected = plain.step(
        t,
        rate,
        plain.parameters.map((p) => p.map((value, i) => 4 * value * (value * value - targets[i]))),
      );
      expect(Math.abs(Number(norm[0]) / expected - 1)).toBeLessThan(1e-12);
    }
    const after = await session.getState();
    SPECS.forEach(({ name }, index) => {
      expect(maxDifference(after.get(name) as Float64Array, plain.parameters[index]), name).toBeLessThan(1e-11);
      // Stored without the factors (1 - beta).
      const m = plain.m[index].map((value) => value / (1 - options.beta1));
      const v = plain.v[index].map((value) => value / (1 - options.beta2));
      expect(maxDifference(after.get(firstMoment(name)) as Float64Array, m)).toBeLessThan(1e-9);
      expect(maxDifference(after.get(secondMoment(name)) as Float64Array, v)).toBeLessThan(1e-9);
    });
    await session.release();
  });

  test('a gradient of zero moves a parameter by its decay alone', async () => {
    const p = input('p', [2], 'float64');
    const zero = mul(p, sub(p, p));
    const optimiser = adamW([{ name: 'p', tensor: p, gradient: zero, decay: true, rateFactor: 1 }], defaultAdamW);
    const session = await ProgramSession.create(
      program('still', { inputs: [optimiser.input], state: optimiser.state, outputs: {} }),
      { provider: 'cpu', threads: 1 },
    );
    const zeros = () => new Float64Array(2);
    session.setValues(
      new Map([
        ['p', Float64Array.of(1, -2)],
        [firstMoment('p'), zeros()],
        [secondMoment('p'), zeros()],
      ]),
    );
    await session.run({ [HYPERPARAMETERS]: hyperparameters(1, 0.1, defaultAdamW) });
    const after = (await session.getState()).get('p') as Float64Array;
    expect(maxDifference(after, [1 - 0.1 * 0.05, -2 * (1 - 0.1 * 0.05)])).toBeLessThan(1e-15);
    await session.release();
  });
});

test('moving average', async () => {
  const a = input('a', [3], 'float64');
  const b = input('b', [3], 'float64');
  const { average } = await evaluate([a, b], { average: movingAverage(a, b, 0.9) }, { a: [-5, 1, 9], b: [5, 1, -1] });
  expect(maxDifference(average, [-4, 1, 8])).toBeLessThan(1e-14);
});
