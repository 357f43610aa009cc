/**
 * @file The native engine's addon (src-native), where it was built: scripts/build-native.mjs compiles it wherever there is
 * a C compiler. Without it ONNX Runtime computes.
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

declare const handle: unique symbol;

/** A compiled plan, its arena and its threads. What nobody refers to any more is released by and by. */
export interface NativeHandle {
  readonly [handle]: true;
}

/**
 * What the addon exports. Every function throws an Error where its arguments cannot be right, where the handle was
 * released, and, but for `instructionSet`, `compile` and `run`, while the plan runs.
 */
export interface NativeAddon {
  /** The best set of kernels that was compiled and that this processor can run; PRETEXT_NATIVE=avx2 asks for the smaller. */
  instructionSet(): string | null;
  /**
   * Checks a plan's code and takes its memory; the arena holds zeros.
   *
   * @param kernels names that `code` counts by
   * @param code see Plan
   * @param arenaLength elements of 4 bytes
   * @param threads 1 to 256; results do not depend on it
   * @throws Error with code 'ENOMEM' and 'failed to allocate' in its text where the system refuses memory; else what is
   * wrong with the code
   */
  compile(kernels: readonly string[], code: Int32Array, arenaLength: number, threads: number): NativeHandle;
  /** Copies `values` into the arena, from element `offset` on. */
  write(plan: NativeHandle, offset: number, values: Float32Array | Int32Array): void;
  /** Fills `values` from the arena, from element `offset` on. */
  read(plan: NativeHandle, offset: number, values: Float32Array | Int32Array): void;
  /** Runs all calls on other threads than JavaScript's. Rejects where a run is going on. */
  run(plan: NativeHandle): Promise<void>;
  /** Switches the measuring of calls on or off. @returns nanoseconds of each call since it was switched on */
  profile(plan: NativeHandle, on: boolean): Float64Array;
  /** Gives all memory back at once; a second time does nothing. */
  release(plan: NativeHandle): void;
  /** Bytes that the plan's kernels have for their work, beside the arena. */
  scratchBytes(plan: NativeHandle): number;
}

const FILE = 'pretext-native.node';
const FUNCTIONS = ['instructionSet', 'compile', 'write', 'read', 'run', 'profile', 'release', 'scratchBytes'] as const;

function isAddon(loaded: unknown): loaded is NativeAddon {
  if (typeof loaded !== 'object' || loaded === null) return false;
  return FUNCTIONS.every((name) => name in loaded && typeof Reflect.get(loaded, name) === 'function');
}

/** In `out/native`: at most two folders above the built program's files, or the sources. */
function findAddon(): string | null {
  // The operating system's loader cannot look into Electron's archive; packaging leaves the addon beside it.
  const here = dirname(__filename).replace(/([\\/]app\.asar)(?=[\\/])/, '$1.unpacked');
  for (const folder of [here, dirname(here), dirname(dirname(here))]) {
    for (const path of [join(folder, 'native', FILE), join(folder, 'out', 'native', FILE)]) {
      if (existsSync(path)) return path;
    }
  }
  return null;
}

let loaded: { addon: NativeAddon | null; absence: string | null } | null = null;

function load(): { addon: NativeAddon | null; absence: string | null } {
  const path = findAddon();
  if (path === null) return { addon: null, absence: 'It was not built: that needs a C compiler.' };
  try {
    const addon: unknown = createRequire(__filename)(path);
    if (!isAddon(addon)) return { addon: null, absence: `${path} is of another version.` };
    if (addon.instructionSet() !== null) return { addon, absence: null };
    return { addon: null, absence: 'It has no kernels for this processor.' };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { addon: null, absence: `It does not load: ${text.split('\n')[0]}` };
  }
}

const isOff = () => process.env.PRETEXT_NATIVE === 'off';

/** The addon; null where it is absent, switched off (PRETEXT_NATIVE=off) or has no kernels for this processor. */
export function loadNative(): NativeAddon | null {
  if (isOff()) return null;
  loaded ??= load();
  return loaded.addon;
}

/** Why there is no native engine, in plain words, or null where there is one. */
export function nativeAbsence(): string | null {
  if (isOff()) return 'PRETEXT_NATIVE=off switches it off.';
  loaded ??= load();
  return loaded.absence;
}
