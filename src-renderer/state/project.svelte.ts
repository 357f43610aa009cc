/** @file The open project as the whole window sees it, kept up to date by main's events. */

import type { EventData } from '../../src-main/contract/calls.js';
import type { ProjectInfo } from '../../src-main/contract/project.js';
import { call, listen } from '../bridge/index.js';
import { navigation } from './navigation.svelte.js';

type Change = EventData<'project:changed'>['what'];

class ProjectState {
  /** Null: no project is open. */
  info = $state<ProjectInfo | null>(null);
  /** Grows with every change of that kind; read it in an `$effect` to load again. A change of 'project' raises all. */
  versions = $state<Record<Change, number>>({
    project: 0,
    images: 0,
    labels: 0,
    runs: 0,
    models: 0,
    readings: 0,
    embeddings: 0,
    watch: 0,
  });

  constructor() {
    listen('project:changed', ({ what }) => {
      for (const name of Object.keys(this.versions) as Change[]) {
        if (what === 'project' || name === what) this.versions[name]++;
      }
      void this.refresh();
    });
    // A project that is open when the window starts is shown where work goes on.
    void this.refresh().then(() => {
      if (this.info !== null && navigation.screen === 'start') this.show(this.info);
    });
  }

  private show({ images }: ProjectInfo): void {
    navigation.go(images === 0 ? 'import' : 'explore');
  }

  async refresh(): Promise<void> {
    this.info = await call('project:current', null);
  }

  /** @throws CallError */
  async open(folder: string, create: boolean): Promise<void> {
    this.info = await call('project:open', { folder, create });
    this.show(this.info);
  }

  /** @throws CallError while a job runs. */
  async close(): Promise<void> {
    await call('project:close', null);
    this.info = null;
    navigation.go('start');
  }
}

export const project = new ProjectState();
