/**
 * @file The safetensors format for weights and checkpoints: an 8-byte little-endian header length, a JSON header with
 * each tensor's type, shape and byte range, and the values, row-major and little-endian, without gaps.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fileError, PretextError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';

/** A tensor with its values; F16 and BF16 as raw bits, BOOL as 0 and 1. */
export type Tensor = { shape: number[] } & (
  | { dtype: 'F64'; data: Float64Array }
  | { dtype: 'F32'; data: Float32Array }
  | { dtype: 'F16' | 'BF16'; data: Uint16Array }
  | { dtype: 'I64'; data: BigInt64Array }
  | { dtype: 'I32'; data: Int32Array }
  | { dtype: 'U8'; data: Uint8Array }
  | { dtype: 'BOOL'; data: Uint8Array }
);

export type TensorType = Tensor['dtype'];

export interface TensorFile {
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
}

const BYTES_PER_VALUE: Record<TensorType, number> = { I64: 8, F64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, U8: 1, BOOL: 1 };
/** Wide types first, so that every tensor is aligned to its type, although the format allows no gaps. */
const FILE_ORDER = Object.keys(BYTES_PER_VALUE);
const LENGTH_BYTES = 8;
/** The format's own limit on the header. */
const MAX_HEADER_BYTES = 100_000_000;
/** Node reads at most 2 GiB - 1 at a time. */
const MAX_READ_BYTES = 1 << 30;

/** One tensor of a header, its bytes counted from the end of the header. */
interface TensorEntry {
  name: string;
  dtype: TensorType;
  shape: number[];
  begin: number;
  end: number;
}

function badFile(path: string | undefined, reason: string): PretextError {
  return new PretextError({
    code: 'bad-file',
    message: `These weights cannot be read: ${reason}.`,
    ...(path === undefined ? {} : { path }),
    remedy: 'The file is damaged or no safetensors file; copy or make it again.',
  });
}

function isTensorType(value: unknown): value is TensorType {
  return typeof value === 'string' && Object.hasOwn(BYTES_PER_VALUE, value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Number of values of a shape; infinite where that overflows. */
function valueCount(shape: number[]): number {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return Number.isSafeInteger(count) ? count : Number.POSITIVE_INFINITY;
}

/** Length of the JSON header. `total` is the file's size in bytes. */
function headerLength(bytes: Uint8Array, total: number, path: string | undefined): number {
  if (total < LENGTH_BYTES || bytes.byteLength < LENGTH_BYTES) {
    throw badFile(path, `it has ${total} bytes, fewer than any safetensors file`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) throw badFile(path, `its header claims ${length} bytes`);
  if (Number(length) > total - LENGTH_BYTES) throw badFile(path, 'it ends inside its header');
  return Number(length);
}

/** Parses and checks a header; `dataLength` is the number of bytes that follow it. Touches no value. */
function parseHeader(
  header: Uint8Array,
  dataLength: number,
  path: string | undefined,
): [TensorEntry[], Record<string, string>] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header));
  } catch {
    throw badFile(path, 'its header is no JSON text');
  }
  if (!isObject(parsed)) throw badFile(path, 'its header is no JSON object');
  const entries: TensorEntry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (name === '__metadata__') metadata = parseMetadata(value, path);
    else entries.push(parseEntry(name, value, path));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of entries) {
    if (end > dataLength) throw badFile(path, `it ends before the values of ${JSON.stringify(name)}`);
    if (begin < position) throw badFile(path, `the values of ${JSON.stringify(name)} overlap those of another tensor`);
    if (begin > position)
      throw badFile(path, `${begin - position} bytes before ${JSON.stringify(name)} belong to no tensor`);
    position = end;
  }
  if (position !== dataLength) throw badFile(path, `${dataLength - position} bytes at its end belong to no tensor`);
  return [entries, metadata];
}

function parseMetadata(value: unknown, path: string | undefined): Record<string, string> {
  if (!isObject(value)) throw badFile(path, 'its metadata is no table of texts');
  const pairs = Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text !== 'string') throw badFile(path, `its metadata ${JSON.stringify(key)} is no text`);
    return [key, text];
  });
  return Object.fromEntries(pairs);
}

function parseEntry(name: string, value: unknown, path: string | undefined): TensorEntry {
  const label = JSON.stringify(name);
  if (!isObject(value)) throw badFile(path, `the entry of ${label} is no object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isTensorType(dtype)) {
    throw badFile(
      path,
      `${label} is of type ${JSON.stringify(dtype)}; known are ${Object.keys(BYTES_PER_VALUE).join(', ')}`,
    );
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) throw badFile(path, `the shape of ${label} is no list of sizes`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw badFile(path, `the place of ${label} is no pair of offsets`);
  }
  const [begin, end] = offsets;
  const expected = valueCount(shape) * BYTES_PER_VALUE[dtype];
  if (end - begin !== expected) {
    throw badFile(path, `${label} of shape [${shape.join(', ')}] needs ${expected} bytes and has ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

/** A tensor over the whole of `buffer`. Every platform that Electron runs on is little-endian, as the format is. */
function tensorOver({ dtype, shape }: TensorEntry, buffer: ArrayBuffer): Tensor {
  switch (dtype) {
    case 'F64':
      return { dtype, shape, data: new Float64Array(buffer) };
    case 'F32':
      return { dtype, shape, data: new Float32Array(buffer) };
    case 'F16':
    case 'BF16':
      return { dtype, shape, data: new Uint16Array(buffer) };
    case 'I64':
      return { dtype, shape, data: new BigInt64Array(buffer) };
    case 'I32':
      return { dtype, shape, data: new Int32Array(buffer) };
    case 'U8':
    case 'BOOL':
      return { dtype, shape, data: new Uint8Array(buffer) };
  }
}

/**
 * Reads a safetensors file from memory; each tensor gets a copy of its values.
 *
 * @param path named in errors, if given
 * @throws PretextError `bad-file` with the reason.
 */
export function decodeSafetensors(bytes: Uint8Array, path?: string): TensorFile {
  const start = LENGTH_BYTES + headerLength(bytes, bytes.byteLength, path);
  const [entries, metadata] = parseHeader(bytes.subarray(LENGTH_BYTES, start), bytes.byteLength - start, path);
  const tensors = new Map<string, Tensor>();
  for (const entry of entries) {
    // A buffer of its own is aligned for every type, wherever the values lie in the file.
    tensors.set(entry.name, tensorOver(entry, copyOf(bytes.subarray(start + entry.begin, start + entry.end))));
  }
  return { tensors, metadata };
}

function copyOf(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}

/**
 * Reads a safetensors file of any size, one tensor at a time; the header is checked against the file's size before any
 * value is read.
 *
 * @param only names of the tensors to read; without it all
 * @throws PretextError `bad-file` with the reason, `unreadable` where the operating system refuses.
 */
export function readSafetensors(path: string, only?: readonly string[]): TensorFile {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, 'r');
    const total = fstatSync(descriptor).size;
    const prefix = readRange(descriptor, 0, Math.min(total, LENGTH_BYTES), path);
    const start = LENGTH_BYTES + headerLength(new Uint8Array(prefix), total, path);
    const header = new Uint8Array(readRange(descriptor, LENGTH_BYTES, start - LENGTH_BYTES, path));
    const [entries, metadata] = parseHeader(header, total - start, path);
    const tensors = new Map<string, Tensor>();
    for (const entry of entries) {
      if (only !== undefined && !only.includes(entry.name)) continue;
      const buffer = readRange(descriptor, start + entry.begin, entry.end - entry.begin, path);
      tensors.set(entry.name, tensorOver(entry, buffer));
    }
    return { tensors, metadata };
  } catch (error) {
    throw fileError(error, path);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function readRange(descriptor: number, position: number, length: number, path: string): ArrayBuffer {
  const buffer = new ArrayBuffer(length);
  const bytes = new Uint8Array(buffer);
  let done = 0;
  while (done < length) {
    const count = readSync(descriptor, bytes, done, Math.min(length - done, MAX_READ_BYTES), position + done);
    if (count === 0) throw badFile(path, 'it became shorter while it was read');
    done += count;
  }
  return buffer;
}

/** The parts of a file, in order: header, then the values of each tensor, which are not copied. */
function filePieces(tensors: ReadonlyMap<string, Tensor>, metadata: Record<string, string>): Uint8Array[] {
  const ordered = [...tensors].sort(
    ([a, left], [b, right]) => FILE_ORDER.indexOf(left.dtype) - FILE_ORDER.indexOf(right.dtype) || (a < b ? -1 : 1),
  );
  const fields: string[] = [];
  if (Object.keys(metadata).length > 0) {
    const sorted = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
    fields.push(`"__metadata__":${JSON.stringify(Object.fromEntries(sorted))}`);
  }
  const values: Uint8Array[] = [];
  let position = 0;
  for (const [name, { dtype, shape, data }] of ordered) {
    if (name === '__metadata__' || !shape.every(isCount) || valueCount(shape) !== data.length) {
      throw new PretextError({
        code: 'internal',
        message: `Tensor ${JSON.stringify(name)} of shape [${shape.join(', ')}] cannot hold ${data.length} values.`,
      });
    }
    const offsets = [position, position + data.byteLength];
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: offsets })}`);
    values.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    position += data.byteLength;
  }
  const text = Buffer.from(`{${fields.join(',')}}`);
  const padded = Buffer.alloc(Math.ceil(text.length / 8) * 8, ' ');
  text.copy(padded);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(padded.length));
  return [length, padded, ...values];
}

/** The bytes of a safetensors file: the same tensors and metadata always give the same bytes. */
export function encodeSafetensors(tensors: ReadonlyMap<string, Tensor>, metadata: Record<string, string>): Uint8Array {
  return Buffer.concat(filePieces(tensors, metadata));
}

/**
 * Writes a safetensors file crash-safe, without a second copy of the values in memory.
 *
 * @throws PretextError `disk-full` or `unreadable`, `internal` where a shape does not fit its values.
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Record<string, string>,
): void {
  writeFileAtomic(path, filePieces(tensors, metadata));
}
