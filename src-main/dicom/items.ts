/**
 * @file Items of a sequence, read when they are first asked for. The functional groups of a file of hundreds of frames
 * hold thousands of elements, of which a header needs a few.
 */

import type { DataSet, Element } from 'dicom-parser';
import { UNDEFINED_LENGTH } from './element-form.js';
import { type ElementHead, readHead } from './element-head.js';
import type { Encoding } from './identify.js';
import { checkNesting } from './nesting.js';

/** Bytes that hold sequences, and what makes a data set of the elements of an item. */
export interface ItemSource {
  bytes: Uint8Array;
  view: DataView;
  encoding: Encoding;
  path: string;
  dataSetOf(elements: { [tag: string]: Element }): DataSet;
}

const DELIMITING_GROUP = 0xfffe;
const ITEM = 0xe000;

/** An element in dicom-parser's form. */
export function plainElement({ tag, vr, offset }: ElementHead, end: number): Element {
  const element: Element = { tag, length: end - offset, dataOffset: offset };
  if (vr !== '') element.vr = vr;
  return element;
}

class Sequence implements Element {
  readonly tag: string;
  readonly length: number;
  readonly dataOffset: number;
  private known: Element[] | null = null;

  constructor(
    { tag, offset }: ElementHead,
    end: number,
    private readonly source: ItemSource,
  ) {
    this.tag = tag;
    this.length = end - offset;
    this.dataOffset = offset;
  }

  get items(): Element[] {
    this.known ??= readItems(this.source, this.dataOffset, this.dataOffset + this.length);
    return this.known;
  }
}

/**
 * An element whose structure `checkNesting` found to be sound: as it is, or a sequence whose items are read on request.
 *
 * @param end where it ends, with its delimiter
 */
export function soundElement(head: ElementHead, end: number, source: ItemSource): Element {
  const { vr, length, offset } = head;
  if (vr === 'SQ') return new Sequence(head, end, source);
  // Items of unknown VR are implicit (PS3.5 section 6.2.2), and in implicit VR only the value tells of items.
  if (vr === 'UN' && length === UNDEFINED_LENGTH)
    return new Sequence(head, end, { ...source, encoding: 'implicit-little' });
  const mayHold = vr === '' && end - offset >= 8;
  return mayHold && source.view.getUint16(offset, true) === DELIMITING_GROUP
    ? new Sequence(head, end, source)
    : plainElement(head, end);
}

/** The items between `start` and `end` of a sound sequence. */
function readItems(source: ItemSource, start: number, end: number): Element[] {
  const { view, encoding } = source;
  const little = encoding !== 'explicit-big';
  const items: Element[] = [];
  for (let at = start; at + 8 <= end && view.getUint16(at + 2, little) === ITEM; ) {
    const length = view.getUint32(at + 4, little);
    const value = at + 8;
    const elements: { [tag: string]: Element } = Object.create(null);
    const isOpen = length === UNDEFINED_LENGTH;
    at = readInto(elements, source, value, isOpen ? end : value + length);
    items.push({ tag: 'xfffee000', length: at - value, dataOffset: value, dataSet: source.dataSetOf(elements) });
  }
  return items;
}

/** Reads the elements from `start` to `end`, or to the delimiter of their item. @returns where the item ends */
function readInto(elements: { [tag: string]: Element }, source: ItemSource, start: number, end: number): number {
  const { bytes, view, encoding, path } = source;
  for (let at = start; at < end; ) {
    const head = readHead(view, at, encoding);
    if (head === null) return end;
    if (head.group === DELIMITING_GROUP) return at + 8;
    const next = head.length === UNDEFINED_LENGTH ? checkNesting(bytes, at, encoding, path) : head.offset + head.length;
    if (next === null) return end;
    elements[head.tag] = soundElement(head, next, source);
    at = next;
  }
  return end;
}
