/** @file `pretext deidentify`: de-identified copies of DICOM files by PS3.15 Annex E. */

import { type Command, Option } from 'commander';
import { type DeidentifySummary, deidentifyFolders } from '../../deidentify/folders.js';
import { CLEAN_OPTIONS, RETAIN_OPTIONS, type RetainOption } from '../../deidentify/profile.js';
import {
  addExamples,
  addProject,
  type Context,
  type Outcome,
  type Perform,
  type ProjectFlag,
  UsageError,
  withProject,
} from '../command.js';
import { formatFacts, plural } from '../format.js';

interface Flags extends ProjectFlag {
  out: string;
  retain?: RetainOption[];
  clean?: string[];
  burnedInClean?: boolean;
}

/** Skipped files that are named one by one to a person. */
const SHOWN = 10;

const PIXELS_WARNING =
  'Pixels are copied as they are: text burned into them, and faces in scans of the head, are still there. ' +
  'Look at the copies before you give them away.';

export function registerDeidentify(program: Command, perform: Perform): void {
  const command = program
    .command('deidentify')
    .argument('<folders...>', 'folders of DICOM files, searched with everything in them')
    .description('write de-identified copies of DICOM files (PS3.15 Basic Profile); the originals are not touched')
    .requiredOption('--out <folder>', 'where the copies and the report are written')
    .addOption(
      new Option('--retain <options...>', 'options of the profile that keep something').choices(RETAIN_OPTIONS),
    )
    .addOption(new Option('--clean <options...>', 'options that clean values; refused').choices(CLEAN_OPTIONS))
    .option('--burned-in-clean', 'you have looked: no text that identifies anyone is burned into any of the pixels')
    .action((folders: string[], flags: Flags) => perform(flags, (context) => writeCopies(context, folders, flags)));
  addProject(command);
  addExamples(command, [
    'deidentify /data/ct --project study --out /data/copies',
    'deidentify /data/ct --project study --out /data/copies --retain modified-dates patient --json',
    'deidentify /data/ct --project study --out /data/copies      # again: goes on where a run was stopped',
  ]);
}

async function writeCopies({ terminal, interruption }: Context, folders: string[], flags: Flags): Promise<Outcome> {
  const retain = new Set(flags.retain ?? []);
  if (flags.clean !== undefined) {
    throw new UsageError(
      `Pretext does not clean ${flags.clean.join(', ')}: no program can be sure of it.`,
      'Leave --clean out: what it would clean is removed by the Basic Profile; pixels are copied as they are.',
    );
  }
  if (retain.has('full-dates') && retain.has('modified-dates')) {
    throw new UsageError('Dates are kept either as they are or moved.', 'Give one of full-dates and modified-dates.');
  }
  const control = { signal: interruption.signal, onProgress: terminal.progress.bind(terminal) };
  const summary = await withProject(flags.project, ({ salt }) =>
    deidentifyFolders(folders, flags.out, { retain, salt, burnedInClean: flags.burnedInClean === true }, control),
  );
  for (const file of summary.skipped) terminal.event({ event: 'skipped', ...file });
  if (flags.burnedInClean !== true) terminal.note(PIXELS_WARNING);
  const { skipped, ...counts } = summary;
  terminal.result({ ...counts, skipped: skipped.length, retained: [...retain] }, summaryText(summary));
  return summary.written + summary.already === 0 ? 'failed' : 'done';
}

function summaryText({ files, written, already, rulesFired, report, skipped }: DeidentifySummary): string {
  const lines = [
    `${plural(written, 'de-identified copy', 'de-identified copies')} written.`,
    formatFacts([
      ['files', String(files)],
      ['there already', String(already)],
      ['rules fired', String(rulesFired)],
      ['skipped', String(skipped.length)],
      ['report', report],
    ]),
  ];
  for (const { path, reason } of skipped.slice(0, SHOWN)) lines.push(`  ${path}: ${reason}`);
  const more = skipped.length - SHOWN;
  if (more > 0) lines.push(`  and ${plural(more, 'more file')}; --json lists them all.`);
  return lines.join('\n');
}
