/** @file Before the window tests: the program is brought up to date, and an Electron that runs here is found. */

import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** Runs a script of the project and gives what it prints. */
function runScript(name: string, ...flags: string[]): string {
  const { status, stdout } = spawnSync(process.execPath, [resolve('scripts', name), ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`scripts/${name} failed; the message is above.`);
  return stdout.trim();
}

export default function setup(): void {
  runScript('build.mjs', '--quiet');
  process.env.PRETEXT_ELECTRON = runScript('electron-runtime.mjs');
}
