/** @file DICOM unique identifiers derived from a name, so that the same sample has the same UIDs everywhere. */

import { createHash } from 'node:crypto';

/**
 * A UID under the root 2.25 (PS3.5 section B.2): the decimal form of a UUID, here version 8 (RFC 9562) with the bits
 * of a SHA-256 of `parts`.
 */
export function deriveUid(...parts: (string | number)[]): string {
  const digest = createHash('sha256').update(parts.join('\u0000')).digest().subarray(0, 16);
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${digest.toString('hex')}`)}`;
}
