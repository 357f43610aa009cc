/** @file `pretext inspect`: what files are, with the digest of their pixels; nothing is stored. */

import { statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { PretextError } from '../../base/errors.js';
import { type JobControl, throwIfCancelled } from '../../base/jobs.js';
import { walk } from '../../catalogue/walk.js';
import { DecodePool } from '../../dicom/decode-pool.js';
import { type Inspection, refusedInspection } from '../../dicom/inspect.js';
import { addExamples, type Context, type JsonFlag, type Outcome, type Perform } from '../command.js';
import { formatCount, formatTable } from '../format.js';

/** Lines of the table that are written together, so that columns are aligned and a long list appears bit by bit. */
const PAGE = 200;

/** A file to inspect, or one that is refused unseen. */
type Candidate = { path: string } | { path: string; reason: string };

export function registerInspect(program: Command, perform: Perform): void {
  const command = program
    .command('inspect')
    .argument('<files...>', 'files, or folders with everything in them')
    .description('say what files are and the MD5 of their stored pixel values; stores nothing, needs no project')
    .option('--json', 'write one JSON object per file')
    .action((files: string[], flags: JsonFlag) => perform(flags, (context) => inspectFiles(context, files)));
  addExamples(command, ['inspect slice.dcm', 'inspect /data/ct --json']);
}

/** Files as they were named, and the files of folders below the folder as it was named. */
async function candidatesOf(given: string, control: JobControl): Promise<Candidate[]> {
  const isFolder = statSync(given, { throwIfNoEntry: false })?.isDirectory() ?? false;
  // What is missing or unreadable is refused by its reader, with the operating system's reason.
  if (!isFolder) return [{ path: given }];
  const { files, skipped, empty } = await walk([given], () => false, control);
  const named = (path: string): string => join(given, relative(resolve(given), path));
  return [
    ...Array.from(files, ({ path }) => ({ path: named(path) })),
    ...skipped.map(({ path, reason }) => ({ path: named(path), reason })),
    ...empty.map(() => ({ path: given, reason: 'This folder holds no files.' })),
  ];
}

/** A folder that may not be read is one refused entry, as a bad file is. */
async function candidatesOrReason(given: string, control: JobControl): Promise<Candidate[]> {
  try {
    return await candidatesOf(given, control);
  } catch (error) {
    if (error instanceof PretextError && error.code !== 'cancelled') return [{ path: given, reason: error.message }];
    if (error instanceof Error && 'syscall' in error) return [{ path: given, reason: error.message }];
    throw error;
  }
}

async function inspectOne(pool: DecodePool, candidate: Candidate): Promise<Inspection> {
  if ('reason' in candidate) return refusedInspection(candidate.path, candidate.reason);
  const result = await pool.inspect(candidate.path);
  return result.ok ? result.inspection : refusedInspection(candidate.path, result.reason);
}

/** Inspections in the order of the arguments, read ahead as far as the pool has readers. */
async function* inspections(files: string[], pool: DecodePool, control: JobControl): AsyncGenerator<Inspection> {
  const running: Promise<Inspection>[] = [];
  for (const given of files) {
    for (const candidate of await candidatesOrReason(given, control)) {
      throwIfCancelled(control);
      running.push(inspectOne(pool, candidate));
      if (running.length >= 2 * pool.size) yield (await running.shift()) as Inspection;
    }
  }
  for (const inspection of running) {
    throwIfCancelled(control);
    yield await inspection;
  }
}

async function inspectFiles({ terminal, interruption }: Context, files: string[]): Promise<Outcome> {
  const pool = new DecodePool();
  // One line a file is all that machines get: no progress.
  const control: JobControl = { signal: interruption.signal, onProgress: () => undefined };
  let page: Inspection[] = [];
  const showPage = (): void => {
    if (page.length > 0) terminal.result({}, tableOf(page));
    page = [];
  };
  try {
    for await (const inspection of inspections(files, pool, control)) {
      if (terminal.json) terminal.event(inspection);
      else if (page.push(inspection) === PAGE) showPage();
    }
    showPage();
    return 'done';
  } finally {
    await pool.close();
  }
}

function tableOf(rows: readonly Inspection[]): string {
  const titles = [
    'file',
    'kind',
    'modality',
    'size',
    'frames',
    'pixels',
    'bits',
    'bytes',
    'MD5 of pixels, or why refused',
  ];
  return formatTable(
    titles,
    rows.map((row) => [
      row.path,
      row.kind ?? '-',
      row.modality ?? '-',
      row.rows === null || row.columns === null ? '-' : `${row.rows} x ${row.columns}`,
      row.frames === null ? '-' : String(row.frames),
      row.photometric ?? '-',
      row.bitsStored === null ? '-' : String(row.bitsStored),
      row.pixelBytes === null ? '-' : formatCount(row.pixelBytes),
      row.pixelMd5 ?? row.refused ?? '-',
    ]),
  );
}
