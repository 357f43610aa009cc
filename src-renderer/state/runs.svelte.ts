/** @file The pretraining runs of the open project, newest first. */

import type { RunInfo } from '../../src-main/contract/runs.js';
import { call, listen } from '../bridge/index.js';
import { errors } from './errors.svelte.js';

class Runs {
  /** Newest first. */
  all = $state<RunInfo[]>([]);
  /** False until the list was read for the first time. */
  loaded = $state(false);
  /** Runs with weights to build on, newest first. */
  readonly usable = $derived(this.all.filter(({ usable }) => usable));

  constructor() {
    listen('project:changed', ({ what }) => {
      if (what === 'runs' || what === 'project') void this.refresh();
    });
    void this.refresh();
  }

  get(id: string | null): RunInfo | undefined {
    return this.all.find((run) => run.id === id);
  }

  async refresh(): Promise<void> {
    try {
      const open = (await call('project:current', null)) !== null;
      this.all = open ? await call('runs:list', null) : [];
      this.loaded = true;
    } catch (error) {
      errors.show(error);
    }
  }
}

export const runs = new Runs();
