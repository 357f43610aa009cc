/** @file Answers calls about fine-tuning: what it would learn from, how long it takes, its start. */

import { availableParallelism } from 'node:os';
import type { FinetuneTime, finetuneCalls } from '../contract/finetune.js';
import { runJob } from '../training/client.js';
import { checkFinetune } from '../training/finetune-check.js';
import { encoderShape } from '../training/finetune-data.js';
import { type FinetuneSpeed, finetuneSeconds } from '../training/finetune-plan.js';
import type { TimingOptions } from '../training/finetune-timing.js';
import type { Handlers } from './handlers.js';
import { startTrainer } from './trainer-process.js';
import type { Workbench } from './workbench.js';

/** A device that gives no answer by then is left alone. */
const PATIENCE_MS = 60_000;

/** Measured speeds by encoder and device; a measurement that failed is tried again at the next call. */
class Speeds {
  private readonly known = new Map<string, Promise<FinetuneSpeed>>();

  has(options: TimingOptions): boolean {
    return this.known.has(JSON.stringify(options));
  }

  measure(options: TimingOptions): Promise<FinetuneSpeed> {
    const key = JSON.stringify(options);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const kill = new AbortController();
    const timer = setTimeout(() => kill.abort(), PATIENCE_MS);
    const listener = { signal: new AbortController().signal, kill: kill.signal, onProgress: () => undefined };
    const measured = runJob('timing', { options }, listener, startTrainer)
      .catch((error: unknown) => {
        this.known.delete(key);
        throw error;
      })
      .finally(() => clearTimeout(timer));
    this.known.set(key, measured);
    return measured;
  }
}

export function answerFinetune(workbench: Workbench): Handlers<keyof typeof finetuneCalls> {
  const speeds = new Speeds();
  return {
    'finetune:check': ({ task, run }) => checkFinetune(workbench.project, task, run),
    'finetune:time': async ({ run, classes, device, threads, ...amounts }): Promise<FinetuneTime> => {
      const vit = encoderShape(workbench.project, run);
      const options = { vit, classes, device, threads: threads ?? availableParallelism() };
      if (!speeds.has(options) && workbench.jobs.live.length > 0) {
        return { state: 'busy', probeSeconds: null, fullSeconds: null };
      }
      const speed = await speeds.measure(options);
      const labels = Math.min(amounts.labels ?? amounts.trainingImages, amounts.trainingImages);
      const size = { ...amounts, labels, epochs: null, pretrained: run !== null };
      return {
        state: 'measured',
        probeSeconds: finetuneSeconds('probe', size, speed),
        fullSeconds: finetuneSeconds('full', size, speed),
      };
    },
    'finetune:start': (options) => {
      const { folder } = workbench.project;
      const threads = options.threads ?? availableParallelism();
      return workbench.jobs.start({
        kind: 'finetune',
        subject: options.task,
        folder,
        work: 'finetune',
        request: { project: folder, options: { ...options, threads } },
        outcome: ({ model, auc, baseline, labels, seeds, testImages }) => {
          const figures: Record<string, number> = { labels, seeds, testImages };
          const note = (name: string, value: number | null | undefined) => {
            if (value !== null && value !== undefined && Number.isFinite(value)) figures[name] = value;
          };
          note('auc', auc.mean);
          note('aucLow', auc.low);
          note('aucHigh', auc.high);
          note('baselineAuc', baseline?.auc.mean);
          note('baselineAucLow', baseline?.auc.low);
          note('baselineAucHigh', baseline?.auc.high);
          return { product: model, figures };
        },
        onEnd: () => workbench.changed('models'),
      });
    },
  };
}
