/** @file Half precision against the definition: the nearest of all 65536 values. */

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromHalf, toHalf } from '../../../src-main/graph/half.js';

it('gives every half its own bits back', () => {
  for (let half = 0; half < 0x10000; half++) {
    const value = fromHalf(half);
    if (Number.isNaN(value)) expect(toHalf(value) & 0x7fff).toBe(0x7e00);
    else expect(toHalf(value)).toBe(half);
  }
});

it.each([
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [1e10, 0x7c00],
  [2 ** -24, 1],
  [2 ** -25, 0],
  [2 ** -25 * 1.0001, 1],
  [-(2 ** -26), 0x8000],
  [2 ** -14, 0x400],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
])('rounds %d to %i', (value, half) => {
  expect(toHalf(value)).toBe(half);
});

it('takes the nearest half of any number, an even one of two', () => {
  fc.assert(
    fc.property(fc.double({ min: -70000, max: 70000, noNaN: true }), (double) => {
      const value = Math.fround(double);
      const half = toHalf(value);
      // Rounding takes infinity for the next number that there would be.
      const numberOf = (bits: number) => Math.max(-65536, Math.min(65536, fromHalf(bits)));
      const error = Math.abs(numberOf(half) - value);
      if (error > 65536 - 65520) return;
      for (const other of [half - 1, half + 1]) {
        const distance = Math.abs(numberOf(other & 0xffff) - value);
        if (Number.isNaN(distance)) continue;
        expect(error).toBeLessThanOrEqual(distance);
        if (error === distance) expect(half & 1).toBe(0);
      }
    }),
    { numRuns: 3000, seed: 1 },
  );
});
