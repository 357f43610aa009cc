/** @file Draws grey levels into a canvas. */

import type { GreyPicture } from '../state/thumbnails.js';

let scratch: ImageData | null = null;

/** Kept in memory, not on the graphics card: it is drawn once, and hundreds are in view. */
function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  return canvas.getContext('2d', { willReadFrequently: true });
}

/** Makes the canvas the size of the picture and fills it. */
export function drawGrey(canvas: HTMLCanvasElement, { side, grey }: GreyPicture): void {
  if (scratch?.width !== side) scratch = new ImageData(side, side);
  const pixels = new Uint32Array(scratch.data.buffer);
  // Bytes of a pixel: red, green, blue, opaque.
  for (let i = 0; i < pixels.length; i++) pixels[i] = 0xff000000 | ((grey[i] ?? 0) * 0x010101);
  if (canvas.width !== side) {
    canvas.width = side;
    canvas.height = side;
  }
  contextOf(canvas)?.putImageData(scratch, 0, 0);
}

/** Makes the canvas empty: what lies behind it is seen. */
export function clearGrey(canvas: HTMLCanvasElement): void {
  canvas.width = 1;
  canvas.height = 1;
}
