/** @file TIFF and NIfTI files of other programs (tifffile, nibabel), value by value: see bench/peers/source_fixtures.py. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodePixels } from '../../../src-main/dicom/decode.js';
import { identify } from '../../../src-main/dicom/identify.js';

const folder = join(import.meta.dirname, '../../fixtures/sources');

interface Expected {
  shape: number[];
  values: number[];
  scaled?: number[];
  affine?: number[][];
}
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, Expected>;
const names = Object.keys(expected);

async function decode(name: string, bytes: Uint8Array = readFileSync(join(folder, name))) {
  return decodePixels(bytes, name);
}

describe('TIFF', () => {
  it.each(names.filter((name) => name.endsWith('.tif') && name !== 'grey16-lzw-predictor-big.tif'))(
    '%s has the values that tifffile wrote',
    async (name) => {
      const { header, values } = await decode(name);
      expect(header.kind).toBe('tiff');
      expect(Array.from(values)).toEqual(expected[name]!.values);
      expect([header.rows, header.columns]).toEqual([19, 23]);
      expect(header.numberOfFrames).toBe(name === 'pages.tif' ? 3 : 1);
      expect(header.photometricInterpretation).toBe(
        name.startsWith('rgb') ? 'RGB' : name.includes('white') ? 'MONOCHROME1' : 'MONOCHROME2',
      );
      expect(header.bitsStored).toBe(name.includes('16') ? 16 : 8);
    },
  );

  it('refuses a damaged file, and differences of big endian samples, with the reason', async () => {
    const bytes = readFileSync(join(folder, 'rgb16-deflate-tiled-little.tif'));
    await expect(decode('grey16-lzw-predictor-big.tif')).rejects.toThrow(/big endian/);
    await expect(decode('cut.tif', bytes.subarray(0, 900))).rejects.toThrow(/TIFF/);
  });
});

/** Tags of a little endian TIFF's first directory, and where each entry begins. */
function entriesOf(bytes: Buffer): Map<number, number> {
  const start = bytes.readUInt32LE(4);
  const count = bytes.readUInt16LE(start);
  return new Map(
    Array.from({ length: count }, (_, index) => start + 2 + 12 * index).map((at) => [bytes.readUInt16LE(at), at]),
  );
}

it.each([
  ['ImageLength', 257],
  ['ImageWidth', 256],
  ['BitsPerSample', 258],
  ['SamplesPerPixel', 277],
])('refuses a TIFF whose %s claims no value, or several', async (field, tag) => {
  for (const count of [0, 2]) {
    const bytes = Buffer.from(readFileSync(join(folder, 'grey16-little.tif')));
    const at = entriesOf(bytes).get(tag);
    expect(at, field).toBeDefined();
    bytes.writeUInt32LE(count, at! + 4);
    const read = decode('mutated.tif', bytes);
    // Two values of BitsPerSample are honest where there are two samples: the first is taken.
    if (field === 'BitsPerSample' && count === 2) await expect(read).resolves.toBeDefined();
    else await expect(read).rejects.toMatchObject({ code: 'bad-file' });
  }
});

describe('NIfTI', () => {
  it.each(names.filter((name) => name.includes('.nii')))(
    '%s has the values and the place that nibabel gives',
    async (name) => {
      const { shape, values: stored, scaled, affine } = expected[name]!;
      const [columns, rows, slices, times = 1] = shape as [number, number, number, number?];
      const { header, values } = await decode(name);
      expect([header.kind, header.columns, header.rows, header.numberOfFrames]).toEqual([
        'nifti',
        columns,
        rows,
        slices * times,
      ]);
      expect(values.length).toBe(stored.length);
      const frames = header.geometry!.frames;
      const [down, across] = header.pixelSpacing!;
      for (let frame = 0; frame < slices * times; frame++) {
        const { position, orientation } = frames[frame]!;
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            // Where DICOM says that this pixel lies is one voxel of the file, found by the inverse of nibabel's affine.
            const here = [0, 1, 2].map(
              (axis) => position![axis]! + orientation![axis]! * across * column + orientation![axis + 3]! * down * row,
            );
            const voxel = invert(affine!, [-here[0]!, -here[1]!, here[2]!]);
            const [i, j, k] = voxel.map(Math.round) as [number, number, number];
            for (const [index, value] of voxel.entries())
              expect(Math.abs(value - [i, j, k][index]!)).toBeLessThan(1e-3);
            const time = Math.floor(frame / slices);
            expect(values[(frame * rows + row) * columns + column]).toBe(
              stored[((time * slices + k) * rows + j) * columns + i],
            );
          }
        }
      }
      // As people see images: columns to the left or back, rows to the back.
      expect(frames[0]!.orientation![0]).toBeGreaterThan(0.5);
      expect(frames[0]!.orientation![4]).toBeGreaterThan(0.5);
      if (name.startsWith('scaled')) {
        expect([header.rescaleSlope, header.rescaleIntercept]).toEqual([0.5, -10]);
        expect(scaled!.slice(0, 50)).toEqual(stored.slice(0, 50).map((value) => value * 0.5 - 10));
      }
    },
  );

  it('refuses what is truncated, and what inflates beyond its header', async () => {
    const plain = readFileSync(join(folder, 'sform-int16.nii'));
    await expect(decode('cut.nii', plain.subarray(0, -2))).rejects.toThrow(/truncated/);
    const bomb = gzipSync(Buffer.concat([plain, Buffer.alloc(40 * 2 ** 20)]));
    expect(bomb.length).toBeLessThan(60_000);
    await expect(decode('bomb.nii.gz', bomb)).rejects.toThrow(/damaged/);
    const lying = Buffer.from(plain);
    lying.writeInt16LE(32767, 42);
    lying.writeInt16LE(32767, 44);
    await expect(decode('lying.nii', lying)).rejects.toThrow(/too many/);
  });
});

/** Solves affine * x = point for the three voxel indices (Cramer's rule). */
function invert(affine: number[][], point: number[]): number[] {
  const matrix = affine.slice(0, 3).map((row) => row.slice(0, 3));
  const right = point.map((value, axis) => value - affine[axis]![3]!);
  const determinant = (m: number[][]): number =>
    m[0]![0]! * (m[1]![1]! * m[2]![2]! - m[1]![2]! * m[2]![1]!) -
    m[0]![1]! * (m[1]![0]! * m[2]![2]! - m[1]![2]! * m[2]![0]!) +
    m[0]![2]! * (m[1]![0]! * m[2]![1]! - m[1]![1]! * m[2]![0]!);
  return [0, 1, 2].map(
    (column) =>
      determinant(matrix.map((row, axis) => row.map((value, index) => (index === column ? right[axis]! : value)))) /
      determinant(matrix),
  );
}

it('reads a DICOM file whose preamble makes it a TIFF as well as DICOM', () => {
  const bytes = new Uint8Array(1024);
  bytes.set([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  expect(identify(bytes)).toBe('tiff');
  bytes.set(Buffer.from('DICM'), 128);
  expect(identify(bytes)).toBe('dicom');
});
