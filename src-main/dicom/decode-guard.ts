/**
 * @file A thread of each reader that ends the whole process when a file takes too much memory or computing, or too long
 * with no pool left to end it: code that runs away inside a codec can be stopped from outside of its thread only.
 */

import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { GuardCell, type GuardData } from './guard-cells.js';
import { CPU_MS_PER_FILE_MIB, CPU_MS_PER_PIXEL_MIB, MAX_CPU_MS } from './limits.js';
import { OUT_OF_MEMORY, OUT_OF_TIME } from './reader-process.js';

/** Between two looks, milliseconds. Memory is filled at some GB a second, so a reader overshoots by less than 100 MB. */
const PERIOD = 20;

const { cells, memoryMb, timeMs } = workerData as GuardData;

function end(why: string): void {
  writeSync(2, `${why}\n`);
  process.kill(process.pid, 'SIGKILL');
}

/** The file in hand, by its start, and the processor time of this process when it was first seen. */
let seen = { since: 0, cpuMs: 0 };

/** Processor time of all threads of this process; time that other programs take is no file's fault. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

setInterval(() => {
  const since = cells[GuardCell.since] ?? 0;
  if (since === 0) return;
  if (since !== seen.since) seen = { since, cpuMs: cpuMs() };
  const fileBytes = cells[GuardCell.fileBytes] ?? 0;
  if (process.memoryUsage.rss() > memoryMb * 2 ** 20 + 2 * fileBytes) end(OUT_OF_MEMORY);
  const size = CPU_MS_PER_FILE_MIB * fileBytes + CPU_MS_PER_PIXEL_MIB * (cells[GuardCell.pixelBytes] ?? 0);
  if (cpuMs() - seen.cpuMs > MAX_CPU_MS + size / 2 ** 20) end(OUT_OF_TIME);
  // The pool's own limit comes first; this one is for a reader whose pool was killed.
  if (Date.now() - since > 2 * timeMs + 1000) end(OUT_OF_TIME);
}, PERIOD);
