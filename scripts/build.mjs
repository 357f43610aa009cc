/**
 * @file Brings `out/` up to date, and only then works: node scripts/build.mjs [--node-only] [--quiet]
 *
 * `--node-only` leaves the window out (command line, trainer, workers and tests need no window). The native engine is
 * compiled where that can be done. Several processes may ask at once: the first builds, the others wait. New files are
 * built beside the old ones and then moved over them, so a program that starts meanwhile always finds every entry point.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureNative, nativeIsFresh } from './build-native.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'out');
const shared = ['electron.config.ts', 'scripts/build.mjs', 'package.json', 'package-lock.json'];

/** What is built together, from which sources, and where it goes. */
const parts = {
  node: { targets: ['main'], sources: ['src-main', ...shared] },
  window: {
    targets: ['preload', 'renderer'],
    sources: ['src-renderer', 'src-main/contract', 'src-main/preload.ts', 'svelte.config.mjs', ...shared],
  },
};

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesUnder(join(path, name)));
}

/** Changes whenever a source is added, removed or written. */
function fingerprint(part) {
  const hash = createHash('sha256');
  for (const path of part.sources.flatMap((source) => filesUnder(join(root, source))).sort()) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(root, path)}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

const stampPath = (name) => join(out, `.${name}.stamp`);

function isFresh(name) {
  if (!existsSync(stampPath(name))) return false;
  if (!parts[name].targets.every((target) => existsSync(join(out, target)))) return false;
  return readFileSync(stampPath(name), 'utf8') === fingerprint(parts[name]);
}

/** Moves a finished build over the old one, entry points last, then removes what the new build no longer has. */
function install(from, to) {
  const kept = new Set();
  const depth = (path) => path.split(/[\\/]/).length;
  const paths = filesUnder(from).map((path) => relative(from, path));
  for (const path of paths.sort((a, b) => depth(b) - depth(a))) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    renameSync(join(from, path), join(to, path));
    kept.add(join(to, path));
  }
  for (const path of filesUnder(to)) if (!kept.has(path)) rmSync(path, { force: true });
}

async function buildPart(name, quiet) {
  const staging = join(out, `.building-${process.pid}`);
  const print = fingerprint(parts[name]);
  const [{ resolveConfig }, { build }] = await Promise.all([import('electron-vite'), import('vite')]);
  try {
    const logLevel = quiet ? 'error' : 'warn';
    const inline = { root, configFile: join(root, 'electron.config.ts'), logLevel, build: { outDir: staging } };
    const { config } = await resolveConfig(inline, 'build', 'production');
    for (const target of parts[name].targets) {
      mkdirSync(join(staging, target), { recursive: true });
      await build(config[target]);
    }
    for (const target of parts[name].targets) {
      mkdirSync(join(out, target), { recursive: true });
      install(join(staging, target), join(out, target));
    }
    writeFileSync(stampPath(name), print);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Runs `work` while no other process holds the lock file; a lock whose owner has died is taken over. */
async function withLock(work) {
  const path = join(out, '.lock');
  mkdirSync(out, { recursive: true });
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
      if (owner > 0 && !isAlive(owner)) rmSync(path, { force: true });
      else await new Promise((done) => setTimeout(done, 100));
    }
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * Builds what is out of date. @returns the names of the parts that were built.
 * @throws the bundler's error; the old files stay as they were.
 */
export async function ensureBuilt({ nodeOnly = false, quiet = false } = {}) {
  const wanted = nodeOnly ? ['node'] : ['node', 'window'];
  if (wanted.every(isFresh) && nativeIsFresh()) return [];
  return withLock(async () => {
    const stale = wanted.filter((name) => !isFresh(name));
    if (!nativeIsFresh()) {
      const said = await ensureNative();
      if (!quiet) process.stderr.write(`${said}\n`);
    }
    const before = process.cwd();
    process.chdir(root);
    try {
      for (const name of stale) await buildPart(name, quiet);
    } finally {
      process.chdir(before);
    }
    return stale;
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const flags = process.argv.slice(2);
  const started = Date.now();
  const quiet = flags.includes('--quiet');
  try {
    const built = await ensureBuilt({ nodeOnly: flags.includes('--node-only'), quiet });
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    if (!quiet) process.stderr.write(built.length === 0 ? 'out/ is up to date\n' : `built ${built} in ${seconds} s\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\nThe build failed.\n`);
    process.exitCode = 1;
  }
}
