/**
 * @file Times one training step when asked, in the words of bench/peers/step.py: prints a line with `"ready": true`, then
 * answers each line `round N` on its input with the time of N steps, `profile N` with the time of the native engine's
 * kernels in N steps, and ends at `quit` or where its input closes.
 */

import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Random } from '../src-main/base/random.js';
import { NativeSession, planProgram } from '../src-main/engine/native-session.js';
import { openProgram } from '../src-main/engine/open.js';
import type { ProgramRunner } from '../src-main/engine/runner.js';
import { ProgramSession } from '../src-main/engine/session.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../src-main/graph/optimiser.js';
import type { Program } from '../src-main/graph/program.js';
import { loadNative, nativeAbsence } from '../src-main/native/addon.js';
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
    /** native or onnxruntime; where absent, what a run would take. */
    engine: { type: 'string' },
  },
});

const LEARNING_RATE = 1e-3;
const emit = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
const peakRssBytes = () => process.resourceUsage().maxRSS * 1024;

async function open(program: Program): Promise<ProgramRunner> {
  const options = { provider: 'cpu', threads: Number(flags.threads) } as const;
  if (flags.engine === undefined) return openProgram(program, options);
  if (flags.engine === 'onnxruntime') return ProgramSession.create(program, options);
  if (flags.engine !== 'native') throw new Error('engines: native, onnxruntime');
  const addon = loadNative();
  if (addon === null) throw new Error(`There is no native engine. ${nativeAbsence()}`);
  return NativeSession.create(program, planProgram(program), addon, options.threads);
}

/** Operations of the kernels that are products of matrices, and of convolutions with all taps inside; 0 for the others. */
function flopsOf(kernel: string, p: Int32Array): number {
  const product = (from: number, to: number) => p.subarray(from, to).reduce((total, length) => total * length, 1);
  switch (kernel) {
    case 'gemm':
    case 'gemmRows':
      return 2 * product(0, 5);
    case 'conv':
    case 'convWeight':
      return (2 * p[0] * p[2] * p[3] * product(7, 10) * product(10, 13)) / p[1];
    case 'convTranspose':
      return (2 * p[0] * p[2] * p[3] * product(4, 7) * product(10, 13)) / p[1];
    case 'attention':
      return 2 * product(0, 4) * (p[4] + p[5]);
    case 'attentionGradient':
      return 4 * product(0, 4) * (p[4] + p[5]);
    default:
      return 0;
  }
}

/** Milliseconds of a step by label, and the speed of its products, as `readProfile` of engine.mjs gives them. */
function profileOf(session: NativeSession, steps: number) {
  const byLabel = new Map<string, number>();
  let total = 0;
  let products = { flops: 0, nanoseconds: 0 };
  for (const { label, kernel, parameters, nanoseconds } of session.profile(false)) {
    total += nanoseconds;
    byLabel.set(label, (byLabel.get(label) ?? 0) + nanoseconds);
    const flops = flopsOf(kernel, parameters);
    if (flops === 0) continue;
    products = { flops: products.flops + steps * flops, nanoseconds: products.nanoseconds + nanoseconds };
  }
  const shares = [...byLabel].map(([op, spent]) => [op, spent / total] as const).sort((a, b) => b[1] - a[1]);
  return { milliseconds: total / steps / 1e6, shares, gigaflops: products.flops / products.nanoseconds };
}

async function main(): Promise<void> {
  const build = MODELS[flags.model];
  if (build === undefined) throw new Error(`models: ${Object.keys(MODELS).join(', ')}`);
  const batch = Number(flags.batch);
  const began = performance.now();
  const model = build({ batch, imageSize: Number(flags['image-size']), blocks: Number(flags.blocks) });
  const buildMs = performance.now() - began;
  const session = await open(model.step.program);
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
  const { compileMs, engine, nodeCount: onnxNodes } = session;
  emit({ ready: true, peer: 'pretext', engine, model: flags.model, batch, buildMs, compileMs, onnxNodes });
  for await (const line of createInterface({ input: process.stdin })) {
    const [word, count] = line.trim().split(/\s+/);
    if (word === 'quit') break;
    const steps = Number(count);
    if ((word !== 'round' && word !== 'profile') || !Number.isInteger(steps) || steps < 1) {
      emit({ error: `expected "round N", "profile N" or "quit", got ${JSON.stringify(line)}` });
      continue;
    }
    if (word === 'profile') {
      if (!(session instanceof NativeSession)) {
        emit({ error: `${engine} is profiled by PRETEXT_ORT_PROFILE` });
        continue;
      }
      session.profile(true);
      for (let i = 0; i < steps; i++) await step();
      emit(profileOf(session, steps));
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
