/** @file Whether the Image Pixel module (PS3.3 C.7.6.3) is consistent and small enough to decode. */

import type { ParsedDataSet, PixelElement } from './dataset.js';
import type { ImageHeader } from './header.js';
import { MAX_FRAME_BYTES } from './limits.js';
import { refusal } from './refusal.js';

/** Stored bits of one frame in native form; chrominance of YBR_FULL_422 and YBR_PARTIAL_422 is stored at half width. */
export function nativeFrameBits(header: ImageHeader): number {
  const samples = isSubsampled(header) ? 2 : header.samplesPerPixel;
  return header.rows * header.columns * samples * header.bitsAllocated;
}

/** The second is retired. */
const SUBSAMPLED = new Set(['YBR_FULL_422', 'YBR_PARTIAL_422']);

/** True where native pixel data holds Y1 Y2 Cb Cr for each two pixels of a row (PS3.3 C.7.6.3.1.2). */
export function isSubsampled(header: ImageHeader): boolean {
  return SUBSAMPLED.has(header.photometricInterpretation) && header.samplesPerPixel === 3;
}

/** Bytes of one decoded sample. */
export function sampleBytes(header: ImageHeader): number {
  return Math.max(1, header.bitsAllocated / 8);
}

/** @throws PretextError `bad-file` where rows, columns, samples or bits are missing, impossible or too large. */
export function checkPixelModule(header: ImageHeader, pixelData: PixelElement | null, path: string): void {
  const { rows, columns, samplesPerPixel, bitsAllocated, bitsStored, highBit } = header;
  if (rows === 0 || columns === 0) throw refusal(path, `It has no image size (${rows} rows, ${columns} columns).`);
  if (samplesPerPixel !== 1 && samplesPerPixel !== 3) {
    throw refusal(path, `It has ${samplesPerPixel} samples per pixel; only 1 and 3 are read.`);
  }
  const wantedBits =
    pixelData?.keyword === 'FloatPixelData'
      ? [32]
      : pixelData?.keyword === 'DoubleFloatPixelData'
        ? [64]
        : [1, 8, 16, 32];
  if (!wantedBits.includes(bitsAllocated)) {
    throw refusal(path, `It has ${bitsAllocated} bits allocated per sample; only ${wantedBits.join(', ')} are read.`);
  }
  if (bitsStored < 1 || bitsStored > bitsAllocated || highBit >= bitsAllocated || highBit + 1 < bitsStored) {
    throw refusal(
      path,
      `Its bits contradict each other (allocated ${bitsAllocated}, stored ${bitsStored}, high bit ${highBit}).`,
    );
  }
  if (rows * columns * samplesPerPixel * sampleBytes(header) > MAX_FRAME_BYTES) {
    throw refusal(path, `Its frames of ${rows} x ${columns} pixels are too large to be read.`);
  }
}

/**
 * Pixel data of a known length is native, whatever the transfer syntax says.
 *
 * @throws PretextError `bad-file` where it ends before the pixels that the header announces.
 */
export function checkNativeLength(
  header: ImageHeader,
  parsed: Pick<ParsedDataSet, 'pixelData'>,
  available: number,
  path: string,
): void {
  if (parsed.pixelData === null) return;
  const { offset, length } = parsed.pixelData;
  if (length === null) return;
  const needed = Math.ceil((nativeFrameBits(header) * header.numberOfFrames) / 8);
  const present = Math.max(0, Math.min(length, available - offset));
  if (present < needed) {
    throw refusal(path, `The DICOM file is truncated: it holds ${present} of ${needed} bytes of pixel data.`);
  }
}
