/** @file Every form of stored values that needs no codec, against values written by hand: types, bits, planes, colour models. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePixels, openPixels } from '../../../src-main/dicom/decode.js';
import { displayFrame } from '../../../src-main/dicom/display.js';
import { modalityFrame } from '../../../src-main/dicom/grey.js';
import { normaliseFrame } from '../../../src-main/dicom/normalise.js';
import { BIG, EXPLICIT, IMPLICIT, type TestElement, type TestImage, writeImage } from './writer.js';

const us = (group: number, element: number, ...value: number[]): TestElement => ({
  tag: [group, element],
  vr: 'US',
  value,
});
const bytes = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

async function stored(image: TestImage): Promise<number[]> {
  return [...(await decodePixels(writeImage(image), 'test.dcm')).values];
}

async function modality(image: TestImage): Promise<number[]> {
  return [...modalityFrame(await decodePixels(writeImage(image), 'test.dcm'), 0)];
}

async function shown(image: TestImage): Promise<number[]> {
  return [...(await displayFrame(openPixels(writeImage(image), 'a'), 0, 'a')).pixels.values];
}

/** A frame as training sees it. */
async function normalised(image: TestImage, side: number): Promise<number[]> {
  const pixels = await decodePixels(writeImage(image), 'test.dcm');
  const { header } = pixels;
  return [...normaliseFrame(modalityFrame(pixels, 0), header.rows, header.columns, header, side)];
}

const row = { rows: 1, columns: 4 };
const FLOAT = { tag: [0x7fe0, 0x0008] as [number, number], vr: 'OF' };
const DOUBLE = { tag: [0x7fe0, 0x0009] as [number, number], vr: 'OD' };

/** Without the elements of whole numbers, as PS3.3 C.7.6.24 has it. */
const floats = (image: TestImage): TestImage => ({ ...image, stored: image.bits ?? 32 });

describe('float and double float pixel data (PS3.3 C.7.6.24 and C.7.6.25)', () => {
  const single = Float32Array.of(-1.5, 0, 3.25e-20, 6.5e30);
  const double = Float64Array.of(-1.5, 2 ** -60, 1e300, 0.1);

  it.each([EXPLICIT, IMPLICIT])('are read as they are (%s)', async (transferSyntax) => {
    const image = { ...row, transferSyntax };
    expect(await stored(floats({ ...image, bits: 32, pixels: bytes(single), pixelElement: FLOAT }))).toEqual([
      ...single,
    ]);
    expect(await stored(floats({ ...image, bits: 64, pixels: bytes(double), pixelElement: DOUBLE }))).toEqual([
      ...double,
    ]);
  });

  it('are read in big endian', async () => {
    const turned = (values: Uint8Array, size: 32 | 64) =>
      size === 32 ? Buffer.from(values).swap32() : Buffer.from(values).swap64();
    const image = { ...row, transferSyntax: BIG };
    expect(
      await stored(floats({ ...image, bits: 32, pixels: turned(bytes(single), 32), pixelElement: FLOAT })),
    ).toEqual([...single]);
    expect(
      await stored(floats({ ...image, bits: 64, pixels: turned(bytes(double), 64), pixelElement: DOUBLE })),
    ).toEqual([...double]);
  });

  it('may hold what is no number, which ends as black', async () => {
    const pixels = bytes(Float32Array.of(Number.NaN, 0, 1, Number.POSITIVE_INFINITY));
    const image = floats({ rows: 2, columns: 2, bits: 32, pixels, pixelElement: FLOAT });
    expect(await normalised(image, 2)).toEqual([0, 0, 65535, 65535]);
  });

  it('are refused with bits that they cannot have', async () => {
    const image = { ...row, bits: 16, pixels: new Uint8Array(8), pixelElement: FLOAT };
    await expect(stored(image)).rejects.toThrow(/16 bits allocated per sample; only 32 are read/);
  });
});

describe('whole numbers', () => {
  it('of 32 bits, signed and not, in both orders', async () => {
    const signed = Int32Array.of(-(2 ** 31), -1, 1, 2 ** 31 - 1);
    const unsigned = Uint32Array.of(0, 1, 2 ** 31, 2 ** 32 - 1);
    const turned = (values: ArrayBufferView): Buffer => Buffer.from(bytes(values)).swap32();
    expect(await stored({ ...row, bits: 32, signed: true, pixels: bytes(signed) })).toEqual([...signed]);
    expect(await stored({ ...row, bits: 32, pixels: bytes(unsigned) })).toEqual([...unsigned]);
    const big = { ...row, bits: 32, transferSyntax: BIG };
    expect(await stored({ ...big, signed: true, pixels: turned(signed) })).toEqual([...signed]);
    expect(await modality({ ...big, pixels: turned(unsigned) })).toEqual([0, 1, 2 ** 31, 2 ** 32]);
  });

  it('of 20 bits stored in 32, with their sign', async () => {
    const pixels = bytes(Uint32Array.of(0xfff00001, 0x00080000, 0x000fffff, 0x12345678));
    const image = { ...row, bits: 32, stored: 20, pixels };
    expect(await modality(image)).toEqual([1, 0x80000, 0xfffff, 0x45678]);
    expect(await modality({ ...image, signed: true })).toEqual([1, -0x80000, -1, 0x45678]);
  });

  it('of 8 bits with their sign, and of 5 high up in them', async () => {
    expect(await stored({ ...row, bits: 8, signed: true, pixels: Uint8Array.of(0x80, 0xff, 0, 0x7f) })).toEqual([
      -128, -1, 0, 127,
    ]);
    const high = { ...row, bits: 8, stored: 5, extra: [us(0x0028, 0x0102, 6)] };
    const pixels = Uint8Array.of(0b1_00001_11, 0b0_10000_00, 0b1_11111_01, 0b0_01010_10).map((bits) => bits);
    // Bits 6 to 2 are the sample.
    expect(await modality({ ...high, pixels })).toEqual([1, 16, 31, 10]);
    expect(await modality({ ...high, signed: true, pixels })).toEqual([1, -16, -1, 10]);
  });

  it('of 1 bit, in big endian words too', async () => {
    const image = { rows: 2, columns: 8, bits: 1 };
    const expected = [1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];
    expect(await stored({ ...image, pixels: Uint8Array.of(0x81, 0x02) })).toEqual(expected);
    expect(await stored({ ...image, transferSyntax: BIG, pixels: Uint8Array.of(0x02, 0x81) })).toEqual(expected);
  });

  it('of 1 bit in colour, by pixel', async () => {
    const image = { rows: 1, columns: 2, samples: 3, bits: 1, photometric: 'RGB', pixels: Uint8Array.of(0b101001, 0) };
    expect(await stored(image)).toEqual([1, 0, 0, 1, 0, 1]);
  });
});

describe('overlays in unused bits (PS3.5 section 8.1.2)', () => {
  // Twelve bits of picture, a drawing in bits 12 and 15, as retired group 60xx had it.
  const picture = Uint16Array.from({ length: 16 }, (_, place) => place * 250);
  const drawn = picture.map((value, place) => value | (place % 3 === 0 ? 0x9000 : 0));
  const overlay = [us(0x6000, 0x0010, 4), us(0x6000, 0x0011, 4), us(0x6000, 0x0100, 16), us(0x6000, 0x0102, 12)];
  const image = { rows: 4, columns: 4, stored: 12, extra: overlay };

  it('are kept out of what training and the viewer see', async () => {
    const plain = { ...image, pixels: bytes(picture) };
    const covered = { ...image, pixels: bytes(drawn) };
    expect(await modality(covered)).toEqual([...picture]);
    expect(await normalised(covered, 4)).toEqual(await normalised(plain, 4));
    expect(await shown(covered)).toEqual(await shown(plain));
  });

  it('stay in the stored values', async () => {
    expect(await stored({ ...image, pixels: bytes(drawn) })).toEqual([...drawn]);
  });

  it('do not change the colours of a palette', async () => {
    const channel = (index: number): TestElement[] => [
      us(0x0028, 0x1100 + index, 4, 0, 8),
      { tag: [0x0028, 0x1200 + index], vr: 'OW', value: Uint8Array.of(0, 60, 120, 180) },
    ];
    const extra = [1, 2, 3].flatMap(channel);
    const indices = {
      ...row,
      bits: 8,
      stored: 4,
      photometric: 'PALETTE COLOR',
      extra,
      pixels: Uint8Array.of(0x81, 2, 0xf3, 0),
    };
    expect(await shown(indices)).toEqual([60, 60, 60, 120, 120, 120, 180, 180, 180, 0, 0, 0]);
    expect((await modality(indices)).map(Math.round)).toEqual([60, 120, 180, 0]);
  });

  it('in an element of their own are no pixels', async () => {
    const own = [
      ...overlay.slice(0, 2),
      { tag: [0x6000, 0x3000] as [number, number], vr: 'OW', value: Uint8Array.of(0xff, 0xff) },
    ];
    const covered = { ...image, extra: own, pixels: bytes(picture) };
    expect(await modality(covered)).toEqual([...picture]);
  });
});

describe('colour', () => {
  const two = { rows: 1, columns: 2, samples: 3 };
  // PS3.3 C.7.6.3.1.2: Y = .2990 R + .5870 G + .1140 B, CB and CR around 128.
  const red = [76, 85, 255];
  const near = (values: number[], expected: number[], within: number) =>
    expect(Math.max(...values.map((value, place) => Math.abs(value - expected[place]!)))).toBeLessThanOrEqual(within);

  it('of YBR_FULL_422, 8 and 16 bits, shares chrominance between two pixels', async () => {
    const image = { ...two, photometric: 'YBR_FULL_422' };
    const eight = { ...image, bits: 8, pixels: Uint8Array.of(76, 150, 85, 255) };
    expect(await stored(eight)).toEqual([76, 85, 255, 150, 85, 255]);
    near(await shown(eight), [254, 0, 0, 255, 74, 74], 1);
    const sixteen = { ...image, bits: 16, pixels: bytes(Uint16Array.of(19_595, 38_500, 21_845, 65_535)) };
    expect(await stored(sixteen)).toEqual([19_595, 21_845, 65_535, 38_500, 21_845, 65_535]);
    near(await shown(sixteen), [255, 0, 0, 255, 73, 73], 2);
    expect(await modality(sixteen)).toEqual([19_595, 38_500]);
    const big = { ...sixteen, transferSyntax: BIG, pixels: Buffer.from(sixteen.pixels).swap16() };
    expect(await stored(big)).toEqual(await stored(sixteen));
  });

  it('of YBR_FULL by plane', async () => {
    const image = {
      ...two,
      bits: 8,
      planar: 1 as const,
      photometric: 'YBR_FULL',
      pixels: Uint8Array.of(76, 150, 85, 44, 255, 21),
    };
    expect(await stored(image)).toEqual([...red, 150, 44, 21]);
    near(await shown(image), [254, 0, 0, 0, 255, 1], 1);
  });

  it('of YBR_PARTIAL_422 has the range of a studio', async () => {
    const image = { ...two, bits: 8, photometric: 'YBR_PARTIAL_422', pixels: Uint8Array.of(16, 235, 128, 128) };
    expect(await shown(image)).toEqual([0, 0, 0, 255, 255, 255]);
  });

  it('of RGB with 12 bits, high up in 16, and by plane with 32', async () => {
    const deep = { ...two, bits: 16, stored: 12, photometric: 'RGB', extra: [us(0x0028, 0x0102, 15)] };
    const pixels = bytes(Uint16Array.of(0xfff7, 0x8000, 0, 0x000f, 0xfff0, 0x8010));
    expect(await shown({ ...deep, pixels })).toEqual([255, 128, 0, 0, 255, 128]);
    const wide = { ...two, bits: 32, planar: 1 as const, photometric: 'RGB' };
    const planes = bytes(Uint32Array.of(2 ** 32 - 1, 0, 0, 2 ** 31, 2 ** 32 - 1, 0));
    expect(await shown({ ...wide, pixels: planes })).toEqual([255, 0, 255, 0, 128, 0]);
  });

  it('that JPEG 2000 transformed is RGB again, whatever the header called it', async () => {
    for (const name of ['j2k-rgb8.dcm', 'j2k-rgb8-lossy.dcm', 'htj2k-rgb8-lossless.dcm', 'htj2k-rgb8-lossy.dcm']) {
      const file = readFileSync(join(__dirname, '..', '..', 'fixtures', 'syntaxes', name));
      expect(openPixels(file, name).header.photometricInterpretation).toMatch(/^YBR_(RCT|ICT)$/);
      const pixels = await decodePixels(file, name);
      expect(pixels.header.photometricInterpretation).toBe('RGB');
      const [r = 0, g = 0, b = 0] = pixels.values;
      expect(modalityFrame(pixels, 0)[0]).toBeCloseTo(0.299 * r + 0.587 * g + 0.114 * b, 3);
    }
  });
});

describe('pixels that are not square', () => {
  const pixels = bytes(new Uint16Array(8).fill(7));
  const filled = async (...extra: TestElement[]) => {
    const image = { rows: 2, columns: 4, pixels: bytes(Uint16Array.from([...Array(8).keys()])), extra };
    const pictureRows = (await normalised(image, 4)).map((value) => (value > 0 ? 1 : 0));
    return [0, 1, 2, 3].filter((line) => pictureRows.slice(line * 4, line * 4 + 4).includes(1)).length;
  };
  const text = (group: number, element: number, vr: string, value: string): TestElement => ({
    tag: [group, element],
    vr,
    value,
  });

  it('become square by their spacing, else by the Pixel Aspect Ratio', async () => {
    expect(pixels.length).toBe(16);
    expect(await filled()).toBe(2);
    expect(await filled(text(0x0028, 0x0034, 'IS', '2\\1'))).toBe(4);
    expect(await filled(text(0x0028, 0x0030, 'DS', '0.8\\0.4'))).toBe(4);
    expect(await filled(text(0x0028, 0x0030, 'DS', '0.4\\0.8'))).toBe(1);
    expect(await filled(text(0x0018, 0x1164, 'DS', '0.8\\0.4'))).toBe(4);
  });

  it('are taken as square where the numbers cannot be', async () => {
    expect(await filled(text(0x0028, 0x0034, 'IS', '0\\1'))).toBe(2);
    expect(await filled(text(0x0028, 0x0030, 'DS', '99\\0.001'))).toBe(2);
    expect(await filled(text(0x0028, 0x0030, 'DS', '-1\\1'))).toBe(2);
  });
});
