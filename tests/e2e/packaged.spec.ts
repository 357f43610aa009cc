/** @file The packaged program: it starts, does its job from inside its archive, and cannot be made into something else. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser, test as base, chromium, expect, type Page } from '@playwright/test';
import { silentJob } from '../../src-main/base/jobs.js';
import { Project } from '../../src-main/catalogue/project.js';
import type { ModelInfo } from '../../src-main/contract/models.js';
import type { Thumbnails } from '../../src-main/contract/pixels.js';
import { writeSampleStudy } from '../../src-main/sample/study.js';
import { test } from './app.js';
import { awaitRun, fineTune, labelTen, reviewTwo, startRun } from './first-day.js';

const switches = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

function packagedProgram(): string {
  const [folder] = readdirSync('dist').filter((name) => name.endsWith('-unpacked'));
  return resolve('dist', folder ?? '', process.platform === 'win32' ? 'Pretext.exe' : 'pretext');
}

/** Starts it with Chromium's own debugging port: Node's inspector, which Playwright needs otherwise, is switched off. */
async function startPackaged(home: string): Promise<{ child: ChildProcess; browser: Browser; page: Page }> {
  const child = spawn(packagedProgram(), [...switches, '--remote-debugging-port=0'], {
    env: { ...process.env, XDG_CONFIG_HOME: home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const address = await new Promise<string>((found, failed) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const match = /DevTools listening on (ws:\S+)/.exec(said);
      if (match?.[1] !== undefined) found(match[1]);
    });
    child.once('exit', () => failed(new Error(`it ended: ${said}`)));
  });
  const browser = await chromium.connectOverCDP(address, { noDefaults: true });
  const context = browser.contexts()[0];
  if (context === undefined) throw new Error('the program has no window');
  return { child, browser, page: context.pages()[0] ?? (await context.waitForEvent('page')) };
}

base.beforeAll(() => {
  base.setTimeout(180_000);
  execFileSync(process.execPath, ['scripts/package.mjs'], { stdio: 'pipe' });
});

test('does the whole job: import, pretraining, labels, fine-tuning, review of new studies', async ({ folder }) => {
  test.setTimeout(600_000);
  const fresh = join(folder, 'new-studies');
  await writeSampleStudy(fresh, { seed: 41, patients: 4, imagesPerPatient: 2 }, silentJob());
  const project = join(folder, 'project');
  Project.open(project, { create: true }).close();
  const home = join(folder, 'home');
  mkdirSync(join(home, 'Pretext'), { recursive: true });
  const memory = {
    preferences: { theme: 'dark', author: '' },
    recent: [{ folder: project, opened: new Date().toISOString() }],
    window: null,
  };
  writeFileSync(join(home, 'Pretext', 'pretext.json'), JSON.stringify(memory));
  const { child, browser, page } = await startPackaged(home);
  try {
    await page.getByTestId('recent').getByRole('button').first().click();
    await page.getByTestId('sample-study').click();
    await expect(page.getByTestId('import-summary')).toContainText('240 images', { timeout: 120_000 });
    const side = await page.evaluate(async () => {
      const reply = await window.pretext.call('pixels:thumbnails', { frames: [[1, 0]] });
      return reply.ok ? (reply.value as Thumbnails).side : null;
    });
    expect(side).toBe(128);
    await page.getByTestId('go-settings').click();
    const processor = page.locator('[data-testid="device"][data-provider="cpu"]');
    await expect(processor).toHaveAttribute('data-available', 'true', { timeout: 120_000 });

    await startRun(page, 'inpainting', 2);
    await awaitRun(page);
    await startRun(page, 'contrastive', 2);
    await awaitRun(page);
    await labelTen(page);
    await fineTune(page);

    // The system's dialog for a folder is the one thing that cannot be answered here.
    const read = await page.evaluate(async (path) => {
      const models = await window.pretext.call('models:list', null);
      if (!models.ok) return models.error.message;
      const [model] = models.value as ModelInfo[];
      const reply = await window.pretext.call('readings:start', { paths: [path], model: model?.id ?? '' });
      return reply.ok ? 'started' : reply.error.message;
    }, fresh);
    expect(read).toBe('started');
    await page.getByTestId('to-predict').click();
    await page.getByTestId('open-reading').click();
    await reviewTwo(page);
  } finally {
    const gone = new Promise((done) => child.once('exit', done));
    await browser.close();
    child.kill();
    await gone;
  }
});

test('is no Node.js, and takes no options or debugger for one', () => {
  const witness = 'process.stdout.write("intruder")';
  const asNode = spawnSync(packagedProgram(), ['-e', witness, '--version'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', DISPLAY: '' },
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(asNode.stdout).not.toContain('intruder');
  const inspected = spawnSync(packagedProgram(), [...switches, '--inspect=0', '--version'], {
    env: { ...process.env, NODE_OPTIONS: '--inspect=0', DISPLAY: '' },
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(inspected.stderr).not.toContain('Debugger listening');
});
