/** @file The plan on the pretrain screen: what the user set, what follows from it, and what a step of it takes. */

import type { OwnSettings, RunPlan, SettingName, StepMeasure } from '../../src-main/contract/runs.js';
import { call } from '../bridge/index.js';
import { errors } from '../state/errors.svelte.js';

/** Typing in a field changes the plan a few times; only the last is worth timing. */
const CALM_MS = 500;

class Plan {
  own = $state<OwnSettings>({});
  current = $state<RunPlan | null>(null);
  /** Null: not known; see `timing`. */
  measure = $state<StepMeasure | null>(null);
  timing = $state<'idle' | 'measuring' | 'refused'>('idle');
  advanced = $state(false);
  /** Grows with each change, so that an answer to an older question is not taken. */
  private asked = 0;

  /** Sets one value; undefined gives it back to the suggestion. */
  set<K extends SettingName>(name: K, value: OwnSettings[K]): void {
    const own: OwnSettings = { ...this.own };
    if (value === undefined) delete own[name];
    else own[name] = value;
    this.own = own;
    void this.refresh();
  }

  reset(): void {
    this.own = {};
    void this.refresh();
  }

  /** Another project's plan begins anew. */
  clear(): void {
    this.asked++;
    this.own = {};
    this.current = null;
    this.measure = null;
    this.timing = 'idle';
  }

  async refresh(): Promise<void> {
    const question = ++this.asked;
    try {
      const plan = await call('runs:plan', { own: this.own });
      if (question !== this.asked) return;
      this.current = plan;
      this.measure = null;
      this.timing = 'idle';
      if (plan.problems.length > 0) return;
      this.timing = 'measuring';
      await new Promise((resolve) => setTimeout(resolve, CALM_MS));
      if (question !== this.asked) return;
      const measure = await call('runs:measure', { own: this.own });
      if (question !== this.asked) return;
      this.measure = measure;
      this.timing = measure === null ? 'refused' : 'idle';
    } catch (error) {
      if (question !== this.asked) return;
      this.timing = 'idle';
      errors.show(error);
    }
  }

  async start(): Promise<string> {
    return call('runs:start', { own: this.own });
  }
}

export const plan = new Plan();
