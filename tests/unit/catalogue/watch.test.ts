/** @file The watch of a folder: out of reach and back, files that cannot be taken in yet, files that change or vanish. */

import { appendFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { PretextError } from '../../../src-main/base/errors.js';
import { silentJob } from '../../../src-main/base/jobs.js';
import { importFiles } from '../../../src-main/catalogue/import.js';
import type { Project } from '../../../src-main/catalogue/project.js';
import { setWatched, type WatchState, watchedFolders, watchFolder } from '../../../src-main/catalogue/watch.js';
import { dicomBytes, pngBytes, put, temporaryFolder, temporaryProject } from './support.js';

const aborts: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const abort of aborts.splice(0)) await abort();
});

function watch(project: Project, folder: string, onFiles: (paths: string[]) => Promise<void>) {
  const abort = new AbortController();
  const states: WatchState[] = [];
  const onState = (state: WatchState) => states.push(state);
  const ended = watchFolder(project, folder, { signal: abort.signal, settleMs: 40, onFiles, onState });
  aborts.push(async () => {
    abort.abort();
    await ended;
  });
  return states;
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !holds(); await pause(5)) {
    if (Date.now() > end) throw new Error('it did not come about');
  }
}

it('hands files on once, again when they change, and again when taking them in has failed', async () => {
  const project = temporaryProject();
  const folder = temporaryFolder();
  const path = put(join(folder, 'a', '1.dcm'), dicomBytes({ instance: '1.2.1' }));
  const handed: string[][] = [];
  let failures = 1;
  const states = watch(project, folder, async (paths) => {
    handed.push(paths);
    if (failures-- > 0) throw new PretextError({ code: 'project-busy', message: 'Busy.' });
    await importFiles(project, paths, silentJob());
  });
  await until(() => project.catalogue.counts().images === 1);
  expect(handed).toEqual([[path], [path]]);
  expect(states.some(({ problem }) => problem === 'Busy.')).toBe(true);
  await until(() => states.at(-1)?.problem === null && states.at(-1)?.waiting === 0);
  appendFileSync(path, Buffer.alloc(2));
  utimesSync(path, 1000, 1000);
  await until(() => handed.length === 3);
  // What is gone before it stood still is forgotten.
  rmSync(put(join(folder, 'part.png'), pngBytes(1)));
  put(join(folder, 'b.png'), pngBytes(2));
  await until(() => handed.length === 4);
  expect(handed[3]).toEqual([join(folder, 'b.png')]);
});

it('waits for a folder that is out of reach', async () => {
  const project = temporaryProject();
  const parent = temporaryFolder();
  const folder = join(parent, 'share');
  put(join(folder, '1.png'), pngBytes(1));
  const states = watch(project, folder, async (paths) => void (await importFiles(project, paths, silentJob())));
  await until(() => project.catalogue.counts().images === 1);
  renameSync(folder, join(parent, 'gone'));
  await until(() => states.at(-1)?.problem !== null);
  put(join(parent, 'gone', '2.png'), pngBytes(2));
  renameSync(join(parent, 'gone'), folder);
  await until(() => project.catalogue.counts().images === 2);
  expect(states.at(-1)?.problem).toBeNull();
});

it('remembers with the project which folders are watched', () => {
  const project = temporaryProject();
  setWatched(project, '/data/b', true);
  setWatched(project, '/data/a', true);
  setWatched(project, '/data/a', true);
  expect(watchedFolders(project)).toEqual(['/data/a', '/data/b']);
  setWatched(project, '/data/b', false);
  expect(watchedFolders(project)).toEqual(['/data/a']);
});
