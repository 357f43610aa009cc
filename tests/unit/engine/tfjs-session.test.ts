/** @file Programs on TensorFlow.js: state, memory, and what is refused. On the pure JavaScript backend. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PretextError } from '../../../src-main/base/errors.js';
import type { ProgramRunner } from '../../../src-main/engine/runner.js';
import { checkedSize, selfCheckProgram } from '../../../src-main/engine/self-check.js';
import { ProgramSession } from '../../../src-main/engine/session.js';
import { TfjsSession } from '../../../src-main/engine/tfjs-session.js';
import { peakActivationBytes } from '../../../src-main/graph/memory.js';
import { add, mul, scale, shift, stopGradient } from '../../../src-main/graph/ops/elementwise.js';
import { sum } from '../../../src-main/graph/ops/reduce.js';
import { reshape, split } from '../../../src-main/graph/ops/shape.js';
import { constant, input } from '../../../src-main/graph/ops/source.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../../../src-main/graph/optimiser.js';
import { program } from '../../../src-main/graph/program.js';
import { apply, type OpDefinition } from '../../../src-main/graph/tensor.js';
import { tf } from '../../helpers/tfjs.js';

let before = 0;
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors, 'tensors left over').toBe(before);
});

async function failure(action: Promise<unknown> | (() => unknown)): Promise<PretextError> {
  try {
    await (typeof action === 'function' ? action() : action);
  } catch (error) {
    if (error instanceof PretextError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

/** A counter, two variables that change places, one that stays, and a frozen factor. */
function swapProgram() {
  const step = input('step', [2], 'float32');
  const [count, left, right, kept] = ['count', 'left', 'right', 'kept'].map((name) => input(name, [2], 'float32'));
  const factor = input('factor', [], 'float32');
  const next = add(count, mul(step, factor));
  return program('swap', {
    inputs: [step],
    frozen: [factor],
    state: [
      { name: 'count', current: count, next },
      { name: 'left', current: left, next: right },
      { name: 'right', current: right, next: left },
      { name: 'kept', current: kept, next: stopGradient(kept) },
    ],
    outputs: { next, twice: next, before: count, given: step, fixed: constant([7], [1], 'float32') },
  });
}

const swapValues = new Map([
  ['count', Float32Array.of(1, 2)],
  ['left', Float32Array.of(3, 4)],
  ['right', Float32Array.of(5, 6)],
  ['kept', Float32Array.of(8, 9)],
  ['factor', Float32Array.of(10)],
  ['unknown', Float32Array.of(0)],
]);

async function runSwap(session: ProgramRunner) {
  session.setValues(swapValues);
  const first = await session.run({ step: Float32Array.of(1, -1) });
  const second = await session.run({ step: Float32Array.of(0.5, 0) });
  const state = await session.getState();
  const some = await session.getState((name) => name === 'left');
  await session.release();
  return { first, second, state, some };
}

describe('state', () => {
  test('is what ONNX Runtime makes of it, where variables change places, stay or are outputs', async () => {
    const onnx = await runSwap(await ProgramSession.create(swapProgram(), { provider: 'cpu', threads: 1 }));
    const tfjs = await runSwap(TfjsSession.create(swapProgram(), tf));
    expect(tfjs).toEqual(onnx);
    expect(tfjs.second.next).toEqual(Float32Array.of(16, -8));
    expect(tfjs.state.get('left')).toEqual(Float32Array.of(3, 4));
  });

  test('is copied in and out', async () => {
    const given = new Map([...swapValues].map(([name, values]): [string, Float32Array] => [name, values.slice()]));
    const session = TfjsSession.create(swapProgram(), tf);
    session.setValues(given);
    given.get('count')?.fill(-1);
    const state = await session.getState();
    (state.get('left') as Float32Array).fill(-1);
    const { next, before: old } = await session.run({ step: Float32Array.of(1, 1) });
    expect([next, old]).toEqual([Float32Array.of(11, 12), Float32Array.of(1, 2)]);
    expect((await session.getState()).get('right')).toEqual(Float32Array.of(3, 4));
    await session.release();
  });
});

test('an input that becomes state is no longer the caller’s array', async () => {
  const batch = input('batch', [2, 2], 'float32');
  const last = input('last', [4], 'float32');
  const next = reshape(batch, [4]);
  const session = TfjsSession.create(
    program('keeps', { inputs: [batch], state: [{ name: 'last', current: last, next }], outputs: {} }),
    tf,
  );
  session.setValues(new Map([['last', new Float32Array(4)]]));
  const given = Float32Array.of(1, 2, 3, 4);
  await session.run({ batch: given });
  given.fill(0);
  expect((await session.getState()).get('last')).toEqual(Float32Array.of(1, 2, 3, 4));
  await session.release();
});

describe('memory', () => {
  test('2000 steps leave as many tensors as the first, and release frees all', async () => {
    const session = TfjsSession.create(swapProgram(), tf);
    session.setValues(swapValues);
    await session.run({ step: Float32Array.of(1, 1) });
    const { numTensors, numBytes } = tf.memory();
    for (let step = 0; step < 2000; step++) await session.run({ step: Float32Array.of(1, 1) });
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(tf.memory().numBytes).toBe(numBytes);
    await session.release();
  });

  test('a training step with AdamW leaves nothing behind and gives ONNX Runtime’s losses', async () => {
    const check = selfCheckProgram(checkedSize);
    const losses: number[][] = [];
    const counts: number[] = [];
    for (const session of [
      TfjsSession.create(check.program, tf),
      await ProgramSession.create(check.program, { provider: 'cpu', threads: 1 }),
    ]) {
      session.setValues(check.state);
      const series: number[] = [];
      for (let step = 1; step <= 5; step++) {
        const hyper = Float32Array.from(hyperparameters(step, 1e-3, defaultAdamW));
        series.push(Number((await session.run({ ...check.batch, [HYPERPARAMETERS]: hyper })).loss[0]));
        counts.push(tf.memory().numTensors);
      }
      losses.push(series);
      await session.release();
    }
    expect(new Set(counts.slice(0, 5)).size).toBe(1);
    losses[0].forEach((loss, step) => {
      expect(Math.abs(loss / losses[1][step] - 1)).toBeLessThan(1e-5);
    });
  });

  test('values are freed after their last use: the most held at once is what the graph predicts', async () => {
    const x = input('x', [1000], 'float32');
    let y = shift(x, 1);
    for (let i = 0; i < 30; i++) y = scale(y, 0.9);
    const [half] = split(y, 2, 0);
    const chain = program('chain', { inputs: [x], outputs: { total: sum(half, null) } });
    let most = 0;
    const watching = {
      ...tf,
      tidy: <T>(run: () => T): T => {
        const result = (tf.tidy as (f: () => T) => T)(run);
        most = Math.max(most, tf.memory().numBytes);
        return result;
      },
    } as typeof tf;
    const session = TfjsSession.create(chain, watching);
    const constants = tf.memory().numBytes;
    await session.run({ x: new Float32Array(1000) });
    expect(most - constants).toBeLessThanOrEqual(4 * 1000 + peakActivationBytes(chain));
    expect(peakActivationBytes(chain)).toBe(8000);
    await session.release();
  });

  test('a run that fails half-way leaves nothing behind, and the state as it was', async () => {
    const broken: OpDefinition<Record<string, never>> = {
      name: 'broken',
      infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
      lower: () => undefined,
      evaluate(_operation, [x], { mul: product }) {
        product(x, x);
        throw new Error('the device is gone');
      },
    };
    const w = input('w', [3], 'float32');
    const next = apply(broken, [scale(w, 2)], {});
    const session = TfjsSession.create(
      program('fails', { inputs: [], state: [{ name: 'w', current: w, next }], outputs: {} }),
      tf,
    );
    session.setValues(new Map([['w', Float32Array.of(1, 2, 3)]]));
    const held = tf.memory().numTensors;
    const error = await failure(session.run({}));
    expect(error.code).toBe('device');
    expect(error.message).toMatch(/ran fails: the device is gone/);
    expect(tf.memory().numTensors).toBe(held);
    expect((await session.getState()).get('w')).toEqual(Float32Array.of(1, 2, 3));
    await session.release();
  });
});

describe('refusals', () => {
  test.each(['float64', 'float16'] as const)('%s, with the op that has it', async (dtype) => {
    const x = input('x', [2], dtype);
    const built = program('odd', { inputs: [x], outputs: { y: scale(x, 2) } });
    const error = await failure(() => TfjsSession.create(built, tf));
    expect(error.code).toBe('device');
    expect(error.message).toContain(`program odd: it has no ${dtype}, as in input ${dtype}[2].`);
  });

  test('an op without a kernel, by name', async () => {
    const only: OpDefinition<Record<string, never>> = {
      name: 'onnxOnly',
      infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
      lower: () => undefined,
    };
    const x = input('x', [2], 'float32');
    const built = program('lacking', { inputs: [x], outputs: { y: apply(only, [x], {}) } });
    expect((await failure(() => TfjsSession.create(built, tf))).message).toContain('no kernel of the op onnxOnly');
  });

  test('whole numbers beyond 32 bits; others pass through as 64 bits', async () => {
    const x = input('x', [2], 'int64');
    const session = TfjsSession.create(program('long', { inputs: [x], outputs: { y: add(x, x) } }), tf);
    expect((await session.run({ x: BigInt64Array.of(-3n, 2n ** 30n - 1n) })).y).toEqual(
      BigInt64Array.of(-6n, 2n ** 31n - 2n),
    );
    const error = await failure(session.run({ x: BigInt64Array.of(0n, 2n ** 31n) }));
    expect(error.code).toBe('device');
    expect(error.message).toContain('2147483648');
    await session.release();
  });

  test('missing, short and mistyped inputs, and state that was never set', async () => {
    const session = TfjsSession.create(swapProgram(), tf);
    expect((await failure(session.run({ step: Float32Array.of(1, 1) }))).message).toContain('State count');
    session.setValues(swapValues);
    for (const step of [undefined, Float32Array.of(1), Int32Array.of(1, 1)]) {
      const error = await failure(session.run(step === undefined ? {} : { step }));
      expect(error.code).toBe('internal');
    }
    const running = session.run({ step: Float32Array.of(1, 1) });
    expect((await failure(session.run({ step: Float32Array.of(1, 1) }))).message).toContain('twice at once');
    await running;
    await session.release();
  });
});
