/** @file Bytes of a file to stored pixel values, frame by frame or all at once. */

import { decodeFrame, nativeFrameBytes } from './codecs.js';
import { parseDataSet } from './dataset.js';
import { encapsulatedFrames } from './fragments.js';
import { headerOf, type ImageHeader, readHeader, sha256 } from './header.js';
import { identify } from './identify.js';
import { MAX_DECODED_BYTES } from './limits.js';
import { type LookupTable, type Palette, readModalityLut, readPalette } from './lut.js';
import { encapsulatedNativeFrame, nativeFrame, unpackBits } from './native.js';
import { openNifti } from './nifti.js';
import { checkNativeLength, nativeFrameBits, sampleBytes } from './pixel-module.js';
import { decodeRaster } from './raster.js';
import { refusal, thrownText } from './refusal.js';
import { allocateSamples, planesToPixels, type SampleArray } from './samples.js';
import { openTiff } from './tiff.js';
import type { Codec } from './transfer-syntax.js';
import { ValueReader } from './values.js';

export type { SampleArray } from './samples.js';

/** Tables and mappings beside the header that turn stored values into modality values. */
export interface ValueMapping {
  palette: Palette | null;
  modalityLut: LookupTable | null;
  /** Slope and intercept of each frame where the frames of an enhanced image differ, else empty. */
  rescales: { slope: number; intercept: number }[];
}

export interface StoredPixels {
  /** Its photometric interpretation describes `values`, after what a codec undid on the way. */
  header: ImageHeader;
  /** [frames, rows, columns, samples], colour by pixel, after decompression, before any LUT or colour conversion. */
  values: SampleArray;
  mapping: ValueMapping;
}

/** The value of pixel data that is not compressed, as it lies in the file or in the inflated data set. */
export interface NativePixels {
  value: Uint8Array;
  bigEndian: boolean;
  /** Empty in implicit VR. */
  vr: string;
}

/** A file whose frames are decoded one by one, so that long cine loops need the memory of one frame. */
export interface PixelSource {
  header: ImageHeader;
  /** The data set beside the pixels; null for PNG and JPEG. */
  elements: ValueReader | null;
  /** Null where the pixels are compressed, and for PNG and JPEG. */
  native: NativePixels | null;
  /** Whether the decompressed frames are one-bit samples packed eight to a byte; `readFrame` unpacks them. */
  packed: boolean;
  /** Stored pixels of one frame; the header then says one frame. @throws PretextError `bad-file`. */
  readFrame(frame: number): Promise<StoredPixels>;
}

function readRescales(top: ValueReader): ValueMapping['rescales'] {
  const frames = top.items('x52009230').map((item) => {
    const transformation = item.item('x00289145');
    const slope = transformation?.decimal('x00281053') ?? null;
    if (transformation === null || slope === null || slope === 0) return null;
    return { slope, intercept: transformation.decimal('x00281052') ?? 0 };
  });
  const complete = frames.filter((frame) => frame !== null);
  return complete.length === frames.length ? complete : [];
}

/** Samples of a codec in the type that the header gives. */
function toHeaderType(bytes: Uint8Array, bytesPerSample: number, signed: boolean, header: ImageHeader): SampleArray {
  const count = header.rows * header.columns * header.samplesPerPixel;
  if (bytes.length < count * bytesPerSample) throw new Error('the codec gave too few bytes');
  if (bytesPerSample > sampleBytes(header)) {
    throw new Error(`its samples are wider than the ${header.bitsAllocated} bits that the header allocates`);
  }
  const out = allocateSamples(header, 'int', count);
  if (bytesPerSample === sampleBytes(header)) {
    new Uint8Array(out.buffer).set(bytes.subarray(0, count * bytesPerSample));
  } else {
    const narrow = signed ? new Int8Array(bytes.buffer, bytes.byteOffset, count) : bytes;
    if (bytesPerSample === 1) for (let i = 0; i < count; i++) out[i] = narrow[i]!;
    else {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < count; i++) out[i] = signed ? view.getInt16(i * 2, true) : view.getUint16(i * 2, true);
    }
  }
  return out;
}

/** Whether the bytes are one-bit samples packed eight to a byte, as RLE and native frames keep them. */
function isPacked(header: ImageHeader, codec: Codec): boolean {
  return header.bitsAllocated === 1 && (codec === 'rle' || codec === 'deflated-frame' || codec === 'uncompressed');
}

/** One frame of encapsulated pixel data, by pixel, and the colour model where its codec knows better than the header. */
async function decodeEncapsulated(
  frame: Uint8Array,
  codec: Codec,
  header: ImageHeader,
): Promise<{ values: SampleArray; colour: 'RGB' | 'YBR_FULL' | null }> {
  if (codec === 'deflated-frame' || codec === 'uncompressed') {
    const needed = Math.ceil(nativeFrameBits(header) / 8);
    return { values: encapsulatedNativeFrame(header, nativeFrameBytes(frame, codec, needed)), colour: null };
  }
  const decoded = await decodeFrame(frame, codec, header);
  const values = isPacked(header, codec)
    ? unpackBits(decoded.bytes, 0, header.rows * header.columns)
    : toHeaderType(decoded.bytes, decoded.bytesPerSample, decoded.signed, header);
  if (decoded.byPlane && header.samplesPerPixel > 1) planesToPixels(values, header.samplesPerPixel);
  return { values, colour: decoded.colour };
}

/** What the samples are after decompression: JPEG 2000 undoes its own colour transforms. */
function colourAfter(header: ImageHeader, colour: 'RGB' | 'YBR_FULL' | null): string {
  const declared = header.photometricInterpretation;
  if (header.samplesPerPixel === 1) return declared;
  if (colour !== null) return colour;
  if (declared === 'YBR_RCT' || declared === 'YBR_ICT') return 'RGB';
  return declared.startsWith('YBR_FULL') ? 'YBR_FULL' : declared;
}

/**
 * Opens a DICOM, PNG or JPEG file for decoding.
 *
 * @throws PretextError `bad-file` where it is not an image, is damaged or cannot be decoded.
 */
export function openPixels(bytes: Uint8Array, path: string): PixelSource {
  const kind = identify(bytes);
  if (kind === null || kind !== 'dicom') {
    const header = readHeader(bytes, path);
    return {
      header,
      elements: null,
      native: null,
      packed: false,
      readFrame: async () => decodeRaster(bytes, header, path),
    };
  }
  const first = parseDataSet(bytes, path);
  const header = headerOf(first, path, bytes.length, () => sha256(bytes));
  const { syntax } = first;
  const frameBytes = Math.ceil((nativeFrameBits(header) * header.numberOfFrames) / 8);
  const isDeflated = syntax.storage === 'native' && syntax.deflated;
  const slack = 1024 * 1024;
  const limit = (first.pixelData?.offset ?? 0) + frameBytes + slack;
  if (isDeflated && limit > MAX_DECODED_BYTES) throw refusal(path, 'Its deflated pixels are too large to be read.');
  const parsed = isDeflated ? parseDataSet(bytes, path, { inflatedLimit: limit }) : first;
  if (isDeflated) checkNativeLength(header, parsed, parsed.bytes.length, path);
  const top = new ValueReader(parsed.dataSet);
  const signed = header.pixelRepresentation === 1;
  const palette = header.photometricInterpretation === 'PALETTE COLOR' ? readPalette(top, signed) : null;
  const modalityLut = readModalityLut(top, signed);
  const rescales = readRescales(top);
  const mappingOf = (frame: number): ValueMapping => {
    const rescale = rescales[frame];
    return { palette, modalityLut, rescales: rescale === undefined ? [] : [rescale] };
  };

  if (syntax.storage === 'encapsulated' && parsed.pixelData?.length === null) {
    const { codec } = syntax;
    const frames = encapsulatedFrames(parsed, codec, header.numberOfFrames, path);
    const readFrame = async (frame: number): Promise<StoredPixels> => {
      try {
        const { values, colour } = await decodeEncapsulated(frames[frame]!, codec, header);
        const photometricInterpretation = colourAfter(header, colour);
        return {
          header: { ...header, numberOfFrames: 1, planarConfiguration: 0, photometricInterpretation },
          values,
          mapping: mappingOf(frame),
        };
      } catch (error) {
        const which = header.numberOfFrames === 1 ? 'Its pixels' : `Frame ${frame + 1}`;
        throw refusal(path, `${which} cannot be decoded as ${syntax.name}: ${thrownText(error)}.`, error);
      }
    };
    return { header, elements: top, native: null, packed: isPacked(header, codec), readFrame };
  }
  const { pixelData } = parsed;
  if (pixelData === null || pixelData.length === null)
    throw refusal(path, 'Its pixel data has no length, though it is not compressed.');
  return {
    header,
    elements: top,
    native: {
      value: parsed.bytes.subarray(pixelData.offset, pixelData.offset + pixelData.length),
      bigEndian: parsed.encoding === 'explicit-big',
      vr: pixelData.vr,
    },
    packed: header.bitsAllocated === 1,
    readFrame: async (frame) => ({
      header: {
        ...header,
        numberOfFrames: 1,
        planarConfiguration: 0,
        photometricInterpretation: colourAfter(header, null),
      },
      values: nativeFrame(header, parsed, frame),
      mapping: mappingOf(frame),
    }),
  };
}

/**
 * Opens an image of any kind that is read, for decoding.
 *
 * @throws PretextError `bad-file` where it is not an image, is damaged or cannot be decoded.
 */
export async function openImage(bytes: Uint8Array, path: string): Promise<PixelSource> {
  const kind = identify(bytes);
  if (kind === 'tiff') return openTiff(bytes, path, () => sha256(bytes));
  if (kind === 'nifti') return openNifti(bytes, path, () => sha256(bytes));
  return openPixels(bytes, path);
}

/**
 * Decodes all frames of a file.
 *
 * @throws PretextError `bad-file` where it is not an image, is damaged, cannot be decoded or is too large at once.
 */
export async function decodePixels(bytes: Uint8Array, path: string): Promise<StoredPixels> {
  const source = await openImage(bytes, path);
  const { header } = source;
  const count = header.rows * header.columns * header.samplesPerPixel;
  if (count * sampleBytes(header) * header.numberOfFrames > MAX_DECODED_BYTES) {
    throw refusal(path, 'Its pixels are too large to be decoded at once.');
  }
  const first = await source.readFrame(0);
  if (header.numberOfFrames === 1) return first;
  const Type = first.values.constructor as new (length: number) => SampleArray;
  const values = new Type(count * header.numberOfFrames);
  const rescales = [...first.mapping.rescales];
  values.set(first.values, 0);
  for (let frame = 1; frame < header.numberOfFrames; frame++) {
    const pixels = await source.readFrame(frame);
    values.set(pixels.values, frame * count);
    rescales.push(...pixels.mapping.rescales);
  }
  return {
    header: { ...first.header, numberOfFrames: header.numberOfFrames },
    values,
    mapping: { ...first.mapping, rescales },
  };
}
