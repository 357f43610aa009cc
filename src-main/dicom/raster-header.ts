/** @file Headers of PNG and JPEG files, read without decoding them, and what all headers without a patient share. */

import { createHash } from 'node:crypto';
import { readJpegInfo } from './codestream.js';
import type { ImageHeader } from './header.js';
import type { FileKind } from './identify.js';
import { MAX_RASTER_PIXELS } from './limits.js';
import { refusal } from './refusal.js';

export interface RasterSize {
  rows: number;
  columns: number;
  samplesPerPixel: 1 | 3;
  bits: 8 | 16 | 32 | 64;
}

/** Width, height, bit depth and colour type of the IHDR chunk (PNG specification, 11.2.1). */
function readPngSize(bytes: Uint8Array, path: string): RasterSize {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33 || view.getUint32(12) !== 0x49484452) throw refusal(path, 'The PNG file is truncated.');
  const colourType = view.getUint8(25);
  const isColour = (colourType & 2) !== 0;
  return {
    columns: view.getUint32(16),
    rows: view.getUint32(20),
    samplesPerPixel: isColour ? 3 : 1,
    bits: view.getUint8(24) === 16 ? 16 : 8,
  };
}

function readJpegSize(bytes: Uint8Array, path: string): RasterSize {
  const info = readJpegInfo(bytes);
  if (info === null) throw refusal(path, 'The JPEG file is damaged or truncated: no image was found in it.');
  const components = info.components.length;
  if ((info.process !== 'sequential' && info.process !== 'progressive') || info.precision !== 8) {
    throw refusal(path, 'This kind of JPEG (lossless, arithmetic or more than 8 bits) is read only within DICOM.');
  }
  if (components !== 1 && components !== 3) throw refusal(path, `A JPEG of ${components} components cannot be read.`);
  return { rows: info.rows, columns: info.columns, samplesPerPixel: components, bits: 8 };
}

/**
 * Header of a PNG or JPEG file: size and content hash; everything about patient and study is null.
 *
 * @throws PretextError `bad-file` where the file is damaged or too large.
 */
export function readRasterHeader(bytes: Uint8Array, kind: 'png' | 'jpeg', path: string): ImageHeader {
  const size = kind === 'png' ? readPngSize(bytes, path) : readJpegSize(bytes, path);
  checkRasterSize(size, path);
  return pictureHeader(kind, createHash('sha256').update(bytes).digest('hex'), size);
}

/** @throws PretextError `bad-file` where there are no pixels, or too many. */
export function checkRasterSize({ rows, columns }: Pick<RasterSize, 'rows' | 'columns'>, path: string): void {
  if (!(rows > 0 && columns > 0)) throw refusal(path, `It has no image size (${rows} rows, ${columns} columns).`);
  if (rows * columns > MAX_RASTER_PIXELS) {
    throw refusal(path, `Its ${rows} x ${columns} pixels are too many to be read.`);
  }
}

/** The header of one image of which only its size is known: no patient, no study, values as they are stored. */
export function pictureHeader(kind: Exclude<FileKind, 'dicom'>, contentHash: string, size: RasterSize): ImageHeader {
  return {
    kind,
    transferSyntaxUID: null,
    sopClassUID: null,
    sopInstanceUID: null,
    contentHash,
    patientID: null,
    patientName: null,
    studyInstanceUID: null,
    studyDate: null,
    studyDescription: null,
    seriesInstanceUID: null,
    seriesNumber: null,
    seriesDescription: null,
    modality: null,
    bodyPartExamined: null,
    manufacturer: null,
    laterality: null,
    viewPosition: null,
    instanceNumber: null,
    rows: size.rows,
    columns: size.columns,
    numberOfFrames: 1,
    samplesPerPixel: size.samplesPerPixel,
    photometricInterpretation: size.samplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2',
    planarConfiguration: 0,
    bitsAllocated: size.bits,
    bitsStored: size.bits,
    highBit: size.bits - 1,
    pixelRepresentation: 0,
    rescaleSlope: 1,
    rescaleIntercept: 0,
    windowCenter: null,
    windowWidth: null,
    windowFunction: 'LINEAR',
    pixelSpacing: null,
    pixelAspectRatio: 1,
    imagePositionPatient: null,
    imageOrientationPatient: null,
    sliceThickness: null,
    burnedInAnnotation: null,
    geometry: null,
  };
}
