/** @file `pretext import`: folders of scans into the catalogue. */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { fileError } from '../../base/errors.js';
import type { SkippedFile } from '../../catalogue/catalogue.js';
import { type ImportSummary, importFolders } from '../../catalogue/import.js';
import { Project } from '../../catalogue/project.js';
import { addExamples, addProject, type Context, type Outcome, type Perform, type ProjectFlag } from '../command.js';
import { formatFacts, plural } from '../format.js';

/** Skipped files that are named one by one to a person. */
const SHOWN = 10;

export function registerImport(program: Command, perform: Perform): void {
  const command = program
    .command('import')
    .argument('<folders...>', 'folders of scans, searched with everything in them; files and ZIP archives too')
    .description('take DICOM, NIfTI, TIFF, PNG and JPEG files into a project; makes the project where there is none')
    .action((folders: string[], flags: ProjectFlag) =>
      perform(flags, (context) => importScans(context, folders, flags)),
    );
  addProject(command);
  addExamples(command, ['import /data/ct --project study', 'import /data/ct /data/mr --project study --json']);
}

async function importScans(context: Context, folders: string[], flags: ProjectFlag): Promise<Outcome> {
  const { terminal, interruption } = context;
  // A mistyped folder must not leave an empty project behind.
  for (const folder of folders) requireExisting(resolve(folder));
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

function requireExisting(path: string): void {
  try {
    statSync(path);
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
