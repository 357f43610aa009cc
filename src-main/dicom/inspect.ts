/** @file What one file is and the digest of its stored pixel values: `pretext inspect`, for comparison with other readers. */

import { createHash } from 'node:crypto';
import { PretextError } from '../base/errors.js';
import { parseDataSet } from './dataset.js';
import { openImage } from './decode.js';
import { type FileKind, identify } from './identify.js';
import { thrownText } from './refusal.js';
import { storedForm } from './stored-form.js';
import { ValueReader } from './values.js';

/** What could be read of a file; facts that it does not give are null. The order is that of the command's output. */
export interface Inspection {
  path: string;
  /** Null where it is no kind of image file that Pretext knows, or could not be read at all. */
  kind: FileKind | null;
  /** UID of the encoding as found. */
  transferSyntax: string | null;
  modality: string | null;
  rows: number | null;
  columns: number | null;
  frames: number | null;
  samples: number | null;
  /** As declared in the file. */
  photometric: string | null;
  bitsStored: number | null;
  /** Bytes that `pixelMd5` was computed of. */
  pixelBytes: number | null;
  /** MD5 in hex of the stored values after decompression, before any LUT, little endian (see `storedForm`). */
  pixelMd5: string | null;
  /** Why it is not used as an image, else null. */
  refused: string | null;
}

/** An inspection of which nothing is known but the reason. */
export function refusedInspection(path: string, reason: string): Inspection {
  return {
    path,
    kind: null,
    transferSyntax: null,
    modality: null,
    rows: null,
    columns: null,
    frames: null,
    samples: null,
    photometric: null,
    bitsStored: null,
    pixelBytes: null,
    pixelMd5: null,
    refused: reason,
  };
}

/** Reads what a refused DICOM file still says of itself; its structure may break off anywhere. */
function declaredFacts(bytes: Uint8Array, path: string): Partial<Inspection> {
  try {
    // A size beyond the bytes makes the parser keep what it has read up to the break.
    const parsed = parseDataSet(bytes, path, { fileSize: bytes.length + 1 });
    const top = new ValueReader(parsed.dataSet);
    return {
      transferSyntax: parsed.transferSyntaxUID,
      modality: top.firstText('x00080060'),
      rows: top.unsigned16('x00280010'),
      columns: top.unsigned16('x00280011'),
      frames: top.wholeNumber('x00280008'),
      samples: top.unsigned16('x00280002'),
      photometric: top.firstText('x00280004'),
      bitsStored: top.unsigned16('x00280101'),
    };
  } catch (error) {
    if (error instanceof PretextError) return {};
    throw error;
  }
}

/**
 * Inspects the whole content of a file, frame by frame. Never throws for what a file holds.
 *
 * @param open for a caller that watches the frames
 */
export async function inspectBytes(bytes: Uint8Array, path: string, open = openImage): Promise<Inspection> {
  const kind = identify(bytes);
  const nothing = refusedInspection(path, '');
  try {
    const source = await open(bytes, path);
    const { header } = source;
    const hash = createHash('md5');
    let pixelBytes = 0;
    for await (const piece of storedForm(source)) {
      hash.update(piece);
      pixelBytes += piece.length;
    }
    return {
      path,
      kind: header.kind,
      transferSyntax: header.transferSyntaxUID,
      modality: header.modality,
      rows: header.rows,
      columns: header.columns,
      frames: header.numberOfFrames,
      samples: header.samplesPerPixel,
      photometric: header.photometricInterpretation,
      bitsStored: header.bitsStored,
      pixelBytes,
      pixelMd5: hash.digest('hex'),
      refused: null,
    };
  } catch (error) {
    const facts = kind === 'dicom' ? declaredFacts(bytes, path) : {};
    const refused = error instanceof PretextError ? error.message : `It could not be read (${thrownText(error)}).`;
    return { ...nothing, kind, ...facts, refused };
  }
}
