/** @file Writes DICOM files (PS3.10): file meta information, a flat dataset and one monochrome frame. */

import { encodeJpegLs } from './jpeg-ls-encoder.js';
import { encodeRle } from './rle-encoder.js';
import { deriveUid } from './uid.js';

/** The transfer syntaxes that can be written (PS3.5 section 10 and Annex A). */
export const TransferSyntax = {
  implicitLittleEndian: '1.2.840.10008.1.2',
  explicitLittleEndian: '1.2.840.10008.1.2.1',
  rleLossless: '1.2.840.10008.1.2.5',
  jpegLsLossless: '1.2.840.10008.1.2.4.80',
} as const;

export type TransferSyntaxName = keyof typeof TransferSyntax;

type TextVR = 'AE' | 'AS' | 'CS' | 'DA' | 'DS' | 'IS' | 'LO' | 'LT' | 'PN' | 'SH' | 'ST' | 'TM' | 'UI';

/** One data element; `tag` is group << 16 | element. Several values of text are joined by backslashes. */
export type Element =
  | { tag: number; vr: TextVR; value: string | number | readonly (string | number)[] }
  | { tag: number; vr: 'US'; value: number }
  | { tag: number; vr: 'UL'; value: number }
  | { tag: number; vr: 'OB' | 'OW'; value: Uint8Array };

/** One frame of 16-bit monochrome samples. */
export interface Frame {
  rows: number;
  columns: number;
  bitsStored: number;
  values: Uint16Array | Int16Array;
}

/** Names the program that wrote a file (PS3.7 section D.3.3.2). */
const IMPLEMENTATION_UID = deriveUid('Pretext', 'sample study writer', 1);
const IMPLEMENTATION_NAME = 'PRETEXT_1';

/** A decimal string of at most 16 characters (PS3.5 section 6.2, DS). */
export function decimalString(value: number): string {
  const plain = String(value);
  if (plain.length <= 16) return plain;
  for (let digits = 14; digits > 0; digits--) {
    const text = String(Number(value.toPrecision(digits)));
    if (text.length <= 16) return text;
  }
  return value.toExponential(6);
}

function valueBytes(element: Element): Uint8Array {
  switch (element.vr) {
    case 'US': {
      const bytes = Buffer.alloc(2);
      bytes.writeUInt16LE(element.value);
      return bytes;
    }
    case 'UL': {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(element.value);
      return bytes;
    }
    case 'OB':
    case 'OW':
      return element.value.length % 2 === 0 ? element.value : Buffer.concat([element.value, Buffer.of(0)]);
    default: {
      const values = Array.isArray(element.value) ? element.value : [element.value];
      const texts = values.map((value) => (typeof value === 'number' ? decimalString(value) : String(value)));
      const text = Buffer.from(texts.join('\\'), 'utf8');
      if (text.length % 2 === 0) return text;
      return Buffer.concat([text, Buffer.of(element.vr === 'UI' ? 0 : 0x20)]);
    }
  }
}

/** Tag, VR and length of an element; `length` 0xffffffff is the undefined length. */
function elementHead(tag: number, vr: string, length: number, explicit: boolean): Buffer {
  const long = explicit && (vr === 'OB' || vr === 'OW');
  const head = Buffer.alloc(long ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  if (!explicit) head.writeUInt32LE(length, 4);
  else {
    head.write(vr, 4, 'latin1');
    if (long) head.writeUInt32LE(length, 8);
    else head.writeUInt16LE(length, 6);
  }
  return head;
}

/** The bytes of a dataset: elements in the order of their tags (PS3.5 section 7.1). */
export function encodeDataset(elements: readonly Element[], explicit: boolean): Buffer {
  const sorted = [...elements].sort((first, second) => (first.tag >>> 0) - (second.tag >>> 0));
  return Buffer.concat(
    sorted.flatMap((element) => {
      const value = valueBytes(element);
      return [elementHead(element.tag, element.vr, value.length, explicit), value];
    }),
  );
}

/** Compressed pixel data as one fragment after an empty offset table (PS3.5 section A.4). */
function encapsulated(fragment: Uint8Array): Buffer {
  const padded = fragment.length % 2 === 0 ? fragment : Buffer.concat([fragment, Buffer.of(0)]);
  return Buffer.concat([
    elementHead(0x7fe00010, 'OB', 0xffffffff, true),
    elementHead(0xfffee000, '', 0, false),
    elementHead(0xfffee000, '', padded.length, false),
    padded,
    elementHead(0xfffee0dd, '', 0, false),
  ]);
}

/** Preamble, prefix and group 0002 in explicit little endian (PS3.10 section 7.1). */
function fileMeta(sopClassUID: string, sopInstanceUID: string, transferSyntaxUID: string): Buffer {
  const rest = encodeDataset(
    [
      { tag: 0x00020001, vr: 'OB', value: Uint8Array.of(0, 1) },
      { tag: 0x00020002, vr: 'UI', value: sopClassUID },
      { tag: 0x00020003, vr: 'UI', value: sopInstanceUID },
      { tag: 0x00020010, vr: 'UI', value: transferSyntaxUID },
      { tag: 0x00020012, vr: 'UI', value: IMPLEMENTATION_UID },
      { tag: 0x00020013, vr: 'SH', value: IMPLEMENTATION_NAME },
    ],
    true,
  );
  const length = encodeDataset([{ tag: 0x00020000, vr: 'UL', value: rest.length }], true);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM', 'latin1'), length, rest]);
}

/**
 * A DICOM Part 10 file of one frame.
 *
 * @param elements everything but the Image Pixel module (PS3.3 section C.7.6.3), which is written from `frame`; SOP
 *   class and instance UID are taken from it
 * @throws Error where a UID is missing, or signed samples are to be compressed by JPEG-LS, which knows no sign
 */
export async function writeDicom(
  elements: readonly Element[],
  frame: Frame,
  syntax: TransferSyntaxName,
): Promise<Buffer> {
  const uidOf = (tag: number): string => {
    const element = elements.find((candidate) => candidate.tag === tag);
    if (element?.vr !== 'UI' || typeof element.value !== 'string') throw new Error(`no UID ${tag.toString(16)}`);
    return element.value;
  };
  const { rows, columns, values, bitsStored } = frame;
  const signed = values instanceof Int16Array;
  const pixels = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const dataset: Element[] = [
    ...elements,
    { tag: 0x00280002, vr: 'US', value: 1 },
    { tag: 0x00280004, vr: 'CS', value: 'MONOCHROME2' },
    { tag: 0x00280010, vr: 'US', value: rows },
    { tag: 0x00280011, vr: 'US', value: columns },
    { tag: 0x00280100, vr: 'US', value: 16 },
    { tag: 0x00280101, vr: 'US', value: bitsStored },
    { tag: 0x00280102, vr: 'US', value: bitsStored - 1 },
    { tag: 0x00280103, vr: 'US', value: signed ? 1 : 0 },
  ];
  const head = fileMeta(uidOf(0x00080016), uidOf(0x00080018), TransferSyntax[syntax]);
  const native = { tag: 0x7fe00010, vr: 'OW', value: pixels } as const;
  switch (syntax) {
    case 'implicitLittleEndian':
      return Buffer.concat([head, encodeDataset([...dataset, native], false)]);
    case 'explicitLittleEndian':
      return Buffer.concat([head, encodeDataset([...dataset, native], true)]);
    case 'rleLossless':
      return Buffer.concat([head, encodeDataset(dataset, true), encapsulated(encodeRle(pixels, rows, columns))]);
    case 'jpegLsLossless': {
      if (signed) throw new Error('JPEG-LS holds unsigned samples');
      const fragment = await encodeJpegLs(pixels, rows, columns, bitsStored);
      return Buffer.concat([head, encodeDataset(dataset, true), encapsulated(fragment)]);
    }
  }
}
