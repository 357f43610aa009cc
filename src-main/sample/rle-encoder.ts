/** @file RLE Lossless encoding of one monochrome frame (PS3.5 Annex G). */

/** Packs one row by the PackBits scheme of PS3.5 section G.3.1; runs of two stay literal inside a literal stretch. */
export function packLine(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + Math.ceil(bytes.length / 128) + 2);
  let length = 0;
  let i = 0;
  const runAt = (at: number): number => {
    let end = at + 1;
    while (end < bytes.length && end - at < 128 && bytes[end] === bytes[at]) end++;
    return end - at;
  };
  while (i < bytes.length) {
    const run = runAt(i);
    if (run >= 2) {
      out[length++] = 257 - run;
      out[length++] = bytes[i]!;
      i += run;
      continue;
    }
    const start = i;
    while (i < bytes.length && i - start < 128 && runAt(i) < 3) i++;
    out[length++] = i - start - 1;
    out.set(bytes.subarray(start, i), length);
    length += i - start;
  }
  return out.slice(0, length);
}

/**
 * Encodes one frame of 16-bit samples: two segments, the high bytes first, each row packed by itself as section G.3.1
 * asks for.
 *
 * @param frame little-endian samples, [rows, columns]
 */
export function encodeRle(frame: Uint8Array, rows: number, columns: number): Uint8Array {
  const segments = [1, 0].map((byte) => {
    const packed: Uint8Array[] = [];
    for (let row = 0; row < rows; row++) {
      const line = new Uint8Array(columns);
      for (let column = 0; column < columns; column++) line[column] = frame[2 * (row * columns + column) + byte]!;
      packed.push(packLine(line));
    }
    const whole = Buffer.concat(packed);
    return whole.length % 2 === 0 ? whole : Buffer.concat([whole, Buffer.of(0)]);
  });
  const header = Buffer.alloc(64);
  header.writeUInt32LE(segments.length, 0);
  let offset = 64;
  segments.forEach((segment, index) => {
    header.writeUInt32LE(offset, 4 + 4 * index);
    offset += segment.length;
  });
  return Buffer.concat([header, ...segments]);
}
