/** @file What a training step takes on a device of this computer, by doing it: for the plan of a run. */

import { type JobControl, throwIfCancelled } from '../base/jobs.js';
import { plannedBytes } from '../engine/open.js';
import type { Provider } from '../engine/runner.js';
import { heldBytes, peakActivationBytes } from '../graph/memory.js';
import { defaultAdamW } from '../graph/optimiser.js';
import { type BackboneName, gridSize, VIT_BACKBONES, type VitConfig } from '../nn/vit.js';
import { loaderBytes } from '../pixels/loader.js';
import { defaultInpainting, patchCounts } from '../ssl/inpainting.js';
import type { PretextMethod } from '../ssl/pretext.js';
import { NoiseStep } from './noise-step.js';
import { taskOf } from './pretrain.js';
import { pretextStep } from './step-program.js';

export interface MeasureOptions {
  method: PretextMethod;
  backbone: BackboneName;
  /** Null: as the backbone has. */
  depth: number | null;
  imageSize: number;
  patchSize: number;
  batch: number;
  device: Provider;
  threads: number;
}

export interface StepMeasure {
  /** Milliseconds of a step of the whole batch. */
  stepMs: number;
  /** Images that were in the timed step; where fewer than the batch, time and memory were scaled up from it. */
  measuredBatch: number;
  memoryBytes: number;
  /** `measured`: peak of the process; `scaled`: from the peak of a smaller batch; `computed`: from the graph (GPUs, the native engine). */
  memoryHow: 'measured' | 'scaled' | 'computed';
}

/** Operations of the timed step at most, so that the answer comes within seconds on a processor and on a GPU. */
const MOST_OPERATIONS = { cpu: 2e11, gpu: 5e12 };
const TIMED_STEPS = 3;
const PATIENCE_MS = 2500;

/** Floating-point operations of a step on one image, roughly: 2 forward, 4 backward for each weight and token. */
function operationsPerImage(method: PretextMethod, vit: VitConfig): number {
  const { width, depth } = vit;
  const weights = 12 * depth * width * width;
  if (method === 'contrastive') return 2 * 6 * weights * (1 + gridSize(vit) ** 2);
  const { visible, hidden } = patchCounts(vit, defaultInpainting.maskRatio);
  const { decoderDepth, decoderWidth } = defaultInpainting;
  return 6 * (weights * (1 + visible) + 12 * decoderDepth * decoderWidth ** 2 * (1 + visible + hidden));
}

/** Times the step on random pixels, on fewer images where the whole batch would keep a person waiting. */
export async function measureStep(options: MeasureOptions, control: JobControl): Promise<StepMeasure> {
  const { method, backbone, imageSize, patchSize, batch, device, threads } = options;
  const { width, heads, depth } = VIT_BACKBONES[backbone];
  const vit: VitConfig = { imageSize, patchSize, width, heads, channels: 1, depth: options.depth ?? depth };
  const task = taskOf(method);
  const most = MOST_OPERATIONS[device === 'cpu' ? 'cpu' : 'gpu'];
  const measuredBatch = Math.min(batch, Math.max(2, Math.floor(most / operationsPerImage(method, vit))));
  const before = process.memoryUsage().rss;
  const step = await NoiseStep.create(task, vit, measuredBatch, { provider: device, threads });
  try {
    // The first step allocates memory.
    await step.run();
    const times: number[] = [];
    const started = performance.now();
    while (times.length < TIMED_STEPS && (times.length === 0 || performance.now() - started < PATIENCE_MS)) {
      throwIfCancelled(control);
      times.push(await step.run());
    }
    const factor = batch / measuredBatch;
    const stepMs = factor * (times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0);
    const ring = loaderBytes({ batch, views: task.views, imageSize });
    if (device !== 'cpu') {
      const activations = factor * peakActivationBytes(step.session.program);
      const memoryBytes = heldBytes(step.session.program) + activations + ring;
      return { stepMs, measuredBatch, memoryBytes, memoryHow: 'computed' };
    }
    if (step.session.engine !== 'onnxruntime') {
      // All of the native engine's memory is known before the first step, whatever the batch.
      const whole = pretextStep(task, vit, batch, defaultAdamW).program;
      const memoryBytes = before + (await plannedBytes(whole, { provider: device, threads })) + ring + heldBytes(whole);
      return { stepMs, measuredBatch, memoryBytes, memoryHow: 'computed' };
    }
    // Of a process's memory, what is neither there before nor state grows with the batch.
    const peak = process.resourceUsage().maxRSS * 1024;
    const fixed = Math.min(peak, before + heldBytes(step.session.program));
    // A checkpoint is a copy of the state and the file made of it: as much as the state with its spare buffers.
    const checkpoint = heldBytes(step.session.program);
    const memoryBytes = fixed + factor * (peak - fixed) + ring + checkpoint;
    return { stepMs, measuredBatch, memoryBytes, memoryHow: factor > 1 ? 'scaled' : 'measured' };
  } finally {
    await step.release();
  }
}
