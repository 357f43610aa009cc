/** @file A reading as a worklist: sorted, filtered and given out page by page from typed arrays. */

import { statSync } from 'node:fs';
import { PretextError } from '../base/errors.js';
import { type ImageFacts, imageFacts } from '../catalogue/image-facts.js';
import type { LabelTarget } from '../catalogue/labels.js';
import type { Project } from '../catalogue/project.js';
import { predictedClass } from '../tasks/metrics.js';
import { UNFAMILIAR } from './familiarity.js';
import {
  KNOWN,
  type Known,
  predictionsOf,
  type ReadingPredictions,
  readPredictionFile,
} from './reading-predictions.js';
import { type Review, ReviewLog, type ReviewRequest } from './reading-reviews.js';
import { type ReadingCard, readingPaths, readReading } from './reading-store.js';

export type Level = 'image' | 'series';
export type SortKey = 'probability' | 'patient' | 'date' | 'review';
export type RowFilter = 'all' | 'class' | 'open' | 'accepted' | 'corrected' | 'uncertain' | 'unfamiliar';

export interface PageQuery {
  level: Level;
  sort: SortKey;
  order: 'ascending' | 'descending';
  filter: RowFilter;
  /** The class of the filter `class`. */
  className: string | null;
  /** The class whose probability is sorted by; null: the last one. */
  focus: string | null;
  offset: number;
  limit: number;
}

export interface ReadingRow {
  /** The image, or the first of the series. */
  imageId: number;
  seriesId: number;
  /** Images averaged; 1 for an image. */
  images: number;
  frames: number;
  path: string;
  pseudonym: string;
  seriesNumber: number | null;
  seriesDescription: string | null;
  instanceNumber: number | null;
  modality: string | null;
  viewPosition: string | null;
  date: string | null;
  /** [classes] */
  probabilities: number[];
  /** Index of the class that the model names. */
  predicted: number;
  known: Known;
  /** Null where it cannot be said. */
  unfamiliar: boolean | null;
  uncertain: boolean;
  review: Review | null;
  /** True where the review is of the image's series. */
  reviewOfSeries: boolean;
}

export interface LevelCounts {
  total: number;
  /** Rows that the model names each class for, [classes]. */
  byClass: number[];
  open: number;
  accepted: number;
  corrected: number;
  uncertain: number;
  unfamiliar: number;
  /** Rows of patients that were in the model's training or test set: no new evidence about the model. */
  known: number;
  /** Of the accepted and corrected ones those of new patients. */
  newEvidence: { accepted: number; corrected: number };
}

/** With two classes so near to the threshold, with more by so little ahead of the next class, counts as uncertain. */
const UNCERTAIN_DISTANCE = 0.1;
const UNCERTAIN_LEAD = 0.2;

/** The rows of one level, whatever they are. */
interface Rows {
  count: number;
  /** [count, classes] */
  probabilities: Float64Array;
  /** Row of the (first) image of each. */
  image: (row: number) => number;
  target: (row: number) => LabelTarget;
  /** Index of the named class. */
  predicted: Uint8Array;
  /** 1 where the model can hardly tell. */
  uncertain: Uint8Array;
  /** 1: unlike what the model learnt from; an image's own, a series' where most of its images are. */
  unfamiliar: Uint8Array;
}

export class ReadingTable {
  readonly reviews: ReviewLog;
  private readonly rows: Record<Level, Rows>;
  private readonly writtenMs: number;
  /** The order that was asked for last: scrolling asks for the same one again and again. */
  private ordered: { key: string; rows: Int32Array } | null = null;

  private constructor(
    private readonly project: Project,
    readonly card: ReadingCard,
    readonly predictions: ReadingPredictions,
  ) {
    this.reviews = new ReviewLog(project, card);
    this.rows = { image: this.imageRows(), series: this.seriesRows() };
    this.writtenMs = writtenAt(project, card.id);
  }

  /** @throws PretextError `not-found`, `bad-file`. */
  static open(project: Project, id: string): ReadingTable {
    const card = readReading(project, id);
    const stored = readPredictionFile(readingPaths(project, id).predictions);
    return new ReadingTable(project, card, stored ?? predictionsOf([], card.classes.length));
  }

  /** Whether the job has written more since. @throws PretextError `not-found` */
  get outdated(): boolean {
    return writtenAt(this.project, this.card.id) !== this.writtenMs;
  }

  /** Whether the reading says which images are unlike what the model learnt from. */
  get tellsUnfamiliar(): boolean {
    return this.predictions.images.familiarity.some((share) => !Number.isNaN(share));
  }

  counts(level: Level): LevelCounts {
    const rows = this.rows[level];
    const counts: LevelCounts = {
      total: rows.count,
      byClass: this.card.classes.map(() => 0),
      open: 0,
      accepted: 0,
      corrected: 0,
      uncertain: 0,
      unfamiliar: 0,
      known: 0,
      newEvidence: { accepted: 0, corrected: 0 },
    };
    for (let row = 0; row < rows.count; row++) {
      counts.byClass[rows.predicted[row]]++;
      counts.uncertain += rows.uncertain[row];
      counts.unfamiliar += rows.unfamiliar[row];
      const isNew = this.predictions.images.known[rows.image(row)] === 0;
      if (!isNew) counts.known++;
      const kind = this.reviewOf(level, row)?.kind ?? 'open';
      counts[kind]++;
      if (isNew && kind !== 'open') counts.newEvidence[kind]++;
    }
    return counts;
  }

  page(query: PageQuery): { total: number; rows: ReadingRow[] } {
    const order = this.orderOf(query);
    const shown = order.subarray(query.offset, query.offset + query.limit);
    const rows = this.rows[query.level];
    const { imageId } = this.predictions.images;
    const ids = Array.from(shown, (row) => imageId[rows.image(row)]);
    const facts = imageFacts(this.project, ids);
    return {
      total: order.length,
      rows: [...shown].flatMap((row, index) => {
        const known = facts.get(ids[index]);
        return known === undefined ? [] : [this.rowOf(query.level, row, known)];
      }),
    };
  }

  /**
   * Stores what a person says to a row: the class it is, or null: as the model says.
   *
   * @throws PretextError `not-found` where the reading does not have it, and as `ReviewLog.add`.
   */
  review(request: Omit<ReviewRequest, 'predicted'>): void {
    const predicted = this.predictedFor(request.target);
    if (predicted === null) {
      throw new PretextError({ code: 'not-found', message: 'This image or series is not in the reading.' });
    }
    this.reviews.add({ ...request, predicted });
  }

  /** The class that the model names for a row; null where the reading does not have it. */
  private predictedFor(target: LabelTarget): string | null {
    const [level, ids, id] =
      'imageId' in target
        ? (['image', this.predictions.images.imageId, target.imageId] as const)
        : (['series', this.predictions.series.seriesId, target.seriesId] as const);
    const row = ids.indexOf(id);
    return row < 0 ? null : this.card.classes[this.rows[level].predicted[row]];
  }

  /** Images of one series that were read, in the order of their instance numbers; an image without series is alone. */
  stack(imageId: number): { imageId: number; frames: number }[] {
    const { images } = this.predictions;
    const own = images.imageId.indexOf(imageId);
    if (own < 0) return [];
    const series = images.seriesRow[own];
    const ids = series < 0 ? [imageId] : [...images.imageId].filter((_, row) => images.seriesRow[row] === series);
    const place = ({ instanceNumber, imageId: id }: ImageFacts) => [instanceNumber ?? Number.MAX_SAFE_INTEGER, id];
    return [...imageFacts(this.project, ids).values()]
      .sort((a, b) => place(a)[0] - place(b)[0] || place(a)[1] - place(b)[1])
      .map(({ imageId: id, frames }) => ({ imageId: id, frames }));
  }

  /** @returns [classes] of the image at that row of the columns */
  probabilitiesOf(row: number): Float64Array {
    const classes = this.card.classes.length;
    return this.predictions.images.probabilities.subarray(row * classes, (row + 1) * classes);
  }

  private rowOf(level: Level, row: number, facts: ImageFacts): ReadingRow {
    const rows = this.rows[level];
    const { images, series, classes } = this.predictions;
    const image = rows.image(row);
    const own = this.reviews.of(rows.target(row));
    const review = this.reviewOf(level, row);
    return {
      imageId: facts.imageId,
      seriesId: facts.seriesId,
      images: level === 'series' ? series.images[row] : 1,
      frames: images.frames[image],
      path: facts.path,
      pseudonym: facts.pseudonym,
      seriesNumber: facts.seriesNumber,
      seriesDescription: facts.seriesDescription,
      instanceNumber: facts.instanceNumber,
      modality: facts.modality,
      viewPosition: facts.viewPosition,
      date: facts.studyDate,
      probabilities: [...rows.probabilities.subarray(row * classes, (row + 1) * classes)],
      predicted: rows.predicted[row],
      known: KNOWN[images.known[image]],
      unfamiliar: Number.isNaN(images.familiarity[image]) ? null : rows.unfamiliar[row] === 1,
      uncertain: rows.uncertain[row] === 1,
      review,
      reviewOfSeries: review !== null && own === null,
    };
  }

  /** The row's own review; an image without one has that of its series. */
  reviewOf(level: Level, row: number): Review | null {
    const own = this.reviews.of(this.rows[level].target(row));
    if (own !== null || level === 'series') return own;
    const series = this.predictions.images.seriesRow[row];
    return series < 0 ? null : this.reviews.of(this.rows.series.target(series));
  }

  private imageRows(): Rows {
    const { images } = this.predictions;
    const unfamiliar = Uint8Array.from(images.familiarity, (share) => (share <= UNFAMILIAR ? 1 : 0));
    return {
      count: images.imageId.length,
      probabilities: images.probabilities,
      image: (row) => row,
      target: (row) => ({ imageId: images.imageId[row] }),
      ...this.judge(images.probabilities),
      unfamiliar,
    };
  }

  private seriesRows(): Rows {
    const { images, series } = this.predictions;
    const odd = new Int32Array(series.seriesId.length);
    for (const [image, row] of images.seriesRow.entries()) {
      if (row >= 0 && images.familiarity[image] <= UNFAMILIAR) odd[row]++;
    }
    return {
      count: series.seriesId.length,
      probabilities: series.probabilities,
      image: (row) => series.firstImage[row],
      target: (row) => ({ seriesId: series.seriesId[row] }),
      ...this.judge(series.probabilities),
      unfamiliar: Uint8Array.from(odd, (count, row) => (count > series.images[row] / 2 ? 1 : 0)),
    };
  }

  /** @param probabilities [rows, classes] */
  private judge(probabilities: Float64Array): Pick<Rows, 'predicted' | 'uncertain'> {
    const { threshold, classes } = this.card;
    const count = probabilities.length / classes.length;
    const predicted = new Uint8Array(count);
    const uncertain = new Uint8Array(count);
    for (let row = 0; row < count; row++) {
      const own = probabilities.subarray(row * classes.length, (row + 1) * classes.length);
      predicted[row] = predictedClass(own, threshold);
      uncertain[row] = isUncertain(own, threshold) ? 1 : 0;
    }
    return { predicted, uncertain };
  }

  private orderOf({ level, sort, order, filter, className, focus }: PageQuery): Int32Array {
    const usesReviews = sort === 'review' || filter === 'open' || filter === 'accepted' || filter === 'corrected';
    const version = usesReviews ? this.reviews.version : 0;
    const key = JSON.stringify([level, sort, order, filter, className, focus, version]);
    if (this.ordered?.key === key) return this.ordered.rows;
    const position = (name: string | null) => (name === null ? -1 : this.card.classes.indexOf(name));
    const focused = position(focus) < 0 ? this.card.classes.length - 1 : position(focus);
    const rows = this.filtered(level, filter, position(className)).sort(this.comparison(level, sort, order, focused));
    this.ordered = { key, rows };
    return rows;
  }

  private filtered(level: Level, filter: RowFilter, named: number): Int32Array {
    const rows = this.rows[level];
    const all = Int32Array.from({ length: rows.count }, (_, row) => row);
    switch (filter) {
      case 'all':
        return all;
      case 'class':
        return named < 0 ? all : all.filter((row) => rows.predicted[row] === named);
      case 'uncertain':
      case 'unfamiliar':
        return all.filter((row) => rows[filter][row] === 1);
      case 'open':
      case 'accepted':
      case 'corrected':
        return all.filter((row) => (this.reviewOf(level, row)?.kind ?? 'open') === filter);
    }
  }

  /** Equal rows are sorted by probability, then stay in the order of their files. */
  private comparison(level: Level, sort: SortKey, order: PageQuery['order'], focus: number) {
    const rows = this.rows[level];
    const { images, classes } = this.predictions;
    const probability = (row: number) => rows.probabilities[row * classes + focus];
    const keyOf: Record<SortKey, (row: number) => number> = {
      probability,
      patient: (row) => images.patientRank[rows.image(row)],
      date: (row) => images.date[rows.image(row)],
      review: (row) => REVIEW_ORDER[this.reviewOf(level, row)?.kind ?? 'open'],
    };
    const keys = Float64Array.from({ length: rows.count }, (_, row) => keyOf[sort](row));
    const sign = order === 'ascending' ? 1 : -1;
    return (a: number, b: number) => sign * (keys[a] - keys[b]) || probability(b) - probability(a) || a - b;
  }
}

const REVIEW_ORDER = { open: 0, corrected: 1, accepted: 2 } as const;

function isUncertain(probabilities: Float64Array, threshold: number | null): boolean {
  if (probabilities.length === 2) return Math.abs(probabilities[1] - (threshold ?? 0.5)) < UNCERTAIN_DISTANCE;
  const [first = 0, second = 0] = [...probabilities].sort((a, b) => b - a);
  return first - second < UNCERTAIN_LEAD;
}

function writtenAt(project: Project, id: string): number {
  return statSync(readingPaths(project, id).card).mtimeMs;
}
