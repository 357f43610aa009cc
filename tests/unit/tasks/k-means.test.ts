/** @file k-means on points whose clusters are known. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import { kMeans } from '../../../src-main/tasks/k-means.js';

/** `each` points around every centre, [centres * each, 2]. */
function blobs(centres: readonly (readonly [number, number])[], each: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from(
    centres.flatMap(([x, y]) =>
      Array.from({ length: each }, () => [x + 0.1 * random.normal(), y + 0.1 * random.normal()]).flat(),
    ),
  );
}

const CENTRES = [
  [0, 0],
  [5, 0],
  [0, 5],
  [5, 5],
] as const;

describe('kMeans', () => {
  it.each([1, 2, 3, 4, 5])('finds four separate groups from seed %i', (seed) => {
    const { assignment, sizes, centres } = kMeans(blobs(CENTRES, 25, 9), 2, 4, seed);
    expect([...sizes]).toEqual([25, 25, 25, 25]);
    for (const [group, [x, y]] of CENTRES.entries()) {
      const own = new Set(assignment.subarray(25 * group, 25 * (group + 1)));
      expect(own.size).toBe(1);
      const [cluster = -1] = own;
      expect(centres[2 * cluster]).toBeCloseTo(x, 0);
      expect(centres[2 * cluster + 1]).toBeCloseTo(y, 0);
    }
  });

  it('is a function of the points and the seed', () => {
    const points = Float32Array.from({ length: 600 }, () => 0).map((_, i) => Math.sin(i * i));
    expect(kMeans(points, 3, 7, 5)).toEqual(kMeans(points, 3, 7, 5));
  });

  it('gives every point a cluster where the centres were found on a part of them', () => {
    const { assignment, sizes } = kMeans(blobs(CENTRES, 250, 4), 2, 4, 1, { sample: 100 });
    expect(assignment.length).toBe(1000);
    expect([...sizes].sort()).toEqual([250, 250, 250, 250]);
  });

  it('makes no more clusters than there are points, and takes points that are all the same', () => {
    expect(kMeans(Float32Array.of(1, 2, 3), 1, 10, 0).count).toBe(3);
    const same = kMeans(new Float32Array(20).fill(3), 2, 3, 0);
    expect(same.inertia).toBe(0);
    expect([...same.sizes].reduce((sum, size) => sum + size, 0)).toBe(10);
    expect(() => kMeans(new Float32Array(0), 2, 3, 0)).toThrow('clusters');
  });
});
