/**
 * @file Small pictures for whatever shows them: asked for together, one call at a time, so that a fast scroll never
 * queues up pictures of cells that are gone again.
 */

import { MOST_THUMBNAILS } from '../../src-main/contract/pixels.js';
import { call } from '../bridge/index.js';

/** Grey levels [side, side], 0 black. */
export interface GreyPicture {
  side: number;
  grey: Uint8Array;
}

interface Wish {
  imageId: number;
  frame: number;
  show: (picture: GreyPicture | null) => void;
}

const wishes = new Set<Wish>();
let asking = false;

/** Asks until nothing is wished for any more. What cannot be read is shown as missing. */
async function ask(): Promise<void> {
  asking = true;
  // All that one change of the screen wishes for goes into one call.
  await Promise.resolve();
  while (wishes.size > 0) {
    const now = [...wishes].slice(0, MOST_THUMBNAILS);
    const frames = now.map(({ imageId, frame }): [number, number] => [imageId, frame]);
    const answer = await call('pixels:thumbnails', { frames }).catch(() => null);
    const missing = new Set(answer?.missing);
    for (const [place, wish] of now.entries()) {
      // Gone while the answer was on its way.
      if (!wishes.delete(wish)) continue;
      if (answer === null || missing.has(place)) wish.show(null);
      else {
        const { side, grey } = answer;
        wish.show({ side, grey: grey.subarray(place * side ** 2, (place + 1) * side ** 2) });
      }
    }
  }
  asking = false;
}

/** Calls `show` once with the picture, null where there is none. @returns takes the wish back */
export function wishThumbnail(imageId: number, frame: number, show: Wish['show']): () => void {
  const wish = { imageId, frame, show };
  wishes.add(wish);
  if (!asking) void ask();
  return () => wishes.delete(wish);
}
