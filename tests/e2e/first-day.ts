/** @file What a radiologist does on the first day, step by step, in a window that a test has started. */

import type { Page } from '@playwright/test';
import { expect } from './app.js';

/** Starts a run with the smallest settings of the screen. */
export async function startRun(page: Page, method: 'inpainting' | 'contrastive', epochs: number): Promise<void> {
  await page.getByTestId('go-pretrain').click();
  const again = page.getByTestId('new-run');
  if (await again.isVisible()) await again.click();
  await expect(page.getByTestId('plan')).toHaveAttribute('data-ready', 'true', { timeout: 60_000 });
  const advanced = page.getByTestId('advanced');
  if ((await page.getByTestId('set-method').count()) === 0) await advanced.click();
  await page.getByTestId('set-method').selectOption(method);
  for (const [name, value] of Object.entries({ depth: 1, imageSize: 32, patchSize: 16, epochs })) {
    await page.getByTestId(`set-${name}`).fill(String(value));
    await page.getByTestId(`set-${name}`).blur();
  }
  await expect(page.getByTestId('start')).toBeEnabled();
  await page.getByTestId('start').click();
}

/** Waits for the end of the run that is shown. */
export async function awaitRun(page: Page): Promise<void> {
  await expect(page.getByTestId('run')).toHaveAttribute('data-state', 'finished', { timeout: 120_000 });
  await expect(page.getByTestId('pictures')).toBeVisible();
}

/** Makes a task of two classes, labels eleven images by key and takes the last one back. */
export async function labelTen(page: Page): Promise<void> {
  await page.getByTestId('go-label').click();
  await page.getByTestId('new-task').click();
  await page.getByTestId('save-task').click();
  const image = page.getByTestId('labelled-image');
  await expect(image).toBeVisible();
  for (let given = 0; given < 11; given++) {
    const before = await image.getAttribute('data-image');
    await page.keyboard.press(given % 2 === 0 ? '1' : '2');
    await expect(image).not.toHaveAttribute('data-image', before ?? '');
  }
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('progress-1')).toContainText('5');
  await expect(page.getByTestId('progress-2')).toContainText('5');
}

/** Fine-tunes as the wizard proposes and goes to the results. */
export async function fineTune(page: Page): Promise<void> {
  await page.getByTestId('go-finetune').click();
  for (let step = 0; step < 3; step++) await page.getByTestId('next-step').click();
  await page.getByTestId('start').click();
  await expect(page.getByTestId('result')).toBeVisible({ timeout: 120_000 });
  await page.getByTestId('to-results').click();
  await expect(page.getByTestId('headline')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByTestId('comparison')).toContainText('scratch');
}

/** Waits for the reading of eight images that is shown, accepts the first and corrects the second. */
export async function reviewTwo(page: Page): Promise<void> {
  await expect(page.getByTestId('reading')).toHaveAttribute('data-state', 'done', { timeout: 90_000 });
  await page.getByTestId('row').first().click();
  await expect(page.getByTestId('detail')).toBeVisible();
  await page.keyboard.press('a');
  await expect(page.getByTestId('progress-of-review')).toContainText('1 of 8');
  const key = await page.getByTestId('correct').first().getAttribute('aria-keyshortcuts');
  await page.keyboard.press(key ?? '');
  await expect(page.getByTestId('progress-of-review')).toContainText('2 of 8');
}
