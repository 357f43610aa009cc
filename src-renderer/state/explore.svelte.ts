/** @file What the explore screen shows: filter, count, choices, the pages of images in view. Kept while others are shown. */

import type { ImageFacets, ImageFilter, ImageInfo, QualityFlag } from '../../src-main/contract/images.js';
import { call } from '../bridge/index.js';
import { errors } from './errors.svelte.js';

export const NO_FILTER: ImageFilter = {
  place: null,
  modality: null,
  bodyPart: null,
  from: null,
  to: null,
  label: null,
  flag: null,
  text: '',
};

/** Images asked for at a time: more than a large window shows at once. */
const PAGE = 120;

/** Pages kept; a fast scroll through everything must not fill the memory. */
const KEPT_PAGES = 60;

class Explore {
  filter = $state<ImageFilter>(NO_FILTER);
  /** Images that pass; null while they are counted for the first time. */
  count = $state<number | null>(null);
  facets = $state<ImageFacets | null>(null);
  /** The chosen cell of the grid and how far it is scrolled. */
  selected = $state(-1);
  top = $state(0);
  tab = $state<'images' | 'map'>('images');
  /** The image that is shown large; null: the grid or the map. */
  opened = $state<ImageInfo | null>(null);
  /** Identifiers are shown until the program ends or it is switched off; never from the start. */
  identifiers = $state(false);
  readonly filtered = $derived(JSON.stringify(this.filter) !== JSON.stringify(NO_FILTER));

  private pages = $state.raw<ReadonlyMap<number, readonly ImageInfo[]>>(new Map());
  private asked = new Set<number>();
  private visible = { first: 0, last: -1 };
  private generation = 0;
  private folder: string | null = null;

  /** The image of a cell, or undefined while it is loaded. */
  at(index: number): ImageInfo | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Another project starts without conditions. */
  enter(folder: string): void {
    if (this.folder === folder) return;
    this.folder = folder;
    this.filter = NO_FILTER;
    this.count = null;
    this.facets = null;
    this.opened = null;
    this.toStart();
  }

  change(change: Partial<ImageFilter>): void {
    this.filter = { ...this.filter, ...change };
    this.toStart();
  }

  clear(): void {
    this.change(NO_FILTER);
  }

  /** Counts again and loads what is in view; what was shown stays until the answers are there. */
  async reload(task: string | null): Promise<void> {
    const generation = ++this.generation;
    const filter = $state.snapshot(this.filter) as ImageFilter;
    try {
      const [count, fresh] = await Promise.all([call('images:count', { filter }), this.load(filter, this.wanted())]);
      if (generation !== this.generation) return;
      this.count = count;
      this.pages = fresh;
      this.asked = new Set(fresh.keys());
      // What came into view meanwhile.
      this.show(this.visible.first, this.visible.last);
      if (this.selected >= count) this.selected = count - 1;
      const facets = await call('images:facets', { filter, task });
      if (generation === this.generation) this.facets = facets;
    } catch (error) {
      if (generation === this.generation) errors.show(error);
    }
  }

  /** Keeps images with a flag out of training, or takes them in again. */
  async leaveOut(flag: QualityFlag, out: boolean, task: string | null): Promise<void> {
    try {
      await call('images:leave-out', { flag, out });
    } catch (error) {
      errors.show(error);
    }
    await this.reload(task);
  }

  /** Told by the grid what is in view. */
  show(first: number, last: number): void {
    this.visible = { first, last };
    const missing = this.wanted().filter((page) => !this.asked.has(page));
    if (missing.length === 0 || this.count === null) return;
    const { generation } = this;
    this.load($state.snapshot(this.filter) as ImageFilter, missing)
      .then((loaded) => {
        if (generation !== this.generation) return;
        // Pages in view count as the newest, whenever they were loaded.
        const inView = new Set(this.wanted());
        const others = [...this.pages].filter(([page]) => !inView.has(page));
        const shown = [...this.pages].filter(([page]) => inView.has(page));
        this.pages = new Map([...others, ...shown, ...loaded].slice(-KEPT_PAGES));
        this.asked = new Set(this.pages.keys());
      })
      .catch((error: unknown) => {
        for (const page of missing) this.asked.delete(page);
        errors.show(error);
      });
  }

  private toStart(): void {
    this.pages = new Map();
    this.asked = new Set();
    this.selected = -1;
    this.top = 0;
    this.visible = { first: 0, last: this.visible.last - this.visible.first };
    this.generation++;
  }

  /** The pages that hold what is in view. */
  private wanted(): number[] {
    const { first, last } = this.visible;
    const from = Math.max(0, Math.floor(first / PAGE));
    const to = Math.max(from, Math.floor(last / PAGE));
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  }

  private async load(filter: ImageFilter, pages: readonly number[]): Promise<Map<number, readonly ImageInfo[]>> {
    for (const page of pages) this.asked.add(page);
    const loaded = await Promise.all(
      pages.map(async (page) => {
        const images = await call('images:page', { filter, offset: page * PAGE, limit: PAGE });
        return [page, images] as const;
      }),
    );
    return new Map(loaded);
  }
}

export const explore = new Explore();
