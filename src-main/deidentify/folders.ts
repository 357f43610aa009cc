/** @file Folders of scans to a folder of de-identified copies, with a report that holds no value of theirs. */

import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { fileError, PretextError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import { reasonOf, walk } from '../catalogue/walk.js';
import { IDENTIFY_BYTES, identify } from '../dicom/identify.js';
import { readWholeFile, requireReadable } from '../dicom/read-file.js';
import { refusal } from '../dicom/refusal.js';
import { type DeidentifyOptions, deidentifyBytes } from './file.js';

/** One JSON object for each file, in the order of the files. */
export const REPORT_NAME = 'deidentification.jsonl';

export interface DeidentifySummary {
  files: number;
  written: number;
  /** Rules that fired, each attribute counted. */
  rulesFired: number;
  /** Absolute. */
  report: string;
  skipped: { path: string; reason: string }[];
}

/** Why a file was left out, without its path: the report goes with the copies, and paths name patients. */
const REPORTED_REASON = 'Not written; the output of the command names the file and the reason.';

/**
 * Writes `out`/study/series/instance.dcm, named by the new UIDs, for every DICOM file in and below `folders`.
 *
 * @throws PretextError `bad-argument` where `out` already holds a report, `unreadable`, `disk-full`, `cancelled`.
 */
export async function deidentifyFolders(
  folders: string[],
  out: string,
  options: DeidentifyOptions,
  control: JobControl,
): Promise<DeidentifySummary> {
  const target = resolve(out);
  const report = join(target, REPORT_NAME);
  if (existsSync(report)) {
    const remedy = 'Choose an empty folder with --out.';
    throw new PretextError({
      code: 'bad-argument',
      message: 'This folder holds copies already.',
      path: target,
      remedy,
    });
  }
  const { files, skipped } = await walk(folders, (path) => path === target || path.startsWith(target + sep), control);
  const meter = new ProgressMeter(control, 'Writing de-identified copies', files.length);
  const summary: DeidentifySummary = { files: files.length, written: 0, rulesFired: 0, report, skipped: [...skipped] };
  const lines: string[] = [];
  const taken = new Set<string>();
  try {
    for (const [index, { path }] of [...files].entries()) {
      throwIfCancelled(control);
      try {
        const line = await writeCopy(path, target, options, taken);
        summary.written += 1;
        for (const { count } of line.rules) summary.rulesFired += count;
        lines.push(`${JSON.stringify({ file: index + 1, ...line })}\n`);
      } catch (error) {
        if (!(error instanceof PretextError) || error.code === 'disk-full') throw error;
        summary.skipped.push({ path, reason: reasonOf(error) });
        lines.push(`${JSON.stringify({ file: index + 1, refused: REPORTED_REASON })}\n`);
      }
      meter.update(index + 1);
      // Lets a signal to stop come through between two files.
      await new Promise((next) => setImmediate(next));
    }
  } finally {
    // Also where it was stopped: every copy that lies there has its line.
    makeFolder(target);
    writeFileAtomic(report, lines);
  }
  return summary;
}

async function writeCopy(path: string, target: string, options: DeidentifyOptions, taken: Set<string>) {
  await requireReadable(path);
  const bytes = await readWholeFile(path);
  if (identify(bytes.subarray(0, IDENTIFY_BYTES)) !== 'dicom') throw refusal(path, 'It is not a DICOM file.');
  const copy = deidentifyBytes(bytes, path, options);
  const { sopInstanceUID, rules, droppedBytes } = copy;
  if (taken.has(sopInstanceUID)) throw refusal(path, 'Its SOP instance has been written from another file already.');
  const folder = join(target, copy.studyInstanceUID ?? 'no-study', copy.seriesInstanceUID ?? 'no-series');
  makeFolder(folder);
  writeFileAtomic(join(folder, `${sopInstanceUID}.dcm`), copy.parts);
  taken.add(sopInstanceUID);
  return { sopInstanceUID, droppedBytes, rules };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw fileError(error, folder);
  }
}
