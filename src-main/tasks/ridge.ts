/** @file Ridge regression in closed form; on the pixels themselves it is the floor that every encoder must beat. */

import { PretextError } from '../base/errors.js';
import { foldStandardisation, type LinearLayer, standardisationOf, standardise } from './standardise.js';

/**
 * Least squares with an L2 penalty on standardised features: minimises |y - x·w - b|² + lambda |w|², the bias free
 * (Hoerl and Kennard 1970). Solves with whichever of the features' and the rows' Gram matrix is smaller, by Cholesky.
 * A class is regressed as 0 and 1; the output then ranks images, it is no probability.
 *
 * @param x [rows, features]
 * @param y one target per row, [rows]
 * @returns a layer of one output on raw features
 * @throws PretextError `internal` for shapes that do not fit, values that are not finite, and a lambda of 0 or less.
 */
export function fitRidge(x: Float32Array | Float64Array, y: ArrayLike<number>, lambda: number): LinearLayer {
  const rows = y.length;
  const features = x.length / rows;
  if (rows === 0 || !Number.isInteger(features) || !(lambda > 0)) {
    throw new PretextError({
      code: 'internal',
      message: `No ridge regression of ${rows} rows, ${x.length} values and lambda ${lambda}.`,
    });
  }
  const standardisation = standardisationOf(x, features);
  const centred = standardise(x, standardisation);
  let mean = 0;
  for (let row = 0; row < rows; row++) mean += y[row] / rows;
  const targets = Float64Array.from({ length: rows }, (_, row) => y[row] - mean);
  const weights =
    rows < features
      ? dualWeights(centred, targets, features, lambda)
      : primalWeights(centred, targets, features, lambda);
  return foldStandardisation({ weights, bias: Float64Array.of(mean) }, standardisation);
}

/** (xᵀx + lambda I)⁻¹ xᵀy */
function primalWeights(x: Float64Array, y: Float64Array, features: number, lambda: number): Float64Array {
  const columns = transpose(x, y.length, features);
  return solvePositive(gram(columns, features, y.length, lambda), multiply(columns, y, features));
}

/** xᵀ (x xᵀ + lambda I)⁻¹ y */
function dualWeights(x: Float64Array, y: Float64Array, features: number, lambda: number): Float64Array {
  const dual = solvePositive(gram(x, y.length, features, lambda), y);
  return multiply(transpose(x, y.length, features), dual, features);
}

function transpose(x: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(x.length);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) result[j * rows + row] = x[row * columns + j];
  }
  return result;
}

/** matrix · vector for a matrix [rows, vector's length] */
function multiply(matrix: Float64Array, vector: Float64Array, rows: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let j = 0; j < vector.length; j++) sum += matrix[row * vector.length + j] * vector[j];
    return sum;
  });
}

/** Lower triangle of a·aᵀ + lambda I for a [size, length]. */
function gram(a: Float64Array, size: number, length: number, lambda: number): Float64Array {
  const result = new Float64Array(size * size);
  // Blocks of columns stay in the processor's cache while all pairs of rows are visited; two rows at a time share loads.
  const block = 256;
  for (let from = 0; from < length; from += block) {
    const until = Math.min(length, from + block);
    for (let i = 0; i < size; i++) {
      const rowI = i * length;
      let j = 0;
      for (; j + 1 <= i; j += 2) {
        const rowJ = j * length;
        const rowK = rowJ + length;
        let first = 0;
        let second = 0;
        for (let t = from; t < until; t++) {
          first += a[rowI + t] * a[rowJ + t];
          second += a[rowI + t] * a[rowK + t];
        }
        result[i * size + j] += first;
        result[i * size + j + 1] += second;
      }
      if (j > i) continue;
      let sum = 0;
      for (let t = from; t < until; t++) sum += a[rowI + t] * a[j * length + t];
      result[i * size + j] += sum;
    }
  }
  for (let i = 0; i < size; i++) result[i * size + i] += lambda;
  return result;
}

/** Solves matrix · w = right for a symmetric positive definite matrix, given (and overwritten) as its lower triangle. */
function solvePositive(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j];
      for (let t = 0; t < j; t++) sum -= matrix[i * size + t] * matrix[j * size + t];
      matrix[i * size + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * size + j];
    }
  }
  const solution = right.slice();
  for (let i = 0; i < size; i++) {
    for (let t = 0; t < i; t++) solution[i] -= matrix[i * size + t] * solution[t];
    solution[i] /= matrix[i * size + i];
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let t = i + 1; t < size; t++) solution[i] -= matrix[t * size + i] * solution[t];
    solution[i] /= matrix[i * size + i];
  }
  return solution;
}
