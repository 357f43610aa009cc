/** @file Projects and import, as a person does them. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { answerDialogs, expect, importSample, newProject, openProject, test } from './app.js';

/** A 4 x 4 grey PNG. */
const pngBytes = (shade: number): Uint8Array =>
  encode({ width: 4, height: 4, channels: 1, depth: 8, data: new Uint8Array(16).fill(shade) });

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

test('a folder is watched: what appears in it shows up in Explore, also after the project was opened again', async ({
  started,
  folder,
}) => {
  const { app, page } = started;
  const incoming = join(folder, 'incoming');
  mkdirSync(incoming);
  writeFileSync(join(incoming, 'first.png'), pngBytes(10));
  await newProject(started, join(folder, 'project'));
  await answerDialogs(app, [incoming]);
  await page.getByTestId('keep-watching').check();
  await page.getByTestId('choose-folders').click();
  await expect(page.getByTestId('watched')).toContainText('incoming');
  await expect(page.getByTestId('count-images')).toHaveText('1');
  await expect(page.getByTestId('watched')).toContainText('1 new image');

  await page.getByTestId('go-explore').click();
  const count = page.getByTestId('image-count');
  await expect(count).toHaveText('1 image');
  writeFileSync(join(incoming, 'second.png'), pngBytes(90));
  await expect(count).toHaveText('2 images');

  await page.getByTestId('go-start').click();
  await page.getByTestId('close-project').click();
  writeFileSync(join(incoming, 'third.png'), pngBytes(200));
  await openProject(started, join(folder, 'project'));
  await expect(count).toHaveText('3 images');

  await page.getByTestId('go-import').click();
  await page.getByTestId('watched').getByRole('button').click();
  await expect(page.getByTestId('watched')).toHaveCount(0);
});
