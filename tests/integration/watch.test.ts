/** @file `pretext import --watch`: what appears in a folder is taken in once it is complete, until the user ends it. */

import { appendFileSync, createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { Project } from '../../src-main/catalogue/project.js';
import { type Json, removeFolder, run, scratchFolder, start } from '../helpers/command-line.js';
import { dicomBytes, pngBytes, put } from '../unit/catalogue/support.js';

const folder = scratchFolder();
afterAll(() => removeFolder(folder));

const slice = (number: number): Buffer => dicomBytes({ instance: `1.2.7.${number}`, patientID: 'P', study: '1.2.7' });

/** The lines that a command has written so far, as they come. */
class Lines {
  readonly all: Json[] = [];
  private rest = '';

  constructor(stream: NodeJS.ReadableStream) {
    stream.on('data', (chunk: Buffer) => {
      const lines = (this.rest + chunk.toString()).split('\n');
      this.rest = lines.pop() ?? '';
      this.all.push(...lines.map((line) => JSON.parse(line) as Json));
    });
  }

  named(event: string): Json[] {
    return this.all.filter((line) => line.event === event);
  }

  /** Images that were new in all imports so far. */
  get added(): number {
    return this.named('imported').reduce((sum, { added }) => sum + Number(added), 0);
  }

  async until(holds: () => boolean): Promise<void> {
    for (const end = Date.now() + 60_000; !holds(); await pause(20)) {
      if (Date.now() > end) throw new Error(`It did not come about: ${JSON.stringify(this.all)}`);
    }
  }
}

it('takes in what appears, leaves what still grows, and ends cleanly when it is told to', async () => {
  const incoming = join(folder, 'incoming');
  const project = join(folder, 'project');
  put(join(incoming, 'first.dcm'), slice(1));
  const watch = start(['import', incoming, '--project', project, '--watch', '--settle', '0.5', '--json']);
  const lines = new Lines(watch.child.stdout!);
  await lines.until(() => lines.added === 1);

  // Written by a slow sender: each look finds it larger.
  const growing = join(incoming, 'day 2', 'growing.dcm');
  const bytes = slice(2);
  mkdirSync(join(incoming, 'day 2'));
  writeFileSync(growing, '');
  for (let at = 0; at < bytes.length; at += 64) {
    appendFileSync(growing, bytes.subarray(at, at + 64));
    await pause(200);
  }
  expect(lines.added).toBe(1);
  await lines.until(() => lines.added === 2);
  expect(lines.named('skipped')).toEqual([]);

  put(join(incoming, 'note.txt'), 'not a scan');
  put(join(incoming, 'deep', 'er', 'a.png'), pngBytes(7));
  const archive = new ZipFile();
  archive.addBuffer(slice(3), 'DICOM/3');
  archive.end();
  await pipeline(archive.outputStream, createWriteStream(join(incoming, 'study.zip')));
  await lines.until(() => lines.added === 4 && lines.named('skipped').length === 1);
  // Nothing is looked at twice: neither the archive nor what was refused.
  const imports = lines.named('imported').length;
  await pause(1500);
  expect(lines.named('imported')).toHaveLength(imports);

  watch.child.kill('SIGTERM');
  const { code, lines: written } = await watch.done;
  expect(code).toBe(0);
  expect(written.at(-1)).toEqual({ imports, files: 5, added: 4, skipped: 1 });

  // A second watch knows everything that is there.
  const again = start(['import', incoming, '--project', project, '--watch', '--settle', '0.2', '--json']);
  const second = new Lines(again.child.stdout!);
  await second.until(() => second.named('watch').length > 0);
  await pause(1000);
  again.child.kill('SIGINT');
  expect((await again.done).lines.at(-1)).toEqual({ imports: 0, files: 0, added: 0, skipped: 0 });
  const opened = Project.open(project);
  expect(opened.catalogue.counts()).toMatchObject({ images: 4, patients: 2 });
  opened.close();
});

it('refuses to watch what is no folder, and a settling time without a watch', async () => {
  const file = put(join(folder, 'one.dcm'), slice(9));
  const project = join(folder, 'none');
  expect(await run('import', file, '--project', project, '--watch')).toMatchObject({ code: 2 });
  expect(await run('import', folder, '--project', project, '--settle', '3')).toMatchObject({ code: 2 });
});
