/** @file Which images a model learnt from: `models/<id>/training-images.json`. */

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { fileError, PretextError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import type { Project } from '../catalogue/project.js';
import { modelPaths, readModelCard, readPredictions } from './model-store.js';

const ids = v.array(v.pipe(v.number(), v.integer(), v.minValue(1)));
const trainingImages = v.object({
  imageIds: ids,
  patientIds: ids,
  /** Patients who chose the threshold and nothing else. */
  validationPatientIds: v.optional(ids, () => []),
});

/** The labelled images that the stored weights learnt from, and their patients. */
export type TrainingImages = v.InferOutput<typeof trainingImages>;

function pathOf(project: Project, model: string): string {
  return join(modelPaths(project, model).folder, 'training-images.json');
}

/** Writes the list; call it before the model's card, which makes the model whole. @throws PretextError `disk-full` */
export function saveTrainingImages(
  project: Project,
  model: string,
  images: readonly { imageId: number; patientId: number }[],
  validation: readonly { patientId: number }[] = [],
): void {
  const { folder } = modelPaths(project, model);
  const list: TrainingImages = {
    imageIds: images.map(({ imageId }) => imageId),
    patientIds: images.map(({ patientId }) => patientId),
    validationPatientIds: [...new Set(validation.map(({ patientId }) => patientId))],
  };
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw fileError(error, folder);
  }
  writeFileAtomic(pathOf(project, model), [JSON.stringify(list)]);
}

/** Null for a model that was made before the list was kept. @throws PretextError `bad-file` where it is damaged. */
export function readTrainingImages(project: Project, model: string): TrainingImages | null {
  const path = pathOf(project, model);
  if (!existsSync(path)) return null;
  try {
    return v.parse(trainingImages, JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new PretextError({
      code: 'bad-file',
      message: 'The list of images that this model learnt from cannot be read.',
      path,
      remedy: 'It was damaged; fine-tune again.',
      cause: error,
    });
  }
}

export interface KnownPatients {
  training: ReadonlySet<number>;
  test: ReadonlySet<number>;
}

/**
 * The patients whose labels made the model or chose its threshold, and those on whom its figures were measured. Of a model without its list
 * all patients count as training patients who had a label of the task when it was made and are not in its test set:
 * rather one too many than one too few.
 *
 * @throws PretextError `not-found` (model), `bad-file`.
 */
export function knownPatients(project: Project, model: string): KnownPatients {
  const test = new Set(readPredictions(project, model).patientIds);
  const list = readTrainingImages(project, model);
  if (list !== null) return { training: new Set([...list.patientIds, ...list.validationPatientIds]), test };
  const { task, created } = readModelCard(project, model);
  const rows = project.catalogue.database.all<{ patientId: number }>(
    `SELECT DISTINCT study.patient_id AS patientId
     FROM label_action AS action JOIN task ON task.id = action.task_id
     JOIN label_event AS event ON event.action_id = action.id
     LEFT JOIN image ON image.id = event.image_id
     JOIN series ON series.id = coalesce(event.series_id, image.series_id)
     JOIN study ON study.id = series.study_id
     WHERE task.name = ? AND action.time <= ?`,
    [task, created],
  );
  return { training: new Set(rows.map(({ patientId }) => patientId).filter((patient) => !test.has(patient))), test };
}
