/** @file Runs a job in a trainer process of its own and passes on what it says. */

import { type ChildProcess, fork } from 'node:child_process';
import { entryPath } from '../base/entries.js';
import { PretextError } from '../base/errors.js';
import type { Progress } from '../base/jobs.js';
import type { RunEvent } from './events.js';
import { type FromTrainer, fromReport, type JobKind, type JobTypes } from './protocol.js';

export interface JobListener {
  /** Aborting asks for a checkpoint and an orderly end; the job then still gives its result. */
  signal: AbortSignal;
  onProgress(progress: Progress): void;
  onEvent?(run: string, event: RunEvent): void;
  /** Told the process id, so that tests can end it. */
  onStarted?(pid: number): void;
}

/**
 * Runs one job.
 *
 * @throws PretextError what the job threw, or `device` where its process died.
 */
export function runJob<K extends JobKind>(
  kind: K,
  request: JobTypes[K]['request'],
  listener: JobListener,
): Promise<JobTypes[K]['result']> {
  return new Promise((resolve, reject) => {
    // ONNX Runtime writes warnings of its providers to standard output; that belongs to our own lines.
    const child: ChildProcess = fork(entryPath('trainer'), [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    let complaint = '';
    let run: string | null = null;
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2000);
    });
    const stop = () => void (child.connected && child.send({ kind: 'stop' }));
    listener.signal.addEventListener('abort', stop);
    let settled = false;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      listener.signal.removeEventListener('abort', stop);
      act();
    };

    child.on('message', (message) => {
      const said = message as FromTrainer;
      switch (said.kind) {
        case 'progress':
          listener.onProgress(said.progress);
          break;
        case 'event':
          run = said.run;
          listener.onEvent?.(said.run, said.event);
          break;
        case 'result':
          settle(() => resolve(said.value as JobTypes[K]['result']));
          break;
        case 'error':
          settle(() => reject(fromReport(said.error)));
          break;
      }
    });
    child.on('error', (error) => settle(() => reject(died(error.message, run))));
    child.on('exit', (code, signal) => {
      const how = signal === null ? `with code ${code}` : `by signal ${signal}`;
      const last = complaint.trim().split('\n').slice(-1)[0];
      settle(() => reject(died(`It ended ${how}.${last ? ` Its last words: ${last}` : ''}`, run)));
    });
    if (child.pid !== undefined) listener.onStarted?.(child.pid);
    child.send({ kind, ...request });
    if (listener.signal.aborted) stop();
  });
}

function died(how: string, run: string | null): PretextError {
  const resume = `Go on from its last checkpoint: pretext pretrain --resume ${run}.`;
  return new PretextError({
    code: 'device',
    message: `The training process ended unexpectedly. ${how}`,
    remedy: run === null ? 'Try again, or choose another device, for example --device cpu.' : resume,
  });
}
