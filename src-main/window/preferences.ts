/** @file What the program remembers of a user between starts, in its own folder: preferences, recent projects, window. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { app } from 'electron';
import * as v from 'valibot';
import { writeFileAtomic } from '../base/files.js';
import { type Preferences, preferences as preferencesSchema } from '../contract/app.js';
import { filePath } from '../contract/channels.js';
import type { RecentProject } from '../contract/project.js';

const bounds = v.object({
  x: v.number(),
  y: v.number(),
  width: v.pipe(v.number(), v.minValue(200)),
  height: v.pipe(v.number(), v.minValue(200)),
  maximized: v.boolean(),
});
export type WindowBounds = v.InferOutput<typeof bounds>;

const memory = v.object({
  preferences: preferencesSchema,
  recent: v.array(v.object({ folder: filePath, opened: v.string() })),
  window: v.nullable(bounds),
  /** The project that was open when the program was left; null where the user had closed it. */
  last: v.optional(v.nullable(filePath), null),
});
type Memory = v.InferOutput<typeof memory>;

const RECENT = 12;

function memoryFile(): string {
  return join(app.getPath('userData'), 'pretext.json');
}

let loaded: Memory | null = null;

function read(): Memory {
  if (loaded === null) {
    const fresh: Memory = { preferences: { theme: 'dark', author: '' }, recent: [], window: null, last: null };
    try {
      const parsed = v.safeParse(memory, JSON.parse(readFileSync(memoryFile(), 'utf8')));
      loaded = parsed.success ? parsed.output : fresh;
    } catch {
      // None yet, or a damaged one: it holds conveniences only.
      loaded = fresh;
    }
  }
  return loaded;
}

function write(change: Partial<Memory>): void {
  loaded = { ...read(), ...change };
  writeFileAtomic(memoryFile(), [`${JSON.stringify(loaded, null, 2)}\n`]);
}

export function getPreferences(): Preferences {
  return read().preferences;
}

export function setPreferences(preferences: Preferences): Preferences {
  write({ preferences });
  return preferences;
}

export function windowBounds(): WindowBounds | null {
  return read().window;
}

export function keepWindowBounds(window: WindowBounds): void {
  write({ window });
}

function isProject(folder: string): boolean {
  try {
    return statSync(folder).isDirectory() && existsSync(join(folder, 'project.json'));
  } catch {
    return false;
  }
}

export function recentProjects(): RecentProject[] {
  return read().recent.map(({ folder, opened }) => ({
    folder,
    opened,
    name: basename(folder),
    present: isProject(folder),
  }));
}

export function rememberProject(folder: string): void {
  const others = read().recent.filter((entry) => entry.folder !== folder);
  write({ recent: [{ folder, opened: new Date().toISOString() }, ...others].slice(0, RECENT), last: folder });
}

/** The user closed the project: the next start begins without one. */
export function leaveProject(): void {
  write({ last: null });
}

/** The project to begin with, where it is still there. */
export function lastProject(): string | null {
  const { last } = read();
  return last !== null && isProject(last) ? last : null;
}

export function forgetProject(folder: string): RecentProject[] {
  write({ recent: read().recent.filter((entry) => entry.folder !== folder) });
  return recentProjects();
}
