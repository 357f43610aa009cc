/** @file How deep the sequences of an element lie in one another, counted before anything recurses into them. */

import { LONG_VRS, UNDEFINED_LENGTH } from './element-form.js';
import { vrText } from './element-head.js';
import type { Encoding } from './identify.js';
import { MAX_NESTING } from './limits.js';
import { refusal } from './refusal.js';

/** Value representations of sequences without length; '' is implicit VR (PS3.5 section 7.5). */
const MAY_BE_OPEN = new Set(['SQ', 'UN', '']);

const ITEM = 0xe000;
const ITEM_END = 0xe00d;
const SEQUENCE_END = 0xe0dd;

/** Whether an element of known length is a sequence with items: what is of unknown VR is then not looked into. */
function mayHoldItems(view: DataView, value: number, vr: string, little: boolean): boolean {
  if ((vr !== 'SQ' && vr !== '') || value + 4 > view.byteLength) return false;
  return view.getUint16(value, little) === 0xfffe && view.getUint16(value + 2, little) === ITEM;
}

/**
 * Walks the sequence that starts at `offset` without recursion. Structure that makes no sense is followed as well as
 * it can be: what it means is for the parser to say.
 *
 * @returns where the sequence ends; infinity where the bytes end before; null where its structure leaves a doubt.
 * @throws PretextError `bad-file` where sequences are nested deeper than any real ones.
 */
export function checkNesting(bytes: Uint8Array, offset: number, encoding: Encoding, path: string): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = encoding !== 'explicit-big';
  /** Where each sequence and item that is open ends; infinite where a delimiter says so. */
  const open: number[] = [];
  /** How many are open around the outermost UN: its items are in implicit VR (PS3.5 section 6.2.2). */
  let unknownFrom = Number.POSITIVE_INFINITY;
  let isSound = true;
  for (let at = offset; at + 8 <= bytes.length; ) {
    const group = view.getUint16(at, little);
    const element = view.getUint16(at + 2, little);
    // Sequences and their items take turns.
    const inSequence = open.length % 2 === 1;
    if (group === 0xfffe && element !== ITEM) {
      // A delimiter closes what has no length of its own.
      const closed = open.pop();
      isSound &&= element === (inSequence ? SEQUENCE_END : ITEM_END) && closed === Number.POSITIVE_INFINITY;
      at += 8;
    } else {
      const isItem = group === 0xfffe;
      isSound &&= isItem === inSequence;
      const isImplicit = isItem || encoding === 'implicit-little' || open.length > unknownFrom;
      const vr = isImplicit ? '' : vrText(bytes[at + 4]!, bytes[at + 5]!);
      const long = LONG_VRS.has(vr);
      if (long && at + 12 > bytes.length) break;
      const length =
        vr === ''
          ? view.getUint32(at + 4, little)
          : long
            ? view.getUint32(at + 8, little)
            : view.getUint16(at + 6, little);
      const value = at + (long ? 12 : 8);
      if (isItem || (length === UNDEFINED_LENGTH ? MAY_BE_OPEN.has(vr) : mayHoldItems(view, value, vr, little))) {
        if (vr === 'UN') unknownFrom = Math.min(unknownFrom, open.length);
        // Which order of bytes they would be in is for the parser to say.
        isSound &&= vr !== 'UN' || little;
        open.push(length === UNDEFINED_LENGTH ? Number.POSITIVE_INFINITY : value + length);
        at = value;
      } else {
        isSound &&= length !== UNDEFINED_LENGTH;
        at = value + length;
      }
    }
    while (open.length > 0 && at >= (open.at(-1) ?? 0)) {
      const end = open.pop();
      isSound &&= end === at;
    }
    if (open.length <= unknownFrom) unknownFrom = Number.POSITIVE_INFINITY;
    if (open.length === 0 && at <= bytes.length) return isSound ? at : null;
    // A sequence and its item are two of them.
    if (open.length > 2 * MAX_NESTING) throw refusal(path, `Its sequences are nested more than ${MAX_NESTING} deep.`);
  }
  return isSound ? Number.POSITIVE_INFINITY : null;
}
