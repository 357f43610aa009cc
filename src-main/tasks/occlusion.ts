/**
 * @file Where in an image a classifier looks: hide one area after another and watch the probability (Zeiler and Fergus
 * 2014, section 4.2).
 */

/** How an image is cut for the map; sizes in pixels. */
export interface OcclusionGrid {
  imageSize: number;
  channels: number;
  /** Side of a cell of the map: the network's patch. */
  patchSize: number;
}

/** Cells on a side of the hidden square: two, so that its edges do not decide, unless there are too few cells. */
function windowCells(cells: number): number {
  return cells >= 4 ? 2 : 1;
}

function cellsOf({ imageSize, patchSize }: OcclusionGrid): number {
  return Math.floor(imageSize / patchSize);
}

/** Side of the hidden square as a share of the image's side. */
export function hiddenShare(grid: OcclusionGrid): number {
  return (windowCells(cellsOf(grid)) * grid.patchSize) / grid.imageSize;
}

/** Positions of the hidden square in each direction; at the edges it hangs over, so that every cell is hidden as often. */
function positionsOf(grid: OcclusionGrid): number {
  return cellsOf(grid) + windowCells(cellsOf(grid)) - 1;
}

/** How many views `occludedViews` makes of one image: the whole one and one for each position. */
export function viewsOf(grid: OcclusionGrid): number {
  return 1 + positionsOf(grid) ** 2;
}

/**
 * Writes the image as it is, then once for each position of the hidden square, which is filled with 0: the mean of a
 * standardised image.
 *
 * @param image [channels, imageSize, imageSize], mean 0 and variance 1
 * @param target [views, channels, imageSize, imageSize], filled
 */
export function occludedViews(image: Float32Array, grid: OcclusionGrid, target: Float32Array): void {
  const { imageSize, channels, patchSize } = grid;
  const hidden = windowCells(cellsOf(grid));
  const positions = positionsOf(grid);
  target.set(image, 0);
  for (let row = 0; row < positions; row++) {
    for (let column = 0; column < positions; column++) {
      const view = target.subarray((1 + row * positions + column) * image.length);
      view.set(image);
      const top = Math.max(0, (row - hidden + 1) * patchSize);
      const bottom = Math.min(imageSize, (row + 1) * patchSize);
      const left = Math.max(0, (column - hidden + 1) * patchSize);
      const right = Math.min(imageSize, (column + 1) * patchSize);
      for (let channel = 0; channel < channels; channel++) {
        for (let y = top; y < bottom; y++) {
          const start = (channel * imageSize + y) * imageSize;
          view.fill(0, start + left, start + right);
        }
      }
    }
  }
}

/**
 * The map: for each cell the mean fall of the probability over the positions that hide it; above 0 where the cell
 * speaks for the class, below 0 where it speaks against.
 *
 * @param probabilities of the class, [views], in the order of {@link occludedViews}
 * @returns [cells, cells]
 */
export function occlusionMap(probabilities: ArrayLike<number>, grid: OcclusionGrid): Float32Array {
  const cells = cellsOf(grid);
  const hidden = windowCells(cells);
  const positions = positionsOf(grid);
  const map = new Float32Array(cells * cells);
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      let sum = 0;
      for (let y = row; y < row + hidden; y++) {
        for (let x = column; x < column + hidden; x++) sum += probabilities[0] - probabilities[1 + y * positions + x];
      }
      map[row * cells + column] = sum / hidden ** 2;
    }
  }
  return map;
}

/** The value of a map that is furthest from 0. */
export function strongestOf(map: Float32Array): number {
  return map.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
}

/** Orange where a cell speaks for the class, blue where against: a pair that people with any colour vision tell apart. */
const FOR = [255, 140, 40] as const;
const AGAINST = [70, 160, 255] as const;
/** Changes of the probability below this are drawn faintly, however small the strongest one is. */
const FAINT = 0.02;

/**
 * The map as colours with an opacity that follows the size of the effect.
 *
 * @param map [cells, cells]
 * @returns red, green, blue, opacity: [cells, cells, 4]
 */
export function heatColours(map: Float32Array): Uint8Array {
  const full = Math.max(FAINT, Math.abs(strongestOf(map)));
  const colours = new Uint8Array(map.length * 4);
  for (const [cell, value] of map.entries()) {
    const opacity = Math.round(255 * Math.min(1, Math.abs(value) / full));
    colours.set([...(value >= 0 ? FOR : AGAINST), opacity], cell * 4);
  }
  return colours;
}
