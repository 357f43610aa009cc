/**
 * @file Sessions of the native engine over plans made by hand, on an engine in JavaScript that has a few kernels: what goes
 * in and out, and what is refused. Real kernels are in native-kernels.test.ts.
 */

import { describe, expect, test } from 'vitest';
import { PretextError } from '../../../src-main/base/errors.js';
import { NativeSession, nativeBytes } from '../../../src-main/engine/native-session.js';
import { judge } from '../../../src-main/engine/native-use.js';
import type { ProgramRunner } from '../../../src-main/engine/runner.js';
import { ProgramSession } from '../../../src-main/engine/session.js';
import { add, mul, scale, stopGradient } from '../../../src-main/graph/ops/elementwise.js';
import { not } from '../../../src-main/graph/ops/logic.js';
import { constant, input } from '../../../src-main/graph/ops/source.js';
import { type Program, program } from '../../../src-main/graph/program.js';
import type { Tensor } from '../../../src-main/graph/tensor.js';
import type { NativeAddon, NativeHandle } from '../../../src-main/native/addon.js';
import type { Plan } from '../../../src-main/native/plan.js';

type Kernel = (floats: Float32Array, words: Int32Array, p: Int32Array) => void;

/** Parameters: offset of the result, offsets of what is read, number of elements. */
const KERNELS: Record<string, Kernel> = {
  copy: (floats, _words, [to, from, n]) => void floats.copyWithin(to, from, from + n),
  add: (floats, _words, [to, a, b, n]) => {
    for (let i = 0; i < n; i++) floats[to + i] = floats[a + i] + floats[b + i];
  },
  /** The second factor is one number. */
  scale: (floats, _words, [to, a, b, n]) => {
    for (let i = 0; i < n; i++) floats[to + i] = floats[a + i] * floats[b];
  },
  not: (floats, _words, [to, a, n]) => {
    for (let i = 0; i < n; i++) floats[to + i] = 1 - floats[a + i];
  },
  triple: (_floats, words, [to, a, n]) => {
    for (let i = 0; i < n; i++) words[to + i] = 3 * words[a + i];
  },
  fail: () => {
    throw new Error('the memory is broken');
  },
};

/** What a handle is here. */
interface Memory {
  viewOf(values: Float32Array | Int32Array): Float32Array | Int32Array;
  run(): void;
}

const memoryOf = (plan: NativeHandle) => plan as unknown as Memory;

interface Watched extends NativeAddon {
  released: number;
  threads: number;
}

function engine(): Watched {
  const watched: Watched = {
    instructionSet: () => 'javascript',
    scratchBytes: () => 64,
    profile: () => new Float64Array(0),
    released: 0,
    threads: -1,
    compile(kernels, code, arenaLength, threads) {
      if (arenaLength > 1e6) throw new Error('failed to allocate 8000000 bytes');
      watched.threads = threads;
      const floats = new Float32Array(arenaLength).fill(Number.NaN);
      const words = new Int32Array(floats.buffer);
      const viewOf = (values: Float32Array | Int32Array) => (values instanceof Int32Array ? words : floats);
      const run = () => {
        for (let at = 0; at < code.length; at += 3 + code[at + 2]) {
          KERNELS[kernels[code[at]]](floats, words, code.subarray(at + 3, at + 3 + code[at + 2]));
        }
      };
      const memory: Memory = { viewOf, run };
      return memory as unknown as NativeHandle;
    },
    write: (plan, offset, values) => memoryOf(plan).viewOf(values).set(values, offset),
    read: (plan, offset, values) =>
      values.set(
        memoryOf(plan)
          .viewOf(values)
          .subarray(offset, offset + values.length),
      ),
    run: async (plan) => memoryOf(plan).run(),
    release: () => void watched.released++,
  };
  return watched;
}

type Calls = [kernel: string, ...parameters: number[]][];

function planOf(
  calls: Calls,
  arenaLength: number,
  places: { given: [string, Tensor, number][]; outputs: [string, Tensor, number][] },
  constants: Plan['constants'] = [],
): Plan {
  const kernels = Object.keys(KERNELS);
  const placed = (list: [string, Tensor, number][]) =>
    new Map(list.map(([name, tensor, offset]) => [name, { offset, tensor }]));
  return {
    kernels,
    code: Int32Array.from(calls.flatMap(([name, ...p]) => [kernels.indexOf(name), 0, p.length, ...p])),
    labels: calls.map(([name]) => name),
    arenaLength,
    given: placed(places.given),
    constants,
    outputs: placed(places.outputs),
  };
}

/** A counter, two variables that change places, one that stays, a frozen factor, and one that nothing reads. */
function swap(): { built: Program; plan: Plan } {
  const step = input('step', [2], 'float32');
  const [count, left, right, kept] = ['count', 'left', 'right', 'kept'].map((name) => input(name, [2], 'float32'));
  const factor = input('factor', [], 'float32');
  const idle = input('idle', [3], 'int32');
  const next = add(count, mul(step, factor));
  const fixed = constant([7], [1], 'float32');
  const built = program('swap', {
    inputs: [step],
    frozen: [factor, idle],
    state: [
      { name: 'count', current: count, next },
      { name: 'left', current: left, next: right },
      { name: 'right', current: right, next: left },
      { name: 'kept', current: kept, next: stopGradient(kept) },
    ],
    outputs: { next, twice: next, before: count, given: step, fixed },
  });
  const plan = planOf(
    [
      ['copy', 18, 2, 2],
      ['scale', 20, 0, 10, 2],
      ['add', 2, 2, 20, 2],
      ['copy', 20, 4, 2],
      ['copy', 4, 6, 2],
      ['copy', 6, 20, 2],
    ],
    32,
    {
      given: [
        ['step', step, 0],
        ['count', count, 2],
        ['left', left, 4],
        ['right', right, 6],
        ['kept', kept, 8],
        ['factor', factor, 10],
      ],
      outputs: [
        ['next', next, 2],
        ['twice', next, 2],
        ['before', count, 18],
        ['given', step, 0],
        ['fixed', fixed, 30],
      ],
    },
    [{ offset: 30, values: Float32Array.of(7) }],
  );
  return { built, plan };
}

const swapValues = new Map<string, Float32Array | Int32Array>([
  ['count', Float32Array.of(1, 2)],
  ['left', Float32Array.of(3, 4)],
  ['right', Float32Array.of(5, 6)],
  ['kept', Float32Array.of(8, 9)],
  ['factor', Float32Array.of(10)],
  ['idle', Int32Array.of(1, 2, 3)],
  ['unknown', Float32Array.of(0)],
]);

function swapSession(native: NativeAddon = engine()): NativeSession {
  const { built, plan } = swap();
  return NativeSession.create(built, plan, native, 1);
}

async function failure(action: () => unknown): Promise<PretextError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof PretextError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

async function runSwap(session: ProgramRunner) {
  session.setValues(swapValues);
  const first = await session.run({ step: Float32Array.of(1, -1) });
  const second = await session.run({ step: Float32Array.of(0.5, 0) });
  const state = await session.getState();
  const some = await session.getState((name) => name === 'left' || name === 'idle');
  await session.release();
  return { first, second, state, some };
}

describe('state', () => {
  test('is what ONNX Runtime makes of it, where variables change places, stay, are outputs or are not read', async () => {
    const { built } = swap();
    const native = await runSwap(swapSession());
    const onnx = await runSwap(await ProgramSession.create(built, { provider: 'cpu', threads: 1 }));
    expect(native).toEqual(onnx);
    expect(native.second.next).toEqual(Float32Array.of(16, -8));
  });

  test('is copied in and out', async () => {
    const given = new Map([...swapValues].map(([name, values]) => [name, values.slice()]));
    const session = swapSession();
    session.setValues(given);
    for (const values of given.values()) values.fill(-1);
    const state = await session.getState();
    for (const name of ['left', 'idle']) (state.get(name) as Float32Array).fill(-1);
    const step = Float32Array.of(1, 1);
    const first = await session.run({ step });
    expect([first.next, first.before, first.given]).toEqual([
      Float32Array.of(11, 12),
      Float32Array.of(1, 2),
      Float32Array.of(1, 1),
    ]);
    await session.run({ step });
    expect(first.next).toEqual(Float32Array.of(11, 12));
    const after = await session.getState();
    expect([after.get('left'), after.get('idle')]).toEqual([Float32Array.of(3, 4), Int32Array.of(1, 2, 3)]);
    await session.release();
  });

  test('some of it can be set anew', async () => {
    const session = swapSession();
    session.setValues(swapValues);
    await session.run({ step: Float32Array.of(1, 1) });
    session.setValues(new Map([['count', Float32Array.of(0, 0)]]));
    expect((await session.run({ step: Float32Array.of(1, 1) })).next).toEqual(Float32Array.of(10, 10));
    expect((await session.getState()).get('kept')).toEqual(Float32Array.of(8, 9));
  });
});

test('flags and whole numbers go in and out as they are', async () => {
  const flags = input('flags', [3], 'bool');
  const wide = input('wide', [2], 'int64');
  const none = input('none', [0], 'float32');
  const inverse = not(flags);
  const tripled = scale(wide, 3);
  const built = program('kinds', {
    inputs: [flags, wide, none],
    state: [{ name: 'none2', current: input('none2', [0], 'float32'), next: none }],
    outputs: { inverse, tripled, none },
  });
  const calls: Calls = [
    ['not', 3, 0, 3],
    ['triple', 8, 6, 2],
  ];
  const plan = planOf(calls, 10, {
    given: [
      ['flags', flags, 0],
      ['wide', wide, 6],
      ['none', none, 10],
      ['none2', none, 10],
    ],
    outputs: [
      ['inverse', inverse, 3],
      ['tripled', tripled, 8],
      ['none', none, 10],
    ],
  });
  const session = NativeSession.create(built, plan, engine(), 1);
  session.setValues(new Map([['none2', new Float32Array(0)]]));
  const empty = new Float32Array(0);
  const results = await session.run({
    flags: Uint8Array.of(1, 0, 7),
    wide: BigInt64Array.of(-5n, 2n ** 29n),
    none: empty,
  });
  expect(results).toEqual({
    inverse: Uint8Array.of(0, 1, 0),
    tripled: BigInt64Array.of(-15n, 3n * 2n ** 29n),
    none: empty,
  });
  const beyond = await failure(() =>
    session.run({ flags: new Uint8Array(3), wide: BigInt64Array.of(0n, 2n ** 31n), none: empty }),
  );
  expect([beyond.code, beyond.message]).toEqual(['device', expect.stringContaining('wide holds 2147483648')]);
});

describe('refusals', () => {
  test('missing, short and mistyped values, state that was never set, two runs at once', async () => {
    const session = swapSession();
    expect((await failure(() => session.run({ step: Float32Array.of(1, 1) }))).message).toContain('State count');
    for (const bad of [Float32Array.of(1), Int32Array.of(1, 2)]) {
      const error = await failure(() => session.setValues(new Map([['count', bad]])));
      expect([error.code, error.message]).toEqual([
        'internal',
        expect.stringContaining('Input count wants float32[2]'),
      ]);
    }
    session.setValues(swapValues);
    const running = session.run({ step: Float32Array.of(0, 0) });
    expect((await failure(() => session.run({ step: Float32Array.of(1, 1) }))).message).toContain('twice at once');
    await running;
    for (const step of [undefined, Float32Array.of(1), Int32Array.of(1, 1)]) {
      expect((await failure(() => session.run(step === undefined ? {} : { step }))).code).toBe('internal');
    }
    // What was refused has changed nothing.
    expect((await session.getState()).get('count')).toEqual(Float32Array.of(1, 2));
  });

  test('memory that there is not, told as such, before anything runs', async () => {
    const { built, plan } = swap();
    const error = await failure(() => NativeSession.create(built, { ...plan, arenaLength: 2e6 }, engine(), 1));
    expect(error.code).toBe('out-of-memory');
    expect(nativeBytes({ ...plan, arenaLength: 2e6 }, engine(), 1)).toBe(Number.POSITIVE_INFINITY);
    const grown = nativeBytes({ ...plan, arenaLength: 1032 }, engine(), 1) - nativeBytes(plan, engine(), 1);
    expect(grown).toBe(4000);
  });

  test('a run that fails leaves no state, until all of it is set again', async () => {
    const w = input('w', [2], 'float32');
    const built = program('fails', { inputs: [], state: [{ name: 'w', current: w, next: w }], outputs: {} });
    const session = NativeSession.create(
      built,
      planOf([['fail']], 2, { given: [['w', w, 0]], outputs: [] }),
      engine(),
      1,
    );
    session.setValues(new Map([['w', Float32Array.of(1, 2)]]));
    const error = await failure(() => session.run({}));
    expect([error.code, error.message]).toEqual(['device', expect.stringContaining('the memory is broken')]);
    expect((await failure(() => session.getState())).message).toContain('was lost when a run failed');
    expect((await failure(() => session.run({}))).message).toContain('State w was never set');
    session.setValues(new Map([['w', Float32Array.of(3, 4)]]));
    expect((await session.getState()).get('w')).toEqual(Float32Array.of(3, 4));
  });
});

test('memory is given back once, and what computed is told', async () => {
  const native = engine();
  const session = swapSession(native);
  expect([session.engine, session.nodeCount, native.threads]).toEqual(['native javascript', 6, 1]);
  await session.release();
  await session.release();
  expect(native.released).toBe(1);
});

describe('whether the engine is used', () => {
  test('not where it is absent, without a word', async () => {
    expect(await judge(null)).toEqual({ addon: null, refusal: null });
  });

  test('not where it refuses the self-check, with a reason', async () => {
    const broken: NativeAddon = {
      ...engine(),
      compile: () => {
        throw new Error('illegal instruction\nat 0x0');
      },
    };
    const { addon: used, refusal } = await judge(broken);
    expect(used).toBeNull();
    expect(refusal).toMatch(/^The native engine is not used, it refused the self-check: .*illegal instruction$/);
  });
});
