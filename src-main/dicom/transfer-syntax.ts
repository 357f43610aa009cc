/** @file The transfer syntaxes of PS3.6 Annex A: which are read, with which codec, and what the others are called. */

export type Codec = 'jpeg' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k' | 'rle' | 'deflated-frame';

export type TransferSyntax =
  | { storage: 'native'; name: string; bigEndian: boolean; explicit: boolean; deflated: boolean }
  | { storage: 'encapsulated'; name: string; codec: Codec; lossless: boolean }
  | { storage: 'unsupported'; name: string };

function native(name: string, explicit: boolean, bigEndian = false, deflated = false): TransferSyntax {
  return { storage: 'native', name, explicit, bigEndian, deflated };
}

function encapsulated(name: string, codec: Codec, lossless: boolean): TransferSyntax {
  return { storage: 'encapsulated', name, codec, lossless };
}

const ROOT = '1.2.840.10008.1.2';

export const IMPLICIT_LITTLE_ENDIAN = ROOT;
export const EXPLICIT_LITTLE_ENDIAN = `${ROOT}.1`;
export const EXPLICIT_BIG_ENDIAN = `${ROOT}.2`;

const SYNTAXES = new Map<string, TransferSyntax>([
  [IMPLICIT_LITTLE_ENDIAN, native('Implicit VR Little Endian', false)],
  [EXPLICIT_LITTLE_ENDIAN, native('Explicit VR Little Endian', true)],
  [`${ROOT}.1.99`, native('Deflated Explicit VR Little Endian', true, false, true)],
  [EXPLICIT_BIG_ENDIAN, native('Explicit VR Big Endian', true, true)],
  [`${ROOT}.4.50`, encapsulated('JPEG Baseline', 'jpeg', false)],
  [`${ROOT}.4.51`, encapsulated('JPEG Extended', 'jpeg', false)],
  [`${ROOT}.4.57`, encapsulated('JPEG Lossless', 'jpeg-lossless', true)],
  [`${ROOT}.4.70`, encapsulated('JPEG Lossless, First-Order Prediction', 'jpeg-lossless', true)],
  [`${ROOT}.4.80`, encapsulated('JPEG-LS Lossless', 'jpeg-ls', true)],
  [`${ROOT}.4.81`, encapsulated('JPEG-LS Near-lossless', 'jpeg-ls', false)],
  [`${ROOT}.4.90`, encapsulated('JPEG 2000 Lossless', 'jpeg-2000', true)],
  [`${ROOT}.4.91`, encapsulated('JPEG 2000', 'jpeg-2000', false)],
  [`${ROOT}.4.201`, encapsulated('High-Throughput JPEG 2000 Lossless', 'htj2k', true)],
  [`${ROOT}.4.202`, encapsulated('High-Throughput JPEG 2000 RPCL Lossless', 'htj2k', true)],
  [`${ROOT}.4.203`, encapsulated('High-Throughput JPEG 2000', 'htj2k', false)],
  [`${ROOT}.5`, encapsulated('RLE Lossless', 'rle', true)],
  [`${ROOT}.8.1`, encapsulated('Deflated Image Frame', 'deflated-frame', true)],
]);

function nameOfUnsupported(uid: string): string {
  const rest = uid.startsWith(`${ROOT}.4.`) ? Number(uid.slice(ROOT.length + 3).split('.')[0]) : Number.NaN;
  if (rest === 100 || rest === 101) return 'MPEG-2 video';
  if (rest >= 102 && rest <= 106) return 'MPEG-4 video';
  if (rest === 107 || rest === 108) return 'HEVC video';
  if (rest === 92 || rest === 93) return 'JPEG 2000 Part 2';
  if (rest === 94 || rest === 95 || rest === 204 || rest === 205) return 'pixels kept on a server (JPIP)';
  if (rest >= 52 && rest <= 66) return 'a retired JPEG process';
  if (uid.startsWith(`${ROOT}.7.`)) return 'SMPTE ST 2110 video';
  return 'an unknown transfer syntax';
}

/** The transfer syntax of a UID; unknown ones are `unsupported`, with a name that can be shown. */
export function transferSyntaxOf(uid: string): TransferSyntax {
  return SYNTAXES.get(uid) ?? { storage: 'unsupported', name: `${nameOfUnsupported(uid)} (${uid})` };
}
