/** @file safetensors: round trips, files of the Python package, damaged files. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { PretextError } from '../../../src-main/base/errors.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  type Tensor,
  writeSafetensors,
} from '../../../src-main/exports/safetensors.js';

const folder = mkdtempSync(join(tmpdir(), 'pretext-safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pythonFile = resolve(process.cwd(), 'tests', 'fixtures', 'python.safetensors');
const pythonMetadata = { format: 'pt', näme: 'quote " and \n line' };
/** The tensors of bench/peers/safetensors_fixture.py. */
const pythonTensors = new Map<string, Tensor>([
  [
    'blocks.0.attn.qkv.weight',
    { dtype: 'F32', shape: [4, 3], data: Float32Array.from({ length: 12 }, (_, i) => i / 8) },
  ],
  ['double', { dtype: 'F64', shape: [2], data: Float64Array.of(Math.PI, -1e300) }],
  ['half', { dtype: 'F16', shape: [3], data: Uint16Array.of(0x3c00, 0xc000, 0x3800) }],
  ['step', { dtype: 'I64', shape: [], data: BigInt64Array.of(-(2n ** 53n) - 1n) }],
  ['index', { dtype: 'I32', shape: [1, 2], data: Int32Array.of(-1, 2 ** 31 - 1) }],
  ['bytes', { dtype: 'U8', shape: [5], data: Uint8Array.of(0, 1, 2, 3, 4) }],
  ['mask', { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ['empty', { dtype: 'F32', shape: [0, 7], data: new Float32Array(0) }],
]);

function byName(tensors: Map<string, Tensor>): [string, Tensor][] {
  return [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A file with the given header text and number of data bytes. */
function fileOf(header: unknown, dataBytes: number): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes)]);
}

describe('safetensors', () => {
  it('reads what the Python package wrote, from memory and from disk', () => {
    const bytes = readFileSync(pythonFile);
    for (const file of [decodeSafetensors(bytes), readSafetensors(pythonFile)]) {
      expect(byName(file.tensors)).toEqual(byName(pythonTensors));
      expect(file.metadata).toEqual(pythonMetadata);
    }
  });

  it('writes the very bytes that the Python package wrote', () => {
    const metadata = { format: 'pt' };
    const ours = Buffer.from(encodeSafetensors(pythonTensors, metadata));
    const theirs = readFileSync(pythonFile);
    const values = (file: Buffer) => file.subarray(8 + Number(file.readBigUInt64LE())).toString('hex');
    expect(values(ours)).toBe(values(theirs));
    const header = (file: Buffer) =>
      file
        .subarray(8, 8 + Number(file.readBigUInt64LE()))
        .toString()
        .trimEnd();
    const tensorsOf = (text: string) => text.slice(text.indexOf('},') + 2);
    expect(tensorsOf(header(ours))).toBe(tensorsOf(header(theirs)));
  });

  it('survives a round trip through a file and leaves nothing else behind', () => {
    const path = join(folder, 'a.safetensors');
    writeSafetensors(path, pythonTensors, pythonMetadata);
    const { tensors, metadata } = readSafetensors(path);
    expect(byName(tensors)).toEqual(byName(pythonTensors));
    expect(metadata).toEqual(pythonMetadata);
    expect(readdirSync(folder)).toEqual(['a.safetensors']);
    expect(new Uint8Array(readFileSync(path))).toEqual(
      new Uint8Array(encodeSafetensors(pythonTensors, pythonMetadata)),
    );
  });

  it('round-trips any names, shapes and metadata, aligned to 8 bytes and independent of insertion order', () => {
    const tensor = fc.array(fc.nat(4), { maxLength: 3 }).chain((shape) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const values = { minLength: size, maxLength: size };
      return fc.oneof(
        fc.float32Array(values).map((data): Tensor => ({ dtype: 'F32', shape, data })),
        fc.float64Array(values).map((data): Tensor => ({ dtype: 'F64', shape, data })),
        fc.uint16Array(values).map((data): Tensor => ({ dtype: 'F16', shape, data })),
        fc.uint16Array(values).map((data): Tensor => ({ dtype: 'BF16', shape, data })),
        fc.bigInt64Array(values).map((data): Tensor => ({ dtype: 'I64', shape, data })),
        fc.uint8Array(values).map((data): Tensor => ({ dtype: 'U8', shape, data })),
      );
    });
    const name = fc
      .oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '0', 'a.b'))
      .filter((text) => text !== '__metadata__');
    const entries = fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 6 });
    fc.assert(
      fc.property(entries, fc.dictionary(fc.string(), fc.string()), (pairs, metadata) => {
        const bytes = encodeSafetensors(new Map(pairs), metadata);
        expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) % 8).toBe(0);
        const decoded = decodeSafetensors(bytes);
        expect(byName(decoded.tensors)).toEqual(byName(new Map(pairs)));
        expect({ ...decoded.metadata }).toEqual({ ...metadata });
        expect(encodeSafetensors(new Map([...pairs].reverse()), metadata)).toEqual(bytes);
      }),
    );
  });

  it('reads values at odd places, as files without padding have them', () => {
    const bytes = fileOf({ 'odd header': { dtype: 'F64', shape: [1], data_offsets: [0, 8] } }, 8);
    const shifted = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3);
    Buffer.from(Float64Array.of(2.5).buffer).copy(shifted, shifted.length - 8);
    expect(decodeSafetensors(shifted).tensors.get('odd header')?.data).toEqual(Float64Array.of(2.5));
  });

  it('refuses a shape that does not fit its values when writing', () => {
    const wrong: Tensor = { dtype: 'F32', shape: [2, 2], data: new Float32Array(3) };
    expect(() => encodeSafetensors(new Map([['w', wrong]]), {})).toThrow(/cannot hold 3 values/);
  });
});

describe('damaged safetensors', () => {
  const f32 = (shape: unknown, begin: unknown, end: unknown) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });
  it.each<[string, unknown, number, RegExp]>([
    ['no JSON', '{"a":', 0, /no JSON text/],
    ['no object', '[1]', 0, /no JSON object/],
    ['values missing', { a: f32([2], 0, 8) }, 7, /ends before the values of "a"/],
    ['values beyond the tensors', { a: f32([2], 0, 8) }, 9, /1 bytes at its end/],
    ['overlap', { a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12, /overlap/],
    ['gap', { a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12, /belong to no tensor/],
    ['size against shape', { a: f32([3], 0, 8) }, 8, /needs 12 bytes and has 8/],
    ['shape that overflows', { a: f32([2 ** 40, 2 ** 40], 0, 8) }, 8, /needs Infinity bytes/],
    ['negative size', { a: f32([-2], 0, 8) }, 8, /no list of sizes/],
    ['fractional size', { a: f32([0.5], 0, 2) }, 2, /no list of sizes/],
    ['reversed offsets', { a: f32([2], 8, 0) }, 8, /needs 8 bytes and has -8/],
    ['offset that is no number', { a: f32([2], '0', 8) }, 8, /no pair of offsets/],
    ['unknown type', { a: { dtype: 'F8_E4M3', shape: [2], data_offsets: [0, 2] } }, 2, /type "F8_E4M3"/],
    ['type from the prototype', { a: { dtype: 'toString', shape: [1], data_offsets: [0, 2] } }, 2, /type "toString"/],
    ['metadata that is no text', { __metadata__: { a: 1 } }, 0, /metadata "a" is no text/],
    [
      'the same name twice',
      '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
      2,
      /belong to no tensor/,
    ],
  ])('%s', (_, header, dataBytes, reason) => {
    const path = join(folder, 'damaged.safetensors');
    writeFileSync(path, fileOf(header, dataBytes));
    for (const read of [() => decodeSafetensors(fileOf(header, dataBytes), path), () => readSafetensors(path)]) {
      expect(read).toThrow(reason);
      expect(read).toThrow(expect.objectContaining({ code: 'bad-file', path }));
    }
  });

  it('is found whatever byte the file is cut at', () => {
    const whole = encodeSafetensors(pythonTensors, pythonMetadata);
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSafetensors(whole.subarray(0, length))).toThrow(PretextError);
    }
  });

  it('never crashes and never yields a tensor that contradicts its shape, whatever bytes are changed', () => {
    const whole = encodeSafetensors(pythonTensors, pythonMetadata);
    const headerEnd = 8 + Number(Buffer.from(whole).readBigUInt64LE());
    const change = fc.tuple(fc.nat(headerEnd - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const [place, value] of changes) bytes[place] = value;
        try {
          for (const { shape, data } of decodeSafetensors(bytes).tensors.values()) {
            expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(PretextError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('does not allocate what a header merely claims', () => {
    const length = Buffer.alloc(16);
    length.writeBigUInt64LE(99_999_999n);
    expect(() => decodeSafetensors(length)).toThrow(/ends inside its header/);
    length.writeBigUInt64LE(2n ** 63n);
    expect(() => decodeSafetensors(length)).toThrow(/claims 9223372036854775808 bytes/);
  });

  it('reports a missing file as unreadable', () => {
    expect(() => readSafetensors(join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'unreadable' }));
  });
});
