/** @file From imported files to batches: the pixel cache of a real project, its threads, its crashes. */

import { spawnSync } from 'node:child_process';
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
import { encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PretextError } from '../../src-main/base/errors.js';
import { type JobControl, type Progress, silentJob } from '../../src-main/base/jobs.js';
import { dataFacts } from '../../src-main/catalogue/facts.js';
import { importFolders } from '../../src-main/catalogue/import.js';
import { Project } from '../../src-main/catalogue/project.js';
import { DecodePool } from '../../src-main/dicom/decode-pool.js';
import { ensurePixelCache, type PixelCache } from '../../src-main/pixels/cache.js';
import { BatchLoader } from '../../src-main/pixels/loader.js';
import { contrastiveRecipe } from '../../src-main/pixels/recipes.js';
import { PixelRecords } from '../../src-main/pixels/records.js';
import { cacheSideFor } from '../../src-main/pixels/side.js';

const images = 150;
const side = 64;
let folder = '';
let scans = '';

function picture(seed: number): Uint8Array {
  const [width, height] = [70 + (seed % 5), 60];
  const data = Uint8Array.from({ length: width * height }, (_, i) => (i * (seed + 3) + (i >> 6) * 5) % 256);
  return encode({ width, height, data, channels: 1, depth: 8 });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pretext-pixels-'));
  scans = join(folder, 'scans');
  mkdirSync(scans);
  for (let i = 0; i < images; i++) writeFileSync(join(scans, `${String(i).padStart(4, '0')}.png`), picture(i));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function newProject(name: string): Promise<Project> {
  const project = Project.open(join(folder, name), { create: true });
  await importFolders(project, [scans], silentJob());
  return project;
}

async function failureOf(promise: Promise<unknown>): Promise<PretextError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PretextError)) throw new Error(`expected a PretextError, got ${String(error)}`);
  return error;
}

function pixelsOf(cache: PixelCache): Map<string, string> {
  const records = new PixelRecords(cache.file, cache.side);
  const target = new Uint16Array(cache.side ** 2);
  const all = cache.samples.map(({ path, frame, slot }) => {
    records.read(slot, target);
    return [`${path}#${frame}`, Buffer.from(target.buffer).toString('base64')] as const;
  });
  records.close();
  return new Map(all);
}

/** Cancels as soon as `count` images are done. */
function cancelAfter(count: number): JobControl {
  const controller = new AbortController();
  const onProgress = ({ done }: Progress) => {
    if (done >= count) controller.abort();
  };
  return { signal: controller.signal, onProgress };
}

describe('ensurePixelCache', () => {
  it('holds the normalised frames of every image, and does nothing the second time', async () => {
    const project = await newProject('whole');
    const seen: Progress[] = [];
    const control: JobControl = { signal: new AbortController().signal, onProgress: (p) => void seen.push(p) };
    const cache = await ensurePixelCache(project, side, control);
    expect(cache.samples).toHaveLength(images);
    expect(cache.skipped).toEqual([]);
    expect(seen.at(-1)).toMatchObject({ done: images, total: images });

    const pixels = pixelsOf(cache);
    const pool = new DecodePool({ workers: 1 });
    for (const { path } of cache.samples.filter((_, i) => i % 30 === 0)) {
      const result = await pool.normalise(path, side);
      if (!result.ok) throw new Error(result.reason);
      expect(pixels.get(`${path}#0`)).toBe(Buffer.from(result.frames[0]!.buffer).toString('base64'));
    }
    await pool.close();

    const before = statSync(cache.file);
    seen.length = 0;
    expect(await ensurePixelCache(project, side, control)).toEqual(cache);
    expect(seen).toEqual([]);
    expect(statSync(cache.file).mtimeMs).toBe(before.mtimeMs);
    const few = await ensurePixelCache(project, side, control, { imageIds: [cache.samples[3]!.imageId] });
    expect(few.samples).toEqual([cache.samples[3]]);
    project.close();
  });

  it('lists what cannot be decoded, goes on, and tries again when the file changes', async () => {
    const project = await newProject('broken');
    const victim = join(scans, '0007.png');
    const good = readFileSync(victim);
    writeFileSync(victim, good.subarray(0, good.length >> 1));
    try {
      const cache = await ensurePixelCache(project, side, silentJob());
      expect(cache.samples).toHaveLength(images - 1);
      expect(cache.skipped.map(({ path }) => path)).toEqual([victim]);
      expect(cache.skipped[0]!.reason.length).toBeGreaterThan(5);
      // Refused by its pixels alone, it is listed as any file that is refused, and no plan counts it.
      expect(project.catalogue.skippedFiles()).toEqual(cache.skipped);
      expect(project.catalogue.skippedReasons()).toEqual([{ reason: cache.skipped[0]!.reason, files: 1 }]);
      expect(dataFacts(project, null)).toMatchObject({ frames: images - 1, leftOut: 1 });
      const seen: Progress[] = [];
      const control: JobControl = { signal: new AbortController().signal, onProgress: (p) => void seen.push(p) };
      expect((await ensurePixelCache(project, side, control)).skipped).toHaveLength(1);
      expect(seen).toEqual([]);
    } finally {
      writeFileSync(victim, good);
    }
    const cache = await ensurePixelCache(project, side, silentJob());
    expect([cache.samples.length, cache.skipped.length]).toEqual([images, 0]);
    expect(project.catalogue.skippedFiles()).toEqual([]);
    expect(dataFacts(project, null)).toMatchObject({ frames: images, leftOut: 0 });
    project.close();
  });

  it('prepares pixels as an older model saw them, in a cache of their own, and refuses what it does not know', async () => {
    const project = await newProject('older');
    const today = await ensurePixelCache(project, side, silentJob());
    const older = await ensurePixelCache(project, side, silentJob(), {}, 1);
    expect(older.file).not.toBe(today.file);
    expect(older.samples).toHaveLength(images);
    const error = await failureOf(ensurePixelCache(project, side, silentJob(), {}, 99));
    expect(error.code).toBe('bad-file');
    expect(error.message).toContain('version 99');
    project.close();
  });

  it('stops when asked and goes on later', async () => {
    const project = await newProject('cancelled');
    expect((await failureOf(ensurePixelCache(project, side, cancelAfter(1)))).code).toBe('cancelled');
    const totals: (number | null)[] = [];
    const control = { signal: new AbortController().signal, onProgress: (p: Progress) => void totals.push(p.total) };
    const cache = await ensurePixelCache(project, side, control);
    expect(cache.samples).toHaveLength(images);
    expect(totals[0]).toBeLessThan(images);
    project.close();
  });

  const canLimit = spawnSync('prlimit', ['--version']).status === 0;
  it.skipIf(!canLimit)('says that the disk is full, keeps what it has, and goes on when there is space', async () => {
    const project = await newProject('full');
    const limit = (bytes: string) =>
      spawnSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]).status === 0;
    // The operating system refuses to let any file of this process grow over the size of 100 records.
    expect(limit(String(100 * side * side * 2))).toBe(true);
    let error: PretextError;
    try {
      error = await failureOf(ensurePixelCache(project, side, silentJob()));
    } finally {
      limit('unlimited');
    }
    expect(error.code).toBe('disk-full');
    const totals: (number | null)[] = [];
    const control = { signal: new AbortController().signal, onProgress: (p: Progress) => void totals.push(p.total) };
    const cache = await ensurePixelCache(project, side, control);
    // What was committed before the disk was full is kept: at least one commit, whether by number or by time.
    expect(totals[0]).toBeLessThan(images);
    expect(totals[0]).toBeGreaterThanOrEqual(images - 100);
    const other = await newProject('not-full');
    expect(pixelsOf(cache)).toEqual(pixelsOf(await ensurePixelCache(other, side, silentJob())));
    project.close();
    other.close();
  });

  it('refuses a side that no cache has, and a second builder at the same time', async () => {
    const project = await newProject('busy');
    expect((await failureOf(ensurePixelCache(project, 65, silentJob()))).code).toBe('bad-argument');
    const first = ensurePixelCache(project, side, silentJob());
    expect((await failureOf(ensurePixelCache(project, side, silentJob()))).code).toBe('project-busy');
    expect((await first).samples).toHaveLength(images);
    project.close();
  });

  it('feeds the batch loader', async () => {
    const project = await newProject('fed');
    const cache = await ensurePixelCache(project, cacheSideFor(32), silentJob());
    const loader = await BatchLoader.start({
      cache,
      samples: cache.samples.map(({ slot, seriesId, flipAllowed }) => ({ slot, group: seriesId, flipAllowed })),
      imageSize: 32,
      batch: 16,
      views: 2,
      positives: 'series',
      recipe: contrastiveRecipe,
      seed: 1,
      firstStep: 0,
      lastStep: 20,
      workers: 2,
    });
    for (let step = 0; step < 20; step++) {
      const batch = await loader.next();
      expect(batch.step).toBe(step);
      expect(batch.images.every(Number.isFinite)).toBe(true);
      batch.release();
    }
    await loader.close();
    project.close();
  });
});

const real = resolve(process.cwd(), '..', 'shared', 'data', 'series');
const hasReal = existsSync(real);
if (!hasReal) console.warn('skipped: no real series beside the checkout (../shared/data/series)');

describe.skipIf(!hasReal)('real series (skipped where ../shared/data/series is absent)', () => {
  it('caches a series of each folder', async () => {
    const project = Project.open(join(folder, 'real'), { create: true });
    const smallest = readdirSync(real)
      .map((name) => join(real, name))
      .filter((path) => statSync(path).isDirectory())
      .slice(0, 2);
    const { images: known } = await importFolders(project, smallest, silentJob());
    const cache = await ensurePixelCache(project, 96, silentJob());
    expect(new Set(cache.samples.map(({ imageId }) => imageId)).size + cache.skipped.length).toBe(known);
    expect(cache.samples.length).toBeGreaterThan(0);
    const records = new PixelRecords(cache.file, 96);
    const target = new Uint16Array(96 * 96);
    let textured = 0;
    for (const { slot } of cache.samples) {
      records.read(slot, target);
      if (new Set(target).size > 20) textured++;
    }
    records.close();
    expect(textured / cache.samples.length).toBeGreaterThan(0.9);
    project.close();
  });
});
