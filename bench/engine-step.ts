/**
 * @file Times one training step when asked, in the words of bench/peers/step.py: prints a line with `"ready": true`, then
 * answers each line `round N` on its input with the time of N steps, and ends at `quit` or where its input closes.
 */

import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Random } from '../src-main/base/random.js';
import { ProgramSession } from '../src-main/engine/session.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../src-main/graph/optimiser.js';
import { initialState } from '../src-main/training/step-program.js';
import { MODELS } from './engine-models.js';

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: 'vit-tiny' },
    batch: { type: 'string', default: '32' },
    'image-size': { type: 'string', default: '224' },
    threads: { type: 'string', default: '2' },
    warmup: { type: 'string', default: '3' },
    blocks: { type: 'string', default: '1' },
  },
});

const LEARNING_RATE = 1e-3;
const emit = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
const peakRssBytes = () => process.resourceUsage().maxRSS * 1024;

async function main(): Promise<void> {
  const build = MODELS[flags.model];
  if (build === undefined) throw new Error(`models: ${Object.keys(MODELS).join(', ')}`);
  const batch = Number(flags.batch);
  const began = performance.now();
  const model = build({ batch, imageSize: Number(flags['image-size']), blocks: Number(flags.blocks) });
  const buildMs = performance.now() - began;
  const session = await ProgramSession.create(model.step.program, { provider: 'cpu', threads: Number(flags.threads) });
  session.setValues(initialState(model.step, 0));
  const random = new Random(0);
  const inputs = model.batch(random);
  let done = 0;
  let loss = Number.NaN;
  const step = async () => {
    const numbers = Float32Array.from(hyperparameters(++done, LEARNING_RATE, defaultAdamW));
    const results = await session.run({ ...inputs, [HYPERPARAMETERS]: numbers });
    loss = Number(results.loss[0]);
  };
  for (let i = 0; i < Number(flags.warmup); i++) await step();
  const { compileMs, nodeCount: onnxNodes } = session;
  emit({ ready: true, peer: 'pretext', model: flags.model, batch, buildMs, compileMs, onnxNodes });
  for await (const line of createInterface({ input: process.stdin })) {
    const [word, count] = line.trim().split(/\s+/);
    if (word === 'quit') break;
    const steps = Number(count);
    if (word !== 'round' || !Number.isInteger(steps) || steps < 1) {
      emit({ error: `expected "round N" or "quit", got ${JSON.stringify(line)}` });
      continue;
    }
    const cpu = process.cpuUsage();
    const started = performance.now();
    for (let i = 0; i < steps; i++) await step();
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const cpuSeconds = (user + system) / 1e6;
    emit({
      steps,
      seconds,
      cpuSeconds,
      imagesPerSecond: (steps * batch) / seconds,
      loss,
      peakRssBytes: peakRssBytes(),
    });
  }
  await session.release();
}

void main();
