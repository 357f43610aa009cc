/** @file The transfer syntaxes of PS3.6 Annex A: which are read, with which codec, and what the others are called. */

export type Codec =
  | 'jpeg'
  | 'jpeg-lossless'
  | 'jpeg-ls'
  | 'jpeg-2000'
  | 'htj2k'
  | 'rle'
  /** Native frames, deflated one by one. */
  | 'deflated-frame'
  /** Native frames in fragments. */
  | 'uncompressed';

export type TransferSyntax =
  | { storage: 'native'; name: string; bigEndian: boolean; explicit: boolean; deflated: boolean }
  | { storage: 'encapsulated'; name: string; codec: Codec; lossless: boolean }
  /** `reason` is a sentence without its full stop. */
  | { storage: 'unsupported'; name: string; reason: string };

function native(name: string, explicit: boolean, bigEndian = false, deflated = false): TransferSyntax {
  return { storage: 'native', name, explicit, bigEndian, deflated };
}

function encapsulated(name: string, codec: Codec, lossless: boolean): TransferSyntax {
  return { storage: 'encapsulated', name, codec, lossless };
}

function unsupported(name: string, reason: string): TransferSyntax {
  return { storage: 'unsupported', name, reason };
}

const VIDEO = 'It holds video, which is skipped';
const SOUND = 'It holds sound, no image';
const JPIP = 'Its pixels are not in the file but on a server, which is never asked';
const RETIRED_JPEG = 'Its pixels are compressed in a JPEG process that DICOM has retired';
const NO_DECODER = 'Its pixels are compressed in a form that Pretext has no decoder for';
const RETIRED_FORM = 'It is written in a form that DICOM has retired';
const UNKNOWN = 'Its pixels are in a form that is not known';

const ROOT = '1.2.840.10008.1.2';

export const IMPLICIT_LITTLE_ENDIAN = ROOT;
export const EXPLICIT_LITTLE_ENDIAN = `${ROOT}.1`;
export const EXPLICIT_BIG_ENDIAN = `${ROOT}.2`;

const SYNTAXES = new Map<string, TransferSyntax>([
  [IMPLICIT_LITTLE_ENDIAN, native('Implicit VR Little Endian', false)],
  [EXPLICIT_LITTLE_ENDIAN, native('Explicit VR Little Endian', true)],
  [`${ROOT}.1.98`, encapsulated('Encapsulated Uncompressed Explicit VR Little Endian', 'uncompressed', true)],
  [`${ROOT}.1.99`, native('Deflated Explicit VR Little Endian', true, false, true)],
  [EXPLICIT_BIG_ENDIAN, native('Explicit VR Big Endian', true, true)],
  [`${ROOT}.4.50`, encapsulated('JPEG Baseline', 'jpeg', false)],
  [`${ROOT}.4.51`, encapsulated('JPEG Extended', 'jpeg', false)],
  [`${ROOT}.4.53`, encapsulated('JPEG Spectral Selection, Processes 6 and 8', 'jpeg', false)],
  [`${ROOT}.4.55`, encapsulated('JPEG Full Progression, Processes 10 and 12', 'jpeg', false)],
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

/** Hierarchical and arithmetic JPEG, all retired: the last part of the UID, and the name. */
const RETIRED_PROCESSES: readonly (readonly [number, string])[] = [
  [52, 'JPEG Extended, Processes 3 and 5'],
  [54, 'JPEG Spectral Selection, Processes 7 and 9'],
  [56, 'JPEG Full Progression, Processes 11 and 13'],
  [58, 'JPEG Lossless, Process 15'],
  [59, 'JPEG Extended, Hierarchical, Processes 16 and 18'],
  [60, 'JPEG Extended, Hierarchical, Processes 17 and 19'],
  [61, 'JPEG Spectral Selection, Hierarchical, Processes 20 and 22'],
  [62, 'JPEG Spectral Selection, Hierarchical, Processes 21 and 23'],
  [63, 'JPEG Full Progression, Hierarchical, Processes 24 and 26'],
  [64, 'JPEG Full Progression, Hierarchical, Processes 25 and 27'],
  [65, 'JPEG Lossless, Hierarchical, Process 28'],
  [66, 'JPEG Lossless, Hierarchical, Process 29'],
];

/** Video whose UID has a second form that ends in .1, for streams in more than one fragment. */
const VIDEOS: readonly (readonly [number, string])[] = [
  [100, 'MPEG2 video, Main Profile, Main Level'],
  [101, 'MPEG2 video, Main Profile, High Level'],
  [102, 'MPEG-4 AVC/H.264 video, High Profile, Level 4.1'],
  [103, 'MPEG-4 AVC/H.264 video, BD-compatible High Profile, Level 4.1'],
  [104, 'MPEG-4 AVC/H.264 video, High Profile, Level 4.2 For 2D'],
  [105, 'MPEG-4 AVC/H.264 video, High Profile, Level 4.2 For 3D'],
  [106, 'MPEG-4 AVC/H.264 video, Stereo High Profile, Level 4.2'],
];

const UNSUPPORTED = new Map<string, TransferSyntax>([
  ...RETIRED_PROCESSES.map(([last, name]) => [`${ROOT}.4.${last}`, unsupported(name, RETIRED_JPEG)] as const),
  ...VIDEOS.flatMap(([last, name]) => [
    [`${ROOT}.4.${last}`, unsupported(name, VIDEO)] as const,
    [`${ROOT}.4.${last}.1`, unsupported(`${name}, fragmentable`, VIDEO)] as const,
  ]),
  [`${ROOT}.4.107`, unsupported('HEVC/H.265 video, Main Profile, Level 5.1', VIDEO)],
  [`${ROOT}.4.108`, unsupported('HEVC/H.265 video, Main 10 Profile, Level 5.1', VIDEO)],
  [`${ROOT}.7.1`, unsupported('SMPTE ST 2110-20 video, Uncompressed Progressive', VIDEO)],
  [`${ROOT}.7.2`, unsupported('SMPTE ST 2110-20 video, Uncompressed Interlaced', VIDEO)],
  [`${ROOT}.7.3`, unsupported('SMPTE ST 2110-30 PCM Digital Audio', SOUND)],
  [`${ROOT}.4.92`, unsupported('JPEG 2000 Part 2 Multi-component Lossless', NO_DECODER)],
  [`${ROOT}.4.93`, unsupported('JPEG 2000 Part 2 Multi-component', NO_DECODER)],
  [`${ROOT}.4.94`, unsupported('JPIP Referenced', JPIP)],
  [`${ROOT}.4.95`, unsupported('JPIP Referenced Deflate', JPIP)],
  [`${ROOT}.4.110`, unsupported('JPEG XL Lossless', NO_DECODER)],
  [`${ROOT}.4.111`, unsupported('JPEG XL JPEG Recompression', NO_DECODER)],
  [`${ROOT}.4.112`, unsupported('JPEG XL', NO_DECODER)],
  [`${ROOT}.4.204`, unsupported('JPIP HTJ2K Referenced', JPIP)],
  [`${ROOT}.4.205`, unsupported('JPIP HTJ2K Referenced Deflate', JPIP)],
  [`${ROOT}.6.1`, unsupported('RFC 2557 MIME Encapsulation', RETIRED_FORM)],
  [`${ROOT}.6.2`, unsupported('XML Encoding', RETIRED_FORM)],
  ['1.2.840.10008.1.20', unsupported('Papyrus 3 Implicit VR Little Endian', RETIRED_FORM)],
]);

/** The transfer syntax of a UID; unknown ones are `unsupported`, with a name that can be shown. */
export function transferSyntaxOf(uid: string): TransferSyntax {
  return SYNTAXES.get(uid) ?? UNSUPPORTED.get(uid) ?? unsupported(`transfer syntax ${uid}`, UNKNOWN);
}
