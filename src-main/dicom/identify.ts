/** @file What kind of file it is, by its first bytes and never by its name. */

import { isNifti } from './nifti-header.js';

export type FileKind = 'dicom' | 'png' | 'jpeg' | 'tiff' | 'nifti';

/** Bytes from the start of a file that are enough for `identify`. */
export const IDENTIFY_BYTES = 1024;

/** What a file is that is none of these, as a reason to skip it. */
export const NOT_AN_IMAGE = 'Not an image: its content is neither DICOM nor NIfTI, TIFF, PNG or JPEG.';

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function startsWith(bytes: Uint8Array, offset: number, wanted: readonly number[]): boolean {
  return bytes.length >= offset + wanted.length && wanted.every((value, index) => bytes[offset + index] === value);
}

/** True where the 128-byte preamble and the prefix "DICM" stand (PS3.10 section 7.1). */
export function hasPreamble(bytes: Uint8Array): boolean {
  return startsWith(bytes, 128, [0x44, 0x49, 0x43, 0x4d]);
}

function isCapital(code: number | undefined): boolean {
  return code !== undefined && code >= 0x41 && code <= 0x5a;
}

export type Encoding = 'explicit-little' | 'explicit-big' | 'implicit-little';

/**
 * How the element at `offset` is encoded: byte order from the group number, explicit from two capitals where the VR
 * would be. Null where no low group number stands there.
 */
export function guessEncoding(bytes: Uint8Array, offset: number): Encoding | null {
  if (bytes.length < offset + 8) return null;
  const first = bytes[offset]!;
  const second = bytes[offset + 1]!;
  const explicit = isCapital(bytes[offset + 4]) && isCapital(bytes[offset + 5]);
  if (first === 0 && second > 0 && second <= 0x10) return explicit ? 'explicit-big' : null;
  if (second !== 0 || first === 0) return null;
  return explicit ? 'explicit-little' : 'implicit-little';
}

/** A data set without preamble: it starts with a short element of group 0002 or 0008. */
function looksLikeBareDataSet(bytes: Uint8Array): boolean {
  const encoding = guessEncoding(bytes, 0);
  if (encoding === null) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = encoding !== 'explicit-big';
  const group = view.getUint16(0, little);
  const element = view.getUint16(2, little);
  if (!((group === 0x0002 && element <= 0x0102) || (group === 0x0008 && element <= 0x0090))) return false;
  const length = encoding === 'implicit-little' ? view.getUint32(4, true) : view.getUint16(6, little);
  return length <= 1024;
}

/** TIFF and BigTIFF in both byte orders (TIFF 6.0 section 2). */
function isTiff(bytes: Uint8Array): boolean {
  const little = startsWith(bytes, 0, [0x49, 0x49]) && (bytes[2] === 42 || bytes[2] === 43) && bytes[3] === 0;
  const big = startsWith(bytes, 0, [0x4d, 0x4d, 0]) && (bytes[3] === 42 || bytes[3] === 43);
  return little || big;
}

/** The kind of a file from its first `IDENTIFY_BYTES` bytes (more do not harm); null for anything else. */
export function identify(bytes: Uint8Array): FileKind | null {
  // The preamble is free: a DICOM file may begin as a TIFF does and be both (PS3.10 section 7.1).
  if (hasPreamble(bytes)) return 'dicom';
  if (startsWith(bytes, 0, PNG_SIGNATURE)) return 'png';
  if (startsWith(bytes, 0, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (isTiff(bytes)) return 'tiff';
  if (isNifti(bytes)) return 'nifti';
  return looksLikeBareDataSet(bytes) ? 'dicom' : null;
}
