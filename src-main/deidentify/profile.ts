/** @file What the Basic Profile and its options do with an attribute (PS3.15 section E.3 and Table E.1-1). */

import type { ProfileCode, ProfileRow } from '../dicom/profile-table.js';

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

/** What is done: removed, emptied, replaced by a dummy, given a new UID, kept, or its date moved. */
export type Action = 'remove' | 'empty' | 'dummy' | 'uid' | 'keep' | 'shift';

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
