/** @file Speed of the training steps on this machine: images per second, memory, compile time. */

import { type JobControl, throwIfCancelled } from '../base/jobs.js';
import { Random } from '../base/random.js';
import { ProgramSession, type Provider } from '../engine/session.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../graph/optimiser.js';
import { type BackboneName, VIT_BACKBONES, type VitConfig } from '../nn/vit.js';
import type { PretextMethod } from '../ssl/pretext.js';
import { taskOf } from './pretrain.js';
import { initialState, pretextStep } from './step-program.js';

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
  onnxNodes: number;
  peakMemoryBytes: number;
}

const WARMUP_STEPS = 3;
const LEARNING_RATE = 1e-3;

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
  const step = pretextStep(task, vit, batch, defaultAdamW);
  const session = await ProgramSession.create(step.program, { provider: device, threads });
  try {
    session.setValues(initialState(step, 0));
    const random = new Random(0);
    const images = new Float32Array(batch * task.views * imageSize * imageSize).map(() => random.normal());
    let done = 0;
    const runStep = async () => {
      throwIfCancelled(control);
      done++;
      await session.run({
        images,
        ...task.hostInputs(vit, batch, random),
        [HYPERPARAMETERS]: Float32Array.from(hyperparameters(done, LEARNING_RATE, defaultAdamW)),
      });
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
      onnxNodes: session.lowered.nodeCount,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    };
  } finally {
    await session.release();
  }
}
