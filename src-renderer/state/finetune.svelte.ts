/** @file What was chosen in the fine-tuning wizard, and what main says to it; it stays when the screen changes. */

import type { ErrorReport } from '../../src-main/contract/channels.js';
import type { FinetuneCheck, FinetuneMode, FinetuneTime } from '../../src-main/contract/finetune.js';
import type { JobInfo } from '../../src-main/contract/jobs.js';
import type { RunInfo } from '../../src-main/contract/runs.js';
import { call, toReport } from '../bridge/index.js';
import { jobs } from './jobs.svelte.js';
import { runs } from './runs.svelte.js';

export const STEPS = ['task', 'patients', 'method', 'run'] as const;
export type WizardStep = (typeof STEPS)[number];

const FEW_LABELS = 50;

class FinetuneWizard {
  step = $state<WizardStep>('task');
  /** Undefined: the newest run that can be used, else random weights. */
  private chosenRun = $state<string | null | undefined>(undefined);
  mode = $state<FinetuneMode>('probe');
  labels = $state<'all' | 'some'>('all');
  labelCount = $state<number | null>(FEW_LABELS);
  draws = $state<number | null>(5);
  /** Undefined: the device that the run learnt on, else the processor. */
  private chosenDevice = $state<RunInfo['device'] | undefined>(undefined);

  check = $state<FinetuneCheck | null>(null);
  error = $state<ErrorReport | null>(null);
  /** Null while it is measured. */
  time = $state<FinetuneTime | null>(null);
  timeError = $state<ErrorReport | null>(null);
  private jobId = $state<string | null>(null);
  private asked = 0;
  private timeAsked = 0;
  private folder: string | null = null;

  readonly run = $derived.by(() => {
    if (this.chosenRun === null) return null;
    return runs.usable.find(({ id }) => id === this.chosenRun)?.id ?? runs.usable[0]?.id ?? null;
  });
  readonly device = $derived(this.chosenDevice ?? runs.get(this.run)?.device ?? 'cpu');
  /** Labels of each draw as main takes them. */
  readonly wantedLabels = $derived(this.labels === 'all' ? null : this.labelCount);
  /** The job that this wizard started, or one that still runs from before. */
  readonly job: JobInfo | undefined = $derived(
    jobs.running('finetune') ?? jobs.all.find(({ id }) => id === this.jobId),
  );
  readonly mostLabels = $derived(this.check?.split.train.images ?? 0);
  /** What of the numbers cannot be started with. */
  readonly labelsWrong = $derived(
    this.labels === 'some' && !isBetween(this.labelCount, this.check?.classes.length ?? 2, this.mostLabels),
  );
  readonly drawsWrong = $derived(!isBetween(this.draws, 1, 20));
  readonly canStart = $derived(this.check?.problem === null && !this.labelsWrong && !this.drawsWrong);

  chooseRun(run: string | null): void {
    this.chosenRun = run;
  }

  chooseDevice(device: RunInfo['device']): void {
    this.chosenDevice = device;
  }

  /** Begins anew where another project was opened. */
  follow(folder: string | null): void {
    if (folder === this.folder) return;
    this.folder = folder;
    this.step = 'task';
    this.chosenRun = undefined;
    this.check = null;
    this.error = null;
    this.jobId = null;
  }

  /** Reads the labels of a task again; an answer that comes late is dropped. */
  async load(task: string, run: string | null): Promise<void> {
    const turn = ++this.asked;
    try {
      const check = await call('finetune:check', { task, run });
      if (turn !== this.asked) return;
      this.check = check;
      this.error = null;
    } catch (error) {
      if (turn !== this.asked) return;
      this.check = null;
      this.error = toReport(error);
    }
  }

  /** Asks how long it takes with what is chosen now. */
  async measure(): Promise<void> {
    const { check, draws } = this;
    if (check === null || check.problem !== null || this.labelsWrong || this.drawsWrong || draws === null) return;
    const turn = ++this.timeAsked;
    this.time = null;
    this.timeError = null;
    const { train, val, test } = check.split;
    try {
      const time = await call('finetune:time', {
        run: this.run,
        classes: check.classes.length,
        trainingImages: train.images,
        measuredImages: val.images + test.images,
        labels: this.wantedLabels,
        seeds: draws,
        device: this.device,
        threads: null,
      });
      if (turn === this.timeAsked) this.time = time;
    } catch (error) {
      if (turn === this.timeAsked) this.timeError = toReport(error);
    }
  }

  /** @throws CallError what main refused. */
  async start(): Promise<void> {
    if (this.check === null || this.draws === null) return;
    this.jobId = await call('finetune:start', {
      task: this.check.task,
      run: this.run,
      mode: this.mode,
      labels: this.wantedLabels,
      seeds: this.draws,
      device: this.device,
      threads: null,
      backbone: null,
      baseline: true,
      epochs: null,
    });
  }

  /** Forgets the job that ended, for another start. */
  again(): void {
    this.jobId = null;
    this.step = 'method';
  }
}

function isBetween(value: number | null, low: number, high: number): boolean {
  return value !== null && Number.isInteger(value) && value >= low && value <= high;
}

export const wizard = new FinetuneWizard();
