/** @file Predictions as a CSV table for a spreadsheet: one row per image, then one per series. */

import { stringify } from 'csv-stringify/sync';
import { PretextError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import { predictedClass } from '../tasks/metrics.js';

/** What a model says about one image. */
export interface ImagePrediction {
  path: string;
  sopInstanceUID: string | null;
  /** Null where the image belongs to no series (PNG, JPEG): it then has no row among the series. */
  seriesInstanceUID: string | null;
  /** The patient's pseudonym; never the identifier of the hospital. */
  patient: string;
  /** [classes] */
  probabilities: ArrayLike<number>;
}

export interface PredictionTable {
  classNames: readonly string[];
  /** Two classes: probability of the second from which it is named; null: the more probable class. */
  threshold: number | null;
  images: readonly ImagePrediction[];
  /** Columns after the ones that every table has. */
  more?: readonly ExtraColumn[];
}

export interface ExtraColumn {
  name: string;
  /** @param index of `images` */
  ofImage(index: number): string | number;
  ofSeries(seriesInstanceUID: string): string | number;
}

type Row = (string | number)[];

/**
 * The table as CSV text (RFC 4180, UTF-8, line feeds). Columns: level ('image' or 'series'), path, sop_instance_uid,
 * series_instance_uid, patient, images (number averaged), probability_NAME for each class, predicted, then those of
 * `more`. A series' row has the mean of its images' probabilities. Text that a spreadsheet would run as a formula starts
 * with an apostrophe (OWASP, CSV injection).
 *
 * @throws PretextError `internal` where probabilities do not fit the classes or are no finite numbers.
 */
export function predictionCsv(table: PredictionTable): string {
  return [...predictionCsvParts(table)].join('');
}

/** {@link predictionCsv} piece by piece, so that a process that has other things to do can do them in between. */
export function* predictionCsvParts(table: PredictionTable): Generator<string> {
  let rows: Row[] = [];
  for (const row of predictionRows(table)) {
    if (rows.push(row) < PART_ROWS) continue;
    yield stringify(rows, { escape_formulas: true });
    rows = [];
  }
  yield stringify(rows, { escape_formulas: true });
}

/** Rows of a part: some milliseconds of work. */
const PART_ROWS = 500;

function* predictionRows({ classNames, threshold, images, more = [] }: PredictionTable): Generator<Row> {
  const named = (probabilities: ArrayLike<number>): string => classNames[predictedClass(probabilities, threshold)];
  yield ['level', 'path', 'sop_instance_uid', 'series_instance_uid', 'patient', 'images'].concat(
    classNames.map((name) => `probability_${name}`),
    'predicted',
    more.map(({ name }) => name),
  );
  const series = new Map<string, { patient: string; images: number; sums: Float64Array }>();
  for (const [index, image] of images.entries()) {
    const probabilities = checkedProbabilities(image, classNames.length);
    const identity = [image.path, image.sopInstanceUID ?? '', image.seriesInstanceUID ?? '', image.patient];
    const extra = more.map((column) => column.ofImage(index));
    yield ['image', ...identity, 1, ...probabilities, named(probabilities), ...extra];
    if (image.seriesInstanceUID === null) continue;
    const known = series.get(image.seriesInstanceUID) ?? {
      patient: image.patient,
      images: 0,
      sums: new Float64Array(classNames.length),
    };
    known.images++;
    for (const [place, value] of probabilities.entries()) known.sums[place] += value;
    series.set(image.seriesInstanceUID, known);
  }
  for (const [uid, { patient, images: count, sums }] of series) {
    const means = Array.from(sums, (sum) => sum / count);
    const extra = more.map((column) => column.ofSeries(uid));
    yield ['series', '', '', uid, patient, count, ...means, named(means), ...extra];
  }
}

function checkedProbabilities({ path, probabilities }: ImagePrediction, classes: number): number[] {
  const values = Array.from(probabilities);
  if (values.length !== classes || !values.every(Number.isFinite)) {
    throw new PretextError({
      code: 'internal',
      message: `The model gave ${values.join(', ')} where ${classes} probabilities were due.`,
      path,
    });
  }
  return values;
}

/** Writes {@link predictionCsv} to a file, crash-safe. */
export function writePredictionCsv(path: string, table: PredictionTable): void {
  writeFileAtomic(path, [predictionCsv(table)]);
}

/** Writes a list of files that were not taken in, with the reason for each. @throws PretextError `disk-full`, `unreadable` */
export function writeSkippedCsv(path: string, files: readonly { path: string; reason: string }[]): void {
  const rows = [['path', 'reason'], ...files.map((file) => [file.path, file.reason])];
  writeFileAtomic(path, [stringify(rows, { escape_formulas: true, eof: true })]);
}
