/**
 * @file Kill -9 of the command line and of its trainer at random moments: the project opens, the run resumes with the
 * losses of an uninterrupted one, no label is lost. PRETEXT_KILLS sets the number of kills (30 for a full check).
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src-main/base/random.js';
import { setLabels } from '../../src-main/catalogue/labels.js';
import { Project } from '../../src-main/catalogue/project.js';
import { labelledImages, samples } from '../../src-main/catalogue/queries.js';
import { readSafetensors } from '../../src-main/exports/safetensors.js';
import { lossCurve, readEvents } from '../../src-main/training/events.js';
import { listRuns, runPaths } from '../../src-main/training/run-store.js';
import {
  ONE_THREAD,
  removeFolder,
  resultOf,
  type Started,
  scratchFolder,
  start,
  TINY,
  tinyStudy,
} from '../helpers/command-line.js';

const KILLS = Number(process.env.PRETEXT_KILLS ?? 6);
const SEED = Number(process.env.PRETEXT_KILL_SEED ?? 1);
const METHODS = ['inpainting', 'contrastive'] as const;
type Method = (typeof METHODS)[number];

const linux = process.platform === 'linux';
if (!linux) console.warn('The kill test finds the trainer through /proc, so it runs on Linux only.');

const folder = scratchFolder();
const projectFolder = join(folder, 'project');
const inProject = ['--project', projectFolder];
const random = new Random(SEED, 0x9111);
/** What every labelled image is labelled as; grows while the test goes on. */
const expected = new Map<number, number>();
/** How many kills hit what, for the report. */
const hits = { both: 0, trainer: 0, 'command line': 0, beforeRun: 0, withRun: 0, tooLate: 0 };

function children(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

async function untilGone(pid: number): Promise<void> {
  // A zombie has ended; where nothing collects orphans it stays in /proc.
  const alive = () => existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  while (alive()) await pause(10);
}

/** Waits for a random moment: of the start, or of the training after some steps. False where the run ended before. */
async function randomMoment({ child, done }: Started): Promise<boolean> {
  let ended = false;
  const finished = done.then(() => {
    ended = true;
  });
  if (random.uniform() < 0.4) {
    await Promise.race([pause(random.uniform(20, 1500)), finished]);
    return !ended;
  }
  let left = 1 + random.below(12);
  const trained = new Promise<void>((reached) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      left -= chunk.toString().split('"event":"step"').length - 1;
      if (left <= 0) reached();
    });
  });
  await Promise.race([trained, finished]);
  await Promise.race([pause(random.uniform(0, 40)), finished]);
  return !ended;
}

/** Starts the command, kills it or its trainer or both. @returns whether it was killed before its end */
async function startAndKill(args: string[]): Promise<boolean> {
  const started = start(args);
  const pid = started.child.pid ?? 0;
  if (!(await randomMoment(started))) {
    hits.tooLate++;
    const { code, stderr } = await started.done;
    expect(code, stderr).toBe(0);
    return false;
  }
  const trainers = children(pid);
  const kind = (['both', 'trainer', 'command line'] as const)[random.below(3)] ?? 'both';
  // The trainer may not have been started yet: then there is only the command line to kill.
  const victims = { both: [pid, ...trainers], trainer: trainers.length > 0 ? trainers : [pid], 'command line': [pid] };
  for (const victim of random.shuffle(victims[kind])) killNow(victim);
  hits[kind]++;
  const { code, stderr } = await started.done;
  if (code !== null) {
    // The command line outlived its trainer: it says what happened and how to go on.
    expect(code).toBe(1);
    expect(stderr).toMatch(/training process ended unexpectedly.*signal SIGKILL/);
    expect(stderr).not.toMatch(/\n\s+at /);
  }
  for (const trainer of trainers) await untilGone(trainer);
  return true;
}

/** Opens the project, compares every label, adds another one. */
function inspect(): string[] {
  const project = Project.open(projectFolder);
  try {
    expect(project.catalogue.check()).toEqual([]);
    const found = new Map(labelledImages(project, 'finding').map((image) => [image.imageId, image.classIndex]));
    expect(found).toEqual(expected);
    const images = samples(project);
    const { imageId } = images[random.below(images.length)] ?? { imageId: 1 };
    const classIndex = random.below(2);
    const className = ['normal', 'finding'][classIndex] ?? 'normal';
    setLabels(project, 'finding', [{ target: { imageId }, className }], 'kill test');
    expected.set(imageId, classIndex);
    return listRuns(project);
  } finally {
    project.close();
  }
}

function pretraining(method: Method): string[] {
  const shape = [...TINY, '--epochs', '8', '--batch', '4', '--seed', '5', ...ONE_THREAD];
  return ['pretrain', ...inProject, '--method', method, ...shape, '--checkpoint-every', '2', '--json'];
}

function resuming(run: string): string[] {
  return ['pretrain', ...inProject, '--resume', run, '--checkpoint-every', '2', '--json'];
}

function outcomeOf(run: string) {
  const project = Project.open(projectFolder);
  try {
    const paths = runPaths(project, run);
    const weights = [...readSafetensors(paths.encoder).tensors].map(([name, { data }]) => [name, data] as const);
    return { losses: lossCurve(readEvents(paths.events)), weights: new Map(weights) };
  } finally {
    project.close();
  }
}

/** Starts a run and kills it again and again until it comes to its end. @returns run and kills */
async function trainUnderFire(method: Method, most: number): Promise<{ run: string; kills: number }> {
  const before = new Set(inspect());
  let run: string | undefined;
  let kills = 0;
  while (kills < most) {
    const args = run === undefined ? pretraining(method) : resuming(run);
    const killed = await startAndKill(args);
    const runs = inspect().filter((id) => !before.has(id));
    run ??= runs[0];
    expect(runs.length).toBeLessThanOrEqual(1);
    if (!killed) return { run: run ?? '', kills };
    kills++;
    if (run === undefined) hits.beforeRun++;
    else hits.withRun++;
  }
  const last = await resultOf(...(run === undefined ? pretraining(method) : resuming(run)).slice(0, -1));
  return { run: String(last.run), kills };
}

describe.skipIf(!linux)(`kill -9, ${KILLS} times (Linux only: the trainer is found through /proc)`, () => {
  beforeAll(async () => {
    const study = join(folder, 'study');
    const { truthCsv } = await tinyStudy(study, 12);
    await resultOf('import', study, ...inProject);
    await resultOf('label', 'create', 'normal', 'finding', ...inProject, '--task', 'finding');
    const columns = ['--id-column', 'sop_instance_uid', '--label-column', 'label'];
    await resultOf('label', 'import', truthCsv, ...inProject, '--task', 'finding', ...columns);
    const project = Project.open(projectFolder);
    for (const { imageId, classIndex } of labelledImages(project, 'finding')) expected.set(imageId, classIndex);
    project.close();
    expect(expected.size).toBe(24);
  }, 60_000);
  afterAll(() => removeFolder(folder));

  it(
    'keeps the project, every label, and the losses of a run that nothing interrupted',
    async () => {
      const runs: { method: Method; run: string }[] = [];
      for (let kills = 0; kills < KILLS; ) {
        const method = METHODS[runs.length % METHODS.length] ?? 'inpainting';
        // At least two runs, one of each method.
        const share = runs.length === 0 ? Math.ceil(KILLS / 2) : KILLS - kills;
        const ended = await trainUnderFire(method, Math.min(share, KILLS - kills));
        kills += ended.kills;
        runs.push({ method, run: ended.run });
      }
      const references = new Map<Method, ReturnType<typeof outcomeOf>>();
      for (const method of METHODS) {
        references.set(method, outcomeOf(String((await resultOf(...pretraining(method).slice(0, -1))).run)));
      }
      for (const { method, run } of runs) {
        const { losses, weights } = outcomeOf(run);
        expect(losses.length).toBe(48);
        expect(losses).toEqual(references.get(method)?.losses);
        expect(weights).toEqual(references.get(method)?.weights);
      }
      expect(new Set(runs.map(({ method }) => method)).size).toBe(KILLS > 1 ? 2 : 1);
      console.info(`${KILLS} kills in ${runs.length} runs: ${JSON.stringify(hits)}`);
    },
    300_000 + KILLS * 60_000,
  );

  it(
    'stores a table of labels whole or not at all',
    async () => {
      const project = Project.open(projectFolder);
      const images = samples(project);
      project.close();
      for (let round = 0; round < Math.max(3, Math.ceil(KILLS / 5)); round++) {
        const task = `round ${round}`;
        const table = join(folder, 'table.csv');
        const rows = images.map(({ path }, index) => `${path},class ${index % 2}`);
        writeFileSync(table, ['path,label', ...rows].join('\n'));
        const columns = ['--task', task, '--id-column', 'path', '--label-column', 'label'];
        const { child, done } = start(['label', 'import', table, ...inProject, ...columns]);
        await Promise.race([pause(random.uniform(50, 400)), done]);
        killNow(child.pid ?? 0);
        const { code } = await done;
        const opened = Project.open(projectFolder);
        const known = opened.catalogue.database.one('SELECT 1 FROM task WHERE name = ?', [task]) !== undefined;
        const stored = known ? labelledImages(opened, task).length : 0;
        opened.close();
        expect(code === 0 ? [images.length] : [0, images.length]).toContain(stored);
      }
      inspect();
    },
    120_000 + KILLS * 10_000,
  );
});
