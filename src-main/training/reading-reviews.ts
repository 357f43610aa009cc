/**
 * @file What people said about the rows of a reading: accepted, corrected, taken back; with author and time. The log
 * `reviews.jsonl` is append-only. A correction becomes a label of the model's task, an accepted class where wanted.
 */

import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import * as v from 'valibot';
import { fileError, PretextError } from '../base/errors.js';
import { type LabelTarget, lastLabelAct, setLabels, undoLabels } from '../catalogue/labels.js';
import type { Project } from '../catalogue/project.js';
import { type ReadingCard, readingPaths } from './reading-store.js';

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const target = v.union([v.strictObject({ imageId: id }), v.strictObject({ seriesId: id })]);
const stamp = { number: id, time: v.string(), author: v.string() };

const reviewEntry = v.variant('kind', [
  v.object({
    ...stamp,
    kind: v.picklist(['accepted', 'corrected']),
    target,
    className: v.string(),
    /** The act in the catalogue's history of labels; null where no label changed. */
    labelAct: v.nullable(id),
  }),
  v.object({ ...stamp, kind: v.literal('undo'), undoes: id }),
]);
type ReviewEntry = v.InferOutput<typeof reviewEntry>;

/** What holds for a row. */
export interface Review {
  kind: 'accepted' | 'corrected';
  className: string;
  author: string;
  /** ISO 8601, UTC. */
  time: string;
}

export interface ReviewRequest {
  target: LabelTarget;
  /** The class that the model named. */
  predicted: string;
  /** The class that it is; null: as the model says. */
  correction: string | null;
  /** Whether an accepted class becomes a label as well. */
  labelAccepted: boolean;
  author: string;
}

function keyOf(target: LabelTarget): string {
  return 'imageId' in target ? `image ${target.imageId}` : `series ${target.seriesId}`;
}

/** The reviews of one reading, kept in step with their log. */
export class ReviewLog {
  private readonly entries: ReviewEntry[] = [];
  private readonly current = new Map<string, Review>();
  private readonly path: string;
  /** Grows with every change. */
  version = 0;

  /** @throws PretextError `unreadable` */
  constructor(
    private readonly project: Project,
    private readonly card: ReadingCard,
  ) {
    this.path = readingPaths(project, card.id).reviews;
    for (const line of this.lines()) {
      try {
        const parsed = v.safeParse(reviewEntry, JSON.parse(line));
        if (parsed.success) this.entries.push(parsed.output);
      } catch {
        // An empty line, or one torn by a crash.
      }
    }
    this.settle();
  }

  of(target: LabelTarget): Review | null {
    return this.current.get(keyOf(target)) ?? null;
  }

  /**
   * Stores a review, durable when the call returns, and its label.
   *
   * @throws PretextError `not-found` (task, class, image), `bad-argument` (no author), `disk-full`.
   */
  add({ target, predicted, correction, labelAccepted, author }: ReviewRequest): void {
    const className = correction ?? predicted;
    const kind = className === predicted ? 'accepted' : 'corrected';
    if (author.trim() === '') {
      throw new PretextError({
        code: 'bad-argument',
        message: 'A review needs an author.',
        remedy: 'Give your name in the settings.',
      });
    }
    let labelAct: number | null = null;
    if (kind === 'corrected' || labelAccepted) {
      const changed = setLabels(this.project, this.card.task, [{ target, className }], author);
      if (changed > 0) labelAct = lastLabelAct(this.project, this.card.task, author);
    }
    this.append({ ...this.stampOf(author), kind, target, className, labelAct });
  }

  /**
   * Takes back the author's last review that was not taken back yet, and the label that it made, unless that was
   * changed since. @returns what it was about, or null where there is nothing to take back.
   */
  undo(author: string): LabelTarget | null {
    const undone = new Set(this.entries.flatMap((entry) => (entry.kind === 'undo' ? [entry.undoes] : [])));
    for (let index = this.entries.length - 1; index >= 0; index--) {
      const entry = this.entries[index];
      if (entry.kind === 'undo' || entry.author !== author || undone.has(entry.number)) continue;
      if (entry.labelAct !== null) undoLabels(this.project, this.card.task, author, { act: entry.labelAct });
      this.append({ ...this.stampOf(author), kind: 'undo', undoes: entry.number });
      return entry.target;
    }
    return null;
  }

  private stampOf(author: string): { number: number; time: string; author: string } {
    return { number: (this.entries.at(-1)?.number ?? 0) + 1, time: new Date().toISOString(), author };
  }

  private append(entry: ReviewEntry): void {
    try {
      const descriptor = openSync(this.path, 'a');
      try {
        // The first line break ends a line that a crash may have torn apart.
        appendFileSync(descriptor, `\n${JSON.stringify(entry)}\n`);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      throw fileError(error, this.path);
    }
    this.entries.push(entry);
    this.settle();
  }

  /** A row has its newest review that was not taken back. */
  private settle(): void {
    const undone = new Set(this.entries.flatMap((entry) => (entry.kind === 'undo' ? [entry.undoes] : [])));
    this.current.clear();
    for (const entry of this.entries) {
      if (entry.kind === 'undo' || undone.has(entry.number)) continue;
      const { kind, className, author, time } = entry;
      this.current.set(keyOf(entry.target), { kind, className, author, time });
    }
    this.version++;
  }

  private lines(): string[] {
    if (!existsSync(this.path)) return [];
    try {
      return readFileSync(this.path, 'utf8').split('\n');
    } catch (error) {
      throw fileError(error, this.path);
    }
  }
}
