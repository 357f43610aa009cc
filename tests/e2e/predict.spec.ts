/** @file Reading new studies with a model, going through the worklist, and finding it all again. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { silentJob } from '../../src-main/base/jobs.js';
import { writeSampleStudy } from '../../src-main/sample/study.js';
import { answerDialogs, end, expect, launch, newProject, openProject, type Started, test } from './app.js';
import { preparedProject } from './prepared.js';

const PATIENTS = 6;
const IMAGES = 24;

/** A folder of patients that the prepared project has never seen, with a file that is no scan. */
async function newStudies(folder: string): Promise<string> {
  const study = join(folder, 'new-patients');
  await writeSampleStudy(study, { seed: 77, patients: PATIENTS, imagesPerPatient: 4 }, silentJob());
  writeFileSync(join(study, 'letter.txt'), 'not a scan');
  return study;
}

async function read({ app, page }: Started, study: string, save?: string): Promise<void> {
  await answerDialogs(app, [study], save);
  await page.getByTestId('go-predict').click();
  await page.getByTestId('choose-studies').click();
  await expect(page.getByTestId('reading')).toHaveAttribute('data-state', 'done', { timeout: 90_000 });
}

test('new patients are read, gone through, saved, and there again after a restart', async ({ folder }) => {
  const { project } = await preparedProject(folder);
  const study = await newStudies(folder);
  const csv = join(folder, 'reading.csv');
  const home = join(folder, 'home');
  let started = await launch(home);
  try {
    await openProject(started, project);
    await read(started, study, csv);
    const { page, app } = started;
    const progress = page.getByTestId('progress-of-review');
    await expect(progress).toHaveText(`0 of ${IMAGES} images reviewed.`);

    // Falling probabilities, then rising ones.
    const numbers = async () => (await page.getByTestId('probability').allInnerTexts()).map(Number);
    const row = page.getByTestId('row');
    await expect(row.first()).toBeVisible();
    const falling = await numbers();
    expect(falling.length).toBeGreaterThan(3);
    expect(falling).toEqual([...falling].sort((a, b) => b - a));
    await page.getByTestId('order').click();
    await expect.poll(async () => (await numbers())[0]).toBeLessThan(falling[0] ?? 0);
    await page.getByTestId('order').click();
    await expect.poll(async () => (await numbers())[0]).toBe(falling[0]);

    // Accept the first, correct the second, by keyboard alone.
    await row.first().click();
    await expect(page.getByTestId('detail')).toBeVisible();
    const first = await page.getByTestId('detail').getAttribute('data-image');
    await page.keyboard.press('a');
    await expect(progress).toContainText('1 of 24');
    await expect(page.getByTestId('detail')).not.toHaveAttribute('data-image', first ?? '');
    const other = page.getByTestId('correct').first();
    const digit = await other.getAttribute('aria-keyshortcuts');
    await page.keyboard.press(digit ?? '');
    await expect(progress).toContainText('Of 2 images of patients new to the model, you accepted 1.');

    // A slip, taken back.
    await page.keyboard.press('a');
    await expect(progress).toContainText('3 of 24');
    await page.keyboard.press('u');
    await expect(progress).toContainText('2 of 24');

    await page.getByRole('radio', { name: 'Corrected 1' }).check({ force: true });
    await expect(row).toHaveCount(1);
    await expect(row.getByTestId('review-state')).toHaveAttribute('data-kind', 'corrected');
    await page.getByTestId('save-csv').click();
    await expect(page.getByTestId('saved')).toContainText('reading.csv');
    const rows = parse(readFileSync(csv), { columns: true }) as Record<string, string>[];
    expect(rows.filter(({ level }) => level === 'image').length).toBe(IMAGES);
    expect(
      rows
        .map(({ review }) => review)
        .filter(Boolean)
        .sort(),
    ).toEqual(['accepted', 'corrected']);
    await answerDialogs(app, [], join(folder, 'model.onnx'));
    await page.getByTestId('save-onnx').click();
    await expect(page.getByTestId('saved')).toContainText('model.onnx');
    expect(existsSync(join(folder, 'model.onnx'))).toBe(true);
    await page.getByTestId('show-skipped').click();
    await expect(page.getByTestId('reading-skipped')).toContainText('letter.txt');
  } finally {
    await end(started);
  }

  started = await launch(home);
  try {
    await openProject(started, project);
    const { page } = started;
    await page.getByTestId('go-predict').click();
    await expect(page.getByTestId('reading-row')).toContainText('new-patients');
    await page.getByTestId('open-reading').click();
    await expect(page.getByTestId('progress-of-review')).toContainText('2 of 24');
  } finally {
    await end(started);
  }
});

test('patients that the model knows are marked; a folder without images and an empty one are told', async ({
  started,
  folder,
}) => {
  const { page } = started;
  const { project, study } = await preparedProject(folder);
  await openProject(started, project);
  await read(started, study);
  await expect(page.getByTestId('progress-of-review')).toContainText('of patients the model knows; not counted');
  await expect(page.getByTestId('row').first()).toBeVisible();
  await expect(page.getByText('In the test set').first()).toBeVisible();

  const letters = join(folder, 'letters');
  mkdirSync(letters);
  await answerDialogs(started.app, [letters]);
  await page.getByTestId('back').click();
  await page.getByTestId('choose-studies').click();
  await expect(page.getByTestId('reading-job').getByTestId('error')).toContainText('holds no files');
  await expect(page.getByTestId('reading-row')).toHaveCount(1);

  writeFileSync(join(letters, 'letter.txt'), 'not a scan');
  await page.getByTestId('choose-studies').click();
  await expect(page.getByTestId('empty')).toContainText('No image in this folder');
  await expect(page.getByTestId('reading-skipped')).toContainText('letter.txt');
});

test('without a model the screen leads to fine-tuning', async ({ started, folder }) => {
  const { page } = started;
  await newProject(started, join(folder, 'project'));
  await page.getByTestId('go-predict').click();
  await page.getByTestId('to-finetune').click();
  await expect(page.getByTestId('screen')).toHaveAttribute('data-screen', 'finetune');
});
