/**
 * @file `pretext deidentify` as it is built, on a study in which every attribute of PS3.15 Table E.1-1 stands at the
 * top and two sequences deep, in every encoding; and where else the original values are when Pretext has worked on it.
 */

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectBytes } from '../../src-main/dicom/inspect.js';
import { readTagsFromFile } from '../../src-main/dicom/read-file.js';
import { runJob } from '../../src-main/training/client.js';
import {
  type Finished,
  ONE_THREAD,
  removeFolder,
  resultOf,
  run,
  scratchFolder,
  start,
  TINY,
} from '../helpers/command-line.js';
import {
  ATTRIBUTES,
  INNER,
  OUTER,
  originalsIn,
  VARIANTS,
  writeConfidentialStudy,
} from '../helpers/confidential-study.js';
import { DEFLATED, EXPLICIT, item, writeElement, writeImage } from '../unit/dicom/writer.js';

const FILES = 12;
const folder = scratchFolder();
const study = join(folder, 'study');
const project = join(folder, 'project');
const out = join(folder, 'copies');
const inProject = ['--project', project];
let originals: string[] = [];
/** The first run, to `out`. */
let ended: Finished = { code: null, stdout: '', stderr: '', lines: [] };

const EXPECTED: Record<string, string> = {
  ...{ D: 'dummy', Z: 'empty', X: 'remove', U: 'uid', 'Z/D': 'dummy' },
  ...{ 'X/Z': 'empty', 'X/D': 'dummy', 'X/Z/D': 'dummy', 'X/Z/U*': 'uid' },
};

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((name) => statSync(name, { throwIfNoEntry: false })?.isFile() === true)
    .sort();
}

const copiesBelow = (path: string): string[] => filesBelow(path).filter((name) => name.endsWith('.dcm'));

/** The originals in each file below `path` that holds any, by its name from there. */
function leaksBelow(path: string): Record<string, string[]> {
  const leaks: Record<string, string[]> = {};
  for (const file of filesBelow(path)) {
    const found = originalsIn(readFileSync(file));
    if (found.length > 0) leaks[relative(path, file)] = found;
  }
  return leaks;
}

interface ReportLine {
  copy?: string;
  refused?: string;
  rules?: { path: string; action: string }[];
}

function reportOf(path: string): ReportLine[] {
  const lines = readFileSync(join(path, 'deidentification.jsonl'), 'utf8').trim().split('\n');
  return lines.slice(1).map((line) => JSON.parse(line) as ReportLine);
}

async function texts(path: string, tag: string): Promise<string[]> {
  const { tags } = await readTagsFromFile(path, true);
  return tags
    .filter((entry) => entry.tag === tag)
    .map(({ value }) => (value.kind === 'text' ? value.text : value.kind));
}

describe('pretext deidentify', () => {
  beforeAll(async () => {
    originals = writeConfidentialStudy(study, FILES);
    expect(await resultOf('import', study, ...inProject)).toMatchObject({
      images: FILES,
      patients: FILES,
      skipped: [],
    });
    ended = await run('deidentify', study, ...inProject, '--out', out, '--json');
  }, 120_000);
  afterAll(() => removeFolder(folder));

  it('has a study to work on that holds every attribute', () => {
    const marked = ATTRIBUTES.map(({ tag }) => tag);
    for (const path of originals.filter((name) => !name.endsWith('deflated'))) {
      const found = originalsIn(readFileSync(path));
      // What the file needs to be an image is not marked: only sequences are found by what they hold.
      expect(marked.filter((tag) => !found.includes(tag))).toEqual([]);
      expect(found).toEqual(expect.arrayContaining(['Qpreamble', 'Qmeta', 'Qprivate value', 'Qevaluator', '16990101']));
    }
  });

  it('fires every rule at three depths in every encoding, and leaves no original value', async () => {
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.lines.at(-1)).toMatchObject({ files: FILES, written: FILES, already: 0, skipped: 0 });
    expect(originalsIn(Buffer.from(ended.stdout + ended.stderr))).toEqual([]);
    const lines = reportOf(out);
    expect(lines).toHaveLength(FILES);
    const paths = ATTRIBUTES.flatMap(({ tag, code }) =>
      [tag, `${OUTER}>${tag}`, `${OUTER}>${INNER}>${tag}`].map((path) => [path, EXPECTED[code]] as const),
    );
    for (const { rules } of lines) {
      const fired = new Map((rules ?? []).map(({ path, action }) => [path, action]));
      expect(paths.filter(([path, action]) => fired.get(path) !== action)).toEqual([]);
      for (const [tag, action] of [
        ...[
          ['00142006', 'empty'],
          ['00144076', 'empty'],
          ['00083012', 'uid'],
          ['00091001', 'remove'],
        ],
      ] as const) {
        expect([tag, fired.get(tag), fired.get(`${OUTER}>${INNER}>${tag}`)]).toEqual([tag, action, action]);
      }
    }
    expect(leaksBelow(out)).toEqual({});
    const totals = readFileSync(join(out, 'deidentification.csv'), 'utf8').split('\n');
    expect(totals).toContain(`00100010,Z,empty,${FILES},${FILES}`);
    expect(totals.length).toBeGreaterThan(paths.length);
  });

  it('writes copies that are read again, with the same pixels', async () => {
    const lines = reportOf(out);
    for (const [index, { copy = '' }] of lines.slice(0, VARIANTS.length).entries()) {
      const path = join(out, ...copy.split('/'));
      const before = await inspectBytes(readFileSync(originals[index] ?? ''), 'before');
      const after = await inspectBytes(readFileSync(path), 'after');
      expect([path, after.pixelMd5, after.refused]).toEqual([path, before.pixelMd5, null]);
      expect(after.pixelMd5).not.toBeNull();
    }
    // Of the copies another catalogue is made, and its patients are as many as before.
    const other = join(folder, 'of-copies');
    const summary = { images: FILES, patients: FILES, studies: FILES, series: FILES };
    expect(await resultOf('import', out, '--project', other)).toMatchObject(summary);
    expect(leaksBelow(other)).toEqual({});
  });

  it('says that pixels are clean only where a person has said so, and never that it cleaned them', async () => {
    const [copy = ''] = copiesBelow(out);
    expect(await texts(copy, '(0028,0301)')).toEqual([]);
    expect(await texts(copy, '(0012,0062)')).toEqual(['YES']);
    expect(await texts(copy, '(0008,0100)')).toEqual(expect.arrayContaining(['113100']));
    const told = join(folder, 'told');
    await resultOf('deidentify', originals[0] ?? '', ...inProject, '--out', told, '--burned-in-clean');
    const [clean = ''] = copiesBelow(told);
    expect(await texts(clean, '(0028,0301)')).toEqual(['NO']);
    for (const path of [...copiesBelow(out), clean]) {
      // By element: six digits turn up in some new UID by chance.
      expect(await texts(path, '(0008,0100)')).not.toContain('113101');
      expect(readFileSync(path).includes('Clean Pixel')).toBe(false);
    }
  });

  it('goes on where it was, overwrites nothing, and keeps the copies of one project and one set of options apart', async () => {
    const [lost = '', changed = ''] = copiesBelow(out);
    const whole = readFileSync(lost);
    rmSync(lost);
    appendFileSync(changed, 'x');
    const kept = readFileSync(changed);
    const again = await run('deidentify', study, ...inProject, '--out', out, '--json');
    expect(again.lines.at(-1)).toMatchObject({ written: 1, already: FILES - 2, skipped: 1 });
    expect(again.lines.filter(({ event }) => event === 'skipped')).toEqual([
      expect.objectContaining({ reason: expect.stringMatching(/not overwritten/) }),
    ]);
    expect(readFileSync(lost)).toEqual(whole);
    expect(readFileSync(changed)).toEqual(kept);
    const other = await run('deidentify', study, ...inProject, '--out', out, '--retain', 'patient');
    expect([other.code, other.stderr]).toEqual([1, expect.stringMatching(/with other options/)]);
  });

  it('completes after a kill, with the same copies', async () => {
    const target = join(folder, 'killed');
    const { child, done } = start(['deidentify', study, ...inProject, '--out', target]);
    for (let waited = 0; waited < 6000; waited++) {
      if (existsSync(target) && copiesBelow(target).length >= 3) break;
      await setTimeout(5);
    }
    child.kill('SIGKILL');
    await done;
    // The readers of a killed run end themselves when they notice.
    await setTimeout(300);
    const result = await resultOf('deidentify', study, ...inProject, '--out', target);
    expect(Number(result.written) + Number(result.already)).toBe(FILES);
    const names = (path: string) => copiesBelow(path).map((name) => basename(name));
    expect(names(target)).toEqual(names(out));
    expect(filesBelow(target).filter((name) => name.endsWith('.tmp') || name.endsWith('.lock'))).toEqual([]);
    const reported = new Set(reportOf(target).map(({ copy }) => copy));
    expect(reported.size).toBe(FILES);
  });

  it('lists hostile files with the reason, and goes on', async () => {
    const hostile = join(folder, 'hostile');
    mkdirSync(hostile);
    const good = writeImage();
    writeFileSync(join(hostile, 'a-good'), good);
    writeFileSync(join(hostile, 'b-cut'), good.subarray(0, 200));
    writeFileSync(join(hostile, 'c-empty'), '');
    const bomb = Buffer.concat([
      ...[Buffer.alloc(128), Buffer.from('DICM')],
      writeElement({ tag: [2, 0x10], vr: 'UI', value: DEFLATED }, true, true),
      deflateRawSync(Buffer.alloc(512 * 2 ** 20)),
    ]);
    writeFileSync(join(hostile, 'd-bomb'), bomb);
    let nested: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 3000; depth++) {
      nested = item(writeElement({ tag: [0x40, 0xa168], vr: 'SQ', value: nested }, true, true));
    }
    const extra = [{ tag: [0x40, 0xa168] as [number, number], vr: 'SQ', value: nested }];
    writeFileSync(join(hostile, 'e-nested'), writeImage({ transferSyntax: EXPLICIT, extra }));
    writeFileSync(join(hostile, 'f-no-dicom'), 'Qsecret textQ');
    writeFileSync(join(hostile, 'g-good'), writeImage({ extra: [{ tag: [8, 0x18], vr: 'UI', value: '1.2.3.5' }] }));
    const target = join(folder, 'of-hostile');
    const refused = await run('deidentify', hostile, ...inProject, '--out', target, '--json');
    expect(refused.code, refused.stderr).toBe(0);
    expect(refused.lines.at(-1)).toMatchObject({ files: 7, written: 2, skipped: 5 });
    const skipped = refused.lines.filter(({ event }) => event === 'skipped');
    const reasons = Object.fromEntries(skipped.map(({ path, reason }) => [basename(String(path)), reason]));
    expect(reasons).toEqual({
      'b-cut': expect.stringMatching(/truncated|ends within/),
      'c-empty': expect.stringMatching(/empty/),
      'd-bomb': expect.stringMatching(/grows beyond|too much memory|too long/),
      'e-nested': expect.stringMatching(/nested/),
      'f-no-dicom': expect.stringMatching(/not a DICOM file/),
    });
    expect(reportOf(target).filter((line) => line.refused !== undefined)).toHaveLength(5);
  });
});

describe('a project that has worked on the study', () => {
  /** What the catalogue keeps, so that an image is found again and a list of studies can be read. */
  const CATALOGUE = ['00080018', '00080020', '00081030', '0008103e', '0020000d', '0020000e'];
  /** What says which image a line is about. */
  const TABLE = ['00080018', '0020000e'];

  it('keeps in its folder, tables, logs and exports what it says it keeps, and nothing else', async () => {
    const spare = join(folder, 'study-2');
    const files = writeConfidentialStudy(spare, FILES);
    const own = ['--project', join(folder, 'worked')];
    const exports = join(folder, 'exports');
    mkdirSync(exports);
    const said: string[] = [];
    const does = async (...args: string[]): Promise<Record<string, unknown>> => {
      const { code, stdout, stderr, lines } = await run(...args, ...own, '--json');
      expect(code, stderr).toBe(0);
      said.push(stdout, stderr);
      return lines.at(-1) ?? {};
    };
    await does('import', spare);
    const split = (index: number) => (index < 6 ? 'train' : index < 8 ? 'val' : 'test');
    const rows = files.map((path, index) => `${path},${index % 2 === 0 ? 'no' : 'yes'},${split(index)}`);
    const truth = join(folder, 'truth.csv');
    writeFileSync(truth, `path,label,split\n${rows.join('\n')}\n`);
    const columns = ['--id-column', 'path', '--label-column', 'label', '--split-column', 'split'];
    await does('label', 'import', truth, '--task', 'finding', '--classes', 'no, yes', ...columns);
    await does('pretrain', '--method', 'inpainting', ...TINY, '--epochs', '1', '--batch', '4', ...ONE_THREAD);
    const task = ['--task', 'finding', '--run', 'latest', '--mode', 'probe', '--seeds', '1', '--epochs', '1'];
    const { model } = await does('finetune', ...task, ...ONE_THREAD);
    await does('evaluate', '--model', String(model));
    await does('flags');
    const { stdout } = await run('volumes', ...own, '--json');
    expect(originalsIn(Buffer.from(stdout))).toEqual(['0008103e']);
    await does('predict', spare, '--model', String(model), '--out', join(exports, 'predictions.csv'), ...ONE_THREAD);
    await does('label', 'export', join(exports, 'labels.csv'), '--task', 'finding');
    await does('export', '--model', String(model), '--format', 'onnx', '--out', join(exports, 'model.onnx'));
    const weights = ['--format', 'safetensors', '--out', join(exports, 'encoder.safetensors')];
    await does('export', '--run', 'latest', ...weights);
    const listener = { signal: new AbortController().signal, onProgress: () => undefined };
    const { html } = await runJob('report', { project: own[1] ?? '', model: String(model) }, listener);
    writeFileSync(join(exports, 'report.html'), html);

    expect(originalsIn(Buffer.from(said.join('')))).toEqual([]);
    expect(leaksBelow(exports)).toEqual({ 'labels.csv': TABLE, 'predictions.csv': TABLE });
    const leaks = leaksBelow(own[1] ?? '');
    const inCatalogue = new Set(Object.entries(leaks).flatMap(([name, tags]) => (/^catalogue/.test(name) ? tags : [])));
    expect([...inCatalogue].sort()).toEqual(CATALOGUE);
    expect(Object.keys(leaks).filter((name) => !/^catalogue\.sqlite(-wal|-shm)?$/.test(name))).toEqual([]);
  });
});
