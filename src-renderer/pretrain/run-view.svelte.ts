/** @file One run as it is looked at: its curve, its pictures and its alarms, kept up to date while it is trained. */

import type { RunAlarm, RunCurve, RunPreview } from '../../src-main/contract/runs.js';
import { call, listen } from '../bridge/index.js';
import { errors } from '../state/errors.svelte.js';

/** Points that a curve is asked for, and at which a grown one is thinned again. */
const POINTS = 600;
const THIN_AT = 1500;

/** Which run is shown; the screen comes back to it. */
class Shown {
  run = $state<string | null>(null);
}
export const shown = new Shown();

export class RunView {
  points = $state.raw<RunCurve['points']>([]);
  speeds = $state.raw<RunCurve['speeds']>([]);
  alarms = $state.raw<RunAlarm[]>([]);
  /** Oldest first. */
  previews = $state.raw<RunPreview[]>([]);
  seconds = $state(0);
  loaded = $state(false);
  private closed = false;

  constructor(readonly id: string) {}

  /** Loads and follows the run. @returns stops following */
  follow(): () => void {
    const stop = listen('run:event', ({ run, event }) => {
      if (run !== this.id) return;
      switch (event.event) {
        case 'step': {
          const { step, loss, learningRate } = event;
          if (loss !== null && step > (this.points.at(-1)?.step ?? 0)) {
            this.points = [...this.points, { step, loss, learningRate }];
          }
          if (this.points.length > THIN_AT) void this.loadCurve();
          break;
        }
        case 'speed':
          this.speeds = [...this.speeds, { step: event.step, imagesPerSecond: event.imagesPerSecond }];
          break;
        case 'alarm':
          this.alarms = [...this.alarms, { step: event.step, alarm: event.alarm, message: event.message }];
          break;
        case 'preview':
          void this.loadPreviews();
          break;
        case 'started':
        case 'paused':
        case 'finished':
          void this.loadCurve();
          break;
      }
    });
    void this.loadCurve();
    void this.loadPreviews();
    return () => {
      this.closed = true;
      stop();
    };
  }

  private async loadCurve(): Promise<void> {
    try {
      const { points, speeds, alarms, seconds } = await call('runs:curve', { id: this.id, points: POINTS });
      if (this.closed) return;
      const last = points.at(-1)?.step ?? 0;
      this.points = [...points, ...this.points.filter(({ step }) => step > last)];
      this.speeds = speeds;
      this.alarms = alarms;
      this.seconds = seconds;
      this.loaded = true;
    } catch (error) {
      if (!this.closed) errors.show(error);
    }
  }

  private async loadPreviews(): Promise<void> {
    try {
      const previews = await call('runs:previews', { id: this.id });
      if (!this.closed) this.previews = previews;
    } catch (error) {
      if (!this.closed) errors.show(error);
    }
  }
}
