/** @file The viewer in the real window: what it draws, measures and says, with WebGL and without, and that it cleans up. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { windowed } from '../../src-main/dicom/grey.js';
import { EXPLICIT, type TestElement, writeImage } from '../unit/dicom/writer.js';
import { answerDialogs, expect, newProject, openProject, type Started, test } from './app.js';
import { preparedProject } from './prepared.js';

const picture = (page: Page): Locator => page.getByTestId('viewer-picture');

/** Takes files in and opens the first image of the grid. */
async function openFiles(started: Started, folder: string, files: Record<string, Uint8Array>): Promise<void> {
  const { app, page } = started;
  const scans = join(folder, 'scans');
  mkdirSync(scans);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(scans, name), bytes);
  await newProject(started, join(folder, 'project'));
  await answerDialogs(app, [scans]);
  await page.getByTestId('choose-folders').click();
  await expect(page.getByTestId('import-summary')).toContainText('all of them new');
  await openImage(page, 0);
}

async function openImage(page: Page, place: number): Promise<void> {
  await page.getByTestId('go-explore').click();
  await page.getByTestId('grid').getByRole('option').nth(place).click();
  await expect(picture(page)).toHaveAttribute('data-shown', /^\d/);
}

/** Drags from one place of the picture to another, in parts of its width and height. */
async function drag(page: Page, from: [number, number], to: [number, number], button: 'left' | 'middle' | 'right') {
  const box = (await picture(page).boundingBox())!;
  const at = ([x, y]: [number, number]): [number, number] => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(from));
  await page.mouse.down({ button });
  await page.mouse.move(...at(to), { steps: 4 });
  await page.mouse.up({ button });
}

test('a CT series is gone through, windowed, enlarged and measured', async ({ started, folder }) => {
  const { page } = started;
  const { project } = await preparedProject(folder);
  await openProject(started, project);
  await openImage(page, 0);
  const view = picture(page);
  const window = page.getByTestId('viewer-window');
  const zoom = page.getByTestId('viewer-zoom');
  const percent = async () => Number.parseInt(/\d+/.exec((await zoom.textContent()) ?? '')?.[0] ?? '', 10);

  await view.focus();
  await page.keyboard.press('Home');
  await expect(page.getByTestId('viewer-place')).toHaveText('1 / 4');
  await page.keyboard.press('ArrowDown');
  await expect(view).toHaveAttribute('data-shown', '1');
  await view.hover();
  await page.mouse.wheel(0, 120);
  await expect(view).toHaveAttribute('data-shown', '2');
  await page.mouse.wheel(0, -120);
  await expect(view).toHaveAttribute('data-shown', '1');

  await page.keyboard.press('1');
  await expect(window).toHaveText('C -600  W 1500');
  await page.getByRole('combobox', { name: 'Window' }).selectOption({ label: 'Bone (3)' });
  await expect(window).toHaveText('C 400  W 1800');
  await drag(page, [0.5, 0.5], [0.6, 0.5], 'left');
  await expect(window).toHaveText(/^C 400 {2}W (?!1800)\d+$/);
  await view.focus();
  await page.keyboard.press('i');
  await expect(page.getByRole('button', { name: 'Invert' })).toHaveAttribute('aria-pressed', 'true');

  const fitted = await percent();
  await page.keyboard.press('+');
  await expect.poll(percent).toBeGreaterThan(fitted);
  const byKey = await percent();
  await drag(page, [0.5, 0.5], [0.5, 0.6], 'right');
  await expect.poll(percent).not.toBe(byKey);
  await drag(page, [0.5, 0.5], [0.4, 0.4], 'middle');
  await page.keyboard.press('r');
  await expect.poll(percent).toBe(fitted);
  await expect(page.getByRole('button', { name: 'Invert' })).toHaveAttribute('aria-pressed', 'false');

  await view.hover();
  await expect(page.getByTestId('viewer-value')).toHaveText(/^-?\d+ HU$/);
  await page.keyboard.press('l');
  await drag(page, [0.45, 0.5], [0.55, 0.5], 'left');
  await expect(page.getByTestId('viewer-length')).toHaveText(/^\d+\.\d mm$/);
  await page.getByRole('button', { name: 'Remove lengths' }).click();
  await expect(page.getByTestId('viewer-length')).toHaveCount(0);
});

const WINDOWS = [
  [40, 1],
  [40, 8],
  [45, 300],
] as const;
const SIDE = 16;
/** The image is made of 4 x 4 blocks, so that the middle of each is not mixed with its neighbours. */
const VALUES = Float32Array.from({ length: 16 }, (_, block) => 32 + block);

function blocks(uid: string, extra: TestElement[], photometric = 'MONOCHROME2'): Uint8Array {
  const values = Int16Array.from({ length: SIDE * SIDE }, (_, at) => {
    const row = Math.floor(at / SIDE);
    return VALUES[(row >> 2) * 4 + ((at % SIDE) >> 2)]!;
  });
  const text = (group: number, element: number, vr: string, value: string): TestElement => ({
    tag: [group, element],
    vr,
    value,
  });
  const pixels = new Uint8Array(values.buffer);
  const all = [
    text(0x0008, 0x0018, 'UI', uid),
    text(0x0020, 0x000d, 'UI', '1.2.3'),
    text(0x0020, 0x000e, 'UI', '1.2.3.1'),
    text(0x0020, 0x0013, 'IS', uid.slice(-1)),
    text(0x0028, 0x1050, 'DS', WINDOWS.map(([centre]) => centre).join('\\')),
    text(0x0028, 0x1051, 'DS', WINDOWS.map(([, width]) => width).join('\\')),
    ...extra,
  ];
  return writeImage({
    transferSyntax: EXPLICIT,
    rows: SIDE,
    columns: SIDE,
    signed: true,
    photometric,
    pixels,
    extra: all,
  });
}

/** Grey level in the middle of each block, as it is on the screen. */
function levels(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.cornerstone-canvas')!;
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
    const side = Math.min(width, height);
    return Array.from({ length: 16 }, (_, block) => {
      const x = Math.round((width - side) / 2 + (((block % 4) + 0.5) * side) / 4);
      const y = Math.round((height - side) / 2 + ((Math.floor(block / 4) + 0.5) * side) / 4);
      return data[(y * width + x) * 4]!;
    });
  });
}

/** From now on `loseGraphics` takes the graphics memory away, as a driver that is reset does. */
async function watchGraphics(page: Page): Promise<void> {
  await page.evaluate(() => {
    const contexts: WebGL2RenderingContext[] = [];
    const get = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...given: [string, unknown]) {
      const context = get.apply(this, given as never);
      if (context instanceof WebGL2RenderingContext) contexts.push(context);
      return context;
    } as never;
    window.addEventListener('test:lose', () => {
      for (const context of contexts) context.getExtension('WEBGL_lose_context')?.loseContext();
    });
  });
}

async function loseGraphics(page: Page): Promise<void> {
  await expect(page.getByTestId('viewer-processor')).toHaveCount(0);
  await page.evaluate(() => window.dispatchEvent(new Event('test:lose')));
  await expect(page.getByTestId('viewer-processor')).toBeVisible();
}

test('windows are drawn as DICOM defines them, also when graphics memory is lost', async ({ started, folder }) => {
  const { page } = started;
  await watchGraphics(page);
  await openFiles(started, folder, {
    'a.dcm': blocks('1.2.3.4.1', []),
    'b.dcm': blocks('1.2.3.4.2', [], 'MONOCHROME1'),
    'c.dcm': blocks('1.2.3.4.3', [{ tag: [0x0028, 0x1056], vr: 'CS', value: 'LINEAR_EXACT' }]),
  });
  const view = picture(page);
  const checkAll = async () => {
    for (const [place, shape] of (['LINEAR', 'LINEAR', 'LINEAR_EXACT'] as const).entries()) {
      await view.focus();
      await page.keyboard.press('Home');
      for (let at = 0; at < place; at++) await page.keyboard.press('ArrowDown');
      await expect(view).toHaveAttribute('data-shown', String(place));
      for (const [key, [centre, width]] of WINDOWS.entries()) {
        await page.keyboard.press(String(key + 1));
        const grey = [...windowed(VALUES, centre, width, shape)].map(
          (level) => 255 * (place === 1 ? 1 - level : level),
        );
        const worst = async () =>
          Math.max(...(await levels(page)).map((level, block) => Math.abs(level - grey[block]!)));
        await expect.poll(worst, { message: `${shape} ${centre} / ${width}, image ${place + 1}` }).toBeLessThan(1.5);
      }
    }
  };
  await checkAll();
  await loseGraphics(page);
  await checkAll();
});

test('VOI LUTs and sigmoids are drawn as pydicom computes them, until a window is dragged', async ({
  started,
  folder,
}) => {
  const { page } = started;
  await watchGraphics(page);
  const fixtures = join(__dirname, '../fixtures/voi');
  const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Record<string, number[]>;
  const names = Object.keys(expected);
  const files = names.map((name) => [name, readFileSync(join(fixtures, name))] as const);
  await openFiles(started, folder, Object.fromEntries(files));
  const view = picture(page);
  const shown = page.getByTestId('viewer-window');
  const presets = page.getByTestId('viewer-presets');
  const worst = async (grey: readonly number[]) =>
    Math.max(...(await levels(page)).map((level, block) => Math.abs(level - grey[block]!)));
  const go = async (name: string) => {
    await view.focus();
    await page.keyboard.press('Home');
    for (let at = 0; at < names.indexOf(name); at++) await page.keyboard.press('ArrowDown');
    await expect(view).toHaveAttribute('data-shown', String(names.indexOf(name)));
  };
  const checkAll = async () => {
    for (const name of names) {
      await go(name);
      await page.keyboard.press('r');
      await expect.poll(() => worst(expected[name]!), { message: name }).toBeLessThan(1.5);
    }
    await go('lut-12.dcm');
    await expect(shown).toHaveText('VOI LUT 1: S WITH A STEP');
    await page.keyboard.press('i');
    await expect.poll(() => worst(expected['lut-12.dcm']!.map((grey) => 255 - grey))).toBeLessThan(1.5);
    await page.keyboard.press('i');
    await presets.selectOption({ label: 'VOI LUT 2: FALLING (2)' });
    await expect.poll(async () => (await levels(page)).filter((_, block) => block % 15 === 0)).toEqual([255, 3]);
    await presets.selectOption({ label: 'VOI LUT 1: S WITH A STEP (1)' });
    await drag(page, [0.5, 0.5], [0.6, 0.5], 'left');
    await expect(shown).toHaveText(/^C \d+ {2}W \d+$/);
    const [, centre, width] = /^C (\d+) {2}W (\d+)$/.exec((await shown.textContent()) ?? '')!.map(Number);
    const values = Float32Array.of(0, 99, 100, 101, 500, 800, 999, 1000, 1001, 1100, 1300, 1500, 1900, 2100, 2500, 6e4);
    const straight = [...windowed(values, centre!, width!, 'LINEAR')].map((level) => 255 * level);
    await expect.poll(() => worst(straight)).toBeLessThan(1.5);
    await page.keyboard.press('r');
    await expect(shown).toHaveText('VOI LUT 1: S WITH A STEP');
    await go('sigmoid.dcm');
    await expect(shown).toHaveText('C 20  W 40  sigmoid');
    await page.keyboard.press('Shift+ArrowRight');
    await expect(shown).toHaveText(/^C 20 {2}W (?!40)\d+$/);
    await page.keyboard.press('r');
  };
  await checkAll();
  await loseGraphics(page);
  await checkAll();
});

test('a file that was damaged since says so, and the next one is shown', async ({ started, folder }) => {
  const { page } = started;
  await openFiles(started, folder, { 'a.dcm': blocks('1.2.3.4.1', []), 'b.dcm': blocks('1.2.3.4.2', []) });
  await page.getByTestId('back-to-images').click();
  writeFileSync(join(folder, 'scans', 'a.dcm'), 'no longer a scan');
  // Another page has nothing in its cache.
  await page.reload();
  await page.getByTestId('go-explore').click();
  await page.getByTestId('grid').getByRole('option').first().click();
  const error = page.getByTestId('viewer').getByTestId('error');
  await expect(error).toHaveAttribute('data-code', 'bad-file');
  await expect(error).toContainText('a.dcm');
  await picture(page).focus();
  await page.keyboard.press('ArrowDown');
  await expect(picture(page)).toHaveAttribute('data-shown', '1');
  await expect(error).toHaveCount(0);
});

test('a hundred frames and twelve openings leave nothing behind', async ({ started, folder }) => {
  const { page } = started;
  const frames = 100;
  const pixels = new Uint8Array(frames * SIDE * SIDE * 2);
  await page.evaluate(() => {
    const { prototype } = WebGL2RenderingContext;
    const { createTexture, deleteTexture } = prototype;
    let alive = 0;
    prototype.createTexture = function () {
      document.documentElement.dataset.textures = String(++alive);
      return createTexture.call(this);
    };
    prototype.deleteTexture = function (texture) {
      document.documentElement.dataset.textures = String(--alive);
      deleteTexture.call(this, texture);
    };
  });
  await openFiles(started, folder, { 'cine.dcm': writeImage({ rows: SIDE, columns: SIDE, frames, pixels }) });
  const view = picture(page);
  const textures = async () => Number(await page.locator('html').getAttribute('data-textures'));
  await view.focus();
  await page.keyboard.press('ArrowDown');
  await expect(view).toHaveAttribute('data-shown', '1');
  const first = await textures();
  for (let frame = 2; frame < frames; frame++) await page.keyboard.press('ArrowDown');
  await expect(view).toHaveAttribute('data-shown', String(frames - 1));
  expect(await textures()).toBe(first);

  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const reopen = async (times: number) => {
    for (let time = 0; time < times; time++) {
      await page.getByTestId('back-to-images').click();
      await expect(page.locator('canvas.cornerstone-canvas')).toHaveCount(0);
      await page.getByTestId('grid').getByRole('option').first().click();
      await expect(view).toHaveAttribute('data-shown', '0');
    }
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    return new Map(metrics.map(({ name, value }) => [name, value])).get('JSEventListeners') ?? Number.NaN;
  };
  const listeners = await reopen(4);
  expect(await reopen(8)).toBeLessThanOrEqual(listeners);
  // Those of the viewer that was closed last go with the next picture.
  expect(await textures()).toBeLessThanOrEqual(first + 3);
});
