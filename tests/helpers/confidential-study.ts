/**
 * @file A study of which every attribute of PS3.15 Table E.1-1 is present, at the top and two sequences deep, in every
 * way a data set may be encoded; and what finds an original value in any bytes.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { Encoding } from '../../src-main/dicom/identify.js';
import { PROFILE } from '../../src-main/dicom/profile-table.js';
import { encapsulate, writeElement } from '../unit/dicom/writer.js';

/** Rows that a data set can hold: groups 0000 and 0002 are commands and file meta information. */
export const ATTRIBUTES = PROFILE.filter(({ tag }) => !/^000[02]/.test(tag)).map((row) => ({
  ...row,
  tag: row.tag.replace('50xxxxxx', '50021001').replace('60xx', '6002'),
}));

/**
 * The first sequence is of undefined length, the second also of VR UN, where there are VRs and dicom-parser reads it: in
 * big endian it takes the items, which are little endian, for big.
 */
export const OUTER = '52009229';
export const INNER = '0040a168';

const SIDE = 16;
/** A wedge of SIDE x SIDE pixels of 8 bits, as CharLS writes it. */
const JPEG_LS =
  `ffd8fff7000b080010001001011100ffda0008010100000000871da3b569fdddbbbb0811cc523b3332b6c136db69249253aaaaaaaa6555557
  d5fff68ff7fefff7cff7fcfff7cff7fcfff7aff7fdfff7bff7f7fff60ffd9`.replaceAll(/\s/g, '');

interface Variant {
  name: string;
  syntax: string;
  encoding: Encoding;
  /** Of the pixel data element; encapsulated forms are of undefined length. */
  pixels: (shade: number) => { value: Uint8Array; encapsulated: boolean };
}

const native = (shade: number) => ({ value: wedge(shade), encapsulated: false });

function wedge(shade: number): Uint8Array {
  return Uint8Array.from({ length: SIDE * SIDE }, (_, index) => (8 * ((index % SIDE) + (index >> 4)) + shade) & 0xff);
}

/** One segment of literal runs (PS3.5 section G.3). */
function rle(bytes: Uint8Array): Uint8Array {
  const header = Buffer.alloc(64);
  header.writeUInt32LE(1, 0);
  header.writeUInt32LE(64, 4);
  const runs: Uint8Array[] = [header];
  for (let at = 0; at < bytes.length; at += 128) runs.push(Uint8Array.of(127), bytes.subarray(at, at + 128));
  return Buffer.concat(runs);
}

export const VARIANTS: readonly Variant[] = [
  { name: 'explicit', syntax: '1.2.840.10008.1.2.1', encoding: 'explicit-little', pixels: native },
  { name: 'implicit', syntax: '1.2.840.10008.1.2', encoding: 'implicit-little', pixels: native },
  { name: 'big-endian', syntax: '1.2.840.10008.1.2.2', encoding: 'explicit-big', pixels: native },
  { name: 'deflated', syntax: '1.2.840.10008.1.2.1.99', encoding: 'explicit-little', pixels: native },
  {
    ...{ name: 'rle', syntax: '1.2.840.10008.1.2.5', encoding: 'explicit-little' },
    pixels: (shade) => ({ value: encapsulate([rle(wedge(shade))]), encapsulated: true }),
  },
  {
    ...{ name: 'jpeg-ls', syntax: '1.2.840.10008.1.2.4.80', encoding: 'explicit-little' },
    pixels: () => ({ value: encapsulate([Buffer.from(JPEG_LS, 'hex')]), encapsulated: true }),
  },
];

const ORDER = new Map(ATTRIBUTES.map(({ tag }, index) => [tag, index]));
const two = (value: number): string => String(value).padStart(2, '0');

/** Days in the 18th century: no program and no dummy has such. */
function dateOf(tag: string): string {
  const index = ORDER.get(tag) ?? 0;
  return `17${two(index % 100)}${two(1 + (Math.floor(index / 100) % 12))}${two(1 + (index % 28))}`;
}

/** A value that its VR allows, as far as that leaves it unmistakable, and no two alike. */
export function originalOf(tag: string, vr: string): string {
  const index = ORDER.get(tag) ?? 0;
  if (vr === 'UI') return `1.2.3.77${Number.parseInt(tag, 16)}`;
  if (vr === 'DA') return dateOf(tag);
  if (vr === 'TM') return `1343${two(index % 60)}.${String(770_000 + index)}`;
  if (vr === 'DT') return `${dateOf(tag)}1343${two(index % 60)}.${String(770_000 + index)}`;
  if (vr === 'DS' || vr === 'IS') return String(1_987_700_000 + index);
  if (vr === 'AS') return `${String(701 + index).slice(-3)}Y`;
  if (vr === 'PN') return `Q${tag}Q^Zoe`;
  return `Q${tag}Q`;
}

function head(group: number, element: number, length: number, little: boolean): Buffer {
  const bytes = Buffer.alloc(8);
  if (little) {
    bytes.writeUInt16LE(group, 0);
    bytes.writeUInt16LE(element, 2);
    bytes.writeUInt32LE(length, 4);
  } else {
    bytes.writeUInt16BE(group, 0);
    bytes.writeUInt16BE(element, 2);
    bytes.writeUInt32BE(length, 4);
  }
  return bytes;
}

const UNDEFINED = 0xffffffff;

function item(content: Uint8Array, little: boolean, ended: boolean): Buffer {
  if (!ended) return Buffer.concat([head(0xfffe, 0xe000, content.length, little), content]);
  return Buffer.concat([head(0xfffe, 0xe000, UNDEFINED, little), content, head(0xfffe, 0xe00d, 0, little)]);
}

type Part = [tag: string, vr: string, value: string | number[] | Uint8Array, undefinedLength?: boolean];

function write([tag, vr, value, undefinedLength]: Part, encoding: Encoding): Buffer {
  const pair: [number, number] = [Number.parseInt(tag.slice(0, 4), 16), Number.parseInt(tag.slice(4), 16)];
  const little = encoding !== 'explicit-big';
  return writeElement({ tag: pair, vr, value }, encoding !== 'implicit-little', little, undefinedLength);
}

/** Every attribute of the table, and `more`, in the order of their tags. */
function dataSet(encoding: Encoding, more: Part[]): Buffer {
  const little = encoding !== 'explicit-big';
  const own = new Set(more.map(([tag]) => tag));
  const rows = ATTRIBUTES.filter(({ tag }) => !own.has(tag)).map(({ tag, vr }): Part => {
    if (vr !== 'SQ') return [tag, vr, originalOf(tag, vr)];
    const inner = [
      write(['00081155', 'UI', originalOf('00081155', 'UI')], encoding),
      write(['0040a123', 'PN', originalOf(tag, 'PN')], encoding),
    ];
    return [tag, vr, item(Buffer.concat(inner), little, false)];
  });
  const parts = [...rows, ...more].sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat(parts.map((part) => write(part, encoding)));
}

/** Names, dates and instances that the table does not list, and private attributes. */
const BEYOND: Part[] = [
  ['00090010', 'LO', 'Qprivate creatorQ'],
  ['00091001', 'LO', 'Qprivate valueQ'],
  ['00142006', 'PN', 'Qevaluator^nameQ'],
  ['00144076', 'DA', '16990101'],
  ['00083012', 'UI', '1.2.3.7799'],
];

/** @param index of the file, which makes patient, instance and pixels its own */
function fileOf(variant: Variant, index: number): Buffer {
  const { encoding, syntax } = variant;
  const little = encoding !== 'explicit-big';
  const explicit = encoding !== 'implicit-little';
  const end = (order: boolean) => head(0xfffe, 0xe0dd, 0, order);
  const unknown = encoding === 'explicit-little';
  // What UN of undefined length holds is in implicit VR little endian (PS3.5 section 6.2.2).
  const innermost = dataSet(unknown ? 'implicit-little' : encoding, BEYOND);
  const inner = Buffer.concat([item(innermost, little, true), end(little)]);
  const outer = Buffer.concat([
    item(dataSet(encoding, [...BEYOND, [INNER, unknown ? 'UN' : 'SQ', inner, true]]), little, true),
    end(little),
  ]);
  const pixels = variant.pixels(index);
  const content = dataSet(encoding, [
    ...BEYOND,
    ['00080016', 'UI', '1.2.840.10008.5.1.4.1.1.7'],
    ['00080018', 'UI', `${originalOf('00080018', 'UI')}.${index}`],
    ['00080060', 'CS', 'OT'],
    ['00100020', 'LO', `${originalOf('00100020', 'LO')}${index}`],
    ['0020000d', 'UI', `${originalOf('0020000d', 'UI')}.${index}`],
    ['0020000e', 'UI', `${originalOf('0020000e', 'UI')}.${index}`],
    ['00280002', 'US', [1]],
    ['00280004', 'CS', 'MONOCHROME2'],
    ['00280010', 'US', [SIDE]],
    ['00280011', 'US', [SIDE]],
    ['00280100', 'US', [8]],
    ['00280101', 'US', [8]],
    ['00280102', 'US', [7]],
    ['00280103', 'US', [0]],
    ['00280301', 'CS', 'NO'],
    [OUTER, 'SQ', outer, true],
    ['7fe00010', explicit ? 'OB' : 'OW', pixels.value, pixels.encapsulated],
  ]);
  const meta = [
    write(['00020003', 'UI', `${originalOf('00080018', 'UI')}.${index}`], 'explicit-little'),
    write(['00020010', 'UI', syntax], 'explicit-little'),
    write(['00020016', 'AE', 'Qmeta aeQ'], 'explicit-little'),
  ];
  const body = variant.name === 'deflated' ? deflateRawSync(content) : content;
  return Buffer.concat([Buffer.alloc(128, 'QpreambleQ'), Buffer.from('DICM'), ...meta, body]);
}

/** Writes `files` files, one for each patient, the variants in turn. @returns their paths */
export function writeConfidentialStudy(folder: string, files: number): string[] {
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: files }, (_, index) => {
    const variant = VARIANTS[index % VARIANTS.length]!;
    const path = join(folder, `${String(index).padStart(3, '0')}-${variant.name}`);
    writeFileSync(path, fileOf(variant, index));
    return path;
  });
}

/** Values that have no mark of their own. */
const PLAIN = ATTRIBUTES.filter(({ vr }) => ['DA', 'TM', 'DT', 'DS', 'IS', 'AS'].includes(vr)).map(({ tag, vr }) => ({
  tag,
  vr,
  value: originalOf(tag, vr),
}));
const MOST_FOR_AGES = 2 ** 20;

/** Tags of the originals that stand in `bytes`, and what else of the originals does; sorted. */
export function originalsIn(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const found = new Set<string>();
  for (const [, tag] of text.matchAll(/Q([0-9a-f]{8})Q/gi)) found.add((tag ?? '').toLowerCase());
  for (const [, number] of text.matchAll(/1\.2\.3\.77(\d+)/g)) {
    found.add(number === '99' ? 'an instance' : Number(number).toString(16).padStart(8, '0'));
  }
  for (const { tag, vr, value } of PLAIN) {
    // Four characters turn up among millions of random bytes by chance, eight digits inside new UIDs.
    if (vr === 'AS' && bytes.length > MOST_FOR_AGES) continue;
    if (vr === 'DA' ? new RegExp(`(?<![0-9])${value}`).test(text) : text.includes(value)) found.add(tag);
  }
  for (const [word] of text.matchAll(/Qprivate creator|Qprivate value|Qevaluator|16990101|Qmeta|Qpreamble/g))
    found.add(word);
  return [...found].sort();
}
