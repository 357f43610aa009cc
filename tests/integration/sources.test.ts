/** @file Everything a hospital's disk holds in one folder: pictures, volumes, archives, media, links; taken in once. */

import {
  cpSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { silentJob } from '../../src-main/base/jobs.js';
import { imageIndex } from '../../src-main/catalogue/image-index.js';
import { importFolders } from '../../src-main/catalogue/import.js';
import { samples } from '../../src-main/catalogue/queries.js';
import { DecodePool } from '../../src-main/dicom/decode-pool.js';
import { dicomBytes, pngBytes, put, temporaryFolder, temporaryProject } from '../unit/catalogue/support.js';
import { EXPLICIT, item, writeElement } from '../unit/dicom/writer.js';

const fixtures = join(import.meta.dirname, '../fixtures/sources');
const media = join(import.meta.dirname, '../../../shared/data/conformance/pydicom/dicomdirtests');

async function zip(path: string, entries: Record<string, Uint8Array>, edit?: (bytes: Buffer) => void): Promise<void> {
  const archive = new ZipFile();
  for (const [name, bytes] of Object.entries(entries)) archive.addBuffer(Buffer.from(bytes), name);
  archive.end();
  await pipeline(archive.outputStream, createWriteStream(path));
  if (edit === undefined) return;
  const bytes = readFileSync(path);
  edit(bytes);
  writeFileSync(path, bytes);
}

function dicom(number: number): Buffer {
  return dicomBytes({ instance: `1.2.9.${number}`, patientID: 'P', study: '1.2.9', series: '1.2.9.1' });
}

/** A DICOMDIR whose records name these files. */
function directory(files: readonly string[]): Buffer {
  const element = (tag: [number, number], vr: string, value: string | Uint8Array) =>
    writeElement({ tag, vr, value }, true, true);
  const records = files.map((file) => item(element([0x0004, 0x1500], 'CS', file)));
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element([0x0002, 0x0002], 'UI', '1.2.840.10008.1.3.10'),
    element([0x0002, 0x0010], 'UI', EXPLICIT),
    element([0x0004, 0x1220], 'SQ', Buffer.concat(records)),
  ]);
}

describe('sources', () => {
  it('takes in every kind once, and the second time nothing', async () => {
    const folder = temporaryFolder();
    put(join(folder, 'dicom', '1.dcm'), dicom(1));
    put(join(folder, 'pictures', 'a.png'), pngBytes(3));
    cpSync(fixtures, join(folder, 'files'), { recursive: true });
    await zip(join(folder, 'study.zip'), {
      'DICOM/2': dicom(2),
      'DICOM/1-again': dicom(1),
      'readme.txt': Buffer.from('text'),
    });
    symlinkSync(join(folder, 'dicom', '1.dcm'), join(folder, 'link.dcm'));
    symlinkSync(folder, join(folder, 'dicom', 'loop'));
    const outside = temporaryFolder();
    put(join(outside, '3.dcm'), dicom(3));
    symlinkSync(outside, join(folder, 'out-1'));
    symlinkSync(outside, join(folder, 'out-2'));
    const project = temporaryProject();
    const first = await importFolders(project, [folder], silentJob());
    // 11 TIFF, 6 NIfTI, 1 PNG, 3 DICOM; the TIFF within zip64.zip and one file of study.zip are copies.
    expect(first).toMatchObject({ images: 21, added: 21, duplicates: 2 });
    expect(first.skipped.map(({ path }) => path.slice(folder.length + 1)).sort()).toEqual([
      'files/expected.json',
      'files/grey16-lzw-predictor-big.tif',
      'study.zip!/readme.txt',
    ]);
    const second = await importFolders(project, [folder], silentJob());
    expect(second).toEqual({ ...first, added: 0 });

    const inArchive = samples(project).find(({ path }) => path.endsWith('study.zip!/DICOM/2'))!;
    const pool = new DecodePool({ workers: 1 });
    try {
      expect(await pool.normalise(inArchive.path, 16)).toMatchObject({ ok: true });
      expect(await pool.readFrame(inArchive.path, 0)).toMatchObject({ ok: true });
    } finally {
      await pool.close();
    }
    const find = imageIndex(project, 'path', join(folder, 'labels.csv'));
    expect(find('study.zip!/DICOM/2')).toEqual({ imageId: inArchive.imageId });
    expect(find('DICOM/2')).toEqual({ imageId: inArchive.imageId });
  });

  it('skips what is hostile in an archive, with the reason, and writes nothing beside it', async () => {
    const folder = temporaryFolder();
    const swap = (from: string, to: string) => (bytes: Buffer) => {
      for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at, 'latin1');
    };
    await zip(
      join(folder, 'names.zip'),
      { 'xx/out.dcm': dicom(1), 'good.dcm': dicom(2) },
      swap('xx/out.dcm', '../out.dcm'),
    );
    await zip(join(folder, 'bomb.zip'), { 'zeros.dcm': Buffer.alloc(64 * 2 ** 20) });
    await zip(join(folder, 'locked.zip'), { 'locked.dcm': dicom(3) }, (bytes) => {
      const entry = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
      bytes[entry + 8]! |= 1;
    });
    await zip(join(folder, 'outer.zip'), { 'inner.zip': readFileSync(join(folder, 'names.zip')) });
    writeFileSync(join(folder, 'cut.zip'), readFileSync(join(folder, 'names.zip')).subarray(0, 100));
    const project = temporaryProject();
    const { images, skipped } = await importFolders(project, [folder], silentJob());
    expect(images).toBe(1);
    const reasons = Object.fromEntries(skipped.map(({ path, reason }) => [path.slice(folder.length + 1), reason]));
    expect(reasons).toEqual({
      'names.zip!/../out.dcm': expect.stringMatching(/leads out/),
      'bomb.zip!/zeros.dcm': expect.stringMatching(/200 times/),
      'locked.zip!/locked.dcm': expect.stringMatching(/encrypted/),
      'outer.zip!/inner.zip': expect.stringMatching(/Not an image/),
      'cut.zip': expect.stringMatching(/damaged/),
    });
    expect(existsSync(join(folder, '..', 'out.dcm'))).toBe(false);
  });

  it.skipIf(!existsSync(media))(
    'reads DICOMDIR media: named files once, missing ones reported, ISO 9660 names',
    async () => {
      const whole = temporaryProject();
      const all = await importFolders(whole, [media], silentJob());
      const copy = join(temporaryFolder(), 'medium');
      cpSync(join(media, 'DICOMDIR'), join(copy, 'dicomdir'), { recursive: true });
      for (const name of ['77654033', '98892001', '98892003']) {
        if (existsSync(join(media, name))) cpSync(join(media, name), join(copy, name), { recursive: true });
      }
      const alone = await importFolders(temporaryProject(), [join(copy, 'dicomdir')], silentJob());
      expect(alone.images).toBe(31);
      expect(alone.skipped).toEqual([]);
      expect(all.images).toBe(31);
      // Two notes, a directory cut off at its end, and 50 headers whose pixels were taken out.
      expect(all.skipped.filter(({ reason }) => reason.includes('without its pixels'))).toHaveLength(50);
      expect(all.skipped).toHaveLength(53);
      const first = join(copy, '98892003');
      mkdirSync(join(copy, 'kept'));
      renameSync(first, join(copy, 'kept', 'away'));
      const less = await importFolders(temporaryProject(), [join(copy, 'dicomdir')], silentJob());
      expect(less.skipped.length).toBe(alone.images - less.images);
      for (const { reason } of less.skipped) expect(reason).toMatch(/missing/);
      const both = await importFolders(temporaryProject(), [copy], silentJob());
      expect(both).toMatchObject({ images: alone.images, duplicates: 0 });
    },
  );

  it('reads a DICOMDIR within an archive: its files once, the missing ones reported, itself not refused', async () => {
    const folder = temporaryFolder();
    const named = ['DICOM\\A1', 'DICOM\\a2', 'DICOM\\LOST', '..\\OUT'];
    for (const [name, inside] of [
      ['top.zip', ''],
      ['deep.zip', 'CD 1/'],
    ] as const) {
      await zip(join(folder, name), {
        [`${inside}DICOMDIR`]: directory(named),
        [`${inside}DICOM/A1`]: dicom(inside === '' ? 1 : 11),
        [`${inside}DICOM/A2`]: dicom(inside === '' ? 2 : 12),
        [`${inside}DICOM/UNNAMED`]: dicom(inside === '' ? 3 : 13),
        OUT: Buffer.from('text'),
      });
    }
    const project = temporaryProject();
    const first = await importFolders(project, [folder], silentJob());
    // Neither the archives nor their DICOMDIR count; the two notes do.
    expect(first).toMatchObject({ files: 8, images: 6, added: 6, duplicates: 0 });
    const skipped = first.skipped.map(({ path, reason }) => `${path.slice(folder.length + 1)}: ${reason}`).sort();
    expect(skipped).toEqual([
      'deep.zip!/CD 1/DICOM/LOST: The DICOMDIR names this file; it is missing.',
      'deep.zip!/CD 1/DICOMDIR: It names a file in a way that leads to no file of the medium.',
      expect.stringMatching(/^deep.zip!\/OUT: Not an image/),
      'top.zip!/DICOM/LOST: The DICOMDIR names this file; it is missing.',
      'top.zip!/DICOMDIR: It names a file in a way that leads to no file of the medium.',
      expect.stringMatching(/^top.zip!\/OUT: Not an image/),
    ]);
    expect(await importFolders(project, [folder], silentJob())).toEqual({ ...first, added: 0 });
  });

  it('says nothing of a DICOMDIR within an archive whose files are all there', async () => {
    const folder = temporaryFolder();
    await zip(join(folder, 'cd.zip'), { DICOMDIR: directory(['A']), A: dicom(1), 'IGNORED/B': dicom(2) });
    const project = temporaryProject();
    const found = await importFolders(project, [folder], silentJob());
    expect(found).toMatchObject({ files: 2, images: 2, skipped: [] });
    const listed = project.catalogue.database.all<{ path: string }>('SELECT path FROM file WHERE image_id IS NULL');
    expect(listed).toEqual([]);
  });

  it('finds files of a medium in spite of case and ISO 9660 versions', async () => {
    const { readMedia } = await import('../../src-main/dicom/media.js');
    if (!existsSync(media)) return;
    const copy = temporaryFolder();
    put(join(copy, 'DICOMDIR;1'), readFileSync(join(media, 'DICOMDIR')));
    const { files, missing } = readMedia(readFileSync(join(media, 'DICOMDIR')), join(copy, 'DICOMDIR;1'));
    expect(files).toEqual([]);
    const [wanted] = missing;
    const lower = wanted!.path.slice(copy.length).toLowerCase();
    put(join(copy, `${lower};1`), dicom(9));
    expect(readMedia(readFileSync(join(media, 'DICOMDIR')), join(copy, 'DICOMDIR;1')).files).toEqual([
      join(copy, `${lower};1`),
    ]);
  });
});
