/** @file The fine-tuned models of the open project, newest first. */

import type { ModelInfo } from '../../src-main/contract/models.js';
import { call, listen } from '../bridge/index.js';
import { errors } from './errors.svelte.js';

class Models {
  all = $state<ModelInfo[]>([]);
  /** False until the models of the open project were read for the first time. */
  loaded = $state(false);
  private asked = 0;

  constructor() {
    listen('project:changed', ({ what }) => {
      if (what === 'project' || what === 'models' || what === 'runs') void this.refresh();
    });
    void this.refresh();
  }

  /** Reads the models again; an error becomes a notice. */
  async refresh(): Promise<void> {
    const asked = ++this.asked;
    try {
      const open = (await call('project:current', null)) !== null;
      const all = open ? await call('models:list', null) : [];
      // Only the latest answer counts: another project may have been opened in between.
      if (asked !== this.asked) return;
      this.all = all;
      this.loaded = open;
    } catch (error) {
      errors.show(error);
    }
  }
}

export const models = new Models();
