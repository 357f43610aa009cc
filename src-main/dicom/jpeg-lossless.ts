/**
 * @file JPEG Lossless (process 14): every predictor, 2 to 16 bits, point transform, restarts, components in one scan or in
 * several. Source: ISO/IEC 10918-1, Annexes B and H.
 */

import { BitReader, type HuffmanTable, readHuffmanTables } from './jpeg-huffman.js';

interface Frame {
  precision: number;
  /** Identifiers of the components, in the order of the samples. */
  components: number[];
  /** Whether a component has fewer samples than another. */
  subsampled: boolean;
}

interface Scan {
  /** Places of the components within a pixel. */
  places: number[];
  /** Of each component. */
  tables: HuffmanTable[];
  predictor: number;
  /** Bits that were shifted out (H.1.2.1, Pt). */
  shift: number;
  /** Rows between restarts; 0 without. */
  restartRows: number;
}

export interface LosslessSamples {
  /** [rows, columns, components]. */
  samples: Uint8Array | Uint16Array;
  precision: number;
}

function readFrame(bytes: Uint8Array, start: number, end: number): Frame {
  const frame: Frame = { precision: bytes[start]!, components: [], subsampled: false };
  if (frame.precision < 2 || frame.precision > 16)
    throw new Error(`its precision of ${frame.precision} bits is invalid`);
  for (let at = start + 6; at + 3 <= end; at += 3) {
    frame.components.push(bytes[at]!);
    frame.subsampled ||= bytes[at + 1] !== bytes[start + 7];
  }
  return frame;
}

function readScan(
  bytes: Uint8Array,
  start: number,
  frame: Frame,
  tables: HuffmanTable[],
  restart: { interval: number; columns: number },
): Scan {
  const count = bytes[start]!;
  const parameters = start + 1 + 2 * count;
  const selectors = Array.from({ length: count }, (_, index) => start + 1 + 2 * index);
  const predictor = bytes[parameters]!;
  const shift = bytes[parameters + 2]! & 15;
  if (predictor < 1 || predictor > 7) throw new Error(`its predictor ${predictor} is unknown`);
  if (shift >= frame.precision) throw new Error('its point transform leaves no bits');
  if (restart.interval % restart.columns !== 0) throw new Error('its restarts do not stand at the ends of rows');
  if (count === 0 || (count > 1 && frame.subsampled))
    throw new Error('components of different sizes are not supported');
  return {
    places: selectors.map((at) => {
      const place = frame.components.indexOf(bytes[at]!);
      if (place < 0) throw new Error('a scan names a component that the frame has not');
      return place;
    }),
    tables: selectors.map((at) => {
      const table = tables[(bytes[at + 1]! >> 4) & 3];
      if (table === undefined) throw new Error('a JPEG Huffman table is missing');
      return table;
    }),
    predictor,
    shift,
    restartRows: restart.interval / restart.columns,
  };
}

/** The difference that was coded, modulo 65 536 (H.1.2.2). */
function difference(reader: BitReader, table: HuffmanTable): number {
  const size = reader.decode(table);
  if (size === 16) return 32_768;
  if (size > 16) throw new Error('a JPEG difference is too long');
  return reader.receive(size);
}

/** Table H.1, from the samples to the left, above, and above to the left. */
function predict(predictor: number, left: number, above: number, corner: number): number {
  switch (predictor) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return corner;
    case 4:
      return left + above - corner;
    case 5:
      return left + ((above - corner) >> 1);
    case 6:
      return above + ((left - corner) >> 1);
    default:
      return (left + above) >> 1;
  }
}

function decodeScan(
  reader: BitReader,
  scan: Scan,
  out: Uint8Array | Uint16Array,
  [rows, columns, stride]: readonly [number, number, number],
  precision: number,
): void {
  const { places, tables, predictor, shift, restartRows } = scan;
  const line = columns * stride;
  for (let row = 0; row < rows; row++) {
    const restarts = restartRows > 0 && row > 0 && row % restartRows === 0;
    if (restarts) reader.restart();
    // The row after a restart is predicted as the first one is (H.1.1).
    const isFirst = row === 0 || restarts;
    for (let column = 0; column < columns; column++) {
      for (let i = 0; i < places.length; i++) {
        const at = row * line + column * stride + places[i]!;
        let guess: number;
        if (isFirst) guess = column === 0 ? 1 << (precision - shift - 1) : out[at - stride]!;
        else if (column === 0) guess = out[at - line]!;
        else guess = predict(predictor, out[at - stride]!, out[at - line]!, out[at - line - stride]!);
        out[at] = (guess + difference(reader, tables[i]!)) & 0xffff;
      }
    }
  }
  if (shift === 0) return;
  for (const place of places) for (let at = place; at < out.length; at += stride) out[at] = out[at]! << shift;
}

/**
 * Decodes a lossless JPEG with Huffman coding to samples by pixel, without colour conversion.
 *
 * @param rows and columns as in the JPEG's own frame header, checked by the caller.
 * @throws Error where the data is damaged, or components have different sizes.
 */
export function decodeLosslessJpeg(bytes: Uint8Array, rows: number, columns: number): LosslessSamples {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables: { dc: HuffmanTable[]; ac: HuffmanTable[] } = { dc: [], ac: [] };
  let frame: Frame | null = null;
  let samples: Uint8Array | Uint16Array = new Uint8Array(0);
  let interval = 0;
  const missing = new Set<number>();
  for (let offset = 2; offset + 4 <= bytes.length; ) {
    const marker = bytes[offset + 1]!;
    if (bytes[offset] !== 0xff) throw new Error('a JPEG marker is missing');
    if (marker === 0xff) {
      offset += 1;
      continue;
    }
    if (marker === 0xd9) break;
    const start = offset + 4;
    const end = offset + 2 + view.getUint16(offset + 2);
    if (end > bytes.length || end < start) throw new Error('a JPEG segment ends early');
    offset = end;
    if (marker === 0xc4) readHuffmanTables(bytes, start, end, tables);
    else if (marker === 0xdd) interval = view.getUint16(start);
    else if (marker === 0xc3 && frame === null) {
      frame = readFrame(bytes, start, end);
      const count = rows * columns * frame.components.length;
      samples = frame.precision > 8 ? new Uint16Array(count) : new Uint8Array(count);
      for (let place = 0; place < frame.components.length; place++) missing.add(place);
    } else if (marker === 0xda && frame !== null) {
      const scan = readScan(bytes, start, frame, tables.dc, { interval, columns });
      const reader = new BitReader(bytes, end);
      decodeScan(reader, scan, samples, [rows, columns, frame.components.length], frame.precision);
      for (const place of scan.places) missing.delete(place);
      if (missing.size === 0) return { samples, precision: frame.precision };
      offset = reader.position;
    }
  }
  throw new Error(frame === null ? 'the JPEG has no image data' : 'the JPEG ends before its last component');
}
