/** @file The whole job, as a radiologist does it on the first day: from a new project to reviewed readings. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentJob } from '../../src-main/base/jobs.js';
import { writeSampleStudy } from '../../src-main/sample/study.js';
import { answerDialogs, end, expect, importSample, launch, newProject, test } from './app.js';
import { awaitRun, fineTune, labelTen, reviewTwo, startRun } from './first-day.js';

test('from a new project to reviewed readings, and all of it there after a restart', async ({ folder }) => {
  test.setTimeout(600_000);
  const home = join(folder, 'home');
  const fresh = join(folder, 'new-studies');
  await writeSampleStudy(fresh, { seed: 41, patients: 4, imagesPerPatient: 2 }, silentJob());
  let started = await launch(home);
  let { page } = started;
  try {
    await test.step('import', async () => {
      await newProject(started, join(folder, 'project'));
      await importSample(started);
    });

    await test.step('look at an image', async () => {
      await page.getByTestId('next').click();
      await page.getByTestId('grid').getByRole('option').first().dblclick();
      await expect(page.getByTestId('image-view')).toBeVisible();
      await expect(page.getByTestId('viewer-picture')).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 });
      await page.keyboard.press('Escape');
      await expect(page.getByTestId('grid')).toBeVisible();
    });

    await test.step('pretrain by inpainting, with a pause', async () => {
      await startRun(page, 'inpainting', 60);
      const run = page.getByTestId('run');
      const curve = page.getByTestId('curve');
      await expect(run).toHaveAttribute('data-state', 'running', { timeout: 60_000 });
      await expect(page.getByTestId('pictures')).toBeVisible();
      await expect.poll(async () => Number(await curve.getAttribute('data-step'))).toBeGreaterThan(5);
      await page.getByTestId('pause').click();
      await expect(run).toHaveAttribute('data-state', 'paused');
      await page.getByTestId('resume').click();
      await expect(run).toHaveAttribute('data-state', 'finished', { timeout: 120_000 });
    });

    await test.step('pretrain by comparing', async () => {
      await startRun(page, 'contrastive', 2);
      await awaitRun(page);
    });

    await test.step('label ten by key, one undone', () => labelTen(page));
    await test.step('fine-tune by the wizard', () => fineTune(page));

    await test.step('report', async () => {
      const report = join(folder, 'report.html');
      await answerDialogs(started.app, [], report);
      await page.getByTestId('save-html').click();
      await expect(page.getByTestId('saved')).toContainText('report.html', { timeout: 60_000 });
      expect(readFileSync(report, 'utf8')).toContain('esearch use only');
    });

    await test.step('read new studies, accept one, correct one', async () => {
      await answerDialogs(started.app, [fresh]);
      await page.getByTestId('to-predict').click();
      await page.getByTestId('choose-studies').click();
      await reviewTwo(page);
    });
  } finally {
    await end(started);
  }

  started = await launch(home);
  ({ page } = started);
  try {
    await test.step('everything is there after a restart', async () => {
      await expect(page.getByTestId('image-count')).toContainText('248');
      await page.getByTestId('go-pretrain').click();
      await expect(page.getByTestId('history-run')).toHaveCount(2);
      await page.getByTestId('go-results').click();
      await expect(page.getByTestId('headline')).toBeVisible({ timeout: 60_000 });
      await page.getByTestId('go-predict').click();
      await page.getByTestId('open-reading').click();
      await expect(page.getByTestId('progress-of-review')).toContainText('2 of 8');
      await page.getByTestId('go-label').click();
      // Ten by hand and the correction of the reading, of 248 images.
      await expect(page.getByTestId('left')).toContainText('237 images not labelled');
    });
  } finally {
    await end(started);
  }
});
