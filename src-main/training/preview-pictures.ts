/** @file The arithmetic of a run's pictures: hidden patches, drawn patches, nearest neighbours, grey levels. */

import { gridSize, type VitConfig } from '../nn/vit.js';
import { VARIANCE_FLOOR } from '../ssl/inpainting.js';

/** Grey of a hidden patch. */
const HIDDEN_GREY = 56;

type Shape = Pick<VitConfig, 'imageSize' | 'patchSize'>;

/** Calls `visit` with the index of each pixel of a patch, row by row. */
function eachPixel({ imageSize, patchSize }: Shape, patch: number, visit: (pixel: number, within: number) => void) {
  const grid = imageSize / patchSize;
  const top = Math.floor(patch / grid) * patchSize;
  const left = (patch % grid) * patchSize;
  for (let row = 0; row < patchSize; row++) {
    for (let column = 0; column < patchSize; column++) {
      visit((top + row) * imageSize + left + column, row * patchSize + column);
    }
  }
}

/**
 * The image with its hidden patches drawn: predictions have mean 0 and variance 1 in each patch and are brought back
 * to the mean and sample variance of the patch they stand for (He et al. 2022, section 3); visible patches are kept.
 *
 * @param image [imageSize, imageSize]
 * @param hidden [hidden] indices of the hidden patches
 * @param prediction [hidden, patchSize * patchSize]
 * @returns [imageSize, imageSize]
 */
export function drawHidden(image: Float32Array, hidden: Int32Array, prediction: Float32Array, shape: Shape) {
  const values = shape.patchSize ** 2;
  const drawn = image.slice();
  hidden.forEach((patch, index) => {
    let sum = 0;
    eachPixel(shape, patch, (pixel) => {
      sum += image[pixel];
    });
    const mean = sum / values;
    let squares = 0;
    eachPixel(shape, patch, (pixel) => {
      squares += (image[pixel] - mean) ** 2;
    });
    const deviation = Math.sqrt(squares / Math.max(1, values - 1) + VARIANCE_FLOOR);
    eachPixel(shape, patch, (pixel, within) => {
      drawn[pixel] = mean + deviation * prediction[index * values + within];
    });
  });
  return drawn;
}

/** Makes hidden patches an even dark grey. @param grey [imageSize, imageSize], changed in place */
export function coverHidden(grey: Uint8Array, hidden: Int32Array, shape: Shape): void {
  for (const patch of hidden) {
    eachPixel(shape, patch, (pixel) => {
      grey[pixel] = HIDDEN_GREY;
    });
  }
}

/** Maps values to grey levels so that `reference`'s smallest becomes black and its largest white. */
export function toGrey(values: Float32Array, reference: Float32Array): Uint8Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of reference) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const factor = high > low ? 255 / (high - low) : 0;
  return Uint8Array.from(values, (value) => Math.max(0, Math.min(255, Math.round((value - low) * factor))));
}

/** How alike each row is to row `query`: cosine of the angle between them. @param features [rows, width] */
export function cosineSimilarities(features: Float32Array, width: number, query: number): Float64Array {
  const rows = features.length / width;
  const length = (row: number) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += features[row * width + i] ** 2;
    return Math.sqrt(sum);
  };
  const own = length(query);
  return Float64Array.from({ length: rows }, (_, row) => {
    let product = 0;
    for (let i = 0; i < width; i++) product += features[row * width + i] * features[query * width + i];
    const lengths = own * length(row);
    return lengths > 0 ? product / lengths : 0;
  });
}

/** The `count` rows that are most like `query` among those that `allowed` takes, the nearest first. */
export function nearest(
  features: Float32Array,
  width: number,
  query: number,
  count: number,
  allowed: (row: number) => boolean,
): { row: number; similarity: number }[] {
  return [...cosineSimilarities(features, width, query)]
    .map((similarity, row) => ({ row, similarity }))
    .filter(({ row }) => row !== query && allowed(row))
    .sort((a, b) => b.similarity - a.similarity || a.row - b.row)
    .slice(0, count);
}

/**
 * Pictures of one size side by side on one sheet.
 *
 * @param pictures row by row, [side, side] each; null leaves its place black
 * @returns [rows * side, columns * side]
 */
export function sheetOf(pictures: readonly (Uint8Array | null)[], columns: number, side: number): Uint8Array {
  const rows = Math.ceil(pictures.length / columns);
  const sheet = new Uint8Array(rows * columns * side * side);
  pictures.forEach((picture, index) => {
    if (picture === null) return;
    const top = Math.floor(index / columns) * side;
    const left = (index % columns) * side;
    for (let row = 0; row < side; row++) {
      sheet.set(picture.subarray(row * side, (row + 1) * side), (top + row) * columns * side + left);
    }
  });
  return sheet;
}

/** Patches of an image of this shape. */
export function patchCount(shape: Shape): number {
  return gridSize(shape) ** 2;
}
