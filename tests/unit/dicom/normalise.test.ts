/** @file Normalised frames: window, percentiles, resizing, padding. */

import { describe, expect, it } from 'vitest';
import type { StoredPixels } from '../../../src-main/dicom/decode.js';
import { modalityFrame } from '../../../src-main/dicom/grey.js';
import { type ImageHeader, readHeader } from '../../../src-main/dicom/header.js';
import { normaliseFrame, normalisePixels, percentileRange } from '../../../src-main/dicom/normalise.js';
import { resize } from '../../../src-main/dicom/resize.js';
import { writeImage } from './writer.js';

const plain = readHeader(writeImage(), 'test.dcm');
const ct: ImageHeader = { ...plain, modality: 'CT', rescaleIntercept: -1024 };

function constant(length: number, value: number): Float32Array {
  return new Float32Array(length).fill(value);
}

describe('normaliseFrame', () => {
  it('maps Hounsfield units by one fixed window', () => {
    const values = Float32Array.of(-3000, -1024, 0, 1024);
    expect([...normaliseFrame(values, 2, 2, ct, 2)]).toEqual([0, 0, 32768, 65535]);
  });

  it('maps other modalities by percentiles and does not divide by zero', () => {
    const values = Float32Array.from({ length: 10_000 }, (_, index) => index);
    const out = normaliseFrame(values, 100, 100, plain, 100);
    expect(out[0]).toBe(0);
    expect(out[9_999]).toBe(65535);
    expect(out[5_000]).toBeGreaterThan(32_700);
    expect(out[5_000]).toBeLessThan(32_900);
    expect(normaliseFrame(constant(16, 7), 4, 4, plain, 4).every((value) => value === 0)).toBe(true);
    expect(normaliseFrame(constant(16, Number.NaN), 4, 4, plain, 4).every((value) => value === 0)).toBe(true);
  });

  it('inverts MONOCHROME1, but not the padding', () => {
    const inverted = { ...ct, photometricInterpretation: 'MONOCHROME1' };
    const out = normaliseFrame(Float32Array.of(-1024, 1024), 1, 2, inverted, 4);
    expect([...out.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect([out[4], out[7]]).toEqual([65535, 0]);
    expect([...out.subarray(12)]).toEqual([0, 0, 0, 0]);
  });

  it('centres the picture and honours the shape of pixels', () => {
    const square = normaliseFrame(constant(8, 2000), 2, 4, ct, 4);
    expect([...square].map((value) => (value > 0 ? 1 : 0)).join('')).toBe('0000111111110000');
    const tall = normaliseFrame(constant(8, 2000), 2, 4, { ...ct, pixelAspectRatio: 2 }, 4);
    expect(tall.every((value) => value === 65535)).toBe(true);
  });
});

describe('normalisePixels', () => {
  const values = Uint16Array.from({ length: 512 * 400 }, (_, index) => (index * 40_503) & 0xffff);

  it.each([
    { photometricInterpretation: 'MONOCHROME2', pixelRepresentation: 0, bitsStored: 16, highBit: 15, intercept: -1024 },
    { photometricInterpretation: 'MONOCHROME2', pixelRepresentation: 0, bitsStored: 12, highBit: 11, intercept: -1024 },
    { photometricInterpretation: 'MONOCHROME2', pixelRepresentation: 0, bitsStored: 12, highBit: 11, intercept: -1000 },
    { photometricInterpretation: 'MONOCHROME1', pixelRepresentation: 1, bitsStored: 12, highBit: 13, intercept: -0.3 },
    { photometricInterpretation: 'MONOCHROME2', pixelRepresentation: 1, bitsStored: 16, highBit: 15, intercept: 0 },
  ] as const)('gives the values of normaliseFrame: %j', ({ intercept, ...bits }) => {
    const header: ImageHeader = {
      ...ct,
      ...bits,
      bitsAllocated: 16,
      rows: 400,
      columns: 512,
      rescaleSlope: 0.7,
      rescaleIntercept: intercept,
    };
    const stored = bits.pixelRepresentation === 1 ? new Int16Array(values.buffer) : values;
    for (const slope of [null, 1.3]) {
      const rescales = slope === null ? [] : [{ slope, intercept }];
      const pixels: StoredPixels = { header, values: stored, mapping: { palette: null, modalityLut: null, rescales } };
      for (const padding of [null, { low: -900, high: -100 }, { low: 5, high: 5 }]) {
        const guide = { voi: null, padding };
        // Shrunk to a part, to a quarter, to a half, as it is and grown; all but the first from a table that is there.
        for (const side of [96, 128, 256, 512, 520]) {
          const expected = normaliseFrame(modalityFrame(pixels, 0), 400, 512, header, side, guide);
          // Compared as bytes: an array of a quarter of a million numbers takes a while.
          expect(
            Buffer.from(normalisePixels(pixels, header, side, guide).buffer).equals(new Uint8Array(expected.buffer)),
          ).toBe(true);
        }
      }
    }
  });
});

describe('resize', () => {
  it('averages areas when it shrinks', () => {
    expect([...resize(Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8), 3, 3, 1, 1)][0]).toBeCloseTo(4, 5);
    const out = resize(Float32Array.of(0, 3, 6), 1, 3, 1, 2);
    expect(out[0]).toBeCloseTo(1, 5);
    expect(out[1]).toBeCloseTo(5, 5);
  });

  it('keeps a constant and the mean', () => {
    for (const [height, width] of [
      [1, 1],
      [7, 5],
      [64, 33],
      [200, 100],
    ] as const) {
      const out = resize(constant(101 * 67, 0.5), 101, 67, height, width);
      expect(out.every((value) => Math.abs(value - 0.5) < 1e-5)).toBe(true);
    }
  });

  it('interpolates when it grows', () => {
    const out = resize(Float32Array.of(0, 1), 1, 2, 1, 4);
    expect([...out]).toEqual([0, 0.25, 0.75, 1]);
  });
});

describe('percentileRange', () => {
  it('leaves out extremes and values that are not finite', () => {
    const values = Float32Array.from({ length: 1001 }, (_, index) => index);
    values[500] = Number.POSITIVE_INFINITY;
    const { low, high } = percentileRange(values);
    expect(low).toBeCloseTo(5, 0);
    expect(high).toBeCloseTo(995, 0);
  });
});
