/** @file What the Basic Profile and its options do with an attribute (PS3.15 section E.3 and Table E.1-1). */

import { PROFILE_ROWS } from './profile-rows.js';

/** Options that can be taken (PS3.15 sections E.3.6 to E.3.11), by their word on the command line. */
export const RETAIN_OPTIONS = [
  'uids',
  'safe-private',
  'device',
  'institution',
  'patient',
  'full-dates',
  'modified-dates',
] as const;

export type RetainOption = (typeof RETAIN_OPTIONS)[number];

/** Options that need a person to look at each value or pixel, and are therefore refused, never half done. */
export const CLEAN_OPTIONS = [
  'descriptors',
  'graphics',
  'structured-content',
  'pixel-data',
  'visual-features',
] as const;

/** Code values and meanings of PS3.16 CID 7050. */
export const METHOD_CODES: Record<'basic' | RetainOption, readonly [code: string, meaning: string]> = {
  basic: ['113100', 'Basic Application Confidentiality Profile'],
  'full-dates': ['113106', 'Retain Longitudinal Temporal Information Full Dates Option'],
  'modified-dates': ['113107', 'Retain Longitudinal Temporal Information Modified Dates Option'],
  patient: ['113108', 'Retain Patient Characteristics Option'],
  device: ['113109', 'Retain Device Identity Option'],
  uids: ['113110', 'Retain UIDs Option'],
  'safe-private': ['113111', 'Retain Safe Private Option'],
  institution: ['113112', 'Retain Institution Identity Option'],
};

/** An action code as the table's column of the Basic Profile gives it. */
export type ProfileCode = 'D' | 'Z' | 'X' | 'U' | 'Z/D' | 'X/Z' | 'X/D' | 'X/Z/D' | 'X/Z/U*';

export interface ProfileRow {
  /** Eight hexadecimal digits; 'x' stands for any in repeating groups. */
  tag: string;
  vr: string;
  code: ProfileCode;
  /** Letters of the options, as `profile-rows.ts` explains them. */
  options: string;
}

/** What is done: removed, emptied, replaced by a dummy, given a new UID, kept, or its date moved. */
export type Action = 'remove' | 'empty' | 'dummy' | 'uid' | 'keep' | 'shift';

const REPEATING: readonly ProfileRow[] = [
  { tag: '50xxxxxx', vr: 'OW', code: 'X', options: 'g' },
  { tag: '60xx3000', vr: 'OW', code: 'X', options: 'g' },
  { tag: '60xx4000', vr: 'LT', code: 'X', options: 'g' },
];

function readRows(): ProfileRow[] {
  const rows: ProfileRow[] = [];
  for (const line of PROFILE_ROWS.trim().replaceAll(/\n\s+/g, ' ').split('\n')) {
    const [group = '', entries = ''] = line.split(': ');
    for (const entry of entries.split(' | ')) {
      const [element = '', vr = '', code = '', options = ''] = entry.split(' ');
      rows.push({ tag: group + element, vr, code: code as ProfileCode, options });
    }
  }
  return rows;
}

/** Every row of the table but the one for private attributes, which is `privateAction`'s. */
export const PROFILE: readonly ProfileRow[] = [...readRows(), ...REPEATING];

const ROWS = new Map(PROFILE.map((row) => [row.tag, row]));

/** @param tag eight hexadecimal digits, small letters */
export function profileRow(tag: string): ProfileRow | null {
  const plain = ROWS.get(tag);
  if (plain !== undefined) return plain;
  // Only the even groups: an odd one is private.
  if (/^50[0-9a-f][02468ace]/.test(tag)) return ROWS.get('50xxxxxx') ?? null;
  if (/^60[0-9a-f][02468ace]/.test(tag)) return ROWS.get(`60xx${tag.slice(4)}`) ?? null;
  return null;
}

/**
 * Of combined codes the action that is valid whichever type the attribute has in its IOD: an attribute that may be
 * removed may also be empty or hold a dummy, not the reverse (PS3.15 section E.2).
 */
const RESOLVED: Record<ProfileCode, Action> = {
  D: 'dummy',
  Z: 'empty',
  X: 'remove',
  U: 'uid',
  'Z/D': 'dummy',
  'X/Z': 'empty',
  'X/D': 'dummy',
  'X/Z/D': 'dummy',
  'X/Z/U*': 'uid',
};

const KEEPING: readonly [RetainOption, string][] = [
  ['uids', 'U'],
  ['device', 'D'],
  ['institution', 'I'],
  ['patient', 'P'],
  ['full-dates', 'F'],
];

/** What is done with the attribute of a row; values that an option asks to have cleaned get the Basic Profile. */
export function actionOf(row: ProfileRow, retain: ReadonlySet<RetainOption>): Action {
  for (const [option, letter] of KEEPING) if (retain.has(option) && row.options.includes(letter)) return 'keep';
  if (retain.has('modified-dates') && row.options.includes('m')) return 'shift';
  return RESOLVED[row.code];
}

/**
 * Private attributes that are kept as safe: the calibration of Philips PET (PS3.15 Table E.3.10-1), without which its
 * values have no unit. Creator, then group and the last two digits of the element. The rest of that table is removed.
 */
const SAFE_PRIVATE = new Map<string, ReadonlySet<string>>([
  ['Philips PET Private Group', new Set(['705300', '705309'])],
]);

/** @param tag eight hexadecimal digits of an odd group */
export function isSafePrivate(creator: string, tag: string): boolean {
  return SAFE_PRIVATE.get(creator)?.has(tag.slice(0, 4) + tag.slice(6)) ?? false;
}

export function isSafeCreator(creator: string): boolean {
  return SAFE_PRIVATE.has(creator);
}
