/** @file What is done to good files to make them hostile. Every mutation is a function of the file and the generator. */

import { deflateRawSync } from 'node:zlib';
import type { Random } from '../../src-main/base/random.js';
import { niftiLies, tiffLies, zipBomb, zipEncrypted, zipLies, zipNested, zipPaths } from './containers.js';
import { elementBytes, type Place, places, splice, withValue } from './structure.js';

export type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

const LENGTHS = [0, 1, 2, 7, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
const VRS = 'AE AS AT CS DA DS DT FL FD IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV'
  .split(' ')
  .concat(['  ', '??', '\0\0', 'sq', '\xff\xff']);
const PATHS = [
  '../../../../../../tmp/pretext-escaped',
  '..\\..\\..\\windows\\system32\\pretext',
  '/etc/passwd',
  'C:\\pretext',
  'CON',
  '\\\\server\\share\\pretext',
  'a/../../b',
  '1.2.3\0.4',
  '~/.pretext',
  `1.${'9'.repeat(5000)}`,
  '',
];
const MARKUP = [
  '<img src=x onerror="document.title=1">^Eve',
  '<script>throw 1</script>',
  '"><svg onload=alert(1)>',
  "Robert'); DROP TABLE image;--",
  '{{constructor.constructor("return 1")()}}',
  '\u001b[2J\u001b[31mred',
  '=cmd|calc!A1',
  '\u202egnp.exe',
  '\0\0\0',
  'x'.repeat(60_000),
  '\ud83d\ude00'.repeat(300),
];

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)] as T;
}

function pixelPlace(found: Place[]): Place | undefined {
  return found.find(({ group, element }) => group === 0x7fe0 && element === 0x0010);
}

function putLength(bytes: Buffer, place: Place, length: number): Buffer {
  const out = Buffer.from(bytes);
  if (place.lengthBytes === 2) out.writeUInt16LE(length & 0xffff, place.lengthAt);
  else out.writeUInt32LE(length >>> 0, place.lengthAt);
  return out;
}

const truncate: Mutation = (bytes, random) => bytes.subarray(0, random.below(bytes.length));

const lieAboutLength: Mutation = (bytes, random) => {
  const place = pick(random, places(bytes));
  const near = place.length + random.below(9) - 4;
  return putLength(bytes, place, random.below(2) === 0 ? near : pick(random, LENGTHS));
};

/** Sequences in sequences, 10,000 deep, in a tag that is read, or one that is not. */
const nestDeep: Mutation = (bytes, random) => {
  const found = places(bytes);
  const at = pixelPlace(found)?.offset ?? bytes.length;
  const vr = found.at(-1)?.vr === '' ? '' : 'SQ';
  const [group, element] = pick(random, [
    [0x0028, 0x3010],
    [0x5200, 0x9230],
    [0x0009, 0x1001],
    [0x0040, 0x0275],
  ] as const);
  const depth = pick(random, [10, 100, 10_000]);
  const open = elementBytes(group, element, vr, Buffer.alloc(0), 0xffffffff);
  const itemStart = Buffer.from('feff00e0ffffffff', 'hex');
  const ends = Buffer.from('feff0de000000000feffdde000000000', 'hex');
  const start = Buffer.concat(Array.from({ length: depth }, () => Buffer.concat([open, itemStart])));
  const closed = random.below(2) === 0;
  const end = closed ? Buffer.concat(Array.from({ length: depth }, () => ends)) : Buffer.alloc(0);
  return splice(bytes, at, 0, Buffer.concat([start, end]));
};

/** The same with every length given: each of 10,000 levels is contained in the one before. */
const nestDeepWithLengths: Mutation = (bytes, random) => {
  const found = places(bytes);
  const at = pixelPlace(found)?.offset ?? bytes.length;
  const vr = found.at(-1)?.vr === '' ? '' : 'SQ';
  const depth = pick(random, [100, 10_000]);
  const head = vr === '' ? 8 : 12;
  const levels = Array.from({ length: depth }, (_, level) => {
    const inside = (depth - level - 1) * (head + 8);
    const item = Buffer.from('feff00e000000000', 'hex');
    item.writeUInt32LE(inside, 4);
    return elementBytes(0x0028, 0x3010, vr, item, inside + 8);
  });
  return splice(bytes, at, 0, Buffer.concat(levels));
};

const SIZE_TAGS = [0x0002, 0x0008, 0x0010, 0x0011, 0x0100, 0x0101, 0x0102, 0x0103, 0x0006];

const overflowSize: Mutation = (bytes, random) => {
  let out = bytes;
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const sizes = places(out).filter(({ group, element }) => group === 0x0028 && SIZE_TAGS.includes(element));
    if (sizes.length === 0) return out;
    const place = pick(random, sizes);
    if (place.element === 0x0008) {
      const text = pick(random, [
        '0',
        '-1',
        '2147483647',
        '4294967296',
        '999999999999',
        '1e308',
        'NaN',
        '65536',
        '65535',
      ]);
      out = withValue(out, place, Buffer.from(text));
    } else {
      const value = Buffer.alloc(2);
      value.writeUInt16LE(pick(random, [0, 1, 2, 3, 4, 7, 12, 16, 32, 64, 255, 0x7fff, 0x8000, 0xfffe, 0xffff]));
      out = withValue(out, place, value);
    }
  }
  return out;
};

const addFrames: Mutation = (bytes, random) => {
  const rows = places(bytes).find(({ group, element }) => group === 0x0028 && element === 0x0010);
  if (rows === undefined) return bytes;
  const vr = rows.vr === '' ? '' : 'IS';
  const text = pick(random, ['2', '60000', '65536', '65537', '2147483648']).padEnd(10);
  return splice(bytes, rows.offset, 0, elementBytes(0x0028, 0x0008, vr, Buffer.from(text)));
};

const removeElement: Mutation = (bytes, random) => {
  const place = pick(random, places(bytes));
  return splice(bytes, place.offset, place.valueAt + place.length - place.offset, Buffer.alloc(0));
};

/** Without File Meta Information Group Length, or with a wrong one. */
const groupLength: Mutation = (bytes, random) => {
  const place = places(bytes).find(({ group, element }) => group === 2 && element === 0);
  if (place === undefined) return splice(bytes, 132, 0, elementBytes(2, 0, 'UL', Buffer.from([255, 255, 255, 127])));
  if (random.below(2) === 0) return splice(bytes, place.offset, 12, Buffer.alloc(0));
  const value = Buffer.alloc(4);
  value.writeUInt32LE(pick(random, LENGTHS));
  return withValue(bytes, place, value);
};

const trailing: Mutation = (bytes, random) => {
  const length = pick(random, [1, 2, 3, 128, 8192, 100_000]);
  const tail = random.below(3) === 0 ? randomBytes(random, length) : Buffer.alloc(length);
  return Buffer.concat([bytes, tail]);
};

const wrongVr: Mutation = (bytes, random) => {
  const explicit = places(bytes).filter(({ vr }) => vr !== '');
  if (explicit.length === 0) return bytes;
  const out = Buffer.from(bytes);
  out.write(pick(random, VRS), pick(random, explicit).offset + 4, 'latin1');
  return out;
};

const textIn = (tags: readonly (readonly [number, number])[], texts: readonly string[]): Mutation => {
  return (bytes, random) => {
    const [group, element] = pick(random, tags);
    const text = Buffer.from(pick(random, texts));
    const found = places(bytes);
    const place = found.find((one) => one.group === group && one.element === element);
    if (place !== undefined) return withValue(bytes, place, text);
    const after = found.find((one) => one.group > group || (one.group === group && one.element > element));
    const at = after?.offset ?? bytes.length;
    return splice(bytes, at, 0, elementBytes(group, element, after?.vr === '' ? '' : 'LO', text));
  };
};

const pathsInUids = textIn(
  [
    [0x0008, 0x0016],
    [0x0008, 0x0018],
    [0x0020, 0x000d],
    [0x0020, 0x000e],
    [0x0002, 0x0003],
    [0x0002, 0x0010],
    [0x0010, 0x0020],
  ],
  PATHS,
);

const markupInNames = textIn(
  [
    [0x0010, 0x0010],
    [0x0010, 0x0020],
    [0x0008, 0x0060],
    [0x0008, 0x103e],
    [0x0008, 0x1030],
    [0x0008, 0x0070],
    [0x0018, 0x0015],
    [0x0008, 0x0005],
    [0x0028, 0x0004],
  ],
  MARKUP,
);

/** Offset tables and items of compressed pixel data; of native pixel data it becomes compressed by name only. */
const badFragments: Mutation = (bytes, random) => {
  const place = pixelPlace(places(bytes));
  if (place === undefined) return bytes;
  const items: number[] = [];
  for (let at = bytes.indexOf('feff00e0', place.valueAt, 'hex'); at >= 0; at = bytes.indexOf('feff00e0', at + 8, 'hex'))
    items.push(at);
  const at = items.length === 0 ? place.valueAt : pick(random, items);
  const out = Buffer.from(bytes);
  const item = Buffer.from('feff00e000000000', 'hex');
  switch (random.below(7)) {
    case 0:
      if (at + 8 <= out.length) out.writeUInt32LE(pick(random, LENGTHS), at + 4);
      return out;
    case 1:
      if (at + 4 <= out.length) out.writeUInt32LE(random.below(0x7fffffff), at);
      return out;
    case 2: {
      // A basic offset table that points anywhere.
      const table = randomBytes(random, 4 * random.below(200));
      item.writeUInt32LE(table.length, 4);
      return splice(bytes, place.valueAt, 8, Buffer.concat([item, table]));
    }
    case 3:
      return splice(bytes, at, 0, Buffer.concat(Array.from({ length: 50_000 }, () => item)));
    case 4:
      return splice(bytes, at, 8, Buffer.alloc(0));
    case 5: {
      const table = Buffer.alloc(8 * (1 + random.below(40)), 0xff);
      const extended = elementBytes(0x7fe0, 1, place.vr === '' ? '' : 'OV', table);
      const lengths = elementBytes(0x7fe0, 2, place.vr === '' ? '' : 'OV', table);
      return splice(bytes, place.offset, 0, Buffer.concat([extended, lengths]));
    }
    default:
      return putLength(bytes, place, 0xffffffff);
  }
};

/** Bytes near the start of the pixel data, where codecs keep sizes, tables and counts. */
const inCodestream: Mutation = (bytes, random) => {
  const place = pixelPlace(places(bytes));
  const start = place?.valueAt ?? 0;
  const length = Math.max(1, Math.min(bytes.length - start, pick(random, [64, 256, 4096])));
  const out = Buffer.from(bytes);
  for (let changes = 1 + random.below(6); changes > 0; changes--) {
    const at = start + random.below(length);
    if (at < out.length) out[at] = pick(random, [0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
  }
  return out;
};

function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, () => random.below(256)));
}

const flipBytes: Mutation = (bytes, random) => {
  const out = Buffer.from(bytes);
  for (let changes = 1 + random.below(20); changes > 0; changes--) out[random.below(out.length)] = random.below(256);
  return out;
};

const overwriteBlock: Mutation = (bytes, random) => {
  const out = Buffer.from(bytes);
  const at = random.below(out.length);
  const block = random.below(2) === 0 ? randomBytes(random, random.below(300)) : Buffer.alloc(random.below(300), 0xff);
  block.copy(out, at, 0, Math.min(block.length, out.length - at));
  return out;
};

const moveBlock: Mutation = (bytes, random) => {
  const from = random.below(bytes.length);
  const block = bytes.subarray(from, from + random.below(2000));
  return splice(bytes, random.below(bytes.length), random.below(2) === 0 ? 0 : block.length, block);
};

const crossOver: Mutation = (bytes, random, other) =>
  Buffer.concat([bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length))]);

/** MiB that a bomb grows to; the large ones take a while to be refused, so they are fewer. */
const BOMB_SIZES = [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 100, 400];

const bombs = new Map<number, Buffer>();

/** Zeros, deflated a thousandfold. */
function bomb(megabytes: number): Buffer {
  const known = bombs.get(megabytes) ?? deflateRawSync(Buffer.alloc(megabytes * 2 ** 20), { level: 9 });
  bombs.set(megabytes, known);
  return known;
}

function metaOf(syntax: string): Buffer {
  const uid = Buffer.from(syntax.length % 2 === 0 ? syntax : `${syntax}\0`);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), elementBytes(2, 0x10, 'UI', uid)]);
}

/** A deflated data set that grows without end: all zeros, or within one value, or as pixels. */
const deflateBomb: Mutation = (bytes, random) => {
  const size = pick(random, BOMB_SIZES);
  const body = bytes.subarray(places(bytes).find(({ group }) => group > 2)?.offset ?? 0);
  const before = pick(random, [
    Buffer.alloc(0),
    elementBytes(0x0009, 0x1001, 'OB', Buffer.alloc(0), size * 2 ** 20),
    body.subarray(0, body.length - 16),
    body,
  ]);
  // Not the last block of its stream, so the bomb goes on from it.
  const first = deflateRawSync(before, { finishFlush: 2 });
  return Buffer.concat([metaOf('1.2.840.10008.1.2.1.99'), first, bomb(size)]);
};

/** Deflated Image Frame Compression with a frame that inflates to more than its header says. */
const frameBomb: Mutation = (bytes, random) => {
  const found = places(bytes);
  const pixels = pixelPlace(found);
  const body = bytes.subarray(found.find(({ group }) => group > 2)?.offset ?? 0, pixels?.offset);
  const frame = bomb(pick(random, BOMB_SIZES));
  const items = Buffer.concat([
    Buffer.from('feff00e000000000', 'hex'),
    elementBytes(0xfffe, 0xe000, '', frame.length % 2 === 0 ? frame : Buffer.concat([frame, Buffer.alloc(1)])),
    Buffer.from('feffdde000000000', 'hex'),
  ]);
  return Buffer.concat([metaOf('1.2.840.10008.1.2.8.1'), body, elementBytes(0x7fe0, 0x10, 'OB', items, 0xffffffff)]);
};

const CHANGED_SYNTAXES = ['', '.1', '.2', '.1.99', '.5', '.8.1', '.4.50', '.4.51', '.4.57', '.4.70', '.4.80', '.4.90']
  .concat(['.4.201', '.4.203', '.4.102', '.1.98'])
  .map((end) => `1.2.840.10008.1.2${end}`);

/** Another transfer syntax than the pixels are in. */
const otherSyntax: Mutation = (bytes, random) => {
  const place = places(bytes).find(({ group, element }) => group === 2 && element === 0x10);
  const uid = pick(random, CHANGED_SYNTAXES);
  return place === undefined ? bytes : withValue(bytes, place, Buffer.from(uid.length % 2 ? `${uid}\0` : uid));
};

/** By name, so that a finding says how it was made. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  truncate,
  lieAboutLength,
  nestDeep,
  nestDeepWithLengths,
  overflowSize,
  addFrames,
  removeElement,
  groupLength,
  trailing,
  wrongVr,
  pathsInUids,
  markupInNames,
  badFragments,
  inCodestream,
  flipBytes,
  overwriteBlock,
  moveBlock,
  crossOver,
  deflateBomb,
  frameBomb,
  otherSyntax,
  zipPaths: (bytes, random) => zipPaths(bytes, random, PATHS),
  zipBomb: (bytes, random) => zipBomb(bytes, random, pick(random, BOMB_SIZES)),
  zipLies,
  zipEncrypted,
  zipNested,
  niftiLies,
  tiffLies,
};
