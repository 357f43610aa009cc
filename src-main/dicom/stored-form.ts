/** @file Stored pixel values as bytes in the order in which they lie in an uncompressed little-endian DICOM file. */

import type { NativePixels, PixelSource } from './decode.js';
import type { ImageHeader } from './header.js';
import { bytesOf, pixelsToPlanes, swapBytes } from './samples.js';

/** Packs samples of one bit eight to a byte, the first in the lowest bit, across the ends of frames (PS3.5 section 8.2). */
class BitPacker {
  private rest = 0;
  private filled = 0;

  add(bits: Uint8Array): Uint8Array {
    const out = new Uint8Array((this.filled + bits.length) >> 3);
    let at = 0;
    for (let i = 0; i < bits.length; i++) {
      this.rest |= bits[i]! << this.filled;
      if (++this.filled < 8) continue;
      out[at++] = this.rest;
      this.rest = 0;
      this.filled = 0;
    }
    return out;
  }

  end(): Uint8Array {
    return this.filled === 0 ? new Uint8Array(0) : Uint8Array.of(this.rest);
  }
}

/** The value of native pixel data in little-endian order: words of the sample's size, or of 16 bits in OW. */
function nativeValue({ value, bigEndian, vr }: NativePixels, header: ImageHeader): Uint8Array {
  if (!bigEndian) return value;
  const word = header.bitsAllocated > 8 ? header.bitsAllocated / 8 : vr === 'OW' ? 2 : 1;
  if (word === 1) return value;
  // A copy: a Buffer's own slice() shares its memory.
  const out = Uint8Array.from(value);
  swapBytes(out, word);
  return out;
}

/**
 * The stored values of all frames as an uncompressed little-endian file keeps them: samples of the allocated size,
 * one-bit samples packed (a byte each where an image codec gives them so), colour by plane where Planar Configuration
 * says so, an even number of bytes. The value of a file that is not compressed is given whole, with what may follow the
 * last frame. Bits beside Bits Stored are kept.
 *
 * @throws PretextError `bad-file` where a frame cannot be decoded.
 */
export async function* storedForm(source: PixelSource): AsyncGenerator<Uint8Array> {
  const { header, native } = source;
  if (native !== null) {
    yield nativeValue(native, header);
    if (native.value.length % 2 === 1) yield new Uint8Array(1);
    return;
  }
  const packer = source.packed ? new BitPacker() : null;
  let length = 0;
  for (let frame = 0; frame < header.numberOfFrames; frame++) {
    const { values } = await source.readFrame(frame);
    if (header.samplesPerPixel > 1 && header.planarConfiguration === 1) pixelsToPlanes(values, header.samplesPerPixel);
    const bytes = packer === null ? bytesOf(values) : packer.add(bytesOf(values));
    length += bytes.length;
    yield bytes;
  }
  const rest = packer?.end() ?? new Uint8Array(0);
  if (rest.length > 0) yield rest;
  if (header.kind === 'dicom' && (length + rest.length) % 2 === 1) yield new Uint8Array(1);
}
