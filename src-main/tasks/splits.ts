/** @file Splits into training, validation and test images, by patient: no patient is ever in two. */

import { PretextError } from '../base/errors.js';
import { Purpose, Random } from '../base/random.js';

export type Split = 'train' | 'val' | 'test';
export const SPLITS: readonly Split[] = ['train', 'val', 'test'];

export interface SplitImage {
  imageId: number;
  patientId: number;
  /** Null where the image has no label. */
  classIndex: number | null;
}

/** Shares of the patients; they must add up to 1. */
export type SplitFractions = Record<Split, number>;

export interface SplitResult {
  /** Split of each image by its id. */
  ofImage: Map<number, Split>;
  ofPatient: Map<number, Split>;
  images: Record<Split, number>;
  patients: Record<Split, number>;
}

/**
 * Splits patients at random, each class of patients in the same proportions. A patient whose images are of several
 * classes counts for the rarest of them, so that rare findings are spread; patients without labels form a class of
 * their own. A class of three or more patients is in every split that is asked for. Independent of the images' order.
 *
 * @throws PretextError `bad-argument` where the fractions are no shares of 1.
 */
export function splitByPatient(images: readonly SplitImage[], fractions: SplitFractions, seed: number): SplitResult {
  checkFractions(fractions);
  const ofPatient = new Map<number, Split>();
  // What each split got less than its share in the classes before, in patients.
  const owed: Record<Split, number> = { train: 0, val: 0, test: 0 };
  for (const [stratum, patients] of strataOf(images)) {
    const random = new Random(seed, Purpose.split, stratum + 1);
    random.shuffle(patients);
    const counts = allot(patients.length, fractions, owed);
    let next = 0;
    for (const split of SPLITS) {
      owed[split] += fractions[split] * patients.length - counts[split];
      for (let i = 0; i < counts[split]; i++) ofPatient.set(patients[next++], split);
    }
  }
  return collect(images, ofPatient);
}

function checkFractions(fractions: SplitFractions): void {
  const shares = SPLITS.map((split) => fractions[split]);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (shares.some((share) => !(share >= 0)) || Math.abs(sum - 1) > 1e-6) {
    throw new PretextError({
      code: 'bad-argument',
      message: `The shares ${shares.join(', ')} of training, validation and test do not add up to 1.`,
      remedy: 'Give three shares of 0 or more that add up to 1, such as 0.7, 0.15 and 0.15.',
    });
  }
}

/** Patients by the rarest class among their images (-1: no label), rare classes first, patients sorted. */
function strataOf(images: readonly SplitImage[]): [number, number[]][] {
  const patientsOfClass = new Map<number, Set<number>>();
  const everyone = new Set<number>();
  for (const { patientId, classIndex } of images) {
    everyone.add(patientId);
    if (classIndex === null) continue;
    const known = patientsOfClass.get(classIndex) ?? new Set();
    patientsOfClass.set(classIndex, known.add(patientId));
  }
  const byRarity = [...patientsOfClass].sort(([a, left], [b, right]) => left.size - right.size || a - b);
  const strata = [...byRarity, [-1, everyone] as const].map(([stratum, members]): [number, number[]] => {
    const free = [...members].filter((patient) => everyone.delete(patient));
    return [stratum, free.sort((a, b) => a - b)];
  });
  return strata.filter(([, patients]) => patients.length > 0);
}

/** Whole patients for each split: largest remainders, the splits that are owed most first among near equals. */
function allot(total: number, fractions: SplitFractions, owed: Record<Split, number>): Record<Split, number> {
  const wanted = SPLITS.filter((split) => fractions[split] > 0);
  const counts: Record<Split, number> = { train: 0, val: 0, test: 0 };
  for (const split of wanted) counts[split] = Math.floor(fractions[split] * total + 1e-9);
  const claim = (split: Split): number => fractions[split] * total - counts[split] + owed[split];
  for (let left = total - wanted.reduce((sum, split) => sum + counts[split], 0); left > 0; left--) {
    const neediest = wanted.reduce((best, split) => (claim(split) > claim(best) ? split : best));
    counts[neediest]++;
  }
  if (total < wanted.length) return counts;
  for (const split of wanted.filter((name) => counts[name] === 0)) {
    const largest = wanted.reduce((best, name) => (counts[name] > counts[best] ? name : best));
    counts[largest]--;
    counts[split]++;
  }
  return counts;
}

function collect(images: readonly SplitImage[], ofPatient: Map<number, Split>): SplitResult {
  const ofImage = new Map<number, Split>();
  const imageCounts: Record<Split, number> = { train: 0, val: 0, test: 0 };
  const patientCounts: Record<Split, number> = { train: 0, val: 0, test: 0 };
  for (const { imageId, patientId } of images) {
    const split = ofPatient.get(patientId);
    if (split === undefined) continue;
    ofImage.set(imageId, split);
    imageCounts[split]++;
  }
  for (const split of ofPatient.values()) patientCounts[split]++;
  return { ofImage, ofPatient, images: imageCounts, patients: patientCounts };
}

const SPLIT_NAMES: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'val'],
  ['valid', 'val'],
  ['validation', 'val'],
  ['dev', 'val'],
  ['test', 'test'],
  ['testing', 'test'],
]);

/** The split that a name in a table stands for, or null. */
export function splitOfName(name: string): Split | null {
  return SPLIT_NAMES.get(name.trim().toLowerCase()) ?? null;
}

/** Patients whose images lie in more than one split, sorted. */
export function leakingPatients(images: Iterable<{ patientId: number; split: Split | null }>): number[] {
  const seen = new Map<number, Split>();
  const leaking = new Set<number>();
  for (const { patientId, split } of images) {
    if (split === null) continue;
    const known = seen.get(patientId) ?? split;
    if (known !== split) leaking.add(patientId);
    seen.set(patientId, known);
  }
  return [...leaking].sort((a, b) => a - b);
}

export interface OfficialSplitImage extends SplitImage {
  /** As published; null leaves the image out, unless its patient has a split. */
  split: Split | null;
}

/**
 * Takes over a published split. Where it names no validation images, that share of the training patients becomes
 * validation, by {@link splitByPatient}; test images are never touched.
 *
 * @throws PretextError `bad-argument` where a patient is in two splits: figures from such a split would flatter.
 */
export function officialSplit(
  images: readonly OfficialSplitImage[],
  validationShare: number,
  seed: number,
): SplitResult {
  const leaking = leakingPatients(images);
  if (leaking.length > 0) {
    throw new PretextError({
      code: 'bad-argument',
      message: `The given split puts ${leaking.length} ${leaking.length === 1 ? 'patient' : 'patients'} into more than one part.`,
      remedy: 'Correct the split column so that all images of a patient are in one part, or leave it out.',
    });
  }
  const ofPatient = new Map<number, Split>();
  for (const { patientId, split } of images) if (split !== null) ofPatient.set(patientId, split);
  if (validationShare > 0 && ![...ofPatient.values()].includes('val')) {
    const training = images.filter((image) => ofPatient.get(image.patientId) === 'train');
    const shares = { train: 1 - validationShare, val: validationShare, test: 0 };
    for (const [patient, split] of splitByPatient(training, shares, seed).ofPatient) ofPatient.set(patient, split);
  }
  return collect(images, ofPatient);
}
