/**
 * @file Compiles the native engine, where there is a C compiler: node scripts/build-native.mjs [--quiet]
 *
 * `src-native/` becomes `out/native/pretext-native.node`, with the kernels once for each instruction set that the
 * compiler knows. Where there is no compiler, no C library or another kind of processor, nothing is made, which is no
 * error: ONNX Runtime computes instead. The environment's CC names the compiler. For development: STRICT=1 makes
 * warnings errors, SANITIZE=address,undefined builds with these checks (node then needs libasan in LD_PRELOAD).
 */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const sources = join(root, 'src-native');
const folder = join(root, 'out', 'native');
export const addon = join(folder, 'pretext-native.node');
/** What the addon, or its absence, was made of. */
const stamp = join(folder, '.stamp');

const common = ['-std=gnu11', '-fPIC', '-fvisibility=hidden', '-pthread', '-Wall', '-Wextra'];
/** Not -ffast-math: NaN and infinity keep their meaning. */
const kernelFlags = ['-O3', '-ffp-contract=fast', '-fno-math-errno', '-fno-trapping-math', '-Wno-unused-function'];

const avx512 = ['-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl', '-mfma', '-mprefer-vector-width=512'];
const units = {
  x64: [
    { name: 'avx512', flags: ['-DVL=16', ...avx512] },
    { name: 'avx2', flags: ['-DVL=8', '-mavx2', '-mfma'] },
  ],
  arm64: [{ name: 'neon', flags: ['-DVL=4'] }],
};

/** What every unit and the linker need: a program that uses it compiles, or this compiler is none for us. */
const probe = `#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
typedef float vector __attribute__((vector_size(4 * VL)));
typedef int32_t whole __attribute__((vector_size(4 * VL)));
whole sum(vector a, vector b) { return __builtin_convertvector(a + b, whole); }
`;

/** Command and first arguments of the compiler (CC may be 'ccache gcc'), or null. */
function findCompiler() {
  const given = (process.env.CC ?? '').split(' ').filter((word) => word !== '');
  for (const words of given.length > 0 ? [given] : [['cc'], ['gcc'], ['clang']]) {
    const folders = isAbsolute(words[0]) ? [''] : (process.env.PATH ?? '').split(delimiter);
    for (const place of folders) {
      const path = join(place, words[0]);
      if (existsSync(path)) return [path, ...words.slice(1)];
    }
  }
  return null;
}

/** Where node_api.h is: in the package, or with Node.js itself. */
function headers() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include');
  } catch {
    return join(dirname(dirname(realpathSync(process.execPath))), 'include', 'node');
  }
}

const checks = () => [
  ...(process.env.STRICT ? ['-Werror'] : []),
  ...(process.env.SANITIZE ? [`-fsanitize=${process.env.SANITIZE}`, '-g'] : []),
];

/** Changes with the sources, the compiler and what it is told. */
function fingerprint(compiler) {
  const hash = createHash('sha256');
  const files = readdirSync(sources).sort();
  for (const name of files) hash.update(`${name}\0${readFileSync(join(sources, name))}\0`);
  if (compiler !== null) {
    const path = realpathSync(compiler[0]);
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path}\0${size}\0${mtimeMs}\0${compiler.slice(1)}\0`);
  }
  hash.update(`${checks()}\0${process.platform}\0${process.arch}\0${readFileSync(fileURLToPath(import.meta.url))}`);
  return hash.digest('hex');
}

/** 'made' or 'absent', where nothing has changed since; else null. */
function current(print) {
  const [made, outcome] = existsSync(stamp) ? readFileSync(stamp, 'utf8').split(' ') : [];
  if (made !== print || (outcome === 'made' && !existsSync(addon))) return null;
  return outcome;
}

export function nativeIsFresh() {
  return current(fingerprint(findCompiler())) !== null;
}

/** @returns what the compiler said when it failed, or null */
function compile(compiler, args, input) {
  return new Promise((done) => {
    const child = spawn(compiler[0], [...compiler.slice(1), ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    child.stdin.on('error', () => {}).end(input ?? '');
    child.on('error', (error) => done(error.message));
    child.on('close', (code) => done(code === 0 ? null : said || `it ended with ${code}`));
  });
}

/** Units that the compiler can make into a library here, with all headers and flags. */
async function possibleUnits(compiler, work) {
  const known = units[process.arch] ?? [];
  const tries = known.map(({ name, flags }) => {
    const args = [...common, ...kernelFlags, ...flags, '-shared', '-x', 'c', '-', '-o', join(work, `probe-${name}`)];
    return compile(compiler, [...args, '-lm'], probe);
  });
  const said = await Promise.all(tries);
  return known.filter((_unit, index) => said[index] === null);
}

/** Runs at most as many compilers at once as there are cores. @throws Error of the first that failed */
async function compileAll(compiler, jobs) {
  const waiting = [...jobs];
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const said = await compile(compiler, job);
      if (said !== null) throw new Error(`The native engine does not compile:\n${said.trim()}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

async function make(compiler, found, work) {
  const object = (name) => join(work, `${name}.o`);
  const plain = ['threads', 'plan', 'module'];
  const having = found.map(({ name }) => `-DHAVE_${name.toUpperCase()}`);
  const rest = ['-O2', ...having, '-I', headers(), ...checks(), '-c'];
  const jobs = [
    ...found.map(({ name, flags }) => [
      ...common,
      ...kernelFlags,
      ...flags,
      `-DKERNELS=${name}`,
      ...checks(),
      ...['-c', join(sources, 'kernels.c'), '-o', object(name)],
    ]),
    ...plain.map((name) => [...common, ...rest, join(sources, `${name}.c`), '-o', object(name)]),
  ];
  await compileAll(compiler, jobs);
  // Node-API's functions are the host program's own.
  const unresolved = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  const objects = [...found.map(({ name }) => name), ...plain].map(object);
  const made = join(work, 'addon.node');
  await compileAll(compiler, [['-shared', '-pthread', ...unresolved, ...checks(), ...objects, '-o', made, '-lm']]);
  renameSync(made, addon);
}

const instead = 'ONNX Runtime computes instead';

/** Why there is nothing to compile with, or null after a build. */
async function build(compiler) {
  if (units[process.arch] === undefined) return `it is not made for ${process.arch} processors`;
  if (process.platform === 'win32') return 'it is not made for Windows yet';
  if (compiler === null) return 'no C compiler was found';
  const work = mkdtempSync(join(folder, '.building-'));
  try {
    const found = await possibleUnits(compiler, work);
    if (found.length === 0) return `${compiler.join(' ')} is too old or has no C library (on Debian libc6-dev)`;
    await make(compiler, found, work);
    return null;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Brings the addon up to date, or removes one that its sources no longer make.
 * @returns one line that says what was done.
 * @throws Error with the compiler's words where the sources fail; the old addon stays as it was.
 */
export async function ensureNative() {
  const compiler = findCompiler();
  const print = fingerprint(compiler);
  const before = current(print);
  if (before !== null) return `native engine: ${before === 'made' ? 'up to date' : `not built; ${instead}`}`;
  mkdirSync(folder, { recursive: true });
  const started = Date.now();
  const absence = await build(compiler);
  if (absence !== null) rmSync(addon, { force: true });
  writeFileSync(stamp, `${print} ${absence === null ? 'made' : 'absent'}`);
  if (absence !== null) return `native engine: ${absence}; ${instead}`;
  return `native engine: compiled with ${compiler.join(' ')} in ${((Date.now() - started) / 1000).toFixed(1)} s`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  try {
    const said = await ensureNative();
    if (!process.argv.includes('--quiet')) process.stderr.write(`${said}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
