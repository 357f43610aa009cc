/** @file Principal component analysis: the directions in which features vary most. */

import { symmetricEigen } from './eigen.js';
import { type Standardisation, standardisationOf } from './standardise.js';

export interface Principal {
  standardisation: Standardisation;
  /** Unit vectors on standardised features, [components, features] */
  components: Float64Array;
  /** Share of the whole variance that each explains, [components] */
  explained: Float64Array;
}

/**
 * The leading components of standardised features, exactly: eigenvectors of their correlation matrix.
 *
 * @param x [rows, features]
 * @param count components; as many as there are features at most
 * @throws PretextError `internal` where the shape does not fit or a feature is not a finite number.
 */
export function principalComponents(x: Float32Array | Float64Array, features: number, count: number): Principal {
  const standardisation = standardisationOf(x, features);
  const { values, vectors } = symmetricEigen(correlation(x, standardisation), features);
  const components = Math.min(count, features);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  return {
    standardisation,
    components: vectors.slice(0, components * features),
    explained: values.slice(0, components).map((value) => (total > 0 ? Math.max(0, value) / total : 0)),
  };
}

/** [features, features] */
function correlation(x: Float32Array | Float64Array, { mean, scale }: Standardisation): Float64Array {
  const features = mean.length;
  const rows = x.length / features;
  const matrix = new Float64Array(features * features);
  const row = new Float64Array(features);
  for (let start = 0; start < x.length; start += features) {
    for (let j = 0; j < features; j++) row[j] = (x[start + j] - mean[j]) / scale[j];
    for (let i = 0; i < features; i++) {
      const factor = row[i];
      const offset = i * features;
      for (let j = i; j < features; j++) matrix[offset + j] += factor * row[j];
    }
  }
  for (let i = 0; i < features; i++) {
    for (let j = i; j < features; j++) {
      matrix[i * features + j] /= rows;
      matrix[j * features + i] = matrix[i * features + j];
    }
  }
  return matrix;
}

/** Coordinates of `x` [rows, features] on the components, [rows, components]. */
export function projectOn({ standardisation, components }: Principal, x: Float32Array | Float64Array): Float32Array {
  const { mean, scale } = standardisation;
  const features = mean.length;
  const count = components.length / features;
  const rows = x.length / features;
  const result = new Float32Array(rows * count);
  const row = new Float64Array(features);
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < features; j++) row[j] = (x[r * features + j] - mean[j]) / scale[j];
    for (let c = 0; c < count; c++) {
      let sum = 0;
      for (let j = 0; j < features; j++) sum += components[c * features + j] * row[j];
      result[r * count + c] = sum;
    }
  }
  return result;
}
