/** @file Makes a program ready on a device, whichever engine drives it. */

import { residentBytes } from '../graph/memory.js';
import type { Program } from '../graph/program.js';
import type { ProgramRunner, Provider } from './runner.js';
import { ProgramSession } from './session.js';
import { isTfjs, loadTfjs } from './tfjs.js';
import { TfjsSession } from './tfjs-session.js';

export interface DeviceOptions {
  provider: Provider;
  /** Threads of one operator on the CPU; 0: one for each core. */
  threads: number;
}

/** @throws PretextError `device` where the device is absent or refuses the program */
export async function openProgram(program: Program, { provider, threads }: DeviceOptions): Promise<ProgramRunner> {
  return isTfjs(provider)
    ? TfjsSession.create(program, loadTfjs(provider, threads))
    : ProgramSession.create(program, { provider, threads });
}

/** Bytes of this computer's memory that a program needs on a device that computes in it, beside what the process has. */
export async function plannedBytes(program: Program, _device: DeviceOptions): Promise<number> {
  return residentBytes(program);
}
