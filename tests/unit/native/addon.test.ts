/** @file The addon of the native engine: plans are checked, run on any number of threads, and given back. */

import { afterEach, describe, expect, it } from 'vitest';
import { loadNative, type NativeAddon, type NativeHandle, nativeAbsence } from '../../../src-main/native/addon.js';

const addon = loadNative();
const NONE = -1;

const bits = (x: number): number => new Int32Array(Float32Array.of(x).buffer)[0]!;

interface Call {
  kernel: string;
  parameters: readonly number[];
  joined?: boolean;
}

const KERNELS = ['gemm', 'gemmRows', 'layerNorm', 'layerNormGradient', 'softmax'];

function encode(calls: readonly Call[]): Int32Array {
  return Int32Array.from(
    calls.flatMap(({ kernel, parameters, joined }) => [
      KERNELS.indexOf(kernel),
      joined === true ? 1 : 0,
      parameters.length,
      ...parameters,
    ]),
  );
}

/** c [m, n] = a [m, k] b [k, n] + bias, row-major. */
function product(
  kernel: string,
  m: number,
  n: number,
  k: number,
  at: { a: number; b: number; c: number; bias: number },
) {
  const { a, b, c, bias } = at;
  const none = [0, 0, 0];
  return {
    kernel,
    parameters: [1, 1, m, n, k, a, k, 1, 0, 0, b, n, 1, 0, 0, c, n, 0, 0, bits(1), bias, NONE, ...none],
  };
}

/** Numbers that are the same in every run, in no order. */
function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin((i + 1) * (seed + 1) * 12.9898) * 1.5);
}

const ROWS = 1003;
const IN = 40;
const OUT = 50;
const X = 0;
const NORMAL = X + ROWS * IN;
const GAMMA = NORMAL + ROWS * IN;
const BETA = GAMMA + IN;
const WEIGHT = BETA + IN;
const BIAS = WEIGHT + IN * OUT;
const LOGITS = BIAS + OUT;
const RESULT = LOGITS + ROWS * OUT;
const MEAN = RESULT + ROWS * OUT;
const INVERSE = MEAN + ROWS;
const DX = INVERSE + ROWS;
const DGAMMA = DX + ROWS * IN;
const DBETA = DGAMMA + IN;
const LENGTH = DBETA + IN;

/** softmax(layerNorm(x) weight + bias), and the norm's gradient where that of its result is x. */
function chain(joined: boolean): Call[] {
  return [
    { kernel: 'layerNorm', parameters: [ROWS, IN, X, IN, NORMAL, IN, MEAN, INVERSE, GAMMA, BETA, bits(1e-6)], joined },
    { ...product('gemmRows', ROWS, OUT, IN, { a: NORMAL, b: WEIGHT, c: LOGITS, bias: BIAS }), joined },
    { kernel: 'softmax', parameters: [ROWS, OUT, LOGITS, RESULT] },
    {
      kernel: 'layerNormGradient',
      parameters: [ROWS, IN, X, X, MEAN, INVERSE, GAMMA, DX, NONE, DGAMMA, DBETA],
    },
  ];
}

/** Row `row` of the chain's softmax in double precision. */
function expectedRow(given: Float32Array, row: number): number[] {
  const x = Array.from(given.subarray(X + row * IN, X + (row + 1) * IN));
  const mean = x.reduce((sum, v) => sum + v, 0) / IN;
  const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / IN;
  const normal = x.map((v, i) => ((v - mean) / Math.sqrt(variance + 1e-6)) * given[GAMMA + i]! + given[BETA + i]!);
  const logits = Array.from({ length: OUT }, (_, j) =>
    normal.reduce((sum, v, i) => sum + v * given[WEIGHT + i * OUT + j]!, given[BIAS + j]!),
  );
  const greatest = Math.max(...logits);
  const powers = logits.map((v) => Math.exp(v - greatest));
  const total = powers.reduce((sum, v) => sum + v, 0);
  return powers.map((v) => v / total);
}

if (addon === null) {
  describe(`the native engine's addon (skipped: ${nativeAbsence()})`, () => {
    it.skip('is not there', () => {});
  });
} else {
  tests(addon);
}

function tests(native: NativeAddon): void {
  const handles: NativeHandle[] = [];
  const wish = process.env.PRETEXT_NATIVE;

  const compile = (calls: readonly Call[], length: number, threads = 1): NativeHandle => {
    const handle = native.compile(KERNELS, encode(calls), length, threads);
    handles.push(handle);
    return handle;
  };

  afterEach(() => {
    for (const handle of handles.splice(0)) native.release(handle);
    if (wish === undefined) delete process.env.PRETEXT_NATIVE;
    else process.env.PRETEXT_NATIVE = wish;
  });

  async function runChain(joined: boolean, threads: number, runs = 1): Promise<Float32Array> {
    const handle = compile(chain(joined), LENGTH, threads);
    native.write(handle, 0, numbers(LENGTH, 1));
    for (let i = 0; i < runs; i++) await native.run(handle);
    const all = new Float32Array(LENGTH);
    native.read(handle, 0, all);
    return all;
  }

  const sets = process.arch === 'x64' ? ['avx2', 'best'] : ['best'];

  describe.each(sets)("the native engine's addon, kernels for %s", (set) => {
    it('computes what the calls say', async () => {
      if (set !== 'best') process.env.PRETEXT_NATIVE = set;
      if (set !== 'best') expect(native.instructionSet()).toBe(set);
      const given = numbers(LENGTH, 1);
      const all = await runChain(true, 2);
      for (const row of [0, 1, 11, 12, 500, ROWS - 1]) {
        const result = Array.from(all.subarray(RESULT + row * OUT, RESULT + (row + 1) * OUT));
        const expected = expectedRow(given, row);
        for (let j = 0; j < OUT; j++) expect(Math.abs(result[j]! - expected[j]!)).toBeLessThan(2e-6);
      }
      const dbeta = Array.from(all.subarray(DBETA, DBETA + IN));
      for (let j = 0; j < IN; j++) {
        let sum = 0;
        for (let row = 0; row < ROWS; row++) sum += given[X + row * IN + j]!;
        expect(Math.abs(dbeta[j]! - sum)).toBeLessThan(1e-3);
      }
    });

    // Columns that lie near are read across, those far apart from a copy; sums longer than a panel, rows that fill no tile.
    it.each([
      [70, 41, 900],
      [331, 41, 450],
      [515, 100, 203],
    ])('multiplies a transposed [%i] by [%i] over %i', async (m, n, k) => {
      if (set !== 'best') process.env.PRETEXT_NATIVE = set;
      const [a, b, c] = [0, m * k, m * k + k * n];
      const parameters = product('gemm', m, n, k, { a, b, c, bias: NONE }).parameters.slice();
      parameters.splice(6, 2, 1, m);
      const given = numbers(c, 2);
      const results = [];
      for (const threads of [1, 3]) {
        const handle = compile([{ kernel: 'gemm', parameters }], c + m * n, threads);
        native.write(handle, 0, given);
        await native.run(handle);
        const result = new Float32Array(m * n);
        native.read(handle, c, result);
        results.push(result);
      }
      expect(Buffer.from(results[1]!.buffer).equals(Buffer.from(results[0]!.buffer))).toBe(true);
      let worst = 0;
      for (let row = 0; row < m; row++) {
        for (let column = 0; column < n; column++) {
          let sum = 0;
          for (let i = 0; i < k; i++) sum += given[i * m + row]! * given[b + i * n + column]!;
          worst = Math.max(worst, Math.abs(results[0]![row * n + column]! - sum));
        }
      }
      expect(worst).toBeLessThan(1e-4);
    });

    it('gives the same bits on any number of threads, in blocks or not, run after run', async () => {
      if (set !== 'best') process.env.PRETEXT_NATIVE = set;
      const one = await runChain(false, 1);
      expect(one.some((v, i) => i >= RESULT && v !== 0)).toBe(true);
      for (const [joined, threads, runs] of [
        [true, 1, 1],
        [true, 2, 50],
        [false, 2, 50],
        [true, 16, 20],
      ] as const) {
        expect(Buffer.from((await runChain(joined, threads, runs)).buffer).equals(Buffer.from(one.buffer))).toBe(true);
      }
    });
  });

  describe("the native engine's addon", () => {
    it('takes subnormal numbers for 0 in a run, on every thread', async () => {
      const rows = 4096;
      const [a, b, c, bias] = [0, rows * 16, rows * 16 + 256, rows * 32 + 256];
      const handle = compile([product('gemmRows', rows, 16, 16, { a, b, c, bias })], bias + 16, 3);
      native.write(handle, a, new Float32Array(rows * 16 + 256).fill(1e-20));
      native.write(handle, c, new Float32Array(rows * 16).fill(1));
      await native.run(handle);
      const result = new Float32Array(rows * 16);
      native.read(handle, c, result);
      expect(result.every((v) => v === 0)).toBe(true);
      expect(Math.fround(1e-40) > 0).toBe(true);
    });

    it('keeps int32 and float32 as they are', () => {
      const handle = compile([], 8);
      native.write(handle, 2, Int32Array.of(-1, 2 ** 30, 7));
      const ints = new Int32Array(5);
      native.read(handle, 1, ints);
      expect([...ints]).toEqual([0, -1, 2 ** 30, 7, 0]);
      native.write(handle, 7, Float32Array.of(Number.NaN));
      const floats = new Float32Array(1);
      native.read(handle, 7, floats);
      expect(floats[0]).toBeNaN();
    });

    it('refuses what lies outside the arena, and arrays of other kinds', () => {
      const handle = compile([], 8);
      for (const offset of [9, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 2 ** 64, 6]) {
        expect(() => native.read(handle, offset, new Float32Array(3))).toThrow('arena');
        expect(() => native.write(handle, offset, new Int32Array(3))).toThrow('arena');
      }
      native.read(handle, 8, new Float32Array(0));
      const wrong = new Float64Array(1) as unknown as Float32Array;
      expect(() => native.write(handle, 0, wrong)).toThrow('neither a Float32Array nor an Int32Array');
      expect(() => native.read(handle, 0, [1] as unknown as Float32Array)).toThrow('neither a Float32Array');
      for (const other of [{}, null, 7, [], native]) {
        expect(() => native.read(other as unknown as NativeHandle, 0, new Float32Array(1))).toThrow('not a plan');
      }
    });

    it('refuses code that is not a plan, wherever it ends', () => {
      const code = encode(chain(true));
      const starts = [0, 14, 42, 49, code.length];
      for (let length = 0; length < code.length; length++) {
        // After the joined calls and between whole ones a shorter plan is a plan.
        if (length === 0 || length === starts[3]) continue;
        expect(() => native.compile(KERNELS, code.slice(0, length), LENGTH, 1), `${length} words`).toThrow(/call/);
      }
      const changed = (at: number, to: number) => () => {
        const copy = code.slice();
        copy[at] = to;
        handles.push(native.compile(KERNELS, copy, LENGTH, 1));
      };
      expect(changed(0, KERNELS.length)).toThrow('call 0 names kernel 5 of 5');
      expect(changed(0, -1)).toThrow('names kernel -1');
      expect(changed(1, 2)).toThrow('neither 0 nor 1');
      expect(changed(2, -1)).toThrow('-1 parameters');
      expect(changed(2, 2 ** 31 - 1)).toThrow('parameters');
      expect(changed(3, ROWS - 1)).toThrow('other rows');
      expect(changed(starts[2]! + 1, 1)).toThrow('call 3 (layerNormGradient) is joined');
      expect(changed(3, -5)).toThrow('-5 rows');
      expect(() => native.compile(['gemm', 'no such kernel'], code, LENGTH, 1)).toThrow("no kernel 'no such kernel'");
      expect(() => native.compile(['g'.repeat(1000)], code, LENGTH, 1)).toThrow('no kernel');
      expect(() => native.compile([7 as unknown as string], code, LENGTH, 1)).toThrow('no kernel');
      for (const threads of [0, -1, 1.5, 257, Number.NaN]) {
        expect(() => native.compile(KERNELS, code, LENGTH, threads)).toThrow('threads');
      }
      for (const length of [-1, 0.5, 2 ** 32, Number.NaN]) {
        expect(() => native.compile(KERNELS, code, length, 1)).toThrow('arenaLength');
      }
    });

    it('says so where the system refuses memory', () => {
      // A plan's scratch is no part of its arena: here a packed matrix of 2^49 bytes.
      const huge = product('gemmRows', 12, 2 ** 17, 2 ** 30, { a: 0, b: 0, c: 0, bias: NONE });
      let error: unknown;
      try {
        compile([huge], 8);
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(Error);
      expect(error).toHaveProperty('code', 'ENOMEM');
      expect(error).toHaveProperty('message', expect.stringContaining('failed to allocate'));
    });

    it('runs a plan once at a time, and leaves it alone meanwhile', async () => {
      const handle = compile(chain(true), LENGTH, 2);
      const run = native.run(handle);
      await expect(native.run(handle)).rejects.toThrow('running');
      expect(() => native.release(handle)).toThrow('running');
      expect(() => native.read(handle, 0, new Float32Array(1))).toThrow('running');
      expect(() => native.profile(handle, true)).toThrow('running');
      await run;
      await native.run(handle);
    });

    it('runs several plans at a time', async () => {
      const expected = await runChain(true, 1);
      const all = await Promise.all(Array.from({ length: 6 }, () => runChain(true, 3, 5)));
      for (const result of all) expect(Buffer.from(result.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
    });

    it('is released once, and of no use then', async () => {
      const handle = native.compile(KERNELS, encode(chain(true)), LENGTH, 2);
      native.release(handle);
      native.release(handle);
      await expect(native.run(handle)).rejects.toThrow('released');
      expect(() => native.read(handle, 0, new Float32Array(1))).toThrow('released');
      expect(() => native.scratchBytes(handle)).toThrow('released');
    });

    it('measures each call while it is asked to', async () => {
      const handle = compile(chain(true), LENGTH, 2);
      await native.run(handle);
      expect([...native.profile(handle, true)]).toEqual([0, 0, 0, 0]);
      await native.run(handle);
      const once = native.profile(handle, true);
      expect(once.every((nanoseconds) => nanoseconds > 0)).toBe(true);
      await native.run(handle);
      const twice = native.profile(handle, false);
      expect(twice.every((nanoseconds, call) => nanoseconds > once[call]!)).toBe(true);
      expect([...native.profile(handle, false)]).toEqual([0, 0, 0, 0]);
    });

    it('does nothing for a plan of no calls and one of no rows', async () => {
      await native.run(compile([], 0, 4));
      const empty = { kernel: 'softmax', parameters: [0, 5, 0, 0] };
      const handle = compile([empty, { ...empty, joined: true }, empty], 8, 4);
      native.write(handle, 0, Float32Array.of(1, 2, 3));
      await native.run(handle);
      const left = new Float32Array(3);
      native.read(handle, 0, left);
      expect([...left]).toEqual([1, 2, 3]);
      expect(native.scratchBytes(handle)).toBe(0);
    });

    it('is switched off by PRETEXT_NATIVE=off', () => {
      process.env.PRETEXT_NATIVE = 'off';
      expect(loadNative()).toBeNull();
      expect(nativeAbsence()).toContain('off');
      delete process.env.PRETEXT_NATIVE;
      expect(loadNative()).toBe(native);
      expect(nativeAbsence()).toBeNull();
    });
  });
}
