/**
 * @file Private attributes that may stay (PS3.15 Table E.3.10-1): all 479 rows, as many as edition 2026a has. The rows
 * that the editions before 2019 hold were read in the text of the standard, the rest (Philips Imaging DD, ST80i) in the
 * list that GDCM's cleaner keeps.
 */

/**
 * Creator: group, then the last two digits of its elements, with '-' for all between. 's' after a row marks sequences,
 * 'u' UIDs; of the others no VR is needed.
 */
const ROWS = `
ELSCINT1: 00e1 21 50 | 01e1 26 | 01f1 01 07 26 27
GEIIS PACS: 0903 10-12
GEMS_ACQU_01: 0019 23 24 27 9e
GEMS_HELIOS_01: 0045 01 02
GEMS_PARM_01: 0043 27 39 6f
GEMS_SERS_01: 0025 07
HOLOGIC, Inc.: 7e01 01 02 10s 11s 12
NQHeader: 0099 01u 02u 04 05 10 20 21
NQLeft: 0199 01-16
NQRight: 0299 01-16
Philips Imaging DD 001: 2001 01-0c 0e-1f 21-51 53-5a 5d-6b 6d-6f 71-77 79-8c 90-94 9a 9b 9d 9f a1-a5 c0-c3 c5-c7 ca cb d0-df e9 f1-f7 f9 fb-fd ff
Philips Imaging DD 002: 2001 01-40 50 52 53 57 58 5a 5c-5f 63-68 6b 71-75
Philips Imaging DD 097: 2001 01-08 0a 0b 0d-0f 12 17-1f 21-28 2a-32 36-3e 40-42 44-47 49-4c a1-a6 a8-ab
Philips Imaging DD 129: 2001 00-09
Philips MR Imaging DD 001: 2005 0d 0e
Philips PET Private Group: 7053 00 09
Philips ST80i: 0025 01
SIEMENS MR HEADER: 0019 0c-0e 27
SIEMENS SYNGO ULTRA-SOUND TOYON DATA STREAMING: 7fd1 01 09u 10 11
SIEMENS Ultrasound SC2000: 0119 00 01 02s 03s 04-09 10-13 21 | 0129 00s 02u 03-05 06s 07u 08 09s 10 11s 12u 20s 21 22 29 30 | 0139 01 | 0149 01-03 | 7fd1 01 09u 10 11
`;

/** What a safe attribute holds: items, UIDs that are replaced as all others, or a value that is copied. */
export type SafeKind = 'items' | 'uids' | 'value';

const KINDS: Record<string, SafeKind> = { s: 'items', u: 'uids', '': 'value' };

function readRows(): Map<string, Map<string, SafeKind>> {
  const creators = new Map<string, Map<string, SafeKind>>();
  for (const line of ROWS.trim().split('\n')) {
    const [creator = '', groups = ''] = line.split(': ');
    const rows = new Map<string, SafeKind>();
    for (const part of groups.split(' | ')) {
      const [group = '', ...elements] = part.split(' ');
      for (const element of elements) {
        const [, first = '', last = first, mark = ''] = /^(..)(?:-(..))?([su]?)$/.exec(element) ?? [];
        for (let number = Number.parseInt(first, 16); number <= Number.parseInt(last, 16); number++) {
          rows.set(group + number.toString(16).padStart(2, '0'), KINDS[mark] ?? 'value');
        }
      }
    }
    creators.set(creator, rows);
  }
  return creators;
}

/** By private creator: group and the last two digits of the element. */
export const SAFE_PRIVATE: ReadonlyMap<string, ReadonlyMap<string, SafeKind>> = readRows();

/** @param tag eight hexadecimal digits of an odd group @returns null where the attribute is not known to be safe */
export function safePrivate(creator: string, tag: string): SafeKind | null {
  return SAFE_PRIVATE.get(creator)?.get(tag.slice(0, 4) + tag.slice(6)) ?? null;
}

export function isSafeCreator(creator: string): boolean {
  return SAFE_PRIVATE.has(creator);
}
