/** @file Pretraining as a person does it: the plan, the run as it goes, pause and resume, a crash, the comparison. */

import type { ElectronApplication, Page } from '@playwright/test';
import { expect, newProject, openProject, test } from './app.js';
import { preparedProject } from './prepared.js';

async function set(page: Page, name: string, value: string): Promise<void> {
  const field = page.getByTestId(`set-${name}`);
  await field.fill(value);
  await field.blur();
  await expect(page.getByTestId(`plan-${name}`)).toContainText('Your choice.');
}

async function atLeastStep(page: Page, step: number): Promise<void> {
  const curve = page.getByTestId('curve');
  await expect.poll(async () => Number(await curve.getAttribute('data-step'))).toBeGreaterThanOrEqual(step);
}

/** Ends the process that trains, as a driver's crash would. */
async function killTrainer(app: ElectronApplication): Promise<void> {
  const pids = await app.evaluate(({ app: program }) =>
    program.getAppMetrics().flatMap(({ pid, name }) => (name === 'Pretext trainer' ? [pid] : [])),
  );
  expect(pids).toHaveLength(1);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}

test('a run from its plan to its end, paused, crashed and compared', async ({ started, folder }) => {
  const { app, page } = started;
  await openProject(started, (await preparedProject(folder)).project);
  await page.getByTestId('go-pretrain').click();

  const plan = page.getByTestId('plan');
  await expect(plan).toHaveAttribute('data-ready', 'true', { timeout: 60_000 });
  await expect(page.getByTestId('plan-split')).toContainText('test images stay unseen');
  await page.getByTestId('advanced').click();
  // Two threads that wait for each other crawl where other work keeps the processors busy.
  await page.getByTestId('set-threads').fill('1');
  await page.getByTestId('set-threads').blur();
  await set(page, 'depth', '2');
  await set(page, 'imageSize', '48');
  await page.getByTestId('set-patchSize').fill('5');
  await page.getByTestId('set-patchSize').blur();
  await expect(page.getByTestId('plan-patchSize')).toContainText('Has to divide 48');
  await expect(page.getByTestId('start')).toBeDisabled();
  await set(page, 'patchSize', '12');
  await set(page, 'epochs', '40');
  await expect(page.getByTestId('estimate')).toHaveAttribute('data-known', 'true', { timeout: 30_000 });
  await expect(page.getByTestId('expected-time')).toContainText('about');
  await page.getByTestId('start').click();

  const run = page.getByTestId('run');
  await expect(run).toHaveAttribute('data-state', 'running', { timeout: 60_000 });
  await expect(page.getByTestId('pictures')).toHaveAttribute('data-name', 'step-000000000');
  await atLeastStep(page, 5);
  await page.getByTestId('pause').click();
  await expect(run).toHaveAttribute('data-state', 'paused');

  // The run goes on while another screen is shown.
  await page.getByTestId('resume').click();
  await expect(run).toHaveAttribute('data-state', 'running');
  await page.getByTestId('go-import').click();
  await page.getByTestId('go-pretrain').click();
  const paused = Number(await page.getByTestId('curve').getAttribute('data-step'));
  await atLeastStep(page, paused + 3);

  await killTrainer(app);
  await expect(run).toHaveAttribute('data-state', 'failed');
  await expect(run.getByTestId('error')).toContainText('training process ended unexpectedly');
  await page.getByTestId('resume').click();
  await expect(run).toHaveAttribute('data-state', 'finished', { timeout: 60_000 });
  await expect(page.getByTestId('pictures')).toHaveAttribute('data-name', 'step-000000200');
  await expect(page.getByTestId('figure-epoch')).toHaveText('40 of 40');
  await page.getByTestId('pictures-slider').press('Home');
  await expect(page.getByTestId('pictures-step')).toHaveText('Before learning');

  const history = page.getByTestId('history');
  const note = history.getByRole('textbox').first();
  await note.fill('smallest settings');
  await note.blur();
  await history.getByRole('checkbox').nth(0).check();
  await history.getByRole('checkbox').nth(1).check();
  const compare = page.getByTestId('compare');
  await expect(compare.locator('path.line')).not.toHaveCount(0);
  await expect(compare.getByTestId('difference').filter({ hasText: 'Image size' })).toContainText(['48 x 48 px']);
  await page.getByTestId('go-import').click();
  await page.getByTestId('go-pretrain').click();
  await expect(history.getByRole('textbox').first()).toHaveValue('smallest settings');
  await page.getByTestId('next-label').click();
  await expect(page.getByTestId('screen')).toHaveAttribute('data-screen', 'label');
});

test('without images it says so and leads to the import', async ({ started, folder }) => {
  const { page } = started;
  await newProject(started, `${folder}/empty`);
  await page.getByTestId('go-pretrain').click();
  await expect(page.getByTestId('empty')).toContainText('No images yet');
  await page.getByTestId('empty').getByRole('button').click();
  await expect(page.getByTestId('screen')).toHaveAttribute('data-screen', 'import');
});
