/** @file Before the tests: the built workers and child processes are brought up to date, and made known. */

import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

export default function setup(): void {
  const root = process.cwd();
  const { status } = spawnSync(process.execPath, [resolve(root, 'scripts/build.mjs'), '--node-only', '--quiet'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('The program does not build; the message is above.');
  process.env.PRETEXT_ENTRIES = resolve(root, 'out/main');
}
