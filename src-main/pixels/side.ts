/** @file How large the cached images are for a given size of the network's input. */

import { PretextError } from '../base/errors.js';

/** Sides that a cache may have: few, so that runs of similar sizes share one. */
export const cacheSides = [64, 96, 128, 160, 192, 224, 256, 320, 384, 512] as const;

/**
 * Side of the cache for views of `imageSize` pixels: at least one and a half times as much, so that a crop of half the
 * image's area or more still has a pixel of its own for each of the view's; 512 at most.
 *
 * @throws PretextError `bad-argument` for a size below 1 or above 512.
 */
export function cacheSideFor(imageSize: number): number {
  const largest = cacheSides[cacheSides.length - 1]!;
  if (!Number.isInteger(imageSize) || imageSize < 1 || imageSize > largest) {
    throw new PretextError({
      code: 'bad-argument',
      message: `The image size ${imageSize} is not possible.`,
      remedy: `Choose a whole number of pixels from 1 to ${largest}.`,
    });
  }
  return cacheSides.find((side) => side >= 1.5 * imageSize) ?? largest;
}
