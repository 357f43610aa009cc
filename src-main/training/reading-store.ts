/**
 * @file Where readings of new studies lie in a project, `readings/<id>/`: what was asked and how far it is
 * (reading.json), the probabilities (predictions.safetensors), the files that could not be read (skipped.json).
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { fileError, PretextError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import type { Project } from '../catalogue/project.js';
import { readModelCard } from './model-store.js';
import { newId } from './run-store.js';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const readingCard = v.object({
  formatVersion: v.literal(1),
  id: v.string(),
  /** ISO 8601, UTC. */
  created: v.string(),
  ended: v.nullable(v.string()),
  /** `unfinished`: it runs, or was stopped and goes on where it was. */
  state: v.picklist(['unfinished', 'done']),
  model: v.string(),
  task: v.string(),
  classes: v.array(v.string()),
  /** Two classes: probability of the second from which it is named; null: the more probable class. */
  threshold: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  /** Folders and files that were given. */
  paths: v.array(v.string()),
  /** Images found, and of these the ones that were read so far. */
  found: count,
  images: count,
  series: count,
  patients: count,
  /** Patients that the model knew before: from its training or its test set. */
  knownPatients: count,
  skipped: count,
});

/** Everything about a reading but its probabilities. */
export type ReadingCard = v.InferOutput<typeof readingCard>;

const skippedFiles = v.array(v.object({ path: v.string(), reason: v.string() }));
export type SkippedFiles = v.InferOutput<typeof skippedFiles>;

export interface ReadingPaths {
  folder: string;
  card: string;
  predictions: string;
  skipped: string;
  reviews: string;
}

export function readingPaths(project: Project, id: string): ReadingPaths {
  const folder = join(project.readingsFolder, id);
  return {
    folder,
    card: join(folder, 'reading.json'),
    predictions: join(folder, 'predictions.safetensors'),
    skipped: join(folder, 'skipped.json'),
    reviews: join(folder, 'reviews.jsonl'),
  };
}

/**
 * Makes a reading that nothing was read for yet; classes are named at the model's operating point as it is now.
 *
 * @throws PretextError `not-found` (model), `disk-full`.
 */
export function createReading(project: Project, options: { paths: string[]; model: string }): ReadingCard {
  const model = readModelCard(project, options.model);
  const card: ReadingCard = {
    formatVersion: 1,
    id: newId('reading'),
    created: new Date().toISOString(),
    ended: null,
    state: 'unfinished',
    model: model.id,
    task: model.task,
    classes: model.classes,
    threshold: model.classes.length === 2 ? (model.threshold ?? null) : null,
    paths: options.paths,
    found: 0,
    images: 0,
    series: 0,
    patients: 0,
    knownPatients: 0,
    skipped: 0,
  };
  const { folder } = readingPaths(project, card.id);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw fileError(error, folder);
  }
  writeReading(project, card);
  return card;
}

export function writeReading(project: Project, card: ReadingCard): void {
  writeFileAtomic(readingPaths(project, card.id).card, [`${JSON.stringify(card, null, 2)}\n`]);
}

/** Removes a reading that came to nothing. @throws PretextError `bad-argument` where it has probabilities. */
export function removeEmptyReading(project: Project, id: string): void {
  const { folder, predictions } = readingPaths(project, id);
  if (existsSync(predictions)) {
    throw new PretextError({ code: 'bad-argument', message: `The reading ${id} is not empty.`, path: folder });
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Readings of the project, newest first. One whose reading.json is damaged is left out. */
export function listReadings(project: Project): ReadingCard[] {
  const cards = readdirSync(project.readingsFolder)
    .filter((id) => existsSync(readingPaths(project, id).card))
    .flatMap((id) => {
      try {
        return [readReading(project, id)];
      } catch {
        return [];
      }
    });
  return cards.sort((a, b) => b.created.localeCompare(a.created) || b.id.localeCompare(a.id));
}

/** @throws PretextError `not-found`; `bad-file` where reading.json is damaged or of a newer Pretext. */
export function readReading(project: Project, id: string): ReadingCard {
  const { card } = readingPaths(project, id);
  if (!/^[\w.-]+$/.test(id) || !existsSync(card)) {
    throw new PretextError({
      code: 'not-found',
      message: `There is no reading ${id} in this project.`,
      remedy: 'Read the studies again.',
    });
  }
  return parseFile(readingCard, card);
}

export function writeSkipped(project: Project, id: string, files: SkippedFiles): void {
  writeFileAtomic(readingPaths(project, id).skipped, [JSON.stringify(files)]);
}

/** Files that could not be read, with the reason for each; empty before the reading came that far. */
export function readSkipped(project: Project, id: string): SkippedFiles {
  const { skipped } = readingPaths(project, id);
  return existsSync(skipped) ? parseFile(skippedFiles, skipped) : [];
}

function parseFile<T extends v.GenericSchema>(schema: T, path: string): v.InferOutput<T> {
  try {
    return v.parse(schema, JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new PretextError({
      code: 'bad-file',
      message: 'This file of the reading cannot be read.',
      path,
      remedy: 'It was damaged or written by a newer Pretext; read the studies again.',
      cause: error,
    });
  }
}
