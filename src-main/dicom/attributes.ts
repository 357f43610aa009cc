/**
 * @file Names and value representations of attributes (PS3.6 section 6), and which of them tell who the patient is
 * (PS3.15 Table E.1-1).
 */

import { DATA_DICTIONARY } from './data-dictionary.js';
import { profileRow } from './profile-table.js';

export interface Attribute {
  /** As in PS3.6, such as "Patient's Name". */
  name: string;
  vr: string;
  /** Whether its value may tell who the patient is, or who and where took the image. */
  identifying: boolean;
}

/**
 * Rows of PS3.15 Table E.1-1 that are shown none the less, because the work here needs their values: three options of
 * the profile in part, Retain Longitudinal Temporal Information with Full Dates (E.3.6) for the dates of study, series
 * and acquisition, Retain Patient Characteristics (E.3.7) for sex, age, size and weight, Clean Descriptors (E.3.5) for
 * the descriptions of study, series and protocol; and sequences, whose items are looked at one by one.
 */
const NEEDED = new Set(
  `00080020 00080021 00080022 00080023 0008002a 00080030 00080031 00080032 00080033 00081030 0008103e 00081111 00081140
   00082112 00100040 00101010 00101020 00101030 00180010 00181030 00181400 0018700c 00189185 00400244 00400245 00400250
   00400251 00400555`.split(/\s+/),
);
/** Not in the table, but the issuer of a patient's number is the hospital. */
const ALSO_IDENTIFYING = new Set(['00100024']);

function readDictionary(): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  // A line that goes on with its group starts with spaces.
  for (const line of DATA_DICTIONARY.trim().replaceAll(/\n\s+/g, ' ').split('\n')) {
    const group = line.slice(0, 4);
    for (const entry of line.slice(6).split(' | ')) {
      const tag = group + entry.slice(0, 4);
      const identifying = (profileRow(tag) !== null && !NEEDED.has(tag)) || ALSO_IDENTIFYING.has(tag);
      attributes.set(tag, { name: entry.slice(8), vr: entry.slice(5, 7), identifying });
    }
  }
  return attributes;
}

/** Read at the first question: most readers of headers never ask one. */
let dictionary: ReadonlyMap<string, Attribute> | null = null;

/** @param tag as dicom-parser writes it: 'x00100010' */
export function attributeOf(tag: string): Attribute | null {
  dictionary ??= readDictionary();
  const digits = tag.slice(1);
  const plain = dictionary.get(digits);
  if (plain !== undefined) return plain;
  // Curves and overlays, in the even groups 5000 to 50fe and 6000 to 60fe (PS3.5 section 7.6).
  return /^[56]0[0-9a-f][02468ace]/.test(digits)
    ? (dictionary.get(`${digits.slice(0, 2)}xx${digits.slice(4)}`) ?? null)
    : null;
}
