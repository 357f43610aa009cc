/** @file A loader thread: fills slots of the shared ring on request and sleeps in between. */

import { parentPort, workerData } from 'node:worker_threads';
import { PretextError } from '../base/errors.js';
import { BatchFiller } from './filler.js';
import type { FillRequest, LoaderReport, LoaderWorkerData } from './loader-protocol.js';

function failure(error: unknown): LoaderReport {
  if (error instanceof PretextError) {
    const { code, message, path, remedy } = error;
    return { kind: 'failed', error: { code, message, path: path ?? null, remedy: remedy ?? null } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', error: { code: 'internal', message, path: null, remedy: null } };
}

function serve(data: LoaderWorkerData): void {
  const port = parentPort;
  if (port === null) return;
  const report = (message: LoaderReport): void => port.postMessage(message);
  try {
    const { plan } = data;
    const filler = new BatchFiller(plan);
    const imageValues = plan.views * plan.batch * plan.imageSize * plan.imageSize;
    const images = new Float32Array(data.images);
    const sampleIndex = new Int32Array(data.sampleIndex);
    const complete = new Int32Array(data.complete);
    port.on('message', ({ slot, step }: FillRequest) => {
      try {
        filler.fill(
          step,
          images.subarray(slot * imageValues, (slot + 1) * imageValues),
          sampleIndex.subarray(slot * plan.batch, (slot + 1) * plan.batch),
        );
        Atomics.store(complete, slot, 1);
        report({ kind: 'filled' });
      } catch (error) {
        report(failure(error));
      }
    });
    report({ kind: 'ready' });
  } catch (error) {
    report(failure(error));
  }
}

serve(workerData);
