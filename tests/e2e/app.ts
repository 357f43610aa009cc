/** @file Starts Pretext in the real Electron for a test, with a home of its own, and closes it afterwards. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, type ElectronApplication, _electron as electron, expect, type Page } from '@playwright/test';

export interface Started {
  app: ElectronApplication;
  page: Page;
}

interface Fixtures {
  /** Variables of the environment that this test adds. */
  environment: Record<string, string>;
  /** A folder of this test's own, removed after it. */
  folder: string;
  started: Started;
}

function presentEnvironment(): Record<string, string> {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) present[name] = value;
  return present;
}

/** Starts the program with `home` for its own files. The caller closes it with `end`. */
export async function launch(home: string, environment: Record<string, string> = {}): Promise<Started> {
  const executablePath = process.env.PRETEXT_ELECTRON;
  if (executablePath === undefined) throw new Error('tests/setup/electron.ts did not run');
  const isRoot = process.getuid?.() === 0;
  const app = await electron.launch({
    executablePath,
    // Chromium refuses its own sandbox when it runs as root, as in a container.
    args: [...(isRoot ? ['--no-sandbox'] : []), '.'],
    env: { ...presentEnvironment(), XDG_CONFIG_HOME: home, ...environment },
    // Playwright would have it light; the program decides itself.
    colorScheme: null,
  });
  const page = await app.firstWindow();
  // Less than a test may take, so that an action that never comes about is named.
  page.setDefaultTimeout(60_000);
  await page.waitForLoadState('load');
  return { app, page };
}

/** How long the program may take to close: its own patience with jobs is 60 seconds. */
const CLOSING_MS = 90_000;

/**
 * Closes the program; jobs that still run are stopped, as a user would agree to.
 *
 * @throws Error where it does not close, for example because an error of `main` waits in a dialog that nobody sees.
 */
export async function end({ app }: Started): Promise<void> {
  const program = app.process();
  const late = new Error(`The program did not close within ${CLOSING_MS / 1000} seconds.`);
  let limit: NodeJS.Timeout | undefined;
  const closed = (async () => {
    await app.evaluate(({ dialog }) => {
      dialog.showMessageBox = async () => ({ response: 0, checkboxChecked: false });
    });
    await app.close();
  })();
  const patience = new Promise((_, reject) => {
    limit = setTimeout(() => {
      reject(late);
      program.kill('SIGKILL');
    }, CLOSING_MS);
  });
  try {
    await Promise.race([closed, patience]);
  } finally {
    clearTimeout(limit);
  }
}

/** Answers the system's dialogs from now on: folders and files to open, and where to save. */
export async function answerDialogs(app: ElectronApplication, open: string[], save?: string): Promise<void> {
  await app.evaluate(
    ({ dialog }, answers) => {
      dialog.showOpenDialog = async () => ({ canceled: answers.open.length === 0, filePaths: answers.open });
      dialog.showSaveDialog = async () => ({ canceled: answers.save === null, filePath: answers.save ?? '' });
    },
    { open, save: save ?? null },
  );
}

/** Makes a project through the first screen. */
export async function newProject({ app, page }: Started, folder: string): Promise<void> {
  await answerDialogs(app, [folder]);
  await page.getByTestId('go-start').click();
  await page.getByTestId('new-project').click();
  await expect(page.getByTestId('screen')).toHaveAttribute('data-screen', 'import');
}

/** Opens a project that exists, through the first screen. */
export async function openProject({ app, page }: Started, folder: string): Promise<void> {
  await answerDialogs(app, [folder]);
  await page.getByTestId('go-start').click();
  await page.getByTestId('open-project').click();
  await expect(page.getByTestId('project').locator('strong')).toBeVisible();
}

/** Takes the sample study into the open project and waits for its pictures. */
export async function importSample({ page }: Started): Promise<void> {
  await page.getByTestId('go-import').click();
  await page.getByTestId('sample-study').click();
  await expect(page.getByTestId('import-summary')).toContainText('240 images', { timeout: 120_000 });
}

export const test = base.extend<Fixtures>({
  environment: [{}, { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs off this pattern.
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'pretext-e2e-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  started: async ({ environment, folder }, use) => {
    const started = await launch(join(folder, 'home'), environment);
    try {
      await use(started);
    } finally {
      await end(started);
    }
  },
});

export { expect } from '@playwright/test';
