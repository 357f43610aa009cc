/** @file How the map of images was left: opening an image from it and coming back changes nothing. */

import type { EmbeddingMap, MapLayout } from '../../src-main/contract/embeddings.js';
import type { View } from '../map/scatter.js';

/** A map as it was read. */
export interface LoadedMap {
  run: string;
  layout: MapLayout;
  points: EmbeddingMap;
}

class MapState {
  /** Choices of the user; null: the screen's own. */
  run = $state<string | null>(null);
  layout = $state<MapLayout>('umap');
  colours = $state<string | null>(null);
  tool = $state<'move' | 'lasso'>('move');
  /** How many the nearest are. */
  nearest = $state(20);
  loaded = $state.raw<LoadedMap | null>(null);
  /** Null: all points are shown, whatever the size of the window. */
  view = $state.raw<View | null>(null);
  /** Points, by their place in the lists of `loaded`. */
  selected = $state.raw<ReadonlySet<number>>(new Set());
  /** The point of the keyboard, -1: none. */
  focused = $state(-1);

  /** Takes a map that was read; what is selected stays where the points are the same ones. */
  show(next: LoadedMap): void {
    const before = this.loaded;
    const samePoints = before?.run === next.run && sameValues(before.points.imageIds, next.points.imageIds);
    const samePlaces = samePoints && sameValues(before.points.coordinates, next.points.coordinates);
    if (!samePoints) {
      this.selected = new Set();
      this.focused = -1;
    }
    if (!samePlaces) this.view = null;
    // The same coordinates stay the same object, so that nothing is computed again when only labels have changed.
    const coordinates = samePlaces ? before.points.coordinates : next.points.coordinates;
    this.loaded = { ...next, points: { ...next.points, coordinates } };
  }
}

function sameValues(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export const mapState = new MapState();
