/** @file Hostile archives, volumes and pictures around or instead of a file: ZIP, NIfTI and TIFF, each lying in its own way. */

import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import type { Random } from '../../src-main/base/random.js';

export interface ZipEntry {
  name: string;
  data: Uint8Array;
  /** 8 deflates; others are only claimed. */
  method?: number;
  /** General purpose bit flag: 1 is encrypted (APPNOTE 4.4.4). */
  flags?: number;
  /** What the directory says instead of the truth. */
  lies?: Partial<Record<'size' | 'compressed' | 'crc' | 'offset', number>>;
}

/** A ZIP archive (APPNOTE 4.3). @param end changes the end of central directory record */
export function zipOf(entries: readonly ZipEntry[], end: (record: Buffer) => void = () => undefined): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, method = 8, flags = 0, lies = {} } of entries) {
    const content = method === 8 ? deflateRawSync(data) : Buffer.from(data);
    const text = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(crcOf(data), 14);
    local.writeUInt32LE(content.length, 18);
    local.writeUInt32LE(data.length, 22);
    local.writeUInt16LE(text.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4);
    local.copy(central, 6, 4, 30);
    central.writeUInt32LE((lies.crc ?? crcOf(data)) >>> 0, 16);
    central.writeUInt32LE((lies.compressed ?? content.length) >>> 0, 20);
    central.writeUInt32LE((lies.size ?? data.length) >>> 0, 24);
    central.writeUInt32LE((lies.offset ?? offset) >>> 0, 42);
    files.push(local, text, content);
    directory.push(central, text);
    offset += 30 + text.length + content.length;
  }
  const central = Buffer.concat(directory);
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(entries.length & 0xffff, 8);
  record.writeUInt16LE(entries.length & 0xffff, 10);
  record.writeUInt32LE(central.length, 12);
  record.writeUInt32LE(offset, 16);
  end(record);
  return Buffer.concat([...files, central, record]);
}

/** CRC-32 of ISO 3309, where Node's zlib does not have it. */
function crcOf(data: Uint8Array): number {
  if (typeof crc32 === 'function') return crc32(data);
  let crc = -1;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return (crc ^ -1) >>> 0;
}

const NUMBERS = [0, 1, 2, 30, 46, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)] as T;
}

/** Names that lead out of the archive, are no text, are long, or repeat. */
export function zipPaths(bytes: Buffer, random: Random, paths: readonly string[]): Buffer {
  const names = [...paths, 'a.dcm', 'a.dcm', 'folder/', 'x!/y.dcm', '../zip.dcm', 'a/./b', 'nul\0l', '\u202egpj.dcm'];
  return zipOf(Array.from({ length: 1 + random.below(4) }, () => ({ name: pick(random, names), data: bytes })));
}

/** Zeros of many megabytes in little, honest or not; alone, or as the rest of a good file. */
export function zipBomb(bytes: Buffer, random: Random, megabytes: number): Buffer {
  const data = Buffer.concat([random.below(2) === 0 ? bytes : Buffer.alloc(0), Buffer.alloc(megabytes * 2 ** 20)]);
  const size = pick(random, [data.length, 1, bytes.length, 1000]);
  return zipOf([
    { name: 'bomb.dcm', data, lies: { size } },
    { name: 'good.dcm', data: bytes },
  ]);
}

/** A central directory that does not tell the truth of what is there, or points twice to the same. */
export function zipLies(bytes: Buffer, random: Random): Buffer {
  const field = pick(random, ['size', 'compressed', 'crc', 'offset'] as const);
  const lies = random.below(3) === 0 ? {} : { [field]: pick(random, [...NUMBERS, bytes.length + 1]) };
  const entries: ZipEntry[] = [{ name: 'one.dcm', data: bytes, lies, method: pick(random, [0, 8, 8, 1, 9, 14, 93]) }];
  const copies = pick(random, [0, 1, 200]);
  for (let copy = 0; copy < copies; copy++) entries.push({ name: `${copy}.dcm`, data: bytes, lies: { offset: 0 } });
  return zipOf(entries, (record) => {
    if (random.below(2) === 0) return;
    const at = pick(random, [4, 6, 8, 10, 20]);
    if (random.below(2) === 0) record.writeUInt16LE(pick(random, NUMBERS) & 0xffff, at);
    else record.writeUInt32LE(pick(random, NUMBERS), pick(random, [12, 16]));
  });
}

/** Said to be encrypted, in the old way or with AES (method 99). */
export function zipEncrypted(bytes: Buffer, random: Random): Buffer {
  const method = pick(random, [0, 8, 99]);
  return zipOf([
    { name: 'secret.dcm', data: bytes, flags: pick(random, [1, 0x41, 0x2001]), method },
    { name: 'open.dcm', data: bytes },
  ]);
}

/** Archives in archives. */
export function zipNested(bytes: Buffer, random: Random): Buffer {
  let data = bytes;
  for (let depth = pick(random, [1, 2, 20]); depth > 0; depth--) data = zipOf([{ name: 'inner.zip', data, method: 0 }]);
  return data;
}

const SIDES = [0, 1, 2, 3, 16, 64, 255, 0x7fff, -1, -32768];
const TYPES = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2304, 99, -1];

/** A NIfTI-1 header (nifti1.h) of any sizes and types before a few bytes, plain or with gzip; some grow without end. */
export function niftiLies(bytes: Buffer, random: Random): Buffer {
  const header = Buffer.alloc(352);
  header.writeInt32LE(pick(random, [348, 348, 348, 348, 540, 0, -1]), 0);
  for (let side = 0; side < 8; side++) {
    const value = side === 0 ? pick(random, [1, 2, 3, 3, 4, 7, 0, 8, -1]) : pick(random, SIDES);
    header.writeInt16LE(value, 40 + 2 * side);
  }
  header.writeInt16LE(pick(random, TYPES), 70);
  header.writeInt16LE(pick(random, [0, 1, 8, 16, 32, 64, 128, -1]), 72);
  header.writeFloatLE(pick(random, [352, 352, 348, 0, -1, 1e9, Number.NaN, Number.POSITIVE_INFINITY]), 108);
  for (let field = 0; field < 4; field++)
    header.writeFloatLE(pick(random, [0, 1, -1, 1e30, Number.NaN]), 76 + 4 * field);
  header.writeFloatLE(pick(random, [0, 1, 1e30, Number.NaN]), 112);
  header.write(pick(random, ['n+1\0', 'n+1\0', 'n+1\0', 'ni1\0', 'n+2\0']), 344, 'latin1');
  const rest = random.below(8) === 0 ? Buffer.alloc(pick(random, [1, 64]) * 2 ** 20) : bytes;
  const whole = Buffer.concat([header, rest]);
  if (random.below(2) === 0) return whole;
  const zipped = gzipSync(whole);
  // The length at its end may lie (RFC 1952 2.3.1).
  if (random.below(2) === 0) zipped.writeUInt32LE(pick(random, NUMBERS), zipped.length - 4);
  return zipped;
}

const TIFF_TAGS = [254, 256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 317, 322, 323, 324, 325, 338, 339];
const TIFF_VALUES = [0, 1, 2, 3, 5, 7, 8, 16, 32, 64, 1000, 32773, 34712, 50000, 65535, 0x7fffffff, 0xffffffff];

/** A TIFF of one directory (TIFF 6.0) that is right but for a few fields; the directory may follow itself. */
export function tiffLies(bytes: Buffer, random: Random): Buffer {
  const right = new Map([
    [256, 16],
    [257, 8],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, 8],
    [279, 128],
  ]);
  const data = Buffer.concat([bytes, Buffer.alloc(128)]).subarray(0, Math.max(128, Math.min(bytes.length, 4096)));
  for (let lies = random.below(4); lies >= 0; lies--) right.set(pick(random, TIFF_TAGS), pick(random, TIFF_VALUES));
  const tags = [...right].sort(([a], [b]) => a - b);
  const start = 8 + data.length + (data.length % 2);
  const directory = Buffer.alloc(2 + 12 * tags.length + 4);
  directory.writeUInt16LE(pick(random, [tags.length, tags.length, tags.length, tags.length, 0, 0xffff]), 0);
  for (const [index, [tag, value]] of tags.entries()) {
    const at = 2 + 12 * index;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(random.below(12) === 0 ? random.below(20) : 4, at + 2);
    directory.writeUInt32LE(random.below(12) === 0 ? pick(random, TIFF_VALUES) : 1, at + 4);
    directory.writeUInt32LE(value, at + 8);
  }
  directory.writeUInt32LE(pick(random, [0, 0, start, 8, 0xffffffff]), 2 + 12 * tags.length);
  const head = Buffer.from('49492a0000000000', 'hex');
  head.writeUInt32LE(random.below(12) === 0 ? pick(random, TIFF_VALUES) : start, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2), directory]);
}
