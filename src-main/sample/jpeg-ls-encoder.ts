/** @file JPEG-LS lossless encoding (ISO/IEC 14495-1) by CharLS in WebAssembly. */

import { lazyPackage } from '../base/lazy.js';

const SILENT = { print: () => undefined, printErr: () => undefined };

async function loadEncoder() {
  const name = '@cornerstonejs/codec-charls/wasmjs';
  const module = await lazyPackage<typeof import('@cornerstonejs/codec-charls/wasmjs')['default']>(name)(SILENT);
  return module.JpegLSEncoder;
}

let loading: ReturnType<typeof loadEncoder> | null = null;

/** @param frame little-endian 16-bit samples, [rows, columns], of which `bitsStored` bits are used. */
export async function encodeJpegLs(
  frame: Uint8Array,
  rows: number,
  columns: number,
  bitsStored: number,
): Promise<Uint8Array> {
  loading ??= loadEncoder();
  const Encoder = await loading;
  const encoder = new Encoder();
  try {
    const info = { width: columns, height: rows, bitsPerSample: bitsStored, componentCount: 1, isSigned: false };
    encoder.getDecodedBuffer(info).set(frame);
    encoder.setNearLossless(0);
    encoder.encode();
    return Uint8Array.from(encoder.getEncodedBuffer());
  } finally {
    encoder.delete();
  }
}
