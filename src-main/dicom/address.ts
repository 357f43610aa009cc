/**
 * @file Where one image file is: a file on the disk, or an entry of a ZIP archive. The catalogue keeps either as one
 * text, `ARCHIVE!/ENTRY` for an entry; an entry's name is only ever compared with the archive's list of names and
 * never handed to the operating system.
 */

import { existsSync, statSync } from 'node:fs';

export interface FileAddress {
  /** The file on the disk that holds the bytes: the file itself, or the archive. */
  file: string;
  /** Name of the entry in the archive; null where the file is the image itself. */
  entry: string | null;
}

const SEPARATOR = '!/';

function isRegularFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The address of an entry as the text that the catalogue keeps. */
export function entryAddress(archive: string, entry: string): string {
  return `${archive}${SEPARATOR}${entry}`;
}

/** Reads an address: what stands before the first `!/` is an archive where it is a regular file. */
export function parseAddress(text: string): FileAddress {
  for (let at = text.indexOf(SEPARATOR); at >= 0; at = text.indexOf(SEPARATOR, at + 1)) {
    const file = text.slice(0, at);
    if (isRegularFile(file)) return { file, entry: text.slice(at + SEPARATOR.length) };
  }
  return { file: text, entry: null };
}

/** The file on the disk that holds what the address names. */
export function containerOf(address: string): string {
  return parseAddress(address).file;
}

/** Whether the file is there, or for an entry its archive. */
export function addressExists(address: string): boolean {
  return existsSync(containerOf(address));
}

/** Changes whenever the file, or the archive that it is in, is written. @throws Error of the operating system. */
export function versionOf(address: string): string {
  const { size, mtimeMs, ino } = statSync(containerOf(address));
  return `${size} ${mtimeMs} ${ino}`;
}
