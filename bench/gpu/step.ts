/**
 * @file One engine with one training step, asked for rounds: what `run.mjs` starts for each device. Becomes one file by
 * `pack.mjs`, which needs onnxruntime-node beside it and nothing else.
 *
 * Prints a line with `ready` and the losses of the first steps, then answers `round N` with the seconds of N steps, as
 * bench/peers/step.py does.
 */

import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { Provider } from '../../src-main/engine/runner.js';
import { type BackboneName, VIT_BACKBONES } from '../../src-main/nn/vit.js';
import { contrastiveTask } from '../../src-main/ssl/contrastive.js';
import { inpaintingTask } from '../../src-main/ssl/inpainting.js';
import { NoiseStep } from '../../src-main/training/noise-step.js';

const { values: flags } = parseArgs({
  options: {
    device: { type: 'string', default: 'cpu' },
    method: { type: 'string', default: 'inpainting' },
    backbone: { type: 'string', default: 'vit-tiny' },
    depth: { type: 'string', default: '12' },
    image: { type: 'string', default: '224' },
    patch: { type: 'string', default: '16' },
    batch: { type: 'string', default: '64' },
    threads: { type: 'string', default: '0' },
    warmup: { type: 'string', default: '5' },
  },
});

const emit = (value: Readonly<Record<string, unknown>>) => process.stdout.write(`${JSON.stringify(value)}\n`);

async function serve(): Promise<void> {
  const { width, heads } = VIT_BACKBONES[flags.backbone as BackboneName];
  const batch = Number(flags.batch);
  const vit = {
    imageSize: Number(flags.image),
    patchSize: Number(flags.patch),
    width,
    depth: Number(flags.depth),
    heads,
    channels: 1,
  };
  const task = flags.method === 'contrastive' ? contrastiveTask() : inpaintingTask();
  const options = { provider: flags.device as Provider, threads: Number(flags.threads) };
  const step = await NoiseStep.create(task, vit, batch, options);
  const losses: number[] = [];
  for (let index = 0; index < Number(flags.warmup); index++) {
    await step.run();
    losses.push(step.loss);
  }
  const { compileMs, nodeCount } = step.session;
  emit({ ready: true, losses, compileMs, nodeCount });
  for await (const line of createInterface({ input: process.stdin })) {
    const [word, count] = line.split(' ');
    if (word === 'quit') break;
    const steps = Number(count);
    const started = performance.now();
    for (let index = 0; index < steps; index++) await step.run();
    emit({ steps, seconds: (performance.now() - started) / 1000, loss: step.loss });
  }
  await step.release();
}

serve().then(
  () => process.exit(0),
  (error: unknown) => {
    emit({ error: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  },
);
