/** @file Label draws: even over classes, reproducible, honest about shortages. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawLabels, type LabelledImage } from '../../../src-main/tasks/label-draws.js';

/** `counts[c]` images of class c, three a patient. */
function pool(...counts: number[]): LabelledImage[] {
  const images: LabelledImage[] = [];
  for (const [classIndex, count] of counts.entries()) {
    for (let i = 0; i < count; i++) {
      images.push({ imageId: images.length, patientId: classIndex * 10_000 + Math.floor(i / 3), classIndex });
    }
  }
  return images;
}

const anyPool = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });

describe('label draw', () => {
  it('is even over classes, the remainder with the first', () => {
    const draw = drawLabels(pool(100, 100, 100), 50, 1);
    expect(draw.perClass).toEqual([17, 17, 16]);
    expect(draw.note).toBeNull();
  });

  it('draws no image twice, as many as asked where there are as many, and counts rightly', () => {
    fc.assert(
      fc.property(anyPool, fc.integer({ min: 1, max: 100 }), fc.nat(), fc.boolean(), (counts, n, seed, spread) => {
        const images = pool(...counts);
        const draw = drawLabels(images, n, seed, { spread: spread ? 'patients' : 'images' });
        expect(draw.imageIds.length).toBe(Math.min(n, images.length));
        expect(new Set(draw.imageIds).size).toBe(draw.imageIds.length);
        const drawn = counts.map((_, c) => draw.imageIds.filter((id) => images[id].classIndex === c).length);
        expect(drawn).toEqual(draw.perClass);
        expect(draw.note === null).toBe(draw.perClass.every((count, c) => count === draw.asked[c]));
        // Where classes differ by more than the remainder, the smaller one has given all it has.
        const most = Math.max(...drawn);
        for (const [c, count] of drawn.entries()) if (count < most - 1) expect(count).toBe(counts[c]);
      }),
    );
  });

  it('takes all of a short class and says so', () => {
    const draw = drawLabels(pool(100, 3), 20, 1, { classNames: ['normal', 'nodule'] });
    expect(draw.perClass).toEqual([17, 3]);
    expect(draw.note).toBe('Not even over classes: nodule has 3 of 10; other classes fill the gap.');
    expect(drawLabels(pool(2, 3), 20, 1).note).toMatch(/only 5 of 20 labels/);
    expect(drawLabels(pool(5), 4, 1, { classNames: ['normal', 'nodule'] }).perClass).toEqual([4, 0]);
  });

  it('depends on the seed and not on the order of images; a smaller draw is part of a larger one', () => {
    const images = pool(60, 20);
    const ten = drawLabels(images, 10, 4);
    expect(drawLabels([...images].reverse(), 10, 4)).toEqual(ten);
    expect(drawLabels(images, 50, 4).imageIds.slice(0, 10)).toEqual(ten.imageIds);
    expect(drawLabels(images, 10, 5).imageIds).not.toEqual(ten.imageIds);
  });

  it('draws every image of a class about equally often', () => {
    const images = pool(10, 10);
    const times = new Array<number>(20).fill(0);
    for (let seed = 0; seed < 2000; seed++) for (const id of drawLabels(images, 6, seed).imageIds) times[id]++;
    // Binomial, 2,000 draws with probability 0.3: 600 ± 20.5.
    expect(Math.min(...times)).toBeGreaterThan(515);
    expect(Math.max(...times)).toBeLessThan(685);
  });

  it('spreads over patients where asked', () => {
    const images = pool(30, 30);
    const patients = (spread: 'images' | 'patients') =>
      new Set(drawLabels(images, 20, 2, { spread }).imageIds.map((id) => images[id].patientId)).size;
    expect(patients('patients')).toBe(20);
    expect(patients('images')).toBeLessThan(20);
  });

  it('refuses what cannot be drawn', () => {
    expect(() => drawLabels(pool(5), 0, 1)).toThrow(/0 labels/);
    expect(() => drawLabels(pool(5), 2.5, 1)).toThrow(/2.5 labels/);
    expect(() => drawLabels([], 5, 1)).toThrow(/no labelled image/);
  });
});
