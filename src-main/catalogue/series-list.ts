/** @file The series of a project as a list. */

import type { Project } from './project.js';

export interface ListedSeries {
  seriesId: number;
  pseudonym: string;
  number: number | null;
  description: string | null;
  modality: string | null;
  /** Images whose files are there. */
  images: number;
}

/** All series with images, by pseudonym, study date and number. */
export function listSeries(project: Project): ListedSeries[] {
  return project.catalogue.database.all<ListedSeries>(
    `SELECT series.id AS seriesId, pseudonym, series.number, series.description, modality, count(*) AS images
     FROM series JOIN study ON study.id = series.study_id JOIN patient ON patient.id = study.patient_id
     JOIN image ON image.series_id = series.id AND available = 1
     GROUP BY series.id ORDER BY pseudonym, study.date, number, series.id`,
  );
}
