/** @file The window's frame: keys, place on the screen, and other programs on the same project. */

import { join } from 'node:path';
import { start } from '../helpers/command-line.js';
import { end, expect, launch, newProject, openProject, test } from './app.js';
import { preparedProject } from './prepared.js';

test('the steps open by key, and their screens take the focus', async ({ started, folder }) => {
  test.setTimeout(300_000);
  const { page } = started;
  const { project } = await preparedProject(folder);
  await openProject(started, project);
  const screen = page.getByTestId('screen');
  for (const [key, name] of [
    ['1', 'import'],
    ['5', 'finetune'],
    ['2', 'explore'],
  ]) {
    await page.keyboard.press(`Control+${key}`);
    await expect(screen).toHaveAttribute('data-screen', name);
    await expect(screen).toBeFocused();
  }
});

test('a second window on the same project is refused', async ({ started, folder }) => {
  test.setTimeout(300_000);
  const { project } = await preparedProject(folder);
  await openProject(started, project);
  const other = await launch(join(folder, 'other-home'));
  try {
    await other.app.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] });
    }, project);
    await other.page.getByTestId('open-project').click();
    await expect(other.page.getByTestId('error')).toHaveAttribute('data-code', 'project-busy');
  } finally {
    await end(other);
  }
});

test('the command line at work in the project is noticed', async ({ started, folder }) => {
  test.setTimeout(300_000);
  const { page } = started;
  const { project } = await preparedProject(folder);
  await openProject(started, project);
  const shape = ['--backbone', 'vit-tiny', '--depth', '2', '--image-size', '64', '--patch-size', '16'];
  const run = [
    'pretrain',
    '--project',
    project,
    '--method',
    'inpainting',
    ...shape,
    '--epochs',
    '500',
    '--device',
    'cpu',
  ];
  const { child, done } = start(run);
  try {
    await expect(page.getByTestId('elsewhere')).toContainText('Another program works in this project', {
      timeout: 30_000,
    });
  } finally {
    child.kill('SIGINT');
    await done;
  }
  await expect(page.getByTestId('elsewhere')).toHaveCount(0);
});

test('the window comes back where it stood', async ({ folder }) => {
  const home = join(folder, 'home');
  const first = await launch(home);
  await first.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setBounds({ width: 1000, height: 700 }),
  );
  await expect.poll(() => first.page.evaluate(() => window.outerWidth)).toBe(1000);
  await end(first);
  const second = await launch(home);
  const size = await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getSize());
  await end(second);
  expect(size).toEqual([1000, 700]);
});

test('the project that was open comes back at the next start, a closed one does not', async ({ folder }) => {
  test.setTimeout(300_000);
  const home = join(folder, 'home');
  const { project } = await preparedProject(folder);
  const first = await launch(home);
  await openProject(first, project);
  await end(first);
  const second = await launch(home);
  await expect(second.page.getByTestId('screen')).toHaveAttribute('data-screen', 'explore');
  await second.page.getByTestId('go-start').click();
  await second.page.getByTestId('close-project').click();
  await expect(second.page.getByTestId('project')).toContainText('No project open');
  await end(second);
  const third = await launch(home);
  await expect(third.page.getByTestId('recent')).toContainText('prepared');
  await expect(third.page.getByTestId('project')).toContainText('No project open');
  await end(third);
});

test('closes although the page asks for more work until its end', async ({ folder }) => {
  const started = await launch(join(folder, 'home'));
  await newProject(started, join(folder, 'project'));
  await started.page.evaluate(() => {
    setInterval(() => void window.pretext.call('import:sample', null).catch(() => undefined), 20);
  });
  await expect(started.page.getByTestId('job').first()).toBeVisible();
  await end(started);
});

test('a crash of the page brings a fresh page with the same project', async ({ started, folder }) => {
  test.setTimeout(300_000);
  const { app, page } = started;
  const { project } = await preparedProject(folder);
  await openProject(started, project);
  const shown = () =>
    app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(
        "document.querySelector('[data-testid=project]')?.textContent ?? ''",
      ),
    );
  const crashed = new Promise((done) => page.once('crash', done));
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer());
  await crashed;
  await expect.poll(shown).toContain('60 patients');
});
