/** @file Fine-tuning as a person does it: four steps to a measured probe, and a refusal that says what is missing. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultOf } from '../helpers/command-line.js';
import { expect, openProject, test } from './app.js';
import { preparedProject, TASK } from './prepared.js';

test('four steps lead to a probe with its baseline, and what was chosen stays', async ({ started, folder }) => {
  const { page } = started;
  const { project } = await preparedProject(folder);
  await openProject(started, project);
  await page.getByTestId('go-finetune').click();
  await expect(page.getByTestId('task')).toHaveValue(TASK);
  await expect(page.getByTestId('classes').getByRole('row')).toHaveCount(3);
  await expect(page.getByTestId('balance')).toContainText('similar numbers');

  // By the keyboard alone from here to the start.
  await page.getByTestId('next-step').press('Enter');
  const picture = page.getByTestId('patients').getByRole('img');
  await expect(picture).toHaveAttribute('aria-label', /Training, finding: 20 patients.*Test, finding: 10 patients/);
  await expect(picture.locator('rect')).toHaveCount(60);
  await page.getByTestId('next-step').press('Enter');
  await expect(page.getByTestId('encoders').getByRole('radio')).toHaveCount(3);
  await page.getByTestId('encoders').getByRole('radio').first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: /Inpainting/ })).toBeChecked();
  await expect(page.getByTestId('baseline')).toContainText('The same training from random weights');
  await page.getByRole('radio', { name: 'All 160' }).focus();
  await page.keyboard.press('ArrowRight');
  const count = page.getByTestId('label-count');
  await count.fill('1');
  await expect(page.getByTestId('next-step')).toBeDisabled();
  await count.fill('20');
  await page.getByTestId('draws').fill('2');
  await expect(page.getByTestId('time-full')).toContainText('about', { timeout: 60_000 });

  await page.getByTestId('go-label').click();
  await page.getByTestId('go-finetune').click();
  await expect(count).toHaveValue('20');
  await page.getByTestId('next-step').press('Enter');
  await expect(page.getByTestId('summary')).toContainText('20 labels, 2 draws');
  await page.getByTestId('start').press('Enter');

  const result = page.getByTestId('result');
  await expect(result).toContainText(/AUC\s*0\.\d{3}\s*95% interval/, { timeout: 60_000 });
  await expect(result).toContainText(/From random weights\s*0\.\d{3}/);
  await expect(result).toContainText('20 labels in each of 2 draws, 80 test images');
  await page.getByTestId('to-results').click();
  await expect(page.getByTestId('screen')).toHaveAttribute('data-screen', 'results');
  const { models } = await resultOf('models', '--project', project);
  expect((models as { labels: number; mode: string }[]).at(-1)).toMatchObject({ labels: 20, mode: 'probe' });
});

test('training of every weight is stopped, and nothing is left of it', async ({ started, folder }) => {
  const { page } = started;
  const { project } = await preparedProject(folder);
  await openProject(started, project);
  await page.getByTestId('go-finetune').click();
  for (let step = 0; step < 2; step++) await page.getByTestId('next-step').click();
  await page.getByTestId('mode-full').check();
  await page.getByTestId('next-step').click();
  await page.getByTestId('start').click();
  const job = page.getByTestId('step-run').getByTestId('job');
  await expect(job).toContainText('draw 1 of 5', { timeout: 60_000 });
  await job.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByTestId('stopped')).toBeVisible({ timeout: 60_000 });
  const { models } = await resultOf('models', '--project', project);
  expect(models).toHaveLength(1);
});

test('labels of one class are refused with the way to more', async ({ started, folder }) => {
  const { page } = started;
  const { project, study } = await preparedProject(folder);
  const [header, ...rows] = readFileSync(join(study, 'truth.csv'), 'utf8').trim().split('\n');
  const table = join(folder, 'one-class.csv');
  writeFileSync(table, [header, ...rows.filter((row) => row.includes('normal')).slice(0, 12)].join('\n'));
  const columns = ['--id-column', 'sop_instance_uid', '--label-column', 'label', '--classes', 'normal, finding'];
  await resultOf('label', 'import', table, '--project', project, '--task', 'single', ...columns);

  await openProject(started, project);
  await page.getByTestId('go-finetune').click();
  await expect(page.getByTestId('task')).toHaveValue('single');
  const problem = page.getByTestId('problem');
  await expect(problem).toContainText('All labels are of one class, normal');
  await expect(problem).toContainText('Label images of at least two classes');
  await expect(page.getByTestId('next-step')).toBeDisabled();
  await page.getByTestId('task').selectOption(TASK);
  await expect(problem).toBeHidden();
  await expect(page.getByTestId('next-step')).toBeEnabled();
  await page.getByTestId('task').selectOption('single');
  await page.getByTestId('to-label').click();
  await expect(page.getByTestId('screen')).toHaveAttribute('data-screen', 'label');
});
