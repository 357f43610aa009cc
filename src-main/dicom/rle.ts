/** @file RLE Lossless: byte segments packed as in PS3.5 Annex G. */

/** Unpacks one PackBits segment (PS3.5 section G.3.2) into every `step`-th byte of `out`; returns the bytes written. */
function unpackSegment(packed: Uint8Array, out: Uint8Array, first: number, step: number, count: number): number {
  let written = 0;
  let at = first;
  let i = 0;
  while (i < packed.length && written < count) {
    const control = packed[i++]!;
    if (control < 128) {
      const end = Math.min(i + control + 1, packed.length);
      for (; i < end && written < count; written++, at += step) out[at] = packed[i++]!;
    } else if (control > 128) {
      if (i >= packed.length) break;
      const value = packed[i++]!;
      for (let run = 257 - control; run > 0 && written < count; run--, written++, at += step) out[at] = value;
    }
  }
  return written;
}

/**
 * Decodes one RLE frame to little-endian samples, colour by pixel.
 *
 * Segments hold one byte of one sample each: sample by sample, most significant byte first (PS3.5 section G.2).
 *
 * @throws Error where the header does not fit the frame or a segment ends early.
 */
export function decodeRle(frame: Uint8Array, pixels: number, samples: number, bytesPerSample: number): Uint8Array {
  if (frame.length < 64) throw new Error('the RLE header is missing');
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const segments = view.getUint32(0, true);
  if (segments !== samples * bytesPerSample) {
    throw new Error(`${segments} RLE segments where ${samples * bytesPerSample} are needed`);
  }
  const stride = samples * bytesPerSample;
  const out = new Uint8Array(pixels * stride);
  for (let segment = 0; segment < segments; segment++) {
    const start = view.getUint32(4 + segment * 4, true);
    const end = segment + 1 < segments ? view.getUint32(8 + segment * 4, true) : frame.length;
    if (start < 64 || end < start || end > frame.length) throw new Error('an RLE segment lies outside the frame');
    const sample = Math.floor(segment / bytesPerSample);
    const byte = bytesPerSample - 1 - (segment % bytesPerSample);
    const written = unpackSegment(frame.subarray(start, end), out, sample * bytesPerSample + byte, stride, pixels);
    if (written < pixels) throw new Error(`an RLE segment ends after ${written} of ${pixels} bytes`);
  }
  return out;
}
