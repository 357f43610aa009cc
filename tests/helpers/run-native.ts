/** @file Runs graphs on the native engine, for tests; what is to be said where it was not built. */

import { NativeSession, planProgram } from '../../src-main/engine/native-session.js';
import { inputName, type Program, program } from '../../src-main/graph/program.js';
import { loadNative, type NativeAddon, nativeAbsence } from '../../src-main/native/addon.js';
import type { Evaluate } from './disagreement.js';
import { dataOf } from './run-graph.js';

/** The addon; null, and a word on the console, where there is none. */
export function addonOrWarning(): NativeAddon | null {
  const addon = loadNative();
  if (addon === null) console.warn(`NOT TESTED: the native engine. ${nativeAbsence()}`);
  return addon;
}

/** @throws Unplannable */
export const openNatively = async (addon: NativeAddon, built: Program, threads = 1): Promise<NativeSession> =>
  NativeSession.create(built, planProgram(built), addon, threads);

/** As `evaluate` of run-graph.ts, by the native engine. @throws Unplannable */
export const evaluateNatively =
  (addon: NativeAddon, threads = 1): Evaluate =>
  async (inputs, outputs, values) => {
    const session = await openNatively(addon, program('test', { inputs, outputs }), threads);
    const feeds = inputs.map((tensor) => [inputName(tensor), dataOf(tensor.dtype, values[inputName(tensor)])]);
    const results = await session.run(Object.fromEntries(feeds));
    await session.release();
    return Object.fromEntries(
      Object.entries(results).map(([name, data]) => [
        name,
        Float64Array.from(data as ArrayLike<number> & Iterable<number>, Number),
      ]),
    );
  };
