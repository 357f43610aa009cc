/** @file The worklist of one reading: what is asked for, and the pages of rows that came so far. */

import type { ReadingQuery, ReadingRow, ReadingSummary, ReadingTarget } from '../../src-main/contract/readings.js';
import { call } from '../bridge/index.js';

const PAGE = 100;

export type WorklistChoice = Omit<ReadingQuery, 'id' | 'offset' | 'limit'>;

export class Worklist {
  summary = $state<ReadingSummary | null>(null);
  choice = $state<WorklistChoice>({
    level: 'image',
    sort: 'probability',
    order: 'descending',
    filter: 'all',
    className: null,
    focus: null,
  });
  /** Rows that match the choice. */
  total = $state(0);
  /** The chosen row, -1 for none. */
  selected = $state(0);
  /** False until the first page came. */
  loaded = $state(false);
  private pages = $state<Record<number, ReadingRow[]>>({});
  private readonly asked = new Set<number>();
  /** Answers to an older choice are dropped. */
  private generation = 0;
  private view = { first: 0, last: PAGE - 1 };

  constructor(readonly id: string) {}

  row(index: number): ReadingRow | undefined {
    return index < 0 ? undefined : this.pages[Math.floor(index / PAGE)]?.[index % PAGE];
  }

  readonly current = $derived(this.row(this.selected));

  /** Position of the class whose probability is shown. */
  readonly focus = $derived.by(() => {
    const own = this.summary?.classes.filter(({ predicted }) => predicted) ?? [];
    const named = own.findIndex(({ name }) => name === this.choice.focus);
    return named < 0 ? Math.max(0, own.length - 1) : named;
  });

  /** Reads everything again, keeping the place in the list. @throws CallError */
  async open(): Promise<void> {
    this.summary = await call('readings:open', { id: this.id });
    await this.reload();
  }

  /** Another order or filter: from its beginning. @throws CallError */
  async choose(change: Partial<WorklistChoice>): Promise<void> {
    this.choice = { ...this.choice, ...change };
    this.selected = 0;
    this.view = { first: 0, last: PAGE - 1 };
    await this.reload();
  }

  /** Makes sure that these rows are there, or on their way. @throws CallError */
  async need(first: number, last: number): Promise<void> {
    if (last < first) return;
    this.view = { first, last };
    const pages: number[] = [];
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) {
      if (!this.asked.has(page)) pages.push(page);
    }
    await Promise.all(pages.map((page) => this.load(page)));
  }

  /** Accepts the chosen row (null) or names its class, and goes to the next one. @throws CallError */
  async review(className: string | null, labelAccepted: boolean): Promise<void> {
    const row = this.current;
    if (row === undefined) return;
    const target = this.targetOf(row);
    const place = this.selected;
    const verdict = className === null ? { accept: true as const } : { className };
    this.summary = await call('readings:review', { id: this.id, target, verdict, labelAccepted });
    await this.reload();
    // Where the row has left the list, or moved in it, the next one has taken its place.
    const there = this.row(place);
    const stays = there !== undefined && this.isSame(there, target);
    this.selected = Math.min(stays ? place + 1 : place, this.total - 1);
    await this.need(this.selected, this.selected);
  }

  /** Takes back the last review. @returns whether there was one. @throws CallError */
  async undo(): Promise<boolean> {
    const { target, summary } = await call('readings:undo', { id: this.id });
    this.summary = summary;
    if (target === null) return false;
    await this.reload();
    for (const [page, rows] of Object.entries(this.pages)) {
      const found = rows.findIndex((row) => this.isSame(row, target));
      if (found >= 0) this.selected = Number(page) * PAGE + found;
    }
    return true;
  }

  private targetOf(row: ReadingRow): ReadingTarget {
    return this.choice.level === 'image' ? { imageId: row.imageId } : { seriesId: row.seriesId };
  }

  private isSame(row: ReadingRow, target: ReadingTarget): boolean {
    return 'imageId' in target ? row.imageId === target.imageId : row.seriesId === target.seriesId;
  }

  /** Reads the pages in view again; rows that are shown stay until the new ones are there. */
  private async reload(): Promise<void> {
    this.generation++;
    this.asked.clear();
    const { first, last } = this.view;
    const fresh: Record<number, ReadingRow[]> = {};
    const wanted = new Set([Math.floor(first / PAGE), Math.floor(last / PAGE)]);
    if (this.selected >= 0) wanted.add(Math.floor(this.selected / PAGE));
    const generation = this.generation;
    for (const page of wanted) this.asked.add(page);
    const answers = await Promise.all([...wanted].map(async (page) => ({ page, ...(await this.ask(page)) })));
    if (generation !== this.generation) return;
    for (const { page, rows, total } of answers) {
      fresh[page] = rows;
      this.total = total;
    }
    this.pages = fresh;
    this.selected = Math.min(Math.max(this.selected, 0), this.total - 1);
    this.loaded = true;
  }

  private async load(page: number): Promise<void> {
    const { generation } = this;
    this.asked.add(page);
    try {
      const { rows, total } = await this.ask(page);
      if (generation !== this.generation) return;
      this.pages[page] = rows;
      this.total = total;
    } catch (error) {
      this.asked.delete(page);
      throw error;
    }
  }

  private ask(page: number) {
    return call('readings:page', { ...this.choice, id: this.id, offset: page * PAGE, limit: PAGE });
  }
}
