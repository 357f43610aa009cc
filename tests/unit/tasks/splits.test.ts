/** @file Splits never part a patient, keep proportions, and refuse published splits that leak. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  leakingPatients,
  officialSplit,
  SPLITS,
  type SplitImage,
  splitByPatient,
  splitOfName,
} from '../../../src-main/tasks/splits.js';

const shares = { train: 0.7, val: 0.15, test: 0.15 };

const cohort = fc
  .array(fc.tuple(fc.nat(30), fc.option(fc.nat(2), { nil: null })), { minLength: 1, maxLength: 120 })
  .map((rows) => rows.map(([patientId, classIndex], imageId): SplitImage => ({ imageId, patientId, classIndex })));

const anyShares = fc.tuple(fc.integer({ min: 1, max: 10 }), fc.nat(10), fc.nat(10)).map(([train, val, test]) => ({
  train: train / (train + val + test),
  val: val / (train + val + test),
  test: test / (train + val + test),
}));

/** `patients` patients of one class with two images each. */
function patientsOf(classIndex: number | null, patients: number, first: number): SplitImage[] {
  return Array.from({ length: patients * 2 }, (_, i) => ({
    imageId: first * 2 + i,
    patientId: first + Math.floor(i / 2),
    classIndex,
  }));
}

describe('split by patient', () => {
  it('places every image, and all images of a patient together', () => {
    fc.assert(
      fc.property(cohort, anyShares, fc.nat(), (images, fractions, seed) => {
        const result = splitByPatient(images, fractions, seed);
        expect(result.ofImage.size).toBe(images.length);
        const placed = images.map(({ imageId, patientId }) => ({
          patientId,
          split: result.ofImage.get(imageId) ?? null,
        }));
        expect(placed.every(({ split }) => split !== null)).toBe(true);
        expect(leakingPatients(placed)).toEqual([]);
        for (const split of SPLITS) {
          if (fractions[split] === 0) expect(result.patients[split]).toBe(0);
          expect(placed.filter((image) => image.split === split).length).toBe(result.images[split]);
        }
      }),
    );
  });

  it('is a function of the seed, not of the order of images', () => {
    fc.assert(
      fc.property(cohort, fc.nat(), (images, seed) => {
        const byId = (result: Map<number, string>) => [...result].sort(([a], [b]) => a - b);
        const forwards = splitByPatient(images, shares, seed).ofImage;
        expect(byId(splitByPatient([...images].reverse(), shares, seed).ofImage)).toEqual(byId(forwards));
      }),
    );
    const images = patientsOf(0, 50, 0);
    expect(splitByPatient(images, shares, 1).ofImage).not.toEqual(splitByPatient(images, shares, 2).ofImage);
  });

  it('keeps the proportions in each class and over all', () => {
    const images = [...patientsOf(0, 100, 0), ...patientsOf(1, 20, 100), ...patientsOf(null, 40, 120)];
    const { ofPatient, patients } = splitByPatient(images, shares, 5);
    expect(patients).toEqual({ train: 112, val: 24, test: 24 });
    const count = (from: number, until: number) =>
      SPLITS.map((split) => [...ofPatient].filter(([id, s]) => id >= from && id < until && s === split).length);
    expect(count(0, 100)).toEqual([70, 15, 15]);
    expect(count(100, 120)).toEqual([14, 3, 3]);
    expect(count(120, 160)).toEqual([28, 6, 6]);
  });

  it('stays within one patient a class of the shares, and puts a class of three into every split', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 40 }), fc.integer({ min: 3, max: 40 }), fc.nat(), (few, many, seed) => {
        const images = [...patientsOf(0, few, 0), ...patientsOf(1, many, few)];
        const { ofPatient } = splitByPatient(images, shares, seed);
        for (const [from, size] of [
          [0, few],
          [few, many],
        ]) {
          for (const split of SPLITS) {
            const got = [...ofPatient].filter(([id, s]) => id >= from && id < from + size && s === split).length;
            expect(got).toBeGreaterThanOrEqual(1);
            expect(Math.abs(got - shares[split] * size)).toBeLessThan(2);
          }
        }
      }),
    );
  });

  it('counts a patient with several findings for the rarest', () => {
    const images = [
      ...patientsOf(0, 60, 0),
      ...patientsOf(1, 3, 0).map((image) => ({ ...image, imageId: image.imageId + 1000 })),
    ];
    const { ofPatient } = splitByPatient(images, shares, 3);
    expect(new Set([0, 1, 2].map((patient) => ofPatient.get(patient)))).toEqual(new Set(SPLITS));
  });

  it('refuses shares that are none', () => {
    expect(() => splitByPatient([], { train: 0.7, val: 0.2, test: 0.2 }, 1)).toThrow(/do not add up to 1/);
    expect(() => splitByPatient([], { train: 1.5, val: -0.5, test: 0 }, 1)).toThrow(/do not add up to 1/);
    expect(() => splitByPatient([], { train: Number.NaN, val: 0, test: 1 }, 1)).toThrow(/do not add up to 1/);
  });
});

describe('published split', () => {
  const images = [...patientsOf(0, 20, 0), ...patientsOf(1, 20, 20)].map((image) => ({
    ...image,
    split: image.patientId % 4 === 0 ? ('test' as const) : ('train' as const),
  }));

  it('keeps test images and takes validation patients from training', () => {
    const { ofImage, patients } = officialSplit(images, 0.2, 1);
    expect(patients).toEqual({ train: 24, val: 6, test: 10 });
    for (const image of images) expect(ofImage.get(image.imageId) === 'test').toBe(image.split === 'test');
    expect(leakingPatients(images.map((image) => ({ ...image, split: ofImage.get(image.imageId) ?? null })))).toEqual(
      [],
    );
  });

  it('keeps published validation images', () => {
    const given = images.map((image) => ({ ...image, split: image.patientId === 1 ? ('val' as const) : image.split }));
    expect(officialSplit(given, 0.2, 1).patients).toEqual({ train: 29, val: 1, test: 10 });
    expect(officialSplit(images, 0, 1).patients.val).toBe(0);
  });

  it('leaves out images of patients without a split', () => {
    const given = images.map((image) => ({ ...image, split: image.patientId === 2 ? null : image.split }));
    expect(officialSplit(given, 0, 1).ofImage.size).toBe(images.length - 2);
  });

  it('refuses a patient in two parts', () => {
    const leaking = images.map((image, i) => ({ ...image, split: i === 0 ? ('train' as const) : image.split }));
    expect(leakingPatients(leaking)).toEqual([0]);
    expect(() => officialSplit(leaking, 0.2, 1)).toThrow(/1 patient into more than one part/);
  });

  it('knows the usual names', () => {
    expect(['Train', 'VALID', ' test ', 'dev', 'fold1'].map(splitOfName)).toEqual([
      'train',
      'val',
      'test',
      'val',
      null,
    ]);
  });
});
