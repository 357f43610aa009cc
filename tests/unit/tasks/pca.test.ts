/** @file Principal components beside their definition. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import { symmetricEigen } from '../../../src-main/tasks/eigen.js';
import { principalComponents, projectOn } from '../../../src-main/tasks/pca.js';

/** A random symmetric matrix, [size, size]. */
function symmetric(size: number, seed: number): Float64Array {
  const random = new Random(seed);
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      matrix[i * size + j] = random.normal();
      matrix[j * size + i] = matrix[i * size + j];
    }
  }
  return matrix;
}

describe('symmetricEigen', () => {
  it.each([1, 2, 3, 17, 96])('gives A v = lambda v with orthonormal vectors for %i rows', (size) => {
    const matrix = symmetric(size, size);
    const { values, vectors } = symmetricEigen(matrix, size);
    for (let rank = 0; rank < size; rank++) {
      const vector = vectors.subarray(rank * size, (rank + 1) * size);
      if (rank > 0) expect(values[rank]).toBeLessThanOrEqual(values[rank - 1]);
      for (let i = 0; i < size; i++) {
        let product = 0;
        for (let j = 0; j < size; j++) product += matrix[i * size + j] * vector[j];
        expect(Math.abs(product - values[rank] * vector[i])).toBeLessThan(1e-11 * size);
      }
      for (let other = 0; other <= rank; other++) {
        let dot = 0;
        for (let i = 0; i < size; i++) dot += vector[i] * vectors[other * size + i];
        expect(Math.abs(dot - (other === rank ? 1 : 0))).toBeLessThan(1e-12 * size);
      }
    }
  });

  it('takes matrices that are diagonal already, or have equal eigenvalues', () => {
    expect([...symmetricEigen(Float64Array.of(2, 0, 0, 0, 5, 0, 0, 0, 2), 3).values]).toEqual([5, 2, 2]);
    expect([...symmetricEigen(new Float64Array(16), 4).values]).toEqual([0, 0, 0, 0]);
    expect([...symmetricEigen(Float64Array.of(0, 1, 1, 0), 2).values].map((value) => Math.round(1e9 * value))).toEqual([
      1e9, -1e9,
    ]);
  });

  it('refuses what is no square of finite numbers', () => {
    expect(() => symmetricEigen(new Float64Array(5), 2)).toThrow('no matrix of 2 rows');
    expect(() => symmetricEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2)).toThrow('no matrix');
  });
});

describe('principalComponents', () => {
  const rows = 400;
  const features = 6;
  const random = new Random(3);
  const x = Float32Array.from({ length: rows * features }, () => 0);
  for (let row = 0; row < rows; row++) {
    const hidden = random.normal();
    const other = random.normal();
    for (let j = 0; j < features; j++) {
      const from = j < 4 ? hidden : other;
      x[row * features + j] = 100 * j + (j + 1) * (from + 0.1 * random.normal());
    }
  }
  const principal = principalComponents(x, features, 2);

  it('finds the two groups of features that vary together, whatever their scale and place', () => {
    const [first, second] = [0, 1].map((row) => [
      ...principal.components.subarray(row * features, (row + 1) * features),
    ]);
    for (const value of first?.slice(0, 4) ?? []) expect(value).toBeCloseTo(0.5, 1);
    for (const value of second?.slice(4) ?? []) expect(value).toBeCloseTo(Math.SQRT1_2, 1);
    expect(principal.explained[0]).toBeCloseTo(4 / 6, 1);
    expect(principal.explained[1]).toBeCloseTo(2 / 6, 1);
  });

  it('projects to coordinates without correlation', () => {
    const coordinates = projectOn(principal, x);
    let cross = 0;
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      cross += coordinates[2 * row] * coordinates[2 * row + 1];
      sum += coordinates[2 * row];
    }
    expect(Math.abs(cross / rows)).toBeLessThan(1e-4);
    expect(Math.abs(sum / rows)).toBeLessThan(1e-4);
  });

  it('is the same each time, and takes fewer rows than features', () => {
    expect(principalComponents(x, features, 2)).toEqual(principal);
    const few = principalComponents(Float32Array.of(1, 2, 3, 4, 5, 7), 3, 3);
    expect(few.explained[0]).toBeCloseTo(1, 6);
  });
});
