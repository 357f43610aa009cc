/** @file The batch loader with its real threads, on cache files written here. */

import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PretextError } from '../../../src-main/base/errors.js';
import { Random } from '../../../src-main/base/random.js';
import { augment } from '../../../src-main/pixels/augment.js';
import { readEvaluationImages } from '../../../src-main/pixels/evaluation.js';
import { BatchLoader, type LoaderPlan } from '../../../src-main/pixels/loader.js';
import { contrastiveRecipe, evaluationRecipe } from '../../../src-main/pixels/recipes.js';

const side = 24;
const count = 30;
let folder = '';
let file = '';

function record(slot: number): Uint16Array {
  const random = new Random(slot, 99);
  return Uint16Array.from({ length: side * side }, () => random.below(65536));
}

function writeCache(path: string): void {
  writeFileSync(path, Buffer.concat(Array.from({ length: count }, (_, slot) => Buffer.from(record(slot).buffer))));
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pretext-loader-'));
  file = join(folder, 'cache.u16');
  writeCache(file);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function planWith(changes: Partial<LoaderPlan> = {}): LoaderPlan {
  // Slots in another order than samples, so that mixing them up shows.
  const samples = Array.from({ length: count }, (_, i) => ({
    slot: count - 1 - i,
    group: i % 4,
    flipAllowed: i % 3 > 0,
  }));
  return {
    cache: { file, side },
    samples,
    imageSize: 16,
    batch: 8,
    views: 2,
    positives: 'series',
    recipe: contrastiveRecipe,
    seed: 11,
    firstStep: 0,
    lastStep: null,
    workers: 1,
    ...changes,
  };
}

interface Taken {
  step: number;
  images: Float32Array;
  sampleIndex: Int32Array;
}

async function take(plan: LoaderPlan, batches: number): Promise<Taken[]> {
  const loader = await BatchLoader.start(plan);
  const taken: Taken[] = [];
  try {
    for (let i = 0; i < batches; i++) {
      const { step, images, sampleIndex, release } = await loader.next();
      taken.push({ step, images: images.slice(), sampleIndex });
      release();
    }
  } finally {
    await loader.close();
  }
  return taken;
}

async function failureOf(promise: Promise<unknown>): Promise<PretextError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PretextError)) throw new Error(`expected a PretextError, got ${String(error)}`);
  return error;
}

describe('BatchLoader', () => {
  it('gives the same bits with 1 and with 3 threads', async () => {
    const one = await take(planWith({ workers: 1 }), 12);
    const three = await take(planWith({ workers: 3 }), 12);
    expect(three).toEqual(one);
    expect(one.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(one[0]!.images.some((value) => value !== 0)).toBe(true);
  });

  it('starts at any step with the batch an uninterrupted run has there', async () => {
    const whole = await take(planWith(), 9);
    const resumed = await take(planWith({ firstStep: 7, workers: 2 }), 2);
    expect(resumed).toEqual(whole.slice(7));
  });

  it('lays out views and names anchors', async () => {
    const plan = planWith({ positives: 'image', recipe: evaluationRecipe });
    const [batch] = await take(plan, 1);
    const pixels = 16 * 16;
    expect(batch!.images).toHaveLength(2 * 8 * pixels);
    batch!.sampleIndex.forEach((sample, i) => {
      const expected = new Float32Array(pixels);
      augment(record(plan.samples[sample]!.slot), side, expected, 16, evaluationRecipe, new Random(0), false);
      expect(batch!.images.slice(i * pixels, (i + 1) * pixels)).toEqual(expected);
      expect(batch!.images.slice((8 + i) * pixels, (9 + i) * pixels)).toEqual(expected);
    });
  });

  it('hands memory that a native engine accepts and that stays as it is until released', async () => {
    const loader = await BatchLoader.start(planWith());
    const first = await loader.next();
    const kept = first.images.slice();
    for (let i = 0; i < 8; i++) (await loader.next()).release();
    expect(first.images.buffer).toBeInstanceOf(ArrayBuffer);
    expect(first.images).toEqual(kept);
    await loader.close();
  });

  it('serves several waiting calls in order', async () => {
    const loader = await BatchLoader.start(planWith({ workers: 3 }));
    const batches = await Promise.all(Array.from({ length: 10 }, () => loader.next()));
    expect(batches.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await loader.close();
  });

  it('ends before the last step', async () => {
    const loader = await BatchLoader.start(planWith({ firstStep: 3, lastStep: 5 }));
    expect((await loader.next()).step).toBe(3);
    expect((await loader.next()).step).toBe(4);
    expect((await failureOf(loader.next())).message).toContain('step 5');
    await loader.close();
  });

  it('fills a batch from fewer samples than it holds', async () => {
    const plan = planWith({ batch: 64, views: 1 });
    const [batch] = await take(plan, 1);
    expect(new Set(batch!.sampleIndex).size).toBe(count);
  });

  it('refuses an empty set and a missing cache with a reason', async () => {
    expect((await failureOf(BatchLoader.start(planWith({ samples: [] })))).code).toBe('bad-argument');
    const missing = join(folder, 'missing.u16');
    const error = await failureOf(BatchLoader.start(planWith({ cache: { file: missing, side } })));
    expect([error.code, error.path]).toEqual(['unreadable', missing]);
  });

  it('reports a cache that was cut short, to all who wait and to later calls', async () => {
    const short = join(folder, 'short.u16');
    writeCache(short);
    truncateSync(short, side * side * 2 * 3 + 5);
    const loader = await BatchLoader.start(planWith({ cache: { file: short, side } }));
    const [first, second] = await Promise.all([failureOf(loader.next()), failureOf(loader.next())]);
    expect([first.code, first.path, second.code]).toEqual(['bad-file', short, 'bad-file']);
    expect((await failureOf(loader.next())).code).toBe('bad-file');
    await loader.close();
  });

  it('reports a thread that died, and never hangs', async () => {
    const entries = mkdtempSync(join(folder, 'entries-'));
    writeFileSync(
      join(entries, 'loader-worker.js'),
      `const { parentPort } = require('node:worker_threads');
       parentPort.postMessage({ kind: 'ready' });
       parentPort.on('message', () => process.exit(9));`,
    );
    const before = process.env.PRETEXT_ENTRIES;
    process.env.PRETEXT_ENTRIES = entries;
    try {
      const loader = await BatchLoader.start(planWith());
      expect((await failureOf(loader.next())).message).toContain('exit code 9');
      await loader.close();
    } finally {
      if (before === undefined) delete process.env.PRETEXT_ENTRIES;
      else process.env.PRETEXT_ENTRIES = before;
    }
  });

  it('rejects a waiting call when it is closed', async () => {
    const loader = await BatchLoader.start(planWith({ lastStep: null, batch: 4000 }));
    const waiting = failureOf(loader.next());
    await loader.close();
    expect((await waiting).code).toBe('cancelled');
    expect((await failureOf(loader.next())).code).toBe('cancelled');
  });
});

describe('readEvaluationImages', () => {
  it('reads the slots asked for, in their order', () => {
    const images = readEvaluationImages({ file, side }, [4, 0, 4], 16);
    const expected = new Float32Array(256);
    augment(record(4), side, expected, 16, evaluationRecipe, new Random(0), false);
    expect(images.slice(0, 256)).toEqual(expected);
    expect(images.slice(512)).toEqual(expected);
    expect(images.slice(256, 512)).not.toEqual(expected);
  });
});
