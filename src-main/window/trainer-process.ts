/** @file Starts the trainer as Electron's utility process: a crash of a driver ends that process alone. */

import { utilityProcess } from 'electron';
import { entryPath } from '../base/entries.js';
import type { StartTrainer } from '../training/client.js';
import type { FromTrainer, ToTrainer } from '../training/protocol.js';

export const startTrainer: StartTrainer = (watch) => {
  const child = utilityProcess.fork(entryPath('trainer'), [], {
    stdio: ['ignore', 'ignore', 'pipe'],
    serviceName: 'Pretext trainer',
  });
  const waiting: ToTrainer[] = [];
  let spawned = false;
  child.stderr?.on('data', (chunk: Buffer) => watch.onComplaint(chunk.toString()));
  child.on('message', (message: FromTrainer) => watch.onMessage(message));
  child.once('exit', (code) => watch.onExit(`with code ${code}`));
  child.once('spawn', () => {
    spawned = true;
    if (child.pid !== undefined) watch.onStarted(child.pid);
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
