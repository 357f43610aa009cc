/**
 * @file A thread of each reader that ends the whole process when a file takes too much memory, or too long with no
 * pool left to end it: code that runs away inside a codec can be stopped from outside of its thread only.
 */

import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { GuardCell, type GuardData } from './guard-cells.js';
import { OUT_OF_MEMORY } from './reader-process.js';

/** Between two looks, milliseconds. Memory is filled at some GB a second, so a reader overshoots by less than 100 MB. */
const PERIOD = 20;

const { cells, memoryMb, timeMs } = workerData as GuardData;

function end(why: string): void {
  writeSync(2, `${why}\n`);
  process.kill(process.pid, 'SIGKILL');
}

setInterval(() => {
  const since = cells[GuardCell.since] ?? 0;
  if (since === 0) return;
  const allowed = memoryMb * 2 ** 20 + 2 * (cells[GuardCell.fileBytes] ?? 0);
  if (process.memoryUsage.rss() > allowed) end(OUT_OF_MEMORY);
  // The pool's own limit comes first; this one is for a reader whose pool was killed.
  if (Date.now() - since > 2 * timeMs + 1000) end('out of time');
}, PERIOD);
