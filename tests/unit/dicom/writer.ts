/** @file Writes small DICOM files for tests, byte by byte, independent of the reader. */

import { deflateRawSync } from 'node:zlib';

export interface TestElement {
  tag: [number, number];
  vr: string;
  value: string | number[] | Uint8Array;
}

const LONG = new Set(['OB', 'OW', 'OF', 'OD', 'SQ', 'UN', 'OV', 'OL', 'SV', 'UC', 'UR', 'UT', 'UV']);

function valueBytes(element: TestElement, little: boolean): Buffer {
  const { value, vr } = element;
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'latin1');
    return text.length % 2 === 0 ? text : Buffer.concat([text, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
  }
  if (value instanceof Uint8Array) return Buffer.from(value);
  const size = vr === 'UL' ? 4 : 2;
  const bytes = Buffer.alloc(value.length * size);
  value.forEach((number, index) => {
    if (size === 4) {
      if (little) bytes.writeUInt32LE(number, index * 4);
      else bytes.writeUInt32BE(number, index * 4);
    } else if (little) bytes.writeUInt16LE(number, index * 2);
    else bytes.writeUInt16BE(number, index * 2);
  });
  return bytes;
}

export function writeElement(
  element: TestElement,
  explicit: boolean,
  little: boolean,
  undefinedLength = false,
): Buffer {
  const value = valueBytes(element, little);
  const long = explicit && LONG.has(element.vr);
  const head = Buffer.alloc(!explicit ? 8 : long ? 12 : 8);
  const put16 = (number: number, at: number): number =>
    little ? head.writeUInt16LE(number, at) : head.writeUInt16BE(number, at);
  const put32 = (number: number, at: number): number =>
    little ? head.writeUInt32LE(number, at) : head.writeUInt32BE(number, at);
  put16(element.tag[0], 0);
  put16(element.tag[1], 2);
  const length = undefinedLength ? 0xffffffff : value.length;
  if (!explicit) put32(length, 4);
  else {
    head.write(element.vr, 4, 'latin1');
    if (long) put32(length, 8);
    else put16(length, 6);
  }
  return Buffer.concat([head, value]);
}

/** An item (FFFE,E000) of a sequence or of encapsulated pixel data. */
export function item(content: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(0xfffe, 0);
  head.writeUInt16LE(0xe000, 2);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}

export const SEQUENCE_END = Buffer.from('feffdde000000000', 'hex');

/** Encapsulated pixel data with a basic offset table (empty where `offsets` is). */
export function encapsulate(fragments: Uint8Array[], offsets: number[] = []): Buffer {
  const table = Buffer.alloc(offsets.length * 4);
  offsets.forEach((offset, index) => {
    table.writeUInt32LE(offset, index * 4);
  });
  const even = fragments.map((bytes) => (bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)])));
  return Buffer.concat([item(table), ...even.map(item), SEQUENCE_END]);
}

export interface TestImage {
  transferSyntax?: string;
  /** The dataset's own encoding where it differs from what the transfer syntax says. */
  encoding?: 'explicit-little' | 'explicit-big' | 'implicit-little';
  preamble?: boolean;
  rows?: number;
  columns?: number;
  frames?: number;
  samples?: number;
  bits?: number;
  stored?: number;
  signed?: boolean;
  photometric?: string;
  planar?: 0 | 1;
  pixels?: Uint8Array;
  /** In place of Pixel Data: Float Pixel Data (7FE0,0008) or Double Float Pixel Data (7FE0,0009). */
  pixelElement?: { tag: [number, number]; vr: string };
  encapsulated?: boolean;
  extra?: TestElement[];
}

export const EXPLICIT = '1.2.840.10008.1.2.1';
export const IMPLICIT = '1.2.840.10008.1.2';
export const BIG = '1.2.840.10008.1.2.2';
export const DEFLATED = '1.2.840.10008.1.2.1.99';
export const RLE = '1.2.840.10008.1.2.5';

/** A whole file: preamble, file meta information and data set. */
export function writeImage(image: TestImage = {}): Buffer {
  const syntax = image.transferSyntax ?? EXPLICIT;
  const bits = image.bits ?? 16;
  const encoding =
    image.encoding ?? (syntax === IMPLICIT ? 'implicit-little' : syntax === BIG ? 'explicit-big' : 'explicit-little');
  const little = encoding !== 'explicit-big';
  const explicit = encoding !== 'implicit-little';
  const rows = image.rows ?? 4;
  const columns = image.columns ?? 4;
  const samples = image.samples ?? 1;
  const pixels = image.pixels ?? new Uint8Array((rows * columns * samples * (image.frames ?? 1) * bits) / 8);
  const elements: TestElement[] = [
    { tag: [0x0008, 0x0016], vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.7' },
    { tag: [0x0008, 0x0018], vr: 'UI', value: '1.2.3.4' },
    { tag: [0x0008, 0x0060], vr: 'CS', value: 'OT' },
    { tag: [0x0010, 0x0010], vr: 'PN', value: 'Doe^Jane' },
    { tag: [0x0028, 0x0002], vr: 'US', value: [samples] },
    { tag: [0x0028, 0x0004], vr: 'CS', value: image.photometric ?? 'MONOCHROME2' },
    ...(samples > 1 ? [{ tag: [0x0028, 0x0006], vr: 'US', value: [image.planar ?? 0] } satisfies TestElement] : []),
    ...(image.frames === undefined
      ? []
      : [{ tag: [0x0028, 0x0008], vr: 'IS', value: String(image.frames) } satisfies TestElement]),
    { tag: [0x0028, 0x0010], vr: 'US', value: [rows] },
    { tag: [0x0028, 0x0011], vr: 'US', value: [columns] },
    { tag: [0x0028, 0x0100], vr: 'US', value: [bits] },
    { tag: [0x0028, 0x0101], vr: 'US', value: [image.stored ?? bits] },
    { tag: [0x0028, 0x0102], vr: 'US', value: [(image.stored ?? bits) - 1] },
    { tag: [0x0028, 0x0103], vr: 'US', value: [image.signed === true ? 1 : 0] },
  ];
  const replaced = new Set((image.extra ?? []).map(({ tag }) => tag.join()));
  const all = [...elements.filter(({ tag }) => !replaced.has(tag.join())), ...(image.extra ?? [])].sort(
    (a, b) => a.tag[0] - b.tag[0] || a.tag[1] - b.tag[1],
  );
  const body = Buffer.concat([
    ...all.map((element) => writeElement(element, explicit, little)),
    writeElement(
      {
        ...(image.pixelElement ?? {
          tag: [0x7fe0, 0x0010],
          vr: image.encapsulated === true || bits === 8 ? 'OB' : 'OW',
        }),
        value: pixels,
      },
      explicit,
      little,
      image.encapsulated,
    ),
  ]);
  const content = syntax === DEFLATED ? deflateRawSync(body) : body;
  if (image.preamble === false) return content;
  const syntaxElement = writeElement({ tag: [0x0002, 0x0010], vr: 'UI', value: syntax }, true, true);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), syntaxElement, content]);
}
