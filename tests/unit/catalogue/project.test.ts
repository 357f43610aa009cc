import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Database } from '../../../src-main/catalogue/database.js';
import { Project } from '../../../src-main/catalogue/project.js';
import { migrate, SCHEMA_VERSION } from '../../../src-main/catalogue/schema.js';
import { createTask, findTask } from '../../../src-main/catalogue/tasks.js';
import { errorOf, keepOpen, put, temporaryFolder, temporaryProject } from './support.js';

describe('Project', () => {
  it('is made once and is the same when opened again, twice at a time', () => {
    const folder = join(temporaryFolder(), 'deep', 'project');
    const made = keepOpen(Project.open(folder, { create: true }));
    const again = keepOpen(Project.open(folder));
    expect(again.id).toBe(made.id);
    expect(again.salt).toEqual(made.salt);
    expect(made.salt.length).toBe(32);
    for (const path of [made.pixelsFolder, made.runsFolder, made.modelsFolder]) expect(existsSync(path)).toBe(true);
  });

  it('commits durably: WAL, synchronous FULL, foreign keys on', () => {
    const { database } = temporaryProject().catalogue;
    expect(database.all('PRAGMA journal_mode')).toMatchObject([{ journal_mode: 'wal' }]);
    expect(database.pragmaNumber('synchronous')).toBe(2);
    expect(database.pragmaNumber('foreign_keys')).toBe(1);
  });

  it('says what is wrong with a folder that is no project', () => {
    const folder = temporaryFolder();
    expect(errorOf(() => Project.open(folder)).code).toBe('not-a-project');
    expect(errorOf(() => Project.open(join(folder, 'missing'))).code).toBe('not-a-project');
    const file = put(join(folder, 'file'), 'x');
    expect(errorOf(() => Project.open(file, { create: true })).code).toBe('not-a-project');
    put(join(folder, 'other', 'project.json'), '{"name":"another program"}');
    expect(errorOf(() => Project.open(join(folder, 'other'), { create: true })).describe()).toMatch(/another program/);
  });

  it('says that a project is of a newer Pretext, by its file or by its catalogue', () => {
    const project = temporaryProject();
    project.catalogue.database.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    const newer = errorOf(() => Project.open(project.folder));
    expect(newer.code).toBe('not-a-project');
    expect(newer.describe()).toMatch(/newer Pretext/);
    const file = join(project.folder, 'project.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"formatVersion": 1', '"formatVersion": 99'));
    expect(errorOf(() => Project.open(project.folder)).describe()).toMatch(/format 99/);
  });

  it.each(['{"format": "pretext-project", "formatVersion": 1, "id": 5}', '{"form', 'null'])(
    'says that project.json is damaged: %s',
    (text) => {
      const project = temporaryProject();
      writeFileSync(join(project.folder, 'project.json'), text);
      const error = errorOf(() => Project.open(project.folder));
      expect(error.code).toBe('bad-file');
      expect(error.path).toBe(join(project.folder, 'project.json'));
    },
  );

  it('says that the catalogue is damaged or missing, and never begins an empty one in its place', () => {
    const folder = join(temporaryFolder(), 'project');
    Project.open(folder, { create: true }).close();
    const file = join(folder, 'catalogue.sqlite');
    for (const spoil of [() => writeFileSync(file, Buffer.alloc(8192, 7)), () => rmSync(file)]) {
      spoil();
      for (const create of [false, true]) {
        const error = errorOf(() => Project.open(folder, { create }));
        expect(error.code).toBe('bad-file');
        expect(error.describe()).toMatch(/backup/);
      }
    }
    expect(existsSync(file)).toBe(false);
  });

  it('reports a catalogue that was cut short', () => {
    const folder = join(temporaryFolder(), 'project');
    const project = Project.open(folder, { create: true });
    createTask(project, 'task', [{ name: 'a' }]);
    project.close();
    truncateSync(join(folder, 'catalogue.sqlite'), 4096 * 5);
    expect(errorOf(() => keepOpen(Project.open(folder)).catalogue.counts()).code).toBe('bad-file');
  });

  it('leaves a whole catalogue in one file when it is closed', () => {
    const folder = join(temporaryFolder(), 'project');
    const project = Project.open(folder, { create: true });
    createTask(project, 'task', [{ name: 'a' }]);
    project.close();
    const copy = join(temporaryFolder(), 'copy');
    for (const name of ['project.json', 'catalogue.sqlite']) put(join(copy, name), readFileSync(join(folder, name)));
    expect(findTask(keepOpen(Project.open(copy)), 'task')?.classes.length).toBe(1);
  });

  it('finishes a project whose making was interrupted, but not one that lost its project.json', () => {
    const folder = temporaryFolder();
    const database = Database.open(join(folder, 'catalogue.sqlite'));
    migrate(database);
    keepOpen(Project.open(folder, { create: true }));
    rmSync(join(folder, 'project.json'));
    database.run("INSERT INTO patient (pseudonym) VALUES ('P1')");
    database.close();
    expect(errorOf(() => Project.open(folder, { create: true })).code).toBe('bad-file');
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'says that its folder is read-only (skipped for root, who may write everywhere)',
    () => {
      const folder = join(temporaryFolder(), 'project');
      Project.open(folder, { create: true }).close();
      chmodSync(folder, 0o555);
      const error = errorOf(() => Project.open(folder));
      chmodSync(folder, 0o755);
      expect(error.code).toBe('unreadable');
      expect(error.describe()).toContain(folder);
    },
  );
});

describe('the lock of an activity', () => {
  it('keeps a second one out, names the first, and leaves other activities alone', () => {
    const project = temporaryProject();
    const lock = project.lock('run:abc');
    const error = errorOf(() => project.lock('run:abc'));
    expect(error.code).toBe('project-busy');
    expect(error.message).toContain(`process ${process.pid} on computer ${hostname()}`);
    project.lock('import').release();
    lock.release();
    project.lock('run:abc').release();
  });

  const file = (project: Project) => join(project.folder, 'locks', 'import.lock');
  const holder = (pid: number, host = hostname(), since = new Date().toISOString()) =>
    JSON.stringify({ pid, host, since });

  it('respects a living process and one of another computer', () => {
    const project = temporaryProject();
    writeFileSync(file(project), holder(process.ppid));
    expect(errorOf(() => project.lock('import')).message).toContain(`process ${process.ppid}`);
    writeFileSync(file(project), holder(1, 'another-computer'));
    expect(errorOf(() => project.lock('import')).message).toContain('another-computer');
  });

  it('ignores a process that ended, an earlier life with the same number, and one from before the last start', () => {
    const project = temporaryProject();
    const ended = Number(execFileSync(process.execPath, ['-p', 'process.pid']).toString());
    for (const text of [holder(ended), holder(process.pid), holder(process.ppid, hostname(), '2001-01-01T00:00:00Z')]) {
      writeFileSync(file(project), text);
      const lock = project.lock('import');
      expect(JSON.parse(readFileSync(file(project), 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
      lock.release();
      expect(existsSync(file(project))).toBe(false);
    }
  });

  it.skipIf(process.platform !== 'linux')('ignores a killed process that nobody has collected (Linux)', async () => {
    const project = temporaryProject();
    // The parent becomes a program that never asks how its child ended.
    const parent = spawn('bash', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const pid = await new Promise<number>((known) => parent.stdout.once('data', (text) => known(Number(text))));
      while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))) await setTimeout(10);
      writeFileSync(file(project), holder(pid));
      project.lock('import').release();
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('does not remove a lock that another process took over', () => {
    const project = temporaryProject();
    const lock = project.lock('import');
    writeFileSync(file(project), holder(process.ppid));
    lock.release();
    expect(existsSync(file(project))).toBe(true);
  });
});

describe('Database', () => {
  it('stores all of a transaction or nothing, and goes on after a failure', () => {
    const { database } = temporaryProject().catalogue;
    const insert = (name: string) => database.run('INSERT INTO task (name, created) VALUES (?, ?)', [name, 'now']);
    expect(() =>
      database.transaction(() => {
        insert('a');
        insert('a');
      }),
    ).toThrow(/UNIQUE/);
    expect(database.all('SELECT * FROM task')).toEqual([]);
    database.transaction(() => insert('b'));
    expect(database.all('SELECT name FROM task')).toEqual([{ name: 'b' }]);
  });

  it('says that another process is writing', () => {
    const project = temporaryProject();
    const other = keepOpen(Project.open(project.folder));
    other.catalogue.database.exec('PRAGMA busy_timeout = 10');
    project.catalogue.database.transaction(() => {
      const error = errorOf(() => createTask(other, 'task', []));
      expect(error.code).toBe('project-busy');
    });
    mkdirSync(project.pixelsFolder, { recursive: true });
    createTask(other, 'task', []);
  });

  it('is not migrated twice', () => {
    const { database } = temporaryProject().catalogue;
    migrate(database);
    expect(database.pragmaNumber('user_version')).toBe(SCHEMA_VERSION);
  });

  it('takes names and identifiers out of an older catalogue, to the last byte', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'catalogue.sqlite');
    const old = Database.open(path);
    migrate(old, 5);
    for (let index = 0; index < 300; index++) {
      const insert =
        'INSERT INTO patient (pseudonym, patient_id, patient_name, sex, birth_date) VALUES (?, ?, ?, ?, ?)';
      old.run(insert, [`P${index}`, `Secret-${index}`, `Secret^Name${index}`, 'O', 'Secret1970']);
    }
    old.close();
    expect(readFileSync(path).includes('Secret')).toBe(true);
    const database = Database.open(path);
    migrate(database);
    expect(database.all('SELECT * FROM patient')).toHaveLength(300);
    database.close();
    const left = readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes('Secret'));
    expect(left).toEqual([]);
  });
});
