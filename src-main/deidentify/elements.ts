/** @file Reads and writes the heads of data elements (PS3.5 section 7.1), nothing of their values. */

import { LONG_VRS, UNDEFINED_LENGTH } from '../dicom/element-form.js';
import type { Encoding } from '../dicom/identify.js';

export const ITEM = 'fffee000';
export const ITEM_END = 'fffee00d';
export const SEQUENCE_END = 'fffee0dd';

export interface Head {
  /** Eight hexadecimal digits, small letters. */
  tag: string;
  /** Empty in implicit VR and for items. */
  vr: string;
  length: number;
  /** Of the head and of the value. */
  start: number;
  value: number;
}

/** Thrown where the structure breaks off; the file's reader says to whom. */
export class BrokenStructure extends Error {}

/** The head at `offset`. @throws BrokenStructure where it, or a value of known length, passes `end` */
export function readHead(bytes: Uint8Array, offset: number, end: number, encoding: Encoding): Head {
  if (offset + 8 > end) throw new BrokenStructure('The data set ends within an element.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = encoding !== 'explicit-big';
  const number = (view.getUint16(offset, little) * 0x10000 + view.getUint16(offset + 2, little)) >>> 0;
  const tag = number.toString(16).padStart(8, '0');
  const head: Head = { tag, vr: '', length: 0, start: offset, value: offset + 8 };
  if (encoding === 'implicit-little' || tag.startsWith('fffee')) head.length = view.getUint32(offset + 4, little);
  else {
    head.vr = String.fromCharCode(bytes[offset + 4] ?? 0, bytes[offset + 5] ?? 0);
    if (!/^[A-Z]{2}$/.test(head.vr)) throw new BrokenStructure(`The element ${tag} has no value representation.`);
    if (!LONG_VRS.has(head.vr)) head.length = view.getUint16(offset + 6, little);
    else {
      if (offset + 12 > end) throw new BrokenStructure('The data set ends within an element.');
      head.length = view.getUint32(offset + 8, little);
      head.value = offset + 12;
    }
  }
  if (head.length !== UNDEFINED_LENGTH && head.value + head.length > end) {
    throw new BrokenStructure(`The element ${tag} is longer than what holds it.`);
  }
  return head;
}

/** The bytes of a head. */
export function writeHead(tag: string, vr: string, length: number, encoding: Encoding): Buffer {
  const explicit = encoding !== 'implicit-little' && !tag.startsWith('fffee');
  const long = explicit && LONG_VRS.has(vr);
  const head = Buffer.alloc(long ? 12 : 8);
  const little = encoding !== 'explicit-big';
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  view.setUint16(0, Number.parseInt(tag.slice(0, 4), 16), little);
  view.setUint16(2, Number.parseInt(tag.slice(4), 16), little);
  if (!explicit) view.setUint32(4, length, little);
  else {
    head.write(vr, 4, 'latin1');
    if (long) view.setUint32(8, length, little);
    else view.setUint16(6, length, little);
  }
  return head;
}

/** A whole element, a sequence or an item of known length. */
export function element(tag: string, vr: string, value: readonly Uint8Array[], encoding: Encoding): Uint8Array[] {
  const length = value.reduce((sum, part) => sum + part.length, 0);
  return [writeHead(tag, vr, length, encoding), ...value];
}
