/**
 * @file Makes `@tensorflow/tfjs-node` run where its install cannot download TensorFlow: node scripts/build-tfjs-node.mjs
 *
 * The package from npm holds its binding's sources. They are compiled against the TensorFlow library and headers inside
 * a TensorFlow wheel from PyPI, and everything is put into `.runtime/tfjs-node`, where Pretext looks for it; the
 * project's own node_modules stay as they are. For Linux on x64; needs npm, pip, a C++ compiler, make and about 2 GB of
 * disk while it works, 1.2 GB after. `--wheel FILE` takes a wheel that was fetched elsewhere. Where Pretext is not run
 * from a checkout, the environment's PRETEXT_TFJS names a folder made by this script.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import yauzl from 'yauzl';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

const pinned = {
  package: '@tensorflow/tfjs-node@4.22.0',
  wheel: 'tensorflow-cpu==2.21.0',
  /** Of the wheel for Python 3.11; no Python runs it, so whichever Python is here may fetch it. */
  wheelSha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  python: ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'],
  platform: 'manylinux_2_27_x86_64',
  /** The newest Node-API that the package asks for; node-pre-gyp looks for the binding in a folder of this name. */
  napi: 8,
};

/** What of the wheel is needed: two libraries, and the headers of TensorFlow's C API. */
const WANTED = [
  /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$/,
  /^tensorflow\/include\/(tensorflow\/(c|core\/platform)|tsl\/(c|platform)|xla\/tsl\/c)\/.*\.h$/,
];

function run(command, args, cwd) {
  process.stderr.write(`${command} ${args.slice(0, 3).join(' ')} ...\n`);
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return stdout;
  const said = error?.message ?? `${stdout}${stderr}`.trim().split('\n').slice(-20).join('\n');
  throw new Error(`${command} ${args[0]} failed:\n${said}`);
}

async function requireSha256(path, expected) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  if (hash.digest('hex') !== expected) throw new Error(`${path} is not ${pinned.wheel} (its SHA-256 differs).`);
}

/** @returns the wheel's path */
function fetchWheel(folder) {
  const options = ['--no-deps', '--only-binary=:all:', '--platform', pinned.platform, ...pinned.python];
  run('python3', ['-m', 'pip', 'download', ...options, '--dest', folder, pinned.wheel], folder);
  const name = readdirSync(folder).find((file) => file.endsWith('.whl'));
  if (name === undefined) throw new Error(`pip brought no wheel of ${pinned.wheel}.`);
  return join(folder, name);
}

/** Unpacks the wanted files of a wheel, a ZIP archive, below `folder`. yauzl refuses names that lead out of it. */
async function unpack(wheel, folder) {
  const archive = await yauzl.openPromise(wheel);
  try {
    for await (const entry of archive.eachEntry()) {
      if (!WANTED.some((pattern) => pattern.test(entry.fileName))) continue;
      const path = join(folder, entry.fileName);
      mkdirSync(dirname(path), { recursive: true });
      await pipeline(await archive.openReadStreamPromise(entry), createWriteStream(path));
    }
  } finally {
    archive.close();
  }
}

/** node-gyp, which comes with npm. */
function nodeGyp() {
  const candidates = [run('npm', ['root', '-g'], root).trim(), dirname(dirname(dirname(realpathSync(npmPath()))))];
  for (const modules of candidates) {
    const path = join(modules, 'npm', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
    if (existsSync(path)) return path;
  }
  throw new Error('node-gyp, which comes with npm, was not found.');
}

const npmPath = () => run('sh', ['-c', 'command -v npm'], root).trim();

/** Node's own headers where this Node came with them, so that node-gyp need not download any. */
function headerOptions() {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
}

function compile(folder) {
  const modulePath = join(folder, 'lib', `napi-v${pinned.napi}`);
  const variables = {
    module_name: 'tfjs_binding',
    module_path: modulePath,
    napi_build_version: pinned.napi,
    napi_version: process.versions.napi,
  };
  const options = Object.entries(variables).map(([name, value]) => `--${name}=${value}`);
  run(process.execPath, [nodeGyp(), 'rebuild', ...headerOptions(), ...options], folder);
  mkdirSync(modulePath, { recursive: true });
  copyFileSync(join(folder, 'build', 'Release', 'tfjs_binding.node'), join(modulePath, 'tfjs_binding.node'));
  rmSync(join(folder, 'build'), { recursive: true });
}

/** A product in a fresh process: proof that the binding finds its library. */
function prove(home) {
  const program =
    'const tf = require("@tensorflow/tfjs-node"); const a = tf.tensor2d([1, 2, 3, 4], [2, 2]);' +
    'process.stdout.write(tf.getBackend() + " " + tf.matMul(a, a).dataSync().join())';
  const said = run(process.execPath, ['-e', program], home);
  if (said !== 'tensorflow 7,10,15,22') throw new Error(`The binding computes ${said}.`);
}

async function build(work, given) {
  const home = join(work, 'tfjs-node');
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{ "name": "pretext-tfjs-node", "private": true }\n');
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', pinned.package], home);
  const wheel = given ?? fetchWheel(work);
  await requireSha256(wheel, pinned.wheelSha256);
  process.stderr.write('unpacking ...\n');
  await unpack(wheel, work);

  const folder = join(home, 'node_modules', '@tensorflow', 'tfjs-node');
  const library = join(folder, 'deps', 'lib');
  mkdirSync(library, { recursive: true });
  renameSync(join(work, 'tensorflow', 'include'), join(folder, 'deps', 'include'));
  // The binding asks the linker for the names on the left; what it is linked with bears those on the right.
  const names = {
    'libtensorflow.so': 'libtensorflow_cc.so.2',
    'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
  };
  for (const [link, file] of Object.entries(names)) {
    renameSync(join(work, 'tensorflow', file), join(library, file));
    symlinkSync(file, join(library, link));
  }
  compile(folder);
  rmSync(join(folder, 'deps', 'include'), { recursive: true });
  prove(home);
  return home;
}

const { values } = parseArgs({ options: { wheel: { type: 'string' } } });
const target = join(root, '.runtime', 'tfjs-node');
try {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('This script is for Linux on x64.');
  mkdirSync(dirname(target), { recursive: true });
  const work = mkdtempSync(join(dirname(target), 'building-'));
  try {
    const home = await build(work, values.wheel === undefined ? undefined : resolve(values.wheel));
    rmSync(target, { recursive: true, force: true });
    renameSync(home, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  process.stderr.write(`TensorFlow.js is ready in ${target}; try: npm run -s pretext -- devices\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\nThe binding was not built.\n`);
  process.exitCode = 1;
}
