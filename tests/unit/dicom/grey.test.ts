/** @file Modality values, windows and inversion. */

import { describe, expect, it } from 'vitest';
import { decodePixels } from '../../../src-main/dicom/decode.js';
import { invertMonochrome1, modalityFrame, windowed } from '../../../src-main/dicom/grey.js';
import { type TestImage, writeImage } from './writer.js';

const f32 = (...values: number[]): Float32Array => Float32Array.from(values);

async function modality(image: TestImage): Promise<number[]> {
  return [...modalityFrame(await decodePixels(writeImage(image), 'test.dcm'), 0)];
}

describe('window of PS3.3 C.11.2.1.2', () => {
  it('is a threshold between centre - 1 and centre at width 1', () => {
    expect([...windowed(f32(98, 99, 99.4, 99.6, 100, 101), 100, 1, 'LINEAR')]).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('puts the ends of a LINEAR window at c - 0.5 -+ (w - 1) / 2', () => {
    const out = windowed(f32(0, 1, 127.5, 254, 255, 300), 128, 256, 'LINEAR');
    expect(out[0]).toBe(0);
    expect(out[1]).toBeCloseTo(1 / 255, 6);
    expect(out[2]).toBeCloseTo(0.5, 6);
    expect(out[3]).toBeCloseTo(254 / 255, 6);
    expect([out[4], out[5]]).toEqual([1, 1]);
  });

  it('puts the ends of a LINEAR_EXACT window at c -+ w / 2', () => {
    const out = windowed(f32(0, 64, 128, 192, 256), 128, 256, 'LINEAR_EXACT');
    expect([...out]).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('follows the logistic curve for SIGMOID', () => {
    const out = windowed(f32(40, 50, 60), 50, 40, 'SIGMOID');
    expect(out[0]).toBeCloseTo(1 / (1 + Math.E), 6);
    expect(out[1]).toBe(0.5);
    expect(out[2]).toBeCloseTo(1 - 1 / (1 + Math.E), 6);
  });

  it('stays finite for widths that are not allowed', () => {
    for (const shape of ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'] as const) {
      expect([...windowed(f32(-1, 0, 1), 0, 0, shape)].every((value) => value === 0 || value === 1)).toBe(true);
    }
  });

  it('inverts MONOCHROME1 alone', () => {
    expect([...invertMonochrome1(f32(0, 0.25, 1), { photometricInterpretation: 'MONOCHROME1' })]).toEqual([1, 0.75, 0]);
    expect([...invertMonochrome1(f32(0, 1), { photometricInterpretation: 'MONOCHROME2' })]).toEqual([0, 1]);
  });
});

describe('modality values', () => {
  const words = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 2);
    values.forEach((value, index) => void bytes.writeUInt16LE(value, index * 2));
    return bytes;
  };
  const small = { rows: 1, columns: 4 } as const;

  it('drops bits above High Bit and extends the sign', async () => {
    const pixels = words(0xf001, 0x0fff, 0x0800, 0x17ff);
    expect(await modality({ ...small, stored: 12, pixels })).toEqual([1, 4095, 2048, 2047]);
    expect(await modality({ ...small, stored: 12, signed: true, pixels })).toEqual([1, -1, -2048, 2047]);
  });

  it('shifts where High Bit is above Bits Stored - 1', async () => {
    const extra: TestImage['extra'] = [{ tag: [0x0028, 0x0102], vr: 'US', value: [15] }];
    expect(await modality({ ...small, stored: 12, extra, pixels: words(0x0010, 0xfff0, 0x123f, 0) })).toEqual([
      1, 4095, 0x123, 0,
    ]);
  });

  it('applies slope and intercept', async () => {
    const extra: TestImage['extra'] = [
      { tag: [0x0028, 0x1052], vr: 'DS', value: '-1024' },
      { tag: [0x0028, 0x1053], vr: 'DS', value: '2' },
    ];
    expect(await modality({ ...small, extra, pixels: words(0, 512, 1000, 2000) })).toEqual([-1024, 0, 976, 2976]);
  });

  it('takes luminance of RGB, by pixel and by plane, and Y of YBR', async () => {
    const colour = { rows: 1, columns: 2, samples: 3, bits: 8 } as const;
    const byPixel = await modality({ ...colour, photometric: 'RGB', pixels: Uint8Array.of(255, 0, 0, 0, 0, 255) });
    const byPlane = await modality({
      ...colour,
      photometric: 'RGB',
      planar: 1,
      pixels: Uint8Array.of(255, 0, 0, 0, 0, 255),
    });
    expect(byPixel[0]).toBeCloseTo(76.245, 3);
    expect(byPixel[1]).toBeCloseTo(29.07, 3);
    expect(byPlane).toEqual(byPixel);
    expect(await modality({ ...colour, photometric: 'YBR_FULL', pixels: Uint8Array.of(7, 1, 2, 9, 3, 4) })).toEqual([
      7, 9,
    ]);
    const half = { ...colour, photometric: 'YBR_FULL_422', pixels: Uint8Array.of(7, 9, 128, 128) };
    expect(await modality(half)).toEqual([7, 9]);
  });

  it('looks colours up in the palette', async () => {
    const lut = (element: number): NonNullable<TestImage['extra']> => [
      { tag: [0x0028, 0x1100 + element], vr: 'US', value: [2, 10, 8] },
      { tag: [0x0028, 0x1200 + element], vr: 'OW', value: Uint8Array.of(0, 0, 200, 0) },
    ];
    const pixels = Uint8Array.of(0, 10, 11, 255);
    const extra = [...lut(1), ...lut(2), ...lut(3)];
    const out = await modality({ ...small, bits: 8, photometric: 'PALETTE COLOR', pixels, extra });
    expect(out.map(Math.round)).toEqual([0, 0, 200, 200]);
  });
});
