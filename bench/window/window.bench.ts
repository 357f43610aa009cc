/**
 * @file Budgets of the window with 50,000 images: start, scrolling, clicks while training runs, memory.
 *
 * PRETEXT_BENCH_IMAGES (50000), PRETEXT_BENCH_MINUTES (5: how long scrolling and training go on for the memory figure)
 * and PRETEXT_BENCH_CSV (bench/results/window-<processor>.csv) change what is measured and where it goes.
 */

import { appendFileSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { cacheSideFor } from '../../src-main/pixels/side.js';
import { end, launch, openProject, type Started } from '../../tests/e2e/app.js';
import { makeLargeProject } from './large-project.js';

const IMAGES = Number(process.env.PRETEXT_BENCH_IMAGES ?? 50_000);
const MINUTES = Number(process.env.PRETEXT_BENCH_MINUTES ?? 5);
/** Of the run that goes on meanwhile: the size that a small computer is offered. */
const IMAGE_SIZE = 64;
/** Pictures that the project comes with: the grid's, and those of the run. */
const SIDES = [128, cacheSideFor(IMAGE_SIZE)];
const ROUNDS = 5;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** The longest time that the window's thread was blocked while `act` went on, and how often longer than 50 ms. */
async function blocking(page: Page, act: () => Promise<void>): Promise<{ longest: number; over50: number }> {
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(window, { blockedFor: seen });
    new PerformanceObserver((list) => seen.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    });
  });
  await act();
  const seen = await page.evaluate(() => (window as unknown as { blockedFor: number[] }).blockedFor);
  return { longest: Math.max(0, ...seen), over50: seen.length };
}

/** Scrolls the grid by the wheel for `seconds`, then back to the top. */
async function scroll(page: Page, seconds: number): Promise<void> {
  const grid = page.getByTestId('grid');
  const box = await grid.boundingBox();
  if (box === null) throw new Error('there is no grid');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const until = Date.now() + 1000 * seconds;
  while (Date.now() < until) {
    await page.mouse.wheel(0, 900);
    await page.waitForTimeout(30);
  }
}

/** Milliseconds from a click on a step to the first frame in which its screen is there. */
async function clickTime(page: Page, step: string): Promise<number> {
  return page.evaluate(async (name) => {
    const button = document.querySelector<HTMLButtonElement>(`[data-testid="go-${name}"]`);
    const screen = document.querySelector('[data-testid="screen"]');
    if (button === null || screen === null) throw new Error(`there is no step ${name}`);
    const started = performance.now();
    button.click();
    while (screen.getAttribute('data-screen') !== name) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - started;
  }, step);
}

/** Bytes of memory of the window's process. */
async function windowBytes({ app }: Started): Promise<number> {
  const kilobytes = await app.evaluate(({ app: program }) =>
    Math.max(
      ...program
        .getAppMetrics()
        .filter(({ type }) => type === 'Tab')
        .map(({ memory }) => memory.workingSetSize),
    ),
  );
  return 1024 * kilobytes;
}

test('budgets', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pretext-bench-'));
  const { bavail, bsize } = statfsSync(folder);
  expect(bavail * bsize, 'free bytes').toBeGreaterThan(
    2 * IMAGES * SIDES.reduce((sum, side) => sum + side * side * 2, 0),
  );
  const project = join(folder, 'project');
  const home = join(folder, 'home');
  const rows: [string, number, string][] = [];
  const measured = (figure: string, value: number, budget: string) => {
    rows.push([figure, value, budget]);
    process.stdout.write(`${figure}: ${value.toFixed(1)} (budget ${budget})\n`);
  };
  try {
    makeLargeProject(project, IMAGES, SIDES);
    const first = await launch(home);
    await openProject(first, project);
    await end(first);

    const starts: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const began = performance.now();
      const started = await launch(home);
      await expect(started.page.getByTestId('grid').getByRole('option').first()).toBeVisible();
      starts.push(performance.now() - began);
      await end(started);
    }
    measured('launch to the grid of the last project, ms (median)', median(starts), '2000');

    const started = await launch(home);
    const { page } = started;
    await expect(page.getByTestId('grid').getByRole('option').first()).toBeVisible();
    const scrolled = await blocking(page, () => scroll(page, 20));
    measured('longest block while scrolling, ms', scrolled.longest, '50');
    measured('blocks over 50 ms while scrolling', scrolled.over50, '0');

    // A real run on all the images, in the trainer process, as the user would start it.
    await page.getByTestId('go-pretrain').click();
    await expect(page.getByTestId('plan')).toHaveAttribute('data-ready', 'true', { timeout: 120_000 });
    await page.getByTestId('advanced').click();
    await page.getByTestId('set-imageSize').fill(String(IMAGE_SIZE));
    await page.getByTestId('set-imageSize').blur();
    await expect(page.getByTestId('start')).toBeEnabled({ timeout: 60_000 });
    await page.getByTestId('start').click();
    const step = async () => Number(await page.getByTestId('curve').getAttribute('data-step', { timeout: 60_000 }));
    await expect.poll(step, { timeout: 120_000 }).toBeGreaterThan(0);
    const before = await step();
    const clicks: number[] = [];
    for (let round = 0; round < 10; round++) {
      for (const step of ['explore', 'label', 'finetune', 'results', 'pretrain', 'import']) {
        clicks.push(await clickTime(page, step));
        await page.waitForTimeout(300);
      }
    }
    measured('click to screen while training, ms (median)', median(clicks), '100');
    measured('click to screen while training, ms (longest)', Math.max(...clicks), '100');

    // Without training the figures would say nothing.
    await page.getByTestId('go-pretrain').click();
    await expect.poll(step, { timeout: 120_000 }).toBeGreaterThan(before);

    await page.getByTestId('go-explore').click();
    const busy = await blocking(page, () => scroll(page, 60 * MINUTES));
    measured(`longest block while scrolling and training for ${MINUTES} min, ms`, busy.longest, '50');
    measured(`memory of the window after ${MINUTES} min of both, MB`, (await windowBytes(started)) / 2 ** 20, '600');
    await page.getByTestId('go-pretrain').click();
    await expect(page.getByTestId('run')).toHaveAttribute('data-state', 'running');
    await end(started);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const processor = `${availableParallelism()}core-${(cpus()[0]?.model ?? 'unknown')
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')}`;
  const file = process.env.PRETEXT_BENCH_CSV ?? join('bench', 'results', `window-${processor}.csv`);
  if (!existsSync(file)) appendFileSync(file, 'date,images,figure,value,budget\n');
  const date = new Date().toISOString().slice(0, 10);
  for (const [figure, value, budget] of rows) {
    appendFileSync(file, `${date},${IMAGES},"${figure}",${value.toFixed(1)},${budget}\n`);
  }
});
