/** @file The head of a data element as it lies in the bytes: tag, value representation, length (PS3.5 section 7.1). */

import { LONG_VRS } from './element-form.js';
import type { Encoding } from './identify.js';

export interface ElementHead {
  group: number;
  /** As dicom-parser writes it: 'x00100010'. */
  tag: string;
  /** Empty in implicit VR. */
  vr: string;
  length: number;
  /** Of the value. */
  offset: number;
}

/** Texts of tags that were met before: all files have the same ones, and a text costs more than reading its element. */
const tagTexts = new Map<number, string>();
const MOST_TAG_TEXTS = 8192;

function tagText(group: number, element: number): string {
  const number = group * 0x10000 + element;
  const known = tagTexts.get(number);
  if (known !== undefined) return known;
  const text = `x${number.toString(16).padStart(8, '0')}`;
  if (tagTexts.size < MOST_TAG_TEXTS) tagTexts.set(number, text);
  return text;
}

/** The texts of two capitals, by letter. */
const CAPITALS = Array.from({ length: 26 * 26 }, (_, index) =>
  String.fromCharCode(0x41 + Math.floor(index / 26), 0x41 + (index % 26)),
);

/** The value representation that two bytes name, or what else they say. */
export function vrText(first: number, second: number): string {
  const [row, column] = [first - 0x41, second - 0x41];
  const isCapitals = row >= 0 && row < 26 && column >= 0 && column < 26;
  return isCapitals ? CAPITALS[row * 26 + column]! : String.fromCharCode(first, second);
}

/** The head of the element that starts at `offset`, or null where the bytes end within it. */
export function readHead(view: DataView, offset: number, encoding: Encoding): ElementHead | null {
  const little = encoding !== 'explicit-big';
  if (offset + 8 > view.byteLength) return null;
  const group = view.getUint16(offset, little);
  const tag = tagText(group, view.getUint16(offset + 2, little));
  if (encoding === 'implicit-little')
    return { group, tag, vr: '', length: view.getUint32(offset + 4, true), offset: offset + 8 };
  const vr = vrText(view.getUint8(offset + 4), view.getUint8(offset + 5));
  if (!LONG_VRS.has(vr)) return { group, tag, vr, length: view.getUint16(offset + 6, little), offset: offset + 8 };
  if (offset + 12 > view.byteLength) return null;
  return { group, tag, vr, length: view.getUint32(offset + 8, little), offset: offset + 12 };
}
