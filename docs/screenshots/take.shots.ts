/**
 * @file Pictures of every screen, dark and light: npm run screenshots
 *
 * PRETEXT_SHOTS lists projects as NAME=FOLDER, separated by commas; `npm run demo` makes one (demo-project/project).
 * They are written to docs/screenshots/NAME-SCREEN-THEME.png.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Page, test } from '@playwright/test';
import { end, launch, openProject } from '../../tests/e2e/app.js';

const projects = (process.env.PRETEXT_SHOTS ?? 'sample=demo-project/project')
  .split(',')
  .map((entry) => entry.split('=') as [name: string, folder: string]);

/** Clicks what is there to be clicked, and gives the screen a moment. */
async function press(page: Page, testId: string, moment = 1200): Promise<void> {
  const button = page.getByTestId(testId).first();
  if ((await button.count()) > 0 && (await button.isEnabled())) await button.click();
  await page.waitForTimeout(moment);
}

/** What is done on a screen before its picture is taken. */
const views: readonly { name: string; screen: string; prepare?: (page: Page) => Promise<unknown> }[] = [
  { name: 'import', screen: 'import' },
  { name: 'explore', screen: 'explore' },
  {
    name: 'image',
    screen: 'explore',
    prepare: async (page) => {
      await page.getByTestId('grid').getByRole('option').nth(6).dblclick();
      await page.waitForTimeout(4000);
    },
  },
  { name: 'map', screen: 'explore', prepare: (page) => mapOf(page) },
  { name: 'plan', screen: 'pretrain', prepare: (page) => page.waitForTimeout(12_000) },
  { name: 'run', screen: 'pretrain', prepare: (page) => press(page, 'open-run', 2500) },
  {
    name: 'label',
    screen: 'label',
    prepare: async (page) => {
      const all = page.getByTestId('empty').getByRole('button');
      if ((await all.count()) > 0) await all.first().click();
      await page.waitForTimeout(2500);
    },
  },
  { name: 'patients', screen: 'finetune', prepare: (page) => press(page, 'next-step') },
  { name: 'results', screen: 'results', prepare: (page) => page.waitForTimeout(4000) },
  {
    name: 'operating-point',
    screen: 'results',
    prepare: async (page) => {
      await page.getByTestId('operating').scrollIntoViewIfNeeded();
      await page.getByTestId('operating').evaluate((panel) => panel.scrollIntoView({ block: 'start' }));
      await page.waitForTimeout(500);
    },
  },
  { name: 'predict', screen: 'predict', prepare: (page) => press(page, 'open-reading', 3000) },
  { name: 'settings', screen: 'settings' },
  { name: 'projects', screen: 'start' },
];

/** Opens the map; where the images are not mapped yet, maps them first. */
async function mapOf(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByRole('radio', { name: 'Map' }).check({ force: true });
  await press(page, 'map-compute');
  await page.getByTestId('map').waitFor({ timeout: 240_000 });
  await page.waitForTimeout(2000);
}

/** Where the pictures were taken is nobody's business: of each path on the screen the last part stays. */
function shortenPaths(page: Page): Promise<void> {
  return page.evaluate(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { currentNode: text } = texts;
      text.textContent = (text.textContent ?? '').replace(/^(\s*)\/\S*\/(?=[^\s/]+\s*$)/, '$1/scans/');
    }
  });
}

for (const [name, folder] of projects) {
  for (const theme of ['dark', 'light'] as const) {
    test(`${name}, ${theme}`, async () => {
      const home = mkdtempSync(join(tmpdir(), 'pretext-shots-'));
      const started = await launch(home);
      try {
        await started.app.evaluate(({ nativeTheme }, source) => {
          nativeTheme.themeSource = source;
        }, theme);
        await openProject(started, folder);
        for (const view of views) {
          await started.page.getByTestId(`go-${view.screen}`).click();
          await started.page.waitForTimeout(1500);
          await view.prepare?.(started.page);
          await shortenPaths(started.page);
          await started.page.screenshot({ path: join('docs', 'screenshots', `${name}-${view.name}-${theme}.png`) });
        }
      } finally {
        await end(started);
        rmSync(home, { recursive: true, force: true });
      }
    });
  }
}
