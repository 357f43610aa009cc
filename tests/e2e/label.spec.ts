/** @file Labelling as a person does it, by key alone; restart, tables, suggestions, and what goes wrong. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { resultOf } from '../helpers/command-line.js';
import { answerDialogs, end, expect, launch, newProject, openProject, type Started, test } from './app.js';
import { preparedProject } from './prepared.js';

/** Opens the label screen of the prepared project with a new task of two classes. */
async function begin(started: Started, folder: string): Promise<string> {
  const { page } = started;
  const { project } = await preparedProject(folder);
  await openProject(started, project);
  await page.getByTestId('go-label').click();
  await page.getByTestId('new-task').click();
  await page.getByTestId('task-name').fill('Nodule');
  await page.getByTestId('class-name-1').fill('Clear');
  await page.getByTestId('class-name-2').fill('Nodule');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('place')).toHaveText('1 of 240');
  return project;
}

const shownImage = (page: Page) => page.getByTestId('labelled-image').getAttribute('data-image');

test('ten by key, undo, unsure, skip, whole series, grid, table out; all there after a restart', async ({ folder }) => {
  test.setTimeout(300_000);
  const home = join(folder, 'home');
  const first = await launch(home);
  const { app, page } = first;
  await begin(first, folder);
  await page.getByTestId('change-author').click();
  await page.getByTestId('author-name').fill('Dr Ann');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('progress')).toContainText('Signed by Dr Ann');

  const patients = new Set<string>();
  for (let place = 1; place <= 10; place++) {
    patients.add(((await page.getByTestId('facts').textContent()) ?? '').match(/P[0-9a-f]+/)?.[0] ?? '');
    await page.keyboard.press(place % 2 === 1 ? '1' : '2');
    await expect(page.getByTestId('place')).toHaveText(`${place + 1} of 240`);
  }
  expect(patients.size).toBe(10);
  await expect(page.getByTestId('progress-1')).toContainText('5 images, 5 patients');
  await expect(page.getByTestId('progress-2')).toContainText('enough to begin with');
  await expect(page.getByTestId('to-finetune')).toBeVisible();

  await page.keyboard.press('z');
  await expect(page.getByTestId('place')).toHaveText('10 of 240');
  await expect(page.getByTestId('said')).toHaveText('1 change taken back');
  await expect(page.getByTestId('facts')).toContainText('No label yet');
  await expect(page.getByTestId('progress-2')).toContainText('1 more patient advisable');
  await expect(page.getByTestId('to-finetune')).toHaveCount(0);
  await page.keyboard.press('u');
  await expect(page.getByTestId('place')).toHaveText('11 of 240');
  await page.keyboard.press('s');
  await expect(page.getByTestId('left')).toContainText('1 unsure, 1 skipped');
  const ofSeries = await shownImage(page);
  await page.keyboard.press('Shift+Digit2');
  await expect(page.getByTestId('progress-2')).toContainText('8 images, 5 patients');

  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('labelled-image')).toHaveAttribute('data-image', String(ofSeries));
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('signature')).toContainText('Dr Ann');
  await expect(page.getByTestId('signature')).toContainText('label of the whole series');

  await page.keyboard.press('g');
  await page.getByTestId('grid').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(page.getByTestId('chosen')).toHaveText('3 images chosen');
  await page.keyboard.press('1');
  await expect(page.getByTestId('said')).toHaveText('Labelled Clear: 3 images');
  await expect(page.getByTestId('progress-1')).toContainText('8 images');

  const file = join(folder, 'labels.csv');
  await answerDialogs(app, [], file);
  await page.getByTestId('export-csv').click();
  await expect(page.getByTestId('exported')).toContainText('15 labels');
  const [header, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  expect(header).toContain('label,split,author,time,mark');
  expect(lines.filter((line) => /,Clear,,Dr Ann,\d{4}-/.test(line)).length).toBe(8);
  expect(lines.filter((line) => line.startsWith('series,') && line.includes(',Nodule,,Dr Ann,')).length).toBe(1);
  expect(lines.filter((line) => /,unsure,Dr Ann,\d{4}-/.test(line)).length).toBe(1);
  await end(first);

  const second = await launch(home);
  const again = second.page;
  await again.getByTestId('go-label').click();
  await expect(again.getByTestId('progress-1')).toContainText('8 images');
  await expect(again.getByTestId('progress-2')).toContainText('8 images, 5 patients');
  await expect(again.getByTestId('left')).toContainText('1 unsure, 1 skipped');
  await again.getByTestId('source').selectOption('Labelled Nodule');
  await expect(again.getByTestId('place')).toHaveText('1 of 8');
  await expect(again.getByTestId('signature')).toContainText(/Dr Ann, \d{1,2} \w+ \d{4}/);
  await again.getByTestId('source').selectOption('Unsure');
  await expect(again.getByTestId('place')).toHaveText('1 of 1');
  await again.getByText('History').click();
  await expect(again.getByTestId('history').locator('li')).toHaveCount(3);
  await expect(again.getByTestId('history')).toContainText('taken back');
  await end(second);
});

test('a table is understood, made a task of, and refused where it cannot be read', async ({ started, folder }) => {
  test.setTimeout(300_000);
  const { app, page } = started;
  await begin(started, folder);
  const { study } = await preparedProject(folder);
  const truth = readFileSync(join(study, 'truth.csv'), 'utf8').trim().split('\n').length - 1;
  await answerDialogs(app, [join(study, 'truth.csv')]);
  await page.getByTestId('import-csv').click();
  await expect(page.getByTestId('csv-matched')).toContainText(`${truth} of ${truth} rows`);
  await expect(page.getByTestId('csv-label')).toHaveValue('label');
  await expect(page.getByTestId('csv-split')).toHaveValue('split');
  await page.getByTestId('csv-target').selectOption('a new task');
  await page.getByTestId('csv-task').fill('From a table');
  await page.getByTestId('csv-import').click();
  await expect(page.getByTestId('csv-done')).toContainText(`${truth} images labelled`);
  await page.getByTestId('csv-close').click();
  await expect(page.getByTestId('task')).toHaveValue('From a table');
  await expect(page.getByTestId('left')).toContainText('0 images not labelled');

  const bad = join(folder, 'bad.csv');
  writeFileSync(bad, 'path,label\n"open');
  await answerDialogs(app, [bad]);
  await page.getByTestId('import-csv').click();
  await expect(page.getByTestId('error')).toContainText('This table cannot be read');
});

test('suggestions give their reasons, and say what they need', async ({ started, folder }) => {
  test.setTimeout(300_000);
  const { page } = started;
  const project = await begin(started, folder);
  await page.keyboard.press('n');
  await expect(page.getByTestId('empty')).toContainText('Suggestions need the features of the images');
  await resultOf('embed', '--project', project, '--run', 'latest', '--device', 'cpu');
  await page.getByTestId('suggest').click();
  await expect(page.getByTestId('place')).toHaveText('1 of 24', { timeout: 60_000 });
  await expect(page.getByTestId('reason')).toContainText(/^Suggested: \w+/);
  const image = await shownImage(page);
  await page.keyboard.press('1');
  await expect(page.getByTestId('labelled-image')).not.toHaveAttribute('data-image', String(image));
  await page.keyboard.press('2');
  await expect(page.getByTestId('progress-2')).toContainText('1 image');
  await page.keyboard.press('n');
  await expect(page.getByTestId('source').locator('option:checked')).toHaveText('Suggested: most informative');
  await expect(page.getByTestId('place')).toHaveText('1 of 24');
});

test('a project without images points to the import', async ({ started, folder }) => {
  await newProject(started, join(folder, 'project'));
  await started.page.getByTestId('go-label').click();
  await expect(started.page.getByTestId('empty')).toContainText('No images yet');
  await started.page.getByRole('button', { name: 'Go to Import' }).click();
  await expect(started.page.getByTestId('screen')).toHaveAttribute('data-screen', 'import');
});
