/** @file Speed of the training steps on this machine: images per second, memory, compile time. */

import { type JobControl, throwIfCancelled } from '../base/jobs.js';
import type { Provider } from '../engine/runner.js';
import { type BackboneName, VIT_BACKBONES, type VitConfig } from '../nn/vit.js';
import type { PretextMethod } from '../ssl/pretext.js';
import { NoiseStep } from './noise-step.js';
import { taskOf } from './pretrain.js';

export interface BenchOptions {
  methods: PretextMethod[];
  backbone: BackboneName;
  depth: number | null;
  imageSize: number;
  patchSize: number;
  batch: number;
  /** Timed rounds of `steps` steps; the median is reported. */
  rounds: number;
  steps: number;
  device: Provider;
  threads: number;
}

export interface BenchResult {
  program: PretextMethod;
  device: Provider;
  /** What computed on the device. */
  engine: string;
  threads: number;
  precision: 'float32';
  batch: number;
  imageSize: number;
  patchSize: number;
  width: number;
  depth: number;
  /** Images of the data set; a contrastive step sees two views of each. */
  imagesPerSecond: number;
  viewsPerSecond: number;
  stepMs: number;
  /** Images per second of each round. */
  rounds: number[];
  compileMs: number;
  /** See `ProgramRunner.nodeCount`. */
  onnxNodes: number;
  peakMemoryBytes: number;
}

const WARMUP_STEPS = 3;

/** Times each method's training step on random pixels, without data loading. */
export async function bench(options: BenchOptions, control: JobControl): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const method of options.methods) results.push(await benchMethod(method, options, control));
  return results;
}

async function benchMethod(method: PretextMethod, options: BenchOptions, control: JobControl): Promise<BenchResult> {
  const shape = VIT_BACKBONES[options.backbone];
  const { imageSize, patchSize, batch, device, threads } = options;
  const depth = options.depth ?? shape.depth;
  const vit: VitConfig = { imageSize, patchSize, width: shape.width, depth, heads: shape.heads, channels: 1 };
  const task = taskOf(method);
  const step = await NoiseStep.create(task, vit, batch, { provider: device, threads });
  const { session } = step;
  try {
    const runStep = async () => {
      throwIfCancelled(control);
      await step.run();
    };
    for (let i = 0; i < WARMUP_STEPS; i++) await runStep();
    const rounds: number[] = [];
    for (let round = 0; round < options.rounds; round++) {
      const started = performance.now();
      for (let i = 0; i < options.steps; i++) await runStep();
      rounds.push((options.steps * batch) / ((performance.now() - started) / 1000));
      const phase = `Timing the ${method} step`;
      control.onProgress({ phase, done: round + 1, total: options.rounds, etaSeconds: null });
    }
    const imagesPerSecond = [...rounds].sort((a, b) => a - b)[Math.floor(rounds.length / 2)];
    return {
      program: method,
      device,
      engine: session.engine,
      threads,
      precision: 'float32',
      batch,
      imageSize,
      patchSize,
      width: shape.width,
      depth,
      imagesPerSecond,
      viewsPerSecond: imagesPerSecond * task.views,
      stepMs: (batch / imagesPerSecond) * 1000,
      rounds,
      compileMs: session.compileMs,
      onnxNodes: session.nodeCount,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    };
  } finally {
    await step.release();
  }
}
