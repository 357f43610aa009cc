/** @file Finding hashes that are nearly alike, against a search through all of them. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HashedImage } from '../../../src-main/catalogue/measures.js';
import { AlikeTable } from '../../../src-main/pixels/alike-table.js';
import { hashDistance, hashParts } from '../../../src-main/pixels/perceptual.js';

const image = (imageId: number, hash: string): HashedImage => ({ imageId, seriesId: imageId, inVolume: false, hash });
/** A hash in which the bits at these places are set. */
const hashOf = (bits: number[]): string =>
  bits
    .reduce((hash, bit) => hash ^ (1n << BigInt(bit)), 0n)
    .toString(16)
    .padStart(16, '0');

describe('AlikeTable', () => {
  it('finds the first earlier image within three bits, as a search through all does', () => {
    const few = fc.array(fc.integer({ min: 0, max: 63 }), { maxLength: 6 }).map(hashOf);
    fc.assert(
      fc.property(fc.array(few, { minLength: 1, maxLength: 60 }), few, (hashes, wanted) => {
        const table = new AlikeTable(0);
        for (const [at, hash] of hashes.entries()) table.add(image(at, hash));
        const found = table.find(image(hashes.length, wanted), () => true);
        const near = hashes.flatMap((hash, at) => (hashDistance(hashParts(hash), hashParts(wanted)) <= 3 ? [at] : []));
        expect(found === null).toBe(near.length === 0);
        if (found !== null) expect(near).toContain(found);
      }),
    );
  });

  it('asks about earlier images only, in their order, and passes over those that are refused', () => {
    const table = new AlikeTable(4);
    for (const id of [1, 2, 3, 9]) table.add({ ...image(id, '00000000000000ff'), seriesId: 100 + id });
    const asked: [number, number][] = [];
    const found = table.find(image(5, '00000000000000fe'), (id, seriesId) => {
      asked.push([id, seriesId]);
      return id === 3;
    });
    expect(found).toBe(3);
    expect(asked).toEqual([
      [1, 101],
      [2, 102],
      [3, 103],
    ]);
  });

  it('gives up on a hash that many share, and grows beyond what was expected', () => {
    const table = new AlikeTable(10);
    const count = 5000;
    for (let id = 0; id < count; id++) table.add(image(id, `${id.toString(16).padStart(4, '0')}beef00000000`));
    let asked = 0;
    const refuse = (): boolean => {
      asked++;
      return false;
    };
    expect(table.find(image(count, '0007beef00000000'), refuse)).toBeNull();
    expect(asked).toBe(1);
    for (let id = count; id < count + 500; id++) table.add(image(id, '123456789abcdef0'));
    asked = 0;
    expect(table.find(image(2 * count, '123456789abcdef0'), refuse)).toBeNull();
    expect(asked).toBe(100);
  });
});
