/** @file Lock files that let a second process notice that an activity (an import, a run) is already under way. */

import { closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { fileError, PretextError, systemCode } from '../base/errors.js';
import { writeFully } from '../base/files.js';

interface LockHolder {
  pid: number;
  host: string;
  /** ISO 8601, UTC. */
  since: string;
}

/** Locks this process holds: a lock file with our own process id that is not in here is left from an earlier life. */
const held = new Set<string>();

function readHolder(text: string): LockHolder | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { pid, host, since } = value as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof since !== 'string') return null;
    return { pid, host, since };
  } catch {
    return null;
  }
}

/** A killed process keeps its number until its parent asks how it ended; in some containers nobody ever asks. */
function isZombie(pid: number): boolean {
  try {
    // proc(5): the state follows the program's name, which stands in parentheses and may hold any character.
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^[ZX]/.test(text.slice(text.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Whether the holder is gone: its process ended, or its computer (this one) was restarted since. */
function isStale(holder: LockHolder, path: string): boolean {
  if (holder.host !== hostname()) return false;
  if (holder.pid === process.pid) return !held.has(path);
  const bootedMs = Date.now() - uptime() * 1000;
  // A minute of tolerance: clocks are corrected shortly after a start.
  if (Date.parse(holder.since) < bootedMs - 60_000) return true;
  return !isProcessAlive(holder.pid);
}

function readLock(path: string): { text: string; holder: LockHolder | null; ageMs: number } | null {
  try {
    const text = readFileSync(path, 'utf8');
    return { text, holder: readHolder(text), ageMs: Date.now() - statSync(path).mtimeMs };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw fileError(error, path);
  }
}

/** Removes a stale lock, unless another process has replaced it by its own in the meantime. */
function removeStale(path: string, text: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw fileError(error, path);
  }
  if (readFileSync(aside, 'utf8') === text) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

/** Tries to make the lock file; false where there is one. */
function createLock(path: string, text: string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx');
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw fileError(error, path);
  }
  try {
    writeFully(descriptor, Buffer.from(text));
  } catch (error) {
    // An empty lock would keep others out for a while.
    rmSync(path, { force: true });
    throw fileError(error, path);
  } finally {
    closeSync(descriptor);
  }
  return true;
}

function lockPath(folder: string, activity: string): string {
  // A colon is not allowed in Windows file names.
  return join(folder, `${activity.replace(/[^A-Za-z0-9._-]/g, '-')}.lock`);
}

/** An activity that is under way now, and who does it. */
export interface Activity extends LockHolder {
  activity: string;
}

/** What other processes and this one do now in the project whose locks lie in `folder`; stale locks are left out. */
export function activities(folder: string): Activity[] {
  const found: Activity[] = [];
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.lock')) continue;
    const path = join(folder, name);
    const holder = readLock(path)?.holder ?? null;
    if (holder !== null && !isStale(holder, path)) found.push({ activity: name.slice(0, -'.lock'.length), ...holder });
  }
  return found;
}

/** An activity that this process has for itself until `release`, or until the process ends in any way. */
export class ActivityLock {
  private constructor(
    private readonly path: string,
    private readonly text: string,
  ) {}

  /**
   * Takes the lock of `activity` ('import', 'run:<id>') in the folder `folder`, which exists.
   *
   * @throws PretextError `project-busy` naming the process that has it.
   */
  static take(folder: string, activity: string): ActivityLock {
    const path = lockPath(folder, activity);
    const mine: LockHolder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
    const text = `${JSON.stringify(mine)}\n`;
    for (let attempt = 0; attempt < 5; attempt++) {
      if (createLock(path, text)) {
        held.add(path);
        return new ActivityLock(path, text);
      }
      const found = readLock(path);
      if (found === null) continue;
      // A file without its content yet is being made at this moment, unless it is old: then its maker was killed.
      const stale = found.holder === null ? found.ageMs > 10_000 : isStale(found.holder, path);
      if (!stale) throw busy(activity, found.holder, path);
      removeStale(path, found.text);
    }
    throw busy(activity, null, path);
  }

  /** Whether a living process, this one or another, has the lock of `activity`. */
  static isHeld(folder: string, activity: string): boolean {
    const path = lockPath(folder, activity);
    if (held.has(path)) return true;
    const holder = readLock(path)?.holder ?? null;
    return holder !== null && !isStale(holder, path);
  }

  release(): void {
    if (!held.delete(this.path)) return;
    const found = readLock(this.path);
    if (found !== null && found.text === this.text) rmSync(this.path, { force: true });
  }
}

function busy(activity: string, holder: LockHolder | null, path: string): PretextError {
  const who =
    holder === null ? 'another process' : `process ${holder.pid} on computer ${holder.host}, since ${holder.since}`;
  const other = holder !== null && holder.host !== hostname();
  return new PretextError({
    code: 'project-busy',
    message: `This project is busy with '${activity}': ${who}.`,
    path,
    remedy: other
      ? 'Wait until it has finished; if that computer is switched off, remove this lock file and try again.'
      : 'Wait until it has finished, or stop it.',
  });
}
