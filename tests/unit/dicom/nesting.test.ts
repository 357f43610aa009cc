/** @file Where a sequence ends that is stepped over, and when its structure leaves that to the parser. */

import { describe, expect, it } from 'vitest';
import type { Encoding } from '../../../src-main/dicom/identify.js';
import { checkNesting } from '../../../src-main/dicom/nesting.js';

const UNDEFINED = 0xffffffff;

/** A tag and a length of 32 bits, with a VR where it is given. */
function head(group: number, element: number, length: number, vr = ''): Buffer {
  const bytes = Buffer.alloc(vr === '' ? 8 : 12);
  bytes.writeUInt16LE(group, 0);
  bytes.writeUInt16LE(element, 2);
  bytes.write(vr, 4, 'latin1');
  bytes.writeUInt32LE(length, vr === '' ? 4 : 8);
  return bytes;
}

const item = (length: number) => head(0xfffe, 0xe000, length);
const itemEnd = head(0xfffe, 0xe00d, 0);
const sequenceEnd = head(0xfffe, 0xe0dd, 0);
const implicitValue = Buffer.concat([head(0x0008, 0x1155, 4), Buffer.from('1.2 ')]);
const value = Buffer.concat([head(0x0008, 0x1155, 4, 'UT'), Buffer.from('1.2 ')]);

function endOf(parts: Buffer[], encoding: Encoding = 'explicit-little'): { end: number | null; length: number } {
  const sequence = Buffer.concat(parts);
  const bytes = Buffer.concat([Buffer.alloc(6), sequence, Buffer.alloc(20, 0x20)]);
  const end = checkNesting(bytes, 6, encoding, 'test.dcm');
  return { end: end === null ? null : end - 6, length: sequence.length };
}

describe('the end of a sequence', () => {
  const open = head(0x0008, 0x1140, UNDEFINED, 'SQ');
  const unknown = head(0x0009, 0x1001, UNDEFINED, 'UN');
  const closed = head(0x0009, 0x1001, 8, 'UN');

  it.each<[string, Buffer[]]>([
    ['without items', [open, sequenceEnd]],
    ['with items of both kinds', [open, item(value.length), value, item(UNDEFINED), value, itemEnd, sequenceEnd]],
    [
      'with content of unknown VR, which is implicit',
      [open, item(UNDEFINED), unknown, item(12), implicitValue, sequenceEnd, value, itemEnd, sequenceEnd],
    ],
    ['with content of unknown VR and known length', [open, item(UNDEFINED), closed, item(0), itemEnd, sequenceEnd]],
    ['within another', [open, item(UNDEFINED), open, item(0), sequenceEnd, value, itemEnd, sequenceEnd]],
  ])('is found %s', (_, parts) => {
    const { end, length } = endOf(parts);
    expect(end).toBe(length);
  });

  it('is found in implicit VR', () => {
    const parts = [head(0x0008, 0x1140, UNDEFINED), item(UNDEFINED), implicitValue, itemEnd, sequenceEnd];
    const { end, length } = endOf(parts, 'implicit-little');
    expect(end).toBe(length);
  });

  it.each<[string, Buffer[]]>([
    ['an item that is shorter than its element', [open, item(value.length - 2), value, sequenceEnd]],
    ['an item that is closed as a sequence', [open, item(UNDEFINED), value, sequenceEnd, sequenceEnd]],
    ['an element without an item around it', [open, value, sequenceEnd]],
    ['an element without length or items', [open, item(UNDEFINED), head(0x0009, 0x1001, UNDEFINED, 'OB')]],
  ])('is left to the parser where there is %s', (_, parts) => {
    expect(endOf(parts).end).toBeNull();
  });

  it('is infinitely far where the bytes end before', () => {
    expect(endOf([open, item(UNDEFINED), value]).end).toBe(Number.POSITIVE_INFINITY);
  });
});
