/** @file What the catalogue knows of single images, as lists of them show it. */

import type { Project } from './project.js';

export interface ImageFacts {
  imageId: number;
  path: string;
  frames: number;
  sopInstanceUID: string | null;
  instanceNumber: number | null;
  seriesId: number;
  /** Null where the file belongs to no series (PNG, JPEG). */
  seriesInstanceUID: string | null;
  seriesNumber: number | null;
  seriesDescription: string | null;
  modality: string | null;
  viewPosition: string | null;
  patientId: number;
  pseudonym: string;
  /** DICOM's YYYYMMDD. */
  studyDate: string | null;
}

const FOLDER_UID = 'folder:';

/** Facts of the images that there are, by id. Identifiers of patients are not among them. */
export function imageFacts(project: Project, imageIds: readonly number[]): Map<number, ImageFacts> {
  const rows = project.catalogue.database.all<ImageFacts & { seriesUid: string }>(
    `SELECT image.id AS imageId, image.path, image.frames, image.sop_instance_uid AS sopInstanceUID,
            image.instance_number AS instanceNumber, series.id AS seriesId, series.uid AS seriesUid,
            series.number AS seriesNumber, series.description AS seriesDescription, series.modality,
            image.view_position AS viewPosition, patient.id AS patientId, patient.pseudonym, study.date AS studyDate
     FROM json_each(?) AS wanted JOIN image ON image.id = wanted.value JOIN series ON series.id = image.series_id
     JOIN study ON study.id = series.study_id JOIN patient ON patient.id = study.patient_id`,
    [JSON.stringify(imageIds)],
  );
  return new Map(
    rows.map(({ seriesUid, ...facts }) => {
      const seriesInstanceUID = seriesUid.startsWith(FOLDER_UID) ? null : seriesUid;
      return [facts.imageId, { ...facts, seriesInstanceUID }];
    }),
  );
}
