/** @file Answers calls about features of images and their maps. */

import { availableParallelism } from 'node:os';
import { PretextError } from '../base/errors.js';
import type { Project } from '../catalogue/project.js';
import { labelledImages } from '../catalogue/queries.js';
import type { EmbeddingMap, EncoderInfo, embeddingCalls, MapLayout } from '../contract/embeddings.js';
import { embeddingPaths, listEmbeddings, readMap } from '../training/embedding-store.js';
import { hasEncoder } from '../training/encoder.js';
import { listRuns, readRun } from '../training/run-store.js';
import type { Handlers } from './handlers.js';
import type { Workbench } from './workbench.js';

/** Of the map's layout: the same images lie in the same places when it is computed again. */
const SEED = 0;

function listEncoders(project: Project): EncoderInfo[] {
  const cards = new Map(listEmbeddings(project).map((card) => [card.run, card]));
  const { database } = project.catalogue;
  const available = database.one<{ count: number }>('SELECT count(*) AS count FROM image WHERE available = 1');
  return listRuns(project)
    .reverse()
    .filter((run) => hasEncoder(project, run))
    .map((run) => {
      const { method, created } = readRun(project, run);
      const card = cards.get(run);
      if (card === undefined) return { run, method, created, embedding: null };
      const missing = Math.max(0, (available?.count ?? 0) - card.images - card.skipped);
      return {
        run,
        method,
        created,
        embedding: { created: card.created, images: card.images, missing, layouts: card.maps },
      };
    });
}

/** @throws PretextError `not-found` where the map has not been drawn, `bad-file`. */
function mapOf(project: Project, run: string, layout: MapLayout, task: string | null): EmbeddingMap {
  const known = listEmbeddings(project).some((card) => card.run === run);
  const map = known ? readMap(embeddingPaths(project, run).tensors, layout) : null;
  if (map === null) {
    throw new PretextError({
      code: 'not-found',
      message: `There is no map of run ${run} yet.`,
      remedy: 'Compute it first.',
    });
  }
  const { coordinates, imageIds, frames, modality, modalities } = map;
  const classes = new Int32Array(imageIds.length).fill(-1);
  if (task !== null) {
    const byImage = new Map(labelledImages(project, task).map(({ imageId, classIndex }) => [imageId, classIndex]));
    for (let row = 0; row < classes.length; row++) classes[row] = byImage.get(imageIds[row]) ?? -1;
  }
  return { coordinates, imageIds, frames, classes, modality, modalities };
}

interface Caption {
  patient: string;
  modality: string | null;
  series: string | null;
}

export function answerEmbeddings(workbench: Workbench): Handlers<keyof typeof embeddingCalls> {
  return {
    'embeddings:list': () => listEncoders(workbench.project),
    'embeddings:start': ({ run }) => {
      const { project } = workbench;
      readRun(project, run);
      const { folder } = project;
      return workbench.jobs.start({
        kind: 'embed',
        subject: run,
        folder,
        run,
        work: 'embed',
        request: { project: folder, options: { run, seed: SEED, device: 'cpu', threads: availableParallelism() } },
        outcome: ({ images, added, skipped }) => ({ figures: { images, added, skipped } }),
        onEnd: () => workbench.changed('embeddings'),
      });
    },
    'embeddings:map': ({ run, layout, task }) => mapOf(workbench.project, run, layout, task),
    'embeddings:caption': ({ imageId }) => {
      const found = workbench.project.catalogue.database.one<Caption>(
        `SELECT patient.pseudonym AS patient, series.modality, series.description AS series
         FROM image JOIN series ON series.id = image.series_id JOIN study ON study.id = series.study_id
         JOIN patient ON patient.id = study.patient_id WHERE image.id = ?`,
        [imageId],
      );
      if (found === undefined) {
        throw new PretextError({ code: 'not-found', message: 'This image is not in the project any more.' });
      }
      return { patient: found.patient, modality: found.modality ?? '', series: found.series ?? '' };
    },
  };
}
