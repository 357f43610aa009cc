/** @file What the window must not be able to do, tried from inside it. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { answerDialogs, expect, newProject, test } from './app.js';

declare global {
  interface Window {
    /** Set by an injected script, should one ever run. */
    intruder?: boolean;
  }
}

/** The directives of the content security policy that `act` runs into. */
function violations(page: Page, act: () => unknown): Promise<string[]> {
  return page.evaluate(async (source) => {
    const found: string[] = [];
    const note = (event: SecurityPolicyViolationEvent) => found.push(event.effectiveDirective);
    document.addEventListener('securitypolicyviolation', note);
    const script: () => unknown = new Function(`return (${source})`)();
    try {
      await script();
    } catch {
      // Being refused is what is expected; the policy's own report is what counts.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    document.removeEventListener('securitypolicyviolation', note);
    return found;
  }, act.toString());
}

test('every file comes with the policy, and no file outside the window folder', async ({ started: { app } }) => {
  const answers = await app.evaluate(async ({ net }) => {
    const get = async (url: string) => {
      const answer = await net.fetch(url);
      return { status: answer.status, policy: answer.headers.get('content-security-policy') ?? '' };
    };
    return {
      page: await get('app://pretext/index.html'),
      outside: await get('app://pretext/%2e%2e%2fmain%2fmain.js'),
      stranger: await get('app://other/index.html'),
      missing: await get('app://pretext/none.js'),
    };
  });
  expect(answers.page.status).toBe(200);
  expect([answers.outside.status, answers.stranger.status, answers.missing.status]).toEqual([403, 403, 404]);
  for (const { policy } of Object.values(answers)) expect(policy).toContain("default-src 'none'");
});

test('an inline script does not run', async ({ started: { page } }) => {
  const handler = await violations(page, () => {
    const button = document.createElement('button');
    document.body.append(button);
    button.setAttribute('onclick', 'window.intruder = true');
    button.click();
  });
  const element = await violations(page, () => {
    const script = document.createElement('script');
    script.textContent = 'window.intruder = true';
    document.body.append(script);
  });
  // A module's address is not text that becomes code, so here the list of script sources has to refuse.
  const module = await violations(page, () => import('data:text/javascript,window.intruder = true' as string));
  expect(await page.evaluate(() => window.intruder)).toBeUndefined();
  expect([handler, element, module]).toEqual([
    ['require-trusted-types-for'],
    ['require-trusted-types-for'],
    ['script-src-elem'],
  ]);
});

test('a remote address cannot be reached', async ({ started: { page } }) => {
  const found = await violations(page, () => fetch('https://example.org/'));
  expect(found).toEqual(['connect-src']);
  const images = await violations(page, () => {
    const image = new Image();
    image.src = 'https://example.org/pixel.png';
  });
  expect(images).toEqual(['img-src']);
});

test('no window opens and no foreign page replaces ours', async ({ started: { app, page } }) => {
  expect(await page.evaluate(() => window.open('app://pretext/index.html') === null)).toBe(true);
  expect(await page.evaluate(() => window.open('https://example.org/') === null)).toBe(true);
  await page.evaluate(() => {
    window.location.href = 'https://example.org/';
  });
  await page.waitForTimeout(500);
  // Asked through main: Playwright itself waits for the end of the navigation, which was refused.
  const shown = await app.evaluate(({ BrowserWindow }) =>
    Promise.all(
      BrowserWindow.getAllWindows().map(async ({ webContents }) => ({
        url: webContents.getURL(),
        name: await webContents.executeJavaScript("document.querySelector('[data-testid=name]').textContent"),
      })),
    ),
  );
  expect(shown).toEqual([{ url: 'app://pretext/index.html', name: 'Pretext' }]);
});

test('there is no node in the window, and one small bridge', async ({ started: { page } }) => {
  const seen = await page.evaluate(() => ({
    globals: ['require', 'process', 'module', 'Buffer', 'global'].filter((name) => name in window),
    bridge: Object.keys(window.pretext).sort(),
  }));
  expect(seen).toEqual({ globals: [], bridge: ['call', 'listen', 'pathOf'] });
});

test('permissions are denied', async ({ started: { page } }) => {
  const states = await page.evaluate(async () => {
    const names: PermissionName[] = ['notifications', 'geolocation', 'camera' as PermissionName];
    return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state));
  });
  expect(states).toEqual(['denied', 'denied', 'denied']);
});

test('main does not answer a page that is not its own', async ({ started: { app } }) => {
  const preload = join(process.cwd(), 'out', 'preload', 'preload.js');
  const opened = app.waitForEvent('window');
  await app.evaluate(async ({ BrowserWindow }, path) => {
    const foreign = new BrowserWindow({ show: false, webPreferences: { preload: path, sandbox: true } });
    await foreign.loadURL('about:blank');
  }, preload);
  const page = await opened;
  const message = await page.evaluate(() =>
    window.pretext.call('app:info', null).then(String, (error: Error) => error.message),
  );
  expect(message).toContain("the caller is not Pretext's window");
});

test('a message that is not what a call takes is refused before anything is done', async ({ started: { page } }) => {
  const answers = await page.evaluate(async () => {
    const attempts: [string, unknown][] = [
      ['project:open', null],
      ['project:open', { folder: 7, create: true }],
      ['import:start', { paths: [] }],
      ['import:skipped', { reason: 'r', offset: -1, limit: 10 }],
      ['import:skipped', { reason: 'r', offset: 0, limit: 1e9 }],
      ['pixels:thumbnails', { frames: [] }],
      ['pixels:thumbnails', { frames: [[1, -1]] }],
      ['pixels:thumbnails', { frames: [['../../project.json', 0]] }],
      ['pixels:thumbnails', { frames: Array.from({ length: 1000 }, () => [1, 0]) }],
      ['jobs:stop', { id: '../../etc/passwd' }],
      ['app:chooseFile', { title: 'x', extensions: ['*/../..'] }],
      ['no:such-call', null],
    ];
    return Promise.all(
      attempts.map(([channel, argument]) =>
        window.pretext.call(channel, argument).then(
          () => 'answered',
          (error: Error) => error.message,
        ),
      ),
    );
  });
  for (const answer of answers) expect(answer).toMatch(/not what this call takes|No handler registered/);
});

test('the picture routes give nothing but pictures of the open project', async ({ started: { page } }) => {
  const loaded = await page.evaluate(async () => {
    const paths = ['seen/model/1', 'seen/../../project.json', 'heatmap/%2e%2e/1', 'constructor/1', 'heatmap/model/-1'];
    return Promise.all(
      paths.map(
        (path) =>
          new Promise<boolean>((resolve) => {
            const image = new Image();
            image.onload = () => resolve(true);
            image.onerror = () => resolve(false);
            image.src = `/data/${path}`;
          }),
      ),
    );
  });
  expect(loaded).toEqual([false, false, false, false, false]);
});

test('no web view and no frame of another origin comes to life', async ({ started: { app, page } }) => {
  await page.evaluate(() => {
    const view = document.createElement('webview');
    view.setAttribute('src', 'https://example.org/');
    const frame = document.createElement('iframe');
    frame.src = 'https://example.org/';
    document.body.append(view, frame);
  });
  await page.waitForTimeout(300);
  const contents = await app.evaluate(({ webContents }) => webContents.getAllWebContents().map((one) => one.getURL()));
  expect(contents).toEqual(['app://pretext/index.html']);
  expect(page.frames().every((frame) => !frame.url().includes('example.org'))).toBe(true);
});

test('markup in the texts of a file stays text', async ({ started, folder }) => {
  const { app, page } = started;
  const markup = '<img src=x onerror="window.intruder=true">';
  const scans = join(folder, markup.replaceAll('/', ''));
  mkdirSync(scans);
  writeFileSync(join(scans, 'broken.dcm'), '<script>window.intruder = true</script>');
  await newProject(started, join(folder, 'project'));
  await answerDialogs(app, [scans]);
  await page.getByTestId('choose-folders').click();
  await expect(page.getByTestId('skipped')).toContainText('onerror');
  expect(await page.evaluate(() => window.intruder)).toBeUndefined();
  expect(await page.getByTestId('skipped').locator('img, script').count()).toBe(0);
});
