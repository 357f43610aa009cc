/** @file The good files that are mutated: written here in every form the project writes, and public ones where present. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { encode } from 'fast-png';
import jpegJs from 'jpeg-js';
import { silentJob } from '../../src-main/base/jobs.js';
import { writeSampleStudy } from '../../src-main/sample/study.js';
import { BIG, DEFLATED, encapsulate, IMPLICIT, item, RLE, SEQUENCE_END, writeImage } from '../unit/dicom/writer.js';
import { zipOf } from './containers.js';

export interface Seed {
  name: string;
  bytes: Buffer;
}

/** Largest public file that is mutated: the campaign is about structure, and a disk is not endless. */
const LARGEST = 150_000;
/** Of the same folder at the most, so that one publisher's files are not most of the seeds. */
const PER_FOLDER = 40;

const fixtures = join('tests', 'fixtures', 'sources');
const conformance = join('..', 'shared', 'data', 'conformance');

/** Every file below `folder`, in order. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.path, entry.name))
    .sort();
}

/** Small images in every encoding, some with frames, colour, palettes and nested sequences. */
function written(): Seed[] {
  const pixels = Uint8Array.from({ length: 128 }, (_, index) => (index * 37) % 251);
  const small = { rows: 8, columns: 8, pixels };
  const perFrame = item(item(Buffer.concat([item(Buffer.alloc(0)), SEQUENCE_END])));
  const sequence = { tag: [0x5200, 0x9230] as [number, number], vr: 'SQ', value: perFrame };
  const palette = [0x1101, 0x1102, 0x1103].map((element) => ({
    tag: [0x0028, element] as [number, number],
    vr: 'US',
    value: [4, 0, 16],
  }));
  const colours = [0x1201, 0x1202, 0x1203].map((element) => ({
    tag: [0x0028, element] as [number, number],
    vr: 'OW',
    value: [0, 20_000, 40_000, 65_535],
  }));
  const frame = Buffer.from(deflateRawSync(pixels));
  const rle = Buffer.alloc(64 + 2 * 66);
  rle.writeUInt32LE(2, 0);
  rle.writeUInt32LE(64, 4);
  rle.writeUInt32LE(130, 8);
  rle.fill(3, 64);
  rle[64] = 63;
  rle[130] = 63;
  return [
    ['explicit', writeImage(small)],
    ['implicit', writeImage({ ...small, transferSyntax: IMPLICIT })],
    ['big-endian', writeImage({ ...small, transferSyntax: BIG })],
    ['deflated', writeImage({ ...small, transferSyntax: DEFLATED })],
    ['bare', writeImage({ ...small, transferSyntax: IMPLICIT, preamble: false })],
    ['frames', writeImage({ rows: 4, columns: 4, frames: 4, pixels, extra: [sequence] })],
    [
      'colour',
      writeImage({ rows: 4, columns: 8, samples: 3, bits: 8, photometric: 'RGB', pixels: pixels.slice(0, 96) }),
    ],
    [
      'palette',
      writeImage({
        rows: 8,
        columns: 16,
        bits: 8,
        photometric: 'PALETTE COLOR',
        pixels,
        extra: [...palette, ...colours],
      }),
    ],
    ['rle', writeImage({ ...small, transferSyntax: RLE, pixels: encapsulate([rle], [0]), encapsulated: true })],
    [
      'deflated-frames',
      writeImage({
        ...small,
        frames: 2,
        transferSyntax: '1.2.840.10008.1.2.8.1',
        pixels: encapsulate([frame, frame], [0, frame.length + (frame.length % 2) + 8]),
        encapsulated: true,
      }),
    ],
    ['png', Buffer.from(encode({ width: 16, height: 8, data: pixels, channels: 1, depth: 8 }))],
    ['jpeg', jpegJs.encode({ width: 16, height: 8, data: Buffer.alloc(512, 90) }, 80).data],
  ].map(([name, bytes]) => ({ name: name as string, bytes: Buffer.from(bytes as Uint8Array) }));
}

/** Public files of odd and ordinary kinds; none where the shared data is not there. */
function published(): Seed[] {
  if (!existsSync(conformance)) return [];
  const taken = new Map<string, number>();
  return filesBelow(conformance)
    .filter((path) => {
      const { size } = statSync(path);
      const folder = path.split(/[\\/]/)[4] ?? '';
      const before = taken.get(folder) ?? 0;
      if (size === 0 || size > LARGEST || before >= PER_FOLDER) return false;
      if (readFileSync(path).toString('latin1', 128, 132) !== 'DICM') return false;
      taken.set(folder, before + 1);
      return true;
    })
    .map((path) => ({ name: path.slice(conformance.length + 1), bytes: readFileSync(path) }));
}

/** NIfTI, TIFF and ZIP in several forms; every other one, so that DICOM stays the most. */
function containers(): Seed[] {
  const names = readdirSync(fixtures).filter((name) => /\.(nii|nii\.gz|tif|zip)$/.test(name));
  const found = names.sort().filter((_, index) => index % 2 === 0);
  const entries = written()
    .slice(0, 2)
    .map(({ name, bytes }) => ({ name: `${name}.dcm`, data: bytes }));
  return [
    ...found.map((name) => ({ name, bytes: readFileSync(join(fixtures, name)) })),
    { name: 'archive.zip', bytes: zipOf(entries) },
  ];
}

/** All seeds; the sample study is written into `folder` first. */
export async function gatherSeeds(folder: string): Promise<Seed[]> {
  await writeSampleStudy(folder, { seed: 5, side: 32, patients: 8, imagesPerPatient: 1 }, silentJob());
  const study = filesBelow(folder)
    .filter((path) => !path.endsWith('.csv'))
    .map((path) => ({ name: path.slice(folder.length + 1), bytes: readFileSync(path) }));
  return [...written(), ...containers(), ...study, ...published()];
}
