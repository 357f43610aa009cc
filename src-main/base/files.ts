/** @file Writing files so that a crash at any moment leaves the old or the new content, never a mixture. */

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileError } from './errors.js';

/** Writes all of `bytes` to an open file; `writeSync` alone may write less than it was given. */
export function writeFully(descriptor: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.byteLength) offset += writeSync(descriptor, bytes, offset);
}

/** Makes a rename or a new file in `folder` durable. Windows cannot open folders and does not need it. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Replaces `path` with the concatenation of `chunks`: temporary file in the same folder, fsync, rename, fsync of
 * the folder. On failure the temporary file is removed and the old content stays.
 *
 * @throws PretextError `disk-full` or `unreadable`, naming `path`.
 */
export function writeFileAtomic(path: string, chunks: Iterable<Uint8Array | string>): void {
  const temporary = `${path}.${process.pid}.tmp`;
  let descriptor: number | null = null;
  try {
    descriptor = openSync(temporary, 'w');
    for (const chunk of chunks) writeFully(descriptor, typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    fsyncSync(descriptor);
    closeSync(descriptor);
    descriptor = null;
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    if (descriptor !== null) closeSync(descriptor);
    rmSync(temporary, { force: true });
    throw fileError(error, path);
  }
}
