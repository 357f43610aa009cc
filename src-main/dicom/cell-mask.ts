/** @file Masks of an overview's cells: opening, connected components, and the box around what is left. */

/** Cells first row and column to the one after the last. */
export interface CellBox {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** A component below this share of the cells is no body. */
const LEAST_SHARE = 0.005;
/** A component is kept where it is at least this large beside the largest: the other leg, hand or breast, not the table. */
const KEPT_SHARE = 0.2;

/** Minimum over 3 cells along a line of `length` cells that lie `step` apart; beyond its ends it goes on as there. */
function erodeLine(from: Uint8Array, to: Uint8Array, first: number, step: number, length: number): void {
  let before = from[first]!;
  let own = before;
  let at = first;
  for (let i = 1; i < length; i++, at += step) {
    const after = from[at + step]!;
    to[at] = before & own & after;
    before = own;
    own = after;
  }
  to[at] = before & own;
}

/** Maximum, as `erodeLine`. */
function dilateLine(from: Uint8Array, to: Uint8Array, first: number, step: number, length: number): void {
  let before = from[first]!;
  let own = before;
  let at = first;
  for (let i = 1; i < length; i++, at += step) {
    const after = from[at + step]!;
    to[at] = before | own | after;
    before = own;
    own = after;
  }
  to[at] = before | own;
}

/** Morphological opening by 3 x 3 cells: what is thinner than that is gone, the rest is as it was but for its corners. */
export function opened(mask: Uint8Array, height: number, width: number): Uint8Array {
  const [one, other] = [new Uint8Array(mask.length), new Uint8Array(mask.length)];
  for (let y = 0; y < height; y++) erodeLine(mask, one, y * width, 1, width);
  for (let x = 0; x < width; x++) erodeLine(one, other, x, width, height);
  for (let y = 0; y < height; y++) dilateLine(other, one, y * width, 1, width);
  for (let x = 0; x < width; x++) dilateLine(one, other, x, width, height);
  return other;
}

/**
 * Marks the cells that are reached from `seeds` over cells of `mask`, by rows and columns, and gives how many and the
 * box around them.
 *
 * @param seen cells that were reached, marked; none of them is reached again
 * @param queue room for as many cells as the mask has
 */
export function flood(
  mask: Uint8Array,
  height: number,
  width: number,
  seeds: readonly number[],
  seen: Uint8Array,
  queue: Int32Array,
): { area: number; box: CellBox } {
  let end = 0;
  for (const seed of seeds) {
    if (mask[seed] === 0 || seen[seed] === 1) continue;
    seen[seed] = 1;
    queue[end++] = seed;
  }
  let [top, left, bottom, right] = [height, width, 0, 0];
  for (let at = 0; at < end; at++) {
    const cell = queue[at]!;
    const y = Math.floor(cell / width);
    const x = cell - y * width;
    if (y < top) top = y;
    if (y >= bottom) bottom = y + 1;
    if (x < left) left = x;
    if (x >= right) right = x + 1;
    for (let side = 0; side < 4; side++) {
      let next = cell;
      if (side === 0 && x > 0) next = cell - 1;
      else if (side === 1 && x < width - 1) next = cell + 1;
      else if (side === 2 && y > 0) next = cell - width;
      else if (side === 3 && y < height - 1) next = cell + width;
      if (mask[next] === 0 || seen[next] === 1) continue;
      seen[next] = 1;
      queue[end++] = next;
    }
  }
  return { area: end, box: { top, left, bottom, right } };
}

/** Cells at the edge of a mask. */
function edgeOf(height: number, width: number): number[] {
  const rows = Array.from({ length: width }, (_, x) => [x, (height - 1) * width + x]);
  const columns = Array.from({ length: height }, (_, y) => [y * width, y * width + width - 1]);
  return [...rows, ...columns].flat();
}

/** What is not in the mask. */
export function inverted(mask: Uint8Array): Uint8Array {
  const out = new Uint8Array(mask.length);
  for (let cell = 0; cell < out.length; cell++) out[cell] = 1 - mask[cell]!;
  return out;
}

/** The mask with its holes: all that is not reached from the edge over what is not in it. */
export function filled(mask: Uint8Array, height: number, width: number): Uint8Array {
  const outside = new Uint8Array(mask.length);
  flood(inverted(mask), height, width, edgeOf(height, width), outside, new Int32Array(mask.length));
  return inverted(outside);
}

/** The smallest box around both. */
export function around<B extends CellBox>(a: B, b: B): CellBox {
  return {
    top: Math.min(a.top, b.top),
    left: Math.min(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.max(a.right, b.right),
  };
}

/** The box around the largest component of the opened mask and those of its order; null where there is none. */
export function boxOfMask(mask: Uint8Array, height: number, width: number): CellBox | null {
  const kept = opened(mask, height, width);
  const seen = new Uint8Array(kept.length);
  const queue = new Int32Array(kept.length);
  const parts: { area: number; box: CellBox }[] = [];
  for (let cell = 0; cell < kept.length; cell++) {
    if (kept[cell] === 1 && seen[cell] === 0) parts.push(flood(kept, height, width, [cell], seen, queue));
  }
  const largest = parts.reduce((most, { area }) => Math.max(most, area), 0);
  if (largest === 0 || largest < LEAST_SHARE * kept.length) return null;
  return parts
    .filter(({ area }) => area >= KEPT_SHARE * largest)
    .map(({ box }) => box)
    .reduce(around);
}
