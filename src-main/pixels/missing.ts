/** @file Which images of a project a pixel cache still lacks. */

import { statSync } from 'node:fs';
import type { Sample } from '../catalogue/queries.js';
import { containerOf } from '../dicom/address.js';
import type { SkippedImage, StoredScale, StoreIndex } from './store-index.js';

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
  /** What its series says of it; undefined where its series is not measured. */
  series: StoredScale | undefined;
}

/** Whether an image was made with the range and the box that its series has today. */
function isMadeWith(stored: StoredScale, series: StoredScale | undefined): boolean {
  const isSame = (a: readonly number[] | null | undefined, b: readonly number[] | null | undefined): boolean =>
    a?.length === b?.length && (a ?? []).every((value, index) => value === b?.[index]);
  return isSame(stored.range, series?.range) && isSame(stored.box, series?.box);
}

/**
 * The images that are not stored, or with another range or box than that of their series today.
 *
 * @param series those whose images are prepared as a whole
 */
export function missingImages(
  index: StoreIndex,
  wanted: readonly Sample[],
  series: readonly { id: number; members: readonly { imageId: number }[] }[],
): MissingImage[] {
  const scales = new Map<number, StoredScale>();
  for (const { id, members } of series) {
    const { range = null, box } = index.series.get(id) ?? {};
    const scale = box === undefined ? { range } : { range, box };
    for (const { imageId } of members) scales.set(imageId, scale);
  }
  return wanted.flatMap((sample) => {
    const { imageId, path } = sample;
    const own = scales.get(imageId);
    const stored = index.stored.get(imageId);
    if (stored !== undefined) return isMadeWith(stored, own) ? [] : [{ sample, series: own }];
    const before = index.skipped.get(imageId);
    return before === undefined || isChanged(before, path) ? [{ sample, series: own }] : [];
  });
}
