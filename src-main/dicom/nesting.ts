/** @file How deep the sequences of an element lie in one another, counted before anything recurses into them. */

import { LONG_VRS, UNDEFINED_LENGTH } from './element-form.js';
import type { Encoding } from './identify.js';
import { MAX_NESTING } from './limits.js';
import { refusal } from './refusal.js';

/** Value representations that may hold items; '' is implicit VR (PS3.5 section 7.5). */
const MAY_NEST = new Set(['SQ', 'UN', '']);

const ITEM = 0xe000;
const ITEM_END = 0xe00d;
const SEQUENCE_END = 0xe0dd;

/**
 * Walks the sequence that starts at `offset` without recursion. Structure that makes no sense is followed as well as
 * it can be: what it means is for the parser to say.
 *
 * @returns where the sequence ends, or null where its structure leaves a doubt about that, or the bytes end before.
 * @throws PretextError `bad-file` where sequences are nested deeper than any real ones.
 */
export function checkNesting(bytes: Uint8Array, offset: number, encoding: Encoding, path: string): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = encoding !== 'explicit-big';
  /** Where each sequence and item that is open ends; infinite where a delimiter says so. */
  const open: number[] = [];
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
      const vr = isItem || encoding === 'implicit-little' ? '' : String.fromCharCode(bytes[at + 4]!, bytes[at + 5]!);
      const long = LONG_VRS.has(vr);
      if (long && at + 12 > bytes.length) return null;
      const length =
        vr === ''
          ? view.getUint32(at + 4, little)
          : long
            ? view.getUint32(at + 8, little)
            : view.getUint16(at + 6, little);
      const value = at + (long ? 12 : 8);
      const holdsItems =
        value + 4 <= bytes.length &&
        view.getUint16(value, little) === 0xfffe &&
        view.getUint16(value + 2, little) === ITEM;
      if (isItem || (MAY_NEST.has(vr) && (length === UNDEFINED_LENGTH || holdsItems))) {
        // The items of UN are in implicit VR whatever is around them (PS3.5 section 6.2.2).
        isSound &&= vr !== 'UN';
        open.push(length === UNDEFINED_LENGTH ? Number.POSITIVE_INFINITY : value + length);
        at = value;
      } else {
        at = value + length;
      }
    }
    while (open.length > 0 && at >= (open.at(-1) ?? 0)) {
      const end = open.pop();
      isSound &&= end === at;
    }
    if (open.length === 0) return isSound && at <= bytes.length ? at : null;
    // A sequence and its item are two of them.
    if (open.length > 2 * MAX_NESTING) throw refusal(path, `Its sequences are nested more than ${MAX_NESTING} deep.`);
  }
  return null;
}
