/** @file What is suggested for labelling: kinds of images, patients in turns, exclusions, reasons that are true. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import {
  comparisonSpace,
  informativeImages,
  type LabelPool,
  typicalImages,
} from '../../../src-main/tasks/suggestions.js';
import { errorOf } from '../catalogue/support.js';

const WIDTH = 6;
const KINDS = 4;
const EACH = 30;

/**
 * Images of four kinds, 30 of each, in WIDTH features; the first of a kind lies exactly in its middle. Image ids are
 * 100 + row; a patient has `perPatient` images in a row.
 */
function pool(change: Partial<LabelPool> = {}, perPatient = 1): LabelPool {
  const random = new Random(5);
  const rows = KINDS * EACH;
  const features = new Float32Array(rows * WIDTH);
  for (let row = 0; row < rows; row++) {
    const kind = Math.floor(row / EACH);
    const spread = row % EACH === 0 ? 0 : 0.5;
    for (let j = 0; j < WIDTH; j++) features[row * WIDTH + j] = (j === kind ? 8 : 0) + spread * random.normal();
  }
  return {
    features,
    space: comparisonSpace(features, WIDTH),
    imageIds: Int32Array.from({ length: rows }, (_, row) => 100 + row),
    patientIds: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / perPatient)),
    labels: new Map(),
    excluded: new Set(),
    ...change,
  };
}

const kindOf = (imageId: number) => Math.floor((imageId - 100) / EACH);
const ids = (suggestions: { imageId: number }[]) => suggestions.map(({ imageId }) => imageId);

describe('comparisonSpace', () => {
  it('brings every image to length 1', () => {
    const { points, dimensions } = pool().space;
    expect(dimensions).toBe(WIDTH);
    for (let start = 0; start < points.length; start += dimensions) {
      expect(Math.hypot(...points.subarray(start, start + dimensions))).toBeCloseTo(1, 5);
    }
  });
});

describe('typicalImages', () => {
  it.each([0, 1, 2, 3])('shows one image of every kind first, from seed %i', (seed) => {
    const suggestions = typicalImages(pool(), KINDS, seed);
    expect(new Set(ids(suggestions).map(kindOf)).size).toBe(KINDS);
    for (const { reason } of suggestions) expect(reason).toBe('Typical of 30 similar images, none labelled yet.');
  });

  it('takes the image in the densest place of its kind', () => {
    const { space, ...rest } = pool();
    const suggestions = typicalImages({ space, ...rest }, KINDS, 1);
    for (const { imageId } of suggestions) {
      const kind = kindOf(imageId);
      const nearness = (row: number) => {
        const distances = Array.from({ length: EACH }, (_, other) => {
          const offset = (kind * EACH + other) * space.dimensions;
          let sum = 0;
          for (let j = 0; j < space.dimensions; j++) {
            sum += (space.points[row * space.dimensions + j] - space.points[offset + j]) ** 2;
          }
          return Math.sqrt(sum);
        }).sort((a, b) => a - b);
        return distances.slice(0, 21).reduce((sum, distance) => sum + distance, 0);
      };
      const own = nearness(imageId - 100);
      for (let other = 0; other < EACH; other++) expect(own).toBeLessThanOrEqual(nearness(kind * EACH + other) + 1e-9);
    }
  });

  it('goes to kinds without a label before those that have one, and says how many there are', () => {
    const labels = new Map([
      [100, 0],
      [101, 0],
      [100 + EACH, 1],
    ]);
    const suggestions = typicalImages(pool({ labels }), 1, 0);
    expect([2, 3]).toContain(kindOf(ids(suggestions)[0] ?? 0));
    expect(suggestions[0]?.reason).toMatch(/^Typical of \d+ similar images, none labelled yet\.$/);
  });

  it('leaves out labelled and excluded images, and ends when none is left', () => {
    const labels = new Map([[100, 0]]);
    const excluded = new Set([101, 102]);
    const all = ids(typicalImages(pool({ labels, excluded }), 1000, 0));
    expect(all.length).toBe(KINDS * EACH - 3);
    expect(new Set(all).size).toBe(all.length);
    for (const id of [100, 101, 102]) expect(all).not.toContain(id);
    const everything = new Map(Array.from({ length: KINDS * EACH }, (_, row) => [100 + row, 0]));
    expect(typicalImages(pool({ labels: everything }), 5, 0)).toEqual([]);
  });

  it('shows every patient once before anybody twice; labelled images count', () => {
    const perPatient = 10;
    const patients = (KINDS * EACH) / perPatient;
    const first = ids(typicalImages(pool({}, perPatient), patients, 0)).map((id) =>
      Math.floor((id - 100) / perPatient),
    );
    expect(new Set(first).size).toBe(patients);
    const labels = new Map([[100, 0]]);
    const next = ids(typicalImages(pool({ labels }, perPatient), patients - 1, 0));
    expect(next.map((id) => Math.floor((id - 100) / perPatient))).not.toContain(0);
  });

  it('is a function of the pool and the seed', () => {
    expect(typicalImages(pool(), 12, 7)).toEqual(typicalImages(pool(), 12, 7));
  });
});

describe('informativeImages', () => {
  const classNames = ['left', 'right'];
  /** Images on a line from one class to the other; the middle ones are undecided. */
  function line(perPatient = 1): LabelPool {
    const random = new Random(8);
    const rows = 101;
    const features = new Float32Array(rows * 3);
    for (let row = 0; row < rows; row++) {
      features[3 * row] = (row - 50) / 10;
      features[3 * row + 1] = random.normal();
      features[3 * row + 2] = random.normal();
    }
    return {
      features,
      space: comparisonSpace(features, 3),
      imageIds: Int32Array.from({ length: rows }, (_, row) => 100 + row),
      patientIds: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / perPatient)),
      labels: new Map(
        Array.from({ length: 20 }, (_, i) => [i < 10 ? 100 + i : 181 + i, i < 10 ? 0 : 1] as [number, number]),
      ),
      excluded: new Set(),
    };
  }

  it('asks about images in the middle, unlike each other, with the shares that were measured', () => {
    const suggestions = informativeImages(line(), classNames, 3, 0);
    expect(suggestions.length).toBe(3);
    for (const { imageId, reason } of suggestions) {
      expect(Math.abs(imageId - 150)).toBeLessThan(30);
      const shares = /(left|right) (\d+)%, (left|right) (\d+)%\.$/.exec(reason);
      expect(Number(shares?.[2]) + Number(shares?.[4])).toBe(100);
      expect(Number(shares?.[2])).toBeGreaterThanOrEqual(Number(shares?.[4]));
      expect(reason.startsWith('The model is undecided')).toBe(Number(shares?.[2]) < 65);
    }
  });

  it('leaves out labelled and excluded images, and lets patients take turns', () => {
    const given = { ...line(5), excluded: new Set([148, 149, 150, 151, 152]) };
    const found = ids(informativeImages(given, classNames, 12, 0));
    expect(found.length).toBe(12);
    for (const id of found) {
      expect(given.labels.has(id)).toBe(false);
      expect(given.excluded.has(id)).toBe(false);
    }
    const patients = found.map((id) => Math.floor((id - 100) / 5));
    expect(new Set(patients).size).toBe(12);
    for (const patient of patients) expect(patient).toBeGreaterThan(1);
  });

  it('is a function of the pool and the seed', () => {
    expect(informativeImages(line(), classNames, 9, 3)).toEqual(informativeImages(line(), classNames, 9, 3));
  });

  it('needs labels of two classes, and says so', () => {
    const one = { ...line(), labels: new Map([[100, 0]]) };
    const error = errorOf(() => informativeImages(one, classNames, 3, 0));
    expect(error.code).toBe('too-few-labels');
    expect(error.remedy).toContain('two classes');
  });
});
