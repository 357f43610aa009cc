/** @file Unit tests, integration tests and the fuzzer: `npx vitest run --project unit|integration|fuzz`. */

import { defineConfig } from 'vitest/config';

const project = (name: string, testTimeout: number) => ({
  extends: true as const,
  test: { name, include: [`tests/${name}/**/*.test.ts`], testTimeout },
});

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: ['tests/setup/build.ts'],
    hookTimeout: 60_000,
    projects: [project('unit', 30_000), project('integration', 300_000), project('fuzz', 600_000)],
  },
});
