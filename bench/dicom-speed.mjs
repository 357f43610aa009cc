/**
 * @file Speed of reading DICOM beside the field's own tools, on one machine, in turn, from the same warm cache of the disk:
 *
 *   node bench/dicom-speed.mjs headers|decode|import --work FOLDER --python PEERS/bin/python
 *     [--data ../shared/data] [--files 10000] [--rounds 5] [--csv bench/results/FILE.csv] [--keep]
 *
 * headers: copies of real files, each an instance of its own, with the reader pool (one reader, then one for each
 * processor), pydicom (`stop_before_pixels`) and dcmdump (`-M +sb PixelData`, 500 files a process), which also prints.
 * decode: stored pixels of real files by transfer syntax, with one of Pretext's readers (which also makes the MD5 of the
 * pixels), GDCM and pydicom, of the files that all three read; megabytes of pixels a second.
 * import: a CT of 2,000 slices of 512 x 512, made from a real one, by the command line, and its cache of 128 pixels; the
 * most memory that the process had, also for a quarter of the slices.
 * What is given are medians over the rounds; `perCore` is files by processor second of all processes of a side.
 */

import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import { ensureBuilt } from '../scripts/build.mjs';
import { filesBelow, makeCopies } from './dicom/copies.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const {
  values: flags,
  positionals: [what],
} = parseArgs({
  allowPositionals: true,
  options: {
    work: { type: 'string' },
    data: { type: 'string', default: join(root, '..', 'shared', 'data') },
    python: { type: 'string' },
    files: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    csv: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
if (flags.work === undefined) throw new Error('name --work');
const work = resolve(flags.work);
mkdirSync(work, { recursive: true });
const rounds = Number(flags.rounds);

await ensureBuilt({ nodeOnly: true, quiet: true });
process.env.PRETEXT_ENTRIES = join(root, 'out', 'main');
globalThis.__filename = join(root, 'package.json');
const load = async (file) => (await runnerImport(join(root, 'src-main', file), { root, logLevel: 'error' })).module;
const { DecodePool } = await load('dicom/decode-pool.ts');

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const rows = [];
function report(row) {
  rows.push(row);
  process.stdout.write(`${Object.values(row).join('  ')}\n`);
}

/** Processor seconds of a process so far (Linux). */
function processorOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Processor seconds of this process' children that have ended (Linux). */
function ofChildren() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Asks all paths of a pool, some hundred at a time. @param ask gives bytes of pixels */
async function withPool(workers, paths, ask) {
  const pool = new DecodePool({ workers });
  // Readers that run, so that their start is not measured, as that of Python is not.
  await Promise.all(paths.slice(0, 64).map((path) => pool.readHeader(path)));
  const own = process.cpuUsage();
  const before = pool.pids.map(processorOf).reduce((sum, value) => sum + value, 0);
  const start = performance.now();
  let failed = 0;
  let bytes = 0;
  for (let first = 0; first < paths.length; first += 512) {
    for (const result of await Promise.all(paths.slice(first, first + 512).map((path) => ask(pool, path)))) {
      if (result.ok) bytes += result.inspection?.pixelBytes ?? 0;
      else failed++;
    }
  }
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(own);
  const readers = pool.pids.map(processorOf).reduce((sum, value) => sum + value, 0) - before;
  await pool.close();
  return { seconds, processor: (user + system) / 1e6 + readers, files: paths.length, bytes, failed };
}

/** The Python peer, asked line by line. */
async function startPeer() {
  if (flags.python === undefined) throw new Error('name --python');
  const child = spawn(flags.python, [join(root, 'bench/peers/dicom_speed.py')], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value);
  const { pydicom, gdcm } = await next();
  return {
    versions: { pydicom, gdcm },
    ask: (line) => {
      child.stdin.write(`${line}\n`);
      return next();
    },
    end: () => child.stdin.end(),
  };
}

function withDcmdump(paths) {
  const start = performance.now();
  const before = ofChildren();
  for (let first = 0; first < paths.length; first += 500) {
    const args = ['-q', '+F', '-M', '+sb', 'PixelData', ...paths.slice(first, first + 500)];
    const { error } = spawnSync('dcmdump', args, { stdio: 'ignore' });
    if (error !== undefined) throw error;
  }
  const seconds = (performance.now() - start) / 1000;
  return { seconds, processor: ofChildren() - before, files: paths.length, bytes: 0, failed: 0 };
}

/** Real files that are read, with their SOP Instance UID and transfer syntax. */
async function realFiles() {
  const pool = new DecodePool();
  const paths = ['conformance', 'series'].flatMap((folder) => filesBelow(join(flags.data, folder)));
  const headers = await Promise.all(paths.map((path) => pool.readHeader(path)));
  await pool.close();
  return paths.flatMap((path, index) => {
    const result = headers[index];
    if (!result.ok || result.header.kind !== 'dicom' || (result.header.sopInstanceUID?.length ?? 0) < 20) return [];
    const { sopInstanceUID, transferSyntaxUID, modality } = result.header;
    return [{ path, uid: sopInstanceUID, syntax: transferSyntaxUID, modality }];
  });
}

/** Runs every side in turn, each round anew. */
async function inTurn(sides) {
  const results = new Map(Object.keys(sides).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(sides)) results.get(name).push(await run());
  }
  return results;
}

async function headers() {
  const count = Number(flags.files ?? 10_000);
  const paths = makeCopies(await realFiles(), count, join(work, 'copies'));
  const list = join(work, 'copies.txt');
  writeFileSync(list, paths.join('\n'));
  const peer = await startPeer();
  const all = availableParallelism();
  const readHeader = (pool, path) => pool.readHeader(path);
  const results = await inTurn({
    'pretext, 1 reader': () => withPool(1, paths, readHeader),
    [`pretext, ${all} readers`]: () => withPool(all, paths, readHeader),
    [`pydicom ${peer.versions.pydicom}`]: () => peer.ask(`headers ${list}`),
    'dcmdump 3.6.7': () => withDcmdump(paths),
  });
  peer.end();
  for (const [name, runs] of results) {
    report({
      what: 'headers',
      side: name,
      files: count,
      perSecond: (count / median(runs.map(({ seconds }) => seconds))).toFixed(0),
      perCore: (count / median(runs.map(({ processor }) => processor))).toFixed(0),
      failed: runs[0].failed,
    });
  }
}

/** Those of the files whose pixels Pretext, GDCM and pydicom read. */
async function readByAll(peer, paths) {
  const list = join(work, 'readable.txt');
  writeFileSync(list, paths.join('\n'));
  const { readable } = await peer.ask(`readable ${list}`);
  const pool = new DecodePool();
  const inspected = await Promise.all(readable.map((path) => pool.inspect(path)));
  await pool.close();
  return readable.filter((_, index) => inspected[index].ok && inspected[index].inspection.refused === null);
}

async function decode() {
  const bySyntax = new Map();
  for (const file of await realFiles()) {
    if (statSync(file.path).size < 20_000) continue;
    bySyntax.set(file.syntax, [...(bySyntax.get(file.syntax) ?? []), file.path]);
  }
  const peer = await startPeer();
  const pooled = (pool, path) => pool.inspect(path);
  for (const [syntax, all] of bySyntax) {
    const found = await readByAll(peer, all);
    if (found.length === 0) continue;
    // Each file often enough that a round takes a while.
    const paths = Array.from(
      { length: Math.max(40, Math.min(found.length, 120)) },
      (_, index) => found[index % found.length],
    );
    const list = join(work, 'decode.txt');
    writeFileSync(list, paths.join('\n'));
    const results = await inTurn({
      'pretext, 1 reader, with the digest': () => withPool(1, paths, pooled),
      [`gdcm ${peer.versions.gdcm}`]: () => peer.ask(`gdcm ${list}`),
      [`pydicom ${peer.versions.pydicom}`]: () => peer.ask(`pydicom ${list}`),
    });
    for (const [name, runs] of results) {
      report({
        what: `decode ${syntax}`,
        side: name,
        files: paths.length,
        perSecond: (runs[0].bytes / 1e6 / median(runs.map(({ seconds }) => seconds))).toFixed(1),
        perCore: (runs[0].bytes / 1e6 / median(runs.map(({ processor }) => processor))).toFixed(1),
        failed: runs[0].failed,
      });
    }
  }
  peer.end();
}

/** Most resident memory of a process so far, MB. */
function peakOf(pid) {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kilobytes ?? 0) * 1024) / 1e6;
}

async function importSlices(count) {
  const slices = (await realFiles()).filter(
    ({ path, syntax, modality }) => path.includes('A0002') && modality === 'CT' && syntax === '1.2.840.10008.1.2.1',
  );
  const folder = join(work, `ct-${count}`);
  makeCopies(slices, count, folder);
  const project = join(work, 'ct-project');
  rmSync(project, { recursive: true, force: true });
  const run = async (args) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    let peak = 0;
    const watch = setInterval(() => {
      try {
        peak = Math.max(peak, peakOf(child.pid));
      } catch {
        // It has just ended.
      }
    }, 20);
    const start = performance.now();
    const code = await new Promise((done) => child.on('close', done));
    clearInterval(watch);
    if (code !== 0) throw new Error(`ended with code ${code}`);
    return { seconds: (performance.now() - start) / 1000, peak };
  };
  const imported = await run([join(root, 'out/main/cli.js'), 'import', folder, '--project', project]);
  const { Project } = await load('catalogue/project.ts');
  const { ensurePixelCache } = await load('pixels/cache.ts');
  const opened = Project.open(project);
  const control = { signal: new AbortController().signal, onProgress: () => undefined };
  const start = performance.now();
  const cache = await ensurePixelCache(opened, 128, control);
  const built = (performance.now() - start) / 1000;
  opened.close();
  if (cache.samples.length !== count) throw new Error(`${cache.samples.length} of ${count} slices are in the cache`);
  return { imported: imported.seconds, built, peak: imported.peak };
}

async function importing() {
  const count = Number(flags.files ?? 2000);
  for (const files of [count / 4, count]) {
    const runs = [];
    for (let round = 0; round < rounds; round++) runs.push(await importSlices(files));
    const of = (value) => median(runs.map(value));
    const line = (side, perSecond) =>
      report({ what: 'import CT 512x512', side, files, perSecond, perCore: '', failed: 0 });
    line('import alone, with its start, images/s', (files / of(({ imported }) => imported)).toFixed(0));
    line('cache of 128 px alone, images/s', (files / of(({ built }) => built)).toFixed(0));
    line('both, images/s', (files / of(({ imported, built }) => imported + built)).toFixed(0));
    line('peak memory of the importing process, MB', of(({ peak }) => peak).toFixed(0));
  }
}

await { headers, decode, import: importing }[what]();
if (flags.csv !== undefined) {
  if (!existsSync(flags.csv)) writeFileSync(flags.csv, 'date,cpu,what,side,files,perSecond,perCore,failed\n');
  const date = new Date().toISOString().slice(0, 10);
  for (const row of rows)
    appendFileSync(
      flags.csv,
      `${date},"${cpus()[0].model}",${Object.values(row)
        .map((value) => `"${value}"`)
        .join(',')}\n`,
    );
}
if (!flags.keep) rmSync(work, { recursive: true, force: true });
process.exit(0);
