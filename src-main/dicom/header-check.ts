/**
 * @file A header as a reader process hands it on, checked before anything rests on it: the process has read a file that
 * nobody vouches for, with libraries that pass on what they find.
 */

import type { ImageHeader } from './header.js';

const COUNTS = [
  'rows',
  'columns',
  'numberOfFrames',
  'samplesPerPixel',
  'bitsAllocated',
  'bitsStored',
  'pixelRepresentation',
] as const satisfies readonly (keyof ImageHeader)[];

/** Fields that are numbers or null; the rest but geometry and lists are texts or null. */
const NUMBERS: ReadonlySet<string> = new Set<keyof ImageHeader>([
  'seriesNumber',
  'instanceNumber',
  'planarConfiguration',
  'highBit',
  'rescaleSlope',
  'rescaleIntercept',
  'windowCenter',
  'windowWidth',
  'pixelAspectRatio',
  'sliceThickness',
  ...COUNTS,
]);
const LISTS: ReadonlySet<string> = new Set<keyof ImageHeader>([
  'pixelSpacing',
  'imagePositionPatient',
  'imageOrientationPatient',
]);

/** The first field that is not what it must be, or null. */
export function brokenField(header: ImageHeader): string | null {
  for (const name of COUNTS) if (!Number.isSafeInteger(header[name]) || header[name] < 0) return name;
  for (const [name, value] of Object.entries(header)) {
    if (value === null || name === 'geometry') continue;
    if (LISTS.has(name)) {
      if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'number')) return name;
    } else if (typeof value !== (NUMBERS.has(name) ? 'number' : 'string')) {
      return name;
    }
  }
  return null;
}
