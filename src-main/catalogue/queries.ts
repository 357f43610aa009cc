/** @file What the other rooms ask of the catalogue: which images there are, which are labelled, how they are split. */

import type { SqlValue } from './database.js';
import { type Flag, HAS_FLAG_OF_LIST, leftOutFlags } from './flags.js';
import type { Project } from './project.js';
import { getTask, type Task } from './tasks.js';

export type Split = 'train' | 'val' | 'test';

/** One image of the project. */
export interface Sample {
  imageId: number;
  /** Absolute path of its file. */
  path: string;
  kind: 'dicom' | 'png' | 'jpeg';
  rows: number;
  columns: number;
  frames: number;
  sopInstanceUID: string | null;
  /** SHA-256 in hexadecimal; given where there is no SOPInstanceUID. */
  contentHash: string | null;
  instanceNumber: number | null;
  seriesId: number;
  studyId: number;
  patientId: number;
  modality: string | null;
  bodyPart: string | null;
  laterality: string | null;
  viewPosition: string | null;
  photometric: string;
}

/** Every condition given must hold; an empty filter means all images. */
export interface SampleFilter {
  imageIds?: readonly number[];
  seriesIds?: readonly number[];
  patientIds?: readonly number[];
  modality?: string;
  bodyPart?: string;
  /**
   * Images of this official split: of `task`, or without one of any task; then an image that another task has in
   * another split is left out, so that no task's test images are trained on.
   */
  split?: Split;
  task?: string;
  /** Images that have none of these flags of quality, nor their series. */
  without?: readonly Flag[];
}

const SAMPLE_COLUMNS = `image.id AS imageId, image.path, image.kind, image.rows, image.columns, image.frames,
  image.sop_instance_uid AS sopInstanceUID, image.content_hash AS contentHash,
  image.instance_number AS instanceNumber, image.series_id AS seriesId, series.study_id AS studyId,
  study.patient_id AS patientId, series.modality, series.body_part AS bodyPart, image.laterality,
  image.view_position AS viewPosition, image.photometric`;

/** The conditions of a filter over image, series and study, and their values. @throws PretextError `not-found` (task) */
export function sampleConditions(project: Project, filter: SampleFilter): { where: string; values: SqlValue[] } {
  const where = ['image.available = 1'];
  const values: SqlValue[] = [];
  const oneOf = (column: string, ids: readonly number[] | undefined) => {
    if (ids === undefined) return;
    where.push(`${column} IN (SELECT value FROM json_each(?))`);
    values.push(JSON.stringify(ids));
  };
  oneOf('image.id', filter.imageIds);
  oneOf('image.series_id', filter.seriesIds);
  oneOf('study.patient_id', filter.patientIds);
  if (filter.modality !== undefined) {
    where.push('series.modality = ?');
    values.push(filter.modality);
  }
  if (filter.bodyPart !== undefined) {
    where.push('series.body_part = ?');
    values.push(filter.bodyPart);
  }
  if (filter.without !== undefined && filter.without.length > 0) {
    where.push(`NOT ${HAS_FLAG_OF_LIST}`);
    const flags = JSON.stringify(filter.without);
    values.push(flags, flags);
  }
  if (filter.split !== undefined && filter.task !== undefined) {
    where.push('EXISTS (SELECT 1 FROM task_split WHERE image_id = image.id AND task_id = ? AND split = ?)');
    values.push(getTask(project, filter.task).id, filter.split);
  } else if (filter.split !== undefined) {
    where.push('EXISTS (SELECT 1 FROM task_split WHERE image_id = image.id AND split = ?)');
    where.push('NOT EXISTS (SELECT 1 FROM task_split WHERE image_id = image.id AND split <> ?)');
    values.push(filter.split, filter.split);
  }
  return { where: where.join(' AND '), values };
}

/**
 * The images that pass the filter and whose file is there as far as is known, ordered by imageId.
 *
 * @throws PretextError `not-found` (task).
 */
export function samples(project: Project, filter: SampleFilter = {}): Sample[] {
  const { where, values } = sampleConditions(project, filter);
  return project.catalogue.database.all<Sample>(
    `SELECT ${SAMPLE_COLUMNS} FROM image JOIN series ON series.id = image.series_id
     JOIN study ON study.id = series.study_id WHERE ${where} ORDER BY image.id`,
    values,
  );
}

/** SeriesInstanceUIDs of these series by id; those without one are left out. */
export function seriesUIDs(project: Project, ids: readonly number[]): Map<number, string> {
  const rows = project.catalogue.database.all<{ id: number; uid: string }>(
    "SELECT id, uid FROM series WHERE id IN (SELECT value FROM json_each(?)) AND uid NOT LIKE 'folder:%'",
    [JSON.stringify(ids)],
  );
  return new Map(rows.map(({ id, uid }) => [id, uid]));
}

export interface LabelledImage {
  imageId: number;
  /** Position of the class in the task. */
  classIndex: number;
  patientId: number;
  seriesId: number;
  /** The official split, or null where the labels came without one. */
  split: Split | null;
}

/**
 * Images and the class in force for the task ?1: an image's own label, else its series'. An image that is marked unsure
 * or skipped has none: it is kept out of training and results until somebody labels it again.
 */
const LABELLED = `labelled AS (
  SELECT image_id, class_id FROM (
    SELECT image_id, class_id FROM image_label WHERE task_id = ?1 AND class_id IS NOT NULL
    UNION ALL
    SELECT image.id, series_label.class_id FROM series_label JOIN image USING (series_id)
    WHERE task_id = ?1 AND class_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM image_label AS own
      WHERE own.task_id = ?1 AND own.image_id = image.id AND own.class_id IS NOT NULL)) AS given
  WHERE NOT EXISTS (
    SELECT 1 FROM image_mark WHERE task_id = ?1 AND image_mark.image_id = given.image_id AND mark IS NOT NULL)
)`;

/**
 * The labelled images of a task, ordered by imageId. A series' label counts for each of its images that has no label
 * of its own; images marked unsure or skipped are left out.
 *
 * @throws PretextError `not-found` (task).
 */
export function labelledImages(project: Project, taskName: string): LabelledImage[] {
  const task = getTask(project, taskName);
  return project.catalogue.database.all<LabelledImage>(
    `WITH ${LABELLED}
     SELECT image.id AS imageId, task_class.position AS classIndex, study.patient_id AS patientId,
            image.series_id AS seriesId, task_split.split AS split
     FROM labelled JOIN image ON image.id = labelled.image_id AND image.available = 1
     JOIN series ON series.id = image.series_id JOIN study ON study.id = series.study_id
     JOIN task_class ON task_class.id = labelled.class_id
     LEFT JOIN task_split ON task_split.task_id = ?1 AND task_split.image_id = image.id
     ORDER BY image.id`,
    [task.id],
  );
}

/**
 * Images that nobody is to be asked about: marked unsure or skipped in this task, with a flag that is left out, or their
 * file is gone.
 *
 * @throws PretextError `not-found` (task).
 */
export function withheldImages(project: Project, taskName: string): number[] {
  const task = getTask(project, taskName);
  const rows = project.catalogue.database.all<{ id: number }>(
    `SELECT image_id AS id FROM image_mark WHERE task_id = ?1 AND mark IS NOT NULL
     UNION SELECT id FROM image WHERE available = 0
     UNION SELECT image_id FROM image_flag WHERE flag IN (SELECT value FROM json_each(?2))
     UNION SELECT image.id FROM series_flag JOIN image USING (series_id)
       WHERE flag IN (SELECT value FROM json_each(?2))`,
    [task.id, JSON.stringify(leftOutFlags(project))],
  );
  return rows.map(({ id }) => id);
}

export interface ClassFigures {
  images: number;
  /** Patients with at least one of them. */
  patients: number;
}

/** How many labelled images and patients each class of a task has, in the order of its classes. */
export function classFigures(project: Project, task: Task): ClassFigures[] {
  const rows = project.catalogue.database.all<ClassFigures & { classId: number }>(
    `WITH ${LABELLED}
     SELECT labelled.class_id AS classId, count(*) AS images, count(DISTINCT study.patient_id) AS patients
     FROM labelled JOIN image ON image.id = labelled.image_id AND image.available = 1
     JOIN series ON series.id = image.series_id JOIN study ON study.id = series.study_id
     GROUP BY labelled.class_id`,
    [task.id],
  );
  const ofClass = new Map(rows.map(({ classId, images, patients }) => [classId, { images, patients }]));
  return task.classes.map(({ id }) => ofClass.get(id) ?? { images: 0, patients: 0 });
}

/** The labelled images of one patient that have the same class and the same part of the official split. */
export interface LabelledGroup {
  patientId: number;
  classIndex: number;
  split: Split | null;
  images: number;
}

/** {@link labelledImages} counted by patient, class and part: as many rows as there are patients, not images. */
export function labelledGroups(project: Project, task: Task): LabelledGroup[] {
  return project.catalogue.database.all<LabelledGroup>(
    `WITH ${LABELLED}
     SELECT study.patient_id AS patientId, task_class.position AS classIndex, task_split.split AS split,
            count(*) AS images
     FROM labelled JOIN image ON image.id = labelled.image_id AND image.available = 1
     JOIN series ON series.id = image.series_id JOIN study ON study.id = series.study_id
     JOIN task_class ON task_class.id = labelled.class_id
     LEFT JOIN task_split ON task_split.task_id = ?1 AND task_split.image_id = labelled.image_id
     GROUP BY study.patient_id, task_class.position, task_split.split`,
    [task.id],
  );
}

/** Images that are marked unsure or skipped for a task and so stay out of training and results. */
export function markedImages(project: Project, task: Task): number {
  const row = project.catalogue.database.one<{ n: number }>(
    'SELECT count(*) AS n FROM image_mark WHERE task_id = ? AND mark IS NOT NULL',
    [task.id],
  );
  return row?.n ?? 0;
}

/** How many images each class of a task has, in the order of its classes. */
export function classCounts(project: Project, task: Task): number[] {
  return classFigures(project, task).map(({ images }) => images);
}

/** How an image is named to people who must not learn who the patient is. */
export function pseudonymOf(project: Project, patientId: number): string | null {
  const row = project.catalogue.database.one<{ pseudonym: string }>('SELECT pseudonym FROM patient WHERE id = ?', [
    patientId,
  ]);
  return row?.pseudonym ?? null;
}
