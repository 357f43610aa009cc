/** @file Headers of NIfTI-1 and NIfTI-2 files (single file, `.nii` and `.nii.gz`): size, values, place in the patient. */

import { gunzipSync, constants as zlib } from 'node:zlib';
import { isNIFTI, isNIFTI1, type NIFTI1, type NIFTI2, readHeader } from 'nifti-reader-js';
import type { ImageHeader } from './header.js';
import type { FrameGeometry } from './image-geometry.js';
import { MAX_FRAME_BYTES, MAX_FRAMES, MAX_INFLATED_VOLUME_BYTES } from './limits.js';
import { pictureHeader } from './raster-header.js';
import { refusal, thrownText } from './refusal.js';

/** Bytes of the NIfTI-2 header; that of NIfTI-1 is shorter. */
const HEADER_BYTES = 540;

export interface NiftiVolume {
  header: ImageHeader;
  /** Offset of the voxels after inflation, and their bytes. */
  offset: number;
  bytes: number;
  littleEndian: boolean;
  /** Whether the values are floating point. */
  float: boolean;
  /** Whether columns and rows are stored the other way round than they are shown. */
  flipColumns: boolean;
  flipRows: boolean;
}

interface VoxelType {
  float: boolean;
  bits: 8 | 16 | 32 | 64;
  signed: boolean;
  samples: 1 | 3;
}

/** By the datatype code of nifti1.h; complex numbers and 64-bit integers are not read. */
const TYPES = new Map<number, VoxelType>([
  [2, { bits: 8, signed: false, samples: 1, float: false }],
  [4, { bits: 16, signed: true, samples: 1, float: false }],
  [8, { bits: 32, signed: true, samples: 1, float: false }],
  [16, { bits: 32, signed: true, samples: 1, float: true }],
  [64, { bits: 64, signed: true, samples: 1, float: true }],
  [128, { bits: 8, signed: false, samples: 3, float: false }],
  [256, { bits: 8, signed: true, samples: 1, float: false }],
  [512, { bits: 16, signed: false, samples: 1, float: false }],
  [768, { bits: 32, signed: false, samples: 1, float: false }],
]);

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The first bytes of a gzip file, inflated; at most what 1 KiB can become. Null where it is damaged. */
function inflateStart(bytes: Uint8Array): Uint8Array | null {
  try {
    return gunzipSync(bytes.subarray(0, 1024), { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: 2 ** 21 });
  } catch {
    return null;
  }
}

function exactBuffer(bytes: Uint8Array, length: number): ArrayBuffer {
  const copy = new ArrayBuffer(Math.min(length, bytes.length));
  new Uint8Array(copy).set(bytes.subarray(0, copy.byteLength));
  return copy;
}

/** True where the file is a NIfTI volume, compressed or not; the first 1024 bytes are enough. */
export function isNifti(bytes: Uint8Array): boolean {
  const start = isGzip(bytes) ? inflateStart(bytes) : bytes;
  return start !== null && start.length >= 348 && isNIFTI(exactBuffer(start, HEADER_BYTES));
}

type Matrix = [number, number, number, number][];

/** Rotation of the unit quaternion, scaled by the spacing, with the offset (nifti1.h, method 2). */
function quaternionMatrix(nifti: NIFTI1 | NIFTI2): Matrix {
  const { quatern_b: b, quatern_c: c, quatern_d: d, pixDims } = nifti;
  const a = Math.sqrt(Math.max(0, 1 - (b * b + c * c + d * d)));
  const [i, j, k] = [pixDims[1] ?? 1, pixDims[2] ?? 1, (pixDims[3] ?? 1) * ((pixDims[0] ?? 1) < 0 ? -1 : 1)];
  return [
    [(a * a + b * b - c * c - d * d) * i, 2 * (b * c - a * d) * j, 2 * (b * d + a * c) * k, nifti.qoffset_x],
    [2 * (b * c + a * d) * i, (a * a + c * c - b * b - d * d) * j, 2 * (c * d - a * b) * k, nifti.qoffset_y],
    [2 * (b * d - a * c) * i, 2 * (c * d + a * b) * j, (a * a + d * d - b * b - c * c) * k, nifti.qoffset_z],
  ];
}

/** Voxel indices to millimetres, left-posterior-superior as in DICOM; null where the file says nothing about space. */
function spaceOf(nifti: NIFTI1 | NIFTI2, millimetres: number): Matrix | null {
  let matrix: Matrix | null = null;
  // Of NIfTI-1 the library gives the quaternion's matrix where that has the higher code; of NIfTI-2 never.
  if (nifti.sform_code > 0) matrix = nifti.affine.slice(0, 3) as Matrix;
  else if (nifti.qform_code > 0) matrix = quaternionMatrix(nifti);
  if (matrix === null || !matrix.flat().every(Number.isFinite)) return null;
  const signs = [-1, -1, 1];
  return matrix.map((row, axis) => row.map((value) => value * millimetres * signs[axis]!)) as Matrix;
}

function column(matrix: Matrix, index: number): number[] {
  return matrix.map((row) => row[index]!);
}

function norm(vector: readonly number[]): number {
  return Math.hypot(...vector);
}

/** The axis along which a vector is longest, and whether it goes up there. */
function dominant(vector: readonly number[]): { axis: number; up: boolean } {
  const axis = vector.reduce((best, value, index) => (Math.abs(value) > Math.abs(vector[best]!) ? index : best), 0);
  return { axis, up: vector[axis]! > 0 };
}

interface Place {
  spacing: [number, number] | null;
  thickness: number | null;
  orientation: number[] | null;
  positions: number[][];
  flipColumns: boolean;
  flipRows: boolean;
}

/** Millimetres of one unit of xyzt_units; unknown units are millimetres. */
function unitOf(code: number): number {
  return { 1: 1000, 3: 0.001 }[code & 7] ?? 1;
}

/**
 * Where the slices lie. Rows and columns are turned so that columns go to the patient's left or back and rows to the
 * back or down, as DICOM images are seen; position and orientation are those of the turned image.
 */
function placeOf(nifti: NIFTI1 | NIFTI2, columns: number, rows: number, slices: number): Place {
  const unit = unitOf(nifti.xyzt_units);
  const matrix = spaceOf(nifti, unit);
  const [i, j, k] = matrix === null ? [] : [0, 1, 2].map((index) => column(matrix, index));
  if (matrix === null || i === undefined || j === undefined || k === undefined || norm(i) === 0 || norm(j) === 0) {
    const [width, height, depth] = [1, 2, 3].map((index) => Math.abs(nifti.pixDims[index] ?? 0) * unit);
    const spacing: [number, number] | null = width && height ? [height, width] : null;
    const nowhere = { orientation: null, positions: [], flipColumns: false, flipRows: false };
    return { spacing, thickness: depth || null, ...nowhere };
  }
  const across = dominant(i);
  const down = dominant(j);
  const flipColumns = across.axis === 2 ? across.up : !across.up;
  const flipRows = down.axis === 2 ? down.up : !down.up;
  const first = column(matrix, 3).map(
    (value, axis) => value + (flipColumns ? i[axis]! * (columns - 1) : 0) + (flipRows ? j[axis]! * (rows - 1) : 0),
  );
  const unitVector = (vector: number[], flip: boolean) =>
    vector.map((value) => ((flip ? -1 : 1) * value) / norm(vector));
  return {
    spacing: [norm(j), norm(i)],
    thickness: norm(k) || null,
    orientation: [...unitVector(i, flipColumns), ...unitVector(j, flipRows)],
    positions: Array.from({ length: slices }, (_, slice) => first.map((value, axis) => value + k[axis]! * slice)),
    flipColumns,
    flipRows,
  };
}

function parse(start: Uint8Array, path: string): { nifti: NIFTI1 | NIFTI2; isFirst: boolean } {
  const bytes = exactBuffer(start, HEADER_BYTES);
  const isFirst = isNIFTI1(bytes);
  if (bytes.byteLength < (isFirst ? 348 : HEADER_BYTES)) throw refusal(path, 'The NIfTI file is truncated.');
  // Cut where the header ends: extensions are of no use here, and their lengths are not to be trusted.
  try {
    return { nifti: readHeader(bytes.slice(0, isFirst ? 348 : HEADER_BYTES)), isFirst };
  } catch (error) {
    throw refusal(path, `The NIfTI file is damaged (${thrownText(error)}).`, error);
  }
}

/** Columns, rows, slices, and all that comes beyond. */
function sizeOf(nifti: NIFTI1 | NIFTI2, path: string): [number, number, number, number] {
  const dimensions = nifti.dims[0] ?? 0;
  const sizes = [1, 2, 3, 4, 5, 6, 7].map((index) => (index <= dimensions ? (nifti.dims[index] ?? 0) : 1));
  if (dimensions < 2 || dimensions > 7 || !sizes.every((size) => Number.isInteger(size) && size >= 1)) {
    throw refusal(path, `Its dimensions (${sizes.join(' x ')}) make no image.`);
  }
  const [columns, rows, slices, ...rest] = sizes as [number, number, number, ...number[]];
  return [columns, rows, slices, rest.reduce((product, size) => product * size, 1)];
}

/**
 * Reads the header of a NIfTI file: its slices are frames, volumes of a 4-D file one after the other. `scl_slope` and
 * `scl_inter` become the rescale; a slope of 0 means none (nifti1.h).
 *
 * @param bytes the whole file, or enough of its start
 * @param hash gives the SHA-256 of the whole file
 * @throws PretextError `bad-file` where its values cannot be read or are too many.
 */
export function readNiftiHeader(bytes: Uint8Array, path: string, hash: () => string): NiftiVolume {
  const start = isGzip(bytes) ? inflateStart(bytes) : bytes;
  if (start === null) throw refusal(path, 'The NIfTI file is damaged.');
  const { nifti, isFirst } = parse(start, path);
  const type = TYPES.get(nifti.datatypeCode);
  if (type === undefined) throw refusal(path, `Its values (NIfTI data type ${nifti.datatypeCode}) cannot be read.`);
  const [columns, rows, slices, times] = sizeOf(nifti, path);
  const frames = slices * times;
  const frameBytes = (columns * rows * type.samples * type.bits) / 8;
  if (frames > MAX_FRAMES) throw refusal(path, `It claims ${frames} slices; at most ${MAX_FRAMES} are read.`);
  if (frameBytes > MAX_FRAME_BYTES || frameBytes * frames > MAX_INFLATED_VOLUME_BYTES * (isGzip(bytes) ? 1 : 4)) {
    throw refusal(path, `Its ${columns} x ${rows} x ${frames} values are too many to be read.`);
  }
  if (!(nifti.vox_offset >= (isFirst ? 348 : HEADER_BYTES) && nifti.vox_offset < 2 ** 28)) {
    throw refusal(path, 'The NIfTI file is damaged: it does not say where its values start.');
  }
  const place = placeOf(nifti, columns, rows, slices);
  const slope = Number.isFinite(nifti.scl_slope) && nifti.scl_slope !== 0 ? nifti.scl_slope : null;
  const geometry = Array.from(
    { length: frames },
    (_, frame): FrameGeometry => ({
      position: place.positions[frame % slices] ?? null,
      orientation: place.orientation,
      spacing: place.spacing,
      component: '',
      time: times > 1 ? Math.floor(frame / slices) + 1 : null,
    }),
  );
  const header: ImageHeader = {
    ...pictureHeader('nifti', hash(), { rows, columns, samplesPerPixel: type.samples, bits: type.bits }),
    numberOfFrames: frames,
    pixelRepresentation: type.signed ? 1 : 0,
    rescaleSlope: slope ?? 1,
    rescaleIntercept: slope !== null && Number.isFinite(nifti.scl_inter) ? nifti.scl_inter : 0,
    pixelSpacing: place.spacing,
    pixelAspectRatio: place.spacing === null ? 1 : place.spacing[0] / place.spacing[1],
    sliceThickness: place.thickness,
    imagePositionPatient: place.positions[0] ?? null,
    imageOrientationPatient: place.orientation,
    geometry: { imageType: [], acquisition: null, mosaic: null, frames: geometry },
  };
  const { flipColumns, flipRows } = place;
  const { littleEndian } = nifti;
  const voxels = { offset: nifti.vox_offset, bytes: frameBytes * frames, littleEndian, float: type.float };
  return { header, ...voxels, flipColumns, flipRows };
}
