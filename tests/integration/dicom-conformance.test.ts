/**
 * @file Every public DICOM file with an oracle: the stored values equal those of GDCM, and what is refused is refused
 * for a stated reason.
 */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PretextError } from '../../src-main/base/errors.js';
import { decodePixels, type StoredPixels } from '../../src-main/dicom/decode.js';
import { modalityFrame } from '../../src-main/dicom/grey.js';
import { readHeader } from '../../src-main/dicom/header.js';

const root = resolve(process.cwd(), '..', 'shared', 'data');
const table = join(root, 'DICOM_TABLE.tsv');
const isAbsent = !existsSync(table);
if (isAbsent) console.warn(`Skipped: the conformance files are not here (${table}).`);

interface Row {
  file: string;
  transferSyntax: string;
  oracleBytes: number;
  oracle: string;
}

const rows: Row[] = isAbsent
  ? []
  : readFileSync(table, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => {
        const cells = line.split('\t');
        return { file: cells[0]!, transferSyntax: cells[5]!, oracleBytes: Number(cells[17]), oracle: cells[18]! };
      });

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const read = (file: string): Buffer => readFileSync(join(root, file));
const bytesOf = ({ values }: StoredPixels): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

/** Samples by plane, as GDCM leaves files of planar configuration 1. */
function byPlane(pixels: StoredPixels): Buffer {
  const bytes = bytesOf(pixels);
  const { rows: height, columns, numberOfFrames, samplesPerPixel } = pixels.header;
  const size = pixels.values.BYTES_PER_ELEMENT;
  const out = Buffer.alloc(bytes.length);
  const count = height * columns;
  for (let frame = 0; frame < numberOfFrames; frame++) {
    for (let i = 0; i < count; i++) {
      for (let sample = 0; sample < samplesPerPixel; sample++) {
        const from = ((frame * count + i) * samplesPerPixel + sample) * size;
        bytes.copy(out, (frame * count * samplesPerPixel + sample * count + i) * size, from, from + size);
      }
    }
  }
  return out;
}

/** Eight one-bit samples to a byte. */
function packBits(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc(Math.ceil(bytes.length / 8));
  bytes.forEach((bit, index) => {
    out[index >> 3] = out[index >> 3]! | (bit << (index & 7));
  });
  return out;
}

/** Y1 Y2 Cb Cr for each pair of pixels. */
function subsample(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc((bytes.length / 3) * 2);
  for (let pair = 0; pair < bytes.length / 6; pair++) {
    out.set([bytes[pair * 6]!, bytes[pair * 6 + 3]!, bytes[pair * 6 + 1]!, bytes[pair * 6 + 2]!], pair * 4);
  }
  return out;
}

/** The forms in which GDCM writes the same samples: as they are, by plane, packed, at half chrominance, padded. */
function* forms(pixels: StoredPixels): Generator<Buffer> {
  const bytes = bytesOf(pixels);
  const packed = pixels.header.bitsAllocated === 1 ? [packBits(bytes)] : [];
  const isYbr = pixels.header.photometricInterpretation === 'YBR_FULL';
  const colour = pixels.header.samplesPerPixel === 3 ? [byPlane(pixels), ...(isYbr ? [subsample(bytes)] : [])] : [];
  for (const form of [bytes, ...packed, ...colour]) {
    yield form;
    for (const pad of [0, 0x20]) yield Buffer.concat([form, Buffer.from([pad])]);
  }
}

/** Files whose oracle stands for something else, with the file whose oracle our values must equal instead. */
const SAME_AS = new Map<string, string>([
  // GDCM swaps 16-bit words only and leaves the halves of 32-bit samples exchanged.
  ['conformance/pydicom/rtdose_expb.dcm', 'conformance/pydicom/rtdose.dcm'],
  ['conformance/pydicom/rtdose_expb_1frame.dcm', 'conformance/pydicom/rtdose_1frame.dcm'],
  // GDCM mixes up the byte planes of RLE colour with more than 8 bits.
  ['conformance/pydicom/SC_rgb_rle_16bit.dcm', 'conformance/pydicom-data/SC_rgb_16bit.dcm'],
  ['conformance/pydicom/SC_rgb_rle_32bit.dcm', 'conformance/pydicom-data/SC_rgb_32bit.dcm'],
  // GDCM keeps the padding after the last row.
  ['conformance/pydicom/MR_small_padded.dcm', 'conformance/pydicom/MR_small.dcm'],
  // The number of frames is "1A": one frame is read, where GDCM takes all the bytes.
  ['conformance/pydicom/badVR.dcm', 'conformance/pydicom/rtdose_1frame.dcm'],
]);

/** Files whose oracle exists although the file is broken or lossy in GDCM's own way. */
const REFUSED_DESPITE_ORACLE = new Map<string, RegExp>([
  ['conformance/pydicom/MR_truncated.dcm', /truncated: it holds/],
]);

/** The last byte of the value is padding that is neither 0 nor a space. */
const ODD_PADDING = new Set(['conformance/highdicom/seg_image_sm_dots.dcm']);

const BASELINE = '1.2.840.10008.1.2.4.50';
const isLossyJpeg = (row: Row): boolean =>
  [BASELINE, '1.2.840.10008.1.2.4.51'].includes(row.transferSyntax) || row.file.endsWith('/SC_rgb_jpeg.dcm');

const exact = rows.filter((row) => row.oracle !== '' && !isLossyJpeg(row));

describe.skipIf(isAbsent)('stored values equal those of GDCM (skipped without ../shared/data)', () => {
  it('covers the files it should', () => {
    expect(exact.length).toBeGreaterThan(470);
  });

  it.each(exact.map((row) => [row.file, row] as const))('%s', async (file, row) => {
    const reason = REFUSED_DESPITE_ORACLE.get(file);
    if (reason !== undefined) {
      await expect(decodePixels(read(file), file)).rejects.toThrow(reason);
      return;
    }
    const pixels = await decodePixels(read(file), file);
    if (ODD_PADDING.has(file)) {
      const form = packBits(bytesOf(pixels));
      expect(form.length).toBe(row.oracleBytes - 1);
      const ends = Array.from({ length: 256 }, (_, last) => md5(Buffer.concat([form, Buffer.from([last])])));
      expect(ends).toContain(row.oracle);
      return;
    }
    const same = SAME_AS.get(file);
    const oracle = same === undefined ? row.oracle : rows.find((other) => other.file === same)?.oracle;
    const hashes = [...forms(pixels)].map(md5);
    expect(hashes).toContain(oracle);
  });
});

/** Mean absolute difference. */
function meanDifference(one: StoredPixels, other: StoredPixels): number {
  let total = 0;
  for (let i = 0; i < one.values.length; i++) total += Math.abs(one.values[i]! - other.values[i]!);
  return total / one.values.length;
}

/** The same picture in two encodings, for files that GDCM cannot read. */
const PAIRS: [string, string][] = [
  ['pydicom/SC_rgb_rle_16bit_2frame', 'pydicom-data/SC_rgb_16bit_2frame'],
  ['pydicom/SC_rgb_rle_32bit_2frame', 'pydicom-data/SC_rgb_32bit_2frame'],
  ['pydicom-data/SC_rgb_expb_16bit_2frame', 'pydicom-data/SC_rgb_16bit_2frame'],
  ['pydicom-data/SC_rgb_expb_32bit_2frame', 'pydicom-data/SC_rgb_32bit_2frame'],
  ['pydicom-data/liver_deflate', 'pydicom-data/liver'],
  ['pydicom-data/liver_rle', 'pydicom-data/liver'],
  ['pydicom-data/liver_j2k', 'pydicom-data/liver'],
  ['pydicom-data/liver_nonbyte_aligned_rle', 'pydicom-data/liver_nonbyte_aligned'],
  ['pydicom-data/liver_nonbyte_aligned_deflate', 'pydicom-data/liver_nonbyte_aligned'],
];

describe.skipIf(isAbsent)('two encodings of one picture are equal (skipped without ../shared/data)', () => {
  const decode = (name: string) => decodePixels(read(`conformance/${name}.dcm`), name);

  it.each(PAIRS)('%s and %s', async (first, second) => {
    const [one, other] = [await decode(first), await decode(second)];
    expect(md5(bytesOf(one))).toBe(md5(bytesOf(other)));
  });

  it('HTJ2K, lossless and lossy, show the same picture', async () => {
    const [one, other] = [await decode('pydicom-data/HTJ2KLossless_08_RGB'), await decode('pydicom-data/HTJ2K_08_RGB')];
    expect(one.values.length).toBe(480 * 640 * 3);
    expect(meanDifference(one, other)).toBeLessThan(3);
  });

  it.each([
    ['cr', '+eb+cr'],
    ['cyn1', '+eb+cy+n1'],
    ['cyn2', '+eb+cy+n2'],
    ['cynp', '+eb+cy+np'],
    ['cys2', '+eb+cy+s2'],
    ['cys4', '+eb+cy+s4'],
  ])('JPEG Baseline has the luminance of its decompressed twin (%s)', async (twin, name) => {
    const jpeg = modalityFrame(await decode(`pydicom/SC_rgb_dcmtk_${name}`), 0);
    const plain = modalityFrame(await decode(`pydicom-data/SC_rgb_dcmtk_eb${twin}_dcmd`), 0);
    const total = jpeg.reduce((sum, value, index) => sum + Math.abs(value - plain[index]!), 0);
    expect(total / jpeg.length).toBeLessThan(1.5);
  });

  it('JPEG Extended of 12 bits uses all of them', async () => {
    const { values } = await decode('pydicom/JPGExtended');
    expect(values.length).toBe(1024 * 256);
    let largest = 0;
    for (const value of values) largest = Math.max(largest, value);
    expect(largest).toBeGreaterThan(255);
  });
});

describe.skipIf(isAbsent)('every file is read or refused with a reason (skipped without ../shared/data)', () => {
  it('no file throws anything but a PretextError', async () => {
    const reasons: string[] = [];
    for (const { file } of rows) {
      try {
        await decodePixels(read(file), file);
      } catch (error) {
        expect(error, file).toBeInstanceOf(PretextError);
        reasons.push(`${file}: ${(error as PretextError).message}`);
      }
    }
    const broken = reasons.filter((reason) => !reason.includes('holds no pixel data'));
    expect(broken.map((reason) => reason.split(':')[0]).sort()).toEqual([
      'conformance/pydicom/JPEG2000-embedded-sequence-delimiter.dcm',
      'conformance/pydicom/MR_truncated.dcm',
      'conformance/pydicom/meta_missing_tsyntax.dcm',
      'conformance/pydicom/nested_priv_SQ.dcm',
      'conformance/pydicom/no_meta.dcm',
      'conformance/pydicom/rtplan_truncated.dcm',
    ]);
  });

  it.each([
    ['chrArab', 'قباني^لنزار'],
    ['chrFren', 'Buc^Jérôme'],
    ['chrGerm', 'Äneas^Rüdiger'],
    ['chrGreek', 'Διονυσιος'],
    ['chrH31', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
    ['chrH32', 'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう'],
    ['chrHbrw', 'שרון^דבורה'],
    ['chrI2', 'Hong^Gildong=洪^吉洞=홍^길동'],
    ['chrRuss', 'Люкceмбypг'],
    ['chrX1', 'Wang^XiaoDong=王^小東='],
    ['chrX2', 'Wang^XiaoDong=王^小东='],
  ])('reads the name in %s', (name, expected) => {
    const file = `conformance/pydicom/charset_files/${name}.dcm`;
    expect(readHeader(read(file), file).patientName).toBe(expected);
  });
});
