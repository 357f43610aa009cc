/** @file Pixels out of every encoding that can be written by hand. */

import { deflateRawSync } from 'node:zlib';
import { encode as encodePng } from 'fast-png';
import jpegJs from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import { decodePixels } from '../../../src-main/dicom/decode.js';
import { readHeader } from '../../../src-main/dicom/header.js';
import { decodeRle } from '../../../src-main/dicom/rle.js';
import { BIG, DEFLATED, EXPLICIT, encapsulate, IMPLICIT, RLE, type TestImage, writeImage } from './writer.js';

const ramp = Uint8Array.from({ length: 32 }, (_, index) => index * 7);

async function values(image: TestImage): Promise<number[]> {
  return [...(await decodePixels(writeImage(image), 'test.dcm')).values];
}

/** One literal PackBits run of at most 128 bytes. */
function literal(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([bytes.length - 1]), bytes]);
}

function rleFrame(segments: Uint8Array[]): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32LE(segments.length, 0);
  let offset = 64;
  segments.forEach((segment, index) => {
    header.writeUInt32LE(offset, 4 + index * 4);
    offset += segment.length;
  });
  return Buffer.concat([header, ...segments]);
}

describe('native pixel data', () => {
  const little = Array.from({ length: 16 }, (_, index) => ramp[index * 2]! + 256 * ramp[index * 2 + 1]!);
  const swapped = Buffer.from(ramp).swap16();

  it.each([
    ['explicit little endian', EXPLICIT, ramp],
    ['implicit little endian', IMPLICIT, ramp],
    ['explicit big endian', BIG, swapped],
    ['deflated', DEFLATED, ramp],
  ])('reads %s', async (_, transferSyntax, pixels) => {
    expect(await values({ transferSyntax, pixels })).toEqual(little);
  });

  it.each([
    ['explicit-little' as const, ramp],
    ['implicit-little' as const, ramp],
    ['explicit-big' as const, swapped],
  ])('reads a bare data set without preamble (%s)', async (encoding, pixels) => {
    expect(await values({ encoding, preamble: false, pixels })).toEqual(little);
  });

  it('believes the data where the transfer syntax is wrong', async () => {
    expect(await values({ transferSyntax: EXPLICIT, encoding: 'implicit-little', pixels: ramp })).toEqual(little);
  });

  it('reads bits of frames that do not end on a byte', async () => {
    const pixels = Uint8Array.of(0b10101001, 0b00000010, 0, 0);
    expect(await values({ rows: 1, columns: 5, frames: 2, bits: 1, pixels })).toEqual([1, 0, 0, 1, 0, 1, 0, 1, 0, 1]);
  });
});

describe('RLE', () => {
  it('unpacks literals, runs and no-operations', () => {
    const packed = Uint8Array.of(2, 1, 2, 3, 254, 9, 128, 0, 4);
    expect([...decodeRle(rleFrame([packed]), 7, 1, 1)]).toEqual([1, 2, 3, 9, 9, 9, 4]);
  });

  it('puts the most significant byte last', async () => {
    const high = Uint8Array.of(1, 2, 3, 4);
    const low = Uint8Array.of(5, 6, 7, 8);
    const pixels = encapsulate([rleFrame([literal(high), literal(low)])]);
    const image = { transferSyntax: RLE, rows: 2, columns: 2, pixels, encapsulated: true };
    expect(await values(image)).toEqual([0x105, 0x206, 0x307, 0x408]);
  });

  it('brings colour segments together by pixel', async () => {
    const frame = rleFrame([Uint8Array.of(1, 1, 2), Uint8Array.of(1, 3, 4), Uint8Array.of(1, 5, 6)]);
    const colour = { samples: 3, bits: 8, photometric: 'RGB' };
    const image = {
      transferSyntax: RLE,
      rows: 1,
      columns: 2,
      ...colour,
      pixels: encapsulate([frame]),
      encapsulated: true,
    };
    expect(await values(image)).toEqual([1, 3, 5, 2, 4, 6]);
  });

  it('refuses a segment that ends early', async () => {
    const pixels = encapsulate([rleFrame([literal(Uint8Array.of(1, 2)), literal(Uint8Array.of(1, 2))])]);
    const image = { transferSyntax: RLE, rows: 2, columns: 2, pixels, encapsulated: true };
    await expect(values(image)).rejects.toThrow(/RLE segment ends after 2 of 4/);
  });
});

describe('frames of encapsulated pixel data', () => {
  const deflatedFrame = '1.2.840.10008.1.2.8.1';
  const first = deflateRawSync(Uint8Array.of(1, 2, 3, 4));
  const second = deflateRawSync(Uint8Array.of(5, 6, 7, 8));
  const image = { transferSyntax: deflatedFrame, rows: 2, columns: 2, bits: 8, encapsulated: true };

  it('joins the fragments of one frame', async () => {
    const even = Buffer.concat([first, Buffer.alloc(first.length % 2)]);
    const pixels = encapsulate([even.subarray(0, 2), even.subarray(2)]);
    expect(await values({ ...image, pixels })).toEqual([1, 2, 3, 4]);
  });

  it('follows the basic offset table where frames have several fragments', async () => {
    const even = Buffer.concat([first, Buffer.alloc(first.length % 2)]);
    const offset = 8 + 2 + 8 + (even.length - 2);
    const pixels = encapsulate([even.subarray(0, 2), even.subarray(2), second], [0, offset]);
    expect(await values({ ...image, frames: 2, pixels })).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('follows the extended offset table', async () => {
    const even = Buffer.concat([first, Buffer.alloc(first.length % 2)]);
    const table = Buffer.alloc(16);
    table.writeBigUInt64LE(BigInt(8 + 2 + 8 + (even.length - 2)), 8);
    const lengths = Buffer.alloc(16);
    lengths.writeBigUInt64LE(BigInt(first.length), 0);
    lengths.writeBigUInt64LE(BigInt(second.length), 8);
    const pixels = encapsulate([even.subarray(0, 2), even.subarray(2), second]);
    const extra: TestImage['extra'] = [
      { tag: [0x7fe0, 0x0001], vr: 'OV', value: table },
      { tag: [0x7fe0, 0x0002], vr: 'OV', value: lengths },
    ];
    expect(await values({ ...image, frames: 2, pixels, extra })).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('refuses fewer fragments than frames', async () => {
    await expect(values({ ...image, frames: 3, pixels: encapsulate([first, second]) })).rejects.toThrow(
      /2 of the 3 frames/,
    );
  });
});

describe('PNG and JPEG', () => {
  it('reads grey, 16-bit and colour PNG, and leaves alpha out', async () => {
    const grey = encodePng({ width: 2, height: 1, data: Uint8Array.of(3, 250), channels: 1 });
    const deep = encodePng({ width: 2, height: 1, data: Uint16Array.of(3, 60000), channels: 1, depth: 16 });
    const alpha = encodePng({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3, 4), channels: 4 });
    expect([...(await decodePixels(grey, 'a.png')).values]).toEqual([3, 250]);
    expect([...(await decodePixels(deep, 'a.png')).values]).toEqual([3, 60000]);
    expect([...(await decodePixels(alpha, 'a.png')).values]).toEqual([1, 2, 3]);
    const header = readHeader(deep, 'a.png');
    expect(header).toMatchObject({ kind: 'png', rows: 1, columns: 2, bitsAllocated: 16, sopInstanceUID: null });
    expect(header.contentHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('reads JPEG', async () => {
    const { data } = jpegJs.encode({ width: 8, height: 8, data: Buffer.alloc(256, 200) }, 95);
    const pixels = await decodePixels(data, 'a.jpg');
    expect(pixels.header).toMatchObject({ kind: 'jpeg', rows: 8, columns: 8, samplesPerPixel: 3 });
    expect(pixels.values.every((value) => Math.abs(value - 200) <= 2)).toBe(true);
  });
});

describe('headers', () => {
  it('reads text, numbers and the first functional groups', () => {
    const header = readHeader(
      writeImage({
        extra: [
          { tag: [0x0008, 0x0005], vr: 'CS', value: 'ISO_IR 100' },
          { tag: [0x0010, 0x0010], vr: 'PN', value: 'M\u00fcller^J\u00f6rg' },
          { tag: [0x0028, 0x0030], vr: 'DS', value: '0.5\\0.25' },
          { tag: [0x0028, 0x1050], vr: 'DS', value: '40\\500' },
          { tag: [0x0028, 0x1051], vr: 'DS', value: '400\\2000' },
          { tag: [0x0020, 0x0032], vr: 'DS', value: '1\\2\\-3.5' },
        ],
      }),
      'test.dcm',
    );
    expect(header).toMatchObject({
      patientName: 'Müller^Jörg',
      pixelSpacing: [0.5, 0.25],
      pixelAspectRatio: 2,
      windowCenter: 40,
      windowWidth: 400,
      imagePositionPatient: [1, 2, -3.5],
      sopInstanceUID: '1.2.3.4',
      contentHash: null,
    });
  });
});
