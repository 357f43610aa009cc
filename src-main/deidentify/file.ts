/** @file One DICOM file to its de-identified copy: a valid Part 10 file, and the rules that fired. */

import { patientKey, pseudonym } from '../catalogue/pseudonym.js';
import { parseDataSet } from '../dicom/dataset.js';
import type { Encoding } from '../dicom/identify.js';
import { MAX_DECODED_BYTES } from '../dicom/limits.js';
import { refusal } from '../dicom/refusal.js';
import { EXPLICIT_LITTLE_ENDIAN } from '../dicom/transfer-syntax.js';
import { ValueReader } from '../dicom/values.js';
import { BrokenStructure, element, ITEM } from './elements.js';
import { METHOD_CODES, type RetainOption } from './profile.js';
import { dateOffset, paddedText, replaceUid } from './replace.js';
import { type FiredRule, Rewriter, type Written } from './rewrite.js';

export interface DeidentifyOptions {
  retain: ReadonlySet<RetainOption>;
  /** The project's: the same UIDs, pseudonyms and date offsets in every file of the project. */
  salt: Uint8Array;
  /** Whether a person has said that no pixels identify anyone; else BurnedInAnnotation is never NO. */
  burnedInClean: boolean;
}

export interface Deidentified {
  sopInstanceUID: string;
  studyInstanceUID: string | null;
  seriesInstanceUID: string | null;
  /** Of the file, in order. */
  parts: Uint8Array[];
  rules: FiredRule[];
  /** Bytes behind the data set that were left out. */
  droppedBytes: number;
}

/** Names the program that wrote a file (PS3.7 section D.3.3.2). */
const IMPLEMENTATION_UID = replaceUid('de-identifier 1', 'Pretext');
const IMPLEMENTATION_NAME = 'PRETEXT_1';
/** Media Storage Directory Storage (PS3.4 section I.4). */
const MEDIA_DIRECTORY = '1.2.840.10008.1.3.10';
const UID = /^[0-9.]{1,64}$/;

function text(tag: string, vr: string, value: string, encoding: Encoding): Uint8Array[] {
  return element(tag, vr, [paddedText(value, vr)], encoding);
}

/** What tells that and how a data set was de-identified (PS3.15 section E.1.1, PS3.3 section C.7.1.1). */
function statement({ retain, burnedInClean }: DeidentifyOptions, encoding: Encoding): Written[] {
  const codes = [METHOD_CODES.basic, ...[...retain].map((option) => METHOD_CODES[option])];
  const items = codes.flatMap(([code, meaning]) => {
    const parts = [
      ...text('00080100', 'SH', code, encoding),
      ...text('00080102', 'SH', 'DCM', encoding),
      ...text('00080104', 'LO', meaning, encoding),
    ];
    return element(ITEM, '', parts, encoding);
  });
  const dates = retain.has('full-dates') ? 'UNMODIFIED' : retain.has('modified-dates') ? 'MODIFIED' : 'REMOVED';
  const written = [
    { tag: '00120062', parts: text('00120062', 'CS', 'YES', encoding) },
    { tag: '00120063', parts: text('00120063', 'LO', 'Pretext, DICOM PS3.15 2026c Annex E', encoding) },
    { tag: '00120064', parts: element('00120064', 'SQ', items, encoding) },
    { tag: '00280303', parts: text('00280303', 'CS', dates, encoding) },
  ];
  if (burnedInClean) written.push({ tag: '00280301', parts: text('00280301', 'CS', 'NO', encoding) });
  return written;
}

/** Empty preamble, prefix and group 0002, with nothing of the old one but the syntax (PS3.10 section 7.1). */
function fileMeta(sopClassUID: string, sopInstanceUID: string, transferSyntaxUID: string): Uint8Array[] {
  const encoding = 'explicit-little';
  const rest = Buffer.concat([
    ...element('00020001', 'OB', [Uint8Array.of(0, 1)], encoding),
    ...text('00020002', 'UI', sopClassUID, encoding),
    ...text('00020003', 'UI', sopInstanceUID, encoding),
    ...text('00020010', 'UI', transferSyntaxUID, encoding),
    ...text('00020012', 'UI', IMPLEMENTATION_UID, encoding),
    ...text('00020013', 'SH', IMPLEMENTATION_NAME, encoding),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(rest.length);
  return [Buffer.alloc(128), Buffer.from('DICM', 'latin1'), ...element('00020000', 'UL', [length], encoding), rest];
}

/**
 * De-identifies the bytes of a DICOM file. Pixel data passes byte for byte; a deflated data set is written inflated.
 *
 * @throws PretextError `bad-file` where the structure is broken or the file has no SOP class or instance UID.
 */
export function deidentifyBytes(bytes: Uint8Array, path: string, options: DeidentifyOptions): Deidentified {
  const parsed = parseDataSet(bytes, path, { inflatedLimit: MAX_DECODED_BYTES });
  const { encoding, syntax } = parsed;
  const top = new ValueReader(parsed.dataSet);
  const sopClassUID = top.text('x00080016') ?? parsed.metaSopClassUID;
  const oldUid = top.text('x00080018') ?? parsed.metaSopInstanceUID;
  if (sopClassUID === null || oldUid === null || !UID.test(sopClassUID)) {
    throw refusal(path, 'It has no SOP class and instance UID, so no valid copy can be written.');
  }
  if (sopClassUID === MEDIA_DIRECTORY) {
    throw refusal(
      path,
      'It is the directory of a medium, whose copy would lead nowhere; the files that it names are copied.',
    );
  }
  const newUid = (uid: string | null): string | null =>
    uid === null || options.retain.has('uids') ? uid : replaceUid(uid, options.salt);
  const sopInstanceUID = newUid(oldUid) ?? '';
  const studyInstanceUID = newUid(top.text('x0020000d'));
  const seriesInstanceUID = newUid(top.text('x0020000e'));
  for (const uid of [sopInstanceUID, studyInstanceUID, seriesInstanceUID]) {
    if (uid !== null && !UID.test(uid)) throw refusal(path, 'One of its UIDs is no UID.');
  }
  const key = patientKey({ patientID: top.text('x00100020'), studyInstanceUID: top.text('x0020000d') }, path);
  const rewriter = new Rewriter(parsed.bytes, {
    ...options,
    pseudonym: pseudonym(key, options.salt),
    days: dateOffset(key, options.salt),
  });
  let written: Written[];
  try {
    written = rewriter.dataSet(parsed.start, encoding);
  } catch (error) {
    if (error instanceof BrokenStructure) throw refusal(path, error.message, error);
    throw error;
  }
  // Some files name class and instance in their file meta information alone.
  const identity = [
    { tag: '00080016', parts: text('00080016', 'UI', sopClassUID, encoding) },
    { tag: '00080018', parts: text('00080018', 'UI', sopInstanceUID, encoding) },
  ];
  const others = written.filter(({ tag }) => tag !== '00080016' && tag !== '00080018');
  const elements = [...identity, ...others, ...statement(options, encoding)];
  elements.sort((first, second) => (first.tag < second.tag ? -1 : first.tag > second.tag ? 1 : 0));
  const isDeflated = syntax.storage === 'native' && syntax.deflated;
  const meta = fileMeta(sopClassUID, sopInstanceUID, isDeflated ? EXPLICIT_LITTLE_ENDIAN : parsed.transferSyntaxUID);
  return {
    sopInstanceUID,
    studyInstanceUID,
    seriesInstanceUID,
    parts: [...meta, ...elements.flatMap(({ parts }) => parts)],
    rules: rewriter.rules(),
    droppedBytes: rewriter.dropped,
  };
}
