/** @file The first window: it opens, says what it is, and lists the devices of this computer. */

import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from './app.js';

const manifest: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'));

test('shows name, version and the research notice', async ({ started: { app, page } }) => {
  await expect(page).toHaveTitle('Pretext');
  await expect(page.getByTestId('name')).toHaveText('Pretext');
  await expect(page.getByTestId('version')).toHaveText(`Version ${manifest.version}`);
  await expect(page.getByTestId('notice')).toContainText('Research use only');
  const visible = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((w) => w.isVisible()));
  expect(visible).toEqual([true]);
});

test('lists the devices, found by a process of their own', async ({ started: { page } }) => {
  await page.getByTestId('go-settings').click();
  const devices = page.getByTestId('devices');
  await expect(devices).toHaveAttribute('data-state', 'listed', { timeout: 120_000 });
  const processor = page.locator('[data-testid="device"][data-provider="cpu"]');
  await expect(processor).toHaveAttribute('data-available', 'true');
  await expect(processor).toContainText('Ready');
  const refused = page.locator('[data-testid="device"][data-available="false"]');
  for (const device of await refused.all()) await expect(device.locator('p')).not.toBeEmpty();
});

test('fits a small window without a horizontal scroll bar', async ({ started: { app, page } }) => {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(900, 600));
  await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(900);
  const overflow = await page.evaluate(() => {
    const main = document.querySelector('main');
    return main === null ? -1 : main.scrollWidth - main.clientWidth;
  });
  expect(overflow).toBe(0);
});

test.describe('with a missing program part', () => {
  test.use({ environment: { PRETEXT_ENTRIES: mkdtempSync(join(tmpdir(), 'pretext-empty-')) } });

  test('says so in place of the devices', async ({ started: { page } }) => {
    await page.getByTestId('go-settings').click();
    const devices = page.getByTestId('devices');
    await expect(devices).toHaveAttribute('data-state', 'failed');
    await expect(devices).toContainText('trainer.js is missing');
    await expect(page.getByRole('button', { name: 'Check again' })).toBeEnabled();
  });
});
