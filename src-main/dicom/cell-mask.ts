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

/** Minimum (erosion) or maximum (dilation) over 3 cells along one axis; beyond the picture it goes on as at its edge. */
function spread3(mask: Uint8Array, height: number, width: number, along: 'row' | 'column', grow: boolean): Uint8Array {
  const out = new Uint8Array(mask.length);
  const step = along === 'row' ? 1 : width;
  for (let y = 0, cell = 0; y < height; y++) {
    for (let x = 0; x < width; x++, cell++) {
      const place = along === 'row' ? x : y;
      const last = along === 'row' ? width - 1 : height - 1;
      const own = mask[cell]!;
      const before = place > 0 ? mask[cell - step]! : own;
      const after = place < last ? mask[cell + step]! : own;
      out[cell] = grow ? own | before | after : own & before & after;
    }
  }
  return out;
}

/** Morphological opening by 3 x 3 cells: what is thinner than that is gone, the rest is as it was but for its corners. */
export function opened(mask: Uint8Array, height: number, width: number): Uint8Array {
  let out = mask;
  for (const grow of [false, true]) {
    out = spread3(spread3(out, height, width, 'row', grow), height, width, 'column', grow);
  }
  return out;
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
  const reach = (cell: number): void => {
    if (mask[cell] === 0 || seen[cell] === 1) return;
    seen[cell] = 1;
    queue[end++] = cell;
  };
  for (const seed of seeds) reach(seed);
  const box: CellBox = { top: height, left: width, bottom: 0, right: 0 };
  for (let at = 0; at < end; at++) {
    const cell = queue[at]!;
    const x = cell % width;
    const y = (cell - x) / width;
    box.top = Math.min(box.top, y);
    box.left = Math.min(box.left, x);
    box.bottom = Math.max(box.bottom, y + 1);
    box.right = Math.max(box.right, x + 1);
    if (x > 0) reach(cell - 1);
    if (x < width - 1) reach(cell + 1);
    if (y > 0) reach(cell - width);
    if (y < height - 1) reach(cell + width);
  }
  return { area: end, box };
}

/** Cells at the edge of a mask. */
function edgeOf(height: number, width: number): number[] {
  const rows = Array.from({ length: width }, (_, x) => [x, (height - 1) * width + x]);
  const columns = Array.from({ length: height }, (_, y) => [y * width, y * width + width - 1]);
  return [...rows, ...columns].flat();
}

/** The mask with its holes: all that is not reached from the edge over what is not in it. */
export function filled(mask: Uint8Array, height: number, width: number): Uint8Array {
  const outside = new Uint8Array(mask.length);
  const empty = mask.map((cell) => 1 - cell);
  flood(empty, height, width, edgeOf(height, width), outside, new Int32Array(mask.length));
  return outside.map((cell) => 1 - cell);
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
