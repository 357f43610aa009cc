/** @file Eigenvalues and eigenvectors of a symmetric matrix, all of them, to rounding. */

import { PretextError } from '../base/errors.js';

export interface Eigen {
  /** Falling, [size] */
  values: Float64Array;
  /** One unit vector a row, in the order of the values, [size, size] */
  vectors: Float64Array;
}

/** Sweeps of QL for one eigenvalue; two or three are usual. */
const MAX_SWEEPS = 60;

/**
 * Householder reduction to tridiagonal form, then QL with implicit shifts (Golub and Van Loan, Matrix Computations,
 * 8.3). Of a vector and its opposite the one whose largest component is positive is given, so that the same matrix
 * always has the same answer.
 *
 * @param matrix symmetric, [size, size]; not changed
 * @throws PretextError `internal` for a matrix that is not square or holds a value that is no finite number.
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  if (matrix.length !== size * size || !matrix.every(Number.isFinite)) {
    throw new PretextError({ code: 'internal', message: `${matrix.length} values are no matrix of ${size} rows.` });
  }
  const { diagonal, beside, basis } = tridiagonal(matrix.slice(), size);
  // What is lost in rounding the largest values is no reason to go on: of many equal rows most eigenvalues are 0.
  const largest = diagonal.reduce((most, value, index) => Math.max(most, Math.abs(value) + Math.abs(beside[index])), 0);
  const negligible = Number.EPSILON * largest;
  for (let index = 0; index < size; index++) isolate(diagonal, beside, basis, size, index, negligible);
  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[b] - diagonal[a] || a - b);
  const vectors = new Float64Array(size * size);
  for (const [rank, index] of order.entries()) {
    const row = basis.subarray(index * size, (index + 1) * size);
    const largest = row.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    for (let i = 0; i < size; i++) vectors[rank * size + i] = largest < 0 ? -row[i] : row[i];
  }
  return { values: Float64Array.from(order, (index) => diagonal[index]), vectors };
}

/** Q A Qᵀ tridiagonal; `basis` is Q, [size, size], `beside` the values below the diagonal, the last one 0. */
function tridiagonal(a: Float64Array, size: number) {
  const basis = new Float64Array(size * size);
  for (let i = 0; i < size; i++) basis[i * size + i] = 1;
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size);
  const mirror = new Float64Array(size);
  const product = new Float64Array(size);
  for (let k = 0; k < size - 1; k++) {
    // The row is the column as well: the matrix stays symmetric.
    mirror.fill(0);
    for (let i = k + 1; i < size; i++) mirror[i] = a[k * size + i];
    const norm = Math.sqrt(mirror.reduce((sum, value) => sum + value * value, 0));
    beside[k] = mirror[k + 1] > 0 ? -norm : norm;
    if (norm === 0) continue;
    mirror[k + 1] -= beside[k];
    const beta = 2 / mirror.reduce((sum, value) => sum + value * value, 0);
    reflectBothSides(a, mirror, product, beta, k + 1, size);
    reflectRows(basis, mirror, product, beta, k + 1, size);
  }
  for (let i = 0; i < size; i++) diagonal[i] = a[i * size + i];
  return { diagonal, beside, basis };
}

/** A := H A H for H = I - beta v vᵀ, on the rows and columns from `first`. */
function reflectBothSides(
  a: Float64Array,
  v: Float64Array,
  p: Float64Array,
  beta: number,
  first: number,
  size: number,
): void {
  let overlap = 0;
  for (let i = first; i < size; i++) {
    let sum = 0;
    for (let j = first; j < size; j++) sum += a[i * size + j] * v[j];
    p[i] = beta * sum;
    overlap += p[i] * v[i];
  }
  for (let i = first; i < size; i++) p[i] -= (beta / 2) * overlap * v[i];
  for (let i = first; i < size; i++) {
    for (let j = first; j < size; j++) a[i * size + j] -= v[i] * p[j] + p[i] * v[j];
  }
}

/** B := H B for H = I - beta v vᵀ, where v is 0 before `first`. */
function reflectRows(
  b: Float64Array,
  v: Float64Array,
  sums: Float64Array,
  beta: number,
  first: number,
  size: number,
): void {
  sums.fill(0);
  for (let i = first; i < size; i++) {
    for (let j = 0; j < size; j++) sums[j] += v[i] * b[i * size + j];
  }
  for (let i = first; i < size; i++) {
    const factor = beta * v[i];
    for (let j = 0; j < size; j++) b[i * size + j] -= factor * sums[j];
  }
}

/** QL sweeps until the value below the diagonal at `index` is negligible; rows of `basis` turn with them. */
function isolate(
  d: Float64Array,
  e: Float64Array,
  basis: Float64Array,
  size: number,
  index: number,
  negligible: number,
): void {
  for (let sweep = 0; ; sweep++) {
    let end = index;
    while (end < size - 1 && Math.abs(e[end]) > negligible) end++;
    if (end === index) return;
    if (sweep === MAX_SWEEPS) {
      throw new PretextError({ code: 'internal', message: 'The eigenvalues of a matrix did not converge.' });
    }
    // Wilkinson's shift: the eigenvalue of the leading 2 x 2 block that is nearer to its corner.
    const half = (d[index + 1] - d[index]) / (2 * e[index]);
    const root = Math.hypot(half, 1);
    let g = d[end] - d[index] + e[index] / (half + (half >= 0 ? root : -root));
    let sine = 1;
    let cosine = 1;
    let shift = 0;
    let i = end - 1;
    for (; i >= index; i--) {
      const f = sine * e[i];
      const b = cosine * e[i];
      const r = Math.hypot(f, g);
      e[i + 1] = r;
      if (r === 0) {
        d[i + 1] -= shift;
        break;
      }
      sine = f / r;
      cosine = g / r;
      const rest = d[i + 1] - shift;
      const turned = (d[i] - rest) * sine + 2 * cosine * b;
      shift = sine * turned;
      d[i + 1] = rest + shift;
      g = cosine * turned - b;
      for (let j = 0; j < size; j++) {
        const low = basis[i * size + j];
        const high = basis[(i + 1) * size + j];
        basis[(i + 1) * size + j] = sine * low + cosine * high;
        basis[i * size + j] = cosine * low - sine * high;
      }
    }
    e[end] = 0;
    if (i >= index) continue;
    d[index] -= shift;
    e[index] = g;
  }
}
