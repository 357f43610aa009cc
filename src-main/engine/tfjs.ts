/**
 * @file TensorFlow.js with TensorFlow's native library, where one of its two packages is installed. Their own install
 * downloads that library from outside npm; scripts/build-tfjs-node.mjs puts a package together without it.
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PretextError } from '../base/errors.js';
import type { Tf } from '../graph/tfjs.js';

/** How `--device` names TensorFlow.js: on an NVIDIA GPU, or on the CPU. */
export type TfjsProvider = 'tfjs-gpu' | 'tfjs-cpu';

export const TFJS_PACKAGES: Record<TfjsProvider, string> = {
  'tfjs-gpu': '@tensorflow/tfjs-node-gpu',
  'tfjs-cpu': '@tensorflow/tfjs-node',
};

export function isTfjs(provider: string): provider is TfjsProvider {
  return provider in TFJS_PACKAGES;
}

interface NativeTf extends Tf {
  backend(): ReturnType<Tf['backend']> & { isUsingGpuDevice?: boolean };
}

/** Beside the installed packages: a folder that the environment names, or what the build script made in a checkout. */
function packageRoots(): string[] {
  const require = createRequire(__filename);
  const roots = [__filename];
  const given = process.env.PRETEXT_TFJS;
  if (given !== undefined && given !== '') roots.unshift(join(given, 'package.json'));
  try {
    const modules = dirname(dirname(require.resolve('onnxruntime-node/package.json')));
    roots.push(join(dirname(modules), '.runtime', 'tfjs-node', 'package.json'));
  } catch {
    // ONNX Runtime is always installed; without it there is no checkout to look in.
  }
  return roots;
}

/** Where a package's code is, or null where it is not installed. */
export function findTfjs(provider: TfjsProvider): string | null {
  for (const root of packageRoots()) {
    try {
      const manifest = createRequire(root).resolve(`${TFJS_PACKAGES[provider]}/package.json`);
      if (existsSync(manifest)) return dirname(manifest);
    } catch {
      // Not there: the next place.
    }
  }
  return null;
}

/** Why TensorFlow.js cannot be loaded, in plain words, or null where it is worth a try. */
export function tfjsAbsence(provider: TfjsProvider): string | null {
  if (findTfjs(provider) !== null) return null;
  const name = TFJS_PACKAGES[provider];
  return provider === 'tfjs-gpu'
    ? `${name} is not installed; its install downloads TensorFlow for CUDA from outside npm.`
    : `${name} is not installed; in a checkout run: node scripts/build-tfjs-node.mjs`;
}

/** All copies of TensorFlow.js in a process share their kernels, so whichever package came first stays. */
let loaded: { provider: TfjsProvider; tf: NativeTf } | null = null;

const failure = (message: string, cause?: unknown): PretextError =>
  new PretextError({
    code: 'device',
    message,
    remedy: 'Choose another device, for example --device cpu; pretext devices lists them.',
    ...(cause === undefined ? {} : { cause }),
  });

/**
 * Loads TensorFlow.js, which takes a second or two the first time.
 *
 * @param threads of one operator on the CPU, as of the first call in this process; 0: one for each core
 * @throws PretextError `device` where the package is absent or does not load, or where there is no GPU for it
 */
export function loadTfjs(provider: TfjsProvider, threads: number): Tf {
  if (loaded !== null && loaded.provider !== provider) {
    throw failure(`This process already holds ${TFJS_PACKAGES[loaded.provider]}, and can hold one TensorFlow only.`);
  }
  loaded ??= { provider, tf: requireTfjs(provider, threads) };
  const { tf } = loaded;
  if (provider === 'tfjs-gpu' && tf.backend().isUsingGpuDevice !== true) {
    throw failure('TensorFlow found no GPU that it can use: it needs an NVIDIA driver, CUDA and cuDNN.');
  }
  return tf;
}

function requireTfjs(provider: TfjsProvider, threads: number): NativeTf {
  const folder = findTfjs(provider);
  if (folder === null) throw failure(tfjsAbsence(provider) ?? '');
  prepareProcess(threads);
  try {
    return createRequire(__filename)(folder) as NativeTf;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw failure(`${TFJS_PACKAGES[provider]} does not load: ${text.split('\n')[0]}`, error);
  }
}

/** What TensorFlow and its binding read when they are loaded. */
function prepareProcess(threads: number): void {
  // Errors only: TensorFlow greets on standard error.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // Not all of the GPU's memory at once.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  if (threads > 0) process.env.TF_NUM_INTRAOP_THREADS ??= String(threads);
  // tfjs-node 4.22 calls a function of Node's that Node 23 dropped.
  const util = createRequire(__filename)('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
