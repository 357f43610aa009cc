/**
 * @file Seeded randomness. Every random choice of a run is a function of the run's seed and of what it is for, so a
 * resumed run makes the same choices without storing a generator's state.
 */

/** 32-bit finaliser of MurmurHash3: spreads every input bit over the whole word. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** One 32-bit seed from several numbers (run seed, purpose, step, sample, ...); order matters. */
export function combineSeeds(...parts: number[]): number {
  let h = 0x9e3779b9;
  for (const part of parts) {
    const low = part >>> 0;
    const high = Math.floor(part / 0x100000000) >>> 0;
    h = mix(Math.imul(h, 31) ^ mix(low ^ 0x2545f491));
    if (high !== 0) h = mix(h ^ high);
  }
  return h;
}

/** A 32-bit seed from a text (FNV-1a over its UTF-16 units, Fowler, Noll and Vo 1991). */
export function textSeed(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h);
}

/** What a random stream is for; keeps streams of one seed apart. */
export const Purpose = {
  initialisation: 1,
  shuffle: 2,
  augmentation: 3,
  mask: 4,
  split: 5,
  labelDraw: 6,
  bootstrap: 7,
  phantom: 8,
  preview: 9,
  cluster: 10,
  layout: 11,
  labelQueue: 12,
  dropout: 13,
  seriesSample: 14,
} as const;

/** A small fast generator (sfc32, Chris Doty-Humphrey, PractRand), seeded by one 32-bit word. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;
  private spareNormal: number | null = null;

  constructor(...seed: number[]) {
    const word = combineSeeds(...seed);
    this.a = word;
    this.b = mix(word ^ 0x6a09e667);
    this.c = mix(word ^ 0xbb67ae85);
    for (let i = 0; i < 12; i++) this.nextUint32();
  }

  /** Uniform in 0 .. 2^32 - 1. */
  nextUint32(): number {
    const t = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    const unit = (this.nextUint32() * 0x200000 + (this.nextUint32() >>> 11)) / 2 ** 53;
    return low + (high - low) * unit;
  }

  /** Uniform integer in 0 .. bound - 1. */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Normal with mean 0 and standard deviation 1 (Box and Muller 1958). */
  normal(): number {
    if (this.spareNormal !== null) {
      const value = this.spareNormal;
      this.spareNormal = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Shuffles in place (Fisher and Yates) and returns the array. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }

  /** 0 .. count - 1 in random order. */
  permutation(count: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: count }, (_, index) => index));
  }
}
