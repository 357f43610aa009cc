/** @file A reading as a CSV table: what `pretext predict` writes, with what is known of the patient and the reviews. */

import { setImmediate } from 'node:timers/promises';
import { writeFileAtomic } from '../base/files.js';
import { type ImageFacts, imageFacts } from '../catalogue/image-facts.js';
import type { Project } from '../catalogue/project.js';
import { type ExtraColumn, type ImagePrediction, predictionCsvParts } from '../exports/csv.js';
import { KNOWN } from './reading-predictions.js';
import type { Review } from './reading-reviews.js';
import type { ReadingTable } from './reading-table.js';

/** How each text of a review's column is found in it. */
const REVIEW_COLUMNS: readonly [name: string, of: (review: Review) => string][] = [
  ['review', ({ kind }) => kind],
  ['reviewed_class', ({ className }) => className],
  ['reviewed_by', ({ author }) => author],
  ['reviewed_at', ({ time }) => time],
];

/** Images whose facts are asked for at a time: some milliseconds of work. */
const SLICE = 500;

/**
 * Writes the table of all images and series that were read. The window's main process calls this, so it lets other
 * work in between.
 *
 * @throws PretextError `disk-full`, `unreadable`
 */
export async function exportReadingCsv(path: string, project: Project, table: ReadingTable): Promise<void> {
  const { images } = table.predictions;
  const facts = new Map<number, ImageFacts>();
  for (let first = 0; first < images.imageId.length; first += SLICE) {
    const slice = imageFacts(project, [...images.imageId.subarray(first, first + SLICE)]);
    for (const [imageId, own] of slice) facts.set(imageId, own);
    await setImmediate();
  }
  const rows: number[] = [];
  const predictions: ImagePrediction[] = [];
  const seriesIds = new Map<string, number>();
  const patients = new Map<string, number>();
  for (const [row, imageId] of images.imageId.entries()) {
    const known = facts.get(imageId);
    if (known === undefined) continue;
    const { path: file, sopInstanceUID, seriesInstanceUID, seriesId, pseudonym } = known;
    rows.push(row);
    predictions.push({
      path: file,
      sopInstanceUID,
      seriesInstanceUID,
      patient: pseudonym,
      probabilities: table.probabilitiesOf(row),
    });
    if (seriesInstanceUID === null) continue;
    seriesIds.set(seriesInstanceUID, seriesId);
    patients.set(seriesInstanceUID, images.known[row]);
  }
  const reviewOfSeries = (uid: string): Review | null => table.reviews.of({ seriesId: seriesIds.get(uid) ?? 0 });
  const known = (code: number): string => (code === 0 ? '' : KNOWN[code]);
  const more: ExtraColumn[] = [
    {
      name: 'patient_known_from',
      ofImage: (index) => known(images.known[rows[index]]),
      ofSeries: (uid) => known(patients.get(uid) ?? 0),
    },
    ...REVIEW_COLUMNS.map(([name, of]): ExtraColumn => {
      const text = (review: Review | null) => (review === null ? '' : of(review));
      return {
        name,
        ofImage: (index) => text(table.reviewOf('image', rows[index])),
        ofSeries: (uid) => text(reviewOfSeries(uid)),
      };
    }),
  ];
  const { classes: classNames, threshold } = table.card;
  const parts: string[] = [];
  for (const part of predictionCsvParts({ classNames, threshold, images: predictions, more })) {
    parts.push(part);
    await setImmediate();
  }
  writeFileAtomic(path, parts);
}
