/**
 * @file The program, its trainer and its page killed at random moments while a person labels and a run trains: nothing
 * is lost, and the run ends with the losses of one that was never disturbed. PRETEXT_WINDOW_KILLS sets how often.
 */

import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { Random } from '../../src-main/base/random.js';
import { Project } from '../../src-main/catalogue/project.js';
import { classCounts } from '../../src-main/catalogue/queries.js';
import { getTask } from '../../src-main/catalogue/tasks.js';
import { lossCurve, readEvents } from '../../src-main/training/events.js';
import { readRun, runPaths } from '../../src-main/training/run-store.js';
import { resultOf } from '../helpers/command-line.js';
import { end, expect, launch, openProject, type Started, test } from './app.js';
import { preparedProject } from './prepared.js';

const KILLS = Number(process.env.PRETEXT_WINDOW_KILLS ?? 3);
const SETTINGS = { depth: 1, imageSize: 32, patchSize: 16, epochs: 60 };
const VICTIMS = ['trainer', 'main', 'window'] as const;

async function startRun(page: Page): Promise<void> {
  await page.getByTestId('go-pretrain').click();
  await expect(page.getByTestId('plan')).toHaveAttribute('data-ready', 'true', { timeout: 60_000 });
  await page.getByTestId('advanced').click();
  await page.getByTestId('set-method').selectOption('inpainting');
  for (const [name, value] of Object.entries(SETTINGS)) {
    await page.getByTestId(`set-${name}`).fill(String(value));
    await page.getByTestId(`set-${name}`).blur();
  }
  await page.getByTestId('start').click();
}

/** Opens the disturbed run and goes on with it, where it does not run already. */
async function goOn(page: Page): Promise<void> {
  await page.getByTestId('go-pretrain').click();
  const run = page.getByTestId('run');
  if ((await run.count()) === 0) await page.getByTestId('history-run').first().getByTestId('open-run').click();
  await expect(run).toBeVisible();
  const state = await run.getAttribute('data-state');
  if (state !== 'running' && state !== 'finished') await page.getByTestId('resume').click();
}

async function labelOne(page: Page): Promise<void> {
  await page.getByTestId('go-label').click();
  const image = page.getByTestId('labelled-image');
  await expect(image).toBeVisible();
  const before = await image.getAttribute('data-image');
  await page.keyboard.press('1');
  // The next picture comes when the label is on the disk.
  await expect(image).not.toHaveAttribute('data-image', before ?? '');
}

async function kill({ app, page }: Started, victim: (typeof VICTIMS)[number]): Promise<void> {
  if (victim === 'main') {
    const gone = new Promise((done) => app.process().once('exit', done));
    app.process().kill('SIGKILL');
    await gone;
    return;
  }
  if (victim === 'window') {
    const crashed = new Promise((done) => page.once('crash', done));
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer());
    await crashed;
    return;
  }
  const pids = await app.evaluate(({ app: program }) =>
    program.getAppMetrics().flatMap(({ pid, name }) => (name === 'Pretext trainer' ? [pid] : [])),
  );
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}

test(`${KILLS} kills at random moments lose nothing`, async ({ folder }) => {
  test.setTimeout(120_000 + KILLS * 60_000);
  const home = join(folder, 'home');
  const { project: path } = await preparedProject(folder);
  const random = new Random(20);
  let started = await launch(home);
  await openProject(started, path);
  await started.page.getByTestId('go-label').click();
  await started.page.getByTestId('new-task').click();
  await started.page.getByTestId('task-name').fill('killed');
  await started.page.getByTestId('save-task').click();
  let labels = 0;
  await startRun(started.page);
  for (let index = 0; index < KILLS; index++) {
    const victim = VICTIMS[index % VICTIMS.length] ?? 'main';
    await labelOne(started.page);
    labels++;
    await goOn(started.page);
    await started.page.waitForTimeout(random.uniform(0, 3000));
    await kill(started, victim);
    if (victim === 'trainer') continue;
    if (victim === 'window') await end(started);
    started = await launch(home);
    await expect(started.page.getByTestId('project')).toContainText('60 patients');
    await started.page.getByTestId('go-label').click();
    await started.page.getByTestId('task').selectOption('killed');
  }
  await goOn(started.page);
  await expect(started.page.getByTestId('run')).toHaveAttribute('data-state', 'finished', { timeout: 120_000 });
  const id = (await started.page.getByTestId('run').getAttribute('data-run')) ?? '';
  await end(started);

  const project = Project.open(path);
  try {
    expect(project.catalogue.check()).toEqual([]);
    expect(classCounts(project, getTask(project, 'killed')).reduce((sum, count) => sum + count, 0)).toBe(labels);
    const config = readRun(project, id);
    const shape = ['--backbone', config.backbone, '--depth', String(config.vit.depth)];
    const size = ['--image-size', String(config.vit.imageSize), '--patch-size', String(config.vit.patchSize)];
    const course = ['--epochs', String(config.epochs), '--batch', String(config.batch), '--seed', String(config.seed)];
    const rate = ['--learning-rate', String(config.learningRate), '--threads', String(config.threads)];
    const split = config.split === null ? [] : ['--split', config.split];
    const words = ['pretrain', '--project', path, '--method', 'inpainting', '--device', 'cpu'];
    const { run } = await resultOf(...words, ...shape, ...size, ...course, ...rate, ...split);
    const losses = (name: string) => lossCurve(readEvents(runPaths(project, name).events));
    expect(losses(id)).toEqual(losses(String(run)));
  } finally {
    project.close();
  }
});
