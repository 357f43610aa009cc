/**
 * @file Does memory stay flat over a long training? Resident memory while an engine trains a small masked autoencoder
 * and a small residual network with batch norm:
 *
 *   node bench/memory-flat.mjs [--engine cpu|webgpu|tfjs-cpu] [--steps 2000] [--models mae,resnet] [--csv FILE]
 *
 * On WebGPU a driver in software does (200 steps then take a quarter of an hour):
 *
 *   VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json node bench/memory-flat.mjs --engine webgpu --steps 200
 *
 * Its buffers are this process's memory, and the tensors on the device are counted after every step: as many as the program
 * has state variables, or one is never freed.
 *
 * Each model has a process of its own. Flat means: the median of the last tenth of the steps is within 2% of the median of
 * the tenth that ends the first quarter. Garbage is collected before each reading, so that what is read is held.
 */

import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const self = fileURLToPath(import.meta.url);
const root = join(dirname(self), '..');
const bundle = join(root, 'out/bench/memory.cjs');
const { values: flags } = parseArgs({
  options: {
    engine: { type: 'string', default: 'cpu' },
    steps: { type: 'string', default: '2000' },
    models: { type: 'string', default: 'mae,resnet' },
    csv: { type: 'string' },
    child: { type: 'string' },
  },
});
/**
 * V8's young generation has its full size from the start: it grows from 1 to 16 MiB in the first thousand steps, which in a
 * process of 100 MiB looks like a leak while what is held (heapUsed) stays the same.
 */
const HEAP = ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=16'];
const MEBIBYTE = 2 ** 20;
const READINGS = 40;
const TOLERANCE = 0.02;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Trains one model and prints resident MiB at even distances. */
async function train(name) {
  const { openTraining } = createRequire(import.meta.url)(bundle);
  const steps = Number(flags.steps);
  const training = await openTraining(name, flags.engine);
  const readings = [];
  const tensors = [];
  for (let index = 1; index <= steps; index++) {
    const loss = await training.run(index);
    if (!Number.isFinite(loss)) throw new Error(`step ${index}: the loss is ${loss}`);
    tensors.push(training.tensorsOnDevice());
    if (index % Math.max(1, Math.floor(steps / READINGS)) !== 0) continue;
    globalThis.gc();
    readings.push(process.memoryUsage().rss / MEBIBYTE);
  }
  await training.release();
  const counts = tensors.slice(1); // the first step reads its state from the host
  const leaked = Math.max(...counts) - Math.min(...counts) + training.tensorsOnDevice();
  process.stdout.write(`${JSON.stringify({ engine: training.engine, readings, tensors: counts[0], leaked })}\n`);
}

async function measure() {
  const { build } = await import('vite');
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: join(root, 'bench/memory-exports.ts'),
      outDir: dirname(bundle),
      emptyOutDir: false,
      rollupOptions: { output: { format: 'cjs', entryFileNames: 'memory.cjs' } },
    },
  });
  for (const name of flags.models.split(',')) {
    const args = [...HEAP, self, '--child', name, '--engine', flags.engine, '--steps', flags.steps];
    const { stdout, status } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (status !== 0) throw new Error(`${name} on ${flags.engine} ended with ${status}`);
    const { engine, readings, tensors, leaked } = JSON.parse(stdout.trim().split('\n').at(-1));
    const tenth = Math.max(1, Math.floor(readings.length / 10));
    const quarter = Math.floor(readings.length / 4);
    const early = median(readings.slice(quarter - tenth, quarter));
    const late = median(readings.slice(-tenth));
    const growth = late / early - 1;
    const row = {
      engine: flags.engine === 'cpu' ? `cpu: ${engine}` : flags.engine,
      model: name,
      steps: flags.steps,
      cpu: cpus()[0].model.trim(),
      firstMiB: readings[0].toFixed(1),
      afterQuarterMiB: early.toFixed(1),
      lastMiB: late.toFixed(1),
      peakMiB: Math.max(...readings).toFixed(1),
      growthPercent: (100 * growth).toFixed(2),
      flat: Math.abs(growth) <= TOLERANCE,
      tensorsOnDevice: tensors,
      leakedTensors: leaked,
    };
    process.stdout.write(`${JSON.stringify(row)}\n`);
    if (!row.flat || leaked > 0) process.exitCode = 1;
    if (flags.csv === undefined) continue;
    if (!existsSync(flags.csv)) appendFileSync(flags.csv, `${Object.keys(row).join(',')}\n`);
    appendFileSync(flags.csv, `${Object.values(row).join(',')}\n`);
  }
}

await (flags.child === undefined ? measure() : train(flags.child));
