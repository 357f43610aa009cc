/** @file Cropping to the body: a project's cache with and without it, series that stay registered, models, the command. */

import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentJob } from '../../src-main/base/jobs.js';
import { importFolders } from '../../src-main/catalogue/import.js';
import { Project } from '../../src-main/catalogue/project.js';
import { CROPPED_RECIPE, NORMALISE_RECIPE } from '../../src-main/dicom/normalise.js';
import { readSafetensors } from '../../src-main/exports/safetensors.js';
import { ensurePixelCache } from '../../src-main/pixels/cache.js';
import { readEvaluationImages } from '../../src-main/pixels/evaluation.js';
import { PixelRecords } from '../../src-main/pixels/records.js';
import { readStore, storeFiles } from '../../src-main/pixels/store.js';
import type { StoredBox } from '../../src-main/pixels/store-index.js';
import { ONE_THREAD, resultOf, run, TINY, tinyStudy } from '../helpers/command-line.js';
import { type Ellipse, phantom, stored } from '../helpers/phantoms.js';
import { writeScan } from '../helpers/scans.js';

const SIDE = 64;
const SIZE = { rows: 128, columns: 128 };
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pretext-crop-'));
  writeStudy(join(folder, 'study'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function save(scans: string, name: string, scan: Parameters<typeof writeScan>[0]): void {
  mkdirSync(scans, { recursive: true });
  writeFileSync(join(scans, `${name}.dcm`), writeScan(scan));
}

/** The body in slice `index` of 20: it is largest in the middle. */
function bodyOf(index: number): Ellipse {
  const share = 1 - Math.abs(index - 10) / 20;
  return { row: 70, column: 60, halfHeight: Math.round(20 * share), halfWidth: Math.round(36 * share) };
}

function writeSlice(scans: string, index: number, body: Ellipse = bodyOf(index)): void {
  const table = { row: 110, thickness: 2, value: -150 };
  const values = { air: -1000, body: 40, noise: 12, table, ellipses: [body], seed: index };
  const instance = { series: '1.3.1', instance: `1.3.1.${index}`, instanceNumber: index };
  const pixels = stored(phantom({ ...SIZE, ...values }));
  save(scans, `ct-${index}`, { modality: 'CT', intercept: -1024, ...SIZE, ...instance, pixels });
}

const positive = (values: Float32Array): Uint16Array => Uint16Array.from(values, (value) => Math.max(0, value));

/** A CT of 20 slices, an MR of 6, and a radiograph with a window. */
function writeStudy(scans: string): void {
  for (let index = 0; index < 20; index++) writeSlice(scans, index);
  for (let index = 0; index < 6; index++) {
    const ellipses = [{ row: 50, column: 80, halfHeight: 30, halfWidth: 25 - index }];
    const pixels = positive(phantom({ ...SIZE, air: 20, body: 700, noise: 8, ellipses, seed: 100 + index }));
    const instance = { series: '1.3.2', instance: `1.3.2.${index}`, instanceNumber: index };
    save(scans, `mr-${index}`, { modality: 'MR', ...SIZE, ...instance, pixels });
  }
  const ellipses = [{ row: 90, column: 40, halfHeight: 25, halfWidth: 30 }];
  const pixels = positive(phantom({ ...SIZE, air: 100, body: 2500, noise: 5, ellipses, seed: 7 }));
  const window = { centre: 1500, width: 2800 };
  save(scans, 'dx', { modality: 'DX', series: '1.3.3', instance: '1.3.3.1', ...SIZE, window, pixels });
}

async function projectOf(name: string, scans: string): Promise<Project> {
  const project = Project.open(join(folder, name), { create: true });
  await importFolders(project, [scans], silentJob());
  return project;
}

/** Records by SOP Instance UID, and the index. */
async function cached(project: Project, recipe: number) {
  const cache = await ensurePixelCache(project, SIDE, silentJob(), {}, recipe);
  const records = new PixelRecords(cache.file, SIDE);
  const pixels = new Map<string, Uint16Array>();
  const shown = new Map<string, StoredBox | undefined>();
  const index = readStore(storeFiles(project.pixelsFolder, SIDE, recipe), SIDE);
  for (const { slot, imageId, sopInstanceUID } of cache.samples) {
    const record = new Uint16Array(SIDE * SIDE);
    records.read(slot, record);
    pixels.set(sopInstanceUID ?? '', record);
    shown.set(sopInstanceUID ?? '', index.stored.get(imageId)?.shown);
  }
  records.close();
  return { cache, index, pixels, shown };
}

function digestOf(pixels: ReadonlyMap<string, Uint16Array>): string {
  const hash = createHash('sha256');
  for (const [name, record] of [...pixels].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(name).update(record);
  return hash.digest('hex');
}

describe('without crop', () => {
  it('is bit for bit what it was before there was any, and its index says nothing of boxes', async () => {
    const project = await projectOf('as-before', join(folder, 'study'));
    const { cache, pixels } = await cached(project, NORMALISE_RECIPE);
    expect(basename(cache.file)).toBe('side-64.v3.u16');
    // Taken with the version of the program before cropping.
    expect(digestOf(pixels)).toBe('c33e0b7a631f3a883f69b97df1fc595f1b3eea67ff1a7d25cecc381732edfd85');
    const rows = readFileSync(cache.file.replace('.u16', '.index.jsonl'), 'utf8').trim().split('\n');
    const names = new Set(rows.flatMap((row) => Object.keys(JSON.parse(row) as object)));
    expect([...names].sort()).toEqual(['frames', 'image', 'range', 'series', 'slot', 'taken', 'tried']);
    project.close();
  });
});

/** Whether a box of shares holds an ellipse of a picture of 128 x 128, with no more than `most` pixels around it. */
function expectAround(box: StoredBox | undefined, { row, column, halfHeight, halfWidth }: Ellipse, most: number): void {
  if (box == null) throw new Error('it has no box');
  const [top, left, bottom, right] = box.map((share) => share * 128) as [number, number, number, number];
  for (const [inner, outer] of [
    [row - halfHeight, top],
    [column - halfWidth, left],
    [-(row + halfHeight), -bottom],
    [-(column + halfWidth), -right],
  ] as const) {
    expect(inner - outer).toBeGreaterThanOrEqual(0);
    expect(inner - outer).toBeLessThanOrEqual(most);
  }
}

describe('cropped to the body', () => {
  it('gives a series one box around all its bodies, without the table, and never mixes with what is whole', async () => {
    const project = await projectOf('cropped', join(folder, 'study'));
    const whole = await cached(project, NORMALISE_RECIPE);
    const before = digestOf(whole.pixels);
    const cropped = await cached(project, CROPPED_RECIPE);
    expect(basename(cropped.cache.file)).toBe('side-64.v4.u16');
    expect(digestOf((await cached(project, NORMALISE_RECIPE)).pixels)).toBe(before);
    for (const [name, pixels] of cropped.pixels) expect(pixels, name).not.toEqual(whole.pixels.get(name));

    const boxes = [...cropped.shown]
      .filter(([name]) => name.startsWith('1.3.1.'))
      .map(([, box]) => JSON.stringify(box));
    expect(boxes.length).toBe(20);
    expect(new Set(boxes).size).toBe(1);
    // 3% of 128 are 4 pixels; shares are rounded outwards.
    expectAround(cropped.shown.get('1.3.1.10'), bodyOf(10), 6);
    expectAround(cropped.shown.get('1.3.2.0'), { row: 50, column: 80, halfHeight: 30, halfWidth: 25 }, 7);
    expectAround(cropped.shown.get('1.3.3.1'), { row: 90, column: 40, halfHeight: 25, halfWidth: 30 }, 7);
    expect(cropped.cache.crop).toMatchObject({ images: 27, cropped: 27 });
    expect(whole.cache.crop).toBeNull();

    // Slices stay registered: the body's middle is at one place, and its width follows the slice's own.
    const extent = (name: string) => {
      const record = cropped.pixels.get(name) ?? new Uint16Array(0);
      const columns = [...record.keys()].filter((i) => (record[i] ?? 0) > 16_384).map((i) => i % SIDE);
      return { left: Math.min(...columns), right: Math.max(...columns) };
    };
    const [middle, end] = [extent('1.3.1.10'), extent('1.3.1.0')];
    expect(Math.abs(middle.left + middle.right - end.left - end.right)).toBeLessThanOrEqual(2);
    expect((end.right - end.left) / (middle.right - middle.left)).toBeCloseTo(0.5, 1);

    // What is there is not made again, whichever was asked for in between.
    const size = statSync(cropped.cache.file).size;
    await cached(project, CROPPED_RECIPE);
    expect(statSync(cropped.cache.file).size).toBe(size);
    project.close();
  });

  it('measures a series anew when a wider slice comes, and makes its images anew', async () => {
    const scans = join(folder, 'growing');
    for (let index = 0; index < 4; index++) writeSlice(scans, index);
    const project = await projectOf('growing-project', scans);
    const before = await cached(project, CROPPED_RECIPE);
    const wide = { row: 60, column: 64, halfHeight: 40, halfWidth: 50 };
    writeSlice(scans, 30, wide);
    await importFolders(project, [scans], silentJob());
    const after = await cached(project, CROPPED_RECIPE);
    expect(before.shown.get('1.3.1.0')).not.toEqual(after.shown.get('1.3.1.0'));
    expectAround(after.shown.get('1.3.1.0'), wide, 6);
    for (const [name, pixels] of before.pixels) expect(after.pixels.get(name)).not.toEqual(pixels);
    project.close();
  });

  it('gives a screenshot in a CT series a box of its own, once', async () => {
    const scans = join(folder, 'screenshot');
    for (let index = 8; index < 12; index++) writeSlice(scans, index);
    // Without Rescale Intercept these are no Hounsfield units.
    const other = { row: 30, column: 30, halfHeight: 24, halfWidth: 24 };
    const pixels = positive(phantom({ ...SIZE, air: 0, body: 900, noise: 0, ellipses: [other], seed: 3 }));
    save(scans, 'shot', { modality: 'CT', series: '1.3.1', instance: '1.3.1.99', ...SIZE, pixels });
    const project = await projectOf('screenshot-project', scans);
    const { shown, cache } = await cached(project, CROPPED_RECIPE);
    expectAround(shown.get('1.3.1.99'), other, 7);
    expectAround(shown.get('1.3.1.9'), bodyOf(10), 7);
    const size = statSync(cache.file).size;
    await cached(project, CROPPED_RECIPE);
    expect(statSync(cache.file).size).toBe(size);
    project.close();
  });
});

describe('on the command line', () => {
  it('keeps the crop with the run and the model, which predicts with it', async () => {
    const [study, project] = [join(folder, 'cli-study'), join(folder, 'cli-project')];
    const inProject = ['--project', project];
    const { truthCsv } = await tinyStudy(study, 12);
    await resultOf('import', study, join(folder, 'study'), ...inProject);
    const columns = ['--id-column', 'sop_instance_uid', '--label-column', 'label', '--split-column', 'split'];
    const order = ['--task', 'finding', '--classes', 'normal, finding'];
    await resultOf('label', 'import', truthCsv, ...inProject, ...order, ...columns);

    expect(await resultOf('crops', ...inProject)).toEqual({ images: [] });
    const pretraining = ['pretrain', ...inProject, '--method', 'inpainting', ...TINY, '--epochs', '1', '--batch', '8'];
    const trained = await resultOf(...pretraining, '--crop', 'body', '--no-previews', ...ONE_THREAD);
    expect(trained.crop).toMatchObject({ images: 51 });
    const config = JSON.parse(readFileSync(join(project, 'runs', String(trained.run), 'run.json'), 'utf8'));
    expect(config).toMatchObject({ normalisation: CROPPED_RECIPE });
    const pixelFiles = () => readdirSync(join(project, 'pixels')).filter((name) => name.endsWith('.u16'));
    expect(pixelFiles()).toEqual(['side-64.v4.u16']);
    const { images } = (await resultOf('crops', ...inProject)) as { images: { path: string; shown: unknown }[] };
    expect(images.length).toBe(51);
    expect(images.find(({ path }) => path.endsWith('ct-3.dcm'))?.shown).toEqual(
      images.find(({ path }) => path.endsWith('ct-10.dcm'))?.shown,
    );
    const forPeople = await run('crops', ...inProject);
    expect(forPeople.stdout).toMatch(/CT +20 +\d+-\d+ of 128, \d+-\d+ of 128 +\d+%/);
    // A run keeps its crop: it cannot be given another.
    const resumed = await run('pretrain', ...inProject, '--resume', 'latest', '--crop', 'none');
    expect([resumed.code, resumed.stderr]).toEqual([2, expect.stringContaining('--crop')]);

    const tuning = ['finetune', ...inProject, '--task', 'finding', '--mode', 'probe', '--labels', '6', '--seeds', '1'];
    const { model } = await resultOf(...tuning, '--no-baseline', ...ONE_THREAD);
    const card = JSON.parse(readFileSync(join(project, 'models', String(model), 'model.json'), 'utf8'));
    expect(card).toMatchObject({ normalisation: CROPPED_RECIPE });
    expect(pixelFiles()).toEqual(['side-64.v4.u16']);
    const asked = await run('finetune', ...tuning.slice(1), '--crop', 'body');
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('The run decides')]);

    const [out, inputs] = [join(folder, 'p.csv'), join(folder, 'p.safetensors')];
    const files = ['--out', out, '--inputs', inputs, '--threads', '1'];
    await resultOf('predict', join(folder, 'study'), ...inProject, '--model', String(model), ...files);
    const seen = readSafetensors(inputs).tensors.get('images');
    if (seen?.dtype !== 'F32') throw new Error('no images');
    const opened = Project.open(project);
    const { cache } = await cached(opened, CROPPED_RECIPE);
    const slots = cache.samples.filter(({ path }) => path.startsWith(join(folder, 'study'))).map(({ slot }) => slot);
    const expected = readEvaluationImages(cache, slots, 32);
    opened.close();
    const digests = (images: Float32Array) =>
      Array.from({ length: images.length / 1024 }, (_, i) =>
        createHash('sha256')
          .update(images.slice(i * 1024, (i + 1) * 1024))
          .digest('hex'),
      ).sort();
    expect(digests(seen.data)).toEqual(digests(expected));
    expect(slots.length).toBe(27);

    const onnx = join(folder, 'model.onnx');
    await resultOf('export', ...inProject, '--model', String(model), '--format', 'onnx', '--out', onnx);
    expect(readFileSync(onnx).includes('cut to the body')).toBe(true);

    const scratch = ['finetune', ...inProject, '--task', 'finding', '--run', 'none', '--mode', 'probe', '--seeds', '1'];
    const other = await resultOf(...scratch, ...TINY, '--crop', 'none', ...ONE_THREAD);
    const plain = JSON.parse(readFileSync(join(project, 'models', String(other.model), 'model.json'), 'utf8'));
    expect(plain).toMatchObject({ normalisation: NORMALISE_RECIPE });
    expect(pixelFiles()).toEqual(['side-64.v3.u16', 'side-64.v4.u16']);
  }, 300_000);
});

const real = resolve(process.cwd(), '..', 'shared', 'data', 'series');
const hasReal = existsSync(real);
if (!hasReal) console.warn('skipped: no real series beside the checkout (../shared/data/series)');

describe.skipIf(!hasReal)('real series (skipped where ../shared/data/series is absent)', () => {
  /** The one box of the images in a folder, pixels. */
  async function boxOf(name: string, scans: string, rows: number, columns: number): Promise<number[]> {
    const project = await projectOf(name, join(real, scans));
    const { shown } = await cached(project, CROPPED_RECIPE);
    project.close();
    const boxes = new Set([...shown.values()].map((box) => JSON.stringify(box)));
    expect(boxes.size).toBe(1);
    const [top = 0, left = 0, bottom = 1, right = 1] = [...shown.values()][0] ?? [];
    return [top * rows, left * columns, bottom * rows, right * columns];
  }

  it.each([
    // The outermost rows and columns of skin in any slice, read off the maximum over all slices; below them is the table.
    { name: 'a chest', scans: 'lung-pet-ct-dx/Lung_Dx-A0002', body: [60, 0, 428, 512], rows: 512, columns: 512 },
    { name: 'a head', scans: 'studyforrest-7T-T1', body: [38, 21, 363, 251], rows: 384, columns: 274 },
  ])('encloses the body in $name', async ({ name, scans, body, rows, columns }) => {
    const box = await boxOf(name, scans, rows, columns);
    const [top = 0, left = 0, bottom = 0, right = 0] = body;
    const outside = [top - box[0]!, left - box[1]!, box[2]! - bottom, box[3]! - right];
    for (const distance of outside) {
      expect(distance).toBeGreaterThanOrEqual(0);
      expect(distance).toBeLessThan(0.07 * rows);
    }
  });
});
