import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type JobControl, type Progress, silentJob } from '../../src-main/base/jobs.js';
import { importFolders } from '../../src-main/catalogue/import.js';
import { setLabels } from '../../src-main/catalogue/labels.js';
import { Project } from '../../src-main/catalogue/project.js';
import { labelledImages, samples } from '../../src-main/catalogue/queries.js';
import { createTask } from '../../src-main/catalogue/tasks.js';
import {
  dicomBytes,
  keepOpen,
  pngBytes,
  put,
  rejectionOf,
  temporaryFolder,
  temporaryProject,
} from '../unit/catalogue/support.js';

/** `count` images of `patients` patients, one series each. */
function writeStudy(folder: string, count: number, patients = 2): void {
  for (let index = 0; index < count; index++) {
    const patient = index % patients;
    const bytes = dicomBytes({
      patientID: `ID-${patient}`,
      patientName: `Name^${patient}`,
      study: `1.2.${patient}`,
      series: `1.2.${patient}.1`,
      instance: `1.2.3.${index + 1}`,
    });
    put(join(folder, `patient-${patient}`, `${index}`), bytes);
  }
}

describe('importFolders', () => {
  it('counts patients, studies, series and images, and adds nothing twice', async () => {
    const folder = temporaryFolder();
    writeStudy(folder, 12, 3);
    const project = temporaryProject();
    const first = await importFolders(project, [folder], silentJob());
    expect(first).toEqual({
      files: 12,
      images: 12,
      series: 3,
      studies: 3,
      patients: 3,
      added: 12,
      duplicates: 0,
      skipped: [],
    });
    expect(await importFolders(project, [folder], silentJob())).toEqual({ ...first, added: 0 });
    expect(project.catalogue.counts()).toEqual({ patients: 3, studies: 3, series: 3, images: 12, frames: 12 });
  });

  it('keeps nothing of a patient but a pseudonym, and makes another in another project', async () => {
    const folder = temporaryFolder();
    writeStudy(folder, 1);
    const pseudonyms: string[] = [];
    for (const project of [temporaryProject(), temporaryProject()]) {
      await importFolders(project, [folder], silentJob());
      const row = project.catalogue.database.one<Record<string, string>>('SELECT * FROM patient');
      expect(row).toEqual({ id: 1, pseudonym: expect.any(String) });
      expect(row?.pseudonym).toMatch(/^P[0-9a-f]{16}$/);
      pseudonyms.push(row?.pseudonym ?? '');
    }
    expect(pseudonyms[0]).not.toBe(pseudonyms[1]);
  });

  it('lists bad files with a reason and goes on', async () => {
    const folder = temporaryFolder();
    writeStudy(folder, 2);
    put(join(folder, 'empty.dcm'), '');
    put(join(folder, 'note.dcm'), 'This is a text, not an image.\n');
    put(join(folder, 'truncated.dcm'), dicomBytes({ instance: '9.9' }).subarray(0, -10));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
    const project = temporaryProject();
    const { added, skipped } = await importFolders(project, [folder], silentJob());
    expect(added).toBe(2);
    expect(skipped.map(({ path }) => path).sort()).toEqual(
      ['empty.dcm', 'link', 'note.dcm', 'truncated.dcm'].map((name) => join(folder, name)),
    );
    for (const { reason } of skipped) expect(reason).toMatch(/^[A-Z].*\.$/);
    // The list is kept whole: also what could not even be looked at.
    expect(project.catalogue.skippedFiles()).toEqual(skipped.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
  });

  it('reads a skipped file again, and takes it in once it is whole', async () => {
    const folder = temporaryFolder();
    put(join(folder, 'a.dcm'), dicomBytes({ instance: '9.9' }).subarray(0, 300));
    const project = temporaryProject();
    expect((await importFolders(project, [folder], silentJob())).skipped.length).toBe(1);
    put(join(folder, 'a.dcm'), dicomBytes({ instance: '9.9' }));
    const second = await importFolders(project, [folder], silentJob());
    expect(second).toMatchObject({ images: 1, added: 1, skipped: [] });
    expect(project.catalogue.skippedFiles()).toEqual([]);
  });

  it('counts a second file of the same image as a duplicate, and pictures by their content', async () => {
    const folder = temporaryFolder();
    put(join(folder, 'a', '1.dcm'), dicomBytes({ instance: '1.1' }));
    put(join(folder, 'b', '1.dcm'), dicomBytes({ instance: '1.1' }));
    put(join(folder, 'c', '1.png'), pngBytes(1));
    put(join(folder, 'd', '2.png'), pngBytes(1));
    put(join(folder, 'd', '3.png'), pngBytes(2));
    const project = temporaryProject();
    const first = await importFolders(project, [folder], silentJob());
    expect(first).toMatchObject({ files: 5, images: 3, series: 3, patients: 3, added: 3, duplicates: 2 });
    const second = await importFolders(project, [folder], silentJob());
    expect(second).toEqual({ ...first, added: 0 });
  });

  it('follows an image whose file was moved, and keeps its label', async () => {
    const folder = temporaryFolder();
    put(join(folder, 'old', '1.dcm'), dicomBytes({ instance: '1.1' }));
    const project = temporaryProject();
    await importFolders(project, [folder], silentJob());
    const [image] = samples(project);
    createTask(project, 'finding', [{ name: 'no' }, { name: 'yes' }]);
    setLabels(project, 'finding', [{ target: { imageId: image!.imageId }, className: 'yes' }], 'A');
    renameSync(join(folder, 'old'), join(folder, 'new'));
    const again = await importFolders(project, [folder], silentJob());
    expect(again).toMatchObject({ images: 1, added: 0, duplicates: 0 });
    expect(samples(project)).toEqual([{ ...image, path: join(folder, 'new', '1.dcm') }]);
    expect(labelledImages(project, 'finding')[0]).toMatchObject({ imageId: image!.imageId, classIndex: 1 });
  });

  it('does not show the old image where a file was replaced by another, and shows it when it is back', async () => {
    const folder = temporaryFolder();
    const path = put(join(folder, '1.png'), pngBytes(1));
    const project = temporaryProject();
    await importFolders(project, [folder], silentJob());
    const before = samples(project);
    put(path, pngBytes(2));
    utimesSync(path, 1, 1);
    expect(await importFolders(project, [folder], silentJob())).toMatchObject({ images: 1, added: 1 });
    const after = samples(project);
    expect(after.length).toBe(1);
    expect(after[0]?.contentHash).not.toBe(before[0]?.contentHash);
    put(join(folder, 'again.png'), pngBytes(1));
    expect(await importFolders(project, [folder], silentJob())).toMatchObject({ images: 2, added: 0 });
    expect(samples(project)[0]).toEqual({ ...before[0], path: join(folder, 'again.png') });
  });

  it('survives folders that link to themselves, and leaves its own project out', async () => {
    const folder = temporaryFolder();
    writeStudy(folder, 4);
    symlinkSync(folder, join(folder, 'loop'));
    const project = keepOpen(Project.open(folder, { create: true }));
    put(join(project.modelsFolder, 'figure.png'), pngBytes(1));
    const summary = await importFolders(project, [folder, join(folder, 'patient-0')], silentJob());
    expect(summary).toMatchObject({ files: 4, images: 4, skipped: [] });
  });

  it('refuses folders that do not exist, that are empty, and an import beside another', async () => {
    const project = temporaryProject();
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'empty', 'inside'), { recursive: true });
    const missing = await rejectionOf(importFolders(project, [join(folder, 'missing')], silentJob()));
    expect(missing.describe()).toContain(join(folder, 'missing'));
    const empty = await rejectionOf(importFolders(project, [join(folder, 'empty')], silentJob()));
    expect(empty.code).toBe('bad-argument');
    expect(empty.describe()).toContain(join(folder, 'empty'));
    expect((await rejectionOf(importFolders(project, [], silentJob()))).code).toBe('bad-argument');
    writeStudy(folder, 1);
    const beside = await importFolders(project, [folder, join(folder, 'empty')], silentJob());
    expect(beside).toMatchObject({ images: 1 });
    const lock = project.lock('import');
    expect((await rejectionOf(importFolders(project, [folder], silentJob()))).code).toBe('project-busy');
    lock.release();
  });

  it.skipIf(process.getuid?.() === 0)('names a folder that may not be read (skipped for root, who may)', async () => {
    const folder = temporaryFolder();
    writeStudy(folder, 1);
    mkdirSync(join(folder, 'closed'), { mode: 0 });
    const project = temporaryProject();
    const inside = await importFolders(project, [folder], silentJob());
    expect(inside.skipped.map(({ path }) => path)).toEqual([join(folder, 'closed')]);
    const itself = await rejectionOf(importFolders(project, [join(folder, 'closed')], silentJob()));
    expect(itself.describe()).toContain(join(folder, 'closed'));
  });

  it('reports progress, stops when asked, keeps what is done, and goes on from there', async () => {
    const folder = temporaryFolder();
    writeStudy(folder, 1200, 40);
    const project = temporaryProject();
    const abort = new AbortController();
    const seen: Progress[] = [];
    const control: JobControl = {
      signal: abort.signal,
      onProgress: (progress) => {
        seen.push(progress);
        if (progress.phase === 'Reading headers') abort.abort();
      },
    };
    expect((await rejectionOf(importFolders(project, [folder], control))).code).toBe('cancelled');
    const kept = project.catalogue.counts().images;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(1200);
    // Whole series of 30 files each.
    expect(kept % 30).toBe(0);
    expect(seen.at(-1)).toMatchObject({ total: 1200, done: 256 });
    const rest = await importFolders(project, [folder], silentJob());
    expect(rest).toMatchObject({ files: 1200, images: 1200, added: 1200 - kept, duplicates: 0 });
  });

  it('says that the disk is full, and keeps the series before', async () => {
    const folder = temporaryFolder();
    writeStudy(folder, 1200, 40);
    const project = temporaryProject();
    const { database } = project.catalogue;
    // A limit on the size of the catalogue makes SQLite fail exactly as a full disk does.
    database.exec(`PRAGMA max_page_count = ${database.pragmaNumber('page_count') + 80}`);
    const error = await rejectionOf(importFolders(project, [folder], silentJob()));
    expect(error.code).toBe('disk-full');
    const kept = project.catalogue.counts().images;
    expect(kept % 30).toBe(0);
    expect(kept).toBeGreaterThan(0);
    database.exec('PRAGMA max_page_count = 1000000');
    const rest = await importFolders(project, [folder], silentJob());
    expect(rest).toMatchObject({ images: 1200, added: 1200 - kept });
    expect(project.catalogue.check()).toEqual([]);
  });
});

const data = resolve(process.cwd(), '..', 'shared', 'data');
const present = existsSync(join(data, 'series'));
if (!present) console.warn(`Real series are not imported: ${data} is absent.`);

describe.skipIf(!present)('import of real series (needs ../shared/data)', () => {
  it('finds every file of series/, and nothing new the second time', async () => {
    const project = temporaryProject();
    const folder = join(data, 'series');
    const first = await importFolders(project, [folder], silentJob());
    const table = readFileSync(join(data, 'DICOM_TABLE.tsv'), 'utf8').split('\n');
    const listed = table.filter((line) => line.startsWith('series/')).length;
    expect(listed).toBe(255);
    // dcmdump finds 240 different SOPInstanceUIDs: the set has some images in several encodings.
    expect(first).toMatchObject({ images: 240, duplicates: listed - 240 });
    expect(first.skipped.filter(({ path }) => path.endsWith('.dcm'))).toEqual([]);
    expect(first.added).toBe(first.images);
    const second = await importFolders(project, [folder], silentJob());
    expect(second).toEqual({ ...first, added: 0 });
  }, 120_000);

  it('finds the slices of each patient of lung-pet-ct-dx', async () => {
    const project = temporaryProject();
    const summary = await importFolders(project, [join(data, 'series', 'lung-pet-ct-dx')], silentJob());
    expect(summary).toMatchObject({ images: 94, series: 2, patients: 2, added: 94, duplicates: 0 });
  }, 60_000);

  it('takes in all 5,840 images of cxr-pneumonia, and nothing new the second time', async () => {
    const project = temporaryProject();
    const folder = join(data, 'labelled', 'cxr-pneumonia');
    const first = await importFolders(project, [folder], silentJob());
    expect(first).toMatchObject({ images: 5840, added: 5840, duplicates: 0 });
    expect(first.files).toBe(readdirSync(join(folder, 'images')).length + readdirSync(folder).length - 1);
    const table = readFileSync(join(folder, 'labels.csv'), 'utf8').trim().split('\n').slice(1);
    expect(first.patients).toBe(new Set(table.map((line) => line.split(',')[2])).size);
    expect(await importFolders(project, [folder], silentJob())).toEqual({ ...first, added: 0 });
  }, 240_000);
});
