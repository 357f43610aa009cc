/**
 * @file A project of a million series of one image, as archives of radiographs are: searches, and the search for
 * near-duplicates, with their time and memory.
 *
 *   node --expose-gc bench/single-images.mjs --work FOLDER [--images 1000000] [--new 5000] [--only near]
 *
 * FOLDER receives a catalogue that SQL writes (`bench/catalogue.mjs --single` measures the import), whose images have
 * random hashes as if they had been measured, and a pixel cache in which the `--new` images after them lie. Those are
 * measured and searched for among all; a third of them are copies of the one before. Memory is resident, read every 50 ms
 * (Linux), beside what it was before. Searches are medians of five from an empty cache of results.
 */

import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: flags } = parseArgs({
  options: {
    work: { type: 'string' },
    images: { type: 'string', default: '1000000' },
    new: { type: 'string', default: '5000' },
    only: { type: 'string', default: '' },
  },
});
if (flags.work === undefined) throw new Error('name --work');
const [images, fresh] = [Number(flags.images), Number(flags.new)];
const work = resolve(flags.work);
mkdirSync(work, { recursive: true });

globalThis.__filename = join(root, 'package.json');
const load = async (file) => (await runnerImport(join(root, 'src-main', file), { root, logLevel: 'error' })).module;
const { Project } = await load('catalogue/project.ts');
const { measureCache } = await load('pixels/quality.ts');
const { ImageBrowser } = await load('catalogue/browse.ts');
const { ANY_IMAGE } = await load('catalogue/browse-filter.ts');
const { silentJob } = await load('base/jobs.ts');

const folder = join(work, `near-${images}`);
rmSync(folder, { recursive: true, force: true });
const project = Project.open(folder, { create: true });
const { database } = project.catalogue;

const total = images + fresh;
const count = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${total})`;
database.transaction(() => {
  database.run(`${count} INSERT INTO patient (id, pseudonym) SELECT i, 'P' || i FROM n WHERE i % 4 = 0`);
  database.run(
    `${count} INSERT INTO study (id, patient_id, uid, date, description)
     SELECT i, i - i % 4 + 4 * (i < 4), '1.' || i, 20100101 + 10000 * (i % 15) + 100 * (i % 12), 'Chest pa ' || i % 7
     FROM n WHERE i - i % 4 + 4 * (i < 4) <= ${total}`,
  );
  database.run(
    `${count} INSERT INTO series (id, study_id, uid, description, modality, body_part, manufacturer)
     SELECT i, i, '1.1.' || i, 'Thorax ' || i % 5, iif(i % 3, 'CR', 'DX'), iif(i % 2, 'CHEST', 'HAND'), 'M' || i % 4 FROM n`,
  );
  database.run(
    `${count} INSERT INTO image (id, series_id, path, sop_instance_uid, kind, rows, columns, frames, samples_per_pixel,
       photometric, bits_allocated, bits_stored, pixel_representation, rescale_slope, rescale_intercept)
     SELECT i, i, '/archive/patient-' || i / 4 || '/IM' || i || '.dcm', '1.1.1.' || i, 'dicom', 128, 128, 1, 1,
       'MONOCHROME2', 16, 12, 0, 1, 0 FROM n`,
  );
  database.run(
    `${count} INSERT INTO image_measure (image_id, levels, hash)
     SELECT i, 200, printf('%08x%08x', random() & 4294967295, random() & 4294967295) FROM n WHERE i <= ${images}`,
  );
});

// --- The searches, as Explore asks.

const resident = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1000;
const say = (line) => process.stdout.write(`${line}\n`);
say(`${cpus()[0].model}, ${cpus().length} cores`);
globalThis.gc?.();
say(`resident before: ${resident().toFixed(0)} MB`);

function median(make) {
  const times = Array.from({ length: 5 }, () => {
    const browser = new ImageBrowser(project);
    const start = performance.now();
    make(browser);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[2].toFixed(1);
}

const FILTERS = {
  'all images': {},
  modality: { modality: 'DX' },
  dates: { from: '20130101', to: '20131231' },
  description: { text: 'thorax 3' },
  flag: { flag: 'none' },
};
for (const [name, part] of flags.only === 'near' ? [] : Object.entries(FILTERS)) {
  const filter = { ...ANY_IMAGE, ...part };
  const page = median((browser) => {
    browser.count(filter);
    browser.page(filter, 0, 100);
  });
  const middle = median((browser) => browser.page(filter, Math.floor(browser.count(filter) / 2), 100));
  const facets = median((browser) => browser.facets(filter, null));
  const patients = median((browser) => browser.patients(filter, 0, 100));
  say(`${name}: count and first page ${page}, page in the middle ${middle}, counts ${facets}, patients ${patients} ms`);
}
say(`resident after the searches: ${resident().toFixed(0)} MB`);

// --- The pixel cache: smooth pictures, as hashes of noise would be chance.

const side = 128;
const file = join(folder, 'near.pixels');
const descriptor = openSync(file, 'w');
const record = new Uint16Array(side * side);
for (let at = 0; at < fresh; at++) {
  if (at % 3 !== 2) {
    const waves = Array.from({ length: 6 }, () => [Math.random() * 0.2, Math.random() * 0.2, Math.random() * 6]);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const sum = waves.reduce((level, [a, b, phase]) => level + Math.sin(a * x + b * y + phase), 0);
        record[y * side + x] = 32768 + 5000 * sum;
      }
    }
  }
  writeSync(descriptor, new Uint8Array(record.buffer), 0, record.byteLength, at * record.byteLength);
}
ftruncateSync(descriptor, fresh * record.byteLength);
closeSync(descriptor);
// The images measured before have no pixels here: chance likenesses end without reading.
const stored = new Map();
for (let id = images + 1; id <= total; id++) stored.set(id, { image: id, slot: id - images - 1, frames: 1 });
const index = { stored, skipped: new Map(), series: new Map(), nextSlot: fresh, validBytes: 0 };

globalThis.gc?.();
const before = resident();
let peak = before;
const watch = setInterval(() => {
  peak = Math.max(peak, resident());
}, 50);
const start = performance.now();
await measureCache(
  project,
  file,
  side,
  index,
  [...stored.keys()].map((imageId) => ({ imageId })),
  silentJob(),
);
peak = Math.max(peak, resident());
const seconds = (performance.now() - start) / 1000;
clearInterval(watch);
const { found } = database.one("SELECT count(*) AS found FROM image_flag WHERE flag = 'near-duplicate'");
say(
  `${fresh} images among ${images}: ${seconds.toFixed(1)} s, ${found} near-duplicates, ` +
    `${(peak - before).toFixed(0)} MB above ${before.toFixed(0)} MB`,
);
project.close();
rmSync(folder, { recursive: true, force: true });
