/** @file Every screen and what opens in it, dark and light, wide and narrow: axe-core has nothing to complain of (WCAG 2.2 AA). */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import { silentJob } from '../../src-main/base/jobs.js';
import { writeSampleStudy } from '../../src-main/sample/study.js';
import { answerDialogs, expect, newProject, openProject, type Started, test } from './app.js';
import { preparedProject } from './prepared.js';

const axe = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');
const SCREENS = ['start', 'import', 'explore', 'pretrain', 'label', 'finetune', 'results', 'predict', 'settings'];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe-core finds wrong on the page as it is now: rule and element. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations: found, passes } = await page.evaluate(
    (tags) =>
      (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
        runOnly: { type: 'tag', values: tags },
      }),
    RULES,
  );
  expect(passes.length, 'rules that had something to check').toBeGreaterThan(10);
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
  );
}

/** What was found wrong, by state of the window. */
type Found = Record<string, string[]>;

async function look(page: Page, state: string, found: Found): Promise<void> {
  const wrong = await violations(page);
  if (wrong.length > 0) found[state] = wrong;
}

async function go(page: Page, screen: string): Promise<void> {
  await page.getByTestId(`go-${screen}`).click();
  await expect(page.getByTestId('screen')).toHaveAttribute('data-screen', screen);
}

async function lookAtScreens(page: Page, state: string, found: Found): Promise<void> {
  for (const screen of SCREENS) {
    await go(page, screen);
    // What a screen loads when it opens.
    await page.waitForTimeout(500);
    await look(page, `${screen}, ${state}`, found);
  }
}

async function lookAtExplore(page: Page, found: Found): Promise<void> {
  await go(page, 'explore');
  const grid = page.getByTestId('grid');
  await expect(grid.locator('canvas').first()).toBeVisible();
  await grid.getByRole('option').first().click();
  await expect(page.getByTestId('viewer-picture')).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 });
  await expect(page.getByTestId('tags').getByRole('row').nth(3)).toBeVisible();
  await look(page, 'image with its tags', found);
  await page.keyboard.press('Escape');
  await page.getByRole('radiogroup', { name: 'How the images are shown' }).getByText('Map').click();
  if (await page.getByTestId('map-compute').isVisible()) await page.getByTestId('map-compute').click();
  const map = page.getByTestId('map');
  await expect(map).toHaveAttribute('data-points', '240', { timeout: 120_000 });
  await map.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('n');
  await expect(page.getByTestId('map-selected')).toHaveText('20 selected');
  await look(page, 'map with a choice', found);
  await page.getByRole('radiogroup', { name: 'How the images are shown' }).getByText('Images').click();
}

async function lookAtPretrain(page: Page, found: Found): Promise<void> {
  await go(page, 'pretrain');
  await expect(page.getByTestId('plan')).toHaveAttribute('data-ready', 'true', { timeout: 60_000 });
  await page.getByTestId('advanced').click();
  await page.getByTestId('set-patchSize').fill('5');
  await page.getByTestId('set-patchSize').blur();
  await expect(page.getByTestId('plan-patchSize')).toContainText('Has to divide');
  await look(page, 'plan with a problem', found);
  await page.getByTestId('suggested').click();
  await page.getByTestId('history-run').first().getByRole('button').click();
  await expect(page.getByTestId('run')).toHaveAttribute('data-state', 'finished');
  await expect(page.getByTestId('pictures')).toBeVisible();
  for (const run of [0, 1]) await page.getByTestId('history').getByRole('checkbox').nth(run).check();
  await expect(page.getByTestId('compare').locator('path.line')).not.toHaveCount(0);
  await look(page, 'finished run and a comparison', found);
}

async function lookAtLabel(page: Page, found: Found): Promise<void> {
  await go(page, 'label');
  await page.getByTestId('source').selectOption({ label: 'All images' });
  await expect(page.getByTestId('labelled-image')).toBeVisible();
  await expect(page.getByTestId('viewer-picture')).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 });
  await look(page, 'label, one by one', found);
  await page.keyboard.press('g');
  await expect(page.getByTestId('grid').locator('canvas').first()).toBeVisible();
  await page.keyboard.press('Control+a');
  await look(page, 'label, grid', found);
  await page.getByTestId('new-task').click();
  await page.getByTestId('class-name-1').fill('');
  await look(page, 'dialog of a new task', found);
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await look(page, 'keys of labelling', found);
  await page.keyboard.press('Escape');
}

async function lookAtFinetune(page: Page, found: Found): Promise<void> {
  await go(page, 'finetune');
  for (const step of ['task', 'patients', 'method', 'run']) {
    await expect(page.getByTestId(`step-${step}`)).toBeVisible();
    if (step === 'patients') await page.getByTestId('step-patients').locator('summary').click();
    await look(page, `fine-tune, ${step}`, found);
    if (step !== 'run') await page.getByTestId('next-step').click();
  }
}

async function lookAtResults(page: Page, found: Found): Promise<void> {
  await go(page, 'results');
  await expect(page.getByTestId('headline')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByTestId('efficiency')).toBeVisible();
  await page.getByTestId('operating').getByRole('slider').press('Home');
  const mistake = page.getByTestId('mistakes').getByTestId('heatmap-picture').first();
  await mistake.getByTestId('explain').click();
  await expect(mistake.getByTestId('heatmap')).toBeVisible({ timeout: 60_000 });
  await look(page, 'results with a map', found);
}

async function lookAtPredict({ app, page }: Started, studies: string, found: Found): Promise<void> {
  await answerDialogs(app, [studies]);
  await go(page, 'predict');
  await page.getByTestId('choose-studies').click();
  await expect(page.getByTestId('reading')).toHaveAttribute('data-state', 'done', { timeout: 120_000 });
  await page.getByTestId('row').first().click();
  await expect(page.getByTestId('detail').getByTestId('viewer-picture')).toHaveAttribute('aria-busy', 'false', {
    timeout: 60_000,
  });
  await page.keyboard.press('a');
  await expect(page.getByTestId('progress-of-review')).toContainText('1 of 4');
  await look(page, 'reading with a row open', found);
}

async function setTheme({ app }: Started, theme: 'dark' | 'light'): Promise<void> {
  await app.evaluate(({ nativeTheme }, source) => {
    nativeTheme.themeSource = source;
  }, theme);
}

test('an empty project', async ({ started, folder }) => {
  const found: Found = {};
  await newProject(started, join(folder, 'project'));
  await lookAtScreens(started.page, 'empty', found);
  expect(found).toEqual({});
});

test('a project with work in it, dark: every screen, what opens in it, and a narrow window', async ({
  started,
  folder,
}) => {
  test.setTimeout(600_000);
  const { app, page } = started;
  const found: Found = {};
  const { project } = await preparedProject(folder);
  const studies = join(folder, 'new-studies');
  await writeSampleStudy(studies, { seed: 5, patients: 2, imagesPerPatient: 2 }, silentJob());
  await setTheme(started, 'dark');

  await answerDialogs(app, [join(folder, 'no-project')]);
  await page.getByTestId('open-project').click();
  await expect(page.getByTestId('error')).toBeVisible();
  await look(page, 'notice of an error', found);
  await page.getByTestId('error').getByRole('button', { name: 'Close' }).click();

  await openProject(started, project);
  await lookAtScreens(page, 'dark', found);
  await lookAtExplore(page, found);
  await lookAtPretrain(page, found);
  await lookAtLabel(page, found);
  await lookAtFinetune(page, found);
  await lookAtResults(page, found);
  await lookAtPredict(started, studies, found);

  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setBounds({ width: 900, height: 600 }));
  await expect.poll(() => page.evaluate(() => window.outerWidth)).toBe(900);
  await look(page, 'reading, narrow', found);
  await lookAtScreens(page, 'narrow', found);
  expect(found).toEqual({});
});

test('a project with work in it, light: every screen, an image, labelling', async ({ started, folder }) => {
  test.setTimeout(300_000);
  const { page } = started;
  const found: Found = {};
  const { project } = await preparedProject(folder);
  await setTheme(started, 'light');
  await openProject(started, project);
  await lookAtScreens(page, 'light', found);
  await lookAtPretrain(page, found);
  await lookAtLabel(page, found);
  expect(found).toEqual({});
});
