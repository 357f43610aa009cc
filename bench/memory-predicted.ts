/** @file One program's memory as in a run, a checkpoint included, predicted and measured; `memory-predicted.mjs` bundles it and starts a process for each program. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../src-main/base/random.js';
import { openProgram, plannedBytes } from '../src-main/engine/open.js';
import { heldBytes, peakActivationBytes } from '../src-main/graph/memory.js';
import { exp } from '../src-main/graph/ops/elementwise.js';
import { input } from '../src-main/graph/ops/source.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../src-main/graph/optimiser.js';
import { program } from '../src-main/graph/program.js';
import { VIT_BACKBONES, type VitConfig } from '../src-main/nn/vit.js';
import { contrastiveTask } from '../src-main/ssl/contrastive.js';
import { inpaintingTask } from '../src-main/ssl/inpainting.js';
import { saveCheckpoint } from '../src-main/training/checkpoint.js';
import { initialState, pretextStep } from '../src-main/training/step-program.js';
import { stepBytes } from '../src-main/training/step-runner.js';
import { MODELS, type TimedModel } from './engine-models.js';

/** Steps in which memory reaches its height: the second has the buffers of the first beside it. */
const STEPS = 3;
const MEBIBYTE = 2 ** 20;
const OPTIONS = { provider: 'cpu', threads: 2 } as const;

function vit(method: 'inpainting' | 'contrastive', batch: number, config: Partial<VitConfig>): TimedModel {
  const task = method === 'contrastive' ? contrastiveTask() : inpaintingTask();
  const whole = { ...VIT_BACKBONES['vit-tiny'], imageSize: 64, patchSize: 8, channels: 1, ...config };
  return {
    step: pretextStep(task, whole, batch, defaultAdamW),
    batch: (random) => ({
      images: Float32Array.from({ length: task.views * batch * whole.imageSize ** 2 }, () => random.uniform()),
      ...task.hostInputs(whole, batch, random),
    }),
  };
}

/** By name, image size and batch. */
const PROGRAMS: Readonly<Record<string, (imageSize: number, batch: number) => TimedModel>> = {
  'vit-tiny MAE': (imageSize, batch) => MODELS['vit-tiny']({ imageSize, batch, blocks: 1 }),
  'vit-small MAE': (imageSize, batch) => MODELS['vit-small']({ imageSize, batch, blocks: 1 }),
  'vit-base MAE': (imageSize, batch) => MODELS['vit-base']({ imageSize, batch, blocks: 1 }),
  'vit-tiny SimCLR': (imageSize, batch) => vit('contrastive', batch, { imageSize, patchSize: imageSize / 14 }),
  '4 blocks SimCLR': (imageSize, batch) => vit('contrastive', batch, { imageSize, depth: 4 }),
  '4 blocks MAE': (imageSize, batch) => vit('inpainting', batch, { imageSize, depth: 4 }),
  'resnet-18 SimCLR': (imageSize, batch) => MODELS['resnet-18']({ imageSize, batch, blocks: 1 }),
  'U-Net': (imageSize, batch) => MODELS.unet({ imageSize, batch, blocks: 1 }),
};

/** Loads the engine, so that what a program adds can be told apart. */
async function bareSession(): Promise<void> {
  const x = input('x', [4], 'float32');
  const session = await openProgram(program('bare', { inputs: [x], outputs: { y: exp(x) } }), OPTIONS);
  await session.run({ x: new Float32Array(4) });
  await session.release();
}

async function measure(name: string, imageSize: number, batch: number): Promise<void> {
  await bareSession();
  const before = process.memoryUsage().rss;
  const { step, batch: draw } = PROGRAMS[name](imageSize, batch);
  const session = await openProgram(step.program, OPTIONS);
  session.setValues(initialState(step, 0));
  const inputs = draw(new Random(0));
  for (let index = 1; index <= STEPS; index++) {
    await session.run({ ...inputs, [HYPERPARAMETERS]: Float32Array.from(hyperparameters(index, 1e-3, defaultAdamW)) });
  }
  const folder = mkdtempSync(join(tmpdir(), 'memory-predicted-'));
  const shapes = new Map(step.program.state.map(({ name: variable, current }) => [variable, [...current.shape]]));
  const kept = [...(await session.getState((variable) => shapes.has(variable)))];
  const state = new Map(
    kept.map(([variable, data]) => [variable, { shape: shapes.get(variable) ?? [], data: data as Float32Array }]),
  );
  saveCheckpoint(folder, { step: STEPS, state });
  rmSync(folder, { recursive: true });
  await session.run({
    ...inputs,
    [HYPERPARAMETERS]: Float32Array.from(hyperparameters(STEPS + 1, 1e-3, defaultAdamW)),
  });
  const measured = (process.resourceUsage().maxRSS * 1024 - before) / MEBIBYTE;
  const held = heldBytes(step.program) / MEBIBYTE;
  const activations = peakActivationBytes(step.program) / MEBIBYTE;
  const predicted = stepBytes(step.program, await plannedBytes(step.program, OPTIONS)) / MEBIBYTE;
  const { engine, nodeCount: nodes } = session;
  process.stdout.write(`${JSON.stringify({ engine, nodes, held, activations, predicted, measured })}\n`);
}

const [name, imageSize, batch] = process.argv.slice(2);
void measure(name, Number(imageSize), Number(batch));
