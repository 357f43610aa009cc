/** @file Bad input on the command line: each a clear message with the file and the remedy, nothing lost, no stack. */

import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Finished,
  type Json,
  ONE_THREAD,
  removeFolder,
  resultOf,
  run,
  scratchFolder,
  start,
  TINY,
  tinyStudy,
} from '../helpers/command-line.js';

const folder = scratchFolder();
const study = join(folder, 'study');
const project = join(folder, 'project');
const inProject = ['--project', project];
const task = ['--task', 'finding'];
const labelColumns = ['--id-column', 'path', '--label-column', 'label'];
/** The labels as they must still be after every failure. */
let labelsBefore: Json = {};

const posix = process.platform !== 'win32';
if (!posix) console.warn('Permissions and a full disk are simulated with means of Linux and macOS only.');

/** A file in the scratch folder, with its folders. */
function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function firstImage(): string {
  const paths = readdirSync(study, { recursive: true }).map((name) => join(study, String(name)));
  const [image] = paths.filter((path) => statSync(path).isFile() && !path.endsWith('.csv'));
  if (image === undefined) throw new Error('the study is empty');
  return image;
}

/** A failure as it must be: code 1, what, the file, what to do; neither for people nor for machines a stack. */
function expectClear({ code, stderr, stdout, lines }: Finished, message: RegExp, path: string | null): void {
  expect(code, stderr).toBe(1);
  expect(`${stdout}${stderr}`).not.toMatch(/\n\s+at |\.js:\d+|node:internal/);
  const { error } = (lines.at(-1) ?? {}) as { error?: Json };
  expect(error?.message).toMatch(message);
  expect(error?.message).toMatch(/^[A-Z'].*[.)]$/);
  expect(error?.remedy).toMatch(/^[A-Z'].*\.$/);
  expect(stderr).toContain(`pretext: ${error?.message}`);
  if (path === null) return;
  expect(error?.path ?? error?.message).toContain(path);
  expect(stderr).toContain(path);
}

function importing(...paths: string[]): Promise<Finished> {
  return run('import', ...paths, ...inProject, '--json');
}

describe('bad input on the command line', () => {
  beforeAll(async () => {
    const { truthCsv } = await tinyStudy(study, 8);
    await resultOf('import', study, ...inProject);
    const columns = ['--id-column', 'sop_instance_uid', '--label-column', 'label', '--split-column', 'split'];
    await resultOf('label', 'import', truthCsv, ...inProject, ...task, ...columns);
    labelsBefore = await resultOf('label', 'list', ...inProject, ...task);
  }, 120_000);
  afterAll(() => removeFolder(folder));

  describe('folders', () => {
    it('an empty folder', async () => {
      const empty = join(folder, 'empty');
      mkdirSync(empty, { recursive: true });
      expectClear(await importing(empty), /holds no files/, empty);
    });

    it('a folder that is not there, without an empty project left behind', async () => {
      const missing = join(folder, 'missing');
      const fresh = join(folder, 'fresh-project');
      expectClear(await run('import', missing, '--project', fresh, '--json'), /No such file or folder/, missing);
      expect(readdirSync(folder)).not.toContain('fresh-project');
    });

    it('a link that leads to nothing', async () => {
      const link = join(folder, 'broken-link');
      symlinkSync(join(folder, 'nowhere'), link);
      expectClear(await importing(link), /No such file or folder/, link);
    });

    it.skipIf(!posix)('a folder that may not be read', async () => {
      const closed = join(folder, 'closed');
      mkdirSync(closed);
      chmodSync(closed, 0o000);
      // The administrator may read everything, until this right is taken away.
      const bare = (command: string[]) => ['setpriv', '--inh-caps=-all', '--bounding-set=-all', ...command];
      const asUser = process.getuid?.() === 0 ? bare : (command: string[]) => command;
      try {
        const refused = await start(['import', closed, ...inProject, '--json'], asUser).done;
        expectClear(refused, /Access was refused/, closed);
        const { code, lines } = await start(['import', folder, ...inProject, '--json'], asUser).done;
        expect(code).toBe(0);
        expect(lines.at(-1)?.skipped).toContainEqual({ path: closed, reason: expect.stringMatching(/refused.*\.$/) });
      } finally {
        chmodSync(closed, 0o700);
      }
    });

    it('a project that is a file, or none', async () => {
      const file = put('a-file', 'text');
      expectClear(await run('import', study, '--project', file, '--json'), /no Pretext project/, file);
      const nothing = join(folder, 'nothing');
      const train = ['pretrain', '--method', 'inpainting', ...TINY, '--json'];
      expectClear(await run(...train, '--project', nothing), /no Pretext project/, nothing);
    });
  });

  describe('files', () => {
    const bad = (name: string, reason: RegExp, content: () => string | Uint8Array) => {
      it(name, async () => {
        const path = put(`files/${name.replaceAll(' ', '-')}.dcm`, content());
        const alone = await importing(path);
        expect(alone.code).toBe(1);
        expect(alone.lines.at(-1)).toMatchObject({ files: 1, images: 0, added: 0 });
        expect(alone.lines.at(-1)?.skipped).toEqual([{ path, reason: expect.stringMatching(reason) }]);
        const forPeople = await run('import', path, ...inProject);
        expect(forPeople.stderr).toContain(path);
        expect(forPeople.stderr).toMatch(/Name a folder that holds/);
        expect(`${forPeople.stdout}${forPeople.stderr}`).not.toMatch(/\n\s+at /);
      });
    };
    bad('truncated DICOM', /truncated|ends|cut/i, () => {
      const bytes = readFileSync(firstImage());
      return bytes.subarray(0, bytes.length - 100);
    });
    bad('empty', /empty/i, () => '');
    bad('text', /neither|not|no /i, () => 'This is a letter and not an image.\n'.repeat(20));

    it('among good ones stop nothing', async () => {
      const good = put('mixed/good', readFileSync(firstImage()));
      const empty = put('mixed/empty.dcm', '');
      const { code, lines } = await importing(join(good, '..'));
      expect(code).toBe(0);
      expect(lines.at(-1)).toMatchObject({ files: 2, images: 1, skipped: [{ path: empty }] });
      // The list outlives the import.
      expect((await resultOf('skipped', ...inProject)).skipped).toContainEqual({
        path: empty,
        reason: expect.stringMatching(/empty/),
      });
    });

    it('whose names a terminal would obey are shown without harm', async () => {
      const path = put('files/\u001b[2J\u001b[31mred.dcm', 'no image');
      const { stdout, stderr } = await run('import', path, ...inProject);
      expect(`${stdout}${stderr}`).not.toContain('\u001b');
      expect(stdout).toContain('\ufffd[31mred.dcm');
    });

    it('of new studies without one image', async () => {
      const trained = await resultOf(
        ...['finetune', ...inProject, ...task, '--run', 'none', '--mode', 'probe', '--seeds', '1'],
        ...TINY,
        ...ONE_THREAD,
      );
      const path = put('new/letter.dcm', 'This is a letter.\n'.repeat(20));
      const out = join(folder, 'new.csv');
      const model = ['--model', String(trained.model)];
      const read = await run('predict', path, ...inProject, ...model, '--out', out, '--json');
      expect(read.code).toBe(1);
      expect(read.lines.at(-1)).toMatchObject({ images: 0, skipped: [{ path }] });
      const empty = join(folder, 'empty-new');
      mkdirSync(empty);
      expectClear(await run('predict', empty, ...inProject, ...model, '--out', out, '--json'), /no files/, empty);
      const nowhere = join(folder, 'no', 'such', 'folder.csv');
      const unwritable = await run('predict', study, ...inProject, ...model, '--out', nowhere, '--json');
      expectClear(unwritable, /No such file or folder/, nowhere);
    });
  });

  describe('tables of labels', () => {
    const image = () => firstImage();
    const table = (name: string, message: RegExp, content: () => string | Uint8Array, ...more: string[]) => {
      it(name, async () => {
        const path = put(`${name.replaceAll(' ', '-')}.csv`, content());
        const args = ['label', 'import', path, ...inProject, ...task, ...labelColumns, ...more, '--json'];
        expectClear(await run(...args), message, path);
        expect(await resultOf('label', 'list', ...inProject, ...task)).toEqual(labelsBefore);
      });
    };
    table('without the column', /no column 'label'/, () => 'path,class\na,normal\n');
    table('with a ragged line', /cannot be read/, () => 'path,label\na,normal,more\n');
    table('empty', /empty/, () => '');
    table('without rows', /no rows/, () => 'path,label\n');
    table('of bytes', /no table/, () => Uint8Array.of(80, 75, 3, 4, 0, 0, 0, 0));
    table('with an unknown class', /no class 'strange' \(line 3/, () => `path,label\n${image()},normal\nb,strange\n`);
    table('with two answers', /different things/, () => `path,label\n${image()},normal\n${image()},finding\n`);
    table(
      'with a wrong split',
      /is no split/,
      () => 'path,label,split\na,normal,tomorrow\n',
      '--split-column',
      'split',
    );

    it('that is not there', async () => {
      const path = join(folder, 'missing.csv');
      const args = ['label', 'import', path, ...inProject, ...task, ...labelColumns, '--json'];
      expectClear(await run(...args), /No such file/, path);
    });

    it('that names no image of the project', async () => {
      const path = put('foreign.csv', 'path,label\nelsewhere/1.dcm,normal\n');
      const { code, lines, stderr } = await run(
        ...['label', 'import', path, ...inProject, ...task, ...labelColumns, '--json'],
      );
      expect(code).toBe(1);
      expect(lines.at(-1)).toMatchObject({ rows: 1, labelled: 0, unknown: ['elsewhere/1.dcm'] });
      expect(stderr).toBe('');
      const forPeople = await run('label', 'import', path, ...inProject, ...task, ...labelColumns);
      expect(forPeople.stderr).toMatch(/foreign\.csv.*Import the folder/);
    });
  });

  describe('names', () => {
    const unknown = (name: string, message: RegExp, remedy: RegExp, args: string[]) => {
      it(name, async () => {
        const finished = await run(...args, ...inProject, '--json');
        expectClear(finished, message, null);
        expect(finished.lines.at(-1)?.error).toMatchObject({ remedy: expect.stringMatching(remedy) });
      });
    };
    const out = ['--out', join(folder, 'out')];
    unknown('a run', /no run other/, /pretrain/, ['pretrain', '--resume', 'other']);
    unknown('a task', /no task 'other'/, /'finding'/, ['finetune', '--task', 'other', '--run', 'none']);
    unknown('a model', /no model other/, /finetune|models are/, ['evaluate', '--model', 'other']);
    unknown('a model to export', /no model/, /./, ['export', '--model', '../x', '--format', 'onnx', ...out]);
    unknown('an image', /no image 'other'/, /import/, [
      'label',
      'set',
      ...task,
      '--class',
      'normal',
      '--image',
      'other',
    ]);

    it('a class', async () => {
      const finished = await run(
        'label',
        'set',
        ...inProject,
        ...task,
        '--class',
        'x',
        '--image',
        firstImage(),
        '--json',
      );
      expectClear(finished, /no class 'x'/, null);
    });
  });

  describe.skipIf(!posix)('a full disk', () => {
    /** No file may grow beyond so many KiB, as on a disk that is full. */
    const limited = (kibibytes: number) => (command: string[]) => [
      ...['bash', '-c', `ulimit -f ${kibibytes}; exec "$@"`, 'bash'],
      ...command,
    ];
    const full = /disk is full/;

    it('while importing: the project stays whole, and goes on afterwards', async () => {
      const large = join(folder, 'large-study');
      await tinyStudy(large, 300, 1);
      const before = await resultOf('label', 'list', ...inProject, ...task);
      const catalogue = join(project, 'catalogue.sqlite');
      const size = Math.ceil(readFileSync(catalogue).byteLength / 1024);
      const failed = await start(['import', large, ...inProject, '--json'], limited(size + 8)).done;
      expectClear(failed, full, project);
      expect(await resultOf('label', 'list', ...inProject, ...task)).toEqual(before);
      expect(await resultOf('import', large, ...inProject)).toMatchObject({ images: 300 });
    });

    it('while making a project', async () => {
      const fresh = join(folder, 'full-project');
      const args = ['import', study, '--project', fresh, '--json'];
      for (const kibibytes of [0, 4]) expectClear(await start(args, limited(kibibytes)).done, full, fresh);
      expect(await resultOf('import', study, '--project', fresh)).toMatchObject({ images: 16, added: 16 });
    });

    it('while building the pixel cache, and while writing a checkpoint: the run goes on afterwards', async () => {
      const length = ['--split', 'train', '--epochs', '2', '--batch', '4', '--checkpoint-every', '1'];
      const args = ['pretrain', ...inProject, '--method', 'inpainting', ...TINY, ...ONE_THREAD, ...length, '--json'];
      expectClear(await start(args, limited(4)).done, full, project);
      expect((await resultOf('runs', ...inProject)).runs).toEqual([]);
      // Enough for the pixels, not for the weights.
      const failed = await start(args, limited(1500)).done;
      expectClear(failed, full, join(project, 'runs'));
      const resumed = await resultOf('pretrain', ...inProject, '--resume', 'latest');
      expect(resumed).toMatchObject({ paused: false, epochs: 2 });
    });

    it('while exporting: no half file is left', async () => {
      const out = join(folder, 'encoder.safetensors');
      const args = ['export', ...inProject, '--run', 'latest', '--format', 'safetensors', '--out', out, '--json'];
      expectClear(await start(args, limited(100)).done, full, out);
      expect(readdirSync(folder).filter((name) => name.startsWith('encoder'))).toEqual([]);
      expect(await resultOf(...args.slice(0, -1))).toMatchObject({ out });
    });
  });
});
