/** @file Typed values of elements: text by character set, numbers, nested sequences. */

import { asciiText, decodeText } from './charset.js';
import type { DataSet, Element } from './dataset.js';

/** Reads the elements of one data set or item; every reader gives null or an empty list where the value is unusable. */
export class ValueReader {
  private readonly terms: readonly string[];

  /** @param inherited the character set of the enclosing data set, for items without one of their own. */
  constructor(
    private readonly dataSet: DataSet,
    inherited: readonly string[] = [],
  ) {
    const own = this.rawBytes('x00080005');
    this.terms = own === null ? inherited : Buffer.from(own).toString('latin1').replaceAll('\0', ' ').split('\\');
  }

  has(tag: string): boolean {
    return this.dataSet.elements[tag] !== undefined;
  }

  /** The element, or null where it is missing, empty or beyond the data. */
  private element(tag: string): Element | null {
    const element = this.dataSet.elements[tag];
    if (element === undefined || element.length === 0) return null;
    return element.dataOffset + element.length > this.dataSet.byteArray.length ? null : element;
  }

  /** The value's bytes, or null where the element is missing, empty or beyond the data. */
  rawBytes(tag: string): Uint8Array | null {
    const element = this.element(tag);
    if (element === null) return null;
    return this.dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  }

  /** The whole value as text without padding, or null where it is missing or blank. */
  text(tag: string): string | null {
    const element = this.element(tag);
    if (element === null) return null;
    const { byteArray } = this.dataSet;
    const [start, end] = [element.dataOffset, element.dataOffset + element.length];
    return (asciiText(byteArray, start, end) ?? decodeText(byteArray.subarray(start, end), this.terms)) || null;
  }

  /** The first of several values. */
  firstText(tag: string): string | null {
    const text = this.text(tag);
    const end = text === null ? -1 : text.indexOf('\\');
    return (end < 0 ? text : text?.slice(0, end).trim()) || null;
  }

  /** All numbers of a DS or IS value, or an empty list where one of them is not a number. */
  decimals(tag: string): number[] {
    const text = this.text(tag);
    if (text === null) return [];
    const numbers = text.split('\\').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
    return numbers.every(Number.isFinite) ? numbers : [];
  }

  decimal(tag: string): number | null {
    const text = this.firstText(tag);
    if (text === null) return null;
    const value = Number.parseFloat(text);
    return Number.isFinite(value) ? value : null;
  }

  /**
   * The first value of IS, which is a whole number of 32 bits (PS3.5 section 6.2). Writers also give decimals and
   * padding of every kind: a decimal is cut to its whole part, and null stands for what does not fit.
   */
  wholeNumber(tag: string): number | null {
    const value = this.decimal(tag);
    if (value === null) return null;
    const whole = Math.trunc(value);
    return whole >= -(2 ** 31) && whole < 2 ** 31 ? whole + 0 : null;
  }

  unsigned16(tag: string, index = 0): number | null {
    if ((this.element(tag)?.length ?? 0) < 2 * (index + 1)) return null;
    return this.dataSet.uint16(tag, index) ?? null;
  }

  signed16(tag: string, index = 0): number | null {
    if ((this.element(tag)?.length ?? 0) < 2 * (index + 1)) return null;
    return this.dataSet.int16(tag, index) ?? null;
  }

  unsigned32(tag: string): number | null {
    return (this.element(tag)?.length ?? 0) < 4 ? null : (this.dataSet.uint32(tag) ?? null);
  }

  /** FD values (64 bit). */
  doubles(tag: string): number[] {
    const bytes = this.rawBytes(tag);
    if (bytes === null) return [];
    return Array.from({ length: Math.floor(bytes.length / 8) }, (_, index) => this.dataSet.double(tag, index) ?? 0);
  }

  /** Items of a sequence; empty where it is missing. */
  items(tag: string): ValueReader[] {
    const items = this.dataSet.elements[tag]?.items ?? [];
    return items.flatMap((item) => (item.dataSet === undefined ? [] : [new ValueReader(item.dataSet, this.terms)]));
  }

  /** One item of the sequence `tag`, counted from 0, or null. */
  item(tag: string, index = 0): ValueReader | null {
    const found = this.dataSet.elements[tag]?.items?.[index]?.dataSet;
    return found === undefined ? null : new ValueReader(found, this.terms);
  }
}
