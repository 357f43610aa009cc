/**
 * @file How far an image lies from those a model learnt from, against how far the model's test images do: a hint that
 * its probability means little (nearest neighbours of features: Sun et al. 2022, ICML; p-values: Vovk et al. 2005).
 */

import type { JobControl } from '../base/jobs.js';
import type { Project } from '../catalogue/project.js';
import { type CachedSample, ensurePixelCache } from '../pixels/cache.js';
import { readEvaluationImages } from '../pixels/evaluation.js';
import { type Standardisation, standardisationOf, standardise } from '../tasks/standardise.js';
import type { Classifier, InferenceOutput } from './inference.js';
import { type ModelCard, readPredictions } from './model-store.js';
import { readTrainingImages } from './training-images.js';

/** Distance to this neighbour counts: one odd training image must not make everything like it familiar. */
const NEIGHBOUR = 5;
/** With fewer training images there is no neighbourhood. */
const LEAST_TRAINING = 20;
/** An image is called unfamiliar where at most this share of the test patients have one that lies as far out. */
export const UNFAMILIAR = 0.05;
/** With fewer test patients no share can be that small. */
const LEAST_PATIENTS = Math.ceil(1 / UNFAMILIAR) - 1;

/** Distances to the k-th nearest of some reference rows. */
class Neighbours {
  private readonly standardisation: Standardisation;
  private readonly rows: Float64Array;

  /** @param features [rows, width] */
  constructor(
    features: Float64Array,
    private readonly width: number,
  ) {
    this.standardisation = standardisationOf(features, width);
    this.rows = standardise(features, this.standardisation);
  }

  /** Euclidean distance, in standard deviations of the reference. @param row [width] */
  distance(row: Float64Array): number {
    const query = standardise(row, this.standardisation);
    const nearest = new Float64Array(NEIGHBOUR).fill(Number.POSITIVE_INFINITY);
    for (let start = 0; start < this.rows.length; start += this.width) {
      let sum = 0;
      for (let i = 0; i < this.width; i++) sum += (this.rows[start + i] - query[i]) ** 2;
      for (let place = 0; place < NEIGHBOUR; place++) {
        if (sum >= nearest[place]) continue;
        nearest.copyWithin(place + 1, place, NEIGHBOUR - 1);
        nearest[place] = sum;
        break;
      }
    }
    return Math.sqrt(nearest[NEIGHBOUR - 1]);
  }
}

export class Familiarity {
  private readonly neighbours: Neighbours;
  /** Distance of each test patient's farthest image, ascending. */
  private readonly distances: Float64Array;

  /**
   * @param training features of the images that the model learnt from, [images, width]
   * @param test features of images of the same kind that it did not learn from, [images, width]
   * @param patients patient of each test image, [images]
   */
  constructor(training: Float64Array, test: Float64Array, patients: readonly number[], width: number) {
    this.neighbours = new Neighbours(training, width);
    const farthest = new Map<number, number>();
    for (const [row, patient] of patients.entries()) {
      const distance = this.neighbours.distance(test.subarray(row * width, (row + 1) * width));
      farthest.set(patient, Math.max(distance, farthest.get(patient) ?? 0));
    }
    this.distances = Float64Array.from(farthest.values()).sort();
  }

  /**
   * Share of the test patients who have an image as far from the training images as this one or farther, this one
   * counted in. Images of one patient are alike, so patients are compared: of new patients like the test patients, the
   * share `UNFAMILIAR` at most have any image whose value is that small. @param features [width]
   */
  of(features: Float64Array): number {
    const distance = this.neighbours.distance(features);
    // Binary search for the first test patient who is as far or farther.
    let low = 0;
    let high = this.distances.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.distances[middle] < distance) low = middle + 1;
      else high = middle;
    }
    return (1 + this.distances.length - low) / (1 + this.distances.length);
  }

  /**
   * Reads the model's own images. Null where it has too few of them, or does not say which they were.
   *
   * @throws PretextError as `ensurePixelCache`.
   */
  static async of(
    project: Project,
    model: ModelCard,
    classifier: Classifier,
    control: JobControl,
  ): Promise<Familiarity | null> {
    const training = readTrainingImages(project, model.id)?.imageIds ?? [];
    const test = readPredictions(project, model.id);
    const { width, imageSize } = model.vit;
    const featuresOf = async (imageIds: number[]) => {
      const cache = await ensurePixelCache(project, model.cacheSide, control, { imageIds }, model.normalisation);
      const slots = cache.samples.map(({ slot }) => slot);
      const pixels = readEvaluationImages(cache, slots, imageSize);
      const output = await classifier.run(pixels, control, "Looking at the model's own images");
      return meanByImage(output, 'features', cache.samples, width);
    };
    if (training.length < LEAST_TRAINING || new Set(test.patientIds).size < LEAST_PATIENTS) return null;
    const [known, unseen] = [await featuresOf(training), await featuresOf(test.imageIds)];
    const patientOf = new Map(test.imageIds.map((imageId, index) => [imageId, test.patientIds[index]]));
    const patients = unseen.imageIds.map((imageId) => patientOf.get(imageId) ?? 0);
    // Files may have gone since the model was made.
    if (known.imageIds.length < LEAST_TRAINING || new Set(patients).size < LEAST_PATIENTS) return null;
    return new Familiarity(known.values, unseen.values, patients, width);
  }
}

/**
 * Means over the frames of each image.
 *
 * @param samples frames in the order of the output's rows, those of an image one after the other
 * @returns ids of the images, and the means [images, width]
 */
export function meanByImage(
  output: InferenceOutput,
  what: keyof InferenceOutput,
  samples: readonly CachedSample[],
  width: number,
): { imageIds: number[]; values: Float64Array } {
  const rows = output[what];
  const frames = new Map<number, number>();
  for (const { imageId } of samples) frames.set(imageId, (frames.get(imageId) ?? 0) + 1);
  const imageIds = [...frames.keys()];
  const rowOf = new Map(imageIds.map((imageId, row) => [imageId, row]));
  const values = new Float64Array(imageIds.length * width);
  for (const [index, { imageId }] of samples.entries()) {
    const start = (rowOf.get(imageId) ?? 0) * width;
    const share = frames.get(imageId) ?? 1;
    for (let i = 0; i < width; i++) values[start + i] += rows[index * width + i] / share;
  }
  return { imageIds, values };
}
