/**
 * @file Every public DICOM file beside pydicom and its decoders: stored values equal theirs bit for bit, JPEG of 12 bits
 * to one grey level. `bench/peers/pixel_digests.py` wrote what they gave.
 */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePixels, type StoredPixels } from '../../src-main/dicom/decode.js';
import digests from '../fixtures/pixel-digests.json';

const root = resolve(process.cwd(), '..', 'shared', 'data');
const isAbsent = !existsSync(join(root, 'conformance'));
if (isAbsent) console.warn(`Skipped: the conformance files are not here (${root}).`);

type Expected = { decoder: string; bytes: number; md5: string; tileMeans?: number[] } | { without: string };
const files = Object.entries(digests.files as Record<string, Expected>);

/** Files that pydicom does not decode, and ours do: dicom-conformance.test.ts holds them against their twins. */
const READ_HERE_ALONE = [
  'conformance/pydicom-data/liver_deflate.dcm',
  'conformance/pydicom-data/liver_nonbyte_aligned_deflate.dcm',
  'conformance/pydicom-data/liver_nonbyte_aligned_rle.dcm',
  'conformance/pydicom-data/liver_rle.dcm',
  'conformance/pydicom/badVR.dcm',
];

/** Whole but for the delimiter at its end, which pydicom insists on: the pixels are those of the file beside it. */
const SAME_AS = new Map([
  [
    'conformance/pydicom-data/emri_small_jpeg_2k_lossless_too_short.dcm',
    'conformance/pydicom-data/emri_small_jpeg_2k_lossless.dcm',
  ],
]);

/** Why a file without digest is refused, where it is not for want of pixels. */
const REASONS = new Map<string, RegExp>([
  ['conformance/pydicom/JPEG2000-embedded-sequence-delimiter.dcm', /cannot be decoded as JPEG 2000/],
  ['conformance/pydicom/MR_truncated.dcm', /truncated: it holds 8130 of 8192 bytes/],
  ['conformance/pydicom/meta_missing_tsyntax.dcm', /no image size/],
  ['conformance/pydicom/nested_priv_SQ.dcm', /no image size/],
  ['conformance/pydicom/no_meta.dcm', /neither DICOM/],
  ['conformance/pydicom/rtplan_truncated.dcm', /truncated: it ends within its header/],
]);

const TILES = 8;

/** Bits beside Bits Stored replaced by the sign, as pydicom gives them. */
function signExtended({ header, values }: StoredPixels): Uint8Array {
  if (values instanceof Int16Array && header.bitsStored < 16) {
    const unused = 31 - header.highBit;
    const extended = values.map((value) => (value << unused) >> (32 - header.bitsStored));
    return new Uint8Array(extended.buffer);
  }
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function tileMeans({ header, values }: StoredPixels): number[] {
  const { rows, columns: width, samplesPerPixel } = header;
  const columns = width * samplesPerPixel;
  return Array.from({ length: TILES * TILES }, (_, tile) => {
    const [y, x] = [Math.floor(tile / TILES), tile % TILES];
    let sum = 0;
    let count = 0;
    for (let row = Math.floor((rows * y) / TILES); row < Math.floor((rows * (y + 1)) / TILES); row++) {
      const [left, right] = [x, x + 1].map((edge) => Math.floor((width * edge) / TILES) * samplesPerPixel);
      for (let column = left!; column < right!; column++) {
        sum += values[row * columns + column]!;
        count++;
      }
    }
    return sum / count;
  });
}

describe.skipIf(isAbsent)('stored values equal those of pydicom (skipped without ../shared/data)', () => {
  it('covers the files it should', () => {
    expect(files.length).toBeGreaterThan(600);
    expect(files.filter(([, expected]) => 'md5' in expected).length).toBeGreaterThan(505);
  });

  it.each(files)('%s', async (file, given) => {
    const expected = (digests.files as Record<string, Expected>)[SAME_AS.get(file) ?? file] ?? given;
    const decoded = decodePixels(readFileSync(join(root, file)), file);
    if ('without' in expected) {
      if (READ_HERE_ALONE.includes(file)) await decoded;
      else await expect(decoded).rejects.toThrow(REASONS.get(file) ?? /holds no pixel data/);
      return;
    }
    const pixels = await decoded;
    if (expected.tileMeans === undefined) {
      expect(createHash('md5').update(signExtended(pixels)).digest('hex')).toBe(expected.md5);
      return;
    }
    tileMeans(pixels).forEach((mean, tile) => {
      expect(Math.abs(mean - expected.tileMeans![tile]!)).toBeLessThan(0.05);
    });
  });
});
