/** @file Files and entries of archives to headers and bytes, reading no more of a file than its header needs. */

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { fileError, PretextError } from '../base/errors.js';
import { entryAddress, parseAddress, versionOf } from './address.js';
import { isArchive, listArchive, readEntry } from './archive.js';
import { type ParsedDataSet, parseDataSet, type WantedSequences } from './dataset.js';
import { type ByteSource, listFragments } from './fragments.js';
import { headerOf, type ImageHeader, readHeader } from './header.js';
import { IDENTIFY_BYTES, identify, NOT_AN_IMAGE } from './identify.js';
import { MAX_FILE_BYTES } from './limits.js';
import { isMediaDirectory, mediaInArchive, readMedia } from './media.js';
import { isGzip, readNiftiHeader } from './nifti-header.js';
import { refusal } from './refusal.js';
import { listTags, type TagList } from './tags.js';
import { openTiff } from './tiff.js';

/** Bytes that are read first: nine of ten headers end within them, and to copy more costs as much as reading a header. */
const FIRST_READ = 16 * 1024;
/** For the start of a file whose header is read at once: memory that is new for every file costs more than reading it. */
const firstBytes = Buffer.allocUnsafeSlow(FIRST_READ);

/** Fills `bytes` from `offset` of a file. @returns what there was */
function fill(descriptor: number, bytes: Buffer, offset: number): Buffer {
  let filled = 0;
  while (filled < bytes.length) {
    const got = readSync(descriptor, bytes, filled, bytes.length - filled, offset + filled);
    if (got === 0) break;
    filled += got;
  }
  return filled === bytes.length ? bytes : bytes.subarray(0, filled);
}

interface FileSource extends ByteSource {
  /** The first bytes of the file, in memory that they lose to the next file: not to be kept, nor over an `await`. */
  start(): Uint8Array;
}

function fileSource(descriptor: number, size: number): FileSource {
  const within = (offset: number, length: number): number => Math.max(0, Math.min(length, size - offset));
  return {
    size,
    read: (offset, length) => fill(descriptor, Buffer.allocUnsafe(within(offset, length)), offset),
    start: () => fill(descriptor, firstBytes.subarray(0, within(0, FIRST_READ)), 0),
  };
}

function memorySource(bytes: Uint8Array): FileSource {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    start: () => bytes.subarray(0, FIRST_READ),
  };
}

function hashOf(source: ByteSource): string {
  const hash = createHash('sha256');
  const step = 1024 * 1024;
  for (let offset = 0; offset < source.size; offset += step) hash.update(source.read(offset, step));
  return hash.digest('hex');
}

/** Parses a longer and longer start of the file until the header is complete. */
function parseStart(
  source: ByteSource,
  start: Uint8Array,
  path: string,
  sequences: WantedSequences = 'decoding',
): ParsedDataSet {
  for (let bytes = start; ; ) {
    const parsed = parseDataSet(bytes, path, { fileSize: source.size, sequences });
    if (parsed.complete || bytes.length >= source.size) return parsed;
    bytes = source.read(0, Math.min(source.size, bytes.length * 8));
  }
}

/** The header alone; that all values are there is seen from the length, which gzip keeps at its end (RFC 1952 2.3.1). */
function niftiHeader(source: ByteSource, start: Uint8Array, path: string): ImageHeader {
  const { header, offset, bytes } = readNiftiHeader(start, path, () => hashOf(source));
  const trailer = source.read(Math.max(0, source.size - 4), 4);
  const length = isGzip(start) && trailer.length === 4 ? Buffer.from(trailer).readUInt32LE(0) : source.size;
  if (length < offset + bytes) {
    throw refusal(path, `The NIfTI file is truncated: it holds ${length} of ${offset + bytes} bytes.`);
  }
  return header;
}

async function headerFrom(source: FileSource, path: string): Promise<ImageHeader> {
  if (source.size === 0) throw refusal(path, 'The file is empty (0 bytes).');
  const start = source.start();
  const kind = identify(start.subarray(0, IDENTIFY_BYTES));
  if (kind === null) throw refusal(path, NOT_AN_IMAGE);
  if (source.size > MAX_FILE_BYTES) throw refusal(path, 'The file is larger than 2 GB.');
  if (kind === 'nifti') return niftiHeader(source, start, path);
  if (kind === 'tiff') return (await openTiff(source.read(0, source.size), path, () => hashOf(source))).header;
  if (kind !== 'dicom') return readHeader(source.read(0, source.size), path);
  const parsed = parseStart(source, start, path);
  const header = headerOf(parsed, path, source.size, () => hashOf(source));
  if (parsed.syntax.storage === 'encapsulated' && parsed.pixelData?.length === null) {
    const { fragments } = listFragments(source, parsed.pixelData.offset, path);
    if (fragments.length < header.numberOfFrames) {
      throw refusal(path, `It holds ${fragments.length} of the ${header.numberOfFrames} frames that it announces.`);
    }
  }
  return header;
}

function tagsFrom(source: ByteSource, path: string, identifiers: boolean): TagList {
  const start = source.read(0, FIRST_READ);
  const kind = identify(start.subarray(0, IDENTIFY_BYTES));
  if (kind === null) throw refusal(path, NOT_AN_IMAGE);
  if (kind !== 'dicom') return { tags: [], cut: false };
  return listTags(parseStart(source, start, path, 'all'), identifiers);
}

/** @throws PretextError `unreadable` where the operating system refuses, `bad-file` where it is no regular file. */
async function withFile<T>(path: string, read: (source: FileSource) => T | Promise<T>): Promise<T> {
  let descriptor: number | null = null;
  try {
    const { file, entry } = parseAddress(path);
    if (entry !== null) return await read(memorySource(await readEntry(file, entry)));
    descriptor = openSync(path, 'r');
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw refusal(path, 'It is not a regular file.');
    return await read(fileSource(descriptor, status.size));
  } catch (error) {
    if (error instanceof PretextError) throw error;
    throw fileError(error, path);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/**
 * Reads the header of a file, and of its pixel data no more than the lengths.
 *
 * @throws PretextError `unreadable` where the operating system refuses, `bad-file` where it is not a usable image.
 */
export function readHeaderFromFile(path: string): Promise<ImageHeader> {
  return withFile(path, (source) => headerFrom(source, path));
}

/** What a file that is no image holds instead: the entries of a ZIP archive, or the files that a DICOMDIR names. */
export interface Contents {
  kind: 'archive' | 'medium';
  /** Addresses, and for entries of an archive their size in bytes. */
  files: { path: string; size: number | null }[];
  /** What is named there and cannot be read. */
  refused: { path: string; reason: string }[];
}

function isMedium(start: Uint8Array, path: string): boolean {
  return identify(start.subarray(0, IDENTIFY_BYTES)) === 'dicom' && isMediaDirectory(start, path);
}

/** The files of a DICOMDIR within an archive come with the archive: what is added is which of them are missing. */
async function readArchivedMedium(archive: string, path: string): Promise<Contents | null> {
  const bytes = await readWholeFile(path);
  if (!isMedium(bytes.subarray(0, FIRST_READ), path)) return null;
  const all = (await listArchive(archive)).map(({ name }) => entryAddress(archive, name));
  const { missing } = readMedia(bytes, path, mediaInArchive(path, all));
  return { kind: 'medium', files: [], refused: missing };
}

/**
 * What an archive or a DICOMDIR holds; null for any other file. Archives within archives are not opened.
 *
 * @throws PretextError `unreadable`, or `bad-file` where it is damaged or built to fill the disk.
 */
export async function readContents(path: string): Promise<Contents | null> {
  const { file, entry } = parseAddress(path);
  if (entry !== null) return readArchivedMedium(file, path);
  const start = await withFile(path, (source) => source.read(0, FIRST_READ));
  if (isArchive(start)) {
    const contents: Contents = { kind: 'archive', files: [], refused: [] };
    for (const entry of await listArchive(path)) {
      const address = entryAddress(path, entry.name);
      if ('reason' in entry) contents.refused.push({ path: address, reason: entry.reason });
      else contents.files.push({ path: address, size: entry.size });
    }
    return contents;
  }
  if (!isMedium(start, path)) return null;
  const { files, missing } = readMedia(await readWholeFile(path), path);
  return {
    kind: 'medium',
    files: files.map((file) => ({ path: file, size: null })),
    refused: missing,
  };
}

/**
 * What a DICOM file says of itself, for a person to read; PNG and JPEG files have no tags.
 *
 * @param identifiers whether values that may tell who the patient is are shown
 * @throws PretextError `unreadable` where the operating system refuses, `bad-file` where its structure is broken.
 */
export function readTagsFromFile(path: string, identifiers: boolean): Promise<TagList> {
  return withFile(path, (source) => tagsFrom(source, path, identifiers));
}

/** @throws PretextError as `readHeaderFromFile` does, where the file cannot be opened, is empty or too large. */
export async function requireReadable(path: string): Promise<void> {
  await withFile(path, ({ size }) => {
    if (size === 0) throw refusal(path, 'The file is empty (0 bytes).');
    if (size > MAX_FILE_BYTES) throw refusal(path, 'The file is larger than 2 GB.');
  });
}

/** The whole file. @throws PretextError `unreadable` or `bad-file` where it is too large. */
export async function readWholeFile(path: string): Promise<Uint8Array> {
  try {
    const { file, entry } = parseAddress(path);
    if (entry !== null) return await readEntry(file, entry);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof PretextError) throw error;
    if (error instanceof RangeError) throw refusal(path, 'The file is larger than 2 GB.', error);
    throw fileError(error, path);
  }
}

/** Changes whenever the file, or the archive that it is in, is written. @throws PretextError `unreadable`. */
export function fileVersion(path: string): string {
  try {
    return versionOf(path);
  } catch (error) {
    throw fileError(error, path);
  }
}
