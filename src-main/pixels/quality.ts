/** @file Measures the images of a pixel cache that were not measured yet: grey levels, and which images are alike. */

import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import {
  everyHashedImage,
  type HashedImage,
  hashedImages,
  type ImageMeasure,
  measuredImages,
  recordDuplicates,
  recordMeasures,
} from '../catalogue/measures.js';
import type { Project } from '../catalogue/project.js';
import { AlikeTable } from './alike-table.js';
import { greyLevels, isUniform, meanDifference, perceptualHash } from './perceptual.js';
import { PixelRecords } from './records.js';
import type { StoredImage, StoreIndex } from './store-index.js';

/** Images measured and committed together. */
const BATCH = 512;
/** Alike images differ by at most this share of the range on average: rounding of another compression, not anatomy. */
const MAX_DIFFERENCE = 0.01;
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
  private readonly table: AlikeTable;
  private readonly first: Uint16Array;
  private readonly second: Uint16Array;

  constructor(
    private readonly records: PixelRecords,
    private readonly index: StoreIndex,
  ) {
    this.table = new AlikeTable(index.stored.size);
    this.first = new Uint16Array(records.side * records.side);
    this.second = new Uint16Array(records.side * records.side);
  }

  add(image: HashedImage): void {
    this.table.add(image);
  }

  /** An earlier image that is like this one, or null. */
  find(image: HashedImage): number | null {
    return this.table.find(image, (other, seriesId) => this.isAlike(image, other, seriesId));
  }

  private isAlike(image: HashedImage, other: number, seriesId: number): boolean {
    if (seriesId === image.seriesId && image.inVolume) return false;
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
    for (const image of everyHashedImage(project)) finder.add(image);
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
