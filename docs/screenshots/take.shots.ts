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

/** What is done on a screen before its picture is taken. */
const views: readonly { name: string; screen: string; prepare?: (page: Page) => Promise<unknown> }[] = [
  { name: 'projects', screen: 'start' },
  { name: 'import', screen: 'import' },
  { name: 'explore', screen: 'explore' },
  { name: 'pretrain', screen: 'pretrain' },
  { name: 'label', screen: 'label' },
  { name: 'finetune', screen: 'finetune' },
  { name: 'results', screen: 'results' },
  { name: 'predict', screen: 'predict' },
  { name: 'settings', screen: 'settings' },
];

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
          await started.page.screenshot({ path: join('docs', 'screenshots', `${name}-${view.name}-${theme}.png`) });
        }
      } finally {
        await end(started);
        rmSync(home, { recursive: true, force: true });
      }
    });
  }
}
