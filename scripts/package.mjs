/**
 * @file Packages the program with electron-builder: npm run package [-- --installer]
 *
 * Makes an unpacked program folder for this system in `dist/`, or its installer. Where the shipping Electron cannot be
 * downloaded, the development runtime takes its place, to try the packaging out; no installer is made of that.
 */

import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getRawHeader } from '@electron/asar';
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
/** The development runtime is older than its newest fuse; what it has is set all the same. */
function forDevelopment({ electronFuses, ...config }) {
  const { grantFileProtocolExtraPrivileges: _newer, ...fuses } = electronFuses;
  const afterPack = ({ appOutDir }) => rmSync(join(appOutDir, 'resources', 'default_app.asar'), { force: true });
  return { ...config, electronFuses: fuses, electronDist, electronVersion, afterPack };
}

function bytesUnder(path) {
  const facts = lstatSync(path);
  if (!facts.isDirectory()) return facts.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesUnder(join(path, name)), 0);
}

/** Bytes of each package and folder in an asar archive, those that lie beside it included. */
function archiveParts(archive) {
  const parts = new Map();
  const walk = (node, path) => {
    for (const [name, entry] of Object.entries(node.files)) {
      const inner = [...path, name];
      if (entry.files !== undefined) walk(entry, inner);
      else {
        const depth = inner[0] === 'node_modules' ? (inner[1].startsWith('@') ? 3 : 2) : 1;
        const part = inner.slice(0, depth).join('/');
        parts.set(part, (parts.get(part) ?? 0) + (entry.size ?? 0));
      }
    }
  };
  walk(getRawHeader(archive).header, []);
  return parts;
}

/** What a package is made of, largest first. */
function printSizes(folder) {
  const resources = join(folder, process.platform === 'darwin' ? 'Contents/Resources' : 'resources');
  const parts = archiveParts(join(resources, 'app.asar'));
  const whole = bytesUnder(folder);
  const program = [...parts.values()].reduce((sum, bytes) => sum + bytes, 0);
  const rows = [...parts].sort((a, b) => b[1] - a[1]);
  const shown = rows.filter(([, bytes]) => bytes > 300_000);
  const rest = rows.length - shown.length;
  const others = program - shown.reduce((sum, [, bytes]) => sum + bytes, 0);
  const table = [['whole', whole], ['Electron', whole - program], ...shown, [`${rest} smaller parts`, others]];
  for (const [name, bytes] of table) process.stdout.write(`${(bytes / 2 ** 20).toFixed(1).padStart(8)} MiB  ${name}\n`);
}

const made = await build({
  projectDir: root,
  targets: Platform.current().createTarget(installer ? [] : ['dir']),
  config: shipping ? module.packaging : forDevelopment(module.packaging),
  publish: 'never',
});
if (!installer) {
  const [unpacked] = readdirSync(join(root, 'dist')).filter((name) => /unpacked$|^mac/.test(name));
  if (unpacked !== undefined) printSizes(join(root, 'dist', unpacked));
}
process.stdout.write(`${made.length === 0 ? join(root, 'dist') : made.join('\n')}\n`);
