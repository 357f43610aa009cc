/**
 * @file A process that may take too little memory for its batch (Linux: a limit on data) trains in smaller parts and
 * says so; it does not end. `prlimit` is of util-linux, which every Debian has.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ONE_THREAD, removeFolder, resultOf, scratchFolder, start, tinyStudy } from '../helpers/command-line.js';

const MEGABYTE = 2 ** 20;
const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;
const folder = scratchFolder();
const project = join(folder, 'project');
/** 64 images, contrastive. */
const pretrain = [
  ...['pretrain', '--project', project, '--method', 'contrastive', '--batch', '64', '--epochs', '1'],
  ...['--backbone', 'vit-tiny', '--depth', '2', '--patch-size', '8', '--no-previews'],
  ...ONE_THREAD,
];

beforeAll(async () => {
  await tinyStudy(join(folder, 'study'), 32);
  await resultOf('import', join(folder, 'study'), '--project', project);
}, 120_000);

afterAll(() => removeFolder(folder));

interface Limited {
  readonly megabytes: number;
  /** The whole batch needs about 350 MB beside what an idle trainer has, with either engine. */
  readonly imageSize: number;
  /** PRETEXT_NATIVE of the trainer. */
  readonly native: 'on' | 'off';
}

async function trainWithin({ megabytes, imageSize, native }: Limited, ...more: string[]) {
  const limited = (command: string[]) => {
    const environment = native === 'off' ? ['env', 'PRETEXT_NATIVE=off'] : [];
    return [...environment, 'prlimit', `--data=${megabytes * MEGABYTE}`, ...command];
  };
  const { code, stderr, lines } = await start([...pretrain, '--image-size', `${imageSize}`, ...more, '--json'], limited)
    .done;
  const alarms = lines
    .filter(({ event, alarm }) => event === 'alarm' && alarm === 'memory')
    .map(({ message }) => message);
  const engine = String(lines.find(({ event }) => event === 'started')?.engine);
  return { code, stderr, alarms, engine, result: lines.at(-1) };
}

const ENGINES: Record<string, Limited & { lacks: string | null }> = {
  'ONNX Runtime': { megabytes: 550, imageSize: 64, native: 'off', lacks: null },
  'the native engine': {
    megabytes: 600,
    imageSize: 96,
    native: 'on',
    lacks: existsSync(resolve('out/native/pretext-native.node')) ? null : 'it was not built',
  },
};

describe.each(Object.entries(ENGINES))('a limit on memory, %s', (name, { lacks, ...limit }) => {
  const reason = canLimit ? lacks : 'this system has no prlimit';
  const skipped = reason === null ? '' : ` (skipped: ${reason})`;

  it.skipIf(reason !== null)(`is planned for: the batch is read in parts from the start${skipped}`, async () => {
    const { code, stderr, alarms, engine, result } = await trainWithin(limit);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(engine.startsWith('native')).toBe(name !== 'ONNX Runtime');
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toMatch(
      /A batch of 64 images is not expected to fit into memory: it is read in parts of (32|16|8),/,
    );
    expect(result).toMatchObject({ steps: 1, paused: false });
  });

  it.skipIf(reason !== null)(`that is met unawares halves the parts until they fit${skipped}`, async () => {
    const { code, alarms, result } = await trainWithin(limit, '--micro-batch', '64');
    expect(code).toBe(0);
    expect(alarms.length).toBeGreaterThanOrEqual(1);
    expect(alarms[0]).toMatch(/into memory: it is read in parts of 32,/);
    expect(result).toMatchObject({ steps: 1, paused: false });
  });
});
