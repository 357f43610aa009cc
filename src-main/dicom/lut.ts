/** @file Lookup tables of a data set: modality LUT and palette (PS3.3 C.11.1, C.7.6.3.1.5 and C.7.9.2). */

import type { ValueReader } from './values.js';

export interface LookupTable {
  /** Stored value that the first entry stands for; smaller values take the first entry, larger ones the last. */
  first: number;
  entries: Uint16Array;
  /** Bits of one entry, 8 or 16. */
  bits: number;
}

export interface Palette {
  red: LookupTable;
  green: LookupTable;
  blue: LookupTable;
}

/** The table's entry for a stored value. */
export function lookUp(table: LookupTable, stored: number): number {
  const index = Math.min(Math.max(stored - table.first, 0), table.entries.length - 1);
  return table.entries[index]!;
}

interface Descriptor {
  count: number;
  first: number;
  bits: number;
}

function readDescriptor(reader: ValueReader, tag: string, signed: boolean): Descriptor | null {
  const count = reader.unsigned16(tag, 0);
  const first = signed ? reader.signed16(tag, 1) : reader.unsigned16(tag, 1);
  const bits = reader.unsigned16(tag, 2);
  if (count === null || first === null || bits === null) return null;
  return { count: count === 0 ? 65536 : count, first, bits: bits > 8 ? 16 : 8 };
}

/** Entries as 16-bit words, or as bytes where the data is just as long as the number of entries. */
function readEntries(reader: ValueReader, tag: string, descriptor: Descriptor): Uint16Array | null {
  const bytes = reader.rawBytes(tag);
  if (bytes === null) return null;
  const { count } = descriptor;
  if (bytes.length >= count * 2)
    return Uint16Array.from({ length: count }, (_, index) => reader.unsigned16(tag, index) ?? 0);
  return bytes.length >= count ? Uint16Array.from(bytes.subarray(0, count)) : null;
}

/**
 * Segmented palette data (PS3.3 C.7.9.2): discrete runs, linear ramps and repeats of earlier segments, in words of 16
 * bits, or of 8 where the descriptor says that entries have 8.
 */
function readSegments(reader: ValueReader, tag: string, descriptor: Descriptor): Uint16Array | null {
  const bytes = reader.rawBytes(tag);
  if (bytes === null) return null;
  const isByte = descriptor.bits === 8;
  const words = isByte
    ? Array.from(bytes)
    : Array.from({ length: Math.floor(bytes.length / 2) }, (_, index) => reader.unsigned16(tag, index) ?? 0);
  const offsetAt = (at: number): number =>
    isByte
      ? [0, 1, 2, 3].reduce((sum, place) => sum + (words[at + place] ?? 0) * 256 ** place, 0)
      : ((words[at + 1] ?? 0) * 65536 + (words[at] ?? 0)) / 2;
  const out = new Uint16Array(descriptor.count);
  let filled = 0;
  const put = (value: number): void => {
    if (filled < out.length) out[filled++] = value;
  };
  const expand = (start: number, segments: number, depth: number): number => {
    let at = start;
    for (let segment = 0; segment < segments && at + 1 < words.length && filled < out.length; segment++) {
      const opcode = words[at]!;
      const length = words[at + 1]!;
      if (opcode === 0) {
        for (let i = 0; i < length && at + 2 + i < words.length; i++) put(words[at + 2 + i]!);
        at += 2 + length;
      } else if (opcode === 1) {
        const from = filled === 0 ? 0 : out[filled - 1]!;
        const to = words[at + 2] ?? from;
        for (let i = 1; i <= length; i++) put(Math.round(from + ((to - from) * i) / length));
        at += 3;
      } else if (opcode === 2 && depth === 0) {
        expand(offsetAt(at + 2), length, depth + 1);
        at += isByte ? 6 : 4;
      } else {
        return at;
      }
    }
    return at;
  };
  expand(0, Number.POSITIVE_INFINITY, 0);
  return filled === out.length ? out : null;
}

function readChannel(reader: ValueReader, channel: 1 | 2 | 3, signed: boolean): LookupTable | null {
  const descriptor = readDescriptor(reader, `x0028110${channel}`, signed);
  if (descriptor === null) return null;
  const entries =
    readEntries(reader, `x0028120${channel}`, descriptor) ?? readSegments(reader, `x0028122${channel}`, descriptor);
  return entries === null ? null : { first: descriptor.first, entries, bits: descriptor.bits };
}

/** The palette of a PALETTE COLOR image, or null where it is missing or damaged. */
export function readPalette(reader: ValueReader, signed: boolean): Palette | null {
  const red = readChannel(reader, 1, signed);
  const green = readChannel(reader, 2, signed);
  const blue = readChannel(reader, 3, signed);
  return red === null || green === null || blue === null ? null : { red, green, blue };
}

/** The Modality LUT Sequence (0028,3000), or null where there is none. */
export function readModalityLut(reader: ValueReader, signed: boolean): LookupTable | null {
  const item = reader.item('x00283000');
  return item === null ? null : readTable(item, signed);
}

export interface VoiTable extends LookupTable {
  /** Entry that is white: 2^n - 1 for the n bits that the descriptor gives an entry (PS3.3 C.11.2.1.1). */
  white: number;
}

/** The table in an item of the VOI LUT Sequence (0028,3010), or null where it is damaged. */
export function readVoiLut(item: ValueReader, signed: boolean): VoiTable | null {
  const table = readTable(item, signed);
  if (table === null) return null;
  const bits = item.unsigned16('x00283002', 2) ?? 0;
  const most = table.entries.reduce((found, entry) => Math.max(found, entry), 1);
  // A descriptor that is too small for its own entries, or out of range, says nothing: the entries do.
  const said = bits >= 8 && bits <= 16 ? 2 ** bits - 1 : 0;
  return { ...table, white: most <= said ? said : 2 ** Math.ceil(Math.log2(most + 1)) - 1 };
}

function readTable(item: ValueReader, signed: boolean): LookupTable | null {
  const descriptor = readDescriptor(item, 'x00283002', signed);
  if (descriptor === null) return null;
  const entries = readEntries(item, 'x00283006', descriptor);
  return entries === null ? null : { first: descriptor.first, entries, bits: descriptor.bits };
}
