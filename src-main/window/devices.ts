/** @file The devices of this computer, asked of a trainer process: probing a GPU driver can end a process. */

import { PretextError } from '../base/errors.js';
import type { DeviceInfo } from '../contract/app.js';
import { runJob } from '../training/client.js';
import { startTrainer } from './trainer-process.js';

/** A driver in software takes tens of seconds for its self-check; a stuck one takes forever. */
const PATIENCE_MS = 120_000;

async function probe(): Promise<DeviceInfo[]> {
  const kill = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      kill.abort();
      const message = 'The check of the devices took too long.';
      reject(new PretextError({ code: 'device', message, remedy: 'Update the graphics driver, then check again.' }));
    }, PATIENCE_MS);
  });
  const listener = { signal: new AbortController().signal, kill: kill.signal, onProgress: () => undefined };
  const asked = runJob('devices', {}, listener, startTrainer);
  try {
    return await Promise.race([asked, tooLong]);
  } finally {
    clearTimeout(timer);
    asked.catch(() => undefined);
  }
}

let known: Promise<DeviceInfo[]> | null = null;

/** The list of devices; kept until it is asked for `again`. A failed check is tried again at the next call. */
export function devices(again: boolean): Promise<DeviceInfo[]> {
  if (again) known = null;
  known ??= probe().catch((error: unknown) => {
    known = null;
    throw error;
  });
  return known;
}
