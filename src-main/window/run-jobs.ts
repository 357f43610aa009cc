/** @file Pretraining as jobs of the window: started, resumed, paused, ended; what it tells goes to the window. */

import { PretextError } from '../base/errors.js';
import type { RunEvent } from '../training/events.js';
import type { PretrainOptions, PretrainResult } from '../training/pretrain.js';
import { readRun } from '../training/run-store.js';
import { discardRun } from '../training/run-summary.js';
import type { Workbench } from './workbench.js';

/** A step takes a few milliseconds where models are small; nobody sees more than this many a second. */
const STEP_EVENTS_MS = 200;

/** How a run is named in the list of jobs. */
function subject({ method, backbone, imageSize }: Pick<PretrainOptions, 'method' | 'backbone' | 'imageSize'>): string {
  return `${method}, ${backbone}, ${imageSize} px`;
}

export class RunJobs {
  /** Runs that shall be marked as ended for good once their job has stopped. */
  private readonly discarding = new Set<string>();
  private lastStep = 0;

  constructor(private readonly workbench: Workbench) {}

  /** @returns the job */
  start(options: PretrainOptions): string {
    const { folder } = this.workbench.project;
    return this.workbench.jobs.start({
      ...this.common(),
      kind: 'pretrain',
      subject: subject(options),
      folder,
      work: 'pretrain',
      request: { project: folder, options },
    });
  }

  /** @returns the job @throws PretextError `not-found`, `bad-argument` where it is trained already */
  resume(id: string): string {
    const { project, jobs } = this.workbench;
    const { method, backbone, vit } = readRun(project, id);
    if (this.jobOf(id) !== null || project.isBusyWith(`run-${id}`)) {
      throw new PretextError({ code: 'bad-argument', message: 'This run is being trained already.' });
    }
    const { folder } = project;
    return jobs.start({
      ...this.common(),
      kind: 'resume',
      subject: subject({ method, backbone, imageSize: vit.imageSize }),
      folder,
      work: 'resume',
      run: id,
      request: {
        project: folder,
        run: id,
        options: { device: null, threads: null, checkpointEvery: null, microBatch: null, halvings: 0 },
      },
    });
  }

  /** Ends a run for good, after its job where it is being trained. */
  discard(id: string): void {
    const job = this.jobOf(id);
    if (job === null) {
      this.mark(id);
      return;
    }
    this.discarding.add(id);
    this.workbench.jobs.stop(job);
    // A job that still waited has ended at once, without telling.
    if (this.jobOf(id) === null && this.discarding.delete(id)) this.mark(id);
  }

  /** Whether a job that trains anything runs now. */
  get busy(): boolean {
    return this.workbench.jobs.live.some(({ kind, state }) => kind !== 'import' && state !== 'waiting');
  }

  private jobOf(run: string): string | null {
    return this.workbench.jobs.live.find((job) => job.run === run)?.id ?? null;
  }

  private mark(id: string): void {
    discardRun(this.workbench.project, id);
    this.workbench.tell('run:event', { run: id, event: { event: 'discarded', step: 0 } });
    this.workbench.changed('runs');
  }

  private common() {
    return {
      outcome: ({ loss, steps, epochs, imagesPerSecond, peakMemoryBytes, seconds, paused }: PretrainResult) => {
        const figures = { loss, steps, epochs, imagesPerSecond, peakMemoryBytes, seconds };
        const finite = Object.entries(figures).filter(([, value]) => Number.isFinite(value));
        return { figures: Object.fromEntries(finite), stopped: paused };
      },
      onEvent: (run: string, event: RunEvent) => this.pass(run, event),
      onEnd: ({ run }: { run: string | null }) => {
        if (run !== null && this.discarding.delete(run)) this.mark(run);
        else this.workbench.changed('runs');
      },
    };
  }

  private pass(run: string, event: RunEvent): void {
    if (event.event === 'step') {
      const now = Date.now();
      if (now - this.lastStep < STEP_EVENTS_MS) return;
      this.lastStep = now;
      const loss = Number.isFinite(event.loss) ? event.loss : null;
      this.workbench.tell('run:event', { run, event: { ...event, loss } });
      return;
    }
    this.workbench.tell('run:event', { run, event });
    if (event.event === 'started') this.workbench.changed('runs');
  }
}
