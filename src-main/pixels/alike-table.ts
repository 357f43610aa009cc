/**
 * @file Which of the images seen so far have nearly the hash of another: in memory of 40 bytes an image, so that a
 * million of them fit beside everything else.
 */

import type { HashedImage } from '../catalogue/measures.js';
import { hashDistance, hashParts } from './perceptual.js';

/** Parts of a hash, of 16 bits each. */
const PARTS = 4;
const PART_VALUES = 65_536;

/** Alike images differ in at most this many bits: one part of four is then the same, and finds them. */
const MAX_BITS = 3;
/** Images of one part that are compared; a part that more images share says nothing. */
const MAX_BUCKET = 1000;
/** Pictures that are compared with one image: a hash that so many different ones share says nothing. */
const MAX_COMPARED = 100;

const NONE = -1;

/** Rows are images in the order of their coming; each part of a hash chains the rows that share its value. */
export class AlikeTable {
  private rows = 0;
  /** [rows], the id of each. */
  private ids: Float64Array;
  /** [rows], the series of each. */
  private series: Float64Array;
  /** [rows, PARTS]. */
  private hashes: Uint16Array;
  /** [rows, PARTS], the next row with the same part. */
  private next: Int32Array;
  /** [PARTS, PART_VALUES]: first and last row of each chain, and its length. */
  private readonly first = new Int32Array(PARTS * PART_VALUES).fill(NONE);
  private readonly last = new Int32Array(PARTS * PART_VALUES).fill(NONE);
  private readonly lengths = new Uint32Array(PARTS * PART_VALUES);

  /** @param expected images; more find their place too. */
  constructor(expected: number) {
    const room = Math.max(1024, expected);
    this.ids = new Float64Array(room);
    this.series = new Float64Array(room);
    this.hashes = new Uint16Array(room * PARTS);
    this.next = new Int32Array(room * PARTS);
  }

  add({ imageId, seriesId, hash }: HashedImage): void {
    if (this.rows === this.ids.length) this.grow();
    const row = this.rows++;
    this.ids[row] = imageId;
    this.series[row] = seriesId;
    for (const [part, value] of hashParts(hash).entries()) {
      const chain = part * PART_VALUES + value;
      const before = this.last[chain]!;
      this.hashes[row * PARTS + part] = value;
      this.next[row * PARTS + part] = NONE;
      if (before === NONE) this.first[chain] = row;
      else this.next[before * PARTS + part] = row;
      this.last[chain] = row;
      this.lengths[chain]!++;
    }
  }

  /**
   * The first image with a smaller id and nearly the same hash that `isAlike` accepts, or null; of copies of one picture
   * the first is asked about at once.
   */
  find({ imageId, hash }: HashedImage, isAlike: (imageId: number, seriesId: number) => boolean): number | null {
    const wanted = hashParts(hash);
    let compared = 0;
    for (const [part, value] of wanted.entries()) {
      const chain = part * PART_VALUES + value;
      if (this.lengths[chain]! > MAX_BUCKET) continue;
      for (let row = this.first[chain]!; row !== NONE; row = this.next[row * PARTS + part]!) {
        const other = this.ids[row]!;
        if (other >= imageId || hashDistance(wanted, this.hashes, row * PARTS) > MAX_BITS) continue;
        if (compared++ >= MAX_COMPARED) return null;
        if (isAlike(other, this.series[row]!)) return other;
      }
    }
    return null;
  }

  private grow(): void {
    const room = this.ids.length * 2;
    const ids = new Float64Array(room);
    const series = new Float64Array(room);
    const hashes = new Uint16Array(room * PARTS);
    const next = new Int32Array(room * PARTS);
    ids.set(this.ids);
    series.set(this.series);
    hashes.set(this.hashes);
    next.set(this.next);
    Object.assign(this, { ids, series, hashes, next });
  }
}
