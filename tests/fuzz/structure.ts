/** @file Where the elements of a DICOM file lie: a walk of its own, so that the reader is not tested with itself. */

export interface Place {
  group: number;
  element: number;
  vr: string;
  /** Of the tag. */
  offset: number;
  /** Of the length field, and its bytes (2 or 4). */
  lengthAt: number;
  lengthBytes: 2 | 4;
  /** Of the value, and its length; an undefined length runs to the end of the file. */
  valueAt: number;
  length: number;
}

const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

/** Top-level elements in little endian; of a big endian or deflated file only the file meta information. */
export function places(bytes: Buffer): Place[] {
  const found: Place[] = [];
  let offset = bytes.toString('latin1', 128, 132) === 'DICM' ? 132 : 0;
  while (offset + 8 <= bytes.length) {
    const group = bytes.readUInt16LE(offset);
    const element = bytes.readUInt16LE(offset + 2);
    const text = bytes.toString('latin1', offset + 4, offset + 6);
    const explicit = /^[A-Z]{2}$/.test(text);
    const long = explicit && LONG.has(text);
    const lengthAt = offset + (explicit ? (long ? 8 : 6) : 4);
    const lengthBytes = explicit && !long ? 2 : 4;
    const valueAt = lengthAt + lengthBytes;
    if (valueAt > bytes.length) break;
    const said = lengthBytes === 2 ? bytes.readUInt16LE(lengthAt) : bytes.readUInt32LE(lengthAt);
    const length = Math.min(said, bytes.length - valueAt);
    found.push({ group, element, vr: explicit ? text : '', offset, lengthAt, lengthBytes, valueAt, length });
    offset = valueAt + length;
  }
  return found;
}

/** The file with other bytes for `length` bytes from `at`. */
export function splice(bytes: Buffer, at: number, length: number, put: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + length)]);
}

/** The file with another value for one element; its length is set to fit, as far as its field can say it. */
export function withValue(bytes: Buffer, place: Place, value: Buffer): Buffer {
  const even = value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.from(' ')]);
  const out = splice(bytes, place.valueAt, place.length, even);
  if (place.lengthBytes === 2) out.writeUInt16LE(even.length & 0xffff, place.lengthAt);
  else out.writeUInt32LE(even.length, place.lengthAt);
  return out;
}

/** An element in explicit or implicit little endian; `length` may lie. */
export function elementBytes(
  group: number,
  element: number,
  vr: string,
  value: Uint8Array,
  length = value.length,
): Buffer {
  const long = LONG.has(vr);
  const head = Buffer.alloc(vr === '' ? 8 : long ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(element, 2);
  if (vr === '') head.writeUInt32LE(length, 4);
  else {
    head.write(vr, 4, 'latin1');
    if (long) head.writeUInt32LE(length, 8);
    else head.writeUInt16LE(length & 0xffff, 6);
  }
  return Buffer.concat([head, value]);
}
