/** @file Bytes to a data set: preamble, file meta information, transfer syntax, elements up to the pixel data. */

import { constants, inflateRawSync } from 'node:zlib';
import * as imported from 'dicom-parser';
import { PretextError } from '../base/errors.js';
import { attributeOf } from './attributes.js';
import { decodeText } from './charset.js';
import { LONG_VRS, UNDEFINED_LENGTH } from './element-form.js';
import { type ElementHead, readHead } from './element-head.js';
import { type Encoding, guessEncoding, hasPreamble } from './identify.js';
import { type ItemSource, plainElement, soundElement } from './items.js';
import { MAX_ELEMENTS, MAX_INFLATED_HEADER_BYTES } from './limits.js';
import { checkNesting } from './nesting.js';
import { refusal, thrownText } from './refusal.js';
import {
  EXPLICIT_BIG_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
  type TransferSyntax,
  transferSyntaxOf,
} from './transfer-syntax.js';

/** The package is a CommonJS bundle: its functions lie on the default export where Node imports it as a module. */
const parser = ('default' in imported ? imported.default : imported) as typeof imported;

export type Element = imported.Element;
export type DataSet = imported.DataSet;

export type PixelKeyword = 'PixelData' | 'FloatPixelData' | 'DoubleFloatPixelData';

export interface PixelElement {
  keyword: PixelKeyword;
  /** Empty in implicit VR. */
  vr: string;
  /** Of the first byte of the value. */
  offset: number;
  /** Null for undefined length, which is encapsulated pixel data. */
  length: number | null;
}

export interface ParsedDataSet {
  transferSyntaxUID: string;
  syntax: TransferSyntax;
  encoding: Encoding;
  dataSet: DataSet;
  /** Null where the file holds none, or where the given bytes end before it (see `complete`). */
  pixelData: PixelElement | null;
  /** Whether the parse came to the pixel data or to the end of the file. */
  complete: boolean;
  /** What the offsets count in: the file's bytes, or for a deflated file the inflated bytes. */
  bytes: Uint8Array;
  /** Of the first element of the data set in `bytes`. */
  start: number;
  /** Media Storage SOP Class UID (0002,0002) and Instance UID (0002,0003). */
  metaSopClassUID: string | null;
  metaSopInstanceUID: string | null;
}

/** Bytes of a deflated stream that are inflated first to find the end of the header. */
const DEFLATED_STEP = 64 * 1024;

const PIXEL_TAGS = new Map<string, PixelKeyword>([
  ['x7fe00008', 'FloatPixelData'],
  ['x7fe00009', 'DoubleFloatPixelData'],
  ['x7fe00010', 'PixelData'],
]);
const PIXEL_GROUP = 0x7fe0;
/** Sequences whose content is used; the others are stepped over where their length is known. */
const WANTED_SEQUENCES = new Set(['x00283000', 'x00283010', 'x00409096', 'x00540016', 'x52009229', 'x52009230']);
/** Value representations with a 32-bit length that dicom-parser does not know (PS3.5 section 7.1.2). */
const LONG_UNKNOWN_TO_PARSER = new Set(['OV', 'SV', 'UV']);

interface Meta {
  end: number;
  transferSyntaxUID: string | null;
  sopClassUID: string | null;
  sopInstanceUID: string | null;
}

/** File meta information: group 0002, always explicit little endian (PS3.10 section 7.1). */
function readMeta(bytes: Uint8Array, start: number): Meta {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const meta: Meta = { end: start, transferSyntaxUID: null, sopClassUID: null, sopInstanceUID: null };
  let offset = start;
  while (offset + 8 <= bytes.length && view.getUint16(offset, true) === 0x0002) {
    const element = view.getUint16(offset + 2, true);
    const explicit = guessEncoding(bytes, offset) === 'explicit-little';
    const long = explicit && LONG_VRS.has(String.fromCharCode(bytes[offset + 4]!, bytes[offset + 5]!));
    if (long && offset + 12 > bytes.length) break;
    const length = !explicit
      ? view.getUint32(offset + 4, true)
      : long
        ? view.getUint32(offset + 8, true)
        : view.getUint16(offset + 6, true);
    const value = offset + (long ? 12 : 8);
    if (value + length > bytes.length) break;
    const text = (): string => decodeText(bytes.subarray(value, value + length), []);
    if (element === 0x0010) meta.transferSyntaxUID = text() || null;
    if (element === 0x0002) meta.sopClassUID = text() || null;
    if (element === 0x0003) meta.sopInstanceUID = text() || null;
    offset = value + length;
    meta.end = offset;
  }
  return meta;
}

interface Elements {
  elements: { [tag: string]: Element };
  pixelData: PixelElement | null;
  complete: boolean;
}

/** Which sequences are read item by item: those that decoding needs, or every one, to show them to a person. */
export type WantedSequences = 'decoding' | 'all';

function isWanted({ tag, vr }: ElementHead, sequences: WantedSequences): boolean {
  if (WANTED_SEQUENCES.has(tag)) return true;
  return sequences === 'all' && (vr === 'SQ' || (vr === '' && attributeOf(tag)?.vr === 'SQ'));
}

/** What is read, and how. */
interface Reading {
  sequences: WantedSequences;
  /** Whether the bytes go to the end of the file. */
  whole: boolean;
  path: string;
}

/** Reads elements from `start` until the pixel data or the end; `complete` is false where the bytes end within one. */
function readElements(
  bytes: Uint8Array,
  start: number,
  encoding: Encoding,
  { sequences, whole, path }: Reading,
): Elements {
  const result: Elements = { elements: Object.create(null), pixelData: null, complete: false };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const byteOrder = encoding === 'explicit-big' ? parser.bigEndianByteArrayParser : parser.littleEndianByteArrayParser;
  const dataSetOf: ItemSource['dataSetOf'] = (elements) => new parser.DataSet(byteOrder, bytes, elements);
  const source: ItemSource = { bytes, view, encoding, path, dataSetOf };
  let offset = start;
  for (let count = 0; offset < bytes.length; count++) {
    if (count > MAX_ELEMENTS) throw refusal(path, `Its header has more than ${MAX_ELEMENTS} elements.`);
    const next = readHead(view, offset, encoding);
    if (next === null) return result;
    const keyword = next.group === PIXEL_GROUP ? PIXEL_TAGS.get(next.tag) : undefined;
    if (keyword !== undefined) {
      const length = next.length === UNDEFINED_LENGTH ? null : next.length;
      result.pixelData = { keyword, vr: next.vr, offset: next.offset, length };
      result.complete = true;
      return result;
    }
    const known = next.length !== UNDEFINED_LENGTH;
    const wanted = isWanted(next, sequences);
    if (known && (!wanted || LONG_UNKNOWN_TO_PARSER.has(next.vr))) {
      if (next.offset + next.length > bytes.length) return result;
      offset = next.offset + next.length;
      result.elements[next.tag] ??= plainElement(next, offset);
      continue;
    }
    if (known && next.offset + next.length > bytes.length) return result;
    const end = checkNesting(bytes, offset, encoding, path);
    if (end === Number.POSITIVE_INFINITY && !whole) return result;
    if (sequences === 'decoding' && end !== null && end <= bytes.length) {
      offset = end;
      result.elements[next.tag] ??= wanted ? soundElement(next, end, source) : plainElement(next, end);
      continue;
    }
    const stream = new parser.ByteStream(byteOrder, bytes, offset);
    const element =
      encoding === 'implicit-little'
        ? parser.readDicomElementImplicit(stream)
        : parser.readDicomElementExplicit(stream, []);
    if (stream.position <= offset || stream.position > bytes.length) return result;
    result.elements[element.tag] ??= element;
    offset = stream.position;
  }
  result.complete = true;
  return result;
}

/**
 * Inflates at most `limit` bytes of a deflated data set (PS3.5 section A.5).
 *
 * @param whole where false, `deflated` is the start of the stream and what it gives is returned.
 */
function inflate(deflated: Uint8Array, limit: number, whole: boolean, path: string): Uint8Array {
  try {
    return inflateRawSync(deflated, {
      maxOutputLength: limit,
      finishFlush: whole ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    });
  } catch (error) {
    if (error instanceof RangeError) {
      throw refusal(path, 'The deflated data set grows beyond the size that its header explains.', error);
    }
    throw refusal(path, `The deflated data set is damaged (${thrownText(error)}).`, error);
  }
}

/** Reads a deflated data set: with `limit`, all of it; otherwise only as much of the stream as the header needs. */
function readDeflated(
  deflated: Uint8Array,
  limit: number | null,
  reading: Reading,
): { content: Uint8Array; read: Elements } {
  const { whole, path } = reading;
  if (limit !== null) {
    const content = inflate(deflated, limit, whole, path);
    return { content, read: readElements(content, 0, 'explicit-little', reading) };
  }
  for (let length = DEFLATED_STEP; ; length *= 8) {
    const all = length >= deflated.length;
    const content = inflate(deflated.subarray(0, length), MAX_INFLATED_HEADER_BYTES, all && whole, path);
    const read = readElements(content, 0, 'explicit-little', { ...reading, whole: all && whole });
    if (all || read.pixelData !== null) return { content, read: all ? read : { ...read, complete: true } };
  }
}

/** Structure as found wins over the declared syntax: files with a wrong or missing (0002,0010) are common. */
function resolveSyntax(bytes: Uint8Array, meta: Meta): { uid: string; encoding: Encoding } {
  const found = guessEncoding(bytes, meta.end);
  const declared = meta.transferSyntaxUID;
  const syntax = declared === null ? null : transferSyntaxOf(declared);
  if (declared !== null && (syntax?.storage !== 'native' || syntax.deflated)) {
    const deflated = syntax?.storage === 'native';
    return { uid: declared, encoding: deflated || found === null ? 'explicit-little' : found };
  }
  const fallback: Encoding =
    declared === EXPLICIT_BIG_ENDIAN
      ? 'explicit-big'
      : declared === EXPLICIT_LITTLE_ENDIAN
        ? 'explicit-little'
        : 'implicit-little';
  const encoding = found ?? fallback;
  const uid =
    encoding === 'explicit-big'
      ? EXPLICIT_BIG_ENDIAN
      : encoding === 'explicit-little'
        ? EXPLICIT_LITTLE_ENDIAN
        : IMPLICIT_LITTLE_ENDIAN;
  return { uid, encoding };
}

export interface ParseOptions {
  /** Size of the file; larger than `bytes.length` where only its start is given. */
  fileSize?: number;
  /** Largest size of an inflated data set; the header alone is inflated where it is left out. */
  inflatedLimit?: number;
  /** 'decoding' where it is left out. */
  sequences?: WantedSequences;
}

/**
 * Parses the data set up to its pixel data.
 *
 * @throws PretextError `bad-file` where the structure is broken. Bytes that end before the pixel data give
 *   `complete: false` while `bytes` is only the start of the file, and an error where it is the whole file.
 */
export function parseDataSet(bytes: Uint8Array, path: string, options: ParseOptions = {}): ParsedDataSet {
  const fileSize = options.fileSize ?? bytes.length;
  const meta = readMeta(bytes, hasPreamble(bytes) ? 132 : 0);
  const { uid, encoding } = resolveSyntax(bytes, meta);
  const syntax = transferSyntaxOf(uid);
  const isDeflated = syntax.storage === 'native' && syntax.deflated;
  const wholeFile = fileSize === bytes.length;
  const reading: Reading = { sequences: options.sequences ?? 'decoding', whole: wholeFile, path };
  // What is in a form that is not read may well not parse; the form is the reason then.
  const broken = (reason: string, cause?: unknown): PretextError =>
    refusal(path, syntax.storage === 'unsupported' ? `${syntax.reason} (${syntax.name}).` : reason, cause);
  let content = bytes;
  let read: Elements;
  try {
    if (isDeflated) {
      const limit = options.inflatedLimit ?? null;
      ({ content, read } = readDeflated(bytes.subarray(meta.end), limit, reading));
    } else {
      read = readElements(bytes, meta.end, encoding, reading);
    }
  } catch (error) {
    if (error instanceof PretextError) throw error;
    if (wholeFile) throw broken(`The DICOM structure is damaged (${thrownText(error)}).`, error);
    read = { elements: {}, pixelData: null, complete: false };
  }
  if (!read.complete && wholeFile) {
    throw broken('The DICOM file is truncated: it ends within its header.');
  }
  const order = encoding === 'explicit-big' ? parser.bigEndianByteArrayParser : parser.littleEndianByteArrayParser;
  const dataSet = new parser.DataSet(order, content, read.elements);
  return {
    transferSyntaxUID: uid,
    syntax,
    encoding,
    dataSet,
    pixelData: read.pixelData,
    complete: read.complete,
    bytes: content,
    start: isDeflated ? 0 : meta.end,
    metaSopClassUID: meta.sopClassUID,
    metaSopInstanceUID: meta.sopInstanceUID,
  };
}
