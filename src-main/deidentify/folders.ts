/** @file Folders of scans to a folder of de-identified copies; a run that was stopped goes on where it was. */

import { createHash } from 'node:crypto';
import { createReadStream, linkSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileError, PretextError, systemCode } from '../base/errors.js';
import { syncFolder } from '../base/files.js';
import { type JobControl, ProgressMeter, throwIfCancelled, unlessCancelled } from '../base/jobs.js';
import type { FileList, FoundFile } from '../catalogue/file-list.js';
import { ActivityLock } from '../catalogue/lock.js';
import { walk } from '../catalogue/walk.js';
import { ReaderPool, type ReaderPoolOptions } from '../dicom/reader-pool.js';
import { forkReader } from '../dicom/reader-process.js';
import type { DeidentifyOptions } from './file.js';
import type { Copy, DeidentifyReply, DeidentifyRequest } from './messages.js';
import { type CopyLine, Report, sourceOf, TOTALS_NAME } from './report.js';

export interface DeidentifySummary {
  files: number;
  written: number;
  /** Files whose copy an earlier run had written already. */
  already: number;
  /** Rules that fired in the copies written, each attribute counted. */
  rulesFired: number;
  /** Absolute. */
  report: string;
  totals: string;
  skipped: { path: string; reason: string }[];
}

/** Copies that are not whole yet: no other file of ours has such a name. */
const UNFINISHED = /^\.unfinished-\d+\.tmp$/;

const TWICE = 'Its SOP instance has been written from another file already.';
const FOREIGN = 'Another file lies where its copy would be, and is not overwritten. Choose an empty folder with --out.';

/**
 * Writes `out`/study/series/instance.dcm, named by the new UIDs, for every DICOM file in and below `folders`. A file
 * whose copy is there already, unchanged, is left; no file is ever overwritten. A file that cannot be read, or that
 * ends or outlasts its reader process, is listed in `skipped`.
 *
 * @throws PretextError `bad-argument` where `out` holds copies of another project or made with other options,
 *   `project-busy` where another run writes there, `unreadable`, `disk-full`, `cancelled`.
 */
export async function deidentifyFolders(
  folders: string[],
  out: string,
  options: DeidentifyOptions,
  control: JobControl,
  readers: ReaderPoolOptions = {},
): Promise<DeidentifySummary> {
  const target = resolve(out);
  const { files, skipped } = await walk(folders, (path) => path === target || path.startsWith(target + sep), control);
  makeFolder(target);
  const lock = ActivityLock.take(target, 'deidentify');
  try {
    for (const name of readdirSync(target)) if (UNFINISHED.test(name)) rmSync(join(target, name), { force: true });
    const report = Report.open(target, options);
    const job = new Job(target, report, options, readers);
    const summary: DeidentifySummary = {
      ...{ files: files.length, written: 0, already: 0, rulesFired: 0 },
      ...{ report: report.path, totals: join(target, TOTALS_NAME), skipped: [...skipped] },
    };
    try {
      await job.run(files, summary, control);
    } finally {
      await job.close();
      // Also where it was stopped: every copy that lies there has its line.
      report.close();
    }
    return summary;
  } finally {
    lock.release();
  }
}

type Made = { copy: Copy } | { known: CopyLine } | { refused: string };

class Job {
  private readonly pool: ReaderPool<DeidentifyRequest, DeidentifyReply>;
  /** SOP instances of files met in this run. */
  private readonly met = new Set<string>();

  constructor(
    private readonly target: string,
    private readonly report: Report,
    private readonly options: DeidentifyOptions,
    readers: ReaderPoolOptions,
  ) {
    this.pool = new ReaderPool(forkReader<DeidentifyRequest[], DeidentifyReply[]>('deidentify-worker'), readers);
  }

  /** Makes copies ahead, and puts them in their places in the order of the files, so that the report is the same. */
  async run(files: FileList, summary: DeidentifySummary, control: JobControl): Promise<void> {
    const meter = new ProgressMeter(control, 'Writing de-identified copies', files.length);
    const ahead: Promise<Made>[] = [];
    const next = (index: number): void => {
      const [file] = files.slice(index, index + 1);
      if (file === undefined) return;
      const made = this.make(file, index);
      // It may fail while the one before it is put in its place: the failure is reported when its turn comes.
      made.catch(() => undefined);
      ahead.push(made);
    };
    for (let index = 0; index < 2 * this.pool.size; index++) next(index);
    let index = 0;
    for (const file of files) {
      throwIfCancelled(control);
      const made = await unlessCancelled(ahead.shift()!, control);
      const reason = await this.place(file, index, made, summary);
      if (reason !== null) {
        summary.skipped.push({ path: file.path, reason });
        this.report.refused(index + 1);
      }
      next(index + 2 * this.pool.size);
      index += 1;
      meter.update(index);
    }
  }

  /** Ends the readers and removes what they left unfinished. */
  async close(): Promise<void> {
    await this.pool.close();
    for (const name of readdirSync(this.target)) {
      if (UNFINISHED.test(name)) rmSync(join(this.target, name), { force: true });
    }
  }

  private temporary(index: number): string {
    return join(this.target, `.unfinished-${index}.tmp`);
  }

  private async make(file: FoundFile, index: number): Promise<Made> {
    const known = this.report.bySource.get(sourceOf(file, this.options.salt));
    if (known !== undefined && (await this.holds(known))) return { known };
    const question = { path: file.path, temporary: this.temporary(index), options: this.options };
    const answer = await this.pool.ask(question);
    if ('refused' in answer) {
      // Its reader may have ended in the middle of the copy.
      rmSync(question.temporary, { force: true });
      return answer;
    }
    const { reply } = answer;
    if ('failure' in reply) throw new PretextError(reply.failure);
    return reply;
  }

  /** Whether the copy lies there as it was written. */
  private async holds({ copy, bytes, sha256 }: CopyLine): Promise<boolean> {
    const path = join(this.target, ...copy.split('/'));
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.size === bytes && (await digestOf(path)) === sha256;
  }

  /** @returns why the file is left out, or null */
  private async place(file: FoundFile, index: number, made: Made, summary: DeidentifySummary): Promise<string | null> {
    if ('refused' in made) return made.refused;
    const { sopInstanceUID } = 'known' in made ? made.known : made.copy;
    if (this.met.has(sopInstanceUID)) {
      rmSync(this.temporary(index), { force: true });
      return TWICE;
    }
    if ('known' in made) {
      this.met.add(sopInstanceUID);
      summary.already += 1;
      return null;
    }
    const { copy } = made;
    const folders = [copy.studyInstanceUID ?? 'no-study', copy.seriesInstanceUID ?? 'no-series'];
    const path = [...folders, `${sopInstanceUID}.dcm`].join('/');
    const isNew = await this.moveIn(this.temporary(index), join(this.target, ...path.split('/')), copy.sha256);
    if (isNew === null) return FOREIGN;
    this.met.add(sopInstanceUID);
    const line = this.report.written(index + 1, sourceOf(file, this.options.salt), path, copy);
    if (isNew) {
      summary.written += 1;
      for (const { count } of line.rules) summary.rulesFired += count;
    } else summary.already += 1;
    return null;
  }

  /** @returns whether the copy was not there; null where other content is */
  private async moveIn(temporary: string, path: string, sha256: string): Promise<boolean | null> {
    makeFolder(dirname(path));
    try {
      if (moveUnlessThere(temporary, path)) {
        syncFolder(dirname(path));
        return true;
      }
      rmSync(temporary, { force: true });
      return lstatSync(path).isFile() && (await digestOf(path)) === sha256 ? false : null;
    } catch (error) {
      throw fileError(error, path);
    }
  }
}

/** False, and nothing done, where `path` exists. A rename would overwrite it; not every disk knows links. */
function moveUnlessThere(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST' || lstatSync(path, { throwIfNoEntry: false }) !== undefined) return false;
    renameSync(temporary, path);
    return true;
  }
  rmSync(temporary, { force: true });
  return true;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw fileError(error, path);
  }
  return hash.digest('hex');
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw fileError(error, folder);
  }
}
