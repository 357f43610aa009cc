/**
 * @file Keeps looking at a folder for files that the catalogue does not know as they are now, and hands them on once they
 * have stopped growing. It looks by walking, which works on network shares too, where changes are not told.
 */

import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { setImmediate as otherWork } from 'node:timers/promises';
import { PretextError } from '../base/errors.js';
import { type JobControl, throwIfCancelled } from '../base/jobs.js';
import type { FileList } from './file-list.js';
import { keepSkipped, ownFiles } from './import.js';
import type { Project } from './project.js';
import { type FoundFile, findFile, walk } from './walk.js';

/** How the watch of a folder stands. */
export interface WatchState {
  /** Files that are there and still growing, or wait for their import. */
  waiting: number;
  /** Why the folder cannot be looked at, or its files not be taken in; null: all is well. */
  problem: string | null;
}

export interface WatchOptions {
  /** A file is complete when its size and time stood still for this long, milliseconds. */
  settleMs?: number;
  signal: AbortSignal;
  /** Takes complete files in. Files whose import fails are offered again. */
  onFiles(paths: string[]): Promise<void>;
  onState(state: WatchState): void;
}

/** Longer than the 3 s for which NFS by default believes what it knows of a file's size. */
export const SETTLE_MS = 5000;
/** Looking takes at most this share of the time. */
const LOOKING_SHARE = 1 / 20;
const LONGEST_PAUSE_MS = 600_000;
/** After a problem: a disk is full, a share is gone. */
const PROBLEM_PAUSE_MS = 60_000;
/** Files handed on together. */
const MOST_FILES = 20_000;
/** Files that the catalogue is asked about together, and whose state is looked at together. */
const PART = 256;

/** A file that was seen, and since when it has been as it is (milliseconds, `Date.now`). */
interface Pending {
  size: number;
  mtimeMs: number;
  since: number;
}

/** Those of `files` that the catalogue does not know with this size and time. */
export function unknownFiles(project: Project, files: readonly FoundFile[]): FoundFile[] {
  const rows = project.catalogue.database.all<{ place: number }>(
    `SELECT wanted.key AS place FROM json_each(?) AS wanted
     WHERE NOT EXISTS (SELECT 1 FROM file WHERE path = wanted.value ->> 0
                       AND size = wanted.value ->> 1 AND mtime_ms = wanted.value ->> 2)
       AND NOT EXISTS (SELECT 1 FROM container WHERE path = wanted.value ->> 0
                       AND size = wanted.value ->> 1 AND mtime_ms = wanted.value ->> 2)`,
    [JSON.stringify(files.map(({ path, size, mtimeMs }) => [path, size, mtimeMs]))],
  );
  return rows.map(({ place }) => files[place]);
}

/** The folders that files lie in, and the places of their first file and after their last: a walk lists them together. */
function* foldersOf(files: FileList): Generator<[folder: string, first: number, end: number]> {
  let first = 0;
  let folder: string | null = null;
  for (let start = 0; start < files.length; start += PART) {
    for (const [offset, { path }] of files.slice(start, start + PART).entries()) {
      const name = dirname(path);
      if (folder !== null && name !== folder) {
        yield [folder, first, start + offset];
        first = start + offset;
      }
      folder = name;
    }
  }
  if (folder !== null) yield [folder, first, files.length];
}

function digestOf(files: FileList, first: number, end: number): string {
  const hash = createHash('sha1');
  for (let start = first; start < end; start += PART) {
    for (const { path, size, mtimeMs } of files.slice(start, Math.min(end, start + PART))) {
      hash.update(`${path}\0${size}\0${mtimeMs}\n`);
    }
  }
  return hash.digest('base64');
}

/** Waits, or less where the watch ends. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}

/** One folder under watch. */
class FolderWatch {
  private readonly pending = new Map<string, Pending>();
  /** A digest of the names, sizes and times of the files in each folder: what did not change need not be asked about. */
  private seen = new Map<string, string>();
  private unreachable = '';
  private told: WatchState | null = null;
  private readonly control: JobControl;
  private readonly settleMs: number;

  constructor(
    private readonly project: Project,
    private readonly folder: string,
    private readonly options: WatchOptions,
  ) {
    this.control = { signal: options.signal, onProgress: () => undefined };
    this.settleMs = options.settleMs ?? SETTLE_MS;
  }

  /** @throws PretextError `cancelled` as soon as the watch ends. */
  async run(): Promise<never> {
    for (let nextLook = 0; ; ) {
      throwIfCancelled(this.control);
      let problem: string | null = null;
      let more = false;
      try {
        if (Date.now() >= nextLook) {
          const started = performance.now();
          await this.look();
          const rest = (performance.now() - started) / LOOKING_SHARE;
          nextLook = Date.now() + Math.min(LONGEST_PAUSE_MS, Math.max(this.settleMs, rest));
          this.tell(null);
        }
        more = await this.handOn();
      } catch (error) {
        throwIfCancelled(this.control);
        if (!(error instanceof PretextError)) throw error;
        problem = error.message;
      }
      this.tell(problem);
      if (more) continue;
      const wait = problem === null ? this.untilNext(nextLook) : Math.min(PROBLEM_PAUSE_MS, 12 * this.settleMs);
      await pause(wait, this.options.signal);
    }
  }

  private untilNext(nextLook: number): number {
    const wait = Math.max(0, nextLook - Date.now());
    return this.pending.size === 0 ? wait : Math.min(wait, this.settleMs);
  }

  private tell(problem: string | null): void {
    const state: WatchState = { waiting: this.pending.size, problem };
    if (this.told?.waiting === state.waiting && this.told.problem === problem) return;
    this.told = state;
    this.options.onState(state);
  }

  /** Walks the folder and notes every file that is new or another than before. */
  private async look(): Promise<void> {
    const { files, skipped } = await walk([this.folder], ownFiles(this.project), this.control);
    throwIfCancelled(this.control);
    const list = JSON.stringify(skipped);
    if (list !== this.unreachable) keepSkipped(this.project, skipped);
    this.unreachable = list;
    const seen = new Map<string, string>();
    for (const [name, first, end] of foldersOf(files)) {
      const digest = digestOf(files, first, end);
      if (this.seen.get(name) !== digest) await this.note(files, first, end);
      seen.set(name, digest);
    }
    this.seen = seen;
  }

  private async note(files: FileList, first: number, end: number): Promise<void> {
    for (let start = first; start < end; start += PART) {
      const now = Date.now();
      for (const { path, size, mtimeMs } of unknownFiles(
        this.project,
        files.slice(start, Math.min(end, start + PART)),
      )) {
        const before = this.pending.get(path);
        if (before?.size !== size || before.mtimeMs !== mtimeMs) this.pending.set(path, { size, mtimeMs, since: now });
      }
      await otherWork();
      throwIfCancelled(this.control);
    }
  }

  /** Looks at the files that wait, and hands on those that stood still. @returns whether there may be more of them */
  private async handOn(): Promise<boolean> {
    const ready: string[] = [];
    const waiting = [...this.pending];
    for (let first = 0; first < waiting.length && ready.length < MOST_FILES; first += PART) {
      const part = waiting.slice(first, first + PART);
      const found = await Promise.all(part.map(([path]) => findFile(path)));
      throwIfCancelled(this.control);
      const now = Date.now();
      for (const [index, [path, before]] of part.entries()) {
        const file = found[index];
        if (file === null) this.pending.delete(path);
        else if (file.size !== before.size || file.mtimeMs !== before.mtimeMs)
          this.pending.set(path, { size: file.size, mtimeMs: file.mtimeMs, since: now });
        else if (now - before.since >= this.settleMs) ready.push(path);
      }
    }
    if (ready.length === 0) return false;
    await this.options.onFiles(ready);
    for (const path of ready) this.pending.delete(path);
    return ready.length >= MOST_FILES;
  }
}

/**
 * Watches `folder` until the signal is given. A folder that is out of reach is looked for again and again.
 *
 * @throws what `onFiles` throws beside a PretextError.
 */
export async function watchFolder(project: Project, folder: string, options: WatchOptions): Promise<void> {
  try {
    await new FolderWatch(project, folder, options).run();
  } catch (error) {
    if (error instanceof PretextError && error.code === 'cancelled' && options.signal.aborted) return;
    throw error;
  }
}

/** The folders that the window watches while this project is open, by name. */
export function watchedFolders(project: Project): string[] {
  const rows = project.catalogue.database.all<{ path: string }>('SELECT path FROM watched_folder ORDER BY path');
  return rows.map(({ path }) => path);
}

/** Remembers with the project whether a folder is watched. */
export function setWatched(project: Project, folder: string, isWatched: boolean): void {
  const sql = isWatched
    ? 'INSERT INTO watched_folder (path) VALUES (?) ON CONFLICT DO NOTHING'
    : 'DELETE FROM watched_folder WHERE path = ?';
  project.catalogue.database.run(sql, [folder]);
}
