/** @file In which order images come up for labelling: a mixture of patients and series from the first image on. */

import { combineSeeds, Purpose } from '../base/random.js';
import type { Project } from './project.js';
import { getClass, getTask, type Task } from './tasks.js';

/** Ids of images, [images]. */
export type ImageIds = Int32Array<ArrayBuffer>;

export interface QueueImage {
  imageId: number;
  seriesId: number;
  patientId: number;
}

/** Which images come up. `unlabelled` leaves out what is marked, too; `class` is every image that has this label. */
export type QueueFilter =
  | { kind: 'unlabelled' }
  | { kind: 'all' }
  | { kind: 'unsure' }
  | { kind: 'skipped' }
  | { kind: 'class'; name: string };

/** For each place of `order` the how-manieth of its group it is there, [images]. */
function turns(order: Int32Array, groupOf: (index: number) => number): Int32Array {
  const seen = new Map<number, number>();
  return order.map((index) => {
    const group = groupOf(index);
    const turn = seen.get(group) ?? 0;
    seen.set(group, turn + 1);
    return turn;
  });
}

/** `order` by rising turn, otherwise as it was. */
function byTurn(order: Int32Array, turnAt: Int32Array): Int32Array {
  const start = new Int32Array(turnAt.reduce((most, turn) => Math.max(most, turn), 0) + 2);
  for (const turn of turnAt) start[turn + 1]++;
  for (let turn = 1; turn < start.length; turn++) start[turn] += start[turn - 1];
  const sorted = new Int32Array(order.length);
  for (let place = 0; place < order.length; place++) sorted[start[turnAt[place]]++] = order[place];
  return sorted;
}

/**
 * The images in an order in which every patient comes up once before any comes up twice, and likewise every series of
 * a patient. Each image's lot depends on nothing but the seed and the image's number, so that a later import mixes new
 * images in without shuffling the old ones anew.
 */
export function spreadOrder(images: readonly QueueImage[], seed: number): ImageIds {
  const lots = Float64Array.from(images, ({ imageId }) => combineSeeds(seed, Purpose.labelQueue, imageId));
  const drawn = Int32Array.from(images, (_, index) => index).sort(
    (a, b) => lots[a] - lots[b] || images[a].imageId - images[b].imageId,
  );
  const overSeries = byTurn(
    drawn,
    turns(drawn, (index) => images[index].seriesId),
  );
  const overPatients = byTurn(
    overSeries,
    turns(overSeries, (index) => images[index].patientId),
  );
  return Int32Array.from(overPatients, (index) => images[index].imageId);
}

/** The order of all images of a project, kept for as long as no image is added or goes. */
interface Kept {
  version: string;
  /** By the task's number, which is the seed. */
  orders: Map<number, ImageIds>;
}

const kept = new WeakMap<Project, Kept>();

function versionOf(project: Project): string {
  const row = project.catalogue.database.one<{ version: string }>(
    "SELECT count(*) || ' ' || coalesce(max(id), 0) || ' ' || coalesce(sum(available), 0) AS version FROM image",
  );
  return row?.version ?? '';
}

function readImages(project: Project): QueueImage[] {
  // One text instead of a row for each image: ten times as fast for a large archive.
  const row = project.catalogue.database.one<{ images: string }>(
    `SELECT json_group_array(json_array(image.id, image.series_id, study.patient_id)) AS images
     FROM image JOIN series ON series.id = image.series_id JOIN study ON study.id = series.study_id
     WHERE image.available = 1`,
  );
  const rows: [number, number, number][] = JSON.parse(row?.images ?? '[]');
  return rows.map(([imageId, seriesId, patientId]) => ({ imageId, seriesId, patientId }));
}

function orderOf(project: Project, task: Task): ImageIds {
  const version = versionOf(project);
  let entry = kept.get(project);
  if (entry?.version !== version) {
    entry = { version, orders: new Map() };
    kept.set(project, entry);
  }
  const known = entry.orders.get(task.id);
  if (known !== undefined) return known;
  const order = spreadOrder(readImages(project), task.id);
  entry.orders.set(task.id, order);
  return order;
}

/** The ids that a query selects as `id`, for one task. */
function idsOf(project: Project, sql: string, values: (string | number)[]): Set<number> {
  const row = project.catalogue.database.one<{ ids: string }>(
    `SELECT json_group_array(id) AS ids FROM (${sql})`,
    values,
  );
  return new Set(JSON.parse(row?.ids ?? '[]') as number[]);
}

const OWN_LABEL = 'SELECT image_id AS id FROM image_label WHERE task_id = ?1 AND class_id IS NOT NULL';
const SERIES_LABEL = `SELECT image.id FROM series_label JOIN image USING (series_id)
  WHERE task_id = ?1 AND class_id IS NOT NULL`;
const MARKED = 'SELECT image_id AS id FROM image_mark WHERE task_id = ?1 AND mark IS NOT NULL';

/**
 * The images that come up for labelling under a filter, in the task's own order (`spreadOrder`, seeded by the task's
 * number). 50,000 images take some tens of milliseconds.
 *
 * @returns ids of the images.
 * @throws PretextError `not-found` (task or class).
 */
export function labelQueue(project: Project, taskName: string, filter: QueueFilter): ImageIds {
  const task = getTask(project, taskName);
  const order = orderOf(project, task);
  switch (filter.kind) {
    case 'all':
      return order;
    case 'unlabelled': {
      const done = idsOf(project, `${OWN_LABEL} UNION ${SERIES_LABEL} UNION ${MARKED}`, [task.id]);
      return order.filter((id) => !done.has(id));
    }
    case 'unsure':
    case 'skipped': {
      const wanted = idsOf(project, `${MARKED} AND mark = ?2`, [task.id, filter.kind]);
      return order.filter((id) => wanted.has(id));
    }
    case 'class': {
      const wanted = idsOf(
        project,
        `${OWN_LABEL} AND class_id = ?2
         UNION ALL ${SERIES_LABEL} AND class_id = ?2 AND image.id NOT IN (${OWN_LABEL})`,
        [task.id, getClass(task, filter.name).id],
      );
      return order.filter((id) => wanted.has(id));
    }
  }
}
