/** @file Makes a program ready on a device, whichever engine drives it. */

import { PretextError } from '../base/errors.js';
import { residentBytes } from '../graph/memory.js';
import type { Program } from '../graph/program.js';
import type { NativeAddon } from '../native/addon.js';
import { type Plan, Unplannable } from '../native/plan.js';
import { NativeSession, nativeBytes, planProgram } from './native-session.js';
import { nativeUse } from './native-use.js';
import type { ProgramRunner, Provider } from './runner.js';
import { ProgramSession } from './session.js';
import { isTfjs, loadTfjs } from './tfjs.js';
import { TfjsSession } from './tfjs-session.js';

export interface DeviceOptions {
  provider: Provider;
  /** Threads of one operator on the CPU; 0: one for each core. */
  threads: number;
}

/** What the native engine would do for a program; null where it is not used here, or lacks something. */
async function planned(program: Program): Promise<{ addon: NativeAddon; plan: Plan } | null> {
  const { addon } = await nativeUse();
  if (addon === null) return null;
  try {
    return { addon, plan: planProgram(program) };
  } catch (error) {
    if (error instanceof Unplannable) return null;
    throw error;
  }
}

/** @throws PretextError `device` where the device is absent or refuses the program; `out-of-memory` */
export async function openProgram(program: Program, { provider, threads }: DeviceOptions): Promise<ProgramRunner> {
  if (isTfjs(provider)) return TfjsSession.create(program, loadTfjs(provider, threads));
  const native = provider === 'cpu' ? await planned(program) : null;
  if (native !== null) {
    try {
      return NativeSession.create(program, native.plan, native.addon, threads);
    } catch (error) {
      // An engine that refuses its plan is at fault itself; the program runs all the same.
      if (!(error instanceof PretextError && error.code === 'device')) throw error;
    }
  }
  return ProgramSession.create(program, { provider, threads });
}

/**
 * Bytes of this computer's memory that a program needs on a device that computes in it, beside what the process has: what
 * the native engine will take, of others an estimate.
 */
export async function plannedBytes(program: Program, { provider, threads }: DeviceOptions): Promise<number> {
  const native = provider === 'cpu' ? await planned(program) : null;
  return native === null ? residentBytes(program) : nativeBytes(native.plan, native.addon, threads);
}
