/**
 * @file A reader process of the de-identifier: one file to its copy. What a file does to it, it does to this process
 * alone, within the limits of time and memory that an import has (`dicom/decode-guard.ts`).
 */

import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { fileError, type PretextError } from '../base/errors.js';
import { writeFully } from '../base/files.js';
import { IDENTIFY_BYTES, identify } from '../dicom/identify.js';
import { readWholeFile, requireReadable } from '../dicom/read-file.js';
import { guardReader, serveRequests } from '../dicom/reader-serve.js';
import { reasonOf, refusal } from '../dicom/refusal.js';
import { deidentifyBytes } from './file.js';
import type { Copy, DeidentifyReply, DeidentifyRequest } from './messages.js';

/** Writes and syncs the copy. @returns its length and SHA-256 */
function write(temporary: string, parts: readonly Uint8Array[]): Pick<Copy, 'bytes' | 'sha256'> {
  const hash = createHash('sha256');
  let bytes = 0;
  let descriptor: number | null = null;
  try {
    // Of a reader that ended over this file before.
    rmSync(temporary, { force: true });
    descriptor = openSync(temporary, 'wx');
    for (const part of parts) {
      writeFully(descriptor, part);
      hash.update(part);
      bytes += part.length;
    }
    fsyncSync(descriptor);
    closeSync(descriptor);
    return { bytes, sha256: hash.digest('hex') };
  } catch (error) {
    if (descriptor !== null) {
      closeSync(descriptor);
      rmSync(temporary, { force: true });
    }
    throw new Unwritable(fileError(error, temporary));
  }
}

/** The copy could not be written, which is not the fault of the file it is made from. */
class Unwritable extends Error {
  constructor(readonly reason: PretextError) {
    super(reason.message);
  }
}

async function copyOf({ path, temporary, options }: DeidentifyRequest): Promise<Copy> {
  await requireReadable(path);
  const bytes = await readWholeFile(path);
  if (identify(bytes.subarray(0, IDENTIFY_BYTES)) !== 'dicom') throw refusal(path, 'It is not a DICOM file.');
  const { parts, ...facts } = deidentifyBytes(bytes, path, options);
  return { ...facts, ...write(temporary, parts) };
}

async function answer(request: DeidentifyRequest): Promise<DeidentifyReply> {
  const { id } = request;
  try {
    return { id, copy: await copyOf(request) };
  } catch (error) {
    if (!(error instanceof Unwritable)) return { id, refused: reasonOf(error) };
    const { code, message, remedy, path } = error.reason;
    return { id, failure: { code, message, ...(remedy && { remedy }), ...(path && { path }) } };
  }
}

serveRequests(guardReader(), answer);
