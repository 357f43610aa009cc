/** @file What a reader sees beside an image: what it is, its label and mark, by whom and when; and how far a task is. */

import type { Mark } from './label-acts.js';
import type { Project } from './project.js';
import { type ClassFigures, classFigures } from './queries.js';
import { getTask } from './tasks.js';

/** Who did something, and when. */
export interface Signature {
  author: string;
  /** ISO 8601, UTC. */
  time: string;
}

export interface LabelState {
  imageId: number;
  seriesId: number;
  frames: number;
  /** How many images the series has. */
  seriesImages: number;
  pseudonym: string;
  modality: string | null;
  bodyPart: string | null;
  viewPosition: string | null;
  laterality: string | null;
  instanceNumber: number | null;
  /** The label in force; `level` says whether it is the image's own or its series'. */
  label: ({ className: string; level: 'image' | 'series' } & Signature) | null;
  mark: ({ mark: Mark } & Signature) | null;
}

interface Row extends Omit<LabelState, 'label' | 'mark'> {
  className: string | null;
  labelAuthor: string | null;
  labelTime: string | null;
  seriesClass: string | null;
  seriesAuthor: string | null;
  seriesTime: string | null;
  mark: Mark | null;
  markAuthor: string | null;
  markTime: string | null;
}

function labelOf(row: Row): LabelState['label'] {
  if (row.className !== null) {
    return { className: row.className, level: 'image', author: row.labelAuthor ?? '', time: row.labelTime ?? '' };
  }
  if (row.seriesClass === null) return null;
  return { className: row.seriesClass, level: 'series', author: row.seriesAuthor ?? '', time: row.seriesTime ?? '' };
}

/**
 * The state of some images for a task, in the order of `imageIds`; images that are not in the project are left out.
 *
 * @throws PretextError `not-found` (task).
 */
export function labelStates(project: Project, taskName: string, imageIds: readonly number[]): LabelState[] {
  const task = getTask(project, taskName);
  const rows = project.catalogue.database.all<Row>(
    `SELECT image.id AS imageId, image.series_id AS seriesId, image.frames,
            (SELECT count(*) FROM image AS sibling WHERE sibling.series_id = image.series_id AND sibling.available = 1)
              AS seriesImages,
            patient.pseudonym, series.modality, series.body_part AS bodyPart, image.view_position AS viewPosition,
            image.laterality, image.instance_number AS instanceNumber,
            own_class.name AS className, own_act.author AS labelAuthor, own_act.time AS labelTime,
            series_class.name AS seriesClass, series_act.author AS seriesAuthor, series_act.time AS seriesTime,
            image_mark.mark, mark_act.author AS markAuthor, mark_act.time AS markTime
     FROM json_each(?2) AS wanted JOIN image ON image.id = wanted.value
     JOIN series ON series.id = image.series_id JOIN study ON study.id = series.study_id
     JOIN patient ON patient.id = study.patient_id
     LEFT JOIN image_label ON image_label.task_id = ?1 AND image_label.image_id = image.id
     LEFT JOIN task_class AS own_class ON own_class.id = image_label.class_id
     LEFT JOIN label_event AS own_event ON own_event.id = image_label.event_id
     LEFT JOIN label_action AS own_act ON own_act.id = own_event.action_id
     LEFT JOIN series_label ON series_label.task_id = ?1 AND series_label.series_id = image.series_id
     LEFT JOIN task_class AS series_class ON series_class.id = series_label.class_id
     LEFT JOIN label_event AS series_event ON series_event.id = series_label.event_id
     LEFT JOIN label_action AS series_act ON series_act.id = series_event.action_id
     LEFT JOIN image_mark ON image_mark.task_id = ?1 AND image_mark.image_id = image.id
     LEFT JOIN mark_event ON mark_event.id = image_mark.event_id
     LEFT JOIN label_action AS mark_act ON mark_act.id = mark_event.action_id
     ORDER BY wanted.key`,
    [task.id, JSON.stringify(imageIds)],
  );
  return rows.map((row) => ({
    imageId: row.imageId,
    seriesId: row.seriesId,
    frames: row.frames,
    seriesImages: row.seriesImages,
    pseudonym: row.pseudonym,
    modality: row.modality,
    bodyPart: row.bodyPart,
    viewPosition: row.viewPosition,
    laterality: row.laterality,
    instanceNumber: row.instanceNumber,
    label: labelOf(row),
    mark: row.mark === null ? null : { mark: row.mark, author: row.markAuthor ?? '', time: row.markTime ?? '' },
  }));
}

/** How far the labelling of a task is. */
export interface LabelProgress {
  /** In the order of the task's classes. */
  classes: ClassFigures[];
  unsure: number;
  skipped: number;
  /** Images with neither label nor mark. */
  unlabelled: number;
  /** All images of the project. */
  images: number;
}

/** @throws PretextError `not-found` (task). */
export function labelProgress(project: Project, taskName: string): LabelProgress {
  const task = getTask(project, taskName);
  const classes = classFigures(project, task);
  const counts = project.catalogue.database.one<{ images: number; unsure: number; skipped: number }>(
    `SELECT (SELECT count(*) FROM image WHERE available = 1) AS images,
            coalesce(sum(mark = 'unsure'), 0) AS unsure, coalesce(sum(mark = 'skipped'), 0) AS skipped
     FROM image_mark JOIN image ON image.id = image_id AND image.available = 1 WHERE task_id = ?`,
    [task.id],
  ) ?? { images: 0, unsure: 0, skipped: 0 };
  const labelled = classes.reduce((sum, { images }) => sum + images, 0);
  return { classes, ...counts, unlabelled: counts.images - labelled - counts.unsure - counts.skipped };
}
