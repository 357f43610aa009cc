/**
 * @file Times pretraining steps on a GPU, each engine beside PyTorch on the same card, in turns:
 *
 *   node bench/gpu/run.mjs [--python PEERS/bin/python] [--engines webgpu,cuda,tfjs-gpu,cpu,torch-tf32,torch-bf16]
 *     [--models vit-tiny,vit-small,vit-base,simclr] [--rounds 7] [--steps 10] [--batch 64] [--threads 0] [--tiny]
 *     [--card NAME] [--out bench/results]
 *
 * README.md says what it needs and what the columns mean. It uses nothing but Node's own modules.
 */

import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const { values: flags } = parseArgs({
  options: {
    python: { type: 'string' },
    engines: { type: 'string', default: 'webgpu,cuda,tfjs-gpu,cpu,torch-tf32,torch-bf16' },
    models: { type: 'string' },
    rounds: { type: 'string' },
    steps: { type: 'string' },
    batch: { type: 'string' },
    threads: { type: 'string', default: '0' },
    'start-minutes': { type: 'string', default: '5' },
    tiny: { type: 'boolean', default: false },
    card: { type: 'string' },
    out: { type: 'string', default: join(root, 'bench', 'results') },
  },
});

const VIT = {
  'vit-tiny': { width: 192, heads: 3 },
  'vit-small': { width: 384, heads: 6 },
  'vit-base': { width: 768, heads: 12 },
};
const size = flags.tiny ? { depth: 1, image: 32, patch: 8, batch: 4 } : { depth: 12, image: 224, patch: 16, batch: 64 };
const batch = Number(flags.batch ?? size.batch);
const rounds = Number(flags.rounds ?? (flags.tiny ? 3 : 7));
const steps = Number(flags.steps ?? (flags.tiny ? 2 : 10));
/** Steps before anything is timed; their losses are compared with the processor's. */
const WARMUP = 5;
/** The largest relative difference of a loss from the processor's that counts as the same training. */
const TOLERANCE = 1e-3;

const modelOf = (name) => ({
  name,
  method: name === 'simclr' ? 'contrastive' : 'inpainting',
  backbone: name !== 'simclr' ? name : flags.tiny ? 'vit-tiny' : 'vit-small',
});

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const fixed = (value, digits) => (value === undefined || !Number.isFinite(value) ? '' : value.toFixed(digits));
const say = (line) => process.stderr.write(`${line}\n`);

/** What nvidia-smi answers to a query about the first card; null where there is none. */
function nvidia(query) {
  try {
    const args = [`--query-gpu=${query}`, '--format=csv,noheader,nounits', '-i', '0'];
    return execFileSync('nvidia-smi', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

/** The Vulkan driver's description: the environment's, the system's, or one made for NVIDIA's library. */
function vulkanDriver(folder) {
  if (process.env.VK_ICD_FILENAMES) return process.env.VK_ICD_FILENAMES;
  const known = ['/usr/share', '/etc', '/usr/local/share'].map((place) => join(place, 'vulkan/icd.d/nvidia_icd.json'));
  const found = known.find((path) => existsSync(path));
  if (found !== undefined || nvidia('name') === null) return found;
  const path = join(folder, 'nvidia_icd.json');
  const ICD = { library_path: 'libGLX_nvidia.so.0', api_version: '1.3.0' };
  writeFileSync(path, JSON.stringify({ file_format_version: '1.0.0', ICD }));
  return path;
}

const scratch = mkdtempSync(join(tmpdir(), 'gpu-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const driver = vulkanDriver(scratch);
const libraries = [join(root, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
const environment = {
  ...process.env,
  LD_LIBRARY_PATH: libraries,
  ...(driver === undefined ? {} : { VK_ICD_FILENAMES: driver }),
};

const bundle = [join(root, 'out/gpu-step.cjs'), join(root, 'out/gpu-bench/out/gpu-step.cjs')].find(existsSync);
if (bundle === undefined) throw new Error('the bundle is missing; in a checkout: node bench/gpu/pack.mjs');

/** Command line of an engine with a model. */
function commandOf(engine, { method, backbone }) {
  const { width, heads } = VIT[backbone];
  const { depth, image, patch } = size;
  const shared = ['--method', method, '--depth', depth, '--patch', patch, '--batch', batch];
  if (!engine.startsWith('torch-')) {
    const own = ['--device', engine, '--backbone', backbone, '--image', image, '--threads', flags.threads];
    return [process.execPath, [bundle, ...shared, ...own, '--warmup', WARMUP]];
  }
  const own = ['--precision', engine.slice('torch-'.length), '--width', width, '--heads', heads, '--image-size', image];
  const threads = Number(flags.threads) || cpus().length;
  return [flags.python, [join(here, 'torch_step.py'), ...shared, ...own, '--threads', threads, '--warmup', WARMUP]];
}

/** A program that answers one line with one line of JSON. */
class Server {
  constructor(command, args) {
    this.errors = '';
    this.ended = null;
    this.child = spawn(command, args.map(String), { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stderr.on('data', (data) => {
      this.errors = `${this.errors}${data}`.slice(-4000);
    });
    this.child.stdin.on('error', () => {});
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.child.on('error', (error) => {
      this.ended = error.message;
    });
  }

  /** The next answer. @throws where the program ends, says that it failed, or takes too long */
  async answer(minutes) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${minutes} minutes`)), minutes * 60_000);
    });
    try {
      for (;;) {
        const { value, done } = await Promise.race([this.lines.next(), late]);
        if (done) throw new Error(this.ended ?? lastWords(this.errors));
        if (!value.startsWith('{')) continue;
        const result = JSON.parse(value);
        if (result.error !== undefined) throw new Error(result.error);
        return result;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async round(count) {
    this.child.stdin.write(`round ${count}\n`);
    return this.answer(10);
  }

  stop() {
    this.child.stdin.end('quit\n');
    setTimeout(() => this.child.kill('SIGKILL'), 5000).unref();
  }
}

const lastWords = (text) => text.trim().split('\n').at(-1) || 'it ended without a word';

/** Runs `work`; gives its result and by how many MiB the card's used memory rose above what it was before, at most. */
async function withDeviceMemory(work) {
  const before = Number(nvidia('memory.used'));
  let peak = before;
  const args = ['--query-gpu=memory.used', '--format=csv,noheader,nounits', '-i', '0', '-lms', '100'];
  const watch = nvidia('name') === null ? null : spawn('nvidia-smi', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  watch?.stdout.on('data', (data) => {
    for (const line of String(data).trim().split('\n')) peak = Math.max(peak, Number(line) || 0);
  });
  try {
    const result = await work();
    return { result, deviceMiB: watch === null ? undefined : peak - before };
  } finally {
    watch?.kill();
  }
}

/** Why an engine cannot be asked at all, or null. */
const missing = (engine) =>
  engine.startsWith('torch-') && flags.python === undefined ? 'no Python was named with --python' : null;

/** Starts an engine with a model and lets it warm up. */
async function start(engine, model) {
  const reason = missing(engine);
  if (reason !== null) return { engine, reason };
  const server = new Server(...commandOf(engine, model));
  try {
    const { result, deviceMiB } = await withDeviceMemory(() => server.answer(Number(flags['start-minutes'])));
    return { engine, server, ready: result, deviceMiB, speeds: [] };
  } catch (error) {
    server.stop();
    return { engine, reason: error.message.split('\n')[0].slice(0, 300) };
  }
}

function lossDifference(losses, reference) {
  if (losses === undefined || reference === undefined) return undefined;
  return Math.max(...losses.map((loss, index) => Math.abs(loss / reference[index] - 1)));
}

const card = flags.card ?? nvidia('name') ?? (driver === undefined ? 'no-gpu' : 'vulkan-in-software');
const slug = card.toLowerCase().replace(/[^a-z0-9]+/g, '-');
mkdirSync(flags.out, { recursive: true });
const csv = join(flags.out, `gpu-${slug}${flags.tiny ? '-tiny-trial' : ''}.csv`);
const quoted = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
const common = {
  card,
  driverVersion: nvidia('driver_version') ?? '',
  cpu: cpus()[0]?.model.trim() ?? '',
  cores: cpus().length,
};

function write(rows) {
  for (const row of rows) {
    const fresh = !existsSync(csv);
    const lines = [...(fresh ? [Object.keys(row)] : []), Object.values(row)];
    appendFileSync(csv, lines.map((line) => `${line.map(quoted).join(',')}\n`).join(''));
  }
}

const ratioOf = (own, peer) => (peer === undefined ? [] : own.speeds.map((speed, index) => speed / peer.speeds[index]));

function rowOf(entry, model, entries) {
  const { engine, ready, deviceMiB, speeds = [], reason = '' } = entry;
  const reference = entries.find((other) => other.engine === 'cpu')?.ready?.losses;
  const sound = (name) => entries.find((other) => other.engine === name && other.speeds?.length === rounds);
  const complete = speeds.length === rounds;
  const against = (name) => (complete ? fixed(median(ratioOf(entry, sound(name))), 3) : '');
  const difference = engine === 'cpu' ? undefined : lossDifference(ready?.losses, reference);
  return {
    ...common,
    model: model.method === 'contrastive' ? `${model.backbone} SimCLR` : `${model.backbone} MAE`,
    depth: size.depth,
    image: size.image,
    patch: size.patch,
    batch,
    engine,
    where: ready?.where ?? (engine === 'webgpu' ? (driver ?? '').split('/').at(-1) : ''),
    version: ready?.version ?? '',
    rounds: speeds.length,
    stepsInRound: steps,
    imagesPerSecond: fixed(median(speeds), 2),
    slowestRound: fixed(Math.min(...speeds), 2),
    fastestRound: fixed(Math.max(...speeds), 2),
    ratioToTf32: against('torch-tf32'),
    ratioToBf16: against('torch-bf16'),
    deviceMiB: deviceMiB ?? '',
    compileMs: fixed(ready?.compileMs, 0),
    nodes: ready?.nodeCount ?? '',
    lossDifference: difference === undefined ? '' : difference.toExponential(2),
    loadAverage: loadavg()[0].toFixed(1),
    trouble: difference === undefined || difference <= TOLERANCE ? reason : 'its losses are not the processor’s',
  };
}

say(`card ${card}; Vulkan driver ${driver ?? 'none'}; results go to ${csv}`);
rmSync(csv, { force: true });
let wrong = 0;
const models = flags.models ?? (flags.tiny ? 'vit-tiny,simclr' : 'vit-tiny,vit-small,vit-base,simclr');
for (const name of models.split(',')) {
  const model = modelOf(name);
  const entries = [];
  // One after the other, so that the card's memory is that of the engine that starts.
  for (const engine of flags.engines.split(',')) {
    const entry = await start(engine, model);
    say(`${name}: ${engine} ${entry.reason === undefined ? 'is ready' : `is left out: ${entry.reason}`}`);
    entries.push(entry);
  }
  const running = entries.filter(({ server }) => server !== undefined);
  for (let round = 0; round < rounds; round++) {
    for (const entry of round % 2 === 0 ? running : [...running].reverse()) {
      if (entry.reason !== undefined) continue;
      try {
        const { steps: done, seconds } = await entry.server.round(steps);
        entry.speeds.push((done * batch) / seconds);
      } catch (error) {
        entry.reason = error.message.split('\n')[0].slice(0, 300);
      }
    }
    say(`${name}, round ${round + 1}: ${running.map((e) => `${e.engine} ${fixed(e.speeds.at(-1), 1)}`).join(', ')}`);
  }
  for (const { server } of running) server.stop();
  const rows = entries.map((entry) => rowOf(entry, model, entries));
  write(rows);
  for (const row of rows) {
    wrong += row.trouble.startsWith('its losses') ? 1 : 0;
    const ratios = `${row.ratioToTf32 || '-'} of TF32, ${row.ratioToBf16 || '-'} of bf16`;
    const memory = row.deviceMiB === '' ? '' : `, ${row.deviceMiB} MiB`;
    const parity = row.lossDifference === '' ? '' : `, losses within ${row.lossDifference}`;
    process.stdout.write(
      row.rounds === 0
        ? `${row.model}, ${row.engine}: ${row.trouble}\n`
        : `${row.model}, ${row.engine}: ${row.imagesPerSecond} images/s, ${ratios}${memory}${parity} ${row.trouble}\n`,
    );
  }
}
process.exitCode = wrong > 0 ? 1 : 0;
