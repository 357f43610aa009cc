/** @file Versions of the preparation of pixels: what differs between them, and that a model sees its own. */

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
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentJob } from '../../src-main/base/jobs.js';
import { importFolders } from '../../src-main/catalogue/import.js';
import { Project } from '../../src-main/catalogue/project.js';
import { openImage } from '../../src-main/dicom/decode.js';
import { DecodePool } from '../../src-main/dicom/decode-pool.js';
import { modalityFrame } from '../../src-main/dicom/grey.js';
import { NORMALISE_RECIPE, percentilesOf } from '../../src-main/dicom/normalise.js';
import { readSafetensors } from '../../src-main/exports/safetensors.js';
import { initialValues } from '../../src-main/nn/parameters.js';
import { ensurePixelCache } from '../../src-main/pixels/cache.js';
import { readEvaluationImages } from '../../src-main/pixels/evaluation.js';
import { PixelRecords } from '../../src-main/pixels/records.js';
import { guidesOfFiles } from '../../src-main/pixels/series-ranges.js';
import { readStore, storeFiles } from '../../src-main/pixels/store.js';
import { classifierGraph } from '../../src-main/tasks/classifier.js';
import { saveModel } from '../../src-main/training/model-store.js';
import { predict } from '../../src-main/training/predict.js';
import { readStudies } from '../../src-main/training/read-studies.js';
import { createReading } from '../../src-main/training/reading-store.js';
import { writeScan } from '../helpers/scans.js';

const VIT = { imageSize: 32, patchSize: 16, width: 192, depth: 1, heads: 3, channels: 1 };
const SIDE = 64;
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pretext-recipes-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A model with random weights that says that it was trained on such pixels. */
function modelOf(project: Project, normalisation: number): string {
  const id = `probe-20260101-000000-000${normalisation}`;
  const graph = classifierGraph(VIT, 2, 1);
  const card = {
    ...{ formatVersion: 1 as const, id, created: '2026-01-01T00:00:00.000Z', task: 'finding', classes: ['no', 'yes'] },
    ...{ mode: 'probe' as const, run: null, vit: VIT, cacheSide: SIDE, labels: 1, seeds: [0], normalisation },
    ...{ threshold: null, thresholdSource: null, split: null },
  };
  const predictions = { imageIds: [], patientIds: [], labels: [], perSeed: [], thresholds: [] };
  const values = initialValues(graph.parameters, 1);
  saveModel(project, card, graph.parameters, values, {
    ...predictions,
    baselinePerSeed: null,
    baselineThresholds: null,
  });
  return id;
}

/** The images of the project as the network sees them in version `recipe` of the preparation. */
async function seenIn(project: Project, recipe: number): Promise<Float32Array> {
  const cache = await ensurePixelCache(project, SIDE, silentJob(), {}, recipe);
  const slots = cache.samples.map(({ slot }) => slot);
  return readEvaluationImages(cache, slots, VIT.imageSize);
}

/** The pixels that `predict` shows a model. */
async function shownTo(project: Project, model: string, scans: string): Promise<Float32Array> {
  const inputsOut = join(folder, `${model}.safetensors`);
  const out = join(folder, `${model}.csv`);
  const options = { folders: [scans], model, out, inputsOut, device: 'cpu' as const, threads: 1 };
  await predict(project, options, silentJob());
  const images = readSafetensors(inputsOut).tensors.get('images');
  if (images?.dtype !== 'F32') throw new Error('no images');
  return images.data;
}

describe('a radiograph with a window', () => {
  it('differs between versions 1 and 2, and a model of version 1 is shown version 1', async () => {
    const scans = join(folder, 'radiographs');
    mkdirSync(scans);
    // A ramp with some noise; the window shows its middle third alone.
    const pixels = Uint16Array.from({ length: 64 * 64 }, (_, i) => ((i % 64) * 60 + ((i * 7919) % 53)) % 4096);
    const window = { centre: 2000, width: 1000 };
    const radiograph = { modality: 'DX', series: '1.2.1', rows: 64, columns: 64, pixels, window };
    writeFileSync(join(scans, 'a.dcm'), writeScan({ ...radiograph, instance: '1.2.1.1' }));
    const project = Project.open(join(folder, 'radiograph-project'), { create: true });
    await importFolders(project, [scans], silentJob());
    const [first, second, today] = [
      await seenIn(project, 1),
      await seenIn(project, 2),
      await seenIn(project, NORMALISE_RECIPE),
    ];
    expect(first).not.toEqual(second);
    // What no other change touched is as it was.
    expect(today).toEqual(second);
    // Both end black and white, and only the window of version 2 makes whole thirds of the picture so.
    const extremes = (image: Float32Array) => {
      const [low, high] = [Math.min(...image), Math.max(...image)];
      return image.filter((value) => value - low < 1e-4 || high - value < 1e-4).length / image.length;
    };
    expect(extremes(first)).toBeLessThan(0.2);
    expect(extremes(second)).toBeGreaterThan(0.6);

    const [older, newer] = [modelOf(project, 1), modelOf(project, 2)];
    expect(await shownTo(project, older, scans)).toEqual(first);
    expect(await shownTo(project, newer, scans)).toEqual(second);
    // A reading of the window takes the pixels of the model's version as well.
    const reading = createReading(project, { paths: [scans], model: older }).id;
    const options = { pictures: null, device: 'cpu' as const, threads: 1 };
    expect(await readStudies(project, reading, options, silentJob())).toMatchObject({ images: 1, skipped: 0 });
    project.close();
  });
});

const SERIES = '1.2.2';

/** Slice `index` of a head: the further from the middle, the darker. Values 0 .. `brightest`. */
function slice(index: number, brightest: number): Uint16Array {
  const share = brightest / (1 + Math.abs(index - 20) / 2);
  return Uint16Array.from({ length: 64 * 64 }, (_, i) => Math.round((share * ((i * 7919) % 997)) / 996));
}

function writeSlices(scans: string, indices: readonly number[], brightest: number): void {
  mkdirSync(scans, { recursive: true });
  for (const index of indices) {
    const what = { modality: 'MR', series: SERIES, instance: `${SERIES}.${index}`, instanceNumber: index };
    const bytes = writeScan({ ...what, rows: 64, columns: 64, pixels: slice(index, brightest) });
    writeFileSync(join(scans, `${String(index).padStart(3, '0')}.dcm`), bytes);
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

async function projectOf(name: string, ...sources: string[]): Promise<Project> {
  const project = Project.open(join(folder, name), { create: true });
  for (const source of sources) await importFolders(project, [source], silentJob());
  return project;
}

/** Largest value of each image by its SOP Instance UID, and the digest of its pixels. */
async function cached(project: Project, recipe = NORMALISE_RECIPE, imageIds?: number[]) {
  const cache = await ensurePixelCache(project, SIDE, silentJob(), imageIds ? { imageIds } : {}, recipe);
  const records = new PixelRecords(cache.file, SIDE);
  const target = new Uint16Array(SIDE * SIDE);
  const pixels = new Map<string, string>();
  const largest = new Map<string, number>();
  for (const { slot, frame, sopInstanceUID } of cache.samples) {
    records.read(slot, target);
    const name = `${sopInstanceUID}#${frame}`;
    pixels.set(name, createHash('sha256').update(target).digest('hex'));
    largest.set(name, Math.max(...target));
  }
  records.close();
  const files = storeFiles(project.pixelsFolder, SIDE, recipe);
  return { cache, pixels, largest, index: readStore(files, SIDE) };
}

describe('MR scaled by its series', () => {
  it('keeps dark slices dark, as version 2 did not, and keeps to the range that it says', async () => {
    const scans = join(folder, 'head');
    writeSlices(scans, upTo(40), 1000);
    const project = await projectOf('head-project', scans);
    const [second, third] = [await cached(project, 2), await cached(project, 3)];
    expect(second.index.series.size).toBe(0);
    expect([...second.largest.values()].every((value) => value === 65535)).toBe(true);
    expect(third.largest.get(`${SERIES}.20#0`)).toBe(65535);
    const range = [...third.index.series.values()][0]?.range;
    const [low, high] = range ?? [0, 0];
    // The exact percentile of all pixels of all slices, and that of the sample.
    const exact = percentilesOf(Float32Array.from(upTo(40).flatMap((index) => [...slice(index, 1000)])));
    expect(Math.abs(high - exact.high)).toBeLessThan(0.12 * exact.high);
    const darkest = third.largest.get(`${SERIES}.0#0`) ?? 0;
    expect(Math.abs(darkest / 65535 - (1000 / 11 - low) / (high - low))).toBeLessThan(0.02);
    // What is there already is not made again.
    const size = statSync(third.cache.file).size;
    await cached(project, 3);
    expect(statSync(third.cache.file).size).toBe(size);
    project.close();
  });

  it('has one range in any order, for any part, and in predict', async () => {
    const scans = join(folder, 'head');
    const project = await projectOf('forward', scans);
    const whole = await cached(project);
    const backward = Project.open(join(folder, 'backward'), { create: true });
    const files = readdirSync(scans).sort();
    for (const part of [files.slice(30), files.slice(7, 30), files.slice(0, 7)]) {
      const paths = part.map((file) => join(scans, file));
      await importFolders(backward, paths, silentJob());
    }
    // One slice alone first: its series is measured as a whole all the same.
    const one = await cached(backward, NORMALISE_RECIPE, [1]);
    expect(one.pixels.size).toBe(1);
    for (const [name, pixels] of one.pixels) expect(pixels).toBe(whole.pixels.get(name));
    const all = await cached(backward);
    expect(new Map([...all.pixels].sort())).toEqual(new Map([...whole.pixels].sort()));
    backward.close();

    const pool = new DecodePool();
    try {
      const paths = readdirSync(scans).map((name) => ({ path: join(scans, name) }));
      const [low, high] = [...whole.index.series.values()][0]?.range ?? [];
      const ranges = await guidesOfFiles(pool, paths, NORMALISE_RECIPE, silentJob());
      expect(new Set([...ranges.values()].map(({ range }) => JSON.stringify(range)))).toEqual(
        new Set([JSON.stringify({ low, high })]),
      );
      expect(ranges.size).toBe(40);
    } finally {
      await pool.close();
    }
    const [second, third] = [await seenIn(project, 2), await seenIn(project, 3)];
    expect(second).not.toEqual(third);
    expect(await shownTo(project, modelOf(project, 2), scans)).toEqual(second);
    expect(await shownTo(project, modelOf(project, 3), scans)).toEqual(third);
    project.close();
  });

  it('measures a series anew when it grows, and makes its images anew', async () => {
    const [scans, later] = [join(folder, 'growing'), join(folder, 'growing-later')];
    writeSlices(scans, upTo(10), 500);
    writeSlices(later, [15, 18, 20, 21, 25], 4000);
    const project = await projectOf('grown', scans);
    const before = await cached(project);
    await importFolders(project, [later], silentJob());
    const after = await cached(project);
    expect(after.pixels.size).toBe(15);
    for (const [name, pixels] of before.pixels) expect(after.pixels.get(name)).not.toBe(pixels);
    const fresh = await projectOf('grown-fresh', later, scans);
    expect(new Map([...(await cached(fresh)).pixels].sort())).toEqual(new Map([...after.pixels].sort()));
    const measured = 'SELECT count(*) AS n FROM image_measure';
    expect(project.catalogue.database.one<{ n: number }>(measured)?.n).toBe(15);
    fresh.close();
    project.close();
  });

  it('does without a file that is refused, and measures anew when it is there again', async () => {
    const scans = join(folder, 'damaged');
    writeSlices(scans, upTo(6), 800);
    writeSlices(scans, [20], 3000);
    const victim = join(scans, '020.dcm');
    const project = await projectOf('damaged-project', scans);
    const whole = readFileSync(victim);
    rmSync(victim);
    const without = await cached(project);
    expect(without.cache.skipped.map(({ path }) => path)).toEqual([victim]);
    expect([...without.index.series.values()][0]).toMatchObject({ taken: 6 });
    writeFileSync(victim, whole);
    const again = await cached(project);
    expect([again.pixels.size, again.cache.skipped.length]).toEqual([7, 0]);
    expect([...again.index.series.values()][0]).toMatchObject({ taken: 7 });
    expect(again.pixels.get(`${SERIES}.0#0`)).not.toBe(without.pixels.get(`${SERIES}.0#0`));
    project.close();
  });

  it('takes the frames of one file as a series', async () => {
    const scans = join(folder, 'frames');
    mkdirSync(scans);
    const frames = upTo(12).map((index) => slice(index, 900));
    const pixels = Uint16Array.from(frames.flatMap((frame) => [...frame]));
    const what = { modality: 'MR', series: '1.2.5', instance: '1.2.5.1', rows: 64, columns: 64, frames: 12, pixels };
    writeFileSync(join(scans, 'a.dcm'), writeScan(what));
    const project = await projectOf('frames-project', scans);
    const { largest } = await cached(project);
    const values = upTo(12).map((frame) => largest.get(`1.2.5.1#${frame}`) ?? 0);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(values[0]).toBeLessThan(0.7 * 65535);
    project.close();
  });
});

const real = resolve(process.cwd(), '..', 'shared', 'data', 'series');
const hasReal = existsSync(real);
if (!hasReal) console.warn('skipped: no real series beside the checkout (../shared/data/series)');

describe.skipIf(!hasReal)('real MR series (skipped where ../shared/data/series is absent)', () => {
  it('has a range near the exact percentiles of all pixels of the series', async () => {
    const project = await projectOf('real-mr', join(real, 'studyforrest-7T-T1'), join(real, 'dicom2nifti'));
    const { cache, index } = await cached(project);
    let compared = 0;
    for (const { series, range, tried } of index.series.values()) {
      const paths = new Set(cache.samples.filter(({ seriesId }) => seriesId === series).map(({ path }) => path));
      // Those that are compared in full: what takes seconds to decode is not.
      if (range === null || tried.length > 64 || paths.size > 64 || compared >= 12) continue;
      const values: Float32Array[] = [];
      for (const path of paths) {
        const source = await openImage(readFileSync(path), path);
        for (let frame = 0; frame < source.header.numberOfFrames; frame++)
          values.push(modalityFrame(await source.readFrame(frame), 0));
      }
      const all = new Float32Array(values.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const frame of values) {
        all.set(frame, at);
        at += frame.length;
      }
      const exact = percentilesOf(all);
      const span = exact.high - exact.low;
      expect(Math.abs(range[0] - exact.low) / span, `series ${series}`).toBeLessThan(0.05);
      expect(Math.abs(range[1] - exact.high) / span, `series ${series}`).toBeLessThan(0.1);
      compared++;
    }
    expect(compared).toBeGreaterThan(5);
    project.close();
  });
});
