/** @file Typed arrays of samples: making them from little-endian bytes, and bringing colour planes together. */

import type { ImageHeader } from './header.js';

export type SampleArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

export type SampleType = 'int' | 'float';

/** An empty array of `count` samples in the type that the header gives. */
export function allocateSamples(
  header: Pick<ImageHeader, 'bitsAllocated' | 'pixelRepresentation'>,
  type: SampleType,
  count: number,
): SampleArray {
  const signed = header.pixelRepresentation === 1;
  if (type === 'float') return header.bitsAllocated === 64 ? new Float64Array(count) : new Float32Array(count);
  if (header.bitsAllocated <= 8)
    return signed && header.bitsAllocated === 8 ? new Int8Array(count) : new Uint8Array(count);
  if (header.bitsAllocated === 16) return signed ? new Int16Array(count) : new Uint16Array(count);
  return signed ? new Int32Array(count) : new Uint32Array(count);
}

/** Reverses the bytes of every word of `size` bytes in place. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength - (bytes.byteLength % size));
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}

/** The bytes that a typed array lies on. */
export function bytesOf(samples: SampleArray): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

/** Colour by plane (RRR GGG BBB) to colour by pixel (RGB RGB RGB), in place. */
export function planesToPixels(samples: SampleArray, channels: number): void {
  const planar = samples.slice();
  const pixels = samples.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const plane = channel * pixels;
    for (let i = 0; i < pixels; i++) samples[i * channels + channel] = planar[plane + i]!;
  }
}

/** Colour by pixel to colour by plane, in place. */
export function pixelsToPlanes(samples: SampleArray, channels: number): void {
  const byPixel = samples.slice();
  const pixels = samples.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const plane = channel * pixels;
    for (let i = 0; i < pixels; i++) samples[plane + i] = byPixel[i * channels + channel]!;
  }
}

/**
 * Stored values as numbers: the bits from High Bit downwards, sign extended where the pixels are signed; bits outside
 * (old overlays, padding) are dropped (PS3.5 section 8.1.1).
 */
export function storedNumbers(
  header: Pick<ImageHeader, 'bitsAllocated' | 'bitsStored' | 'highBit' | 'pixelRepresentation'>,
  values: SampleArray,
  first: number,
  count: number,
): Float32Array {
  const { bitsAllocated, bitsStored, highBit, pixelRepresentation } = header;
  const out = new Float32Array(count);
  const isFloat = values instanceof Float32Array || values instanceof Float64Array;
  const shift = highBit + 1 - bitsStored;
  const isWhole = isFloat || (bitsStored === bitsAllocated && shift === 0);
  if (isWhole) {
    for (let i = 0; i < count; i++) out[i] = values[first + i]!;
    return out;
  }
  const unused = 32 - bitsStored;
  for (let i = 0; i < count; i++) {
    const bits = (values[first + i]! >>> shift) << unused;
    out[i] = pixelRepresentation === 1 ? bits >> unused : bits >>> unused;
  }
  return out;
}
