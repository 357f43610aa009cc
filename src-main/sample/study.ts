/** @file Writes the sample study: phantom patients as DICOM files in several transfer syntaxes, and the truth. */

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { fileError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import { Purpose, Random } from '../base/random.js';
import { ctElements, patientId, type Storage, sopInstanceUid, storedFrame } from './ct-image.js';
import { type TransferSyntaxName, writeDicom } from './dicom-writer.js';
import { drawPatient, type PhantomOptions, type PhantomPatient, renderSlice } from './phantom.js';

export type SampleLabel = 'finding' | 'normal';

export interface SampleStudyOptions extends PhantomOptions {
  /** Number of patients. */
  patients: number;
  imagesPerPatient: number;
  /** Part of the patients that is kept for testing. Default 1/3. */
  testFraction?: number;
}

export interface SampleStudy {
  /** DICOM files written. */
  files: number;
  patients: number;
  /** Path of truth.csv: sop_instance_uid, patient_id, label, split. */
  truthCsv: string;
}

/** What a patient is in the study. */
export interface SampleCase {
  index: number;
  label: SampleLabel;
  split: 'train' | 'test';
}

/** Draws split and label of each patient: half of each split, rounded down, has the finding. */
export function drawCases(seed: number, patients: number, testFraction: number): SampleCase[] {
  const order = new Random(seed, Purpose.phantom, 0xca5e).permutation(patients);
  const tests = Math.round(patients * testFraction);
  const cases = Array.from(order, (index, rank): SampleCase => {
    const split = rank < tests ? 'test' : 'train';
    const place = rank < tests ? rank : rank - tests;
    return { index, split, label: place % 2 === 1 ? 'finding' : 'normal' };
  });
  return cases.sort((first, second) => first.index - second.index);
}

const SYNTAXES: readonly TransferSyntaxName[] = [
  'explicitLittleEndian',
  'implicitLittleEndian',
  'rleLossless',
  'jpegLsLossless',
];

/** Scanners differ in how they store and name files; a patient's files are all of one kind. */
function filing(patient: PhantomPatient): {
  syntax: TransferSyntaxName;
  storage: Storage;
  path(slice: number): string;
} {
  const random = new Random(patient.seed, Purpose.phantom, patient.index, 7);
  const syntax = SYNTAXES[random.below(SYNTAXES.length)] ?? 'explicitLittleEndian';
  const storage: Storage = syntax !== 'jpegLsLossless' && random.uniform() < 0.4 ? 'signed16' : 'unsigned12';
  const number = String(patient.index + 1).padStart(4, '0');
  const layout = random.below(3);
  return {
    syntax,
    storage,
    path: (slice) => {
      const image = String(slice + 1).padStart(4, '0');
      if (layout === 0) return join(`patient-${number}`, 'series-1', `image-${image}.dcm`);
      if (layout === 1) return join(`P${number}`, `IM${image}`);
      return join('archive', `${number}-${image}.dcm`);
    },
  };
}

/**
 * Writes the sample study into `folder`. The same options give the same bytes; running it again replaces them.
 *
 * @throws PretextError `cancelled`, `disk-full` or `unreadable`
 */
export async function writeSampleStudy(
  folder: string,
  options: SampleStudyOptions,
  control: JobControl,
): Promise<SampleStudy> {
  const cases = drawCases(options.seed, options.patients, options.testFraction ?? 1 / 3);
  const meter = new ProgressMeter(control, 'Writing the sample study', options.patients * options.imagesPerPatient);
  const truth: Record<string, string>[] = [];
  const folders = new Set<string>();
  for (const { index, label, split } of cases) {
    const patient = drawPatient(options, index, label === 'finding');
    const { syntax, storage, path } = filing(patient);
    for (let slice = 0; slice < options.imagesPerPatient; slice++) {
      throwIfCancelled(control);
      const frame = storedFrame(renderSlice(patient, slice), patient.acquisition.side, storage);
      const bytes = await writeDicom(ctElements(patient, slice, storage), frame, syntax);
      const file = join(folder, path(slice));
      if (!folders.has(dirname(file))) {
        makeFolder(dirname(file));
        folders.add(dirname(file));
      }
      writeFileAtomic(file, [bytes]);
      truth.push({ sop_instance_uid: sopInstanceUid(patient, slice), patient_id: patientId(patient), label, split });
      meter.update(truth.length);
    }
  }
  const truthCsv = join(folder, 'truth.csv');
  makeFolder(folder);
  writeFileAtomic(truthCsv, [stringify(truth, { header: true })]);
  return { files: truth.length, patients: cases.length, truthCsv };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw fileError(error, folder);
  }
}
