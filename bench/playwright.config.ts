/** @file Measurements of the window in the real Electron: npm run bench:window */

import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'window',
  testMatch: '*.bench.ts',
  globalSetup: '../tests/setup/electron.ts',
  outputDir: '../test-results/bench',
  timeout: 0,
  workers: 1,
  reporter: 'line',
});
