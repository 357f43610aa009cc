/** @file The jobs of the open project, as they run. */

import type { JobInfo, JobKind, MachineLoad } from '../../src-main/contract/jobs.js';
import { call, listen } from '../bridge/index.js';

class Jobs {
  /** Running and waiting ones first, then the newest. */
  all = $state<JobInfo[]>([]);
  load = $state<MachineLoad | null>(null);
  readonly live = $derived(this.all.filter(isLive));

  constructor() {
    listen('job:changed', (job) => {
      const known = this.all.findIndex(({ id }) => id === job.id);
      if (known < 0) this.all.unshift(job);
      else this.all[known] = job;
      if (this.live.length === 0) this.load = null;
    });
    listen('machine:load', (load) => {
      this.load = load;
    });
    listen('project:changed', ({ what }) => {
      if (what === 'project') void this.refresh();
    });
    void this.refresh();
  }

  async refresh(): Promise<void> {
    this.all = await call('jobs:list', null);
  }

  /** The newest job of these kinds that still runs or waits. */
  running(...kinds: JobKind[]): JobInfo | undefined {
    return this.live.find(({ kind }) => kinds.includes(kind));
  }

  /** The newest job of these kinds, live or ended. */
  latest(...kinds: JobKind[]): JobInfo | undefined {
    return this.running(...kinds) ?? this.all.find(({ kind }) => kinds.includes(kind));
  }

  /** @throws CallError where it has ended already. */
  async stop(id: string): Promise<void> {
    await call('jobs:stop', { id });
  }
}

export function isLive({ state }: JobInfo): boolean {
  return state === 'waiting' || state === 'running' || state === 'stopping';
}

export const jobs = new Jobs();
