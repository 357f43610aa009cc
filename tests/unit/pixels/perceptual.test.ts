/** @file What pictures look like in numbers: alike pictures share a hash, others do not. */

import { describe, expect, it } from 'vitest';
import {
  greyLevels,
  hashDistance,
  hashParts,
  isUniform,
  meanDifference,
  perceptualHash,
} from '../../../src-main/pixels/perceptual.js';

const SIDE = 64;

/** A picture of a few waves that depend on `seed`, 0 .. 65535. */
function picture(seed: number, change: (value: number, index: number) => number = (value) => value): Uint16Array {
  return Uint16Array.from({ length: SIDE * SIDE }, (_, index) => {
    const [x, y] = [(index % SIDE) / SIDE, Math.floor(index / SIDE) / SIDE];
    const wave = Math.sin(7 * x + seed) + Math.cos(5 * y * seed) + Math.sin((9 + seed) * x * y);
    return change(Math.round(32768 + 9000 * wave), index);
  });
}

const distance = (a: Uint16Array, b: Uint16Array): number =>
  hashDistance(hashParts(perceptualHash(a, SIDE)), hashParts(perceptualHash(b, SIDE)));

describe('a picture', () => {
  it('keeps its hash through noise and brightness, and shares it with no other picture', () => {
    const noisy = picture(1, (value, index) => value + ((index * 7919) % 601) - 300);
    expect(distance(picture(1), noisy)).toBeLessThanOrEqual(3);
    expect(
      distance(
        picture(1),
        picture(1, (value) => value + 2000),
      ),
    ).toBeLessThanOrEqual(3);
    expect(distance(picture(1), picture(2))).toBeGreaterThan(3);
    expect(meanDifference(picture(1), noisy)).toBeLessThan(0.01);
    expect(meanDifference(picture(1), picture(2))).toBeGreaterThan(0.05);
  });

  it('has as many grey levels as hold a noticeable part of it', () => {
    const flat = new Uint16Array(SIDE * SIDE).fill(500);
    expect([greyLevels(flat), isUniform(flat)]).toEqual([1, true]);
    const mask = flat.map((_, index) => (index % SIDE < 20 ? 65535 : 0));
    // Blends along the edge of a mask are no levels of their own.
    mask[20] = 30000;
    expect([greyLevels(mask), isUniform(mask)]).toEqual([2, false]);
    expect(greyLevels(picture(1))).toBeGreaterThan(50);
  });

  it('is compared bit by bit', () => {
    expect(hashDistance(hashParts('ffff00000000000f'), hashParts('0000000000000000'))).toBe(20);
  });
});
