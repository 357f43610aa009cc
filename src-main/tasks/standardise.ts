/** @file Features with mean 0 and standard deviation 1, by the training rows. */

import { PretextError } from '../base/errors.js';

export interface Standardisation {
  /** [features] */
  mean: Float64Array;
  /** Standard deviation (of the population), 1 for features that do not vary; [features] */
  scale: Float64Array;
}

/**
 * Mean and standard deviation of each column of `x` [rows, features]. A feature that varies by no more than the
 * rounding of 32-bit numbers counts as constant: it is centred, not blown up.
 *
 * @throws PretextError `internal` where the shape does not fit or a feature is not a finite number.
 */
export function standardisationOf(x: Float32Array | Float64Array, features: number): Standardisation {
  const rows = x.length / features;
  if (!Number.isInteger(rows) || rows === 0) {
    throw new PretextError({ code: 'internal', message: `${x.length} values are no rows of ${features} features.` });
  }
  const mean = new Float64Array(features);
  const variance = new Float64Array(features);
  for (let i = 0; i < x.length; i++) mean[i % features] += x[i];
  for (let j = 0; j < features; j++) {
    mean[j] /= rows;
    if (!Number.isFinite(mean[j])) {
      throw new PretextError({ code: 'internal', message: `Feature ${j} has a value that is not a finite number.` });
    }
  }
  for (let i = 0; i < x.length; i++) variance[i % features] += (x[i] - mean[i % features]) ** 2;
  const scale = variance.map((sum, j) => {
    const deviation = Math.sqrt(sum / rows);
    return deviation <= 2 ** -23 * Math.abs(mean[j]) || deviation === 0 ? 1 : deviation;
  });
  return { mean, scale };
}

/** (x - mean) / scale, [rows, features]. */
export function standardise(x: Float32Array | Float64Array, { mean, scale }: Standardisation): Float64Array {
  const features = mean.length;
  const result = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += features) {
    for (let j = 0; j < features; j++) result[start + j] = (x[start + j] - mean[j]) / scale[j];
  }
  return result;
}

/** A linear layer: outputs = x · weightsᵀ + bias. */
export interface LinearLayer {
  /** [outputs, features], row-major */
  weights: Float64Array;
  /** [outputs] */
  bias: Float64Array;
}

/** The layer that gives on raw features what `layer` gives on standardised ones. */
export function foldStandardisation(layer: LinearLayer, { mean, scale }: Standardisation): LinearLayer {
  const features = mean.length;
  const weights = layer.weights.map((weight, i) => weight / scale[i % features]);
  const bias = layer.bias.map((value, output) => {
    let shift = 0;
    for (let j = 0; j < features; j++) shift += weights[output * features + j] * mean[j];
    return value - shift;
  });
  return { weights, bias };
}

/** Outputs of a layer, [rows, outputs]. */
export function applyLayer(layer: LinearLayer, x: Float32Array | Float64Array): Float64Array {
  const outputs = layer.bias.length;
  const features = layer.weights.length / outputs;
  const rows = x.length / features;
  const result = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let output = 0; output < outputs; output++) {
      let sum = layer.bias[output];
      for (let j = 0; j < features; j++) sum += layer.weights[output * features + j] * x[row * features + j];
      result[row * outputs + output] = sum;
    }
  }
  return result;
}
