/** @file Starts Pretext in the real Electron for a test, with a home of its own, and closes it afterwards. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, type ElectronApplication, _electron as electron, type Page } from '@playwright/test';

export interface Started {
  app: ElectronApplication;
  page: Page;
}

interface Fixtures {
  /** Variables of the environment that this test adds. */
  environment: Record<string, string>;
  started: Started;
}

function presentEnvironment(): Record<string, string> {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) present[name] = value;
  return present;
}

export const test = base.extend<Fixtures>({
  environment: [{}, { option: true }],
  started: async ({ environment }, use) => {
    const executablePath = process.env.PRETEXT_ELECTRON;
    if (executablePath === undefined) throw new Error('tests/setup/electron.ts did not run');
    const home = mkdtempSync(join(tmpdir(), 'pretext-e2e-'));
    const isRoot = process.getuid?.() === 0;
    const app = await electron.launch({
      executablePath,
      // Chromium refuses its own sandbox when it runs as root, as in a container.
      args: [...(isRoot ? ['--no-sandbox'] : []), '.'],
      env: { ...presentEnvironment(), XDG_CONFIG_HOME: home, ...environment },
    });
    try {
      const page = await app.firstWindow();
      await page.waitForLoadState('load');
      await use({ app, page });
    } finally {
      await app.close();
      rmSync(home, { recursive: true, force: true });
    }
  },
});

export { expect } from '@playwright/test';
