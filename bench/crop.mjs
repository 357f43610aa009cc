/**
 * @file What cropping to the body costs: the cache of 128 pixels of a CT of 512 x 512, whole and cropped in turn, on one
 * machine, from the same warm cache of the disk:
 *
 *   node bench/crop.mjs --work FOLDER [--data ../shared/data] [--files 300] [--rounds 5] [--csv bench/results/FILE.csv]
 *
 * `processorMs` is processor time of all readers by image; it depends less on what else runs than images by second do.
 * Both are medians over the rounds.
 */

import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import { ensureBuilt } from '../scripts/build.mjs';
import { filesBelow, makeCopies } from './dicom/copies.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: flags } = parseArgs({
  options: {
    work: { type: 'string' },
    data: { type: 'string', default: join(root, '..', 'shared', 'data') },
    files: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '5' },
    csv: { type: 'string' },
  },
});
if (flags.work === undefined) throw new Error('name --work');
const work = resolve(flags.work);
mkdirSync(work, { recursive: true });

await ensureBuilt({ nodeOnly: true, quiet: true });
process.env.PRETEXT_ENTRIES = join(root, 'out', 'main');
globalThis.__filename = join(root, 'package.json');
const load = async (file) => (await runnerImport(join(root, 'src-main', file), { root, logLevel: 'error' })).module;
const { Project } = await load('catalogue/project.ts');
const { importFolders } = await load('catalogue/import.ts');
const { ensurePixelCache } = await load('pixels/cache.ts');
const { NORMALISE_RECIPE, CROPPED_RECIPE } = await load('dicom/normalise.ts');
const { DecodePool } = await load('dicom/decode-pool.ts');

/** Processor seconds of the child processes that have ended. */
function childSeconds() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

const count = Number(flags.files);
const pool = new DecodePool();
const slices = [];
for (const path of filesBelow(join(flags.data, 'series', 'lung-pet-ct-dx'))) {
  if (!path.includes('A0002') || !path.endsWith('.dcm')) continue;
  const { ok, header } = await pool.readHeader(path);
  if (ok) slices.push({ path, uid: header.sopInstanceUID });
}
await pool.close();
const folder = join(work, `ct-${count}`);
makeCopies(slices, count, folder);
rmSync(join(work, 'project'), { recursive: true, force: true });
const project = Project.open(join(work, 'project'), { create: true });
const control = { signal: new AbortController().signal, onProgress: () => undefined };
await importFolders(project, [folder], control);

const runs = { whole: [], cropped: [] };
for (let round = -1; round < Number(flags.rounds); round++) {
  for (const [side, recipe] of Object.entries({ whole: NORMALISE_RECIPE, cropped: CROPPED_RECIPE })) {
    rmSync(project.pixelsFolder, { recursive: true, force: true });
    const [start, before] = [performance.now(), childSeconds()];
    const cache = await ensurePixelCache(project, 128, control, {}, recipe);
    if (cache.samples.length !== count) throw new Error(`${cache.samples.length} of ${count} slices are in the cache`);
    const run = { seconds: (performance.now() - start) / 1000, processor: childSeconds() - before };
    // The first round also measures the images' quality.
    if (round >= 0) runs[side].push(run);
  }
}
project.close();
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
for (const [side, all] of Object.entries(runs)) {
  const perSecond = (count / median(all.map(({ seconds }) => seconds))).toFixed(0);
  const processorMs = ((1000 * median(all.map(({ processor }) => processor))) / count).toFixed(2);
  process.stdout.write(`${side}  ${count} slices  ${perSecond} images/s  ${processorMs} ms of processor an image\n`);
  if (flags.csv === undefined) continue;
  if (!existsSync(flags.csv)) writeFileSync(flags.csv, 'date,cpu,side,slices,perSecond,processorMs\n');
  const date = new Date().toISOString().slice(0, 10);
  appendFileSync(flags.csv, `${date},"${cpus()[0].model}",${side},${count},${perSecond},${processorMs}\n`);
}
rmSync(work, { recursive: true, force: true });
process.exit(0);
