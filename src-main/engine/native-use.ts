/**
 * @file Whether Pretext's own engine for the CPU computes here: where it was built for this processor, and where the
 * self-check on it gives ONNX Runtime's losses. Tried once in a process, before anything is computed with it.
 */

import { loadNative, type NativeAddon } from '../native/addon.js';
import { NativeSession, planProgram } from './native-session.js';
import { checkedSize, LOSS_TOLERANCE, relativeDifference, selfCheckProgram, trainSteps } from './self-check.js';
import { ProgramSession } from './session.js';

const STEPS = 3;

export interface NativeUse {
  /** Null: ONNX Runtime computes. */
  readonly addon: NativeAddon | null;
  /** Why an engine that is there is not used, in plain words; null where it is used, or absent. */
  readonly refusal: string | null;
}

/** The largest relative difference between losses of the self-check on an engine and on ONNX Runtime. */
export async function nativeDifference(addon: NativeAddon): Promise<number> {
  const check = selfCheckProgram(checkedSize);
  const own = NativeSession.create(check.program, planProgram(check.program), addon, 0);
  const { losses } = await trainSteps(own, check, STEPS);
  const reference = await ProgramSession.create(check.program, { provider: 'cpu', threads: 1 });
  return relativeDifference(losses, (await trainSteps(reference, check, STEPS)).losses);
}

/** What to make of an engine. */
export async function judge(addon: NativeAddon | null): Promise<NativeUse> {
  if (addon === null) return { addon, refusal: null };
  try {
    const difference = await nativeDifference(addon);
    if (difference <= LOSS_TOLERANCE) return { addon, refusal: null };
    const how = `its results differ from ONNX Runtime's (relative difference ${difference.toPrecision(2)})`;
    return { addon: null, refusal: `The native engine is not used: ${how}.` };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return {
      addon: null,
      refusal: `The native engine is not used, it refused the self-check: ${text.split('\n')[0]}`,
    };
  }
}

let found: Promise<NativeUse> | null = null;

export function nativeUse(): Promise<NativeUse> {
  found ??= judge(loadNative());
  return found;
}
