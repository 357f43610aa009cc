/** @file `pretext inspect` as a user runs it: good files, bad files, folders, what machines get. */

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { removeFolder, run, scratchFolder } from '../helpers/command-line.js';
import { BIG, encapsulate, writeImage } from '../unit/dicom/writer.js';

const folder = scratchFolder();
afterAll(() => removeFolder(folder));

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

function put(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const FIELDS = [
  'path',
  'kind',
  'transferSyntax',
  'modality',
  'rows',
  'columns',
  'frames',
  'samples',
  'photometric',
  'bitsStored',
  'pixelBytes',
  'pixelMd5',
  'refused',
];

describe('pretext inspect', () => {
  it('gives one line for each file, in the order given, whatever the files are', async () => {
    const pixels = Uint8Array.from({ length: 32 }, (_, index) => index);
    const swapped = Buffer.from(pixels).swap16();
    const video = writeImage({
      transferSyntax: '1.2.840.10008.1.2.4.102',
      pixels: encapsulate([new Uint8Array(8)]),
      encapsulated: true,
    });
    const files = [
      put('plain.dcm', writeImage({ pixels })),
      put('text.dcm', 'Dear colleague'),
      put('big.dcm', writeImage({ transferSyntax: BIG, pixels: swapped })),
      put('cut.dcm', writeImage({ pixels }).subarray(0, -6)),
      put('video.dcm', video),
      put('empty.dcm', ''),
      join(folder, 'missing.dcm'),
    ];
    const { code, lines } = await run('inspect', ...files, '--json');
    expect(code).toBe(0);
    expect(lines.map((line) => line.path)).toEqual(files);
    for (const line of lines) expect(Object.keys(line)).toEqual(FIELDS);
    expect(lines[0]).toEqual({
      path: files[0],
      kind: 'dicom',
      transferSyntax: '1.2.840.10008.1.2.1',
      modality: 'OT',
      rows: 4,
      columns: 4,
      frames: 1,
      samples: 1,
      photometric: 'MONOCHROME2',
      bitsStored: 16,
      pixelBytes: 32,
      pixelMd5: md5(pixels),
      refused: null,
    });
    expect(lines[1]).toMatchObject({ kind: null, rows: null, refused: expect.stringMatching(/neither DICOM/) });
    expect(lines[2]).toMatchObject({ pixelMd5: md5(pixels), refused: null });
    expect(lines[3]).toMatchObject({ kind: 'dicom', rows: 4, pixelMd5: null, refused: expect.stringMatching(/trunc/) });
    expect(lines[4]).toMatchObject({
      modality: 'OT',
      pixelMd5: null,
      refused: expect.stringMatching(/video, which is skipped \(MPEG-4/),
    });
    expect(lines[5]).toMatchObject({ kind: null, refused: expect.stringMatching(/empty/) });
    expect(lines[6]).toMatchObject({ kind: null, refused: expect.stringMatching(/No such file/) });
  });

  it('searches folders, and shows a table to people', async () => {
    const inside = join(folder, 'study');
    mkdirSync(join(inside, 'series'), { recursive: true });
    put('study/one.dcm', writeImage());
    put('study/series/two.txt', 'no image');
    const { code, stdout } = await run('inspect', inside);
    expect(code).toBe(0);
    const rows = stdout.trimEnd().split('\n').slice(2);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(/study[/\\]one\.dcm +dicom +OT +4 x 4 +1 +MONOCHROME2 +16 +32 +[0-9a-f]{32}$/);
    expect(rows[1]).toMatch(/study[/\\]series[/\\]two\.txt .*neither DICOM/);
  });
});
