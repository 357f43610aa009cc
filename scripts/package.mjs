/**
 * @file Packages the program with electron-builder: npm run package [-- --installer]
 *
 * Makes an unpacked program folder for this system in `dist/`, or its installer. Where the shipping Electron cannot be
 * downloaded, the development runtime takes its place, to try the packaging out; no installer is made of that.
 */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, Platform } from 'electron-builder';
import { runnerImport } from 'vite';
import { ensureBuilt, root } from './build.mjs';
import { electronRuntime } from './electron-runtime.mjs';

const installer = process.argv.includes('--installer');

process.chdir(root);
await ensureBuilt();
const { path, shipping } = await electronRuntime();
if (installer && !shipping) {
  process.stderr.write('An installer needs the shipping Electron; connect to the internet and run this again.\n');
  process.exit(1);
}
const { module } = await runnerImport(join(root, 'electron.config.ts'));
const electronDist = dirname(path);
const electronVersion = readFileSync(join(electronDist, 'version'), 'utf8').trim().replace(/^v/, '');
const made = await build({
  projectDir: root,
  targets: Platform.current().createTarget(installer ? [] : ['dir']),
  config: shipping ? module.packaging : { ...module.packaging, electronDist, electronVersion },
  publish: 'never',
});
process.stdout.write(`${made.length === 0 ? join(root, 'dist') : made.join('\n')}\n`);
