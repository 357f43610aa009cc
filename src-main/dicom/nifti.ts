/** @file Voxels of NIfTI files, slice by slice. */

import { gunzipSync } from 'node:zlib';
import type { PixelSource, StoredPixels } from './decode.js';
import { isGzip, readNiftiHeader } from './nifti-header.js';
import { refusal, thrownText } from './refusal.js';
import { allocateSamples, bytesOf, type SampleArray, swapBytes } from './samples.js';

/** Turns the rows, or the columns, of an image in place. */
function flip(values: SampleArray, rows: number, columns: number, samples: number, flipped: FlipAxes): void {
  const stored = values.slice();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = (flipped.rows ? rows - 1 - row : row) * columns + (flipped.columns ? columns - 1 - column : column);
      const to = row * columns + column;
      for (let sample = 0; sample < samples; sample++) {
        values[to * samples + sample] = stored[from * samples + sample]!;
      }
    }
  }
}

interface FlipAxes {
  rows: boolean;
  columns: boolean;
}

/**
 * Opens a NIfTI file for reading. A compressed one is inflated to what its header announces and no further.
 *
 * @throws PretextError `bad-file` where it is damaged, truncated or too large.
 */
export function openNifti(bytes: Uint8Array, path: string, hash: () => string): PixelSource {
  const volume = readNiftiHeader(bytes, path, hash);
  const { header, offset } = volume;
  const end = offset + volume.bytes;
  let content = bytes;
  if (isGzip(bytes)) {
    try {
      content = gunzipSync(bytes, { maxOutputLength: end + 64 * 1024 });
    } catch (error) {
      throw refusal(path, `The compressed NIfTI file is damaged (${thrownText(error)}).`, error);
    }
  }
  if (content.length < end) {
    throw refusal(path, `The NIfTI file is truncated: it holds ${content.length} of ${end} bytes.`);
  }
  const { rows, columns, samplesPerPixel, bitsAllocated } = header;
  const frameBytes = volume.bytes / header.numberOfFrames;
  const readFrame = async (frame: number): Promise<StoredPixels> => {
    const start = offset + frame * frameBytes;
    const values = allocateSamples(header, volume.float ? 'float' : 'int', rows * columns * samplesPerPixel);
    const target = bytesOf(values);
    target.set(content.subarray(start, start + frameBytes));
    if (!volume.littleEndian) swapBytes(target, bitsAllocated / 8);
    if (volume.flipRows || volume.flipColumns) {
      flip(values, rows, columns, samplesPerPixel, { rows: volume.flipRows, columns: volume.flipColumns });
    }
    return {
      header: { ...header, numberOfFrames: 1 },
      values,
      mapping: { palette: null, modalityLut: null, rescales: [] },
    };
  };
  return { header, elements: null, native: null, packed: false, readFrame };
}
