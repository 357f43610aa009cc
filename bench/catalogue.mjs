/**
 * @file A catalogue of a million images: time and memory of the import, size on the disk, and how long each kind of
 * search takes:
 *
 *   node bench/catalogue.mjs --work FOLDER [--images 1000000] [--single] [--csv bench/results/FILE.csv] [--keep]
 *
 * With --single every image is a series of its own, as in archives of radiographs.
 *
 * FOLDER receives the files (4 GB of small files at a million) and a project; files that are there are used again. The
 * files are DICOM with full headers and 2 x 2 pixels, so nothing of an import is left out but large pixel data: the
 * command line imports them as it does any folder. Resident memory is the most that the importing process ever had
 * (Linux). Searches are asked of the catalogue as Explore asks: the walk of the filter with its count and first page,
 * and all counts beside the filters; each from an empty cache of results, median of nine.
 */

import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import { ensureBuilt } from '../scripts/build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: flags } = parseArgs({
  options: {
    work: { type: 'string' },
    images: { type: 'string', default: '1000000' },
    csv: { type: 'string' },
    keep: { type: 'boolean', default: false },
    single: { type: 'boolean', default: false },
  },
});
if (flags.work === undefined) throw new Error('name --work');
const images = Number(flags.images);
const work = resolve(flags.work);

// --- The files: series of different kinds, as a hospital's disk has them.

const KINDS = [
  { modality: 'CT', slices: 400, body: 'CHEST', description: 'Thorax 1.0 B70f', sop: '1.2.840.10008.5.1.4.1.1.2' },
  { modality: 'CT', slices: 250, body: 'ABDOMEN', description: 'Abdomen venous', sop: '1.2.840.10008.5.1.4.1.1.2' },
  { modality: 'MR', slices: 160, body: 'HEAD', description: 't1_mprage_sag_iso', sop: '1.2.840.10008.5.1.4.1.1.4' },
  { modality: 'MR', slices: 30, body: 'KNEE', description: 'pd_tse_fs_cor', sop: '1.2.840.10008.5.1.4.1.1.4' },
  { modality: 'PT', slices: 300, body: 'WHOLEBODY', description: 'PET WB', sop: '1.2.840.10008.5.1.4.1.1.128' },
  { modality: 'CR', slices: 2, body: 'CHEST', description: 'Chest pa', sop: '1.2.840.10008.5.1.4.1.1.1' },
  { modality: 'DX', slices: 2, body: 'HAND', description: 'Hand ap', sop: '1.2.840.10008.5.1.4.1.1.1.1' },
  { modality: 'US', slices: 12, body: 'THYROID', description: 'Thyroid', sop: '1.2.840.10008.5.1.4.1.1.6.1' },
];
const MAKERS = ['SIEMENS', 'GE MEDICAL SYSTEMS', 'Philips', 'Canon Medical Systems'];
const UID = '1.2.826.0.1.3680043.8.498';

function element(group, number, vr, value) {
  const content =
    vr === 'US'
      ? Buffer.from(Uint16Array.of(value).buffer)
      : Buffer.from(value.length % 2 === 0 ? value : value + (vr === 'UI' ? '\0' : ' '), 'latin1');
  const head = Buffer.alloc(8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, 'latin1');
  head.writeUInt16LE(content.length, 6);
  return Buffer.concat([head, content]);
}

const PIXELS = Buffer.from('e07f10004f5700000800000001000200030004000', 'hex').subarray(0, 20);

/** One file; everything but slice and place is the same within a series. */
function dicom(kind, patient, study, series, slice, number) {
  const instance = `${UID}.${study}.${series}.${slice}.${number}`;
  const date = `20${String(10 + (study % 15)).padStart(2, '0')}${String(1 + (study % 12)).padStart(2, '0')}15`;
  const spatial = ['CT', 'MR', 'PT'].includes(kind.modality);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(2, 0x2, 'UI', kind.sop),
    element(2, 0x3, 'UI', instance),
    element(2, 0x10, 'UI', '1.2.840.10008.1.2.1'),
    element(8, 0x8, 'CS', spatial ? 'ORIGINAL\\PRIMARY\\AXIAL' : 'ORIGINAL\\PRIMARY'),
    element(8, 0x16, 'UI', kind.sop),
    element(8, 0x18, 'UI', instance),
    element(8, 0x20, 'DA', date),
    element(8, 0x60, 'CS', kind.modality),
    element(8, 0x70, 'LO', MAKERS[study % MAKERS.length]),
    element(8, 0x1030, 'LO', `${kind.body} ${kind.modality} follow-up`),
    element(8, 0x103e, 'LO', `${kind.description} ${series % 7}`),
    element(0x10, 0x10, 'PN', `Family${patient}^Given`),
    element(0x10, 0x20, 'LO', `P${String(patient).padStart(7, '0')}`),
    element(0x10, 0x30, 'DA', '19550303'),
    element(0x10, 0x40, 'CS', patient % 2 === 0 ? 'F' : 'M'),
    element(0x18, 0x15, 'CS', kind.body),
    ...(spatial ? [element(0x18, 0x50, 'DS', '1.0')] : []),
    element(0x20, 0xd, 'UI', `${UID}.${study}`),
    element(0x20, 0xe, 'UI', `${UID}.${study}.${series}`),
    element(0x20, 0x11, 'IS', String(1 + (series % 9))),
    element(0x20, 0x13, 'IS', String(slice + 1)),
    ...(spatial
      ? [
          element(0x20, 0x32, 'DS', `-170.5\\-301.25\\${(slice * 1.0 - 1204.5).toFixed(2)}`),
          element(0x20, 0x37, 'DS', '1\\0\\0\\0\\1\\0'),
        ]
      : []),
    element(0x28, 0x2, 'US', 1),
    element(0x28, 0x4, 'CS', 'MONOCHROME2'),
    element(0x28, 0x10, 'US', 2),
    element(0x28, 0x11, 'US', 2),
    element(0x28, 0x30, 'DS', '0.661468\\0.661468'),
    element(0x28, 0x100, 'US', 16),
    element(0x28, 0x101, 'US', 12),
    element(0x28, 0x102, 'US', 11),
    element(0x28, 0x103, 'US', 0),
    element(0x28, 0x1050, 'DS', '40'),
    element(0x28, 0x1051, 'DS', '400'),
    element(0x28, 0x1052, 'DS', '-1024'),
    element(0x28, 0x1053, 'DS', '1'),
    PIXELS,
  ]);
}

/** Writes the files, a folder for each series; three series a study, three studies a patient or so. */
function makeFiles(folder) {
  if (existsSync(join(folder, 'complete'))) return;
  let number = 0;
  for (let series = 0; number < images; series++) {
    const kind = KINDS[series % KINDS.length];
    const study = Math.floor(series / 3);
    const patient = Math.floor(study / 3);
    const inside = join(folder, `patient-${patient}`, `study-${study}`, `series-${series}`);
    mkdirSync(inside, { recursive: true });
    const slices = flags.single ? 1 : kind.slices;
    for (let slice = 0; slice < slices && number < images; slice++, number++) {
      writeFileSync(
        join(inside, `IM${String(slice).padStart(5, '0')}.dcm`),
        dicom(kind, patient, study, series, slice, number),
      );
    }
  }
  writeFileSync(join(folder, 'complete'), '');
}

const rows = [];
function report(figure, value, target) {
  rows.push({ figure, value, target });
  process.stdout.write(`${figure}: ${value}${target === '' ? '' : ` (target ${target})`}\n`);
}

// --- The import, as a process of its own.

/** Most resident memory of a process so far, MB. */
function peakOf(pid) {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kilobytes ?? 0) * 1024) / 1e6;
}

async function importAll(source, project) {
  const start = performance.now();
  const args = ['import', source, '--project', project, '--json'];
  // The built program itself: what builds it in a checkout leaves its own memory behind.
  const child = spawn(process.execPath, [join(root, 'out/main/cli.js'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peak = 0;
  const atStage = new Map();
  const watch = setInterval(() => {
    try {
      peak = Math.max(peak, peakOf(child.pid));
    } catch {
      // It has just ended.
    }
  }, 50);
  let stage = '';
  let stageSince = performance.now();
  let rest = '';
  child.stdout.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      let event;
      try {
        event = JSON.parse(line);
      } catch {
        continue;
      }
      const now = event.stage ?? event.progress?.stage ?? event.phase;
      if (now === undefined || now === stage) continue;
      if (stage !== '') atStage.set(stage, { seconds: (performance.now() - stageSince) / 1000, peak });
      stage = now;
      stageSince = performance.now();
    }
  });
  const code = await new Promise((done) => child.on('close', done));
  clearInterval(watch);
  if (code !== 0) throw new Error(`the import ended with code ${code}`);
  if (stage !== '') atStage.set(stage, { seconds: (performance.now() - stageSince) / 1000, peak });
  const seconds = (performance.now() - start) / 1000;
  report('import, s', seconds.toFixed(1), '');
  report('import, images/s', (images / seconds).toFixed(0), '');
  for (const [name, { seconds: took, peak: most }] of atStage) {
    report(`stage "${name}", s`, took.toFixed(1), '');
    report(`peak memory up to the end of "${name}", MB`, most.toFixed(0), '');
  }
  report('peak resident memory of the import, MB', peak.toFixed(0), '< 500');
}

// --- The searches.

const name = flags.single ? `${images}-single` : String(images);
const source = join(work, `files-${name}`);
const project = join(work, `project-${name}`);
await ensureBuilt({ nodeOnly: true, quiet: true });
makeFiles(source);
rmSync(project, { recursive: true, force: true });
await importAll(source, project);

globalThis.__filename = join(root, 'package.json');
const load = async (file) => (await runnerImport(join(root, 'src-main', file), { root, logLevel: 'error' })).module;
const { Project } = await load('catalogue/project.ts');
const { ImageBrowser } = await load('catalogue/browse.ts');
const { ANY_IMAGE } = await load('catalogue/browse-filter.ts');

const opened = Project.open(project);
const bytes = statSync(join(project, 'catalogue.sqlite')).size;
report('catalogue, GB', (bytes / 1e9).toFixed(3), '< 1.5');
report('catalogue, bytes an image', (bytes / images).toFixed(0), '');
const { pseudonym } = opened.catalogue.database.one('SELECT pseudonym FROM patient ORDER BY pseudonym LIMIT 1');

const FILTERS = {
  'all images': {},
  'patient pseudonym': { text: pseudonym },
  modality: { modality: 'PT' },
  'body part': { bodyPart: 'KNEE' },
  'date range': { from: '20130101', to: '20131231' },
  description: { text: 'mprage' },
  manufacturer: { text: 'canon' },
  flag: { flag: 'none' },
  'modality, body part, dates and words': {
    modality: 'CT',
    bodyPart: 'CHEST',
    from: '20120101',
    to: '20201231',
    text: 'thorax',
  },
  'what nothing has': { text: 'zebra' },
};

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

function timed(make) {
  const times = [];
  for (let round = 0; round < 9; round++) {
    const browser = new ImageBrowser(opened);
    const start = performance.now();
    make(browser);
    times.push(performance.now() - start);
  }
  return median(times).toFixed(1);
}

for (const [name, part] of Object.entries(FILTERS)) {
  const filter = { ...ANY_IMAGE, ...part };
  const found = new ImageBrowser(opened).count(filter);
  const page = timed((browser) => {
    browser.count(filter);
    browser.page(filter, 0, 100);
  });
  report(`search by ${name} (${found} images): count and first page, ms`, page, '< 100');
  report(
    `search by ${name}: counts beside the filters, ms`,
    timed((browser) => browser.facets(filter, null)),
    '< 100',
  );
  report(
    `search by ${name}: patients, ms`,
    timed((browser) => browser.patients(filter, 0, 100)),
    '< 100',
  );
}
opened.close();

if (flags.csv !== undefined) {
  const date = new Date().toISOString().slice(0, 10);
  if (!existsSync(flags.csv)) writeFileSync(flags.csv, 'date,cpu,images,figure,value,target\n');
  const cpu = cpus()[0].model.replaceAll(',', ' ');
  for (const { figure, value, target } of rows)
    appendFileSync(flags.csv, `${date},${cpu},${images},"${figure}",${value},${target}\n`);
}
if (!flags.keep) rmSync(work, { recursive: true, force: true });
