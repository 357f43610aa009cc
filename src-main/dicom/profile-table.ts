/** @file PS3.15 Table E.1-1 by tag: which attributes may tell who a patient is, and what the profile does with them. */

import { PROFILE_ROWS } from './profile-rows.js';

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
