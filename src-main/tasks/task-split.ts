/** @file The split of a task's labelled images that fine-tuning uses: given or drawn, and whether labels suffice. */

import { type OfficialSplitImage, officialSplit, type Split, type SplitResult, splitByPatient } from './splits.js';

/** Shares of the patients where the labels came without a split. */
const SHARES: Record<Split, number> = { train: 0.7, val: 0, test: 0.3 };
/** Share of the training patients that become validation patients where none were given. */
const VALIDATION_SHARE = 0.15;
const SEED = 0;

/**
 * Validation patients of each class below which they choose no threshold. Measured on simulated probes at AUC 0.6 to
 * 0.95: with fewer, the best Youden index of the validation patients gives a worse threshold than no validation at all.
 */
export const MIN_VALIDATION_PATIENTS = 40;

export interface TaskSplit extends SplitResult {
  /** Whether the labels came with the split. */
  origin: 'official' | 'automatic';
  /** Where the validation patients come from: given with the labels, set aside from training, or there are none. */
  validation: 'official' | 'carved' | 'none';
}

/** Patients of each class among the images of one part, [classes]; a patient of two classes counts in both. */
export function patientsByClass(
  images: readonly { imageId: number; patientId: number; classIndex: number | null }[],
  ofImage: ReadonlyMap<number, Split>,
  part: Split,
  classes: number,
): number[] {
  const patients = Array.from({ length: classes }, () => new Set<number>());
  for (const { imageId, patientId, classIndex } of images) {
    if (classIndex !== null && ofImage.get(imageId) === part) patients[classIndex]?.add(patientId);
  }
  return patients.map(({ size }) => size);
}

/** Whether there are enough validation patients of both classes to choose a threshold by. */
export function canChooseThreshold(patients: readonly number[]): boolean {
  return patients.length === 2 && patients.every((count) => count >= MIN_VALIDATION_PATIENTS);
}

/**
 * Splits a task's labelled images by patient. A split that came with the labels is kept; else 30% of the patients are
 * for testing. Test patients never depend on whether validation patients are set aside: these come out of the training
 * patients, for tasks of two classes only (validation serves nothing but their threshold), and only where
 * {@link MIN_VALIDATION_PATIENTS} of each class can be spared. A function of the images alone.
 *
 * @throws PretextError `bad-argument` where a given split has a patient in two parts.
 */
export function taskSplit(images: readonly OfficialSplitImage[], classes: number): TaskSplit {
  const origin = images.some(({ split }) => split !== null) ? 'official' : 'automatic';
  const parts = images.map((image) => ({ ...image, split: image.split }));
  if (origin === 'automatic') {
    const drawn = splitByPatient(images, SHARES, SEED).ofImage;
    for (const image of parts) image.split = drawn.get(image.imageId) ?? null;
  }
  const plain = officialSplit(parts, 0, SEED);
  if (plain.patients.val > 0) return { ...plain, origin, validation: 'official' };
  if (classes === 2) {
    const carved = officialSplit(parts, VALIDATION_SHARE, SEED);
    if (canChooseThreshold(patientsByClass(images, carved.ofImage, 'val', classes))) {
      return { ...carved, origin, validation: 'carved' };
    }
  }
  return { ...plain, origin, validation: 'none' };
}

/** Why labels do not suffice, and what to do about it. */
export interface LabelProblem {
  message: string;
  remedy: string;
}

/**
 * What keeps a classifier from being trained and measured on these labels, or null.
 *
 * @param ofImage part of each image; images without one are left out
 */
export function labelProblem(
  images: readonly { imageId: number; classIndex: number }[],
  ofImage: ReadonlyMap<number, Split>,
  classNames: readonly string[],
): LabelProblem | null {
  const present = (part: Split) =>
    new Set(images.filter(({ imageId }) => ofImage.get(imageId) === part).map(({ classIndex }) => classIndex));
  const labelled = new Set(images.map(({ classIndex }) => classIndex));
  const remedy = 'Label images of at least two classes, of several patients each.';
  if (labelled.size === 0) return { message: 'No image of this task has a label yet.', remedy };
  if (labelled.size === 1) {
    const [only] = labelled;
    return {
      message: `All labels are of one class, ${classNames[only as number]}: there is nothing to tell apart.`,
      remedy,
    };
  }
  const training = present('train');
  const testing = present('test');
  if (testing.size === 0) return { message: 'No labelled patient is left for testing.', remedy };
  if (training.size < 2) {
    const count = training.size === 0 ? 'no' : 'only one';
    return { message: `The labels of the training patients are of ${count} class.`, remedy };
  }
  if (testing.size < 2) {
    const [only] = testing;
    return {
      message: `All test patients are of one class, ${classNames[only as number]}: no result could be measured on them.`,
      remedy: 'Label images of more patients of the other classes.',
    };
  }
  return null;
}
