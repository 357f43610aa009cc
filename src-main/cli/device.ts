/** @file Which device and how many threads: what `--device auto` and a missing `--threads` mean. */

import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { chooseDevice, gainsByHalf } from '../engine/devices.js';
import type { Provider } from '../engine/runner.js';
import { type Context, choice, trainerJob, wholeNumber } from './command.js';

export type DeviceChoice = 'auto' | Provider;

export interface DeviceFlags {
  device: DeviceChoice;
  threads?: number;
}

const DEVICES: readonly DeviceChoice[] = ['auto', 'cpu', 'webgpu', 'dml', 'cuda', 'coreml', 'tfjs-gpu', 'tfjs-cpu'];

export function addDevice(command: Command, preset: DeviceChoice | null = 'auto'): Command {
  const description = "device that computes; 'auto' takes the fastest that passes its self-check";
  return command
    .addOption(choice('--device <device>', description, DEVICES, preset ?? undefined))
    .option('--threads <n>', 'threads of the CPU (default: one for each processor)', wholeNumber(1));
}

/** Linux shows every GPU that can compute as a device file; elsewhere only trying tells. */
function onlyCpu(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return !readdirSync('/dev').some((name) => /^(dri|nvidia\d+|nvidiactl|dxg|kfd)$/.test(name));
  } catch {
    return false;
  }
}

/** The device to use; `auto` asks a trainer process of its own, in which a broken driver does no harm. */
export async function resolveDevice(context: Context, device: DeviceChoice): Promise<Provider> {
  if (device !== 'auto') return device;
  if (onlyCpu()) return 'cpu';
  const chosen = chooseDevice(await trainerJob(context, 'devices', {}));
  context.terminal.note(`Device: ${chosen} (--device names another).`);
  return chosen;
}

export type Precision = 'float32' | 'mixed';

/** Asked for, or what the device gains by; a processor gains nothing, and TensorFlow.js has no half precision here. */
export async function resolvePrecision(
  context: Context,
  precision: Precision | 'auto',
  device: Provider,
): Promise<Precision> {
  if (precision !== 'auto') return precision;
  if (device === 'cpu' || device.startsWith('tfjs')) return 'float32';
  return gainsByHalf(await trainerJob(context, 'devices', {}), device) ? 'mixed' : 'float32';
}

export function resolveThreads(threads: number | undefined): number {
  return threads ?? availableParallelism();
}
