/** @file Pixels of PNG and JPEG files. */

import { inflateSync } from 'node:zlib';
import { decode as decodePng } from 'fast-png';
import jpegJs from 'jpeg-js';
import type { StoredPixels } from './decode.js';
import type { ImageHeader } from './header.js';
import { refusal, thrownText } from './refusal.js';

type RasterValues = Uint8Array | Uint16Array;

/**
 * Inflates the image data once within its honest size, since the decoder itself does not bound it: a scan line is a
 * filter byte and at most four samples of two bytes; interlacing repeats some filter bytes.
 */
function checkPngSize(bytes: Uint8Array, header: ImageHeader): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Uint8Array[] = [];
  for (let offset = 8; offset + 12 <= bytes.length; ) {
    const length = view.getUint32(offset);
    if (offset + 12 + length > bytes.length) throw new Error('it is truncated');
    if (view.getUint32(offset + 4) === 0x49444154) chunks.push(bytes.subarray(offset + 8, offset + 8 + length));
    offset += 12 + length;
  }
  const limit = header.rows * (header.columns * 8 + 8) * 2 + 4096;
  inflateSync(Buffer.concat(chunks), { maxOutputLength: limit });
}

/** Samples of less than 8 bits, packed by row from the most significant bit, widened to 0 .. 255. */
function widenBits(packed: RasterValues, depth: number, rows: number, columns: number): Uint8Array {
  const out = new Uint8Array(rows * columns);
  const stride = Math.ceil((columns * depth) / 8);
  const mask = (1 << depth) - 1;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const bit = column * depth;
      const byte = packed[row * stride + (bit >> 3)]!;
      out[row * columns + column] = (((byte >> (8 - depth - (bit & 7))) & mask) * 255) / mask;
    }
  }
  return out;
}

/** Leaves out the alpha channel and resolves palette indices. */
function pngValues(bytes: Uint8Array, header: ImageHeader): RasterValues {
  checkPngSize(bytes, header);
  const image = decodePng(bytes);
  const { rows, columns, samplesPerPixel } = header;
  const pixels = rows * columns;
  if (image.width !== columns || image.height !== rows) throw new Error('its size changes within the file');
  const data: RasterValues = image.data instanceof Uint16Array ? image.data : new Uint8Array(image.data);
  if (image.palette !== undefined) {
    const indices = image.depth < 8 && data.length < pixels ? unpackIndices(data, image.depth, rows, columns) : data;
    const out = new Uint8Array(pixels * 3);
    for (let i = 0; i < pixels; i++) {
      const colour = image.palette[indices[i]!] ?? [0, 0, 0];
      for (let channel = 0; channel < 3; channel++) out[i * 3 + channel] = colour[channel] ?? 0;
    }
    return out;
  }
  if (image.depth < 8) return widenBits(data, image.depth, rows, columns);
  if (image.channels === samplesPerPixel) return data;
  const out = image.depth === 16 ? new Uint16Array(pixels * samplesPerPixel) : new Uint8Array(pixels * samplesPerPixel);
  for (let i = 0; i < pixels; i++) {
    for (let channel = 0; channel < samplesPerPixel; channel++) {
      out[i * samplesPerPixel + channel] = data[i * image.channels + channel]!;
    }
  }
  return out;
}

function unpackIndices(packed: RasterValues, depth: number, rows: number, columns: number): Uint8Array {
  const mask = (1 << depth) - 1;
  return widenBits(packed, depth, rows, columns).map((value) => Math.round((value * mask) / 255));
}

function jpegValues(bytes: Uint8Array, header: ImageHeader): RasterValues {
  const image = jpegJs.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: 128,
    maxMemoryUsageInMB: 1024,
  });
  if (image.width !== header.columns || image.height !== header.rows)
    throw new Error('its size changes within the file');
  return image.data;
}

/**
 * Pixels of a PNG or JPEG file: grey as stored, or RGB; alpha is left out.
 *
 * @throws PretextError `bad-file` where the file is damaged.
 */
export function decodeRaster(bytes: Uint8Array, header: ImageHeader, path: string): StoredPixels {
  let values: RasterValues;
  try {
    values = header.kind === 'png' ? pngValues(bytes, header) : jpegValues(bytes, header);
  } catch (error) {
    throw refusal(path, `The ${header.kind.toUpperCase()} file cannot be decoded: ${thrownText(error)}.`, error);
  }
  const wanted = header.rows * header.columns * header.samplesPerPixel;
  if (values.length < wanted) throw refusal(path, `The ${header.kind.toUpperCase()} file is truncated.`);
  return { header, values, mapping: { palette: null, modalityLut: null, rescales: [] } };
}
