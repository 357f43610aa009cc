/**
 * @file Times Pretext's training steps beside PyTorch's, with memory, the share of each op and the distance from the
 * machine's matrix products:
 *
 *   npm run bench:engine -- --python PEERS/bin/python [--rounds 7] [--threads 2] [--steps 3] [--models vit-tiny,vit-small]
 *     [--peers eager,compiled] [--csv bench/results/engine-MACHINE.csv]
 *
 * In each round every program is started anew, Pretext first in even rounds and last in odd ones, and takes the median
 * of its own timed steps. A ratio is Pretext's images per second over PyTorch's in the same round; the median of the
 * rounds is reported. Load average and the spread of the ratios say how quiet the machine was.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../scripts/build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: flags } = parseArgs({
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    steps: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    models: { type: 'string', default: 'vit-tiny,vit-small' },
    peers: { type: 'string', default: 'eager,compiled' },
    csv: { type: 'string' },
  },
});
if (flags.python === undefined) throw new Error('name the Python of the peers with --python');

/** Masked autoencoders at 224 px, patches of 16, batches of 32: width, depth and heads of timm's encoders. */
const MODELS = {
  'vit-tiny': { width: 192, depth: 12, heads: 3 },
  'vit-small': { width: 384, depth: 12, heads: 6 },
};
const BATCH = 32;
const IMAGE = 224;
const PATCH = 16;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const lastLine = (text) => JSON.parse(text.trim().split('\n').at(-1));
const run = (command, args, env = {}) => {
  const stdio = ['ignore', 'pipe', 'inherit'];
  return lastLine(execFileSync(command, args, { encoding: 'utf8', stdio, env: { ...process.env, ...env } }));
};

function pretext(name, env = {}) {
  const { depth } = MODELS[name];
  const args = [join(root, 'out/main/cli.js'), 'bench', '--methods', 'inpainting', '--device', 'cpu', '--json'];
  args.push('--backbone', name, '--depth', String(depth), '--image-size', String(IMAGE), '--patch-size', String(PATCH));
  args.push('--batch', String(BATCH), '--rounds', '1', '--steps', flags.steps, '--threads', flags.threads);
  const [result] = run(process.execPath, args, env).results;
  const { imagesPerSecond, peakMemoryBytes, compileMs, onnxNodes } = result;
  return { speed: imagesPerSecond, memory: peakMemoryBytes, compileMs, onnxNodes };
}

function torch(name, kind) {
  const { width, depth, heads } = MODELS[name];
  const args = [join(root, 'bench/peers/mae_step.py'), '--image-size', String(IMAGE), '--patch', String(PATCH)];
  args.push('--width', String(width), '--depth', String(depth), '--heads', String(heads), '--batch', String(BATCH));
  args.push('--rounds', '1', '--steps', flags.steps, '--threads', flags.threads);
  if (kind === 'compiled') args.push('--compile');
  const { imagesPerSecond, peakRssBytes, version } = run(flags.python, args);
  return { speed: imagesPerSecond, memory: peakRssBytes, version };
}

/** Kernel times of ONNX Runtime's profile: of each node the least over the runs, so that other programs count little. */
function readProfile(path) {
  const least = new Map();
  for (const event of JSON.parse(readFileSync(path, 'utf8'))) {
    if (event.cat !== 'Node' || !event.name.endsWith('_kernel_time')) continue;
    const known = least.get(event.name);
    if (known === undefined || event.dur < known.dur) least.set(event.name, event);
  }
  const byOp = new Map();
  let total = 0;
  let products = { flops: 0, microseconds: 0 };
  for (const { dur, args } of least.values()) {
    total += dur;
    byOp.set(args.op_name, (byOp.get(args.op_name) ?? 0) + dur);
    if (args.op_name !== 'Gemm') continue;
    const [a] = args.input_type_shape.map((type) => Object.values(type)[0]);
    const [y] = args.output_type_shape.map((type) => Object.values(type)[0]);
    // Rows of ones, which sum columns, are bound by memory.
    if (y[0] === 1) continue;
    const inner = (a[0] * a[1]) / y[0];
    products = { flops: products.flops + 2 * y[0] * y[1] * inner, microseconds: products.microseconds + dur };
  }
  const shares = [...byOp].map(([op, dur]) => [op, dur / total]).sort((a, b) => b[1] - a[1]);
  return { milliseconds: total / 1000, shares, gigaflops: products.flops / products.microseconds / 1000 };
}

/** The fastest product of two square matrices that PyTorch reaches here, billions of operations per second. */
function peakGigaflops() {
  const program = [
    'import json, time, torch',
    `torch.set_num_threads(${Number(flags.threads)})`,
    'a, b = torch.rand(1536, 1536), torch.rand(1536, 1536)',
    'def once():',
    '    began = time.perf_counter(); a @ b; return time.perf_counter() - began',
    'print(json.dumps(2 * 1536**3 / min(once() for _ in range(40)) / 1e9))',
  ].join('\n');
  return run(flags.python, ['-c', program]);
}

await ensureBuilt({ nodeOnly: true, quiet: true });
const peers = flags.peers.split(',');
const peak = peakGigaflops();
const rows = [];
for (const name of flags.models.split(',')) {
  const rounds = [];
  for (let round = 0; round < Number(flags.rounds); round++) {
    const first = round % 2 === 0 ? pretext(name) : null;
    const others = peers.map((kind) => torch(name, kind));
    const own = first ?? pretext(name);
    rounds.push({ own, others });
    const against = others.map((other, index) => `${peers[index]} ${other.speed.toFixed(1)}`).join(', ');
    process.stderr.write(`${name}, round ${round + 1}: Pretext ${own.speed.toFixed(1)}, ${against} images/s\n`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'pretext-profile-'));
  pretext(name, { PRETEXT_ORT_PROFILE: join(folder, 'step') });
  const profile = readProfile(join(folder, readdirSync(folder)[0]));
  rmSync(folder, { recursive: true });
  peers.forEach((kind, index) => {
    const ratios = rounds.map(({ own, others }) => own.speed / others[index].speed);
    const ownMemory = median(rounds.map(({ own }) => own.memory));
    const peerMemory = median(rounds.map(({ others }) => others[index].memory));
    rows.push({
      model: `${name} MAE`,
      cpu: cpus()[0].model.trim(),
      threads: flags.threads,
      batch: BATCH,
      image: IMAGE,
      peer: `PyTorch ${rounds[0].others[index].version} ${kind}`,
      rounds: rounds.length,
      loadAverage: loadavg()[0].toFixed(1),
      pretextImagesPerSecond: median(rounds.map(({ own }) => own.speed)).toFixed(1),
      peerImagesPerSecond: median(rounds.map(({ others }) => others[index].speed)).toFixed(1),
      ratioMedian: median(ratios).toFixed(3),
      ratioMin: Math.min(...ratios).toFixed(3),
      ratioMax: Math.max(...ratios).toFixed(3),
      pretextPeakMiB: (ownMemory / 2 ** 20).toFixed(0),
      peerPeakMiB: (peerMemory / 2 ** 20).toFixed(0),
      memoryRatio: (ownMemory / peerMemory).toFixed(2),
      compileMs: median(rounds.map(({ own }) => own.compileMs)).toFixed(0),
      onnxNodes: rounds[0].own.onnxNodes,
      gemmGigaflops: profile.gigaflops.toFixed(0),
      machineGigaflops: peak.toFixed(0),
      profile: profile.shares
        .slice(0, 8)
        .map(([op, share]) => `${op} ${(100 * share).toFixed(0)}%`)
        .join('; '),
    });
  });
}
for (const { profile, ...row } of rows) {
  process.stdout.write(
    `${row.model} vs ${row.peer}: ${row.pretextImagesPerSecond} vs ${row.peerImagesPerSecond} images/s, `,
  );
  process.stdout.write(`ratio ${row.ratioMedian} (${row.ratioMin} to ${row.ratioMax}), memory ${row.memoryRatio}, `);
  process.stdout.write(`products ${row.gemmGigaflops} of ${row.machineGigaflops} GFLOP/s; ${profile}\n`);
}
if (flags.csv !== undefined) {
  const lines = rows.map((row) => Object.values(row).join(','));
  if (!existsSync(flags.csv)) lines.unshift(Object.keys(rows[0]).join(','));
  writeFileSync(flags.csv, `${lines.join('\n')}\n`, { flag: 'a' });
}
