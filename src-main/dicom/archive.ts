/** @file ZIP archives: which entries they hold, and the bytes of one of them, both within bounds. */

import type { Entry, ZipFile } from 'yauzl';
import { PretextError } from '../base/errors.js';
import { lazyPackage } from '../base/lazy.js';
import { entryAddress, parseAddress, versionOf } from './address.js';
import { MAX_ARCHIVE_ENTRIES, MAX_ENTRY_BYTES, MAX_INFLATE_RATIO, SMALL_ENTRY_BYTES } from './limits.js';
import { refusal, thrownText } from './refusal.js';

type Yauzl = typeof import('yauzl');

/** Name of an entry, and either its size in bytes after inflation or why it is not read. */
export type ArchiveEntry = { name: string; size: number } | { name: string; reason: string };

/** Stored and deflated (APPNOTE 4.4.5). */
const METHODS = new Set([0, 8]);

/** True where the file starts as a ZIP archive, empty ones included (APPNOTE 4.3.7 and 4.3.16). */
export function isArchive(bytes: Uint8Array): boolean {
  const [p, k, first, second] = bytes;
  return p === 0x50 && k === 0x4b && ((first === 3 && second === 4) || (first === 5 && second === 6));
}

function nameOf(yauzl: Yauzl, entry: Entry): string {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  return yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
}

/** Why an entry of this name is not read, or null. */
function nameProblem(name: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f\ufffd]/.test(name)) return 'Its name in the archive is not valid text.';
  const parts = name.split('/');
  if (parts.includes('..') || parts[0] === '' || /^[a-z]:/i.test(name)) {
    return 'Its name in the archive leads out of the archive.';
  }
  return null;
}

function contentProblem(entry: Entry): string | null {
  if (entry.isEncrypted()) return 'It is encrypted. Unpack the archive with its password and import the folder.';
  if (!METHODS.has(entry.compressionMethod)) {
    return `Its compression (method ${entry.compressionMethod}) cannot be read. Unpack the archive and import the folder.`;
  }
  const { uncompressedSize, compressedSize } = entry;
  if (uncompressedSize > MAX_ENTRY_BYTES) {
    return `It is larger than ${MAX_ENTRY_BYTES / 2 ** 20} MiB. Unpack the archive and import the folder.`;
  }
  if (uncompressedSize > SMALL_ENTRY_BYTES && uncompressedSize > compressedSize * MAX_INFLATE_RATIO) {
    return `It would become more than ${MAX_INFLATE_RATIO} times as large when unpacked, as no scan does.`;
  }
  return null;
}

/** Everything an archive holds but its folders, and how its readable entries are found. */
interface Contents {
  listed: ArchiveEntry[];
  readable: Map<string, Entry>;
}

async function readContents(yauzl: Yauzl, zip: ZipFile, path: string): Promise<Contents> {
  const contents: Contents = { listed: [], readable: new Map() };
  const size = zip.fileSize;
  let inflated = 0;
  for await (const entry of zip.eachEntry()) {
    const name = nameOf(yauzl, entry);
    if (name.endsWith('/')) continue;
    if (contents.listed.length >= MAX_ARCHIVE_ENTRIES) {
      throw refusal(path, `The archive holds more than ${MAX_ARCHIVE_ENTRIES} files.`);
    }
    inflated += entry.uncompressedSize;
    const reason =
      nameProblem(name) ??
      contentProblem(entry) ??
      (contents.readable.has(name) ? 'The archive holds another file of the same name.' : null);
    if (reason !== null) contents.listed.push({ name: name.replace(/\p{Cc}/gu, '\ufffd'), reason });
    else {
      contents.listed.push({ name, size: entry.uncompressedSize });
      contents.readable.set(name, entry);
    }
  }
  // Deflate makes at most 1032 bytes of one: more means that entries share the same compressed bytes.
  if (inflated > size * 1032 + SMALL_ENTRY_BYTES) {
    throw refusal(path, 'The archive would become more than 1000 times as large when unpacked, as no scans do.');
  }
  return contents;
}

interface OpenArchive {
  path: string;
  version: string;
  zip: ZipFile;
  contents: Contents;
}

/** The archive that was read last: its next entry is likely to be asked for next. */
let kept: OpenArchive | null = null;

async function openArchive(path: string): Promise<OpenArchive> {
  const version = versionOf(path);
  if (kept?.path === path && kept.version === version) return kept;
  kept?.zip.close();
  kept = null;
  const yauzl = lazyPackage<Yauzl>('yauzl');
  try {
    const zip = await yauzl.openPromise(path, { autoClose: false, lazyEntries: true, decodeStrings: false });
    try {
      kept = { path, version, zip, contents: await readContents(yauzl, zip, path) };
    } finally {
      if (kept === null) zip.close();
    }
    return kept;
  } catch (error) {
    if (error instanceof PretextError) throw error;
    throw refusal(path, `The ZIP archive is damaged (${thrownText(error)}).`, error);
  }
}

/**
 * What the archive holds, in the order of its directory.
 *
 * @throws PretextError `bad-file` where it is damaged, or built to fill the disk.
 */
export async function listArchive(path: string): Promise<ArchiveEntry[]> {
  const { listed } = (await openArchive(path)).contents;
  return listed.map((entry) => {
    if ('reason' in entry) return entry;
    const address = parseAddress(entryAddress(path, entry.name));
    if (address.file === path && address.entry === entry.name) return entry;
    return { name: entry.name, reason: 'The path of the archive contains "!/". Rename the folder.' };
  });
}

/**
 * The bytes of one entry, checked against its size and its CRC by the library; never more than the directory says.
 *
 * @throws PretextError `bad-file` where there is none of that name, or it is damaged.
 */
export async function readEntry(archive: string, name: string): Promise<Uint8Array> {
  const { zip, contents } = await openArchive(archive);
  const address = entryAddress(archive, name);
  const entry = contents.readable.get(name);
  if (entry === undefined) throw refusal(address, 'The archive holds no such file any more.');
  try {
    const bytes = Buffer.allocUnsafe(entry.uncompressedSize);
    let filled = 0;
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      const part = chunk as Buffer;
      if (filled + part.length > bytes.length) throw new Error('it holds more than it announces');
      part.copy(bytes, filled);
      filled += part.length;
    }
    if (filled < bytes.length) throw new Error('it ends too early');
    return bytes;
  } catch (error) {
    throw refusal(address, `It is damaged within the archive (${thrownText(error)}).`, error);
  }
}
