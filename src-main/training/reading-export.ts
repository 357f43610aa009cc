/** @file A reading as a CSV table: what `pretext predict` writes, with what is known of the patient and the reviews. */

import { imageFacts } from '../catalogue/image-facts.js';
import type { Project } from '../catalogue/project.js';
import { type ExtraColumn, type ImagePrediction, writePredictionCsv } from '../exports/csv.js';
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

/** Writes the table of all images and series that were read. @throws PretextError `disk-full`, `unreadable` */
export function exportReadingCsv(path: string, project: Project, table: ReadingTable): void {
  const { images } = table.predictions;
  const facts = imageFacts(project, [...images.imageId]);
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
  writePredictionCsv(path, {
    classNames: table.card.classes,
    threshold: table.card.threshold,
    images: predictions,
    more,
  });
}
