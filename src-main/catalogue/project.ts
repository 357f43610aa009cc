/** @file A project is a folder: its identity, its catalogue, its pixel cache, its runs, models and readings. */

import { randomBytes, randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileError, PretextError, systemCode } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import { Catalogue } from './catalogue.js';
import { type Activity, ActivityLock, activities } from './lock.js';

/** The version of the folder's layout that this program writes. */
export const PROJECT_FORMAT_VERSION = 1;

const FOLDERS = ['pixels', 'runs', 'models', 'readings', 'embeddings', 'locks'] as const;

/** What lies in a project folder, so that an import of the folder around it leaves it out. */
export const PROJECT_ENTRIES: readonly string[] = [
  'project.json',
  'catalogue.sqlite',
  'catalogue.sqlite-wal',
  'catalogue.sqlite-shm',
  'jobs.jsonl',
  'compiled',
  ...FOLDERS,
];

interface ProjectFile {
  format: 'pretext-project';
  formatVersion: number;
  id: string;
  /** ISO 8601, UTC. */
  created: string;
  /** Hexadecimal; the key of the patients' pseudonyms. */
  salt: string;
}

export class Project {
  private constructor(
    /** Absolute path. */
    readonly folder: string,
    readonly id: string,
    /** ISO 8601, UTC. */
    readonly created: string,
    /** Secret key of the patients' pseudonyms. */
    readonly salt: Uint8Array,
    readonly catalogue: Catalogue,
  ) {}

  /**
   * Opens the project in `folder`; with `create` makes one where there is none. Several processes may have a project
   * open: writes are transactions, and `lock` keeps apart what may not run twice.
   *
   * @throws PretextError `not-a-project` (none there, or of a newer Pretext), `unreadable` (missing or read-only
   *   folder), `bad-file` (project.json or the catalogue damaged or missing), `project-busy`, `disk-full`.
   */
  static open(folder: string, options: { create?: boolean } = {}): Project {
    const root = resolve(folder);
    const file = join(root, 'project.json');
    const create = options.create === true;
    if (!isFolder(root, create)) makeFolder(root);
    requireWritable(root);
    if (!existsSync(file)) {
      if (!create) throw notAProject(root);
      createProject(root, file);
    }
    const facts = readProjectFile(file);
    for (const name of FOLDERS) makeFolder(join(root, name));
    const catalogue = Catalogue.open(join(root, 'catalogue.sqlite'), { create: false });
    return new Project(root, facts.id, facts.created, Buffer.from(facts.salt, 'hex'), catalogue);
  }

  get pixelsFolder(): string {
    return join(this.folder, 'pixels');
  }

  get runsFolder(): string {
    return join(this.folder, 'runs');
  }

  get modelsFolder(): string {
    return join(this.folder, 'models');
  }

  get readingsFolder(): string {
    return join(this.folder, 'readings');
  }

  /** Compiled models, which may be deleted at any time. */
  get compiledFolder(): string {
    return join(this.folder, 'compiled');
  }

  get embeddingsFolder(): string {
    return join(this.folder, 'embeddings');
  }

  /**
   * Claims an activity that may not run twice at a time: 'import', 'pixels-64', 'run:<id>'. Readers, and writers
   * whose work is one transaction (labels), need none.
   *
   * @throws PretextError `project-busy` naming the process that has it.
   */
  lock(activity: string): ActivityLock {
    return ActivityLock.take(join(this.folder, 'locks'), activity);
  }

  /** Whether this or another process is at that activity now. */
  isBusyWith(activity: string): boolean {
    return ActivityLock.isHeld(join(this.folder, 'locks'), activity);
  }

  /** What is under way in this project now, in this and in other processes. */
  activities(): Activity[] {
    return activities(join(this.folder, 'locks'));
  }

  close(): void {
    this.catalogue.close();
  }
}

/** @throws PretextError where the path is no folder, or there is none and none may be made. */
function isFolder(root: string, create: boolean): boolean {
  try {
    if (statSync(root).isDirectory()) return true;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileError(error, root);
    if (create) return false;
    throw notAProject(root);
  }
  throw notAProject(root);
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw fileError(error, path);
  }
}

function requireWritable(root: string): void {
  try {
    accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new PretextError({
      code: 'unreadable',
      message: 'The project folder cannot be written.',
      path: root,
      remedy: 'Change its permissions, or copy the project to a folder of your own.',
      cause: error,
    });
  }
}

function notAProject(root: string): PretextError {
  return new PretextError({
    code: 'not-a-project',
    message: 'There is no Pretext project in this folder.',
    path: root,
    remedy: "Check the path, or make a project there with 'pretext import FOLDER --project'.",
  });
}

/** The catalogue first, project.json last: where project.json exists the project is whole. */
function createProject(root: string, file: string): void {
  makeFolder(join(root, 'locks'));
  const lock = ActivityLock.take(join(root, 'locks'), 'create');
  try {
    if (existsSync(file)) return;
    const catalogue = Catalogue.open(join(root, 'catalogue.sqlite'), { create: true });
    const { patients } = catalogue.counts();
    catalogue.close();
    if (patients > 0) {
      throw new PretextError({
        code: 'bad-file',
        message: 'project.json is missing beside the catalogue of a project.',
        path: file,
        remedy: 'Restore project.json from your backup, or choose another folder for a new project.',
      });
    }
    const facts: ProjectFile = {
      format: 'pretext-project',
      formatVersion: PROJECT_FORMAT_VERSION,
      id: randomUUID(),
      created: new Date().toISOString(),
      // A secret, so from the operating system's generator and not from a run's seed.
      salt: randomBytes(32).toString('hex'),
    };
    writeFileAtomic(file, [`${JSON.stringify(facts, null, 2)}\n`]);
  } finally {
    lock.release();
  }
}

function readProjectFile(file: string): ProjectFile {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (systemCode(error) !== null) throw fileError(error, file);
    throw damaged(file, error);
  }
  if (typeof value !== 'object' || value === null) throw damaged(file);
  const facts = value as Record<string, unknown>;
  if (facts.format !== 'pretext-project') {
    throw new PretextError({
      code: 'not-a-project',
      message: 'This folder holds a project.json of another program.',
      path: file,
      remedy: 'Choose another folder for the Pretext project.',
    });
  }
  const { formatVersion, id, created, salt } = facts;
  if (typeof formatVersion !== 'number') throw damaged(file);
  if (formatVersion > PROJECT_FORMAT_VERSION) {
    throw new PretextError({
      code: 'not-a-project',
      message: `The project was made by a newer Pretext (format ${formatVersion}; this one reads up to ${PROJECT_FORMAT_VERSION}).`,
      path: file,
      remedy: 'Open it with the newer Pretext.',
    });
  }
  if (typeof id !== 'string' || typeof created !== 'string') throw damaged(file);
  if (typeof salt !== 'string' || !/^[0-9a-f]{64}$/.test(salt)) throw damaged(file);
  return { format: 'pretext-project', formatVersion, id, created, salt };
}

function damaged(file: string, cause?: unknown): PretextError {
  return new PretextError({
    code: 'bad-file',
    message: 'project.json is damaged.',
    path: file,
    remedy: 'Restore it from your backup of the project folder.',
    cause,
  });
}
