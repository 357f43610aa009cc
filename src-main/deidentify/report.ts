/**
 * @file The report that lies beside the copies: one JSON object a line, written as the job goes, and totals as CSV. It
 * goes with the copies, so no value and no path of an original is in it. A later run reads what an earlier one did.
 */

import { createHmac } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { fileError, PretextError } from '../base/errors.js';
import { syncFolder, writeFileAtomic, writeFully } from '../base/files.js';
import type { FoundFile } from '../catalogue/walk.js';
import type { DeidentifyOptions } from './file.js';
import type { Copy } from './messages.js';

export const REPORT_NAME = 'deidentification.jsonl';
/** How often each rule fired, over all copies. */
export const TOTALS_NAME = 'deidentification.csv';

/** Why a file was left out, without its path, which may name a patient. */
const REPORTED_REASON = 'Not written; the output of the command names the file and the reason.';

const settingsLine = v.object({
  format: v.literal('pretext-deidentification'),
  version: v.literal(1),
  /** Keyed digest of the name of this format: the same for the same project alone. */
  project: v.string(),
  retain: v.array(v.string()),
  burnedInClean: v.boolean(),
});
type Settings = v.InferOutput<typeof settingsLine>;

const copyLine = v.object({
  file: v.number(),
  source: v.string(),
  sopInstanceUID: v.string(),
  copy: v.string(),
  bytes: v.number(),
  sha256: v.string(),
  droppedBytes: v.number(),
  rules: v.array(v.object({ path: v.string(), rule: v.string(), action: v.string(), count: v.number() })),
});

/** `copy`: relative path of the copy, made of the new UIDs, with '/'. */
export type CopyLine = v.InferOutput<typeof copyLine>;

function keyed(salt: Uint8Array, purpose: string, text: string): string {
  return createHmac('sha256', salt).update(`${purpose}\0${text}`, 'utf8').digest('hex');
}

/** Tells a file that has not changed since, and nothing to anyone without the project's salt. */
export function sourceOf({ path, size, mtimeMs }: FoundFile, salt: Uint8Array): string {
  return keyed(salt, 'deidentify source', `${path}\0${size}\0${mtimeMs}`);
}

function settingsOf({ retain, salt, burnedInClean }: DeidentifyOptions): Settings {
  const project = keyed(salt, 'deidentify', 'pretext-deidentification');
  return { format: 'pretext-deidentification', version: 1, project, retain: [...retain].sort(), burnedInClean };
}

export class Report {
  /** Copies by their source, and by their SOP instance. */
  readonly bySource = new Map<string, CopyLine>();
  readonly byInstance = new Map<string, CopyLine>();
  private readonly totals = new Map<string, { files: number; count: number }>();

  private constructor(
    readonly path: string,
    private readonly folder: string,
    private readonly descriptor: number,
  ) {}

  /**
   * Opens the report in `folder`, or begins one.
   *
   * @throws PretextError `bad-argument` where the copies there were made by another project or with other options,
   *   `bad-file` where the report is damaged, `unreadable`, `disk-full`.
   */
  static open(folder: string, options: DeidentifyOptions): Report {
    const path = join(folder, REPORT_NAME);
    const settings = settingsOf(options);
    const lines = existsSync(path) ? readLines(path) : [];
    const [first, ...rest] = lines;
    if (first !== undefined) requireSame(first, settings, path);
    try {
      const report = new Report(path, folder, openSync(path, 'a'));
      if (first === undefined) report.append(settings);
      syncFolder(folder);
      for (const line of rest) report.remember(line);
      return report;
    } catch (error) {
      throw fileError(error, path);
    }
  }

  private remember(line: unknown): void {
    const parsed = v.safeParse(copyLine, line);
    if (parsed.success) this.take(parsed.output);
  }

  private take(line: CopyLine): void {
    this.bySource.set(line.source, line);
    // A copy that was written again after it was lost counts once.
    const counted = this.byInstance.has(line.sopInstanceUID);
    this.byInstance.set(line.sopInstanceUID, line);
    if (counted) return;
    for (const { path, rule, action, count } of line.rules) {
      const key = `${path},${rule},${action}`;
      const total = this.totals.get(key) ?? { files: 0, count: 0 };
      total.files += 1;
      total.count += count;
      this.totals.set(key, total);
    }
  }

  written(file: number, source: string, path: string, copy: Copy): CopyLine {
    const { sopInstanceUID, bytes, sha256, droppedBytes, rules } = copy;
    const line = { file, source, sopInstanceUID, copy: path, bytes, sha256, droppedBytes, rules };
    this.append(line);
    this.take(line);
    return line;
  }

  refused(file: number): void {
    this.append({ file, refused: REPORTED_REASON });
  }

  private append(line: object): void {
    try {
      writeFully(this.descriptor, Buffer.from(`${JSON.stringify(line)}\n`));
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  /** Makes the lines durable and writes the totals. */
  close(): void {
    try {
      fsyncSync(this.descriptor);
    } finally {
      closeSync(this.descriptor);
    }
    const rows = [...this.totals].sort(([a], [b]) => (a < b ? -1 : 1));
    const lines = rows.map(([key, { files, count }]) => `${key},${files},${count}\n`);
    writeFileAtomic(join(this.folder, TOTALS_NAME), ['tag_path,rule,action,files,count\n', ...lines]);
  }
}

/** The lines of a report; what a killed run left of its last line is cut off. */
function readLines(path: string): unknown[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
    const whole = bytes.lastIndexOf(0x0a) + 1;
    if (whole < bytes.length) truncateSync(path, whole);
    bytes = bytes.subarray(0, whole);
  } catch (error) {
    throw fileError(error, path);
  }
  const lines = bytes.toString('utf8').split('\n').slice(0, -1);
  try {
    return lines.map((line): unknown => JSON.parse(line));
  } catch (error) {
    throw new PretextError({
      code: 'bad-file',
      message: 'The report of the copies in this folder is damaged.',
      path,
      remedy: 'Choose an empty folder with --out.',
      cause: error,
    });
  }
}

function requireSame(line: unknown, settings: Settings, path: string): void {
  const parsed = v.safeParse(settingsLine, line);
  if (parsed.success && JSON.stringify(parsed.output) === JSON.stringify(settings)) return;
  throw new PretextError({
    code: 'bad-argument',
    message: 'This folder holds copies that were made by another project or with other options.',
    path,
    remedy: 'Give the same options as before to go on, or choose an empty folder with --out.',
  });
}
