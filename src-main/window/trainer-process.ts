/** @file Starts the trainer as Electron's utility process: a crash of a driver ends that process alone. */

import { constants, setPriority } from 'node:os';
import { utilityProcess } from 'electron';
import { entryPath } from '../base/entries.js';
import type { StartTrainer } from '../training/client.js';
import type { FromTrainer, ToTrainer } from '../training/protocol.js';
import { TrainerReaders } from './reader-process.js';

/** Hours of computing wait for the person at the window, never the other way round; idle cores are all its own. */
function yieldToWindow(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has just ended, or the system forbids it: then it runs as every other process.
  }
}

export const startTrainer: StartTrainer = (watch) => {
  const child = utilityProcess.fork(entryPath('trainer'), [], {
    stdio: ['ignore', 'ignore', 'pipe'],
    serviceName: 'Pretext trainer',
  });
  const waiting: ToTrainer[] = [];
  let spawned = false;
  child.stderr?.on('data', (chunk: Buffer) => watch.onComplaint(chunk.toString()));
  const readers = new TrainerReaders((news, ports) => child.postMessage(news, ports));
  child.on('message', (message: FromTrainer) => {
    if (message.kind === 'reader-start' || message.kind === 'reader-kill') readers.hear(message);
    else watch.onMessage(message);
  });
  child.once('exit', (code) => {
    readers.close();
    watch.onExit(`with code ${code}`);
  });
  child.once('spawn', () => {
    spawned = true;
    if (child.pid !== undefined) {
      yieldToWindow(child.pid);
      watch.onStarted(child.pid);
    }
    for (const message of waiting.splice(0)) child.postMessage(message);
  });
  return {
    send: (message) => {
      if (spawned) child.postMessage(message);
      else waiting.push(message);
    },
    kill: () => void child.kill(),
  };
};
