/** @file The split that fine-tuning uses: no patient in two parts, test patients fixed, validation only where it pays. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OfficialSplitImage, Split } from '../../../src-main/tasks/splits.js';
import { leakingPatients, officialSplit, splitByPatient } from '../../../src-main/tasks/splits.js';
import {
  labelProblem,
  MIN_VALIDATION_PATIENTS,
  patientsByClass,
  taskSplit,
} from '../../../src-main/tasks/task-split.js';

interface Labelled extends OfficialSplitImage {
  classIndex: number;
}

/** `counts[class]` patients of each class with `each` images. */
function cohort(counts: readonly number[], each = 2): Labelled[] {
  const images: Labelled[] = [];
  let patientId = 0;
  for (const [classIndex, count] of counts.entries()) {
    for (let i = 0; i < count; i++, patientId++) {
      for (let k = 0; k < each; k++) images.push({ imageId: images.length, patientId, classIndex, split: null });
    }
  }
  return images;
}

const parts = fc.constantFrom<Split | null>('train', 'val', 'test', null);

/** Labels as they come: any patient with images of any classes, in any order; sometimes with a split by patient. */
const anyLabels = fc
  .record({
    rows: fc.array(fc.tuple(fc.nat(300), fc.nat(1)), { minLength: 1, maxLength: 900 }),
    given: fc.option(fc.array(parts, { minLength: 301, maxLength: 301 }), { nil: null }),
  })
  .map(({ rows, given }) =>
    rows.map(
      ([patientId, classIndex], imageId): Labelled => ({
        imageId,
        patientId,
        classIndex,
        split: given === null ? null : (given[patientId] ?? null),
      }),
    ),
  );

describe('split of a task', () => {
  it('never has a patient in two parts, and leaves no image out of an automatic split', () => {
    fc.assert(
      fc.property(anyLabels, (images) => {
        const split = taskSplit(images, 2);
        const placed = images.map(({ imageId, patientId }) => ({
          patientId,
          split: split.ofImage.get(imageId) ?? null,
        }));
        expect(leakingPatients(placed)).toEqual([]);
        if (split.origin === 'automatic') expect(split.ofImage.size).toBe(images.length);
        expect(split.validation === 'none').toBe(split.patients.val === 0);
        if (split.validation === 'carved') {
          const patients = patientsByClass(images, split.ofImage, 'val', 2);
          expect(Math.min(...patients)).toBeGreaterThanOrEqual(MIN_VALIDATION_PATIENTS);
        }
      }),
    );
  });

  it('has validation patients of many enough, and of no other part', () => {
    const sizes = fc.integer({ min: 300, max: 520 });
    fc.assert(
      fc.property(sizes, sizes, fc.array(fc.tuple(fc.nat(500), fc.nat(1)), { maxLength: 200 }), (left, right, more) => {
        const images = cohort([left, right]);
        // Further images of patients that there are, of either class: some patients now have both.
        for (const [patientId, classIndex] of more) {
          images.push({ imageId: images.length, patientId: patientId % (left + right), classIndex, split: null });
        }
        const { ofImage, ofPatient, patients } = taskSplit(images, 2);
        for (const image of images) expect(ofImage.get(image.imageId)).toBe(ofPatient.get(image.patientId));
        expect(patients.train + patients.val + patients.test).toBe(left + right);
        const perClass = patientsByClass(images, ofImage, 'val', 2);
        expect(patients.val === 0 || Math.min(...perClass) >= MIN_VALIDATION_PATIENTS).toBe(true);
        if (Math.min(left, right) > 450) expect(patients.val).toBeGreaterThan(0);
      }),
      { numRuns: 50 },
    );
  });

  it('does not depend on the order of the images', () => {
    fc.assert(
      fc.property(anyLabels, (images) => {
        const sorted = (ofImage: Map<number, Split>) => [...ofImage].sort(([a], [b]) => a - b);
        const backwards = taskSplit([...images].reverse(), 2);
        expect(sorted(backwards.ofImage)).toEqual(sorted(taskSplit(images, 2).ofImage));
      }),
    );
  });

  it('keeps the test patients whether or not validation patients are set aside', () => {
    const images = cohort([600, 450]);
    const split = taskSplit(images, 2);
    expect(split).toMatchObject({ origin: 'automatic', validation: 'carved' });
    const before = splitByPatient(images, { train: 0.7, val: 0, test: 0.3 }, 0);
    const tested = (ofImage: Map<number, Split>) => images.filter(({ imageId }) => ofImage.get(imageId) === 'test');
    expect(tested(split.ofImage)).toEqual(tested(before.ofImage));
    expect(split.patients.test).toBe(315);
    expect(split.patients.val).toBeCloseTo(0.15 * 735, -1);
  });

  it('sets validation patients aside only where enough of both classes can be spared', () => {
    // 0.7 * 0.15 of the patients: 40 of 381 are just enough.
    expect(taskSplit(cohort([500, 400]), 2).validation).toBe('carved');
    expect(taskSplit(cohort([500, 350]), 2).validation).toBe('none');
    expect(taskSplit(cohort([500, 400]), 2).images.train).toBeLessThan(taskSplit(cohort([500, 350]), 2).images.train);
    expect(taskSplit(cohort([500, 500, 500]), 3).validation).toBe('none');
  });

  it('keeps a given split; given validation patients are never trained on', () => {
    const images = cohort([400, 400]).map((image) => ({
      ...image,
      split: (image.patientId % 5 === 0 ? 'test' : image.patientId % 7 === 1 ? 'val' : 'train') as Split,
    }));
    const split = taskSplit(images, 2);
    expect(split).toMatchObject({ origin: 'official', validation: 'official' });
    for (const image of images) expect(split.ofImage.get(image.imageId)).toBe(image.split);
    const withoutVal = images.map((image) => ({
      ...image,
      split: image.split === 'val' ? ('train' as const) : image.split,
    }));
    const carved = taskSplit(withoutVal, 2);
    expect(carved.validation).toBe('carved');
    for (const image of withoutVal) expect(carved.ofImage.get(image.imageId) === 'test').toBe(image.split === 'test');
    expect(carved.ofImage).toEqual(officialSplit(withoutVal, 0.15, 0).ofImage);
  });
});

describe('too few labels', () => {
  const names = ['normal', 'finding'];
  const problemOf = (images: Labelled[]) => labelProblem(images, taskSplit(images, 2).ofImage, names);

  it('is told with the remedy', () => {
    expect(problemOf([])).toMatchObject({ message: expect.stringContaining('No image'), remedy: expect.any(String) });
    expect(problemOf(cohort([0, 9]))?.message).toContain('one class, finding');
    expect(problemOf(cohort([9, 1]))?.message).toContain('All test patients are of one class, normal');
    expect(problemOf(cohort([1, 1]))?.message).toContain('training patients are of only one class');
    expect(problemOf(cohort([9, 3]))).toBeNull();
  });

  it('is told for a given split that lacks a part', () => {
    const all = (split: Split) => cohort([5, 5]).map((image) => ({ ...image, split }));
    expect(problemOf(all('train'))?.message).toContain('left for testing');
    expect(problemOf(all('test'))?.message).toContain('are of no class');
    const oneClass = cohort([5, 5]).map((image) => ({
      ...image,
      split: (image.classIndex === 0 || image.patientId > 7 ? 'test' : 'train') as Split,
    }));
    expect(problemOf(oneClass)?.message).toContain('training patients are of only one class');
  });
});
