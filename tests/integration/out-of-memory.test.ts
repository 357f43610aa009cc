/**
 * @file A process that may take too little memory for its batch (Linux: a limit on data) trains in smaller parts and
 * says so; it does not end. `prlimit` is of util-linux, which every Debian has.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ONE_THREAD, removeFolder, resultOf, scratchFolder, start, tinyStudy } from '../helpers/command-line.js';

const MEGABYTE = 2 ** 20;
const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;
const folder = scratchFolder();
const project = join(folder, 'project');
/** 64 images, contrastive: the whole batch needs about 350 MB beside what an idle trainer has. */
const pretrain = [
  ...['pretrain', '--project', project, '--method', 'contrastive', '--batch', '64', '--epochs', '1'],
  ...['--backbone', 'vit-tiny', '--depth', '2', '--image-size', '64', '--patch-size', '8', '--no-previews'],
  ...ONE_THREAD,
];

beforeAll(async () => {
  await tinyStudy(join(folder, 'study'), 32);
  await resultOf('import', join(folder, 'study'), '--project', project);
}, 120_000);

afterAll(() => removeFolder(folder));

async function trainWithin(megabytes: number, ...more: string[]) {
  const limited = (command: string[]) => ['prlimit', `--data=${megabytes * MEGABYTE}`, ...command];
  const { code, stderr, lines } = await start([...pretrain, ...more, '--json'], limited).done;
  const alarms = lines
    .filter(({ event, alarm }) => event === 'alarm' && alarm === 'memory')
    .map(({ message }) => message);
  return { code, stderr, alarms, result: lines.at(-1) };
}

describe.skipIf(!canLimit)(`a limit on memory${canLimit ? '' : ' (skipped: this system has no prlimit)'}`, () => {
  it('is planned for: the batch is read in parts from the start', async () => {
    const { code, stderr, alarms, result } = await trainWithin(550);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toMatch(
      /A batch of 64 images is not expected to fit into memory: it is read in parts of (32|16|8),/,
    );
    expect(result).toMatchObject({ steps: 1, paused: false });
  });

  it('that is met unawares halves the parts until they fit', async () => {
    const { code, alarms, result } = await trainWithin(550, '--micro-batch', '64');
    expect(code).toBe(0);
    expect(alarms.length).toBeGreaterThanOrEqual(1);
    expect(alarms[0]).toMatch(/into memory: it is read in parts of 32,/);
    expect(result).toMatchObject({ steps: 1, paused: false });
  });
});
