/** @file The figures of a project's models: what is kept beside them at once, the rest computed by a trainer process. */

import { statSync } from 'node:fs';
import { PretextError } from '../base/errors.js';
import { runJob } from '../training/client.js';
import { figuresPath, keptFigures, type ModelFigures } from '../training/figures.js';
import { type ModelCard, readModelCard } from '../training/model-store.js';
import { type ErrorReport, fromReport, toReport } from '../training/protocol.js';
import { startTrainer } from './trainer-process.js';
import type { Workbench } from './workbench.js';

/** Figures read from one state of a model's file. */
interface Known {
  stamp: string;
  figures: ModelFigures;
}

export class FigureKeeper {
  private folder = '';
  private readonly known = new Map<string, Known>();
  private readonly failed = new Map<string, ErrorReport>();
  private readonly computing = new Map<string, Promise<void>>();

  constructor(private readonly workbench: Workbench) {}

  /** The kept figures, or null where they have to be computed. */
  kept(card: ModelCard): ModelFigures | null {
    this.follow();
    const { project } = this.workbench;
    const stamp = stampOf(figuresPath(project, card.id));
    if (stamp === null) return null;
    const known = this.known.get(card.id);
    if (known?.stamp === stamp) return known.figures;
    const figures = keptFigures(project, card);
    if (figures !== null) this.known.set(card.id, { stamp, figures });
    return figures;
  }

  hasFailed(id: string): boolean {
    return this.failed.has(id);
  }

  /** Computes the figures of these models in the background, except where that failed before. */
  want(ids: readonly string[]): void {
    this.follow();
    this.compute(ids.filter((id) => !this.computing.has(id) && !this.failed.has(id)));
  }

  /** The figures of one model, computed where they are not kept. @throws PretextError why they cannot be. */
  async ensure(id: string): Promise<ModelFigures> {
    this.follow();
    const card = readModelCard(this.workbench.project, id);
    const kept = this.kept(card);
    if (kept !== null) return kept;
    // Asked for by name, a failed one is tried again: its file may be back.
    this.failed.delete(id);
    if (!this.computing.has(id)) this.compute([id]);
    await this.computing.get(id);
    const error = this.failed.get(id);
    if (error !== undefined) throw fromReport(error);
    const figures = this.kept(card);
    if (figures !== null) return figures;
    throw new PretextError({ code: 'internal', message: `The figures of ${id} were computed but are not there.` });
  }

  private compute(ids: readonly string[]): void {
    if (ids.length === 0) return;
    const { folder } = this.workbench.project;
    const listener = { signal: new AbortController().signal, onProgress: () => undefined };
    const work = runJob('figures', { project: folder, models: [...ids] }, listener, startTrainer).then(
      ({ failed }) => this.end(folder, ids, failed),
      (error: unknown) => {
        const report = toReport(error);
        this.end(
          folder,
          ids,
          ids.map((model) => ({ model, error: report })),
        );
      },
    );
    for (const id of ids) this.computing.set(id, work);
  }

  private end(folder: string, ids: readonly string[], failed: { model: string; error: ErrorReport }[]): void {
    if (folder !== this.folder) return;
    for (const id of ids) this.computing.delete(id);
    for (const { model, error } of failed) this.failed.set(model, error);
    this.workbench.changed('models');
  }

  /** Forgets everything where another project was opened. */
  private follow(): void {
    const { folder } = this.workbench.project;
    if (folder === this.folder) return;
    this.folder = folder;
    this.known.clear();
    this.failed.clear();
    this.computing.clear();
  }
}

function stampOf(path: string): string | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? null : `${stats.mtimeMs}:${stats.size}`;
}
