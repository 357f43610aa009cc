/** @file Asks a trainer process for the devices: probing a GPU driver can end a process, so it must not be main. */

import { utilityProcess } from 'electron';
import { entryPath } from '../base/entries.js';
import { PretextError } from '../base/errors.js';
import { type DeviceInfo, type DevicesAnswer, isDeviceInfo } from '../contract/calls.js';
import type { FromTrainer, ToTrainer } from '../training/protocol.js';

/** A driver in software takes tens of seconds for its self-check; a stuck one takes forever. */
const PATIENCE_MS = 120_000;

function probe(): Promise<DeviceInfo[]> {
  return new Promise((resolve, reject) => {
    const child = utilityProcess.fork(entryPath('trainer'), [], { stdio: 'ignore', serviceName: 'Pretext devices' });
    const request: ToTrainer = { kind: 'devices' };
    const timer = setTimeout(() => end(() => reject(failure('The check of the devices took too long.'))), PATIENCE_MS);
    let open = true;
    const end = (act: () => void) => {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      act();
      child.kill();
    };
    child.once('spawn', () => child.postMessage(request));
    child.on('message', (said: FromTrainer) => {
      if (said.kind === 'error') end(() => reject(new PretextError(said.error)));
      if (said.kind !== 'result') return;
      const { value } = said;
      if (Array.isArray(value) && value.every(isDeviceInfo)) end(() => resolve(value));
      else end(() => reject(failure('The list of devices could not be read.')));
    });
    child.once('exit', (code) => {
      end(() => reject(failure(`The check of the devices ended unexpectedly (code ${code}).`)));
    });
  });
}

function failure(message: string): PretextError {
  return new PretextError({ code: 'device', message, remedy: 'Update the graphics driver, then check again.' });
}

let pending: Promise<DevicesAnswer> | null = null;

/** The devices of this computer, or why they could not be listed. Calls during a check share its answer. */
export function devices(): Promise<DevicesAnswer> {
  pending ??= answer().finally(() => {
    pending = null;
  });
  return pending;
}

async function answer(): Promise<DevicesAnswer> {
  try {
    return { state: 'listed', devices: await probe() };
  } catch (error) {
    if (error instanceof PretextError) return { state: 'failed', message: error.describe() };
    throw error;
  }
}
