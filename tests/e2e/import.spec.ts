/** @file Projects and import, as a person does them. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerDialogs, expect, importSample, newProject, test } from './app.js';

test('a new project takes in the sample study, then a folder with a bad file', async ({ started, folder }) => {
  const { app, page } = started;
  await newProject(started, join(folder, 'project'));
  await importSample(started);
  await expect(page.getByTestId('count-patients')).toHaveText('60');
  await expect(page.getByTestId('count-images')).toHaveText('240');

  const bad = join(folder, 'bad');
  mkdirSync(bad);
  writeFileSync(join(bad, 'note.dcm'), 'not a scan');
  await answerDialogs(app, [bad], join(folder, 'skipped.csv'));
  await page.getByTestId('choose-folders').click();
  await expect(page.getByTestId('skipped')).toContainText('note.dcm');
  await expect(page.getByTestId('import-summary')).toContainText('None of the files');
  await page.getByTestId('save-skipped').click();
  await expect(page.getByRole('status')).toContainText('skipped.csv');
  expect(readFileSync(join(folder, 'skipped.csv'), 'utf8')).toContain('note.dcm');
});

test('a folder that is no project is refused with the remedy', async ({ started, folder }) => {
  const { app, page } = started;
  await answerDialogs(app, [folder]);
  await page.getByTestId('open-project').click();
  const error = page.getByTestId('error');
  await expect(error).toHaveAttribute('data-code', 'not-a-project');
  await expect(error).toContainText(folder);
});
