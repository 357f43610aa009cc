/** @file The order of samples: every sample once an epoch, a function of seed and step alone. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochOrder, Sampler, stepsPerEpoch } from '../../../src-main/pixels/sampler.js';

const anchorsOf = (sampler: Sampler, from: number, to: number): number[] => {
  const all: number[] = [];
  for (let step = from; step < to; step++) all.push(...sampler.batchAt(step).anchors);
  return all;
};

describe('Sampler', () => {
  it('shows each sample at most once an epoch, and all but the last incomplete batch', () => {
    const sampler = new Sampler({ count: 103, batch: 10, seed: 5, groups: null });
    expect(sampler.stepsPerEpoch).toBe(10);
    for (const epoch of [0, 1, 7]) {
      const seen = anchorsOf(sampler, epoch * 10, epoch * 10 + 10);
      expect(new Set(seen).size).toBe(100);
      expect(seen).toEqual([...epochOrder(5, epoch, 103).subarray(0, 100)]);
    }
    expect(anchorsOf(sampler, 0, 10)).not.toEqual(anchorsOf(sampler, 10, 20));
  });

  it('fills a batch that is larger than the set from the next permutations', () => {
    const sampler = new Sampler({ count: 7, batch: 10, seed: 1, groups: null });
    expect(stepsPerEpoch(7, 10)).toBe(1);
    const stream = anchorsOf(sampler, 0, 7);
    expect(stream).toHaveLength(70);
    for (let start = 0; start < 70; start += 7) expect(new Set(stream.slice(start, start + 7)).size).toBe(7);
  });

  it('is a pure function of the step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(),
        fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 12 }),
        (count, batch, seed, steps) => {
          const groups = Int32Array.from({ length: count }, (_, i) => i % 5);
          const kept = new Sampler({ count, batch, seed, groups });
          for (const step of steps) {
            const fresh = new Sampler({ count, batch, seed, groups });
            expect(kept.batchAt(step)).toEqual(fresh.batchAt(step));
          }
        },
      ),
    );
  });

  it('draws partners from the same group, never the anchor where there is another, all equally often', () => {
    const groups = Int32Array.from([9, 4, 9, 9, 7, 4, 9]);
    const sampler = new Sampler({ count: 7, batch: 7, seed: 2, groups });
    const pairs = new Map<string, number>();
    for (let step = 0; step < 3000; step++) {
      const { anchors, partners } = sampler.batchAt(step);
      anchors.forEach((anchor, i) => {
        const partner = partners[i]!;
        expect(groups[partner]).toBe(groups[anchor]);
        if (anchor === 4) expect(partner).toBe(4);
        else expect(partner).not.toBe(anchor);
        pairs.set(`${anchor}-${partner}`, (pairs.get(`${anchor}-${partner}`) ?? 0) + 1);
      });
    }
    for (const other of [2, 3, 6]) expect(Math.abs(pairs.get(`0-${other}`)! - 1000)).toBeLessThan(120);
    expect(pairs.get('1-5')).toBe(3000);
  });

  it('pairs a sample with itself without groups', () => {
    const { anchors, partners } = new Sampler({ count: 9, batch: 4, seed: 0, groups: null }).batchAt(3);
    expect(partners).toEqual(anchors);
  });
});
