/** @file Values that take the place of identifying ones: UIDs, dates, dummies. All from the project's salt. */

import { createHmac } from 'node:crypto';

/** UIDs that DICOM itself defines name no patient and stay. */
const DICOM_ROOT = '1.2.840.10008.';

function digest(salt: Uint8Array | string, purpose: string, text: string): Buffer {
  return createHmac('sha256', salt).update(`${purpose}\0${text}`, 'utf8').digest();
}

/**
 * A new UID for each UID, the same one in every file of the project: root 2.25 and a UUID of version 8 (PS3.5 section
 * B.2, RFC 9562) with bits of HMAC-SHA256.
 */
export function replaceUid(uid: string, salt: Uint8Array | string): string {
  if (uid === '' || uid.startsWith(DICOM_ROOT)) return uid;
  const bits = digest(salt, 'uid', uid).subarray(0, 16);
  bits[6] = ((bits[6] ?? 0) & 0x0f) | 0x80;
  bits[8] = ((bits[8] ?? 0) & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${bits.toString('hex')}`)}`;
}

/** Days by which all dates of a patient move into the past: one to eleven years, so that order and distance stay. */
export function dateOffset(patient: string, salt: Uint8Array): number {
  return -(365 + (digest(salt, 'date', patient).readUInt32BE(0) % 3650));
}

/** A DA or DT value moved by whole days (PS3.5 section 6.2); null where it is no date. */
export function shiftDate(value: string, days: number): string | null {
  const found = /^(\d{4})[.]?(\d{2})[.]?(\d{2})((?:\d{2}){0,3}(?:[.]\d{1,6})?(?:[+-]\d{4})?)$/.exec(value.trim());
  if (found === null) return null;
  const [, year = '', month = '', day = '', rest = ''] = found;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;
  date.setUTCDate(date.getUTCDate() + days);
  if (date.getUTCFullYear() < 1) return null;
  return date.toISOString().slice(0, 10).replaceAll('-', '') + rest;
}

/** Whether a value is a TM (PS3.5 section 6.2), also in the form with colons that older writers use. */
export function isTime(value: string): boolean {
  return /^\d{2}(?::?\d{2}(?::?\d{2}(?:[.]\d{1,6})?)?)?$/.test(value.trim());
}

const TEXT_DUMMIES: Record<string, string> = {
  AS: '000Y',
  DA: '19000101',
  DS: '0',
  DT: '19000101000000',
  IS: '0',
  TM: '000000',
  UR: 'about:blank',
};
const BINARY_SIZES: Record<string, number> = {
  ...{ US: 2, SS: 2, OB: 2, OW: 2, UN: 2, UL: 4, SL: 4, FL: 4, AT: 4, OF: 4, OL: 4 },
  ...{ FD: 8, OD: 8, OV: 8, SV: 8, UV: 8 },
};
/** An item without elements, of length zero, in either byte order. */
const EMPTY_ITEM = { little: [0xfe, 0xff, 0x00, 0xe0], big: [0xff, 0xfe, 0xe0, 0x00] };

/** A value of a VR that says nothing, not empty, of even length. */
export function dummyValue(vr: string, bigEndian: boolean): Uint8Array {
  if (vr === 'SQ') return Uint8Array.of(...(bigEndian ? EMPTY_ITEM.big : EMPTY_ITEM.little), 0, 0, 0, 0);
  const size = BINARY_SIZES[vr];
  return size === undefined ? paddedText(TEXT_DUMMIES[vr] ?? 'ANONYMOUS', vr) : new Uint8Array(size);
}

/** Text as the bytes of a value, padded to even length (PS3.5 section 6.2). */
export function paddedText(text: string, vr: string): Uint8Array {
  const bytes = Buffer.from(text, 'latin1');
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.of(vr === 'UI' ? 0 : 0x20)]);
}
