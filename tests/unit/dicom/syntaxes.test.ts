/**
 * @file One small file for each transfer syntax and its variants, beside what other decoders give:
 * `bench/peers/syntax_fixtures.py` wrote both.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePixels, type StoredPixels } from '../../../src-main/dicom/decode.js';
import { transferSyntaxOf } from '../../../src-main/dicom/transfer-syntax.js';
import fixtures from '../../fixtures/syntaxes/expected.json';
import { encapsulate, writeImage } from './writer.js';

type Expected = { refused: string } | Values;

interface Values {
  decoder: string;
  /** Grey levels that lossy decoders may be apart. */
  within: number;
  /** Of the values, little endian. */
  md5: string;
  /** The values in base64, where `within` is above 0. */
  values?: string;
}

const files = Object.entries(fixtures.files as Record<string, Expected>);
const folder = join(__dirname, '..', '..', 'fixtures', 'syntaxes');

const bytesOf = ({ values }: StoredPixels): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

describe('files of every transfer syntax', () => {
  it('are all here', () => {
    expect(files.length).toBeGreaterThan(80);
  });

  it.each(files)('%s', async (name, expected) => {
    const decoding = decodePixels(readFileSync(join(folder, name)), name);
    if ('refused' in expected) {
      await expect(decoding).rejects.toThrow(expected.refused);
      return;
    }
    const { within, md5, values } = expected;
    const pixels = await decoding;
    if (values === undefined) {
      expect(createHash('md5').update(bytesOf(pixels)).digest('hex')).toBe(md5);
      return;
    }
    const bytes = Buffer.from(values, 'base64');
    const Type = pixels.values.constructor as Uint16ArrayConstructor;
    const reference = new Type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    expect(pixels.values.length).toBe(reference.length);
    const differences = Array.from(pixels.values, (value, place) => Math.abs(value - reference[place]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(within);
  });
});

/** Transfer syntaxes of PS3.6 Table A-1 that are not read, and why. */
const NOT_READ: [string, RegExp][] = [
  [
    '4.52 4.54 4.56 4.58 4.59 4.60 4.61 4.62 4.63 4.64 4.65 4.66',
    /^Its pixels are compressed in a JPEG process that DICOM has retired \(JPEG /,
  ],
  ['4.92 4.93', /no decoder for \(JPEG 2000 Part 2/],
  ['4.94 4.95 4.204 4.205', /not in the file but on a server, which is never asked \(JPIP /],
  ['4.100 4.100.1 4.101 4.101.1', /^It holds video, which is skipped \(MPEG2 /],
  ['4.102 4.102.1 4.103 4.103.1 4.104 4.104.1 4.105 4.105.1 4.106 4.106.1', /video, which is skipped \(MPEG-4 AVC/],
  ['4.107 4.108', /video, which is skipped \(HEVC/],
  ['4.110 4.111 4.112', /no decoder for \(JPEG XL/],
  ['6.1 6.2', /^It is written in a form that DICOM has retired/],
  ['7.1 7.2', /video, which is skipped \(SMPTE ST 2110-20/],
  ['7.3', /^It holds sound, no image/],
];

const READ = '1 1.98 1.99 2 4.50 4.51 4.53 4.55 4.57 4.70 4.80 4.81 4.90 4.91 4.201 4.202 4.203 5 8.1';

describe('transfer syntaxes', () => {
  it.each(READ.split(' '))('1.2.840.10008.1.2.%s is read', (last) => {
    expect(transferSyntaxOf(`1.2.840.10008.1.2.${last}`).storage).not.toBe('unsupported');
  });

  const refused = NOT_READ.flatMap(([list, reason]) => list.split(' ').map((last) => [last, reason] as const));
  it.each(refused)('1.2.840.10008.1.2.%s is refused for what it is', async (last, reason) => {
    const transferSyntax = `1.2.840.10008.1.2.${last}`;
    const whole = writeImage({ transferSyntax, pixels: encapsulate([new Uint8Array(8)]), encapsulated: true });
    await expect(decodePixels(whole, 'a.dcm')).rejects.toThrow(reason);
    // The data set of JPIP Referenced Deflate is a deflated stream, and others may not parse either.
    const unreadable = Buffer.concat([whole.subarray(0, 132 + 8 + transferSyntax.length + 1), Buffer.alloc(99, 0x9d)]);
    await expect(decodePixels(unreadable, 'a.dcm')).rejects.toThrow(reason);
  });

  it('that are unknown are refused by their UID', async () => {
    const file = writeImage({ transferSyntax: '1.2.840.10008.1.2.4.999' });
    await expect(decodePixels(file, 'a.dcm')).rejects.toThrow(
      /not known \(transfer syntax 1\.2\.840\.10008\.1\.2\.4\.999\)/,
    );
  });
});
