/** @file What the window works on: the open project, its jobs, and what it is told of changes. */

import { existsSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, resolve } from 'node:path';
import { BrowserWindow } from 'electron';
import { PretextError } from '../base/errors.js';
import type { ActivityLock } from '../catalogue/lock.js';
import { Project } from '../catalogue/project.js';
import { listTasks } from '../catalogue/tasks.js';
import type { EventData, EventName } from '../contract/calls.js';
import type { ProjectInfo } from '../contract/project.js';
import { listModels } from '../training/model-store.js';
import { listRuns } from '../training/run-store.js';
import { JobRunner } from './jobs.js';
import { MachineMeter } from './machine.js';
import { lastProject, rememberProject } from './preferences.js';
import { WatchedFolders } from './watched-folders.js';

export type Change = EventData<'project:changed'>['what'];

/** How often the catalogue is asked whether another process has written to it. */
const WATCH_MS = 2000;

export class Workbench {
  readonly jobs = new JobRunner((job) => {
    this.tell('job:changed', job);
    this.meter.run(this.jobs.live.length > 0);
  });
  readonly watches = new WatchedFolders(this);
  private readonly meter = new MachineMeter((load) => this.tell('machine:load', load));
  private readonly closing: (() => void)[] = [];
  private opened: { project: Project; lock: ActivityLock; watch: NodeJS.Timeout } | null = null;

  /** The open project. @throws PretextError `not-a-project` where none is open. */
  get project(): Project {
    if (this.opened === null) {
      throw new PretextError({
        code: 'not-a-project',
        message: 'No project is open.',
        remedy: 'Open a project, or make a new one.',
      });
    }
    return this.opened.project;
  }

  get hasProject(): boolean {
    return this.opened !== null;
  }

  /**
   * Opens a project in place of the one that is open; `create` makes it where there is none.
   *
   * @throws PretextError as `Project.open`; `project-busy` where another window has it; `bad-argument` while jobs of
   *   the project that is open run.
   */
  open(folder: string, create: boolean): ProjectInfo {
    const path = existsSync(folder) ? realpathSync(folder) : resolve(folder);
    if (this.opened?.project.folder === path) return this.info();
    this.requireIdle();
    const project = Project.open(path, { create });
    let lock: ActivityLock;
    try {
      lock = project.lock('window');
    } catch (error) {
      project.close();
      throw error;
    }
    this.close();
    let seen = this.outside(project);
    const watch = setInterval(() => {
      const now = this.outside(project);
      if (now !== seen) this.changed('project');
      seen = now;
    }, WATCH_MS);
    this.opened = { project, lock, watch };
    this.watches.begin();
    rememberProject(path);
    this.changed('project');
    return this.info();
  }

  /** Opens the project that was open when the program was left; where that cannot be, the user chooses. */
  reopen(): void {
    const folder = lastProject();
    if (folder === null) return;
    try {
      this.open(folder, false);
    } catch (error) {
      if (!(error instanceof PretextError)) throw error;
    }
  }

  /** @throws PretextError `bad-argument` while its jobs run. */
  close(): void {
    this.requireIdle();
    this.leave();
  }

  /** Closes the project whatever still runs, as the program itself ends. */
  leave(): void {
    if (this.opened === null) return;
    clearInterval(this.opened.watch);
    this.watches.end();
    this.opened.lock.release();
    this.opened.project.close();
    this.opened = null;
    for (const release of this.closing) release();
    this.changed('project');
  }

  /** Calls `release` whenever a project is closed, for what was kept open on its behalf. */
  onClose(release: () => void): void {
    this.closing.push(release);
  }

  info(): ProjectInfo {
    const { project } = this;
    return {
      folder: project.folder,
      name: basename(project.folder),
      ...project.catalogue.counts(),
      skipped: project.catalogue.skippedCount(),
      runs: listRuns(project).length,
      models: listModels(project).length,
      tasks: listTasks(project).length,
      watched: this.watches.list(),
      elsewhere: this.elsewhere(project),
    };
  }

  private elsewhere(project: Project): ProjectInfo['elsewhere'] {
    const own = new Set([process.pid, ...this.jobs.processes]);
    return project
      .activities()
      .filter(({ pid, host }) => host !== hostname() || !own.has(pid))
      .map(({ activity, pid, host }) => ({ activity, process: pid, computer: host }));
  }

  changed(what: Change): void {
    this.tell('project:changed', { what });
  }

  /** Sends an event to every window. */
  tell<E extends EventName>(event: E, data: EventData<E>): void {
    for (const window of BrowserWindow.getAllWindows()) {
      if (!window.isDestroyed()) window.webContents.send(event, data);
    }
  }

  /** Changes when another process writes to the catalogue, or begins or ends something in the project. */
  private outside(project: Project): string {
    const version = project.catalogue.database.pragmaNumber('data_version');
    return JSON.stringify([version, this.elsewhere(project)]);
  }

  private requireIdle(): void {
    if (this.opened === null) return;
    const { folder } = this.opened.project;
    if (!this.jobs.list(folder).some(({ ended, state }) => ended === null && state !== 'lost')) return;
    throw new PretextError({
      code: 'bad-argument',
      message: 'A job of this project is still running.',
      path: folder,
      remedy: 'Stop it, or wait for its end, before you leave the project.',
    });
  }
}
