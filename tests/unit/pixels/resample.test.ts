/** @file The one affine resampling: exact where it can be exact, free of aliasing, zero outside. */

import { describe, expect, it } from 'vitest';
import { type CropBox, resample } from '../../../src-main/pixels/resample.js';

const whole = (side: number): CropBox => ({
  centreX: side / 2,
  centreY: side / 2,
  width: side,
  height: side,
  angle: 0,
  flip: false,
});

function image(side: number, value: (x: number, y: number) => number): Uint16Array {
  return Uint16Array.from({ length: side * side }, (_, i) => value(i % side, Math.floor(i / side)));
}

function resampled(source: Uint16Array, side: number, size: number, box: CropBox): Float32Array {
  const target = new Float32Array(size * size).fill(-1);
  resample(source, side, target, size, box);
  return target;
}

const noise = (side: number) => image(side, (x, y) => (x * 7919 + y * 104729 + x * y * 31) % 65536);

describe('resample', () => {
  it('copies an image to its own size', () => {
    const source = noise(24);
    const target = resampled(source, 24, 24, whole(24));
    for (let i = 0; i < source.length; i++) expect(target[i]).toBeCloseTo(source[i]! / 65535, 6);
  });

  it('copies a crop on whole pixels', () => {
    const source = noise(24);
    const target = resampled(source, 24, 8, { ...whole(24), centreX: 9, centreY: 14, width: 8, height: 8 });
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        expect(target[y * 8 + x]).toBeCloseTo(source[(y + 10) * 24 + x + 5]! / 65535, 6);
      }
    }
  });

  it.each([2, 4, 8])('shrinks by %i as the mean of blocks', (factor) => {
    const side = 48;
    const source = noise(side);
    const size = side / factor;
    const target = resampled(source, side, size, whole(side));
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        let sum = 0;
        for (let j = 0; j < factor; j++) {
          for (let i = 0; i < factor; i++) sum += source[(y * factor + j) * side + x * factor + i]!;
        }
        expect(target[y * size + x]).toBeCloseTo(sum / factor ** 2 / 65535, 5);
      }
    }
  });

  it('mirrors left and right', () => {
    const source = noise(16);
    const target = resampled(source, 16, 16, { ...whole(16), flip: true });
    for (let y = 0; y < 16; y++) {
      for (let x = 0; x < 16; x++) expect(target[y * 16 + x]).toBeCloseTo(source[y * 16 + 15 - x]! / 65535, 6);
    }
  });

  it('turns the box clockwise by a quarter: its right is the image further down', () => {
    const source = noise(16);
    const target = resampled(source, 16, 16, { ...whole(16), angle: Math.PI / 2 });
    for (let y = 0; y < 16; y++) {
      for (let x = 0; x < 16; x++) expect(target[y * 16 + x]).toBeCloseTo(source[x * 16 + 15 - y]! / 65535, 5);
    }
  });

  it('is linear in position: a ramp stays a ramp under an odd crop', () => {
    const side = 40;
    const source = image(side, (x, y) => 1000 * x + 500 * y);
    const box = { ...whole(side), centreX: 18.3, centreY: 21.9, width: 25.7, height: 19.4, angle: 0.1 };
    const size = 17;
    const target = resampled(source, side, size, box);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const along = ((x + 0.5) / size - 0.5) * box.width;
        const down = ((y + 0.5) / size - 0.5) * box.height;
        const u = box.centreX + along * Math.cos(box.angle) - down * Math.sin(box.angle) - 0.5;
        const v = box.centreY + along * Math.sin(box.angle) + down * Math.cos(box.angle) - 0.5;
        expect(target[y * size + x]! * 65535).toBeCloseTo(1000 * u + 500 * v, 0);
      }
    }
  });

  it('gives zero outside and keeps the edge up to the edge', () => {
    const target = resampled(new Uint16Array(64).fill(65535), 8, 16, { ...whole(8), width: 16, height: 16 });
    for (let y = 0; y < 16; y++) {
      for (let x = 0; x < 16; x++) {
        const inside = x >= 4 && x < 12 && y >= 4 && y < 12;
        expect(target[y * 16 + x]).toBeCloseTo(inside ? 1 : 0, 6);
      }
    }
  });

  it('does not alias: a one-pixel checkerboard becomes flat grey when shrunk', () => {
    const source = image(96, (x, y) => ((x + y) % 2) * 65535);
    const target = resampled(source, 96, 40, { ...whole(96), angle: 0.05, width: 90, height: 90 });
    const middle = Array.from(target).filter((_, i) => i % 40 > 4 && i % 40 < 35 && i > 200 && i < 1400);
    // Sampling without a filter swings over the whole range.
    expect(Math.max(...middle) - Math.min(...middle)).toBeLessThan(0.35);
  });
});
