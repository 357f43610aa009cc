/** @file A data set to its de-identified bytes: every element by the profile, in sequences at any depth. */

import { attributeOf } from '../dicom/attributes.js';
import { UNDEFINED_LENGTH } from '../dicom/element-form.js';
import type { Encoding } from '../dicom/identify.js';
import { profileRow } from '../dicom/profile-table.js';
import { BrokenStructure, element, type Head, ITEM, ITEM_END, readHead, SEQUENCE_END, writeHead } from './elements.js';
import { type Action, actionOf, type RetainOption } from './profile.js';
import { dummyValue, isTime, paddedText, replaceUid, shiftDate } from './replace.js';
import { isSafeCreator, type SafeKind, safePrivate } from './safe-private.js';

/** Sequences within sequences; real files hold fewer than ten. */
const MAX_DEPTH = 64;
const PIXEL_DATA = new Set(['7fe00008', '7fe00009', '7fe00010']);
/** Attributes that are written anew for every file (PS3.3 sections C.12.1 and C.7.1.1), so the old ones go. */
const REWRITTEN = new Set(['00120062', '00120063', '00120064', '00280303']);
/** Burned In Annotation, and Recognizable Visual Features: 'NO' is for a person to say who has looked. */
const DECLARED_CLEAN = new Set(['00280301', '00280302']);
/** UIDs of kinds of things, and of coding schemes: they name no instance and no one's device. */
const CLASS_UIDS = new Set(
  `00041510 00041512 0004151a 00080016 0008001a 0008001b 00080062 0008010c 00080117 00080118 0008040e 00081150 0008115a
   00083002 00340003 04000010 04000510 30100052 30100053`.split(/\s+/),
);
/** Patient's Name and Patient ID: patients stay apart from each other. */
const PATIENT = new Set(['00100010', '00100020']);
/**
 * Referenced Performed Procedure Step Sequence: its items hold a class and an instance, both needed where there is an item
 * (PS3.3 table 10-11), and with new UIDs they say no more than an empty item does.
 */
const REFERENCES = new Set(['00081111']);
/** In place of no UID at all. */
const DUMMY_UID = '2.25.0';
const TEMPORAL = new Set(['DA', 'DT', 'TM']);
/** What becomes of safe private values whose explicit VR says that they are no mere values. */
const UNSAFE_VALUES = new Set(['PN', ...TEMPORAL]);

export interface RewriteOptions {
  retain: ReadonlySet<RetainOption>;
  salt: Uint8Array;
  /** Takes the place of the patient's name and ID. */
  pseudonym: string;
  /** Days that dates move where modified dates are retained. */
  days: number;
  /** Whether a person has said that no pixels identify anyone. */
  burnedInClean: boolean;
}

/** A rule that fired: where, by tag numbers alone, what the table says and what was done. */
export interface FiredRule {
  /** Tags from the outermost sequence to the attribute, with '>' between them. */
  path: string;
  /**
   * The table's code, or 'private', 'unlisted' (a name, date or UID outside the table), 'group-length', 'misplaced',
   * 'burned-in' (a claim that pixels are clean), 'rewritten' (this de-identification is described instead).
   */
  rule: string;
  action: Action;
  count: number;
}

/** A written element of the outermost level. */
export interface Written {
  tag: string;
  parts: Uint8Array[];
}

export class Rewriter {
  private readonly fired = new Map<string, FiredRule>();
  /** Bytes after the last element that were left out. */
  dropped = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly options: RewriteOptions,
  ) {}

  rules(): FiredRule[] {
    return [...this.fired.values()];
  }

  /** @throws BrokenStructure where the data set breaks off before its pixel data */
  dataSet(start: number, encoding: Encoding): Written[] {
    const written = new Map<string, Written>();
    const creators = new Map<string, string>();
    let sawPixels = false;
    for (let offset = start; offset < this.bytes.length; ) {
      let done: { parts: Uint8Array[]; next: number; tag: string };
      try {
        done = this.one(offset, this.bytes.length, encoding, '', creators, 0);
        if (written.has(done.tag)) throw new BrokenStructure(`The element ${done.tag} stands twice.`);
      } catch (error) {
        const onlyPadding = this.bytes.subarray(offset).every((byte) => byte === 0);
        if (!(error instanceof BrokenStructure) || !(sawPixels || onlyPadding)) throw error;
        // What follows the pixel data and is no element is not the data set's: it could hold anything.
        this.dropped = this.bytes.length - offset;
        break;
      }
      sawPixels ||= PIXEL_DATA.has(done.tag);
      written.set(done.tag, { tag: done.tag, parts: done.parts });
      offset = done.next;
    }
    return [...written.values()].filter(({ parts }) => parts.length > 0);
  }

  private fire(path: string, rule: string, action: Action): void {
    const key = `${path} ${rule} ${action}`;
    const known = this.fired.get(key);
    if (known === undefined) this.fired.set(key, { path, rule, action, count: 1 });
    else known.count += 1;
  }

  private one(
    offset: number,
    end: number,
    encoding: Encoding,
    parent: string,
    creators: Map<string, string>,
    depth: number,
  ): { parts: Uint8Array[]; next: number; tag: string } {
    const head = readHead(this.bytes, offset, end, encoding);
    const { tag } = head;
    if (tag.startsWith('fffee')) throw new BrokenStructure('An item stands outside a sequence.');
    const next = this.endOf(head, end, encoding, depth);
    const path = parent === '' ? tag : `${parent}>${tag}`;
    const vr = this.vrOf(head, next, encoding);
    const { rule, action: meant, as = vr } = this.decide(head, vr, next, creators, depth);
    const action = meant === 'shift' && this.shifted(head, as, next) === null ? this.basic(tag) : meant;
    if (rule !== null) this.fire(path, rule, action);
    return { parts: this.apply(action, head, as, next, encoding, path, depth), next, tag };
  }

  /** `as`: the VR where another than the element's own is meant. */
  private decide(
    head: Head,
    vr: string,
    end: number,
    creators: Map<string, string>,
    depth: number,
  ): { rule: string | null; action: Action; as?: string } {
    const { tag } = head;
    const { retain, burnedInClean } = this.options;
    if (tag.endsWith('0000') && tag !== '50000000') return { rule: 'group-length', action: 'remove' };
    if (Number.parseInt(tag[3] ?? '0', 16) % 2 === 1) return this.decidePrivate(head, vr, end, creators);
    if (REWRITTEN.has(tag)) return { rule: 'rewritten', action: 'remove' };
    if (DECLARED_CLEAN.has(tag) && (burnedInClean || this.text(head, end).trim() === 'NO')) {
      return { rule: 'burned-in', action: 'remove' };
    }
    const row = profileRow(tag);
    // Commands and file meta information have no place in a data set, where readers stumble over them.
    if (/^000[02]/.test(tag) && (depth === 0 || row === null)) return { rule: 'misplaced', action: 'remove' };
    if (row !== null) return { rule: row.code, action: actionOf(row, retain) };
    // A name under another VR than the standard's is a name.
    const known = attributeOf(`x${tag}`)?.vr;
    const is = (wanted: string): boolean => vr === wanted || known === wanted;
    // Names, dates and instances in attributes that the table does not know are none the less such.
    if (is('PN')) return { rule: 'unlisted', action: 'empty' };
    if ((TEMPORAL.has(vr) || TEMPORAL.has(known ?? '')) && !retain.has('full-dates') && head.length > 0) {
      return { rule: 'unlisted', action: retain.has('modified-dates') ? 'shift' : 'empty' };
    }
    if (is('UI') && !CLASS_UIDS.has(tag) && this.changesUids(head, end)) return { rule: 'unlisted', action: 'uid' };
    return { rule: null, action: 'keep' };
  }

  private changesUids(head: Head, end: number): boolean {
    return !this.options.retain.has('uids') && this.text(head, end) !== this.newUids(head, end);
  }

  private decidePrivate(
    head: Head,
    vr: string,
    end: number,
    creators: Map<string, string>,
  ): { rule: string; action: Action; as?: string } {
    const remove = { rule: 'private', action: 'remove' as const };
    const kind = this.safeKind(head.tag, head, end, creators);
    if (kind === null || UNSAFE_VALUES.has(vr)) return remove;
    if (vr === 'SQ' || (kind === 'items' && (vr === 'UN' || vr === ''))) {
      return { rule: 'private', action: 'keep', as: 'SQ' };
    }
    if (head.length === UNDEFINED_LENGTH || kind === 'items') return remove;
    const isUid = vr === 'UI' || kind === 'uids';
    return { rule: 'private', action: isUid && this.changesUids(head, end) ? 'uid' : 'keep' };
  }

  private safeKind(tag: string, head: Head, end: number, creators: Map<string, string>): SafeKind | null {
    if (!this.options.retain.has('safe-private')) return null;
    if (/^.{4}00[1-9a-f][0-9a-f]$/.test(tag)) {
      const creator = this.text(head, end).trim();
      creators.set(tag.slice(0, 4) + tag.slice(6), creator);
      return isSafeCreator(creator) ? 'value' : null;
    }
    const creator = creators.get(tag.slice(0, 6));
    return creator === undefined ? null : safePrivate(creator, tag);
  }

  private text(head: Head, end: number): string {
    return Buffer.from(this.bytes.subarray(head.value, end))
      .toString('latin1')
      .replace(/[\0 ]+$/, '');
  }

  private newUids(head: Head, end: number): string {
    const uids = this.text(head, end).split('\\');
    return uids.map((uid) => replaceUid(uid.trim(), this.options.salt)).join('\\');
  }

  /** The VR by which a value is replaced or entered: 'SQ' also for sequences that say UN or nothing. */
  private vrOf(head: Head, end: number, encoding: Encoding): string {
    if (PIXEL_DATA.has(head.tag) || (head.vr !== '' && head.vr !== 'UN')) return head.vr;
    if (head.length === UNDEFINED_LENGTH) return 'SQ';
    const known = profileRow(head.tag)?.vr ?? attributeOf(`x${head.tag}`)?.vr ?? 'UN';
    if (known !== 'UN') return known;
    const inner: Encoding = head.vr === 'UN' ? 'implicit-little' : encoding;
    const looksLikeItem = end - head.value >= 8 && this.readsAsItem(head.value, end, inner);
    return looksLikeItem ? 'SQ' : 'UN';
  }

  private readsAsItem(offset: number, end: number, encoding: Encoding): boolean {
    try {
      return readHead(this.bytes, offset, end, encoding).tag === ITEM;
    } catch (error) {
      if (error instanceof BrokenStructure) return false;
      throw error;
    }
  }

  private apply(
    action: Action,
    head: Head,
    vr: string,
    next: number,
    encoding: Encoding,
    path: string,
    depth: number,
  ): Uint8Array[] {
    const { tag } = head;
    const write = (value: Uint8Array): Uint8Array[] => element(tag, head.vr || vr, [value], encoding);
    switch (action) {
      case 'remove':
        return [];
      case 'empty':
        return write(PATIENT.has(tag) ? this.pseudonym(vr) : new Uint8Array());
      case 'dummy':
        if (PATIENT.has(tag)) return write(this.pseudonym(vr));
        if (vr === 'SQ' && REFERENCES.has(tag)) return this.sequence(head, next, encoding, path, depth);
        if (vr === 'UI') return write(paddedText(this.newUids(head, next) || DUMMY_UID, 'UI'));
        return write(dummyValue(vr, encoding === 'explicit-big' && head.vr !== 'UN'));
      case 'shift':
        return write(paddedText(this.shifted(head, vr, next) ?? '', vr));
      case 'uid':
        if (vr !== 'SQ') return write(paddedText(this.newUids(head, next), 'UI'));
        return this.sequence(head, next, encoding, path, depth);
      case 'keep':
        if (vr === 'SQ') return this.sequence(head, next, encoding, path, depth);
        return [this.bytes.subarray(head.start, next)];
    }
  }

  private basic(tag: string): Action {
    const row = profileRow(tag);
    return row === null ? 'remove' : actionOf(row, new Set());
  }

  private pseudonym(vr: string): Uint8Array {
    return paddedText(this.options.pseudonym, vr);
  }

  /** Dates move by whole days, so times of day stay as they are; null where the value is neither. */
  private shifted(head: Head, vr: string, end: number): string | null {
    if (!TEMPORAL.has(vr)) return null;
    const move = (value: string): string | null =>
      vr === 'TM' ? (isTime(value) ? value : null) : shiftDate(value, this.options.days);
    const moved = this.text(head, end)
      .split('\\')
      .map((value) => (value.trim() === '' ? '' : move(value)));
    return moved.includes(null) ? null : moved.join('\\');
  }

  /** Items of a sequence, written with their new lengths; UN holds implicit VR little endian (PS3.5 section 6.2.2). */
  private sequence(head: Head, next: number, encoding: Encoding, path: string, depth: number): Uint8Array[] {
    if (depth >= MAX_DEPTH) throw new BrokenStructure(`Sequences are nested more than ${MAX_DEPTH} deep.`);
    const inner: Encoding = head.vr === 'UN' ? 'implicit-little' : encoding;
    const items: Uint8Array[] = [];
    for (let offset = head.value; offset < next; ) {
      const item = readHead(this.bytes, offset, next, inner);
      if (item.tag === SEQUENCE_END) break;
      if (item.tag !== ITEM) throw new BrokenStructure(`The sequence ${head.tag} holds something else than items.`);
      const end = item.length === UNDEFINED_LENGTH ? next : item.value + item.length;
      const creators = new Map<string, string>();
      const parts: Uint8Array[] = [];
      offset = item.value;
      while (offset < end) {
        if (this.readsAsItemEnd(offset, end, inner)) {
          offset += 8;
          break;
        }
        const done = this.one(offset, end, inner, path, creators, depth + 1);
        for (const part of done.parts) parts.push(part);
        offset = done.next;
      }
      for (const part of element(ITEM, '', parts, inner)) items.push(part);
    }
    if (head.vr !== 'UN' || head.length !== UNDEFINED_LENGTH)
      return element(head.tag, head.vr || 'SQ', items, encoding);
    const opening = writeHead(head.tag, 'UN', UNDEFINED_LENGTH, encoding);
    return [opening, ...items, writeHead(SEQUENCE_END, '', 0, inner)];
  }

  private readsAsItemEnd(offset: number, end: number, encoding: Encoding): boolean {
    return readHead(this.bytes, offset, end, encoding).tag === ITEM_END;
  }

  /** Where an element ends, for undefined lengths behind its delimiter; nothing but lengths is read. */
  private endOf(head: Head, end: number, encoding: Encoding, depth: number): number {
    if (head.length !== UNDEFINED_LENGTH) return head.value + head.length;
    if (depth > MAX_DEPTH) throw new BrokenStructure(`Sequences are nested more than ${MAX_DEPTH} deep.`);
    const inner: Encoding = head.vr === 'UN' ? 'implicit-little' : encoding;
    for (let offset = head.value; ; ) {
      const item = readHead(this.bytes, offset, end, inner);
      if (item.tag === SEQUENCE_END) return item.value;
      if (item.tag !== ITEM) throw new BrokenStructure(`The element ${head.tag} of undefined length holds no items.`);
      offset =
        item.length === UNDEFINED_LENGTH ? this.itemEnd(item.value, end, inner, depth) : item.value + item.length;
    }
  }

  private itemEnd(start: number, end: number, encoding: Encoding, depth: number): number {
    for (let offset = start; ; ) {
      const head = readHead(this.bytes, offset, end, encoding);
      if (head.tag === ITEM_END) return head.value;
      offset = this.endOf(head, end, encoding, depth + 1);
    }
  }
}
