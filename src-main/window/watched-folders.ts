/** @file The folders that are watched while a project is open: what appears in them becomes import jobs by itself. */

import { realpathSync, statSync } from 'node:fs';
import { fileError, PretextError } from '../base/errors.js';
import { setWatched, watchedFolders, watchFolder } from '../catalogue/watch.js';
import type { JobInfo } from '../contract/jobs.js';
import type { WatchedFolder } from '../contract/project.js';
import type { ImportOptions } from '../training/import.js';
import type { JobPlan } from './jobs.js';
import { THUMBNAIL_SIDE } from './pictures.js';
import type { Workbench } from './workbench.js';

/** An import as a job of the project in `folder`. */
export function importPlan(
  folder: string,
  options: Omit<ImportOptions, 'pictures'>,
  subject: string,
): JobPlan<'import'> {
  return {
    kind: 'import',
    subject,
    folder,
    work: 'import',
    request: { project: folder, options: { ...options, pictures: THUMBNAIL_SIDE } },
    outcome: ({ files, images, patients, studies, series, added, duplicates, skipped }) => ({
      figures: { files, images, patients, studies, series, added, duplicates, skipped },
    }),
  };
}

interface Watch {
  state: WatchedFolder;
  abort: AbortController;
}

export class WatchedFolders {
  private readonly watches = new Map<string, Watch>();

  constructor(private readonly workbench: Workbench) {}

  /** The watched folders of the open project, and how each stands. */
  list(): WatchedFolder[] {
    return [...this.watches.values()].map(({ state }) => state).sort((a, b) => a.folder.localeCompare(b.folder));
  }

  /** Watches what the project that was opened remembers. */
  begin(): void {
    for (const folder of watchedFolders(this.workbench.project)) this.start(folder);
  }

  /** Watches nothing any more; the project remembers it. */
  end(): void {
    for (const { abort } of this.watches.values()) abort.abort();
    this.watches.clear();
  }

  /**
   * Watches a folder from now on, whenever the project is open.
   *
   * @returns false where it is no folder
   * @throws PretextError `unreadable` where there is nothing.
   */
  add(path: string): boolean {
    const folder = folderAt(path);
    if (folder === null) return false;
    setWatched(this.workbench.project, folder, true);
    if (!this.watches.has(folder)) this.start(folder);
    this.workbench.changed('watch');
    return true;
  }

  remove(folder: string): void {
    setWatched(this.workbench.project, folder, false);
    this.watches.get(folder)?.abort.abort();
    this.watches.delete(folder);
    this.workbench.changed('watch');
  }

  private start(folder: string): void {
    const { project } = this.workbench;
    const state: WatchedFolder = { folder, looked: false, waiting: 0, problem: null, added: 0, last: null };
    const watch: Watch = { state, abort: new AbortController() };
    this.watches.set(folder, watch);
    const change = (now: Partial<WatchedFolder>): void => {
      Object.assign(state, now);
      if (this.watches.get(folder) === watch) this.workbench.changed('watch');
    };
    const onFiles = async (paths: string[]): Promise<void> => {
      const { state: how, figures, error } = await this.take(folder, paths);
      if (how === 'failed') {
        const { code, message } = error ?? { code: 'internal' as const, message: 'The import failed.' };
        throw new PretextError({ code, message });
      }
      if (how === 'stopped') {
        // Whoever stops the import of what a watch finds does not want it to begin again in a moment.
        if (this.watches.get(folder) === watch) this.remove(folder);
        return;
      }
      const added = figures.added ?? 0;
      if (added > 0) change({ added: state.added + added, last: new Date().toISOString() });
    };
    const { signal } = watch.abort;
    const onState = (now: Pick<WatchedFolder, 'waiting' | 'problem'>) => change({ ...now, looked: true });
    watchFolder(project, folder, { signal, onFiles, onState }).catch((error: unknown) => {
      console.error('watch:', error);
      change({ problem: 'The watch has ended by a defect of Pretext. Stop it and begin again.' });
    });
  }

  /** Takes files in as a job, when its turn comes. @returns how it ended */
  private take(folder: string, paths: string[]): Promise<JobInfo> {
    const { workbench } = this;
    return new Promise((resolve) => {
      workbench.jobs.start({
        ...importPlan(workbench.project.folder, { paths, sample: null, watched: true }, folder),
        passing: true,
        onEnd: (job) => {
          resolve(job);
          workbench.changed('images');
        },
      });
    });
  }
}

/** Where a folder really is; null for a file. */
function folderAt(path: string): string | null {
  try {
    return statSync(path).isDirectory() ? realpathSync(path) : null;
  } catch (error) {
    throw fileError(error, path);
  }
}
