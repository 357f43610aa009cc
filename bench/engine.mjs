/**
 * @file Times Pretext's training steps beside PyTorch's, with memory, the share of each op and the distance from the
 * machine's matrix products:
 *
 *   npm run bench:engine -- --python PEERS/bin/python [--models vit-tiny,vit-small,resnet-18,unet] [--rounds 7] [--steps 2]
 *     [--threads 2] [--peers eager,compiled] [--blocks N] [--engine native|onnxruntime] [--enter]
 *     [--csv bench/results/engine-MACHINE.csv]
 *
 * All programs of a model start and warm up first (torch.compile takes a minute or more); with `--enter` the measurement
 * then waits for a line on its input, so that the machine can be made quiet. In each round every program does `--steps`
 * steps in turn, in one order in even rounds and the other way round in odd ones. A ratio is Pretext's images per
 * second over PyTorch's in the same round; the median of the rounds is reported. Processor milliseconds are those of all
 * threads of a program, the least of the rounds. Load average and the spread of the ratios say how quiet it was.
 */

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: flags } = parseArgs({
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    steps: { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' },
    models: { type: 'string', default: 'vit-tiny,vit-small,resnet-18,unet' },
    peers: { type: 'string', default: 'eager,compiled' },
    blocks: { type: 'string' },
    engine: { type: 'string' },
    enter: { type: 'boolean', default: false },
    csv: { type: 'string' },
  },
});
if (flags.python === undefined) throw new Error('name the Python of the peers with --python');

const mae = (width, heads) => [
  'mae_step.py',
  '--patch',
  '16',
  '--width',
  `${width}`,
  '--depth',
  '12',
  '--heads',
  `${heads}`,
];
/** Masked autoencoders, SimCLR (two views of each image) and segmentation; `peer` is the same in PyTorch. */
const MODELS = {
  'vit-tiny': { task: 'MAE', image: 224, batch: 32, peer: mae(192, 3) },
  'vit-small': { task: 'MAE', image: 224, batch: 32, peer: mae(384, 6) },
  'vit-base': { task: 'MAE', image: 224, batch: 16, peer: mae(768, 12) },
  'resnet-18': { task: 'SimCLR', image: 96, batch: 64, peer: ['cnn_step.py', '--model', 'resnet-18'] },
  unet: { task: 'segmentation', image: 128, batch: 16, peer: ['cnn_step.py', '--model', 'unet'] },
};
/** Longer than threads of OpenMP and ONNX Runtime spin after their work. */
const PAUSE_MS = 250;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** A program that does steps when asked: bench/peers/step.py or bench/engine-step.ts. */
class Timed {
  constructor(command, args, env = {}) {
    const stdio = ['pipe', 'pipe', 'inherit'];
    this.child = spawn(command, args, { stdio, env: { ...process.env, ...env } });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async answer() {
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done) throw new Error(`${this.child.spawnargs.join(' ')} ended early`);
      if (!value.startsWith('{')) continue;
      const answer = JSON.parse(value);
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer;
    }
  }

  async round(word = 'round') {
    await new Promise((done) => setTimeout(done, PAUSE_MS));
    this.child.stdin.write(`${word} ${flags.steps}\n`);
    return this.answer();
  }

  async quit() {
    const ended = new Promise((done) => this.child.once('exit', done));
    this.child.stdin.end('quit\n');
    await ended;
  }
}

const sizes = ({ image, batch }) => ['--image-size', `${image}`, '--batch', `${batch}`, '--threads', flags.threads];
const pretext = (name, env) => {
  const blocks = flags.blocks === undefined ? [] : ['--blocks', flags.blocks];
  const engine = flags.engine === undefined ? [] : ['--engine', flags.engine];
  return new Timed(process.execPath, [step, '--model', name, ...sizes(MODELS[name]), ...blocks, ...engine], env);
};
const torch = (name, kind) => {
  const [script, ...args] = MODELS[name].peer;
  const compiled = kind === 'compiled' ? ['--compile'] : [];
  const file = join(root, 'bench/peers', script);
  return new Timed(flags.python, [file, ...args, ...sizes(MODELS[name]), ...compiled, '--server']);
};

/** Operators of ONNX Runtime that are matrix products. */
const PRODUCTS = new Set(['Gemm', 'MatMul', 'FusedMatMul']);

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
    if (!PRODUCTS.has(args.op_name)) continue;
    const [a] = args.input_type_shape.map((type) => Object.values(type)[0]);
    const [y] = args.output_type_shape.map((type) => Object.values(type)[0]);
    const [rows, columns] = y.slice(-2);
    // Rows of ones, which sum columns, are bound by memory.
    if (y.length < 2 || rows === 1) continue;
    const size = (shape) => shape.reduce((total, length) => total * length, 1);
    const inner = size(a) / (size(a.slice(0, -2)) * rows);
    products = {
      flops: products.flops + 2 * size(y.slice(0, -2)) * rows * columns * inner,
      microseconds: products.microseconds + dur,
    };
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
  return JSON.parse(execFileSync(flags.python, ['-c', program], { encoding: 'utf8' }));
}

/** The next line on this program's input. */
async function line() {
  process.stderr.write('All programs are warm. Enter starts the measurement.\n');
  const lines = createInterface({ input: process.stdin });
  await new Promise((done) => lines.once('line', done));
  lines.close();
}

/** Rounds of one model with all programs, Pretext the first of each round's results. */
async function measure(name, peers) {
  // One after another: programs that compile at once only wait for each other.
  const programs = [];
  const about = [];
  for (const start of [() => pretext(name), ...peers.map((kind) => () => torch(name, kind))]) {
    const program = start();
    programs.push(program);
    about.push(await program.answer());
    process.stderr.write(`${name}: ${about.at(-1).peer} is ready\n`);
  }
  if (flags.enter) await line();
  const rounds = [];
  for (let round = 0; round < Number(flags.rounds); round++) {
    const order = programs.map((_, index) => index);
    if (round % 2 === 1) order.reverse();
    const results = [];
    for (const index of order) results[index] = await programs[index].round();
    rounds.push(results);
    const speeds = results.map(({ imagesPerSecond }) => imagesPerSecond.toFixed(1)).join(', ');
    process.stderr.write(`${name}, round ${round + 1}: Pretext, ${peers.join(', ')}: ${speeds} images/s\n`);
  }
  const load = loadavg()[0];
  for (const program of programs) await program.quit();
  return { about, rounds, load };
}

async function profileOf(name) {
  const folder = mkdtempSync(join(tmpdir(), 'pretext-profile-'));
  try {
    const program = pretext(name, { PRETEXT_ORT_PROFILE: join(folder, 'step') });
    const { engine } = await program.answer();
    const own = engine.startsWith('native') ? await program.round('profile') : null;
    if (own === null) await program.round();
    await program.quit();
    if (own !== null) return own;
    return readProfile(join(folder, readdirSync(folder)[0]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rowsOf(name, peers, { about, rounds, load }, profile, peak) {
  const { task, image, batch } = MODELS[name];
  const of = (index, field) => rounds.map((results) => results[index][field]);
  const cpuMs = (index) => ((1000 * Math.min(...of(index, 'cpuSeconds'))) / Number(flags.steps)).toFixed(0);
  // Memory only grows: the last round has the peak.
  const memory = rounds.at(-1).map(({ peakRssBytes }) => peakRssBytes);
  return peers.map((kind, index) => {
    const peer = index + 1;
    const ratios = rounds.map((results) => results[0].imagesPerSecond / results[peer].imagesPerSecond);
    return {
      model: `${name} ${task}`,
      cpu: cpus()[0].model.trim(),
      threads: flags.threads,
      batch,
      image,
      peer: `PyTorch ${about[peer].version} ${kind}`,
      engine: about[0].engine,
      rounds: rounds.length,
      loadAverage: load.toFixed(1),
      pretextImagesPerSecond: median(of(0, 'imagesPerSecond')).toFixed(1),
      peerImagesPerSecond: median(of(peer, 'imagesPerSecond')).toFixed(1),
      ratioMedian: median(ratios).toFixed(3),
      ratioMin: Math.min(...ratios).toFixed(3),
      ratioMax: Math.max(...ratios).toFixed(3),
      pretextCpuMs: cpuMs(0),
      peerCpuMs: cpuMs(peer),
      pretextPeakMiB: (memory[0] / 2 ** 20).toFixed(0),
      peerPeakMiB: (memory[peer] / 2 ** 20).toFixed(0),
      memoryRatio: (memory[0] / memory[peer]).toFixed(2),
      compileMs: about[0].compileMs.toFixed(0),
      onnxNodes: about[0].onnxNodes,
      gemmGigaflops: profile.gigaflops.toFixed(0),
      machineGigaflops: peak.toFixed(0),
      profile: profile.shares
        .slice(0, 8)
        .map(([op, share]) => `${op} ${(100 * share).toFixed(0)}%`)
        .join('; '),
    };
  });
}

const step = await bundle('engine-step');
const peers = flags.peers.split(',').filter((kind) => kind !== '');
const names = flags.models.split(',');
for (const name of names)
  if (!Object.hasOwn(MODELS, name)) throw new Error(`models: ${Object.keys(MODELS).join(', ')}`);
for (const name of names) {
  const measured = await measure(name, peers);
  const rows = rowsOf(name, peers, measured, await profileOf(name), peakGigaflops());
  for (const { profile, ...row } of rows) {
    const speeds = `${row.pretextImagesPerSecond} vs ${row.peerImagesPerSecond} images/s`;
    const ratio = `ratio ${row.ratioMedian} (${row.ratioMin} to ${row.ratioMax})`;
    const cpu = `processor ${row.pretextCpuMs} vs ${row.peerCpuMs} ms`;
    const memory = `memory ${row.pretextPeakMiB} vs ${row.peerPeakMiB} MiB (${row.memoryRatio})`;
    const products = `products ${row.gemmGigaflops} of ${row.machineGigaflops} GFLOP/s`;
    process.stdout.write(
      `${row.model} vs ${row.peer}: ${speeds}, ${ratio}, ${cpu}, ${memory}, ${products}; ${profile}\n`,
    );
  }
  // After each model, so that a run that is ended early keeps what it measured.
  if (flags.csv !== undefined && rows.length > 0) {
    const lines = rows.map((row) => Object.values(row).join(','));
    if (!existsSync(flags.csv)) lines.unshift(Object.keys(rows[0]).join(','));
    writeFileSync(flags.csv, `${lines.join('\n')}\n`, { flag: 'a' });
  }
}
