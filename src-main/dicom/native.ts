/** @file Frames of native (uncompressed) pixel data: PS3.5 section 8.1.1 and Annex D. */

import type { ParsedDataSet } from './dataset.js';
import type { ImageHeader } from './header.js';
import { isSubsampled, nativeFrameBits, sampleBytes } from './pixel-module.js';
import { allocateSamples, bytesOf, planesToPixels, type SampleArray, swapBytes } from './samples.js';

/** Chrominance at half width to one Cb and Cr for every pixel of `out`: Y1 Y2 Cb Cr becomes Y1 Cb Cr Y2 Cb Cr. */
function expandSubsampled(stored: SampleArray, out: SampleArray): void {
  for (let from = 0, to = 0; to < out.length; from += 4, to += 6) {
    const blue = stored[from + 2]!;
    const red = stored[from + 3]!;
    out[to] = stored[from]!;
    out[to + 1] = blue;
    out[to + 2] = red;
    if (to + 5 < out.length) {
      out[to + 3] = stored[from + 1]!;
      out[to + 4] = blue;
      out[to + 5] = red;
    }
  }
}

/** One bit per sample, least significant bit first, frames one after the other without padding. */
export function unpackBits(bytes: Uint8Array, firstBit: number, count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const bit = firstBit + i;
    out[i] = (bytes[bit >> 3]! >> (bit & 7)) & 1;
  }
  return out;
}

/**
 * The stored samples of one frame, by pixel.
 *
 * Big endian data in OW is a stream of 16-bit words, so samples of one byte or one bit are swapped in pairs.
 */
export function nativeFrame(header: ImageHeader, parsed: ParsedDataSet, frame: number): SampleArray {
  const pixelData = parsed.pixelData!;
  const { bytes } = parsed;
  const bigEndian = parsed.encoding === 'explicit-big';
  const pixels = header.rows * header.columns;
  const count = pixels * header.samplesPerPixel;
  const bits = nativeFrameBits(header);
  const wordSwapped = bigEndian && header.bitsAllocated <= 8 && pixelData.vr === 'OW';

  if (wordSwapped || header.bitsAllocated === 1) {
    const firstByte = Math.floor((frame * bits) / 8) & ~1;
    const lastByte = Math.ceil(((frame + 1) * bits) / 8);
    const stored = Buffer.from(
      bytes.subarray(pixelData.offset + firstByte, pixelData.offset + lastByte + (lastByte & 1)),
    );
    if (wordSwapped) swapBytes(stored, 2);
    if (header.bitsAllocated === 1) return unpackBits(stored, frame * bits - firstByte * 8, count);
    const start = (frame * bits) / 8 - firstByte;
    return finish(header, stored.subarray(start, start + bits / 8), false, count, 'int');
  }
  const start = pixelData.offset + (frame * bits) / 8;
  const type = pixelData.keyword === 'PixelData' ? 'int' : 'float';
  return finish(header, bytes.subarray(start, start + bits / 8), bigEndian, count, type);
}

/**
 * The samples of a frame that is kept in native form in encapsulated pixel data, by pixel.
 *
 * @throws Error where `stored` is too short.
 */
export function encapsulatedNativeFrame(header: ImageHeader, stored: Uint8Array): SampleArray {
  const pixels = header.rows * header.columns;
  const needed = Math.ceil(nativeFrameBits(header) / 8);
  if (stored.length < needed) throw new Error(`it holds ${stored.length} of ${needed} bytes`);
  const count = pixels * header.samplesPerPixel;
  return header.bitsAllocated === 1
    ? unpackBits(stored, 0, count)
    : finish(header, stored.subarray(0, needed), false, count, 'int');
}

function finish(
  header: ImageHeader,
  stored: Uint8Array,
  bigEndian: boolean,
  count: number,
  type: 'int' | 'float',
): SampleArray {
  const samples = allocateSamples(header, type, count);
  const halved = isSubsampled(header);
  const native = halved ? allocateSamples(header, type, stored.length / sampleBytes(header)) : samples;
  const target = bytesOf(native);
  target.set(stored.subarray(0, target.length));
  if (bigEndian && header.bitsAllocated > 8) swapBytes(target, header.bitsAllocated / 8);
  if (halved) expandSubsampled(native, samples);
  else if (header.samplesPerPixel > 1 && header.planarConfiguration === 1)
    planesToPixels(samples, header.samplesPerPixel);
  return samples;
}
