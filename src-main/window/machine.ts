/** @file How busy this computer is, while a job runs. */

import { cpus, freemem, totalmem } from 'node:os';
import type { MachineLoad } from '../contract/jobs.js';

const INTERVAL_MS = 1000;

interface Ticks {
  busy: number;
  all: number;
}

function ticks(): Ticks {
  let idle = 0;
  let all = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { busy: all - idle, all };
}

export class MachineMeter {
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly onLoad: (load: MachineLoad) => void) {}

  /** Measures while `wanted`. */
  run(wanted: boolean): void {
    if (wanted === (this.timer !== null)) return;
    if (this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
      return;
    }
    let before = ticks();
    this.timer = setInterval(() => {
      const now = ticks();
      const all = now.all - before.all;
      const processor = all > 0 ? (now.busy - before.busy) / all : 0;
      before = now;
      this.onLoad({ processor, memoryUsed: totalmem() - freemem(), memoryTotal: totalmem() });
    }, INTERVAL_MS);
  }
}
