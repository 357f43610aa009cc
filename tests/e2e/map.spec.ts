/** @file The map of images: made from a pretrained encoder, looked through, labelled from; what to label next. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Reply } from '../../src-main/contract/channels.js';
import type { Suggestion } from '../../src-main/contract/suggest.js';
import { expect, openProject, test } from './app.js';
import { preparedProject, TASK } from './prepared.js';

async function openMap(page: Page): Promise<void> {
  await page.getByTestId('go-explore').click();
  await page.getByRole('radiogroup', { name: 'How the images are shown' }).getByText('Map').click();
}

/** Asks main for suggestions, as the Label screen does. */
function suggest(page: Page, mode: string): Promise<Reply<Suggestion[]>> {
  const wanted = { task: TASK, mode, count: 4 };
  return page.evaluate((argument) => window.pretext.call('suggest:next', argument), wanted) as Promise<
    Reply<Suggestion[]>
  >;
}

test('images are mapped, selected by line and by keyboard, labelled, and suggested', async ({ started, folder }) => {
  const { page } = started;
  const { project } = await preparedProject(folder);
  await openProject(started, project);
  await openMap(page);
  expect(await suggest(page, 'typical')).toMatchObject({
    ok: false,
    error: { code: 'not-found', remedy: expect.stringContaining('map') },
  });

  await page.getByTestId('map-compute').click();
  const map = page.getByTestId('map');
  await expect(map).toHaveAttribute('data-points', '240', { timeout: 60_000 });
  await expect(page.getByTestId('map-legend')).toContainText('Not labelled');

  // By keyboard: go to an image, select its nearest, take the labels away.
  await map.focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('map-focus')).toContainText('Image');
  await expect(page.getByTestId('map-tip')).toContainText('Patient');
  await page.keyboard.press('n');
  await expect(page.getByTestId('map-selected')).toHaveText('20 selected');
  await page.getByRole('button', { name: 'Remove their labels' }).click();
  await expect(page.getByTestId('map-said')).toHaveText('Labels of 20 images removed.');
  const legend = page.getByTestId('map-legend').getByRole('listitem');
  await expect(legend.last()).toContainText('20');

  // By mouse: a line around everything.
  const box = await map.boundingBox();
  if (box === null) throw new Error('the map has no place');
  await page.keyboard.down('Shift');
  await page.mouse.move(box.x + 3, box.y + 3);
  await page.mouse.down();
  for (const [x, y] of [
    [box.width - 3, 3],
    [box.width - 3, box.height - 3],
    [3, box.height - 3],
  ] as const) {
    await page.mouse.move(box.x + x, box.y + y, { steps: 4 });
  }
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await expect(page.getByTestId('map-selected')).toHaveText('240 selected');
  await page.getByRole('button', { name: 'Label 240 images as finding' }).click();
  await expect(legend.filter({ hasText: 'finding' })).toContainText('240');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(legend.last()).toContainText('20');

  for (const mode of ['typical', 'informative']) {
    const answer = await suggest(page, mode);
    if (!answer.ok) throw new Error(answer.error.message);
    expect(answer.value.length).toBe(4);
    expect(new Set(answer.value.map(({ imageId }) => imageId)).size).toBe(4);
    const words = mode === 'typical' ? /^Typical of \d+ similar images|^Unlike/ : /%, .*%\.$/;
    for (const { reason } of answer.value) expect(reason).toMatch(words);
  }
});

test('without an encoder the map leads to pretraining', async ({ started, folder }) => {
  const { page } = started;
  const { project } = await preparedProject(folder);
  rmSync(join(project, 'runs'), { recursive: true });
  await openProject(started, project);
  await openMap(page);
  await page.getByTestId('map-pretrain').click();
  await expect(page.getByTestId('screen')).toHaveAttribute('data-screen', 'pretrain');
});
