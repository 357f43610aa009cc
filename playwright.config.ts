/** @file Tests of the window in the real Electron; without a display: `xvfb-run -a npx playwright test`. */

import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests/e2e',
  globalSetup: './tests/setup/electron.ts',
  outputDir: 'test-results',
  timeout: 150_000,
  expect: { timeout: 20_000 },
  workers: 1,
  forbidOnly: true,
  reporter: 'list',
});
