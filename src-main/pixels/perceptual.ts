/** @file What a cached picture looks like in a few numbers: its grey levels, and a hash that alike pictures share. */

/** Grey levels counted: those that hold at least this share of the picture; blends along edges hold less. */
const LEVEL_SHARE = 0.002;
const BINS = 256;

/**
 * How many of 256 grey levels hold a noticeable part of a picture; 1 for a uniform one.
 *
 * @param record [side, side] of 16 bits.
 */
export function greyLevels(record: Uint16Array): number {
  const counts = new Uint32Array(BINS);
  for (let i = 0; i < record.length; i++) counts[record[i]! >> 8]!++;
  const enough = record.length * LEVEL_SHARE;
  return counts.reduce((levels, count) => levels + (count >= enough ? 1 : 0), 0);
}

/** Whether every pixel has the same value. */
export function isUniform(record: Uint16Array): boolean {
  const [first] = record;
  return record.every((value) => value === first);
}

/** Side of the thumbnail and of the block of low frequencies. */
const THUMB = 32;
const LOW = 8;

/** Cosines of the first `LOW` frequencies after the constant one over `THUMB` points (DCT-II), [LOW, THUMB]. */
const COSINES = Float64Array.from({ length: LOW * THUMB }, (_, index) => {
  const [frequency, at] = [Math.floor(index / THUMB) + 1, index % THUMB];
  return Math.cos((Math.PI * frequency * (2 * at + 1)) / (2 * THUMB));
});

/** Means of square blocks, [THUMB, THUMB]; `side` is a multiple of it in every cache. */
function thumbnail(record: Uint16Array, side: number): Float64Array {
  const out = new Float64Array(THUMB * THUMB);
  const block = side / THUMB;
  for (let y = 0, from = 0; y < side; y++) {
    const row = Math.floor(y / block) * THUMB;
    for (let x = row; x < row + THUMB; x++) {
      let sum = 0;
      for (const end = from + block; from < end; from++) sum += record[from]!;
      out[x]! += sum;
    }
  }
  return out;
}

/**
 * A hash of 64 bits in hexadecimal: which of the 64 lowest frequencies of the picture, without constant rows and
 * columns, lie above their median (the "pHash" of Zauner 2010).
 *
 * @param record [side, side] of 16 bits.
 */
export function perceptualHash(record: Uint16Array, side: number): string {
  const thumb = thumbnail(record, side);
  const rows = new Float64Array(THUMB * LOW);
  for (let y = 0; y < THUMB; y++) {
    for (let u = 0; u < LOW; u++) {
      let sum = 0;
      for (let x = 0; x < THUMB; x++) sum += thumb[y * THUMB + x]! * COSINES[u * THUMB + x]!;
      rows[y * LOW + u] = sum;
    }
  }
  const low = new Float64Array(LOW * LOW);
  for (let v = 0; v < LOW; v++) {
    for (let u = 0; u < LOW; u++) {
      let sum = 0;
      for (let y = 0; y < THUMB; y++) sum += rows[y * LOW + u]! * COSINES[v * THUMB + y]!;
      low[v * LOW + u] = sum;
    }
  }
  const sorted = Float64Array.from(low).sort();
  const middle = (sorted[31]! + sorted[32]!) / 2;
  let hash = '';
  for (let nibble = 0; nibble < 16; nibble++) {
    let bits = 0;
    for (let bit = 0; bit < 4; bit++) bits = 2 * bits + (low[4 * nibble + bit]! > middle ? 1 : 0);
    hash += bits.toString(16);
  }
  return hash;
}

function popCount(bits: number): number {
  let value = bits - ((bits >>> 1) & 0x55555555);
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
  return Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** A hash of 64 bits as four numbers of 16. */
export function hashParts(hash: string): [number, number, number, number] {
  const part = (index: number): number => Number.parseInt(hash.slice(4 * index, 4 * index + 4), 16);
  return [part(0), part(1), part(2), part(3)];
}

/** Bits in which two hashes differ; the second one's parts begin at `at`. */
export function hashDistance(a: readonly number[], b: ArrayLike<number>, at = 0): number {
  let bits = 0;
  for (let part = 0; part < a.length; part++) bits += popCount(a[part]! ^ b[at + part]!);
  return bits;
}

/** Mean difference of two pictures as a share of the whole range, 0 .. 1. */
export function meanDifference(a: Uint16Array, b: Uint16Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length / 65535;
}
