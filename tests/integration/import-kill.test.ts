/**
 * @file Kill -9 of an import, with the processes that read for it or without, and of the cache that is built from it:
 * the next import completes, every series is there whole or not at all, nothing half-written is used.
 * PRETEXT_IMPORT_KILLS sets the number of kills (50 for a full check).
 */

import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentJob } from '../../src-main/base/jobs.js';
import { Random } from '../../src-main/base/random.js';
import { Project } from '../../src-main/catalogue/project.js';
import { samples } from '../../src-main/catalogue/queries.js';
import { DecodePool } from '../../src-main/dicom/decode-pool.js';
import { ensurePixelCache } from '../../src-main/pixels/cache.js';
import { removeFolder, resultOf, scratchFolder, start, TINY } from '../helpers/command-line.js';
import { dicomBytes } from '../unit/catalogue/support.js';

const KILLS = Number(process.env.PRETEXT_IMPORT_KILLS ?? 5);
const SEED = Number(process.env.PRETEXT_KILL_SEED ?? 1);
const SERIES = 24;
const SLICES = 40;

const linux = process.platform === 'linux';
const folder = scratchFolder();
const study = join(folder, 'study');
const random = new Random(SEED, 0x1a9);

function children(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  // A zombie has ended; where nothing collects orphans it stays in /proc.
  return existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

/** The process and everything it started. */
function family(pid: number): number[] {
  return [pid, ...children(pid).flatMap(family)];
}

/** Starts a command and kills it at a random moment. @returns whether it came to its end before */
async function startAndKill(args: string[], most: number, alone: boolean): Promise<boolean> {
  const { child, done } = start(args);
  const pid = child.pid ?? 0;
  await Promise.race([pause(random.uniform(0.3 * most, most)), done]);
  const all = family(pid);
  for (const one of alone ? [pid] : all) killNow(one);
  const { code } = await done;
  // A reader or trainer whose program was killed ends by itself.
  for (let waited = 0; all.some(isAlive) && waited < 20_000; waited += 20) await pause(20);
  expect(all.filter(isAlive)).toEqual([]);
  return code === 0;
}

/** Checks what a kill left behind: a sound catalogue, series whole or absent, every row with its file. */
function inspect(projectFolder: string): number {
  if (!existsSync(join(projectFolder, 'project.json'))) return 0;
  const project = Project.open(projectFolder);
  try {
    const { database } = project.catalogue;
    expect(project.catalogue.check()).toEqual([]);
    expect(database.all('PRAGMA foreign_key_check')).toEqual([]);
    const series = database.all<{ uid: string; n: number }>(
      'SELECT series.uid, count(image.id) AS n FROM series LEFT JOIN image ON image.series_id = series.id GROUP BY series.id',
    );
    for (const { uid, n } of series) expect([uid, n]).toEqual([uid, SLICES]);
    const counts = database.one<{ files: number; images: number }>(
      'SELECT (SELECT count(*) FROM file WHERE image_id IS NOT NULL) AS files, (SELECT count(*) FROM image) AS images',
    );
    expect(counts?.files).toBe(counts?.images);
    return counts?.images ?? 0;
  } finally {
    project.close();
  }
}

describe.skipIf(!linux)(`kill -9 of an import, ${KILLS} times (Linux only: readers are found through /proc)`, () => {
  beforeAll(() => {
    for (let series = 0; series < SERIES; series++) {
      const inside = join(study, `series-${series}`);
      mkdirSync(inside, { recursive: true });
      for (let slice = 0; slice < SLICES; slice++) {
        const bytes = dicomBytes({
          patientID: `ID-${series % 7}`,
          study: `1.2.${series % 7}`,
          series: `1.2.9.${series}`,
          instance: `1.2.3.${series}.${slice}`,
        });
        writeFileSync(join(inside, `${slice}`), bytes);
      }
    }
  });
  afterAll(() => removeFolder(folder));

  it(
    'leaves whole series, and the next import completes',
    async () => {
      const found: number[] = [];
      const start = performance.now();
      await resultOf('import', study, '--project', join(folder, 'whole'));
      const whole = performance.now() - start;
      for (let kill = 0; kill < KILLS; ) {
        const projectFolder = join(folder, `project-${kill}`);
        const args = ['import', study, '--project', projectFolder];
        // Killed again and again on its way, as a person would who tries again.
        for (let ended = false; !ended && kill < KILLS; kill++) {
          ended = await startAndKill(args, whole, random.below(3) === 0);
          found.push(inspect(projectFolder));
        }
        const last = await resultOf(...args);
        expect(last).toMatchObject({ files: SERIES * SLICES, images: SERIES * SLICES, series: SERIES, skipped: [] });
        expect(inspect(projectFolder)).toBe(SERIES * SLICES);
        if (kill < KILLS) rmSync(projectFolder, { recursive: true });
      }
      console.info(`${KILLS} kills; images found after each: ${found.join(' ')}`);
    },
    60_000 + KILLS * 20_000,
  );

  it(
    'uses no half-written pixel cache',
    async () => {
      const projectFolder = join(folder, 'cached');
      await resultOf('import', study, '--project', projectFolder);
      // Building the cache is the first that a run does.
      const args = ['pretrain', '--project', projectFolder, ...TINY, '--epochs', '1', '--device', 'cpu'];
      for (let kill = 0; kill < Math.ceil(KILLS / 5); kill++) await startAndKill(args, 3000, random.below(3) === 0);
      const project = Project.open(projectFolder);
      const pool = new DecodePool({ workers: 1 });
      try {
        const cache = await ensurePixelCache(project, 64, silentJob());
        expect(cache.skipped).toEqual([]);
        expect(cache.samples.length).toBe(samples(project).length);
        const file = openSync(cache.file, 'r');
        for (const sample of cache.samples) {
          const record = new Uint16Array(cache.side ** 2);
          readSync(file, record, 0, record.byteLength, sample.slot * record.byteLength);
          const fresh = await pool.normalise(sample.path, cache.side);
          expect(fresh.ok && Buffer.compare(Buffer.from(record.buffer), bufferOf(fresh.frames[sample.frame]))).toBe(0);
        }
        closeSync(file);
      } finally {
        await pool.close();
        project.close();
      }
    },
    120_000 + KILLS * 10_000,
  );
});

function bufferOf(values: Uint16Array | undefined): Buffer {
  return values === undefined ? Buffer.alloc(0) : Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
