/** @file Reads images for inference and for small sets, at once and without threads. */

import { Random } from '../base/random.js';
import { augment } from './augment.js';
import { type AugmentRecipe, evaluationRecipe } from './recipes.js';
import { PixelRecords } from './records.js';

/**
 * The images in `slots` as [slots, 1, imageSize, imageSize]. Meant for recipes without randomness; others get the same
 * random stream for each image.
 *
 * @throws PretextError `unreadable` or `bad-file` for the cache file.
 */
export function readEvaluationImages(
  cache: { file: string; side: number },
  slots: ArrayLike<number>,
  imageSize: number,
  recipe: AugmentRecipe = evaluationRecipe,
): Float32Array {
  const pixels = imageSize * imageSize;
  const images = new Float32Array(slots.length * pixels);
  const source = new Uint16Array(cache.side * cache.side);
  const records = new PixelRecords(cache.file, cache.side);
  try {
    for (let i = 0; i < slots.length; i++) {
      records.read(slots[i]!, source);
      const target = images.subarray(i * pixels, (i + 1) * pixels);
      augment(source, cache.side, target, imageSize, recipe, new Random(0), false);
    }
  } finally {
    records.close();
  }
  return images;
}
