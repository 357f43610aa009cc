/** @file Reading new studies with a model as the window does it, beside `pretext predict` on the same files. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentJob } from '../../src-main/base/jobs.js';
import { Random } from '../../src-main/base/random.js';
import { Project } from '../../src-main/catalogue/project.js';
import { writeSampleStudy } from '../../src-main/sample/study.js';
import { type JobListener, runJob } from '../../src-main/training/client.js';
import type { ReadStudiesResult } from '../../src-main/training/read-studies.js';
import { predictionsOf, readPredictionFile, writePredictions } from '../../src-main/training/reading-predictions.js';
import { createReading, readingPaths, readReading, readSkipped } from '../../src-main/training/reading-store.js';
import { ReadingTable } from '../../src-main/training/reading-table.js';
import { ONE_THREAD, removeFolder, resultOf, scratchFolder, TINY } from '../helpers/command-line.js';

const folder = scratchFolder();
const study = join(folder, 'study');
const fresh = join(folder, 'fresh');
const projectFolder = join(folder, 'project');
const inProject = ['--project', projectFolder];
const OPTIONS = { pictures: 128, device: 'cpu', threads: 1 } as const;
const FRESH_IMAGES = 24;
let model = '';

const listener = (change: Partial<JobListener> = {}): JobListener => ({
  signal: new AbortController().signal,
  onProgress: () => undefined,
  ...change,
});

function read(reading: string, change: Partial<JobListener> = {}): Promise<ReadStudiesResult> {
  return runJob('read', { project: projectFolder, reading, options: OPTIONS }, listener(change));
}

function inOpenProject<T>(use: (project: Project) => T): T {
  const project = Project.open(projectFolder);
  try {
    return use(project);
  } finally {
    project.close();
  }
}

const newReading = (...paths: string[]) => inOpenProject((project) => createReading(project, { paths, model }).id);

/** Probabilities by path as `pretext predict` writes them. */
async function byCommandLine(path: string): Promise<Map<string, number[]>> {
  const out = join(folder, 'predictions.csv');
  await resultOf('predict', path, ...inProject, '--model', model, '--out', out, '--threads', '1');
  const rows = parse(readFileSync(out), { columns: true }) as Record<string, string>[];
  const named = (row: Record<string, string>) =>
    ['probability_normal', 'probability_finding'].map((name) => Number(row[name]));
  return new Map(rows.map((row) => [row.level === 'image' ? row.path : row.series_instance_uid, named(row)]));
}

describe('reading new studies', () => {
  beforeAll(async () => {
    const size = { side: 32, imagesPerPatient: 4 };
    const { truthCsv } = await writeSampleStudy(study, { seed: 1, patients: 60, ...size }, silentJob());
    await writeSampleStudy(fresh, { seed: 2, patients: 6, ...size }, silentJob());
    writeFileSync(join(fresh, 'note.txt'), 'no scan');
    await resultOf('import', study, ...inProject);
    const columns = ['--id-column', 'sop_instance_uid', '--label-column', 'label', '--split-column', 'split'];
    await resultOf(
      'label',
      'import',
      truthCsv,
      ...inProject,
      '--task',
      'finding',
      '--classes',
      'normal, finding',
      ...columns,
    );
    const what = ['--task', 'finding', '--run', 'none', '--mode', 'probe', '--labels', '60', '--seeds', '1'];
    model = String((await resultOf('finetune', ...inProject, ...what, ...TINY, ...ONE_THREAD)).model);
  }, 240_000);
  afterAll(() => removeFolder(folder));

  it('gives the numbers of the command line, image by image and series by series', async () => {
    const id = newReading(fresh);
    // truth.csv and the note are no scans.
    expect(await read(id)).toMatchObject({ reading: id, images: FRESH_IMAGES, series: 6, patients: 6, skipped: 2 });
    const expected = await byCommandLine(fresh);
    inOpenProject((project) => {
      expect(readReading(project, id)).toMatchObject({ state: 'done', found: FRESH_IMAGES, knownPatients: 0 });
      expect(
        readSkipped(project, id)
          .map(({ path }) => path)
          .sort(),
      ).toEqual([join(fresh, 'note.txt'), join(fresh, 'truth.csv')]);
      const table = ReadingTable.open(project, id);
      for (const level of ['image', 'series'] as const) {
        const { rows, total } = table.page({
          ...{ level, sort: 'probability', order: 'descending', filter: 'all' },
          ...{ className: null, focus: null, offset: 0, limit: 100 },
        });
        expect(total).toBe(level === 'image' ? FRESH_IMAGES : 6);
        for (const row of rows) {
          const uid = project.catalogue.database.one<{ uid: string }>('SELECT uid FROM series WHERE id = ?', [
            row.seriesId,
          ]);
          const theirs = expected.get(level === 'image' ? row.path : (uid?.uid ?? ''));
          for (const [index, value] of row.probabilities.entries())
            expect(Math.abs(value - (theirs?.[index] ?? 9))).toBeLessThan(1e-6);
        }
      }
    });
  });

  it('goes on where it was stopped, without reading anything twice', async () => {
    const whole = newReading(study, fresh);
    await read(whole);
    const id = newReading(study, fresh);
    const stop = new AbortController();
    const stopped = read(id, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    const load = (reading: string) =>
      inOpenProject((project) => readPredictionFile(readingPaths(project, reading).predictions));
    const done = load(whole);
    if (done === null) throw new Error('nothing was read');
    expect(done.images.imageId.length).toBe(264);
    expect(load(id)).toBeNull();

    // As a kill leaves it: 100 images saved. A number that no model gives shows that they are not read again.
    const { images, series } = done;
    const saved = Array.from({ length: 100 }, (_, row) => ({
      imageId: images.imageId[row] ?? 0,
      seriesId: series.seriesId[images.seriesRow[row] ?? 0] ?? null,
      frames: 1,
      patientId: images.patientId[row] ?? 0,
      pseudonym: '',
      date: null,
      known: 'no' as const,
      familiarity: images.familiarity[row] ?? 0,
      probabilities: row === 7 ? [2, -1] : images.probabilities.subarray(2 * row, 2 * row + 2),
    }));
    inOpenProject((project) => {
      expect(readReading(project, id).state).toBe('unfinished');
      writePredictions(readingPaths(project, id).predictions, predictionsOf(saved, 2));
    });
    await read(id);
    const resumed = load(id);
    expect(resumed?.images.imageId).toEqual(images.imageId);
    expect([...(resumed?.images.probabilities.subarray(14, 16) ?? [])]).toEqual([2, -1]);
    resumed?.images.probabilities.set(images.probabilities.subarray(14, 16), 14);
    for (const [index, value] of images.probabilities.entries()) {
      expect(Math.abs(value - (resumed?.images.probabilities[index] ?? 9))).toBeLessThan(1e-6);
    }
    expect(resumed?.images.patientRank).toEqual(images.patientRank);
  });

  it('says which patients the model knows', async () => {
    const id = newReading(study);
    await read(id);
    inOpenProject((project) => {
      const card = readReading(project, id);
      const counts = ReadingTable.open(project, id).counts('image');
      // The split's 20 test patients, and those whose labels were drawn.
      expect(card.knownPatients).toBeGreaterThan(40);
      expect(card.knownPatients).toBeLessThanOrEqual(60);
      expect(counts.known).toBe(4 * card.knownPatients);
    });
  });

  it('notices images of another kind, and hardly ever calls a new patient of the same kind one', async () => {
    const strange = join(folder, 'strange');
    mkdirSync(strange);
    const random = new Random(5);
    for (let index = 0; index < 10; index++) {
      const data = Uint8Array.from({ length: 64 * 64 }, () => random.below(256));
      writeFileSync(join(strange, `${index}.png`), encode({ width: 64, height: 64, channels: 1, depth: 8, data }));
    }
    const id = newReading(strange, fresh);
    await read(id);
    inOpenProject((project) => {
      const { images } = ReadingTable.open(project, id).predictions;
      const shares = (loose: boolean) =>
        [...images.familiarity].filter((_, row) => images.seriesRow[row] < 0 === loose);
      expect(shares(true).every((share) => share <= 0.05)).toBe(true);
      expect(shares(false).filter((share) => share <= 0.05).length).toBeLessThanOrEqual(3);
    });
  });

  it('says of a folder without images why, and of an empty one that it is', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    await expect(read(newReading(empty))).rejects.toMatchObject({ code: 'bad-argument' });
    writeFileSync(join(empty, 'note.txt'), 'no scan');
    const id = newReading(empty);
    expect(await read(id)).toMatchObject({ images: 0, skipped: 1 });
    inOpenProject((project) => {
      expect(readSkipped(project, id)[0]?.reason).toMatch(/\.$/);
      expect(ReadingTable.open(project, id).counts('image').total).toBe(0);
    });
  });
});
