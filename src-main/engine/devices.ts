/**
 * @file Which devices can train here: each of ONNX Runtime's providers, and TensorFlow.js where it is installed, is
 * asked to pass the self-check, and timed.
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { PretextError } from '../base/errors.js';
import { nativeUse } from './native-use.js';
import { openProgram } from './open.js';
import type { OrtProvider, Provider } from './runner.js';
import {
  checkedSize,
  LOSS_TOLERANCE,
  MIXED_TOLERANCE,
  relativeDifference,
  type SelfCheckProgram,
  type SelfCheckRun,
  selfCheckProgram,
  timedSize,
  trainSteps,
} from './self-check.js';
import { isTfjs, TFJS_PACKAGES, type TfjsProvider, tfjsAbsence } from './tfjs.js';

export interface Device {
  /** For people. */
  name: string;
  provider: Provider;
  /** True where the device passed the self-check. */
  available: boolean;
  /** Why it is not available, in plain words; of the CPU, why its faster engine is not used although it is there. */
  reason: string | null;
  /** Milliseconds of one step of the timed self-check; an estimate where the device is too slow to wait for it. */
  stepMs: number | null;
  /** The same in mixed precision; null where the device has no half precision, errs in it, or was not asked. */
  mixedMs: number | null;
}

const STEPS = 3;
/** A step of the small check takes a GPU a few milliseconds; a driver in software takes a hundred and more. */
const SLOW_SMALL_STEP_MS = 50;
/** Timing ends with the first step that takes longer. */
const PATIENCE_MS = 2000;

const NAMES: Record<Exclude<Provider, 'cpu'>, string> = {
  webgpu: 'GPU (WebGPU)',
  dml: 'GPU (DirectML)',
  cuda: 'NVIDIA GPU (CUDA)',
  coreml: 'Apple GPU and Neural Engine (CoreML)',
  'tfjs-gpu': 'NVIDIA GPU (TensorFlow.js)',
  'tfjs-cpu': 'CPU (TensorFlow.js)',
};

/** Why a provider cannot be in this build of ONNX Runtime, or null where it is worth a try. */
function absence(provider: Exclude<OrtProvider, 'cpu'>, listed: readonly string[]): string | null {
  if (provider === 'cuda' && listed.includes('cuda') && !cudaFilesExist()) {
    return (
      "ONNX Runtime's CUDA files are not installed; in a checkout run: " +
      'npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12'
    );
  }
  if (listed.includes(provider)) return null;
  switch (provider) {
    case 'webgpu':
      return `ONNX Runtime has no WebGPU for this system (${process.platform}, ${process.arch}).`;
    case 'dml':
      return 'DirectML is for Windows.';
    case 'cuda':
      return 'ONNX Runtime offers CUDA on Linux with an x64 processor only.';
    case 'coreml':
      return 'CoreML is for macOS.';
  }
}

/** ONNX Runtime always lists CUDA on Linux x64, but ships it apart and complains aloud where it is missing. */
function cudaFilesExist(): boolean {
  try {
    const root = dirname(createRequire(__filename).resolve('onnxruntime-node/package.json'));
    const folder = join(root, 'bin', 'napi-v6', process.platform, process.arch);
    return existsSync(join(folder, 'libonnxruntime_providers_cuda.so'));
  } catch {
    return false;
  }
}

/** A failure of a provider in words that help. */
export function plainReason(provider: Provider, error: unknown): string {
  // Whatever keeps TensorFlow.js from being loaded is said in plain words already.
  if (isTfjs(provider) && error instanceof PretextError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  if (provider === 'webgpu' && /adapter/i.test(text)) {
    return process.platform === 'linux'
      ? 'No graphics driver that WebGPU can use was found: it needs libvulkan1 and a Vulkan driver for this GPU.'
      : 'No graphics driver that WebGPU can use was found: install the current driver for this GPU.';
  }
  if (provider === 'cuda' && /shared library|libcu|dlopen/i.test(text)) {
    return 'CUDA 12 or cuDNN 9 was not found: ONNX Runtime could not load its CUDA part.';
  }
  const line = text.split('\n').find((part) => part.trim() !== '') ?? 'no reason given';
  return `It refused the self-check: ${line.trim().slice(0, 300)}`;
}

/**
 * Trains a few steps of the self-check on a provider; see `trainSteps`.
 *
 * @throws PretextError `device` where the provider refuses the program or fails.
 */
export async function trainOn(
  provider: Provider,
  check: SelfCheckProgram,
  steps: number,
  patienceMs?: number,
): Promise<SelfCheckRun> {
  return trainSteps(await openProgram(check.program, { provider, threads: 0 }), check, steps, patienceMs);
}

interface Reference {
  readonly small: SelfCheckProgram;
  readonly large: SelfCheckProgram;
  /** The CPU's runs of both. */
  readonly smallRun: SelfCheckRun;
  readonly largeRun: SelfCheckRun;
}

async function checkDevice(provider: Exclude<Provider, 'cpu'>, reference: Reference): Promise<Device> {
  const device = { name: NAMES[provider], provider };
  const refused = (reason: string): Device => ({ ...device, available: false, reason, stepMs: null, mixedMs: null });
  const { small, large, smallRun, largeRun } = reference;
  try {
    const run = await trainOn(provider, small, STEPS);
    const difference = relativeDifference(run.losses, smallRun.losses);
    if (!(difference <= LOSS_TOLERANCE)) {
      return refused(`Its results differ from the CPU's (relative difference ${difference.toPrecision(2)}).`);
    }
    // TensorFlow.js needs its time for each kernel's start, of which the large program has no more.
    const stepMs =
      run.stepMs > SLOW_SMALL_STEP_MS && !isTfjs(provider)
        ? (run.stepMs / smallRun.stepMs) * largeRun.stepMs
        : (await trainOn(provider, large, STEPS, PATIENCE_MS)).stepMs;
    const mixedMs = run.stepMs > SLOW_SMALL_STEP_MS || isTfjs(provider) ? null : await mixedTime(provider, largeRun);
    return { ...device, available: true, reason: null, stepMs, mixedMs };
  } catch (error) {
    return refused(plainReason(provider, error));
  }
}

/** Milliseconds of the timed step in mixed precision; null where the device cannot, or its losses go astray. */
async function mixedTime(provider: Provider, reference: SelfCheckRun): Promise<number | null> {
  try {
    const run = await trainOn(provider, selfCheckProgram(timedSize, true), STEPS, PATIENCE_MS);
    return relativeDifference(run.losses, reference.losses) <= MIXED_TOLERANCE ? run.stepMs : null;
  } catch {
    // Without half precision the device trains in single precision: that is no failure.
    return null;
  }
}

/** What a device gains by mixed precision before it is used: less is not worth its rounding. */
const WORTH = 0.9;

/** Whether a device trains in mixed precision where nobody says otherwise. */
export function gainsByHalf(devices: readonly Device[], provider: Provider): boolean {
  const device = devices.find((other) => other.provider === provider);
  if (device === undefined || device.stepMs === null || device.mixedMs === null) return false;
  return device.mixedMs <= WORTH * device.stepMs;
}

/** A process holds one TensorFlow: the build for the CPU is checked where the one for a GPU is not installed. */
async function checkTfjs(provider: TfjsProvider, reference: Reference): Promise<Device> {
  const hidden = provider === 'tfjs-cpu' && tfjsAbsence('tfjs-gpu') === null;
  const reason = hidden
    ? `${TFJS_PACKAGES['tfjs-gpu']} is installed, and a process holds one TensorFlow only.`
    : tfjsAbsence(provider);
  if (reason === null) return checkDevice(provider, reference);
  return { name: NAMES[provider], provider, available: false, reason, stepMs: null, mixedMs: null };
}

/**
 * Every kind of device that Pretext knows, the CPU first, each checked against the CPU's losses and timed. Takes a
 * second or two with a GPU, longer with a driver in software. Never fails for a device that is missing or broken.
 */
export async function listDevices(): Promise<Device[]> {
  const small = selfCheckProgram(checkedSize);
  const large = selfCheckProgram(timedSize);
  const reference: Reference = {
    small,
    large,
    smallRun: await trainOn('cpu', small, STEPS),
    largeRun: await trainOn('cpu', large, STEPS),
  };
  const processor = cpus()[0]?.model.trim() ?? process.arch;
  const { refusal } = await nativeUse();
  const engine = reference.largeRun.engine === 'onnxruntime' ? 'ONNX Runtime' : reference.largeRun.engine;
  const devices: Device[] = [
    {
      name: `CPU (${processor}, ${availableParallelism()} threads, ${engine})`,
      provider: 'cpu',
      available: true,
      reason: refusal,
      stepMs: reference.largeRun.stepMs,
      // Processors compute half precision in single precision.
      mixedMs: null,
    },
  ];
  const listed = ort.listSupportedBackends().map(({ name }) => name);
  // One after the other: two GPU sessions at once would spoil each other's times.
  for (const provider of ['webgpu', 'dml', 'cuda', 'coreml'] as const) {
    const reason = absence(provider, listed);
    devices.push(
      reason === null
        ? await checkDevice(provider, reference)
        : { name: NAMES[provider], provider, available: false, reason, stepMs: null, mixedMs: null },
    );
  }
  for (const provider of ['tfjs-gpu', 'tfjs-cpu'] as const) devices.push(await checkTfjs(provider, reference));
  return devices;
}

/**
 * The fastest device that passed the self-check: what `--device auto` means. The CPU where none is faster. TensorFlow.js
 * on the CPU is the same processor again: it takes more of its time (decision 13), and only a busy moment says otherwise.
 */
export function chooseDevice(devices: readonly Device[]): Provider {
  let best: { provider: Provider; stepMs: number } = { provider: 'cpu', stepMs: Number.POSITIVE_INFINITY };
  for (const { provider, available, stepMs } of devices) {
    if (provider === 'tfjs-cpu') continue;
    if (available && stepMs !== null && stepMs < best.stepMs) best = { provider, stepMs };
  }
  return best.provider;
}
