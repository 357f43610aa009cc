/** @file The codecs for compressed frames, loaded when first needed, each behind the same call. */

import { inflateRawSync } from 'node:zlib';
import { lazyPackage } from '../base/lazy.js';
import { readJpeg2000Size, readJpegInfo, withoutColourTransform } from './codestream.js';
import { decodeExtendedJpeg } from './jpeg-extended.js';
import { decodeLosslessJpeg } from './jpeg-lossless.js';
import { MAX_FRAME_BYTES } from './limits.js';
import { thrownText } from './refusal.js';
import { decodeRle } from './rle.js';
import { bytesOf } from './samples.js';
import type { Codec } from './transfer-syntax.js';

/** Codecs that give samples. The others keep native frames. */
export type ImageCodec = Exclude<Codec, 'deflated-frame' | 'uncompressed'>;

export interface FrameShape {
  rows: number;
  columns: number;
  samplesPerPixel: number;
  bitsAllocated: number;
}

export interface DecodedFrame {
  /** Little-endian samples of `bytesPerSample` bytes. */
  bytes: Uint8Array;
  bytesPerSample: number;
  signed: boolean;
  byPlane: boolean;
  /** Colour model of the samples where the codec knows better than the header. */
  colour: 'RGB' | 'YBR_FULL' | null;
}

type WasmName = 'openjpeg' | 'openjph' | 'charls' | 'libjpeg-turbo';

interface LoadedCodec {
  create(): WasmDecoder;
  describe(thrown: unknown): string;
}

type Described = { getExceptionMessage?(thrown: number): string };

function loaded(module: Described, create: () => WasmDecoder): LoadedCodec {
  return {
    create,
    describe: (thrown) =>
      typeof thrown === 'number' && module.getExceptionMessage !== undefined
        ? String(module.getExceptionMessage(thrown))
        : thrownText(thrown),
  };
}

/**
 * Settings of a codec that prints nothing: standard output belongs to the command line's results. A codec makes the
 * object it is given its own, so each needs a new one.
 */
function silent(): { print(): void; printErr(): void } {
  return { print: () => undefined, printErr: () => undefined };
}

/** What a codec's package is: a function that starts it. */
type Load<T extends { default: unknown }> = T['default'];

const loaders: Record<WasmName, () => Promise<LoadedCodec>> = {
  openjpeg: async () => {
    const module = await lazyPackage<Load<typeof import('@cornerstonejs/codec-openjpeg/decodewasmjs')>>(
      '@cornerstonejs/codec-openjpeg/decodewasmjs',
    )(silent());
    return loaded(module, () => new module.J2KDecoder());
  },
  openjph: async () => {
    const module = await lazyPackage<Load<typeof import('@cornerstonejs/codec-openjph/wasmjs')>>(
      '@cornerstonejs/codec-openjph/wasmjs',
    )(silent());
    return loaded(module, () => new module.HTJ2KDecoder());
  },
  charls: async () => {
    const module = await lazyPackage<Load<typeof import('@cornerstonejs/codec-charls/decodewasmjs')>>(
      '@cornerstonejs/codec-charls/decodewasmjs',
    )(silent());
    return loaded(module, () => new module.JpegLSDecoder());
  },
  'libjpeg-turbo': async () => {
    const module = await lazyPackage<Load<typeof import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs')>>(
      '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs',
    )(silent());
    return loaded(module, () => new module.JPEGDecoder());
  },
};

const instances = new Map<WasmName, Promise<LoadedCodec>>();

/** Decodes with a WebAssembly codec. An instance that failed is thrown away: its memory may be in any state. */
async function decodeWasm(name: WasmName, frame: Uint8Array, shape: FrameShape): Promise<DecodedFrame> {
  const pending = instances.get(name) ?? loaders[name]();
  instances.set(name, pending);
  const codec = await pending;
  let decoder: WasmDecoder | null = null;
  try {
    decoder = codec.create();
    decoder.getEncodedBuffer(frame.length).set(frame);
    decoder.decode();
    const info = decoder.getFrameInfo();
    if (info.width !== shape.columns || info.height !== shape.rows || info.componentCount !== shape.samplesPerPixel) {
      throw new Error(
        `the compressed frame is ${info.height} x ${info.width} with ${info.componentCount} samples, ` +
          `the header says ${shape.rows} x ${shape.columns} with ${shape.samplesPerPixel}`,
      );
    }
    const bytesPerSample = info.bitsPerSample > 8 ? 2 : 1;
    const length = shape.rows * shape.columns * shape.samplesPerPixel * bytesPerSample;
    const bytes = decoder.getDecodedBuffer();
    if (bytes.length < length) throw new Error(`the codec gave ${bytes.length} of ${length} bytes`);
    const interleave = 'getInterleaveMode' in decoder ? Number((decoder.getInterleaveMode as () => number)()) : 2;
    return {
      bytes: bytes.slice(0, length),
      bytesPerSample,
      signed: info.isSigned === true,
      byPlane: name === 'charls' && interleave === 0 && shape.samplesPerPixel > 1,
      colour: null,
    };
  } catch (error) {
    instances.delete(name);
    throw new Error(codec.describe(error));
  } finally {
    try {
      decoder?.delete();
    } catch {
      instances.delete(name);
    }
  }
}

function requireSize(found: { rows: number; columns: number } | null, shape: FrameShape): void {
  if (found === null) throw new Error('the compressed frame has no readable header');
  if (found.rows !== shape.rows || found.columns !== shape.columns) {
    throw new Error(
      `the compressed frame is ${found.rows} x ${found.columns}, the header says ${shape.rows} x ${shape.columns}`,
    );
  }
}

/** JPEG Lossless, process 14 (PS3.5 section 8.2.1). */
function decodeJpegLossless(frame: Uint8Array, shape: FrameShape): DecodedFrame {
  const { samples } = decodeLosslessJpeg(frame, shape.rows, shape.columns);
  return {
    bytes: bytesOf(samples),
    bytesPerSample: samples.BYTES_PER_ELEMENT,
    signed: false,
    byPlane: false,
    colour: null,
  };
}

/** Any frame that starts as JPEG does, by the process that its own frame header names. */
async function decodeJpegFamily(frame: Uint8Array, shape: FrameShape): Promise<DecodedFrame> {
  const info = readJpegInfo(frame);
  requireSize(info, shape);
  if (info === null || info.components.length !== shape.samplesPerPixel) {
    throw new Error(`it has ${info?.components.length ?? 0} components, the header says ${shape.samplesPerPixel}`);
  }
  if (info.process === 'jpeg-ls') return decodeWasm('charls', frame, shape);
  if (info.process === 'lossless') return decodeJpegLossless(frame, shape);
  if (info.process === 'other') throw new Error('this JPEG process is not supported');
  if (info.precision !== 8) {
    if (info.precision !== 12 || info.process !== 'sequential') {
      throw new Error(`${info.process} JPEG of ${info.precision} bits is not supported`);
    }
    const samples = decodeExtendedJpeg(frame, shape.rows, shape.columns);
    return { bytes: bytesOf(samples), bytesPerSample: 2, signed: false, byPlane: false, colour: null };
  }
  if (shape.samplesPerPixel === 1) return decodeWasm('libjpeg-turbo', frame, shape);
  const namedRgb = info.components.join() === '82,71,66';
  const colour =
    info.adobeTransform === 0 || namedRgb ? 'RGB' : info.adobeTransform === 1 || info.hasJfif ? 'YBR_FULL' : null;
  // What the components are is the header's to say, except where an Adobe or JFIF segment contradicts it.
  return { ...(await decodeWasm('libjpeg-turbo', withoutColourTransform(frame), shape)), colour };
}

/**
 * The bytes of a frame in native form that is kept in fragments: as it is, or deflated (PS3.5 sections A.4.11, 8.2.16).
 *
 * @param needed its bytes, as the header says
 * @throws Error where the stream is damaged.
 */
export function nativeFrameBytes(
  frame: Uint8Array,
  codec: 'deflated-frame' | 'uncompressed',
  needed: number,
): Uint8Array {
  if (codec === 'uncompressed') return frame;
  return inflateRawSync(frame, { maxOutputLength: Math.min(MAX_FRAME_BYTES, needed + 16) });
}

/**
 * Decodes one compressed frame.
 *
 * @throws Error with the codec's own reason where the frame is damaged or does not fit `shape`.
 */
export async function decodeFrame(frame: Uint8Array, codec: ImageCodec, shape: FrameShape): Promise<DecodedFrame> {
  switch (codec) {
    case 'rle': {
      const bytesPerSample = Math.max(1, shape.bitsAllocated / 8);
      const pixels =
        shape.bitsAllocated === 1 ? Math.ceil((shape.rows * shape.columns) / 8) : shape.rows * shape.columns;
      const bytes = decodeRle(frame, pixels, shape.samplesPerPixel, bytesPerSample);
      return { bytes, bytesPerSample, signed: false, byPlane: false, colour: null };
    }
    case 'jpeg-2000':
    case 'htj2k':
      requireSize(readJpeg2000Size(frame), shape);
      return decodeWasm(codec === 'htj2k' ? 'openjph' : 'openjpeg', frame, shape);
    case 'jpeg':
    case 'jpeg-lossless':
    case 'jpeg-ls':
      return decodeJpegFamily(frame, shape);
  }
}
