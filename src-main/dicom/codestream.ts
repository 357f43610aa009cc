/** @file What a compressed frame says about itself, read from its markers before any codec allocates memory for it. */

export type JpegProcess = 'sequential' | 'progressive' | 'lossless' | 'jpeg-ls' | 'other';

export interface JpegInfo {
  process: JpegProcess;
  precision: number;
  rows: number;
  columns: number;
  /** Component identifiers of the frame header. */
  components: number[];
  hasJfif: boolean;
  /** Colour transform of the Adobe APP14 segment: 0 none, 1 YCbCr; null without the segment. */
  adobeTransform: number | null;
}

const PROCESSES = new Map<number, JpegProcess>([
  [0xc0, 'sequential'],
  [0xc1, 'sequential'],
  [0xc2, 'progressive'],
  [0xc3, 'lossless'],
  [0xf7, 'jpeg-ls'],
]);

function isFrameMarker(marker: number): boolean {
  if (marker === 0xf7) return true;
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Reads the segments up to the frame header (ISO/IEC 10918-1, Annex B); null where there is none. */
export function readJpegInfo(bytes: Uint8Array): JpegInfo | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return null;
  let hasJfif = false;
  let adobeTransform: number | null = null;
  let offset = 2;
  while (offset + 4 <= bytes.length) {
    if (bytes[offset] !== 0xff) return null;
    const marker = bytes[offset + 1]!;
    if (marker === 0xff) {
      offset += 1;
      continue;
    }
    const length = view.getUint16(offset + 2);
    const end = offset + 2 + length;
    if (length < 2 || end > bytes.length) return null;
    if (isFrameMarker(marker)) {
      const count = bytes[offset + 9] ?? 0;
      if (length < 8 + 3 * count) return null;
      return {
        process: PROCESSES.get(marker) ?? 'other',
        precision: bytes[offset + 4]!,
        rows: view.getUint16(offset + 5),
        columns: view.getUint16(offset + 7),
        components: Array.from({ length: count }, (_, index) => bytes[offset + 10 + index * 3]!),
        hasJfif,
        adobeTransform,
      };
    }
    const name = String.fromCharCode(...bytes.subarray(offset + 4, offset + 9));
    if (marker === 0xe0 && name.startsWith('JFIF')) hasJfif = true;
    if (marker === 0xee && name === 'Adobe' && length >= 14) adobeTransform = bytes[offset + 15]!;
    offset = end;
  }
  return null;
}

/** Rows and columns of a JPEG 2000 codestream from its SIZ segment (ISO/IEC 15444-1, A.5.1); null where there is none. */
export function readJpeg2000Size(bytes: Uint8Array): { rows: number; columns: number } | null {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096)).indexOf('ff4fff51', 'hex');
  if (start < 0 || start + 24 > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  return {
    columns: view.getUint32(8) - view.getUint32(16),
    rows: view.getUint32(12) - view.getUint32(20),
  };
}

/** Adobe APP14 segment that says: no colour transform. */
const ADOBE_NO_TRANSFORM = Buffer.from('ffee000e41646f626500640000000000', 'hex');

/**
 * The same JPEG with its components declared to need no colour transform, so that a decoder gives them as they are
 * stored: JFIF and Adobe segments before the frame header, which say otherwise, give way to an Adobe segment.
 *
 * @param bytes that `readJpegInfo` could read.
 */
export function withoutColourTransform(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: Uint8Array[] = [bytes.subarray(0, 2), ADOBE_NO_TRANSFORM];
  let offset = 2;
  while (offset + 4 <= bytes.length) {
    const marker = bytes[offset + 1]!;
    if (isFrameMarker(marker)) break;
    const end = marker === 0xff ? offset + 1 : offset + 2 + view.getUint16(offset + 2);
    if (marker !== 0xe0 && marker !== 0xee) pieces.push(bytes.subarray(offset, end));
    offset = end;
  }
  pieces.push(bytes.subarray(offset));
  return Buffer.concat(pieces);
}
