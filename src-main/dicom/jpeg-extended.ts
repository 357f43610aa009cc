/**
 * @file JPEG Extended (process 4): sequential DCT with Huffman coding at 12 bits, which the 8-bit codecs do not read.
 * Source: ISO/IEC 10918-1, Annexes A, B and F.
 */

import { BitReader, type HuffmanTable, readHuffmanTables } from './jpeg-huffman.js';

/** Order of the 64 coefficients of a block (A.3.6). */
const ZIGZAG = Uint8Array.from([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
]);

/** Basis of the inverse transform, [sample, frequency] (A.3.3). */
const BASIS = Float64Array.from({ length: 64 }, (_, index) => {
  const sample = index >> 3;
  const frequency = index & 7;
  const scale = frequency === 0 ? Math.SQRT1_2 / 2 : 0.5;
  return scale * Math.cos(((2 * sample + 1) * frequency * Math.PI) / 16);
});

interface Component {
  id: number;
  across: number;
  down: number;
  quantisation: number;
  dc: number;
  ac: number;
  prediction: number;
  /** Samples of whole blocks. */
  stride: number;
  samples: Uint16Array;
}

const block = new Float64Array(64);
const half = new Float64Array(64);

/** Inverse transform of `block` into the samples at `at`, with level shift and clamping. */
function transform(component: Component, at: number, precision: number): void {
  for (let row = 0; row < 8; row++) {
    for (let x = 0; x < 8; x++) {
      let sum = 0;
      for (let u = 0; u < 8; u++) sum += block[row * 8 + u]! * BASIS[x * 8 + u]!;
      half[row * 8 + x] = sum;
    }
  }
  const middle = 1 << (precision - 1);
  const largest = (1 << precision) - 1;
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      let sum = middle;
      for (let v = 0; v < 8; v++) sum += half[v * 8 + x]! * BASIS[y * 8 + v]!;
      component.samples[at + y * component.stride + x] = Math.min(largest, Math.max(0, Math.round(sum)));
    }
  }
}

interface Tables {
  quantisation: Uint16Array[];
  dc: HuffmanTable[];
  ac: HuffmanTable[];
}

function decodeBlock(reader: BitReader, component: Component, tables: Tables): void {
  const quantisation = tables.quantisation[component.quantisation];
  const dc = tables.dc[component.dc];
  const ac = tables.ac[component.ac];
  if (quantisation === undefined || dc === undefined || ac === undefined) throw new Error('a JPEG table is missing');
  block.fill(0);
  component.prediction += reader.receive(Math.min(16, reader.decode(dc)));
  block[0] = component.prediction * quantisation[0]!;
  for (let k = 1; k < 64; k++) {
    const code = reader.decode(ac);
    const size = code & 15;
    const run = code >> 4;
    if (size === 0) {
      if (run < 15) return;
      k += 15;
      continue;
    }
    k += run;
    if (k > 63) throw new Error('a JPEG block is too long');
    block[ZIGZAG[k]!] = reader.receive(size) * quantisation[k]!;
  }
}

function readQuantisation(bytes: Uint8Array, start: number, end: number, tables: Tables): void {
  for (let at = start; at < end; ) {
    const wide = bytes[at]! >> 4 !== 0;
    const table = new Uint16Array(64);
    const slot = bytes[at]! & 3;
    at += 1;
    for (let i = 0; i < 64; i++, at += wide ? 2 : 1) table[i] = wide ? bytes[at]! * 256 + bytes[at + 1]! : bytes[at]!;
    tables.quantisation[slot] = table;
  }
}

/**
 * Decodes a sequential JPEG of up to 12 bits to samples by pixel, without colour conversion; subsampled components are
 * repeated.
 *
 * @param rows and columns as in the JPEG's own frame header, checked by the caller.
 * @throws Error where the data is damaged, or uses several scans.
 */
export function decodeExtendedJpeg(bytes: Uint8Array, rows: number, columns: number): Uint16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables: Tables = { quantisation: [], dc: [], ac: [] };
  const components: Component[] = [];
  let precision = 12;
  let restartInterval = 0;
  for (let offset = 2; offset + 4 <= bytes.length; ) {
    const marker = bytes[offset + 1]!;
    if (bytes[offset] !== 0xff) throw new Error('a JPEG marker is missing');
    if (marker === 0xff) {
      offset += 1;
      continue;
    }
    const start = offset + 4;
    const end = offset + 2 + view.getUint16(offset + 2);
    if (end > bytes.length || end < start) throw new Error('a JPEG segment ends early');
    if (marker === 0xdb) readQuantisation(bytes, start, end, tables);
    else if (marker === 0xc4) readHuffmanTables(bytes, start, end, tables);
    else if (marker === 0xdd) restartInterval = view.getUint16(start);
    else if (marker === 0xc0 || marker === 0xc1) {
      precision = bytes[start]!;
      for (let at = start + 6; at + 3 <= end; at += 3) {
        const factors = bytes[at + 1]!;
        const component = {
          id: bytes[at]!,
          across: factors >> 4,
          down: factors & 15,
          quantisation: bytes[at + 2]! & 3,
        };
        components.push({ ...component, dc: 0, ac: 0, prediction: 0, stride: 0, samples: new Uint16Array(0) });
      }
    } else if (marker === 0xda) {
      if (bytes[start] !== components.length) throw new Error('JPEG of several scans is not supported');
      for (let i = 0; i < components.length; i++) {
        const selector = bytes[start + 2 + i * 2]!;
        Object.assign(components[i]!, { dc: (selector >> 4) & 3, ac: selector & 3 });
      }
      decodeScan(new BitReader(bytes, end), components, tables, { rows, columns, precision, restartInterval });
      return interleave(components, rows, columns);
    }
    offset = end;
  }
  throw new Error('the JPEG has no image data');
}

interface Scan {
  rows: number;
  columns: number;
  precision: number;
  restartInterval: number;
}

function decodeScan(reader: BitReader, components: Component[], tables: Tables, scan: Scan): void {
  if (components.some(({ across, down }) => across < 1 || across > 4 || down < 1 || down > 4)) {
    throw new Error('the JPEG sampling factors are invalid');
  }
  if (components.length === 1) Object.assign(components[0]!, { across: 1, down: 1 });
  const across = Math.max(...components.map((component) => component.across));
  const down = Math.max(...components.map((component) => component.down));
  const unitsAcross = Math.ceil(scan.columns / (8 * across));
  const unitsDown = Math.ceil(scan.rows / (8 * down));
  for (const component of components) {
    component.stride = unitsAcross * component.across * 8;
    component.samples = new Uint16Array(component.stride * unitsDown * component.down * 8);
  }
  for (let unit = 0; unit < unitsAcross * unitsDown; unit++) {
    if (scan.restartInterval > 0 && unit > 0 && unit % scan.restartInterval === 0) {
      reader.restart();
      for (const component of components) component.prediction = 0;
    }
    const left = unit % unitsAcross;
    const top = Math.floor(unit / unitsAcross);
    for (const component of components) {
      for (let y = 0; y < component.down; y++) {
        for (let x = 0; x < component.across; x++) {
          decodeBlock(reader, component, tables);
          const row = (top * component.down + y) * 8;
          const column = (left * component.across + x) * 8;
          transform(component, row * component.stride + column, scan.precision);
        }
      }
    }
  }
}

function interleave(components: Component[], rows: number, columns: number): Uint16Array {
  const out = new Uint16Array(rows * columns * components.length);
  const across = Math.max(...components.map((component) => component.across));
  const down = Math.max(...components.map((component) => component.down));
  components.forEach((component, index) => {
    for (let y = 0; y < rows; y++) {
      const line = Math.floor((y * component.down) / down) * component.stride;
      for (let x = 0; x < columns; x++) {
        const from = line + Math.floor((x * component.across) / across);
        out[(y * columns + x) * components.length + index] = component.samples[from]!;
      }
    }
  });
  return out;
}
