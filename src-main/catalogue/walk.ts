/** @file Every file below some folders, in an order that does not depend on the file system. */

import type { BigIntStats, Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileError, PretextError } from '../base/errors.js';
import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import { FileList, type FoundFile } from './file-list.js';

export type { FoundFile } from './file-list.js';

/**
 * Which files were taken, by where they really are once links are followed: every file of a folder that was listed, and
 * those that a link or a person named. A text for each file of a large disk would fill the memory.
 */
export class TakenFiles {
  private readonly folders = new Set<string>();
  private readonly named = new Set<string>();

  has(real: string): boolean {
    return this.named.has(real) || this.folders.has(dirname(real));
  }

  /** Whether a file of a folder that is being listed was named before. */
  wasNamed(real: string): boolean {
    return this.named.size > 0 && this.named.has(real);
  }

  add(real: string): void {
    this.named.add(real);
  }

  addFolder(real: string): void {
    this.folders.add(real);
  }
}

export interface WalkResult {
  files: FileList;
  /** Folders and entries that could not be looked at. */
  skipped: { path: string; reason: string }[];
  /** Roots in and below which there is nothing. */
  empty: string[];
  taken: TakenFiles;
}

/** Entries of one folder that are looked at together: enough to hide the delay of a network drive. */
const PARALLEL = 64;

/** A PretextError's text without the path, which the list of skipped files names anyway. */
export function reasonOf(error: PretextError): string {
  return error.remedy === undefined ? error.message : `${error.message} ${error.remedy}`;
}

function compareNames(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** `real`: where a link leads; null for anything else. */
type Looked =
  | { path: string; name: string; stats: BigIntStats; real: string | null }
  | { path: string; reason: string };

async function look(folder: string, entry: Dirent): Promise<Looked> {
  const path = join(folder, entry.name);
  if (entry.name.includes('\ufffd')) {
    return { path, reason: 'The file name is not valid Unicode. Rename the file.' };
  }
  try {
    const stats = await stat(path, { bigint: true });
    return { path, name: entry.name, stats, real: entry.isSymbolicLink() ? await realpath(path) : null };
  } catch (error) {
    if (entry.isSymbolicLink()) return { path, reason: 'This link leads to nothing.' };
    return { path, reason: reasonOf(fileError(error, path)) };
  }
}

/**
 * All files in and below `roots` (folders, or single files). Links are followed; each folder is entered once and each
 * file taken once, by where it really is, so loops, overlapping roots and links to each other do no harm; `leaveOut`
 * names paths that are not entered. Within a folder files come first, then its folders, by code units of their names.
 *
 * @throws PretextError `unreadable` where a root does not exist or may not be read, `cancelled`.
 */
export async function walk(
  roots: string[],
  leaveOut: (path: string) => boolean,
  control: JobControl,
): Promise<WalkResult> {
  const meter = new ProgressMeter(control, 'Looking for files', null);
  const result: WalkResult = { files: new FileList(), skipped: [], empty: [], taken: new TakenFiles() };
  const entered = new Set<string>();

  const addFile = (path: string, stats: BigIntStats) => {
    result.files.push({ path, size: Number(stats.size), mtimeMs: Number(stats.mtimeMs) });
  };
  const addNamed = (path: string, stats: BigIntStats, real: string) => {
    if (result.taken.has(real)) return;
    result.taken.add(real);
    addFile(path, stats);
  };

  // Looks at every root before the walk starts: a mistyped path must not surface after an hour.
  const starts: { path: string; stats: BigIntStats }[] = [];
  for (const root of roots) {
    const path = resolve(root);
    try {
      const stats = await stat(path, { bigint: true });
      if (stats.isDirectory()) await readdir(path);
      starts.push({ path, stats });
    } catch (error) {
      throw fileError(error, path);
    }
  }

  for (const start of starts) {
    if (!start.stats.isDirectory()) {
      addNamed(start.path, start.stats, await realpath(start.path));
      continue;
    }
    const before = result.files.length + result.skipped.length;
    const known = entered.has(`${start.stats.dev}:${start.stats.ino}`);
    const stack = [{ path: start.path, stats: start.stats }];
    for (let folder = stack.pop(); folder !== undefined; folder = stack.pop()) {
      throwIfCancelled(control);
      const identity = `${folder.stats.dev}:${folder.stats.ino}`;
      if (entered.has(identity)) continue;
      entered.add(identity);
      let entries: Dirent[];
      let real: string;
      try {
        real = await realpath(folder.path);
        entries = (await readdir(folder.path, { withFileTypes: true })).sort(compareNames);
      } catch (error) {
        result.skipped.push({ path: folder.path, reason: reasonOf(fileError(error, folder.path)) });
        continue;
      }
      result.taken.addFolder(real);
      const inside = folder.path;
      entries = entries.filter((entry) => !leaveOut(join(inside, entry.name)));
      const subfolders: { path: string; stats: BigIntStats }[] = [];
      for (let first = 0; first < entries.length; first += PARALLEL) {
        throwIfCancelled(control);
        const part = entries.slice(first, first + PARALLEL);
        for (const looked of await Promise.all(part.map((entry) => look(inside, entry)))) {
          if ('reason' in looked) result.skipped.push(looked);
          else if (looked.stats.isDirectory()) subfolders.push(looked);
          else if (looked.stats.isFile()) {
            if (looked.real !== null) addNamed(looked.path, looked.stats, looked.real);
            else if (!result.taken.wasNamed(join(real, looked.name))) addFile(looked.path, looked.stats);
          } else result.skipped.push({ path: looked.path, reason: 'This is neither a file nor a folder.' });
        }
        meter.update(result.files.length);
      }
      stack.push(...subfolders.reverse());
    }
    if (!known && result.files.length + result.skipped.length === before) {
      result.empty.push(start.path);
    }
  }
  return result;
}

/** Those of `paths` that are files now; each is taken once, by where it really is. @throws PretextError `cancelled` */
export async function findFiles(paths: readonly string[], control: JobControl): Promise<WalkResult> {
  const result: WalkResult = { files: new FileList(), skipped: [], empty: [], taken: new TakenFiles() };
  for (let first = 0; first < paths.length; first += PARALLEL) {
    throwIfCancelled(control);
    const found = await Promise.all(paths.slice(first, first + PARALLEL).map(findFile));
    for (const file of found) {
      if (file === null || result.taken.has(file.real)) continue;
      result.taken.add(file.real);
      result.files.push({ path: file.path, size: file.size, mtimeMs: file.mtimeMs });
    }
  }
  return result;
}

/** A file as it is now, or null where it is gone, no file, or out of reach. */
export async function findFile(path: string): Promise<(FoundFile & { real: string }) | null> {
  try {
    const stats = await stat(path, { bigint: true });
    if (!stats.isFile()) return null;
    return { path, size: Number(stats.size), mtimeMs: Number(stats.mtimeMs), real: await realpath(path) };
  } catch {
    return null;
  }
}

/** The error where the folders given hold nothing at all. */
export function nothingThere(folders: string[]): PretextError {
  return new PretextError({
    code: 'bad-argument',
    message: folders.length === 1 ? 'This folder holds no files.' : 'These folders hold no files.',
    path: folders.join(', '),
    remedy:
      'Choose the folder that holds the scans (DICOM, NIfTI, TIFF, PNG or JPEG files, or ZIP archives of them); folders inside it are searched too.',
  });
}
