/** @file Every screen, dark and light, without and with work in it: axe-core finds nothing to complain of (WCAG 2.2 AA). */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import { expect, newProject, openProject, test } from './app.js';
import { preparedProject } from './prepared.js';

const axe = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');
const SCREENS = ['start', 'import', 'explore', 'pretrain', 'label', 'finetune', 'results', 'predict', 'settings'];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe-core finds wrong on the page as it is now: rule and element. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations: found, passes } = await page.evaluate(
    (tags) =>
      (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
        runOnly: { type: 'tag', values: tags },
      }),
    RULES,
  );
  expect(passes.length, 'rules that had something to check').toBeGreaterThan(10);
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
  );
}

async function checkAll(page: Page): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const screen of SCREENS) {
    await page.getByTestId(`go-${screen}`).click();
    await expect(page.getByTestId('screen')).toHaveAttribute('data-screen', screen);
    // What a screen loads when it opens.
    await page.waitForTimeout(700);
    const wrong = await violations(page);
    if (wrong.length > 0) found[screen] = wrong;
  }
  return found;
}

test('an empty project', async ({ started, folder }) => {
  await newProject(started, join(folder, 'project'));
  expect(await checkAll(started.page)).toEqual({});
});

for (const theme of ['dark', 'light'] as const) {
  test(`a project with work in it, ${theme}`, async ({ started, folder }) => {
    test.setTimeout(300_000);
    const { app, page } = started;
    const { project } = await preparedProject(folder);
    await app.evaluate(({ nativeTheme }, source) => {
      nativeTheme.themeSource = source;
    }, theme);
    await openProject(started, project);
    expect(await checkAll(page)).toEqual({});
  });
}
