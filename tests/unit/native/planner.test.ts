/** @file Plans: what is fused, what lies where, what state becomes; values of single ops are compared in engine/native-kernels. */

import { describe, expect, test } from 'vitest';
import { gradients } from '../../../src-main/graph/gradient.js';
import { gelu } from '../../../src-main/graph/ops/activation.js';
import { conv } from '../../../src-main/graph/ops/conv.js';
import { add, mul, relu, scale, square } from '../../../src-main/graph/ops/elementwise.js';
import { linear, matmul } from '../../../src-main/graph/ops/matmul.js';
import { batchNorm } from '../../../src-main/graph/ops/moments.js';
import { layerNorm } from '../../../src-main/graph/ops/normalise.js';
import { topK } from '../../../src-main/graph/ops/order.js';
import { maxPool } from '../../../src-main/graph/ops/pool.js';
import { sum } from '../../../src-main/graph/ops/reduce.js';
import { concat, reshape, transpose } from '../../../src-main/graph/ops/shape.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { adamW, defaultAdamW, HYPERPARAMETERS } from '../../../src-main/graph/optimiser.js';
import { applyPasses } from '../../../src-main/graph/passes/index.js';
import { forNative } from '../../../src-main/graph/passes/native.js';
import { type Program, program } from '../../../src-main/graph/program.js';
import type { Tensor } from '../../../src-main/graph/tensor.js';
import { loadNative } from '../../../src-main/native/addon.js';
import { type Plan, Unplannable } from '../../../src-main/native/plan.js';
import { planFor } from '../../../src-main/native/planner.js';

interface PlannedCall {
  readonly kernel: string;
  readonly joined: boolean;
  readonly words: Int32Array;
}

function callsOf({ kernels, code }: Plan): PlannedCall[] {
  const calls: PlannedCall[] = [];
  for (let at = 0; at < code.length; at += 3 + code[at + 2]) {
    calls.push({
      kernel: kernels[code[at]],
      joined: code[at + 1] === 1,
      words: code.slice(at + 3, at + 3 + code[at + 2]),
    });
  }
  return calls;
}

const planned = (whole: Program): Plan => planFor(forNative(applyPasses(whole)));
const of = (inputs: Tensor[], outputs: Record<string, Tensor>): Plan => planned(program('p', { inputs, outputs }));
const namesOf = (plan: Plan): string[] => callsOf(plan).map(({ kernel }) => kernel);

describe('what is computed together', () => {
  const x = input('x', [4, 10, 32], 'float32');
  const [gamma, beta] = ['gamma', 'beta'].map((name) => input(name, [32], 'float32'));
  const [w1, w2] = [input('w1', [64, 32], 'float32'), input('w2', [32, 64], 'float32')];
  const [b1, b2] = [input('b1', [64], 'float32'), input('b2', [32], 'float32')];

  test('a transformer’s layer of two products runs row by row, its sum in the second product', () => {
    const y = add(x, linear(gelu(linear(layerNorm(x, gamma, beta), w1, b1)), w2, b2));
    const calls = callsOf(of([x, gamma, beta, w1, w2, b1, b2], { y }));
    expect(calls.map(({ kernel }) => kernel)).toEqual(['layerNorm', 'gemmRows', 'pointwise', 'gemmRows']);
    expect(calls.map(({ joined }) => joined)).toEqual([true, true, true, false]);
  });

  test('a product that reads as a whole what another call writes row by row is not joined with it', () => {
    const flat = input('flat', [16, 32], 'float32');
    const unit = scale(flat, 2);
    const calls = callsOf(of([flat], { y: matmul(unit, unit, { transposeB: true }), unit }));
    expect(calls.map(({ kernel }) => kernel)).toEqual(['pointwise', 'gemmRows']);
    expect(calls[0].joined).toBe(false);
  });

  test('AdamW of a parameter is one call that replaces three values in place', () => {
    const weight = input('weight', [300, 100], 'float32');
    const data = input('data', [8, 300], 'float32');
    const loss = sum(square(matmul(data, weight)), null);
    const [gradient] = gradients(loss, [weight]);
    const parameters = [{ name: 'weight', tensor: weight, gradient, decay: true, rateFactor: 1 }];
    const optimiser = adamW(parameters, defaultAdamW);
    const plan = planned(
      program('step', { inputs: [data, optimiser.input], state: optimiser.state, outputs: { loss } }),
    );
    const large = callsOf(plan).filter(({ kernel, words }) => kernel === 'pointwise' && words[1] === 30_000);
    expect(large.length).toBe(1);
    const [, , leaves, results] = large[0].words;
    expect({ leaves, results }).toEqual({ leaves: expect.any(Number), results: 3 });
    expect(namesOf(plan)).not.toContain('copy');
    expect(plan.given.has(HYPERPARAMETERS)).toBe(true);
  });

  test('convolutions, batch norm, relu and pooling move nothing between layouts', () => {
    const images = input('images', [2, 3, 8, 8], 'float32');
    const w = input('w', [4, 3, 3, 3], 'float32');
    const [scales, offsets] = ['scales', 'offsets'].map((name) => input(name, [4], 'float32'));
    const skip = relu(batchNorm(conv(images, w, { padding: 1 }), scales, offsets).output);
    const joined = concat([skip, conv(skip, input('v', [4, 4, 1, 1], 'float32'))], 1);
    const loss = add(sum(square(maxPool(skip, 2, { stride: 2 })), null), sum(square(joined), null));
    const [toW] = gradients(loss, [w]);
    const inputs = [images, w, scales, offsets, joined.operation.inputs[1].operation.inputs[1]];
    // The images alone are given in another layout.
    expect(namesOf(of(inputs, { loss, toW })).filter((name) => name === 'copy').length).toBe(1);
  });

  test('what the engine lacks is named', () => {
    const v = input('v', [4, 9], 'float32');
    expect(() => of([v], { values: topK(v, 2, 1).values })).toThrow(new Unplannable('the op topK'));
    const wide = input('w', [2], 'float64');
    expect(() => of([wide], { y: square(wide) })).toThrow(/float64/);
  });
});

const addon = loadNative();

async function run(plan: Plan, values: Record<string, number[]>, steps = 1): Promise<Record<string, number[]>> {
  if (addon === null) throw new Error('not built');
  const handle = addon.compile(plan.kernels, plan.code, plan.arenaLength, 2);
  for (const constant of plan.constants) addon.write(handle, constant.offset, constant.values);
  for (const [name, { offset }] of plan.given) addon.write(handle, offset, Float32Array.from(values[name]));
  for (let step = 0; step < steps; step++) await addon.run(handle);
  const found: Record<string, number[]> = {};
  for (const [name, { offset, tensor }] of [...plan.outputs, ...plan.given]) {
    const words = new Float32Array(tensor.size);
    addon.read(handle, offset, words);
    found[name] = [...words];
  }
  addon.release(handle);
  return found;
}

test.skipIf(addon !== null)('the native engine was not built: its plans are not run', () => undefined);

describe.skipIf(addon === null)('state', () => {
  const [a, b] = ['a', 'b'].map((name) => input(name, [3], 'float32'));

  test('variables that change places', async () => {
    const state = [
      { name: 'a', current: a, next: b },
      { name: 'b', current: b, next: a },
    ];
    const plan = planFor(program('swap', { inputs: [], state, outputs: { before: a } }));
    const found = await run(plan, { a: [1, 2, 3], b: [4, 5, 6] });
    expect(found).toEqual({ a: [4, 5, 6], b: [1, 2, 3], before: [1, 2, 3] });
  });

  test('a value that is read after the next one was computed keeps what it was', async () => {
    const next = scale(a, 2);
    const state = [
      { name: 'a', current: a, next },
      { name: 'b', current: b, next: add(mul(next, a), b) },
    ];
    const plan = planFor(program('read', { inputs: [], state, outputs: { old: add(a, next) } }));
    const found = await run(plan, { a: [1, 2, 3], b: [0, 0, 1] }, 2);
    // Steps: a 1 -> 2 -> 4, b 0 -> 0 + 2 -> 2 + 8; old is that of the second step.
    expect(found).toEqual({ a: [4, 8, 12], b: [10, 40, 91], old: [6, 12, 18] });
  });

  test('one value for two variables, and a variable that stays', async () => {
    const c = input('c', [3], 'float32');
    const shared = add(a, b);
    const state = [
      { name: 'a', current: a, next: shared },
      { name: 'b', current: b, next: shared },
      { name: 'c', current: c, next: c },
    ];
    const plan = planFor(program('shared', { inputs: [], state, outputs: { shared } }));
    const found = await run(plan, { a: [1, 2, 3], b: [4, 5, 6], c: [7, 8, 9] });
    expect(found).toEqual({ a: [5, 7, 9], b: [5, 7, 9], c: [7, 8, 9], shared: [5, 7, 9] });
  });

  test('a transposed next value', async () => {
    const square3 = input('s', [2, 2], 'float32');
    const state = [{ name: 's', current: square3, next: transpose(square3, [1, 0]) }];
    const plan = planFor(program('turn', { inputs: [], state, outputs: { y: reshape(square3, [4]) } }));
    expect(await run(plan, { s: [1, 2, 3, 4] })).toEqual({ s: [1, 3, 2, 4], y: [1, 2, 3, 4] });
  });
});
