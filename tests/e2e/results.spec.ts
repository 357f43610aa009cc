/** @file Results of a model: headline, operating point, maps, report and export. */

import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerDialogs, expect, newProject, openProject, type Started, test } from './app.js';
import { preparedProject, TASK } from './prepared.js';

async function openResults(started: Started, folder: string): Promise<string> {
  const { project } = await preparedProject(folder);
  await openProject(started, project);
  await started.page.getByTestId('go-results').click();
  return project;
}

test('the result is told in words, and the operating point moves matrix and rates', async ({ started, folder }) => {
  const { page } = started;
  await openResults(started, folder);
  const headline = page.getByTestId('headline');
  await expect(headline).toContainText('Tested on 80 images of 20 patients', { timeout: 60_000 });
  await expect(headline).toContainText('A small test');
  await expect(headline).toContainText('from scratch');
  await expect(page.getByTestId('comparison').getByRole('img')).toHaveCount(2);
  await expect(page.getByTestId('limits')).toContainText('Research use only');

  const panel = page.getByTestId('operating');
  const slider = panel.getByRole('slider');
  await slider.focus();
  await page.keyboard.press('End');
  // At the lowest threshold everything is called positive.
  await expect(panel.getByTestId('rate-sensitivity')).toContainText('100%');
  await expect(panel.getByTestId('rate-specificity')).toContainText('0%');
  await expect(panel.getByTestId('matrix').locator('td.number')).toContainText(['40 100%', '0 0%', '40 100%', '0 0%']);
  await expect(panel.getByRole('status')).toContainText('flatter');
  await page.keyboard.press('Home');
  await expect(panel.getByTestId('rate-sensitivity')).toContainText('0%');
  await expect(panel.getByTestId('matrix').locator('td.number')).toContainText(['0 0%', '40 100%', '0 0%', '40 100%']);
  await panel.getByRole('button', { name: 'Finds 95%' }).click();
  await expect(panel.getByTestId('rate-sensitivity')).toHaveText(/^(9[5-9]|100)%/);
});

test('a mistake is explained with a map, and opened', async ({ started, folder }) => {
  const { page } = started;
  const project = await openResults(started, folder);
  const first = page.getByTestId('mistakes').getByTestId('heatmap-picture').first();
  await first.getByTestId('explain').click({ timeout: 60_000 });
  const map = first.getByTestId('heatmap');
  await expect(map).toBeVisible({ timeout: 60_000 });
  const image = await first.getAttribute('data-image');
  expect(await map.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBe(4);
  const [model] = (await page
    .getByTestId('model-chooser')
    .locator('option')
    .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value))) as [string];
  const kept = JSON.parse(readFileSync(join(project, 'models', model, 'maps', `${image}.json`), 'utf8'));
  expect(kept).toMatchObject({ model, imageId: Number(image), className: 'finding' });
  await first.getByRole('button', { name: /^Open this image/ }).click();
  await expect(page.getByTestId('screen')).toHaveAttribute('data-screen', 'explore');
});

test('the report is saved as HTML and PDF, and the model as ONNX', async ({ started, folder }) => {
  const { app, page } = started;
  await openResults(started, folder);
  const save = async (button: string, name: string): Promise<Buffer> => {
    const path = join(folder, name);
    await answerDialogs(app, [], path);
    await page.getByTestId(button).click({ timeout: 60_000 });
    await expect(page.getByTestId('saved')).toContainText(name, { timeout: 60_000 });
    return readFileSync(path);
  };
  const html = (await save('save-html', 'report.html')).toString();
  for (const part of [
    'Research use only',
    `Model report: ${TASK}`,
    'SHA-256 of the weights',
    '<svg',
    'Limits',
    'data:image/png',
  ]) {
    expect(html).toContain(part);
  }
  // Nothing that names a patient, and nothing from elsewhere.
  expect(html).not.toMatch(/https?:|<script|PHANTOM|sop_instance|\d\.\d+\.\d+\.\d+\.\d+/);

  const pdf = (await save('save-pdf', 'report.pdf')).toString('latin1');
  expect(pdf.slice(0, 5)).toBe('%PDF-');
  const pages = pdf.match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
  expect(pages).toBeGreaterThanOrEqual(2);
  expect(pages).toBeLessThanOrEqual(12);

  await save('export-onnx', 'model.onnx');
  expect(statSync(join(folder, 'model.onnx')).size).toBeGreaterThan(1_000_000);
});

test('no model, and a damaged one', async ({ started, folder }) => {
  const { page } = started;
  await newProject(started, join(folder, 'new'));
  await page.getByTestId('go-results').click();
  await expect(page.getByTestId('empty')).toContainText('No model yet');

  const { project } = await preparedProject(folder);
  const broken = join(folder, 'broken');
  cpSync(project, broken, { recursive: true });
  await openProject(started, broken);
  const model = await page.evaluate(async () => {
    const reply = await window.pretext.call('models:list', null);
    return reply.ok ? (reply.value as { id: string }[])[0]?.id : undefined;
  });
  const models = join(broken, 'models', model ?? '');
  rmSync(join(models, 'figures.json'), { force: true });
  writeFileSync(join(models, 'test-predictions.json'), 'torn');
  await page.getByTestId('go-results').click();
  await expect(page.getByTestId('error')).toContainText('cannot be read', { timeout: 60_000 });
});
