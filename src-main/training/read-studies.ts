/**
 * @file Reading new studies as a job: takes the files in, brings their pixels into the cache, and lets a fine-tuned
 * model give its probabilities for every image and series. Stopped or killed, it goes on where it was.
 */

import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import { type ImageFacts, imageFacts } from '../catalogue/image-facts.js';
import { importFolders } from '../catalogue/import.js';
import type { Project } from '../catalogue/project.js';
import type { Provider } from '../engine/runner.js';
import { type CachedSample, ensurePixelCache, type PixelCache } from '../pixels/cache.js';
import { readEvaluationImages } from '../pixels/evaluation.js';
import { Familiarity, meanByImage } from './familiarity.js';
import { Classifier } from './inference.js';
import { type ModelCard, readModelCard, readWeights } from './model-store.js';
import {
  KNOWN,
  type Known,
  predictionsOf,
  type ReadImage,
  readPredictionFile,
  writePredictions,
} from './reading-predictions.js';
import {
  type ReadingCard,
  readingPaths,
  readReading,
  type SkippedFiles,
  writeReading,
  writeSkipped,
} from './reading-store.js';
import { knownPatients } from './training-images.js';

export interface ReadStudiesOptions {
  /** Side of the pictures that are prepared for the window, one of the cache's; null: none. */
  pictures: number | null;
  device: Provider;
  threads: number;
}

export interface ReadStudiesResult {
  reading: string;
  images: number;
  series: number;
  patients: number;
  skipped: number;
  seconds: number;
}

/** Frames whose pixels are held at a time: memory does not grow with the folder. */
const CHUNK_FRAMES = 512;
/** What a crash may cost, in milliseconds of reading. */
const SAVE_MS = 5000;

/**
 * Carries out the reading `id`, or goes on with it.
 *
 * @throws PretextError `not-found` (reading, model), `bad-argument` or `unreadable` (the folder is empty or gone),
 *   `project-busy`, `disk-full`, `device`, `cancelled`: what was read until then is kept.
 */
export async function readStudies(
  project: Project,
  id: string,
  options: ReadStudiesOptions,
  control: JobControl,
): Promise<ReadStudiesResult> {
  const started = performance.now();
  const lock = project.lock(`reading:${id}`);
  try {
    const card = readReading(project, id);
    const model = readModelCard(project, card.model);
    const { found, cache, skipped } = await takeIn(project, card, model, options.pictures, control);
    writeSkipped(project, id, skipped);
    const progress = new ReadingProgress(project, { ...card, found: found.length, skipped: skipped.length }, found);
    await readAll(project, model, cache, progress, options, control);
    const { images, series, patients } = progress.finish();
    const seconds = (performance.now() - started) / 1000;
    return { reading: id, images, series, patients, skipped: skipped.length, seconds };
  } finally {
    lock.release();
  }
}

/** Imports what was given and decodes it. `found`: ids of the images, in the order of their files. */
async function takeIn(
  project: Project,
  card: ReadingCard,
  model: ModelCard,
  pictures: number | null,
  control: JobControl,
): Promise<{ found: number[]; cache: PixelCache; skipped: SkippedFiles }> {
  const ids = new Set<number>();
  const imported = await importFolders(project, card.paths, control, { onImage: (imageId) => ids.add(imageId) });
  const imageIds = [...ids];
  const cache = await ensurePixelCache(project, model.cacheSide, control, { imageIds }, model.normalisation);
  if (pictures !== null && pictures !== model.cacheSide)
    await ensurePixelCache(project, pictures, control, { imageIds });
  return { found: imageIds, cache: inOrder(cache, imageIds), skipped: [...imported.skipped, ...cache.skipped] };
}

/** The cache lists images by id; a reading keeps the order of the files. */
function inOrder(cache: PixelCache, imageIds: readonly number[]): PixelCache {
  const rank = new Map(imageIds.map((imageId, index) => [imageId, index]));
  const place = ({ imageId }: CachedSample) => rank.get(imageId) ?? 0;
  return { ...cache, samples: [...cache.samples].sort((a, b) => place(a) - place(b) || a.frame - b.frame) };
}

async function readAll(
  project: Project,
  model: ModelCard,
  cache: PixelCache,
  progress: ReadingProgress,
  options: ReadStudiesOptions,
  control: JobControl,
): Promise<void> {
  const pending = cache.samples.filter(({ imageId }) => !progress.has(imageId));
  if (pending.length === 0) return;
  const device = { provider: options.device, threads: options.threads };
  const classifier = await Classifier.create(model.vit, model.classes.length, readWeights(project, model.id), device);
  try {
    const familiarity = await Familiarity.of(project, model, classifier, control);
    const meter = new ProgressMeter(control, 'Reading studies', cache.samples.length);
    let done = cache.samples.length - pending.length;
    for (const chunk of chunksOf(pending)) {
      throwIfCancelled(control);
      const slots = chunk.map(({ slot }) => slot);
      const pixels = readEvaluationImages(cache, slots, model.vit.imageSize);
      const output = await classifier.run(pixels, { signal: control.signal, onProgress: () => undefined }, '');
      const { imageIds, values } = meanByImage(output, 'probabilities', chunk, model.classes.length);
      const features = meanByImage(output, 'features', chunk, model.vit.width).values;
      for (const [row, imageId] of imageIds.entries()) {
        const own = (rows: Float64Array, width: number) => rows.subarray(row * width, (row + 1) * width);
        const rarity = familiarity?.of(own(features, model.vit.width)) ?? Number.NaN;
        progress.add(imageId, own(values, model.classes.length), rarity);
      }
      progress.saveNowAndThen();
      done += chunk.length;
      meter.update(done);
    }
  } finally {
    await classifier.release();
    progress.save();
  }
}

/** Whole images, about `CHUNK_FRAMES` frames at a time. @param samples those of an image one after the other */
function* chunksOf(samples: readonly CachedSample[]): Generator<CachedSample[]> {
  let chunk: CachedSample[] = [];
  for (const sample of samples) {
    if (chunk.length >= CHUNK_FRAMES && chunk[chunk.length - 1].imageId !== sample.imageId) {
      yield chunk;
      chunk = [];
    }
    chunk.push(sample);
  }
  if (chunk.length > 0) yield chunk;
}

/** What was read so far, and its files. */
class ReadingProgress {
  private readonly images: ReadImage[];
  private readonly ids: Set<number>;
  private readonly patients: ReturnType<typeof knownPatients>;
  private readonly facts: Map<number, ImageFacts>;
  private savedAt = Date.now();
  private unsaved = 0;

  constructor(
    private readonly project: Project,
    private card: ReadingCard,
    imageIds: readonly number[],
  ) {
    this.patients = knownPatients(project, card.model);
    this.facts = imageFacts(project, imageIds);
    this.images = this.stored();
    this.ids = new Set(this.images.map(({ imageId }) => imageId));
    this.save();
  }

  has(imageId: number): boolean {
    return this.ids.has(imageId);
  }

  /** @param probabilities [classes] */
  add(imageId: number, probabilities: Float64Array, familiarity: number): void {
    const facts = this.facts.get(imageId);
    if (facts === undefined) return;
    this.images.push(this.rowOf(facts, Float64Array.from(probabilities), familiarity));
    this.ids.add(imageId);
    this.unsaved++;
  }

  saveNowAndThen(): void {
    if (Date.now() - this.savedAt >= SAVE_MS) this.save();
  }

  /** The probabilities first, then the card that counts them. */
  save(): void {
    const predictions = predictionsOf(this.images, this.card.classes.length);
    if (this.unsaved > 0) writePredictions(readingPaths(this.project, this.card.id).predictions, predictions);
    const patients = new Map(this.images.map(({ patientId, known }) => [patientId, known]));
    this.card = {
      ...this.card,
      images: this.images.length,
      series: predictions.series.seriesId.length,
      patients: patients.size,
      knownPatients: [...patients.values()].filter((known) => known !== 'no').length,
    };
    writeReading(this.project, this.card);
    this.unsaved = 0;
    this.savedAt = Date.now();
  }

  /** Marks the reading as whole. */
  finish(): ReadingCard {
    this.card = { ...this.card, state: 'done', ended: new Date().toISOString() };
    writeReading(this.project, this.card);
    return this.card;
  }

  /** What an earlier life of this reading has left. */
  private stored(): ReadImage[] {
    const before = readPredictionFile(readingPaths(this.project, this.card.id).predictions);
    if (before === null) return [];
    const { images, classes } = before;
    const facts = imageFacts(this.project, [...images.imageId]);
    return [...images.imageId].flatMap((imageId, row) => {
      const known = facts.get(imageId);
      if (known === undefined) return [];
      const probabilities = images.probabilities.subarray(row * classes, (row + 1) * classes);
      return [this.rowOf(known, probabilities, images.familiarity[row], KNOWN[images.known[row]])];
    });
  }

  private rowOf(facts: ImageFacts, probabilities: Float64Array, familiarity: number, known?: Known): ReadImage {
    const { imageId, patientId, pseudonym, studyDate, frames } = facts;
    return {
      imageId,
      seriesId: facts.seriesInstanceUID === null ? null : facts.seriesId,
      frames,
      patientId,
      pseudonym,
      date: studyDate,
      known: known ?? this.knownOf(patientId),
      familiarity,
      probabilities,
    };
  }

  private knownOf(patientId: number): Known {
    if (this.patients.training.has(patientId)) return 'training';
    return this.patients.test.has(patientId) ? 'test' : 'no';
  }
}
