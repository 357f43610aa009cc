/** @file Encapsulated pixel data (PS3.5 section A.4): fragments, offset tables, the bytes of each frame. */

import type { ParsedDataSet } from './dataset.js';
import { refusal } from './refusal.js';
import type { Codec } from './transfer-syntax.js';

/** Random access to a file's bytes, in memory or on disk. */
export interface ByteSource {
  size: number;
  /** At most `length` bytes from `offset`; fewer at the end. */
  read(offset: number, length: number): Uint8Array;
}

export interface Fragment {
  /** Of the fragment's first byte in the file. */
  offset: number;
  length: number;
  /** Of its item tag, from the first byte after the basic offset table: what the offset tables count in. */
  position: number;
}

export interface Encapsulated {
  basicOffsets: number[];
  fragments: Fragment[];
}

const ITEM = 0xe000;
const SEQUENCE_END = 0xe0dd;

/** A byte source over a file that is in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/**
 * Walks the items of encapsulated pixel data that starts at `start`.
 *
 * A missing sequence delimiter at the very end of the file is accepted, since some writers leave it out.
 *
 * @throws PretextError `bad-file` where a fragment runs past the end of the file or an item tag is missing.
 */
export function listFragments(source: ByteSource, start: number, path: string): Encapsulated {
  const result: Encapsulated = { basicOffsets: [], fragments: [] };
  let offset = start;
  let base: number | null = null;
  while (offset + 8 <= source.size) {
    const head = source.read(offset, 8);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const element = view.getUint16(2, true);
    if (view.getUint16(0, true) !== 0xfffe || (element !== ITEM && element !== SEQUENCE_END)) {
      if (base !== null && result.fragments.length > 0) return result;
      throw refusal(path, 'The compressed pixel data is damaged: a fragment does not start where it should.');
    }
    if (element === SEQUENCE_END) return result;
    const length = view.getUint32(4, true);
    if (offset + 8 + length > source.size) {
      throw refusal(path, 'The DICOM file is truncated: it ends within its compressed pixel data.');
    }
    if (base === null) {
      base = offset + 8 + length;
      const table = source.read(offset + 8, length);
      const words = new DataView(table.buffer, table.byteOffset, table.byteLength);
      for (let i = 0; i + 4 <= length; i += 4) result.basicOffsets.push(words.getUint32(i, true));
    } else {
      result.fragments.push({ offset: offset + 8, length, position: offset - base });
    }
    offset += 8 + length;
  }
  if (result.fragments.length === 0) throw refusal(path, 'The DICOM file is truncated: its pixel data is missing.');
  return result;
}

/** Values of an Extended Offset Table element (7FE0,0001 or 7FE0,0002), or null. */
function extendedTable(parsed: ParsedDataSet, tag: string): number[] | null {
  const element = parsed.dataSet.elements[tag];
  if (element === undefined || element.length === 0 || element.length % 8 !== 0) return null;
  const view = new DataView(parsed.bytes.buffer, parsed.bytes.byteOffset + element.dataOffset, element.length);
  return Array.from({ length: element.length / 8 }, (_, index) => Number(view.getBigUint64(index * 8, true)));
}

/** Groups fragments by the frame offsets of a table; null where the table does not match the fragments. */
function groupByOffsets(fragments: Fragment[], offsets: number[], frames: number): Fragment[][] | null {
  if (offsets.length !== frames) return null;
  const groups: Fragment[][] = [];
  let next = 0;
  for (const fragment of fragments) {
    if (next < frames && fragment.position === offsets[next]) {
      groups.push([]);
      next++;
    }
    const group = groups.at(-1);
    if (group === undefined) return null;
    group.push(fragment);
  }
  return next === frames ? groups : null;
}

function startsFrame(bytes: Uint8Array, codec: Codec): boolean {
  if (codec === 'jpeg-2000' || codec === 'htj2k') return bytes[0] === 0xff && bytes[1] === 0x4f && bytes[2] === 0xff;
  if (codec === 'rle' || codec === 'deflated-frame' || codec === 'uncompressed') return true;
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

/** Without a usable table a frame starts where a fragment starts with the codec's first marker. */
function groupByMarkers(bytes: Uint8Array, fragments: Fragment[], codec: Codec): Fragment[][] {
  const groups: Fragment[][] = [];
  for (const fragment of fragments) {
    const group = groups.at(-1);
    if (group === undefined || startsFrame(bytes.subarray(fragment.offset, fragment.offset + 4), codec)) {
      groups.push([fragment]);
    } else {
      group.push(fragment);
    }
  }
  return groups;
}

/**
 * The compressed bytes of every frame, each one piece.
 *
 * @throws PretextError `bad-file` where the fragments do not make up `frames` frames.
 */
export function encapsulatedFrames(parsed: ParsedDataSet, codec: Codec, frames: number, path: string): Uint8Array[] {
  if (parsed.pixelData === null) return [];
  const { bytes } = parsed;
  const { basicOffsets, fragments } = listFragments(memorySource(bytes), parsed.pixelData.offset, path);
  if (fragments.length < frames) {
    throw refusal(path, `The DICOM file holds ${fragments.length} of the ${frames} frames that it announces.`);
  }
  const extended = extendedTable(parsed, 'x7fe00001');
  const lengths = extendedTable(parsed, 'x7fe00002');
  let groups: Fragment[][] | null = frames === 1 ? [fragments] : null;
  if (groups === null && fragments.length === frames) groups = fragments.map((fragment) => [fragment]);
  groups ??= extended === null ? null : groupByOffsets(fragments, extended, frames);
  groups ??= groupByOffsets(fragments, basicOffsets, frames);
  groups ??= groupByMarkers(bytes, fragments, codec);
  if (groups.length !== frames) {
    throw refusal(path, `Its ${fragments.length} fragments cannot be assigned to the ${frames} frames it announces.`);
  }
  return groups.map((group, index) => {
    const pieces = group.map(({ offset, length }) => bytes.subarray(offset, offset + length));
    const whole = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    const length = lengths?.[index];
    return length !== undefined && length > 0 && length < whole.length ? whole.subarray(0, length) : whole;
  });
}
