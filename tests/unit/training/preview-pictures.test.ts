/** @file The arithmetic of a run's pictures, on values small enough to be done by hand. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import {
  cosineSimilarities,
  coverHidden,
  drawHidden,
  nearest,
  sheetOf,
  toGrey,
} from '../../../src-main/training/preview-pictures.js';

const shape = { imageSize: 4, patchSize: 2 };
/** Patches [0 1 4 5], [2 3 6 7], [8 9 12 13], [10 11 14 15]. */
const ramp = Float32Array.from({ length: 16 }, (_, index) => index);

describe('drawHidden', () => {
  it('brings a prediction to the mean and sample variance of the patch it stands for', () => {
    // Patch 1 has the values 2, 3, 6, 7: mean 4.5, sample variance 17 / 3.
    const deviation = Math.sqrt(17 / 3 + 1e-6);
    const drawn = drawHidden(ramp, Int32Array.of(1), Float32Array.of(0, 1, -1, 2), shape);
    expect(drawn[2]).toBeCloseTo(4.5, 5);
    expect(drawn[3]).toBeCloseTo(4.5 + deviation, 5);
    expect(drawn[6]).toBeCloseTo(4.5 - deviation, 5);
    expect(drawn[7]).toBeCloseTo(4.5 + 2 * deviation, 5);
  });

  it('gives the image back where the prediction is the normalised patch, and keeps visible patches', () => {
    const random = new Random(3);
    const image = new Float32Array(16).map(() => random.normal());
    const hidden = Int32Array.of(3, 0);
    const values = hidden.length * 4;
    const prediction = new Float32Array(values);
    const members = [
      [10, 11, 14, 15],
      [0, 1, 4, 5],
    ];
    members.forEach((pixels, index) => {
      const mean = pixels.reduce((sum, pixel) => sum + image[pixel], 0) / 4;
      const variance = pixels.reduce((sum, pixel) => sum + (image[pixel] - mean) ** 2, 0) / 3;
      pixels.forEach((pixel, place) => {
        prediction[4 * index + place] = (image[pixel] - mean) / Math.sqrt(variance + 1e-6);
      });
    });
    const drawn = drawHidden(image, hidden, prediction, shape);
    for (let pixel = 0; pixel < 16; pixel++) expect(drawn[pixel]).toBeCloseTo(image[pixel], 5);
    for (const pixel of [2, 3, 6, 7, 8, 9, 12, 13]) expect(drawn[pixel]).toBe(image[pixel]);
  });
});

it('covers hidden patches and nothing else', () => {
  const grey = new Uint8Array(16).fill(200);
  coverHidden(grey, Int32Array.of(2), shape);
  expect([...grey].map((value, pixel) => (value === 200 ? -1 : pixel)).filter((pixel) => pixel >= 0)).toEqual([
    8, 9, 12, 13,
  ]);
});

it('maps the smallest value of the reference to black and the largest to white', () => {
  const reference = Float32Array.of(-1, 3);
  expect([...toGrey(Float32Array.of(-1, 1, 3, 9, -9), reference)]).toEqual([0, 128, 255, 255, 0]);
  expect([...toGrey(Float32Array.of(5, 6), Float32Array.of(5, 5))]).toEqual([0, 0]);
});

describe('nearest', () => {
  const features = Float32Array.of(1, 0, 2, 0, 0, 1, 1, 1, -1, 0);

  it('measures the cosine, whatever the lengths', () => {
    const found = [...cosineSimilarities(features, 2, 0)];
    for (const [row, expected] of [1, 1, 0, Math.SQRT1_2, -1].entries()) expect(found[row]).toBeCloseTo(expected, 6);
  });

  it('leaves out the query and what is not allowed, nearest first', () => {
    expect(nearest(features, 2, 0, 3, (row) => row !== 1).map(({ row }) => row)).toEqual([3, 2, 4]);
  });
});

it('lays pictures out row by row and leaves missing ones black', () => {
  const picture = (value: number) => new Uint8Array(4).fill(value);
  const sheet = sheetOf([picture(1), picture(2), null, picture(4)], 2, 2);
  expect([...sheet]).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 0, 0, 4, 4, 0, 0, 4, 4]);
});
