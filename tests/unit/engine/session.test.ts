/** @file Sessions keep state, refuse wrong inputs, give the same bits twice and do not grow. */

import { afterEach, describe, expect, test } from 'vitest';
import { PretextError } from '../../../src-main/base/errors.js';
import { checkedSize, type SelfCheckSize, selfCheckProgram } from '../../../src-main/engine/self-check.js';
import { ProgramSession, type SessionOptions, type TensorData } from '../../../src-main/engine/session.js';
import { add, mul, scale } from '../../../src-main/graph/ops/elementwise.js';
import { gatherRows } from '../../../src-main/graph/ops/index.js';
import { sum } from '../../../src-main/graph/ops/reduce.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../../../src-main/graph/optimiser.js';
import { program } from '../../../src-main/graph/program.js';

const cpu: SessionOptions = { provider: 'cpu', threads: 1 };
const opened: ProgramSession[] = [];

async function open(built: Parameters<typeof ProgramSession.create>[0], options = cpu): Promise<ProgramSession> {
  const session = await ProgramSession.create(built, options);
  opened.push(session);
  return session;
}

afterEach(async () => {
  for (const session of opened.splice(0)) await session.release();
});

/** next = 2 * counter + x * factor; the sum of what the counter was. */
function counterProgram() {
  const x = input('x', [3], 'float32');
  const counter = input('counter', [3], 'float32');
  const factor = input('factor', [], 'float32');
  return program('counter', {
    inputs: [x],
    state: [{ name: 'counter', current: counter, next: add(scale(counter, 2), mul(x, factor)) }],
    frozen: [factor],
    outputs: { before: sum(counter, null) },
  });
}

const x = () => Float32Array.of(1, 2, 3);
const start = () =>
  new Map<string, TensorData>([
    ['counter', Float32Array.of(1, 1, 1)],
    ['factor', Float32Array.of(10)],
    ['a name that the program does not have', new Float64Array(7)],
  ]);

async function failure(promise: Promise<unknown>): Promise<PretextError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PretextError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('state', () => {
  test('each run reads what the run before wrote', async () => {
    const session = await open(counterProgram());
    session.setValues(start());
    const before: number[] = [];
    for (let i = 0; i < 4; i++) before.push(Number((await session.run({ x: x() })).before[0]));
    // (1, 1, 1), (12, 22, 32), (34, 64, 94), (78, 148, 218)
    expect(before).toEqual([3, 66, 192, 444]);
    expect((await session.getState()).get('counter')).toEqual(Float32Array.of(166, 316, 466));
  });

  test('getState gives copies, setValues takes copies', async () => {
    const session = await open(counterProgram());
    const values = start();
    session.setValues(values);
    const kept = values.get('counter') as Float32Array;
    const first = (await session.getState()).get('counter') as Float32Array;
    await session.run({ x: x() });
    await session.run({ x: x() });
    expect(kept).toEqual(Float32Array.of(1, 1, 1));
    expect(first).toEqual(Float32Array.of(1, 1, 1));
    const second = (await session.getState()).get('counter') as Float32Array;
    second.fill(0);
    expect((await session.getState()).get('counter')).toEqual(Float32Array.of(34, 64, 94));
    // Going back to an earlier state gives the same run again.
    session.setValues(new Map([['counter', first]]));
    await session.run({ x: x() });
    expect((await session.getState()).get('counter')).toEqual(Float32Array.of(12, 22, 32));
  });
});

describe('wrong use is refused', () => {
  test.each<[string, Record<string, TensorData>, RegExp]>([
    ['missing', {}, /Input x is missing/],
    ['length', { x: new Float32Array(4) }, /Input x wants float32\[3\] and was given Float32Array of 4 values/],
    ['element type', { x: new Float64Array(3) }, /Input x wants float32\[3\] and was given Float64Array of 3/],
  ])('input: %s', async (_name, inputs, message) => {
    const session = await open(counterProgram());
    session.setValues(start());
    const error = await failure(session.run(inputs));
    expect(error.code).toBe('internal');
    expect(error.message).toMatch(message);
    // The session is as it was.
    expect(Number((await session.run({ x: x() })).before[0])).toBe(3);
  });

  test('state that was never set, or of another length', async () => {
    const session = await open(counterProgram());
    expect((await failure(session.run({ x: x() }))).message).toMatch(/State counter was never set/);
    expect(() => session.setValues(new Map([['counter', new Float32Array(2)]]))).toThrow(/Input counter wants/);
  });

  test('frozen values that were never set', async () => {
    const session = await open(counterProgram());
    session.setValues(new Map([['counter', Float32Array.of(1, 1, 1)]]));
    expect((await failure(session.run({ x: x() }))).code).toMatch(/internal|device/);
  });

  test('two runs at once', async () => {
    const session = await open(counterProgram());
    session.setValues(start());
    const first = session.run({ x: x() });
    expect((await failure(session.run({ x: x() }))).message).toMatch(/twice at once/);
    await first;
    expect(Number((await session.run({ x: x() })).before[0])).toBe(66);
  });

  test('a provider that is not there', async () => {
    const missing = process.platform === 'win32' ? 'coreml' : 'dml';
    const error = await failure(ProgramSession.create(counterProgram(), { provider: missing, threads: 1 }));
    expect(error.code).toBe('device');
    expect(error.remedy).toMatch(/--device cpu/);
  });

  test('a failure while running is the device’s, and leaves the state', async () => {
    const table = input('table', [3, 1], 'float32');
    const indices = input('indices', [1], 'int32');
    const session = await open(
      program('gather', {
        inputs: [indices],
        state: [{ name: 'table', current: table, next: scale(table, 2) }],
        outputs: { row: gatherRows(table, indices) },
      }),
    );
    session.setValues(new Map([['table', Float32Array.of(1, 2, 3)]]));
    const error = await failure(session.run({ indices: Int32Array.of(99) }));
    expect(error.code).toBe('device');
    expect(error.remedy).toMatch(/checkpoint/);
    expect((await session.run({ indices: Int32Array.of(2) })).row[0]).toBe(3);
  });
});

async function train(size: SelfCheckSize, steps: number, threads: number, each?: (step: number) => void) {
  const check = selfCheckProgram(size);
  const session = await open(check.program, { provider: 'cpu', threads });
  session.setValues(check.state);
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const rates = Float32Array.from(hyperparameters(step, 1e-3, defaultAdamW));
    losses.push(Number((await session.run({ ...check.batch, [HYPERPARAMETERS]: rates })).loss[0]));
    each?.(step);
  }
  return { losses, state: await session.getState() };
}

describe('training', () => {
  test('two sessions with two threads give the same bits over 5 steps', async () => {
    const size = { ...checkedSize, batch: 8, patches: 32, width: 48 };
    const [first, second] = [await train(size, 5, 2), await train(size, 5, 2)];
    expect(first.losses).toEqual(second.losses);
    expect(new Set(first.losses).size).toBe(5);
    for (const [name, values] of first.state) expect(second.state.get(name), name).toEqual(values);
  });

  test('memory is flat over 300 steps', async () => {
    const memory: number[] = [];
    const { losses } = await train(checkedSize, 300, 1, (step) => {
      if (step === 50 || step === 300) memory.push(process.memoryUsage().rss);
    });
    expect(losses[299]).toBeLessThan(losses[0] / 2);
    // The program's buffers are a megabyte; a step that kept them would hold 250 MB.
    expect(memory[1] - memory[0]).toBeLessThan(60 * 2 ** 20);
  });
});
