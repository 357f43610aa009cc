/** @file What import and decoding need to know about one image: identity, geometry, value mapping. */

import { createHash } from 'node:crypto';
import type { ParsedDataSet } from './dataset.js';
import { parseDataSet } from './dataset.js';
import { type FileKind, identify, NOT_AN_IMAGE } from './identify.js';
import { type ImageGeometry, readImageGeometry } from './image-geometry.js';
import { MAX_FRAMES } from './limits.js';
import { readNiftiHeader } from './nifti-header.js';
import { checkNativeLength, checkPixelModule } from './pixel-module.js';
import { readRasterHeader } from './raster-header.js';
import { refusal } from './refusal.js';
import { sopClassName } from './sop-class.js';
import { ValueReader } from './values.js';

export type { FileKind } from './identify.js';

export interface ImageHeader {
  kind: FileKind;
  /** Null for PNG and JPEG. */
  transferSyntaxUID: string | null;
  sopClassUID: string | null;
  sopInstanceUID: string | null;
  /** SHA-256 of the file in hex; given where `sopInstanceUID` is null. */
  contentHash: string | null;
  patientID: string | null;
  /** As stored: component groups separated by '=', components by '^'. */
  patientName: string | null;
  studyInstanceUID: string | null;
  studyDate: string | null;
  studyDescription: string | null;
  seriesInstanceUID: string | null;
  seriesNumber: number | null;
  seriesDescription: string | null;
  modality: string | null;
  bodyPartExamined: string | null;
  manufacturer: string | null;
  laterality: string | null;
  viewPosition: string | null;
  instanceNumber: number | null;
  rows: number;
  columns: number;
  numberOfFrames: number;
  samplesPerPixel: number;
  photometricInterpretation: string;
  planarConfiguration: 0 | 1;
  /** Bits of one stored sample: 1, 8, 16, 32, or 32 and 64 for float and double pixel data. */
  bitsAllocated: number;
  bitsStored: number;
  highBit: number;
  pixelRepresentation: 0 | 1;
  /** Of the image, or of the first frame of an enhanced multi-frame image. */
  rescaleSlope: number;
  rescaleIntercept: number;
  windowCenter: number | null;
  windowWidth: number | null;
  windowFunction: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';
  /** Millimetres between rows and between columns. */
  pixelSpacing: [number, number] | null;
  /** Height of a pixel over its width, from the spacing or the Pixel Aspect Ratio; 1 where neither is given. */
  pixelAspectRatio: number;
  imagePositionPatient: number[] | null;
  imageOrientationPatient: number[] | null;
  sliceThickness: number | null;
  burnedInAnnotation: 'YES' | 'NO' | null;
  /** Where each frame lies in the patient; null for pictures. */
  geometry: ImageGeometry | null;
}

/** Functional groups of the first frame: per-frame items come before shared ones (PS3.3 C.7.6.16). */
class FrameGroups {
  private readonly groups: ValueReader[];

  constructor(top: ValueReader) {
    const perFrame = top.item('x52009230');
    const shared = top.item('x52009229');
    this.groups = [perFrame, shared].filter((group) => group !== null);
  }

  /** The macro with this sequence tag, or null. */
  macro(tag: string): ValueReader | null {
    for (const group of this.groups) {
      const item = group.item(tag);
      if (item !== null) return item;
    }
    return null;
  }
}

function positivePair(values: number[]): [number, number] | null {
  const [first, second] = values;
  return first !== undefined && second !== undefined && first > 0 && second > 0 ? [first, second] : null;
}

function exactly(values: number[], count: number): number[] | null {
  return values.length === count ? values : null;
}

function windowFunctionOf(text: string | null): ImageHeader['windowFunction'] {
  return text === 'LINEAR_EXACT' || text === 'SIGMOID' ? text : 'LINEAR';
}

function aspectRatioOf(spacing: [number, number] | null, top: ValueReader): number {
  const pair = spacing ?? positivePair(top.decimals('x00280034'));
  if (pair === null) return 1;
  const ratio = pair[0] / pair[1];
  return Number.isFinite(ratio) && ratio >= 0.1 && ratio <= 10 ? ratio : 1;
}

/** Value mapping and geometry, from the top level or the functional groups. */
function readMapping(
  top: ValueReader,
): Pick<
  ImageHeader,
  | 'rescaleSlope'
  | 'rescaleIntercept'
  | 'windowCenter'
  | 'windowWidth'
  | 'windowFunction'
  | 'pixelSpacing'
  | 'pixelAspectRatio'
  | 'imagePositionPatient'
  | 'imageOrientationPatient'
  | 'sliceThickness'
> {
  const groups = new FrameGroups(top);
  const transformation = groups.macro('x00289145') ?? top;
  const window = groups.macro('x00289132') ?? top;
  const measures = groups.macro('x00289110') ?? top;
  const position = groups.macro('x00209113') ?? top;
  const orientation = groups.macro('x00209116') ?? top;
  const slope = transformation.decimal('x00281053');
  const spacing =
    positivePair(measures.decimals('x00280030')) ??
    positivePair(top.decimals('x00181164')) ??
    positivePair(top.decimals('x00182010'));
  const width = window.decimal('x00281051');
  return {
    rescaleSlope: slope === null || slope === 0 ? 1 : slope,
    rescaleIntercept: transformation.decimal('x00281052') ?? 0,
    windowCenter: width === null ? null : window.decimal('x00281050'),
    windowWidth: width,
    windowFunction: windowFunctionOf(window.firstText('x00281056')),
    pixelSpacing: spacing,
    pixelAspectRatio: aspectRatioOf(spacing, top),
    imagePositionPatient: exactly(position.decimals('x00200032'), 3),
    imageOrientationPatient: exactly(orientation.decimals('x00200037'), 6),
    sliceThickness: measures.decimal('x00180050'),
  };
}

/** Refuses what holds no pixels, or pixels that no codec here reads. */
function requirePixels(parsed: ParsedDataSet, top: ValueReader, path: string): void {
  const sopClass = top.firstText('x00080016') ?? parsed.metaSopClassUID;
  if (parsed.syntax.storage === 'unsupported') {
    throw refusal(path, `${parsed.syntax.reason} (${parsed.syntax.name}).`);
  }
  if (parsed.pixelData !== null) return;
  const name = sopClass === null ? null : sopClassName(sopClass);
  throw refusal(path, `Not an image: it holds no pixel data${name === null ? '' : ` (${name})`}.`);
}

/**
 * The header of a parsed DICOM file.
 *
 * @param fileSize of the whole file, of which the parsed bytes may be only the start.
 * @param hash gives the SHA-256 of the whole file; called only where there is no SOP Instance UID.
 * @throws PretextError `bad-file` where it is not an image, is inconsistent or is truncated.
 */
export function headerOf(parsed: ParsedDataSet, path: string, fileSize: number, hash: () => string): ImageHeader {
  const top = new ValueReader(parsed.dataSet);
  requirePixels(parsed, top, path);
  const sopInstanceUID = top.firstText('x00080018') ?? parsed.metaSopInstanceUID;
  const frames = top.decimal('x00280008') ?? 1;
  if (frames > MAX_FRAMES) throw refusal(path, `It claims ${frames} frames; at most ${MAX_FRAMES} are read.`);
  const isFloat = parsed.pixelData?.keyword !== 'PixelData';
  const bitsAllocated = top.unsigned16('x00280100') ?? 0;
  const bitsStored = isFloat ? bitsAllocated : (top.unsigned16('x00280101') ?? bitsAllocated);
  const annotation = top.firstText('x00280301');
  const header: ImageHeader = {
    kind: 'dicom',
    transferSyntaxUID: parsed.transferSyntaxUID,
    sopClassUID: top.firstText('x00080016') ?? parsed.metaSopClassUID,
    sopInstanceUID,
    contentHash: sopInstanceUID === null ? hash() : null,
    patientID: top.text('x00100020'),
    patientName: top.text('x00100010'),
    studyInstanceUID: top.firstText('x0020000d'),
    studyDate: top.firstText('x00080020'),
    studyDescription: top.text('x00081030'),
    seriesInstanceUID: top.firstText('x0020000e'),
    seriesNumber: top.wholeNumber('x00200011'),
    seriesDescription: top.text('x0008103e'),
    modality: top.firstText('x00080060'),
    bodyPartExamined: top.firstText('x00180015'),
    manufacturer: top.text('x00080070'),
    laterality: top.firstText('x00200062') ?? top.firstText('x00200060'),
    viewPosition: top.firstText('x00185101'),
    instanceNumber: top.wholeNumber('x00200013'),
    rows: top.unsigned16('x00280010') ?? 0,
    columns: top.unsigned16('x00280011') ?? 0,
    numberOfFrames: frames >= 1 ? Math.floor(frames) : 1,
    samplesPerPixel: top.unsigned16('x00280002') ?? 1,
    photometricInterpretation: top.firstText('x00280004')?.toUpperCase() ?? 'MONOCHROME2',
    planarConfiguration: top.unsigned16('x00280006') === 1 ? 1 : 0,
    bitsAllocated,
    bitsStored,
    highBit: isFloat ? bitsAllocated - 1 : (top.unsigned16('x00280102') ?? bitsStored - 1),
    pixelRepresentation: top.unsigned16('x00280103') === 1 ? 1 : 0,
    ...readMapping(top),
    burnedInAnnotation: annotation === 'YES' || annotation === 'NO' ? annotation : null,
    geometry: readImageGeometry(top),
  };
  checkPixelModule(header, parsed.pixelData, path);
  const isDeflated = parsed.syntax.storage === 'native' && parsed.syntax.deflated;
  if (!isDeflated) checkNativeLength(header, parsed, fileSize, path);
  return header;
}

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Reads what import needs from the whole content of a file.
 *
 * @throws PretextError `bad-file` with a reason a person can read: not an image, truncated, unsupported ...
 */
export function readHeader(bytes: Uint8Array, path: string): ImageHeader {
  if (bytes.length === 0) throw refusal(path, 'The file is empty (0 bytes).');
  const kind = identify(bytes);
  if (kind === null) throw refusal(path, NOT_AN_IMAGE);
  if (kind === 'nifti') return readNiftiHeader(bytes, path, () => sha256(bytes)).header;
  if (kind === 'tiff') throw refusal(path, 'A TIFF file is read by `openImage`.');
  if (kind !== 'dicom') return readRasterHeader(bytes, kind, path);
  return headerOf(parseDataSet(bytes, path), path, bytes.length, () => sha256(bytes));
}
