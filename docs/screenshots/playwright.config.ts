/** @file Takes the pictures of the screens: npm run screenshots */

import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  testMatch: '*.shots.ts',
  globalSetup: '../../tests/setup/electron.ts',
  outputDir: '../../test-results/screenshots',
  timeout: 300_000,
  workers: 1,
  reporter: 'line',
});
