/** @file Runs a job in a trainer process of its own and passes on what it says. */

import { fork } from 'node:child_process';
import { entryPath } from '../base/entries.js';
import { PretextError } from '../base/errors.js';
import type { Progress } from '../base/jobs.js';
import { saysOutOfMemory } from '../engine/runner.js';
import type { RunEvent } from './events.js';
import { type FromTrainer, fromReport, type JobKind, type JobTypes, type ToTrainer } from './protocol.js';

export interface JobListener {
  /** Aborting asks for a checkpoint and an orderly end; the job then still gives its result. */
  signal: AbortSignal;
  /** Aborting ends the process at once, for one that hangs. */
  kill?: AbortSignal;
  onProgress(progress: Progress): void;
  onEvent?(run: string, event: RunEvent): void;
  /** Told the process id, so that tests can end it. */
  onStarted?(pid: number): void;
  /** How long a training process may say nothing before it is ended as hung, milliseconds; 15 minutes if not given. */
  patienceMs?: number;
}

/** What a trainer process tells whoever started it. */
export interface TrainerWatch {
  onStarted(pid: number): void;
  onMessage(message: FromTrainer): void;
  /** @param how 'with code 1', 'by signal SIGKILL' */
  onExit(how: string): void;
  /** What it wrote to standard error. */
  onComplaint(text: string): void;
}

/** A started trainer process: Node's child process here, Electron's utility process in the window's `main`. */
export type StartTrainer = (watch: TrainerWatch) => { send(message: ToTrainer): void; kill(): void };

/** Starts the trainer as a child process of Node. */
export const forkTrainer: StartTrainer = (watch) => {
  // ONNX Runtime writes warnings of its providers to standard output; that belongs to our own lines.
  const child = fork(entryPath('trainer'), [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  child.stderr?.on('data', (chunk: Buffer) => watch.onComplaint(chunk.toString()));
  child.on('message', (message) => watch.onMessage(message as FromTrainer));
  child.on('error', (error) => watch.onExit(`with an error: ${error.message}`));
  child.on('exit', (code, signal) => watch.onExit(signal === null ? `with code ${code}` : `by signal ${signal}`));
  if (child.pid !== undefined) watch.onStarted(child.pid);
  return {
    send: (message) => void (child.connected && child.send(message)),
    kill: () => void child.kill('SIGKILL'),
  };
};

/**
 * Longer than any honest silence: the first step of a large encoder on a graphics card, whose kernels are compiled
 * then, takes a minute or two.
 */
const PATIENCE_MS = 15 * 60_000;
/** Silence is counted in ticks: a computer that slept through the time has not ticked. */
const TICKS = 30;
const TRAINS: ReadonlySet<JobKind> = new Set<JobKind>(['pretrain', 'resume', 'finetune']);

/** How often a run whose process died for want of memory is taken up again, each time with half the images at once. */
const MOST_HALVINGS = 6;

/**
 * Runs one job. A pretraining whose process dies for want of memory goes on from its last checkpoint in smaller parts.
 *
 * @throws PretextError what the job threw, or where its process died `device`, or `out-of-memory`.
 */
export async function runJob<K extends JobKind>(
  kind: K,
  request: JobTypes[K]['request'],
  listener: JobListener,
  start: StartTrainer = forkTrainer,
): Promise<JobTypes[K]['result']> {
  if (kind !== 'pretrain' && kind !== 'resume') return runOnce(kind, request, listener, start);
  let run: string | null = null;
  const heard: JobListener = {
    ...listener,
    onEvent: (id, event) => {
      run = id;
      listener.onEvent?.(id, event);
    },
  };
  try {
    return await runOnce(kind, request, heard, start);
  } catch (error) {
    return await goOn(error, 1);
  }

  async function goOn(error: unknown, halvings: number): Promise<JobTypes[K]['result']> {
    const starved = error instanceof PretextError && error.code === 'out-of-memory' && error.cause === DIED;
    if (!starved || run === null || halvings > MOST_HALVINGS || listener.signal.aborted) throw error;
    const { project, options } = request as JobTypes['resume' | 'pretrain']['request'];
    const { checkpointEvery, microBatch } = options;
    const again = { device: null, threads: null, checkpointEvery, microBatch, halvings };
    try {
      return (await runOnce('resume', { project, run, options: again }, heard, start)) as JobTypes[K]['result'];
    } catch (next) {
      return goOn(next, halvings + 1);
    }
  }
}

/** Marks the error of a process that ended without a word of its own. */
const DIED = Symbol('the process died');

function runOnce<K extends JobKind>(
  kind: K,
  request: JobTypes[K]['request'],
  listener: JobListener,
  start: StartTrainer = forkTrainer,
): Promise<JobTypes[K]['result']> {
  return new Promise((resolve, reject) => {
    let complaint = '';
    let run: string | null = null;
    let settled = false;
    let silent = 0;
    let watchdog: NodeJS.Timeout | undefined;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      clearInterval(watchdog);
      listener.signal.removeEventListener('abort', stop);
      act();
    };
    const trainer = start({
      onStarted: (pid) => listener.onStarted?.(pid),
      onComplaint: (text) => {
        complaint = (complaint + text).slice(-2000);
      },
      onMessage: (said) => {
        silent = 0;
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
          // Between a utility process and Electron's main process, which does not pass it on.
          case 'reader-start':
          case 'reader-kill':
            break;
        }
      },
      onExit: (how) => {
        const last = complaint.trim().split('\n').slice(-1)[0];
        const told = `It ended ${how}.${last ? ` Its last words: ${last}` : ''}`;
        settle(() => reject(died(told, run, saysOutOfMemory(complaint))));
      },
    });
    if (TRAINS.has(kind)) {
      const patience = listener.patienceMs ?? PATIENCE_MS;
      watchdog = setInterval(() => {
        silent++;
        if (silent < TICKS) return;
        settle(() => reject(hung(patience, run)));
        trainer.kill();
      }, patience / TICKS);
    }
    function stop(): void {
      trainer.send({ kind: 'stop' });
    }
    listener.signal.addEventListener('abort', stop);
    listener.kill?.addEventListener('abort', () => trainer.kill(), { once: true });
    trainer.send({ kind, ...request } as ToTrainer);
    if (listener.signal.aborted) stop();
  });
}

function hung(patience: number, run: string | null): PretextError {
  return new PretextError({
    code: 'device',
    message: `The training process said nothing for ${Math.round(patience / 1000)} seconds: its device hangs, and it was ended.`,
    remedy: remedyOf(run),
  });
}

/** Nothing is lost but the time since the last checkpoint. */
function remedyOf(run: string | null): string {
  return run === null
    ? 'Try again, or choose another device, for example --device cpu.'
    : `Go on from its last checkpoint: pretext pretrain --resume ${run}.`;
}

function died(how: string, run: string | null, starved: boolean): PretextError {
  return new PretextError({
    code: starved ? 'out-of-memory' : 'device',
    cause: DIED,
    message: `The training process ended unexpectedly. ${how}`,
    remedy: remedyOf(run),
  });
}
