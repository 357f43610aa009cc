/** @file Which images of a project a pixel cache still lacks. */

import { statSync } from 'node:fs';
import type { Sample } from '../catalogue/queries.js';
import { containerOf } from '../dicom/address.js';
import type { SkippedImage, StoredRange, StoreIndex } from './store-index.js';

export function fileFacts(path: string): SkippedImage['file'] {
  try {
    const { size, mtimeMs } = statSync(containerOf(path));
    return { size, mtimeMs };
  } catch {
    return null;
  }
}

/** Whether an image that was skipped before deserves another try: its file is another now, or is there again. */
export function isChanged(before: SkippedImage, path: string): boolean {
  const now = fileFacts(path);
  return now?.size !== before.file?.size || now?.mtimeMs !== before.file?.mtimeMs;
}

export interface MissingImage {
  sample: Sample;
  /** The range of its series; undefined where its series has none. */
  range: StoredRange | undefined;
}

function isSameRange(a: StoredRange | undefined, b: StoredRange | undefined): boolean {
  return a?.[0] === b?.[0] && a?.[1] === b?.[1];
}

/**
 * The images that are not stored, or with another range than that of their series today.
 *
 * @param series those whose images are scaled as a whole
 */
export function missingImages(
  index: StoreIndex,
  wanted: readonly Sample[],
  series: readonly { id: number; members: readonly { imageId: number }[] }[],
): MissingImage[] {
  const ranges = new Map<number, StoredRange>();
  for (const { id, members } of series) {
    const range = index.series.get(id)?.range ?? null;
    for (const { imageId } of members) ranges.set(imageId, range);
  }
  return wanted.flatMap((sample) => {
    const { imageId, path } = sample;
    const range = ranges.get(imageId);
    const stored = index.stored.get(imageId);
    if (stored !== undefined) return isSameRange(stored.range, range) ? [] : [{ sample, range }];
    const before = index.skipped.get(imageId);
    return before === undefined || isChanged(before, path) ? [{ sample, range }] : [];
  });
}
