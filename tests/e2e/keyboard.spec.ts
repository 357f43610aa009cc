/** @file The first run by keyboard alone: from the first screen to reviewed readings, no mouse, focus always in view. */

import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { silentJob } from '../../src-main/base/jobs.js';
import { writeSampleStudy } from '../../src-main/sample/study.js';
import { answerDialogs, expect, test } from './app.js';

/** Presses of Tab that a person puts up with on the way to one control. */
const MOST_TABS = 24;

/** What has the focus, in words for a failed test. */
function whatHasFocus(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement: active } = document;
    const name = active?.getAttribute('data-testid') ?? active?.getAttribute('aria-label') ?? active?.textContent ?? '';
    return `${active?.tagName.toLowerCase() ?? 'nothing'} "${name.trim().slice(0, 40)}"`;
  });
}

/** The element has the focus, within the window, and something is drawn for it: around it, its label or its option. */
async function expectVisibleFocus(element: Locator): Promise<void> {
  const shown = () =>
    element.evaluate((target) => {
      const active = document.getElementById(target.getAttribute('aria-activedescendant') ?? '');
      const drawn = [target, target.closest('label'), active].some((one) => {
        if (one === null) return false;
        const { outlineStyle, outlineWidth } = getComputedStyle(one);
        return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
      });
      const { top, bottom, left, right } = target.getBoundingClientRect();
      const within = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
      return { focused: document.activeElement === target, drawn, within };
    });
  await expect.poll(shown, { message: `focus on ${element}` }).toEqual({ focused: true, drawn: true, within: true });
}

/** Presses Tab until the element has the focus, which has to be visible there. */
async function tabTo(page: Page, element: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await expect(element).toBeEnabled({ timeout: 60_000 });
  const passed: string[] = [];
  while (!(await element.evaluate((target) => target === document.activeElement))) {
    passed.push(await whatHasFocus(page));
    if (passed.length > MOST_TABS)
      throw new Error(`${element} is not reached by ${key}; on the way: ${passed.join(', ')}`);
    await page.keyboard.press(key);
  }
  await expectVisibleFocus(element);
}

async function press(page: Page, element: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, element);
  await page.keyboard.press(key);
}

/** After an action the keyboard is still somewhere in the window, so that Tab goes on from there. */
async function expectFocusKept(page: Page): Promise<void> {
  await expect.poll(() => whatHasFocus(page)).not.toMatch(/^body/);
}

async function type(page: Page, field: Locator, value: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(value);
}

test('the first run without a mouse', async ({ started, folder }) => {
  test.setTimeout(600_000);
  const { app, page } = started;
  const get = (name: string) => page.getByTestId(name);
  const screen = get('screen');
  const fresh = join(folder, 'new-studies');
  await writeSampleStudy(fresh, { seed: 41, patients: 4, imagesPerPatient: 2 }, silentJob());

  await test.step('a new project with the sample study', async () => {
    await answerDialogs(app, [join(folder, 'project')]);
    await page.keyboard.press('Tab');
    await press(page, get('new-project'));
    await expect(screen).toHaveAttribute('data-screen', 'import');
    await expect(screen).toBeFocused();
    await press(page, get('sample-study'));
    await expect(get('import-summary')).toContainText('240 images', { timeout: 120_000 });
    await expectFocusKept(page);
    await press(page, get('next'));
  });

  await test.step('past the steps by the link', async () => {
    await expect(screen).toHaveAttribute('data-screen', 'explore');
    await tabTo(page, get('skip-to-screen'), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await expect(screen).toBeFocused();
  });

  await test.step('look at an image', async () => {
    const grid = get('grid');
    await expect(grid.locator('canvas').first()).toBeVisible({ timeout: 60_000 });
    await press(page, get('skip-to-images'));
    await expect(grid).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await expectVisibleFocus(grid);
    await page.keyboard.press('Enter');
    const picture = get('viewer-picture');
    await expectVisibleFocus(picture);
    await expect(picture).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 });
    const place = get('stack-place');
    const before = (await place.textContent()) ?? '';
    await page.keyboard.press('ArrowDown');
    await expect(place).not.toHaveText(before);
    const levels = get('viewer-window');
    const own = (await levels.textContent()) ?? '';
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowDown');
    await expect(levels).not.toHaveText(own);
    await page.keyboard.press('r');
    await expect(levels).toHaveText(own);
    await page.keyboard.press('Escape');
    await expect(grid).toBeFocused();
  });

  await test.step('pretrain with own settings, paused once', async () => {
    await page.keyboard.press('Control+3');
    await expect(get('plan')).toHaveAttribute('data-ready', 'true', { timeout: 60_000 });
    await press(page, get('advanced'));
    for (const [name, value] of Object.entries({ depth: 1, imageSize: 32, patchSize: 16, epochs: 60, threads: 1 })) {
      await type(page, get(`set-${name}`), String(value));
      await page.keyboard.press('Tab');
      await expect(get(`plan-${name}`)).toContainText('Your choice.', { timeout: 60_000 });
    }
    await press(page, get('start'));
    const run = get('run');
    await expect(run).toHaveAttribute('data-state', 'running', { timeout: 60_000 });
    await expectFocusKept(page);
    await tabTo(page, get('pause'));
    await expect
      .poll(async () => Number(await get('curve').getAttribute('data-step')), { timeout: 60_000 })
      .toBeGreaterThan(2);
    await page.keyboard.press('Enter');
    await expect(run).toHaveAttribute('data-state', 'paused', { timeout: 60_000 });
    await expectVisibleFocus(get('resume'));
    await page.keyboard.press('Enter');
    await expect(get('pause')).toBeFocused();
    await expect(run).toHaveAttribute('data-state', 'finished', { timeout: 120_000 });
    await expectFocusKept(page);
    await press(page, get('next-label'));
  });

  await test.step('label ten in a new task; one taken back, one unsure, one skipped', async () => {
    await press(page, get('new-task'));
    await expect(get('task-name')).toBeFocused();
    await type(page, get('task-name'), 'Opacity');
    await press(page, get('save-task'));
    const image = get('labelled-image');
    await expect(image).toHaveAttribute('data-image', /\d/);
    await expectFocusKept(page);
    const keys = ['1', '2', '1', '2', '1', '2', '1', '2', '1', '2', '1', 'Control+z', 'u', 's'];
    for (const key of keys) {
      const before = await image.getAttribute('data-image');
      await page.keyboard.press(key);
      await expect(image).not.toHaveAttribute('data-image', before ?? '');
    }
    await expect(get('progress-1')).toContainText('5');
    await expect(get('progress-2')).toContainText('5');
    await expect(get('left')).toContainText('1 unsure, 1 skipped');
  });

  await test.step('fine-tune by the wizard', async () => {
    await page.keyboard.press('Control+5');
    for (const step of ['patients', 'method', 'run']) {
      await press(page, get('next-step'));
      await expect(get(`step-${step}`)).toBeVisible();
      await expect(page.locator('#step-title')).toBeFocused();
      if (step === 'method') await type(page, get('draws'), '2');
    }
    await press(page, get('start'));
    await expect(get('result')).toBeVisible({ timeout: 120_000 });
    await expectFocusKept(page);
    await press(page, get('to-results'));
  });

  await test.step('results at another operating point', async () => {
    await expect(get('headline')).toBeVisible({ timeout: 60_000 });
    const threshold = get('threshold');
    await tabTo(page, get('operating').getByRole('slider'));
    await page.keyboard.press('End');
    const lowest = (await threshold.textContent()) ?? '';
    await page.keyboard.press('Home');
    await expect(threshold).not.toHaveText(lowest);
  });

  await test.step('read new studies; accept one, correct one', async () => {
    await answerDialogs(app, [fresh]);
    await page.keyboard.press('Control+7');
    await press(page, get('choose-studies'));
    await expect(get('reading')).toHaveAttribute('data-state', 'done', { timeout: 120_000 });
    await expect(get('row').first()).toBeVisible();
    await expect(get('grid')).toBeFocused();
    await page.keyboard.press('Home');
    await expectVisibleFocus(get('grid'));
    const detail = get('detail');
    await expect(detail).toBeVisible();
    await page.keyboard.press('a');
    await expect(get('progress-of-review')).toContainText('1 of 8');
    const key = await get('correct').first().getAttribute('aria-keyshortcuts');
    await page.keyboard.press(key ?? '');
    await expect(get('progress-of-review')).toContainText('2 of 8');
    await expect(get('grid')).toBeFocused();
  });
});
