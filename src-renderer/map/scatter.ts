/** @file Geometry of the map: where points are on the screen, which one is near, which lie inside a line. */

/** How the map is shown: screen = scale * map + offset, in CSS pixels; y grows downwards on both. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface Place {
  x: number;
  y: number;
}

/** Room around the points when all of them are shown, in CSS pixels. */
const EDGE = 24;
/** Points in one bin of the index, about. */
const PER_BIN = 8;

export type Direction = 'left' | 'right' | 'up' | 'down';

/** Points of a map, found by their place. */
export class Scatter {
  readonly count: number;
  private readonly left: number;
  private readonly top: number;
  private readonly width: number;
  private readonly height: number;
  private readonly columns: number;
  private readonly rows: number;
  /** Points of bin b are `order[starts[b]] .. order[starts[b + 1] - 1]`. */
  private readonly starts: Int32Array;
  private readonly order: Int32Array;

  /** @param coordinates x and y in turns, [2 * points] */
  constructor(readonly coordinates: Float32Array) {
    this.count = coordinates.length / 2;
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < coordinates.length; i += 2) {
      left = Math.min(left, coordinates[i]);
      right = Math.max(right, coordinates[i]);
      top = Math.min(top, coordinates[i + 1]);
      bottom = Math.max(bottom, coordinates[i + 1]);
    }
    // Where all points have the same place, or there is none, one unit around it is shown.
    this.width = right > left ? right - left : 1;
    this.height = bottom > top ? bottom - top : 1;
    this.left = right > left ? left : (this.count === 0 ? 0 : left) - 0.5;
    this.top = bottom > top ? top : (this.count === 0 ? 0 : top) - 0.5;
    const side = Math.max(1, Math.ceil(Math.sqrt(this.count / PER_BIN)));
    this.columns = side;
    this.rows = side;
    this.starts = new Int32Array(side * side + 1);
    this.order = new Int32Array(this.count);
    const bins = Int32Array.from({ length: this.count }, (_, i) =>
      this.binOf(coordinates[2 * i], coordinates[2 * i + 1]),
    );
    for (const bin of bins) this.starts[bin + 1]++;
    for (let bin = 0; bin < side * side; bin++) this.starts[bin + 1] += this.starts[bin];
    const next = this.starts.slice();
    for (let i = 0; i < this.count; i++) this.order[next[bins[i]]++] = i;
  }

  /** The view that shows every point in `width` x `height` CSS pixels. */
  fit(width: number, height: number): View {
    const scale = Math.min(Math.max(1, width - 2 * EDGE) / this.width, Math.max(1, height - 2 * EDGE) / this.height);
    return {
      scale,
      x: width / 2 - scale * (this.left + this.width / 2),
      y: height / 2 - scale * (this.top + this.height / 2),
    };
  }

  /** Where a point is on the screen. */
  placeOf(index: number, view: View): Place {
    return {
      x: view.scale * this.coordinates[2 * index] + view.x,
      y: view.scale * this.coordinates[2 * index + 1] + view.y,
    };
  }

  /** The point nearest to a place of the screen, -1 where none is within `reach` CSS pixels. */
  nearest(place: Place, view: View, reach: number): number {
    const x = (place.x - view.x) / view.scale;
    const y = (place.y - view.y) / view.scale;
    const radius = reach / view.scale;
    let best = -1;
    let closest = radius * radius;
    this.visit(x - radius, y - radius, x + radius, y + radius, (index) => {
      const square = (this.coordinates[2 * index] - x) ** 2 + (this.coordinates[2 * index + 1] - y) ** 2;
      if (square > closest) return;
      closest = square;
      best = index;
    });
    return best;
  }

  /** The `count` points nearest to a point on the map, itself first. */
  neighbours(index: number, count: number): number[] {
    const square = (other: number) =>
      (this.coordinates[2 * other] - this.coordinates[2 * index]) ** 2 +
      (this.coordinates[2 * other + 1] - this.coordinates[2 * index + 1]) ** 2;
    const distances = Float64Array.from({ length: this.count }, (_, other) => square(other));
    return Array.from({ length: this.count }, (_, other) => other)
      .sort((a, b) => distances[a] - distances[b] || (a === index ? -1 : b === index ? 1 : a - b))
      .slice(0, count);
  }

  /** The next point in a direction: the nearest within 45 degrees of it; -1 where there is none. */
  beyond(index: number, direction: Direction): number {
    const [alongX, alongY] = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] }[direction];
    let best = -1;
    let closest = Number.POSITIVE_INFINITY;
    for (let other = 0; other < this.count; other++) {
      const x = this.coordinates[2 * other] - this.coordinates[2 * index];
      const y = this.coordinates[2 * other + 1] - this.coordinates[2 * index + 1];
      const along = x * alongX + y * alongY;
      const aside = Math.abs(x * alongY) + Math.abs(y * alongX);
      if (along <= 0 || aside > along) continue;
      const distance = along * along + 4 * aside * aside;
      if (distance >= closest) continue;
      closest = distance;
      best = other;
    }
    return best;
  }

  /** The points inside a closed line of the screen, by the even-odd rule. */
  inside(line: readonly Place[], view: View): number[] {
    if (line.length < 3) return [];
    const polygon = line.map(({ x, y }) => ({ x: (x - view.x) / view.scale, y: (y - view.y) / view.scale }));
    const xs = polygon.map(({ x }) => x);
    const ys = polygon.map(({ y }) => y);
    const found: number[] = [];
    this.visit(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (index) => {
      if (isInside(polygon, this.coordinates[2 * index], this.coordinates[2 * index + 1])) found.push(index);
    });
    return found.sort((a, b) => a - b);
  }

  /** Calls `use` for the points of all bins that touch the rectangle. */
  private visit(left: number, top: number, right: number, bottom: number, use: (index: number) => void): void {
    const first = this.columnOf(left);
    const last = this.columnOf(right);
    for (let row = this.rowOf(top); row <= this.rowOf(bottom); row++) {
      const end = this.starts[row * this.columns + last + 1];
      for (let i = this.starts[row * this.columns + first]; i < end; i++) use(this.order[i]);
    }
  }

  private columnOf(x: number): number {
    return clamp(Math.floor(((x - this.left) / this.width) * this.columns), this.columns - 1);
  }

  private rowOf(y: number): number {
    return clamp(Math.floor(((y - this.top) / this.height) * this.rows), this.rows - 1);
  }

  private binOf(x: number, y: number): number {
    return this.rowOf(y) * this.columns + this.columnOf(x);
  }
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}

function isInside(polygon: readonly Place[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, before = polygon.length - 1; i < polygon.length; before = i++) {
    const a = polygon[i];
    const b = polygon[before];
    if (a.y > y !== b.y > y && x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
  }
  return inside;
}

/** Zooms by `factor` so that what is at `place` stays there. */
export function zoomed(view: View, factor: number, place: Place): View {
  return {
    scale: view.scale * factor,
    x: place.x - factor * (place.x - view.x),
    y: place.y - factor * (place.y - view.y),
  };
}
