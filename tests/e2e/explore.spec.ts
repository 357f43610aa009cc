/** @file Looking through images: conditions, tree, grid by keyboard, one image with its tags. */

import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { Project } from '../../src-main/catalogue/project.js';
import { expect, newProject, openProject, test } from './app.js';
import { preparedProject } from './prepared.js';

const grid = (page: Page) => page.getByTestId('grid');
const chosen = (page: Page) => grid(page).locator('[aria-selected="true"]');
const count = (page: Page) => page.getByTestId('image-count');

/** The value beside a tag's name. */
const tagValue = (page: Page, name: string) =>
  page.getByTestId('tags').getByRole('row').filter({ hasText: name }).locator('td');

test('conditions, the tree and the keyboard lead to an image and its tags', async ({ started, folder }) => {
  const { page } = started;
  const { project } = await preparedProject(folder);
  await openProject(started, project);
  await expect(count(page)).toHaveText('240 images');
  await expect(grid(page).getByRole('option').first()).toContainText('CT');
  await expect(grid(page).locator('canvas').first()).toHaveAttribute('width', '128');

  // Every choice says how many images it would show.
  const label = page.getByTestId('filter-label');
  await expect(page.getByTestId('filter-modality').locator('option')).toHaveText(['Any', 'CT (240)']);
  const normal = (await label.locator('option').allTextContents()).find((name) => name.startsWith('normal')) ?? '';
  await label.selectOption(normal);
  const images = /\((\d+)\)/.exec(normal)?.[1] ?? 'none';
  await expect(count(page)).toHaveText(`${images} images`);
  await expect(grid(page).getByRole('option').first()).toContainText('normal');
  await page.getByTestId('clear-filters').click();
  await expect(count(page)).toHaveText('240 images');

  const patients = page.getByTestId('tree').getByRole('treeitem');
  await patients.nth(1).focus();
  await page.keyboard.press('ArrowRight');
  await expect(patients.nth(1)).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(count(page)).toHaveText('4 images');
  await expect(patients.nth(3)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(count(page)).toHaveText('240 images');

  await grid(page).focus();
  await page.keyboard.press('ArrowDown');
  await expect(chosen(page)).toHaveAttribute('aria-posinset', '1');
  await page.keyboard.press('ArrowRight');
  await expect(chosen(page)).toHaveAttribute('aria-posinset', '2');
  await page.keyboard.press('End');
  await expect(chosen(page)).toHaveAttribute('aria-posinset', '240');
  await expect(chosen(page)).toContainText('CT');
  await expect(chosen(page)).toBeInViewport();
  // Only what is in view exists.
  expect(await grid(page).getByRole('option').count()).toBeLessThan(120);
  await page.keyboard.press('Enter');

  await expect(page.getByTestId('stack-place')).toHaveText('4 of 4');
  await expect(tagValue(page, 'Modality')).toHaveText('CT');
  await expect(tagValue(page, "Patient's Name")).toHaveText('hidden');
  await expect(tagValue(page, 'SOP Instance UID')).toHaveText('hidden');
  await page.getByTestId('show-identifiers').check();
  await expect(tagValue(page, "Patient's Name")).not.toHaveText('hidden');
  await expect(tagValue(page, 'SOP Instance UID')).toHaveText(/^[\d.]+$/);
  await page.getByTestId('show-identifiers').uncheck();
  await expect(tagValue(page, "Patient's Name")).toHaveText('hidden');

  await page.keyboard.press('Escape');
  await expect(page.getByTestId('image-view')).toHaveCount(0);
  await expect(grid(page)).toBeFocused();
  await expect(chosen(page)).toHaveAttribute('aria-posinset', '240');
  await expect(chosen(page)).toBeInViewport();
});

test('what is not there is said: no images, no match, no file', async ({ started, folder }) => {
  const { page } = started;
  await newProject(started, join(folder, 'empty'));
  await page.getByTestId('go-explore').click();
  await expect(page.getByTestId('empty')).toContainText('No images yet');
  await page.getByTestId('to-import').click();
  await expect(page.getByTestId('screen')).toHaveAttribute('data-screen', 'import');

  const { project } = await preparedProject(folder);
  // The disk with the scans was taken out; their small pictures are in the project.
  const opened = Project.open(project);
  opened.catalogue.database.run("UPDATE image SET path = '/taken-out' || path");
  opened.close();
  await openProject(started, project);
  await expect(count(page)).toHaveText('240 images');
  await page.getByTestId('filter-text').fill('<b>nobody</b>');
  await expect(page.getByTestId('empty')).toContainText('No image matches');
  await page.getByTestId('clear-all').click();
  await expect(page.getByTestId('filter-text')).toHaveValue('');

  await grid(page).getByRole('option').first().click();
  const failure = page.getByTestId('tags').getByTestId('error');
  await expect(failure).toContainText('cannot be read');
  await expect(failure).toContainText('still where it was imported from');
});

test('doubtful images are found by their flag and left out of what a run learns from', async ({ started, folder }) => {
  const { page } = started;
  const { project } = await preparedProject(folder);
  const opened = Project.open(project);
  const { database } = opened.catalogue;
  database.run("INSERT INTO image_flag (image_id, flag) SELECT id, 'burned-in' FROM image WHERE id % 10 = 0");
  database.run("INSERT INTO series_flag (series_id, flag) SELECT id, 'gaps' FROM series WHERE id = 1");
  const inTrain = database.one<{ n: number }>(
    "SELECT count(*) AS n FROM task_split WHERE split = 'train' AND image_id % 10 = 0",
  );
  opened.close();
  await openProject(started, project);
  await expect(count(page)).toHaveText('240 images');

  const quality = page.getByTestId('filter-flag');
  await quality.selectOption('burned-in');
  await expect(count(page)).toHaveText('24 images');
  await quality.selectOption('any');
  await expect(count(page)).toHaveText(/^2[5-8] images$/);
  await quality.selectOption('none');
  await expect(count(page)).toHaveText(/^21[2-5] images$/);
  // The switch belongs to one flag.
  await expect(page.getByTestId('leave-out')).toHaveCount(0);
  await quality.selectOption('burned-in');
  await page.getByTestId('leave-out').check();
  await expect(quality.locator('optgroup option:checked')).toHaveCount(1);
  await page.screenshot({ path: test.info().outputPath('left-out.png') });

  await page.getByTestId('go-pretrain').click();
  const leftOut = `${inTrain?.n} images with flags that are left out`;
  await expect(page.getByTestId('screen')).toContainText(leftOut);
  await page.getByTestId('go-explore').click();
  await quality.selectOption('burned-in');
  await page.getByTestId('leave-out').uncheck();
  await expect(quality.locator('optgroup')).toHaveCount(0);
  await page.getByTestId('go-pretrain').click();
  await expect(page.getByTestId('screen')).toContainText('official training split');
  await expect(page.getByTestId('screen')).not.toContainText('are left out');
});
