/** @file `pretext import`: folders of scans into the catalogue. */

import { type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { fileError } from '../../base/errors.js';
import type { SkippedFile } from '../../catalogue/catalogue.js';
import { type ImportSummary, importFiles, importFolders } from '../../catalogue/import.js';
import { Project } from '../../catalogue/project.js';
import { SETTLE_MS, type WatchState, watchFolder } from '../../catalogue/watch.js';
import {
  addExamples,
  addProject,
  type Context,
  type Outcome,
  type Perform,
  type ProjectFlag,
  positiveNumber,
  UsageError,
} from '../command.js';
import { formatFacts, plural } from '../format.js';

/** Skipped files that are named one by one to a person. */
const SHOWN = 10;

interface ImportFlags extends ProjectFlag {
  watch?: boolean;
  settle?: number;
}

export function registerImport(program: Command, perform: Perform): void {
  const command = program
    .command('import')
    .argument('<folders...>', 'folders of scans, searched with everything in them; files and ZIP archives too')
    .description('take DICOM, NIfTI, TIFF, PNG and JPEG files into a project; makes the project where there is none')
    .action((folders: string[], flags: ImportFlags) =>
      perform(flags, (context) => (flags.watch === true ? watch : importScans)(context, folders, flags)),
    );
  addProject(command)
    .option('--watch', 'keep looking at the folders and take in what appears there, until Ctrl-C')
    .option(
      '--settle <seconds>',
      `with --watch: how long a file must stand still before it counts as complete (${SETTLE_MS / 1000})`,
      positiveNumber,
    );
  addExamples(command, [
    'import /data/ct --project study',
    'import /data/ct /data/mr --project study --json',
    'import /data/incoming --project study --watch',
  ]);
}

/** Takes in what is there and what appears, until the user ends it, which is its usual end. */
async function watch(context: Context, folders: string[], flags: ImportFlags): Promise<Outcome> {
  const { terminal, interruption } = context;
  const { signal } = interruption;
  const paths = folders.map((folder) => resolve(folder));
  for (const path of paths) {
    if (!statusOf(path).isDirectory()) throw new UsageError(`${path} is not a folder.`, 'Only folders can be watched.');
  }
  const project = Project.open(flags.project, { create: true });
  const total = { imports: 0, files: 0, added: 0, skipped: 0 };
  // Several folders share the disk, the terminal, and the right to import.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const take = async (files: string[]): Promise<void> => {
    const control = { signal, onProgress: terminal.progress.bind(terminal) };
    const onSkipped = (file: SkippedFile) => terminal.event({ event: 'skipped', ...file });
    const { skipped, ...summary } = await importFiles(project, files, control, { onSkipped });
    total.imports++;
    total.files += summary.files;
    total.added += summary.added;
    total.skipped += skipped.length;
    terminal.event({ event: 'imported', ...summary, skipped: skipped.length });
    if (!terminal.json) {
      const time = new Date().toLocaleTimeString('en-GB');
      terminal.note(`${time}  ${plural(summary.files, 'file')}, ${summary.added} new, ${skipped.length} skipped`);
    }
  };
  try {
    terminal.event({ event: 'watching', folders: paths });
    if (!terminal.json) terminal.note(`Watching ${paths.join(', ')}. Ctrl-C ends it.`);
    const options = {
      signal,
      ...(flags.settle === undefined ? {} : { settleMs: flags.settle * 1000 }),
      onFiles: (files: string[]) => inTurn(() => take(files)),
    };
    await Promise.all(
      paths.map((path) => {
        const onState = ({ waiting, problem }: WatchState): void => {
          terminal.event({ event: 'watch', folder: path, waiting, problem });
          if (problem !== null && !terminal.json) terminal.note(`${path}: ${problem} Trying again.`);
        };
        return watchFolder(project, path, { ...options, onState });
      }),
    );
    const counts = `${plural(total.files, 'file')}, ${total.added} new, ${total.skipped} skipped`;
    terminal.result(total, `No longer watching. Taken in meanwhile: ${counts}.`);
    return 'done';
  } finally {
    project.close();
  }
}

async function importScans(context: Context, folders: string[], flags: ImportFlags): Promise<Outcome> {
  const { terminal, interruption } = context;
  if (flags.settle !== undefined) throw new UsageError('--settle needs --watch.', 'Give both, or neither.');
  // A mistyped folder must not leave an empty project behind.
  for (const folder of folders) statusOf(resolve(folder));
  const project = Project.open(flags.project, { create: true });
  try {
    const control = {
      signal: interruption.signal,
      onProgress: terminal.progress.bind(terminal),
    };
    const onSkipped = (file: SkippedFile) => terminal.event({ event: 'skipped', ...file });
    const summary = await importFolders(project, folders, control, { onSkipped });
    const useless = summary.images === 0;
    if (useless) {
      const [first] = summary.skipped;
      terminal.note(
        `None of ${plural(summary.files, 'file')} is an image that Pretext can read` +
          `${first === undefined ? '' : ` (${first.path}: ${first.reason})`}. ` +
          'Name a folder that holds DICOM, NIfTI, TIFF, PNG or JPEG files.',
      );
    }
    terminal.result(summary, summaryText(summary, flags.project));
    return useless ? 'failed' : 'done';
  } finally {
    project.close();
  }
}

function statusOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw fileError(error, path);
  }
}

function summaryText(summary: ImportSummary, project: string): string {
  const lines = [
    `${plural(summary.images, 'image')} in these folders, ${summary.added} of them new to the project.`,
    formatFacts([
      ['patients', String(summary.patients)],
      ['studies', String(summary.studies)],
      ['series', String(summary.series)],
      ['images', String(summary.images)],
      ['files', String(summary.files)],
      ['skipped', String(summary.skipped.length)],
    ]),
  ];
  if (summary.skipped.length > 0) {
    lines.push('Skipped:');
    for (const { path, reason } of summary.skipped.slice(0, SHOWN)) lines.push(`  ${path}: ${reason}`);
    const more = summary.skipped.length - SHOWN;
    if (more > 0) lines.push(`  and ${plural(more, 'more file')}; pretext skipped lists them all.`);
  }
  if (summary.images > 0) lines.push(`Next: pretext pretrain --project ${project} --method inpainting`);
  return lines.join('\n');
}
