/** @file Measures the images of a pixel cache that were not measured yet: grey levels, and which images are alike. */

import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import {
  type HashedImage,
  hashedImages,
  type ImageMeasure,
  measuredImages,
  recordDuplicates,
  recordMeasures,
} from '../catalogue/measures.js';
import type { Project } from '../catalogue/project.js';
import { greyLevels, hashDistance, hashParts, isUniform, meanDifference, perceptualHash } from './perceptual.js';
import { PixelRecords } from './records.js';
import type { StoredImage, StoreIndex } from './store-index.js';

/** Images measured and committed together. */
const BATCH = 512;
/** Alike images differ in at most this many bits: one part of four is then the same, and finds them. */
const MAX_BITS = 3;
/** Alike images differ by at most this share of the range on average: rounding of another compression, not anatomy. */
const MAX_DIFFERENCE = 0.01;
/** Images of one part that are compared; a part that more images share says nothing. */
const MAX_BUCKET = 1000;

/** Pictures that are compared with one image: a hash that so many different ones share says nothing. */
const MAX_COMPARED = 100;

/** The picture of an image: the middle one of its frames. */
const middleSlot = ({ slot, frames }: StoredImage): number => slot + (frames >> 1);

function measure(image: StoredImage, records: PixelRecords, record: Uint16Array): ImageMeasure {
  records.read(middleSlot(image), record);
  return {
    imageId: image.image,
    levels: greyLevels(record),
    isUniform: isUniform(record),
    hash: perceptualHash(record, records.side),
  };
}

/** Looks for earlier images that are like a new one. */
class AlikeFinder {
  private readonly parts = new Map<string, number[]>();
  private readonly hashes = new Map<number, readonly number[]>();
  private readonly images = new Map<number, HashedImage>();
  private readonly first: Uint16Array;
  private readonly second: Uint16Array;

  constructor(
    private readonly records: PixelRecords,
    private readonly index: StoreIndex,
  ) {
    this.first = new Uint16Array(records.side * records.side);
    this.second = new Uint16Array(records.side * records.side);
  }

  add(image: HashedImage): void {
    const hash = hashParts(image.hash);
    this.hashes.set(image.imageId, hash);
    this.images.set(image.imageId, image);
    for (const [place, part] of hash.entries()) {
      const key = `${place} ${part}`;
      const bucket = this.parts.get(key);
      if (bucket === undefined) this.parts.set(key, [image.imageId]);
      else bucket.push(image.imageId);
    }
  }

  /** An earlier image that is like this one, or null; of copies of one picture the first is found at once. */
  find(image: HashedImage): number | null {
    const hash = hashParts(image.hash);
    let compared = 0;
    for (const [place, part] of hash.entries()) {
      const bucket = this.parts.get(`${place} ${part}`) ?? [];
      if (bucket.length > MAX_BUCKET) continue;
      for (const other of bucket) {
        if (other >= image.imageId || hashDistance(hash, this.hashes.get(other) ?? []) > MAX_BITS) continue;
        if (compared++ >= MAX_COMPARED) return null;
        if (this.isAlike(image, other)) return other;
      }
    }
    return null;
  }

  private isAlike(image: HashedImage, other: number): boolean {
    const known = this.images.get(other);
    if (known === undefined || (known.seriesId === image.seriesId && image.inVolume)) return false;
    const [a, b] = [this.index.stored.get(image.imageId), this.index.stored.get(other)];
    if (a === undefined || b === undefined || a.frames !== b.frames) return false;
    this.records.read(middleSlot(a), this.first);
    this.records.read(middleSlot(b), this.second);
    return meanDifference(this.first, this.second) <= MAX_DIFFERENCE;
  }
}

async function breathe(control: JobControl): Promise<void> {
  throwIfCancelled(control);
  await new Promise((resolve) => setImmediate(resolve));
}

/**
 * Measures the images `wanted` that lie in the cache and were not measured before, and flags those that are uniform,
 * have few grey levels, or are like an earlier image of the project. A stopped call goes on where it was.
 *
 * @throws PretextError `cancelled`, `unreadable`.
 */
export async function measureCache(
  project: Project,
  file: string,
  side: number,
  index: StoreIndex,
  wanted: readonly { imageId: number }[],
  control: JobControl,
): Promise<void> {
  const measured = measuredImages(project);
  const missing = wanted.flatMap(({ imageId }) => (measured.has(imageId) ? [] : (index.stored.get(imageId) ?? [])));
  if (missing.length === 0) return;
  const meter = new ProgressMeter(control, 'Checking image quality', missing.length);
  const records = new PixelRecords(file, side);
  try {
    const record = new Uint16Array(side * side);
    const finder = new AlikeFinder(records, index);
    for (const image of hashedImages(project)) finder.add(image);
    for (let first = 0; first < missing.length; first += BATCH) {
      await breathe(control);
      const batch = missing.slice(first, first + BATCH);
      const measures = batch.map((image) => measure(image, records, record));
      const ids = batch.map(({ image }) => image);
      project.catalogue.database.transaction(() => {
        recordMeasures(project, measures);
        const fresh = hashedImages(project, ids);
        for (const image of fresh) finder.add(image);
        recordDuplicates(project, new Map(fresh.map((image) => [image.imageId, finder.find(image)])));
      });
      meter.update(first + batch.length);
    }
  } finally {
    records.close();
  }
}
