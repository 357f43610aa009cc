/** @file The elements of a DICOM file as a person reads them, identifiers hidden unless they are asked for. */

import { attributeOf } from './attributes.js';
import type { DataSet, ParsedDataSet } from './dataset.js';
import { ValueReader } from './values.js';

export type TagValue =
  | { kind: 'text'; text: string }
  /** Bytes that are no text. */
  | { kind: 'bytes'; bytes: number }
  /** A sequence; its items follow one step deeper. */
  | { kind: 'items'; items: number }
  /** It may tell who the patient is, and was not asked for. */
  | { kind: 'hidden' };

export interface Tag {
  /** '(0010,0010)'. */
  tag: string;
  /** As in PS3.6; null for private elements and rare ones. */
  name: string | null;
  vr: string;
  /** 0 at the top, 1 within an item of a sequence, ... */
  depth: number;
  /** Which item of its sequence, from 1; 0 at the top. */
  item: number;
  value: TagValue;
}

export interface TagList {
  tags: Tag[];
  /** Whether there are more than are listed. */
  cut: boolean;
}

/** Bounds of what one file may make the window show. */
export const MAX_TAGS = 1000;
export const MAX_VALUE_CHARACTERS = 400;
const MAX_DEPTH = 5;
const MAX_ITEMS = 12;
const MAX_NUMBERS = 24;

const BYTES = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN']);
/** UIDs below this root are DICOM's own: classes, transfer syntaxes. Others are given to a patient's images. */
const DICOM_ROOT = '1.2.840.10008.';

function displayTag(tag: string): string {
  return `(${tag.slice(1, 5)},${tag.slice(5)})`;
}

/** Binary numbers (PS3.5 section 6.2): bytes of one, and how it is read. */
const NUMBERS = new Map<string, [size: number, read: (dataSet: DataSet, tag: string, index: number) => unknown]>([
  ['US', [2, (dataSet, tag, index) => dataSet.uint16(tag, index)]],
  ['SS', [2, (dataSet, tag, index) => dataSet.int16(tag, index)]],
  ['UL', [4, (dataSet, tag, index) => dataSet.uint32(tag, index)]],
  ['SL', [4, (dataSet, tag, index) => dataSet.int32(tag, index)]],
  ['FL', [4, (dataSet, tag, index) => Number(dataSet.float(tag, index)?.toPrecision(7))]],
  ['FD', [8, (dataSet, tag, index) => dataSet.double(tag, index)]],
  ['AT', [4, (dataSet, tag, index) => attributeTag(dataSet, tag, index)]],
]);

function attributeTag(dataSet: DataSet, tag: string, index: number): string {
  const [group, element] = [dataSet.uint16(tag, 2 * index) ?? 0, dataSet.uint16(tag, 2 * index + 1) ?? 0];
  return `(${group.toString(16).padStart(4, '0')},${element.toString(16).padStart(4, '0')})`;
}

function shorten(text: string): string {
  // Control characters, line ends among them, would break the table apart.
  const line = text.replace(/\p{Cc}+/gu, ' ').trim();
  return line.length <= MAX_VALUE_CHARACTERS ? line : `${line.slice(0, MAX_VALUE_CHARACTERS)}...`;
}

class TagLister {
  readonly tags: Tag[] = [];
  cut = false;

  constructor(private readonly identifiers: boolean) {}

  list(dataSet: DataSet, reader: ValueReader, depth: number, item: number): void {
    for (const tag of Object.keys(dataSet.elements).sort()) {
      // Group lengths (PS3.5 section 7.2) and the ends of items say nothing.
      if (tag.endsWith('0000') || tag.startsWith('xfffe')) continue;
      if (this.tags.length >= MAX_TAGS) {
        this.cut = true;
        return;
      }
      this.add(dataSet, reader, tag, depth, item);
    }
  }

  add(dataSet: DataSet, reader: ValueReader, tag: string, depth: number, item: number): void {
    const attribute = attributeOf(tag);
    const declared = dataSet.elements[tag]?.vr ?? '';
    const items = dataSet.elements[tag]?.items;
    const vr = items !== undefined ? 'SQ' : declared === '' || declared === 'UN' ? (attribute?.vr ?? 'UN') : declared;
    const value = this.valueOf(dataSet, reader, tag, vr);
    this.tags.push({ tag: displayTag(tag), name: attribute?.name ?? null, vr, depth, item, value });
    if (value.kind !== 'items' || items === undefined) return;
    const readers = reader.items(tag);
    const sets = items.flatMap((entry) => (entry.dataSet === undefined ? [] : [entry.dataSet]));
    if (depth + 1 >= MAX_DEPTH || sets.length > MAX_ITEMS) this.cut = true;
    if (depth + 1 >= MAX_DEPTH) return;
    sets.slice(0, MAX_ITEMS).forEach((set, index) => {
      const inner = readers[index];
      if (inner !== undefined) this.list(set, inner, depth + 1, index + 1);
    });
  }

  private valueOf(dataSet: DataSet, reader: ValueReader, tag: string, vr: string): TagValue {
    const attribute = attributeOf(tag);
    // What is not known to be harmless is hidden: private elements (odd groups) and attributes outside the table too.
    const harmless = attribute !== null && !attribute.identifying && vr !== 'PN';
    if (!harmless && !this.identifiers) return { kind: 'hidden' };
    const length = dataSet.elements[tag]?.length ?? 0;
    if (vr === 'SQ') return { kind: 'items', items: dataSet.elements[tag]?.items?.length ?? 0 };
    if (BYTES.has(vr)) return { kind: 'bytes', bytes: length };
    const number = NUMBERS.get(vr);
    if (number !== undefined) {
      const [size, read] = number;
      const count = reader.rawBytes(tag) === null ? 0 : Math.floor(length / size);
      const shown = Array.from({ length: Math.min(count, MAX_NUMBERS) }, (_, index) => read(dataSet, tag, index));
      return { kind: 'text', text: `${shown.join(' \\ ')}${count > MAX_NUMBERS ? ' ...' : ''}` };
    }
    const text = reader.text(tag) ?? '';
    if (vr === 'UI' && !this.identifiers && text !== '' && !text.startsWith(DICOM_ROOT)) return { kind: 'hidden' };
    return { kind: 'text', text: shorten(text) };
  }
}

/**
 * The elements of a parsed file in the order of their tags, sequences with their items, pixel data by its size.
 *
 * @param parsed with `sequences: 'all'`
 * @param identifiers whether values are shown that the Basic Application Confidentiality Profile (PS3.15 Table E.1-1)
 *   removes, as `attributes.ts` marks them, and those of private and unlisted elements
 */
export function listTags(parsed: ParsedDataSet, identifiers: boolean): TagList {
  const lister = new TagLister(identifiers);
  const syntax = attributeOf('x00020010');
  if (syntax !== null) {
    const value: TagValue = { kind: 'text', text: parsed.transferSyntaxUID };
    lister.tags.push({ tag: '(0002,0010)', name: syntax.name, vr: syntax.vr, depth: 0, item: 0, value });
  }
  lister.list(parsed.dataSet, new ValueReader(parsed.dataSet), 0, 0);
  const { pixelData } = parsed;
  if (pixelData !== null) {
    const element = { PixelData: '0010', FloatPixelData: '0008', DoubleFloatPixelData: '0009' }[pixelData.keyword];
    const attribute = attributeOf(`x7fe0${element}`);
    const vr = pixelData.vr || (attribute?.vr ?? 'OW');
    const value: TagValue =
      pixelData.length === null ? { kind: 'text', text: '' } : { kind: 'bytes', bytes: pixelData.length };
    lister.tags.push({ tag: `(7fe0,${element})`, name: attribute?.name ?? null, vr, depth: 0, item: 0, value });
  }
  return { tags: lister.tags, cut: lister.cut };
}
