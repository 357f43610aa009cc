/** @file Broken and hostile files: always a PretextError with a reason, never anything else. */

import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PretextError } from '../../../src-main/base/errors.js';
import { decodePixels } from '../../../src-main/dicom/decode.js';
import { readHeader } from '../../../src-main/dicom/header.js';
import { BIG, DEFLATED, EXPLICIT, encapsulate, IMPLICIT, RLE, writeElement, writeImage } from './writer.js';

async function refusalOf(bytes: Uint8Array): Promise<string> {
  try {
    await decodePixels(bytes, 'broken.dcm');
  } catch (error) {
    if (error instanceof PretextError) {
      expect(error.code).toBe('bad-file');
      expect(error.path).toBe('broken.dcm');
      return error.message;
    }
    throw error;
  }
  return '';
}

function deflatedFile(body: Uint8Array): Buffer {
  const syntax = writeElement({ tag: [0x0002, 0x0010], vr: 'UI', value: DEFLATED }, true, true);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), syntax, body]);
}

/** The magic of NIfTI-1 and nothing else. */
function niftiWithoutLength(): Buffer {
  const header = Buffer.alloc(540);
  header.write('n+1\0', 344, 'latin1');
  return header;
}

describe('files that are refused', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /empty/],
    ['a text file', Buffer.from('Dear colleague, thank you for referring this patient.'), /neither DICOM nor NIfTI/],
    ['a preamble and nothing else', Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]), /no pixel data/],
    ['pixel data that ends early', writeImage().subarray(0, -3), /truncated: it holds 29 of 32 bytes/],
    [
      'native pixels of one frame under a compressed syntax that claims thousands',
      writeImage({ transferSyntax: '1.2.840.10008.1.2.4.51', frames: 65536, pixels: new Uint8Array(32) }),
      /truncated: it holds 32 of 2097152 bytes/,
    ],
    ['a NIfTI header of no known length', niftiWithoutLength(), /NIfTI file is damaged/],
    ['a header that ends early', writeImage().subarray(0, 200), /truncated: it ends within its header/],
    ['no rows', writeImage({ rows: 0, pixels: new Uint8Array(2) }), /no image size/],
    ['two samples', writeImage({ samples: 2, pixels: new Uint8Array(64) }), /2 samples per pixel/],
    ['12 bits allocated', writeImage({ bits: 12, pixels: new Uint8Array(32) }), /12 bits allocated/],
    ['more bits stored than allocated', writeImage({ bits: 8, stored: 12 }), /contradict/],
    ['a huge frame', writeImage({ rows: 65535, columns: 65535, pixels: new Uint8Array(2) }), /too large/],
    ['too many frames', writeImage({ frames: 99999999, pixels: new Uint8Array(32) }), /99999999 frames/],
    [
      'video',
      writeImage({ transferSyntax: '1.2.840.10008.1.2.4.102' }),
      /It holds video, which is skipped \(MPEG-4 AVC/,
    ],
    ['an unknown transfer syntax', writeImage({ transferSyntax: '1.2.3' }), /not known \(transfer syntax 1\.2\.3\)/],
    [
      'RLE without fragments',
      writeImage({ transferSyntax: RLE, pixels: encapsulate([]), encapsulated: true }),
      /0 of the 1/,
    ],
    [
      'a J2K frame that is not one',
      writeImage({
        transferSyntax: '1.2.840.10008.1.2.4.90',
        pixels: encapsulate([Buffer.from('ff4fff51 not really')]),
        encapsulated: true,
      }),
      /cannot be decoded as JPEG 2000 Lossless/,
    ],
    ['a stream that is not deflate', deflatedFile(Buffer.from('not deflate at all')), /deflated data set is damaged/],
    ['a truncated PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /PNG file is truncated/],
    ['a truncated JPEG', Buffer.from('ffd8ffe000104a464946', 'hex'), /JPEG file is damaged/],
  ])('%s', async (_, bytes, reason) => {
    expect(await refusalOf(bytes)).toMatch(reason);
  });

  it('names what a file without pixels is', async () => {
    const body = writeElement({ tag: [0x0008, 0x0016], vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.481.3' }, true, true);
    const syntax = writeElement({ tag: [0x0002, 0x0010], vr: 'UI', value: EXPLICIT }, true, true);
    const file = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), syntax, body]);
    expect(await refusalOf(file)).toBe('Not an image: it holds no pixel data (RT Structure Set).');
  });

  it('sequences nested without end, in each encoding', async () => {
    const start = Buffer.from('feff00e0ffffffff', 'hex');
    for (const [transferSyntax, head] of [
      [EXPLICIT, '2800103053510000ffffffff'],
      [IMPLICIT, '28001030ffffffff'],
    ] as const) {
      const level = Buffer.concat([Buffer.from(head, 'hex'), start]);
      const nest = (depth: number) => Buffer.concat(Array.from({ length: depth }, () => level));
      const image = writeImage({ transferSyntax });
      const pixels = image.lastIndexOf('e07f1000', undefined, 'hex');
      const deep = Buffer.concat([image.subarray(0, pixels), nest(10_000), image.subarray(pixels)]);
      expect(await refusalOf(deep)).toMatch(/nested more than 64 deep/);
      const ends = Buffer.from('feff0de000000000feffdde000000000', 'hex');
      const closed = [image.subarray(0, pixels), nest(20), ...Array.from({ length: 20 }, () => ends)];
      expect(await refusalOf(Buffer.concat([...closed, image.subarray(pixels)]))).toBe('');
    }
  });

  it('a header of elements without end', async () => {
    const image = writeImage();
    const body = Buffer.concat([image.subarray(132), Buffer.alloc(0)]);
    const file = Buffer.concat([
      Buffer.alloc(128),
      Buffer.from('DICM'),
      body.subarray(0, 28),
      Buffer.alloc(8 * 70_000),
    ]);
    expect(await refusalOf(file)).toMatch(/more than 65536 elements/);
  });

  it('a deflate bomb, before it grows', async () => {
    const zeros = deflateRawSync(Buffer.alloc(400 * 1024 * 1024), { level: 9 });
    const before = process.memoryUsage().arrayBuffers;
    expect(await refusalOf(deflatedFile(zeros))).not.toBe('');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 1024 * 1024);
  });

  it('a deflate bomb behind a small image', async () => {
    const image = writeImage({ transferSyntax: EXPLICIT });
    const body = image.subarray(132 + 8 + EXPLICIT.length + 1);
    const bomb = deflateRawSync(Buffer.concat([body, Buffer.alloc(64 * 1024 * 1024)]));
    expect(await refusalOf(deflatedFile(bomb))).toMatch(/grows beyond the size/);
  });
});

describe('damage at random', () => {
  const files = [
    writeImage({ frames: 2 }),
    writeImage({ transferSyntax: IMPLICIT }),
    writeImage({ transferSyntax: BIG }),
    writeImage({ transferSyntax: DEFLATED }),
    writeImage({ preamble: false }),
    writeImage({
      transferSyntax: RLE,
      rows: 1,
      columns: 2,
      bits: 8,
      encapsulated: true,
      pixels: encapsulate([Buffer.concat([Buffer.from([1, 0, 0, 0, 64]), Buffer.alloc(59), Buffer.from([1, 5, 6])])]),
    }),
  ];
  const survives = async (bytes: Uint8Array): Promise<void> => {
    const attempt = async (run: () => unknown): Promise<void> => {
      try {
        await run();
      } catch (error) {
        if (!(error instanceof PretextError)) throw error;
      }
    };
    await attempt(() => readHeader(bytes, 'x'));
    await attempt(() => decodePixels(bytes, 'x'));
  };

  it('truncation at every length', async () => {
    for (const file of files) {
      for (let length = 0; length < file.length; length++) await survives(file.subarray(0, length));
    }
  });

  it('changed bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(files.length - 1),
        fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (which, changes) => {
          const bytes = Buffer.from(files[which]!);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          await survives(bytes);
        },
      ),
      { numRuns: 3000, seed: 7 },
    );
  });
});
