/** @file The work of labelling: which images come up, where one is, what each has, and every act on them. */

import { SvelteMap } from 'svelte/reactivity';
import type { ErrorReport } from '../../src-main/contract/channels.js';
import type { LabelProgress, LabelState, Mark, QueueFilter } from '../../src-main/contract/labels.js';
import type { Suggestion, SuggestMode } from '../../src-main/contract/suggest.js';
import { call, toReport } from '../bridge/index.js';
import { errors } from './errors.svelte.js';

/** What comes up: images by what is known of them, or the ones that teach a model most. */
export type Source = QueueFilter | { kind: 'suggest'; mode: SuggestMode };

/** What a key or a button does to images. */
export type LabelAct =
  | { kind: 'label'; className: string | null; level: 'image' | 'series' }
  | { kind: 'mark'; mark: Mark };

/** Suggestions asked for at a time: a few minutes' work, after which better ones can be made. */
const SUGGESTED = 24;
/** States that are read ahead of the image in view, and at most in one call. */
const AHEAD = 12;
const PAGE = 400;
const PROGRESS_MS = 150;

function pages(ids: readonly number[]): number[][] {
  return Array.from({ length: Math.ceil(ids.length / PAGE) }, (_, page) => ids.slice(PAGE * page, PAGE * (page + 1)));
}

class Labelling {
  task = $state<string | null>(null);
  source = $state<Source>({ kind: 'unlabelled' });
  /** Ids of the images that come up, in order; fixed until it is loaded again, so that one can go back. */
  queue = $state.raw<Int32Array>(new Int32Array());
  position = $state(0);
  /** By image, as far as they were read. */
  readonly states = new SvelteMap<number, LabelState>();
  /** Of the suggested images, by image. */
  suggestions = $state.raw<ReadonlyMap<number, Suggestion>>(new Map());
  progress = $state.raw<LabelProgress | null>(null);
  /** Who signs; null until it is known. */
  author = $state<string | null>(null);
  /** An act that waits for the name of its author. */
  asked = $state.raw<(() => void) | null>(null);
  /** What was done last, for screen readers and for the eye. */
  said = $state.raw<{ kind: 'act'; act: LabelAct; images: number } | { kind: 'undone'; changed: number | null } | null>(
    null,
  );
  advance = $state(true);
  loading = $state(false);
  /** Why no images come up, where that is an error. */
  failure = $state.raw<ErrorReport | null>(null);
  readonly current = $derived<number | null>(this.queue[this.position] ?? null);

  /** What the list was made from: project, task, images. */
  key = '';
  /** Places that were read last. */
  private inView = { first: 0, last: 0 };
  private reading = new Set<number>();
  private later: number | undefined;
  /** Grows with every load; answers to older ones are dropped. */
  private turn = 0;

  /** Works on a task from the first image on. @param key of what the list was made from, to know when it is old */
  async open(task: string, key: string): Promise<void> {
    this.task = task;
    this.key = key;
    this.said = null;
    this.source = { kind: 'unlabelled' };
    await this.load();
  }

  async choose(source: Source): Promise<void> {
    this.source = source;
    await this.load();
  }

  /** The suggestions that fit what there is: informed ones as soon as two classes have labels. */
  suggestion(): Source {
    const labelled = this.progress?.classes.filter(({ images }) => images > 0).length ?? 0;
    return { kind: 'suggest', mode: labelled < 2 ? 'typical' : 'informative' };
  }

  /** Reads which images come up, anew. */
  async load(): Promise<void> {
    const { task, source } = this;
    if (task === null) return;
    const turn = ++this.turn;
    this.loading = true;
    this.failure = null;
    try {
      this.author = (await call('app:preferences', null)).author;
      const suggested =
        source.kind === 'suggest'
          ? await call('suggest:next', { task, mode: source.mode, count: SUGGESTED, skip: [] })
          : [];
      const queue =
        source.kind === 'suggest'
          ? Int32Array.from(suggested, ({ imageId }) => imageId)
          : await call('labels:queue', { task, filter: source });
      if (turn !== this.turn) return;
      this.suggestions = new Map(suggested.map((one) => [one.imageId, one]));
      this.forget();
      this.queue = queue;
      this.position = 0;
      await this.readAround();
      this.progress = await call('labels:progress', { task });
    } catch (error) {
      if (turn !== this.turn) return;
      this.queue = new Int32Array();
      this.suggestions = new Map();
      this.failure = toReport(error);
    } finally {
      if (turn === this.turn) this.loading = false;
    }
  }

  /** Reads what is known of the images in view again, after others may have labelled; the place stays. */
  async renew(): Promise<void> {
    const { task } = this;
    if (task === null || this.loading) return;
    if (this.queue.length === 0) return this.load();
    const seen = new Set(this.queue.subarray(this.inView.first, this.inView.last + 1));
    for (const id of this.states.keys()) if (!seen.has(id)) this.states.delete(id);
    try {
      for (const page of pages([...seen])) this.put(await call('labels:states', { task, imageIds: page }));
      this.progress = await call('labels:progress', { task });
    } catch (error) {
      errors.show(error);
    }
  }

  go(position: number): void {
    this.position = Math.max(0, Math.min(position, this.queue.length));
    void this.readAround();
  }

  /** Puts an image in the place that one is at, unless it comes up anyway, and goes to it. */
  visit(imageId: number): void {
    const known = this.queue.indexOf(imageId);
    if (known < 0) {
      const { position, queue } = this;
      this.queue = Int32Array.from([...queue.subarray(0, position), imageId, ...queue.subarray(position)]);
    }
    this.go(known < 0 ? this.position : known);
  }

  /** Reads the states of the images at these places, where they are not known yet. */
  async read(first: number, last: number): Promise<void> {
    const { task } = this;
    this.inView = { first: Math.max(0, first), last };
    const missing = [...this.queue.subarray(this.inView.first, last + 1)].filter(
      (id) => !this.states.has(id) && !this.reading.has(id),
    );
    if (task === null || missing.length === 0) return;
    for (const id of missing) this.reading.add(id);
    try {
      for (const page of pages(missing)) this.put(await call('labels:states', { task, imageIds: page }));
    } catch (error) {
      errors.show(error);
    } finally {
      for (const id of missing) this.reading.delete(id);
    }
  }

  /** Labels or marks the image in view and goes on to the next; comes back where that failed. */
  async actHere(act: LabelAct): Promise<void> {
    const { current, position } = this;
    if (current === null || !this.signed(() => void this.actHere(act))) return;
    if (this.advance) this.go(position + 1);
    if (!(await this.act(act, [current]))) this.go(position);
  }

  /** Labels or marks images. @returns false where it failed; the error becomes a notice. */
  async act(act: LabelAct, imageIds: number[]): Promise<boolean> {
    const { task } = this;
    if (task === null || imageIds.length === 0 || !this.signed(() => void this.act(act, imageIds))) return true;
    try {
      const states =
        act.kind === 'label'
          ? await call('labels:set', { task, imageIds, level: act.level, className: act.className })
          : await call('labels:mark', { task, imageIds, mark: act.mark });
      this.put(states);
      if (act.kind === 'label' && act.level === 'series') await this.readSeries(states.map(({ seriesId }) => seriesId));
      this.said = { kind: 'act', act, images: imageIds.length };
      this.askProgress();
      return true;
    } catch (error) {
      errors.show(error);
      return false;
    }
  }

  /** Takes the author's last act back and shows the image it was about. */
  async undo(): Promise<void> {
    const { task } = this;
    if (task === null || !this.signed(() => void this.undo())) return;
    try {
      const undone = await call('labels:undo', { task });
      this.said = { kind: 'undone', changed: undone?.changed ?? null };
      if (undone === null) return;
      const cached = undone.imageIds.filter((id) => this.states.has(id));
      for (const page of pages(cached)) this.put(await call('labels:states', { task, imageIds: page }));
      await this.readSeries(undone.seriesIds);
      const [only] = undone.imageIds;
      if (only !== undefined && undone.imageIds.length === 1) this.visit(only);
      else this.showSeries(undone.seriesIds);
      this.askProgress();
    } catch (error) {
      errors.show(error);
    }
  }

  /** Asks who labels, to change it. */
  askAuthor(): void {
    this.asked = () => undefined;
  }

  /** Keeps the name of the person who labels, and does what waited for it. */
  async sign(author: string): Promise<void> {
    const kept = await call('app:preferences', null);
    this.author = (await call('app:setPreferences', { ...kept, author })).author;
    const waiting = this.asked;
    this.asked = null;
    waiting?.();
  }

  /** Whether the author is known; else the act waits until the name was asked for. */
  private signed(act: () => void): boolean {
    if (this.author !== null && this.author !== '') return true;
    this.asked = act;
    return false;
  }

  private showSeries(seriesIds: readonly number[]): void {
    const before = this.queue.subarray(0, this.position + 1);
    const place = before.findLastIndex((id) => seriesIds.includes(this.states.get(id)?.seriesId ?? 0));
    if (place >= 0) this.go(place);
  }

  private async readSeries(seriesIds: readonly number[]): Promise<void> {
    const { task } = this;
    const wanted = new Set(seriesIds);
    const imageIds = [...this.states.values()].filter((one) => wanted.has(one.seriesId)).map(({ imageId }) => imageId);
    if (task === null) return;
    for (const page of pages(imageIds)) this.put(await call('labels:states', { task, imageIds: page }));
  }

  private readAround(): Promise<void> {
    return this.read(this.position - 1, this.position + AHEAD);
  }

  private put(states: readonly LabelState[]): void {
    for (const one of states) this.states.set(one.imageId, one);
  }

  private forget(): void {
    this.states.clear();
    this.reading.clear();
  }

  /** Reads the progress soon, once for a burst of labels. */
  private askProgress(): void {
    window.clearTimeout(this.later);
    this.later = window.setTimeout(async () => {
      const { task } = this;
      if (task === null) return;
      try {
        this.progress = await call('labels:progress', { task });
      } catch (error) {
        errors.show(error);
      }
    }, PROGRESS_MS);
  }
}

export const labelling = new Labelling();
