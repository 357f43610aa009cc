/**
 * @file The linear probe: logistic regression on the features of a frozen encoder, the standard measure of what
 * pretraining has learnt.
 */

import { PretextError } from '../base/errors.js';
import { minimise, type Objective } from './lbfgs.js';
import { checkClassification, countClasses, macroAuc } from './metrics.js';
import {
  applyLayer,
  foldStandardisation,
  type LinearLayer,
  type Standardisation,
  standardisationOf,
  standardise,
} from './standardise.js';

export interface ProbeData {
  /** [images, features], row-major */
  features: Float32Array | Float64Array;
  /** Class index of each image, [images] */
  labels: Int32Array;
}

export interface Probe {
  classes: number;
  /** Layer on standardised features, [classes, features]. */
  layer: LinearLayer;
  standardisation: Standardisation;
  /** Weight of half the squared coefficients beside the sum of the images' losses; 1 / C of scikit-learn. */
  lambda: number;
  iterations: number;
  converged: boolean;
  /** Classes without a training image; the probe never names them. */
  absentClasses: number[];
}

export interface ProbeOptions {
  /** Default 1, as scikit-learn's C = 1. */
  lambda?: number;
  maxIterations?: number;
}

/** Logit of a class that no training image shows; softmax gives it 0 beside any class that was learnt. */
const ABSENT_LOGIT = -1e4;

/**
 * Fits logistic regression with an L2 penalty on standardised features, to convergence. The objective is the sum of
 * cross-entropies plus lambda / 2 times the squared weights; the bias is free. Two classes share one weight vector w
 * (their rows are -w/2 and w/2), as in scikit-learn; more classes have one each (multinomial).
 *
 * @throws PretextError `too-few-labels` where the images are of fewer than two classes, `internal` for shapes that do
 *   not fit and features that are not finite.
 */
export function fitProbe(data: ProbeData, classes: number, options: ProbeOptions = {}): Probe {
  return fitStandardised(prepare(data, classes), options, null);
}

interface Prepared {
  x: Float64Array;
  /** Labels as positions in `present`. */
  targets: Int32Array;
  present: number[];
  absent: number[];
  classes: number;
  features: number;
  standardisation: Standardisation;
}

function prepare({ features: raw, labels }: ProbeData, classes: number): Prepared {
  const features = raw.length / labels.length;
  if (labels.length === 0 || !Number.isInteger(features) || features === 0) {
    throw new PretextError({
      code: labels.length === 0 ? 'too-few-labels' : 'internal',
      message: `${raw.length} feature values do not fit ${labels.length} labelled images.`,
    });
  }
  checkClassification(new Float64Array(labels.length * classes), labels, classes);
  const counts = countClasses(labels, classes);
  const present = counts.flatMap((count, index) => (count > 0 ? [index] : []));
  if (present.length < 2) {
    throw new PretextError({
      code: 'too-few-labels',
      message: 'All labelled training images are of one class, so there is nothing to tell apart.',
      remedy: 'Label images of at least two classes.',
    });
  }
  const standardisation = standardisationOf(raw, features);
  return {
    x: standardise(raw, standardisation),
    targets: Int32Array.from(labels, (label) => present.indexOf(label)),
    present,
    absent: counts.flatMap((count, index) => (count === 0 ? [index] : [])),
    classes,
    features,
    standardisation,
  };
}

/** Fits the parameters [heads, features + 1] (bias last), from `start` where given, and keeps them for a warm start. */
function fitStandardised(data: Prepared, options: ProbeOptions, start: WarmStart | null): Probe {
  const { lambda = 1, maxIterations = 2000 } = options;
  if (!(lambda > 0)) {
    throw new PretextError({ code: 'bad-argument', message: `A probe's penalty must be above 0, not ${lambda}.` });
  }
  const { features, present } = data;
  const stride = features + 1;
  const heads = present.length === 2 ? 1 : present.length;
  const objective = heads === 1 ? binaryObjective(data, lambda) : multinomialObjective(data, lambda);
  const initial = start?.parameters ?? new Float64Array(heads * stride);
  // Sums of losses grow with the images; so does what counts as a small gradient.
  const tolerance = 1e-7 * Math.max(1, data.targets.length / 100);
  const result = minimise(objective, initial, { tolerance, maxIterations });
  if (start !== null) start.parameters = result.point;
  const weights = new Float64Array(data.classes * features);
  const bias = new Float64Array(data.classes).fill(ABSENT_LOGIT);
  for (const [position, index] of present.entries()) {
    const factor = heads === 1 ? position - 0.5 : 1;
    const offset = heads === 1 ? 0 : position * stride;
    for (let j = 0; j < features; j++) weights[index * features + j] = factor * result.point[offset + j];
    bias[index] = factor * result.point[offset + features];
  }
  return {
    classes: data.classes,
    layer: { weights, bias },
    standardisation: data.standardisation,
    lambda,
    iterations: result.iterations,
    converged: result.converged,
    absentClasses: data.absent,
  };
}

/** Where a fit with another penalty starts: its solution is near. */
interface WarmStart {
  parameters: Float64Array | null;
}

function rowDot(x: Float64Array, row: number, parameters: Float64Array, offset: number, features: number): number {
  const start = row * features;
  // Four sums let the processor overlap the additions; one alone waits for each in turn.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let j = 0;
  for (; j + 3 < features; j += 4) {
    a += x[start + j] * parameters[offset + j];
    b += x[start + j + 1] * parameters[offset + j + 1];
    c += x[start + j + 2] * parameters[offset + j + 2];
    d += x[start + j + 3] * parameters[offset + j + 3];
  }
  for (; j < features; j++) a += x[start + j] * parameters[offset + j];
  return a + b + c + d;
}

function addRow(
  x: Float64Array,
  row: number,
  factor: number,
  gradient: Float64Array,
  offset: number,
  features: number,
): void {
  const start = row * features;
  for (let j = 0; j < features; j++) gradient[offset + j] += factor * x[start + j];
  gradient[offset + features] += factor;
}

/** Adds lambda / 2 |w|² and its gradient for every head, sparing the bias. */
function penalise(parameters: Float64Array, gradient: Float64Array, lambda: number, features: number): number {
  let squares = 0;
  for (let offset = 0; offset < parameters.length; offset += features + 1) {
    for (let j = offset; j < offset + features; j++) {
      squares += parameters[j] * parameters[j];
      gradient[j] += lambda * parameters[j];
    }
  }
  return (lambda / 2) * squares;
}

function binaryObjective({ x, targets, features }: Prepared, lambda: number): Objective {
  return (parameters, gradient) => {
    gradient.fill(0);
    let loss = 0;
    for (let row = 0; row < targets.length; row++) {
      const logit = rowDot(x, row, parameters, 0, features) + parameters[features];
      const signed = targets[row] === 1 ? logit : -logit;
      // log(1 + e^-s) and its slope, in the form that cannot overflow.
      const decay = Math.exp(-Math.abs(signed));
      loss += Math.max(0, -signed) + Math.log1p(decay);
      const miss = signed >= 0 ? decay / (1 + decay) : 1 / (1 + decay);
      addRow(x, row, targets[row] === 1 ? -miss : miss, gradient, 0, features);
    }
    return loss + penalise(parameters, gradient, lambda, features);
  };
}

function multinomialObjective({ x, targets, features, present }: Prepared, lambda: number): Objective {
  const heads = present.length;
  const stride = features + 1;
  const logits = new Float64Array(heads);
  return (parameters, gradient) => {
    gradient.fill(0);
    let loss = 0;
    for (let row = 0; row < targets.length; row++) {
      for (let head = 0; head < heads; head++) {
        const offset = head * stride;
        logits[head] = rowDot(x, row, parameters, offset, features) + parameters[offset + features];
      }
      loss -= logits[targets[row]];
      loss += softmaxInPlace(logits);
      for (let head = 0; head < heads; head++) {
        addRow(x, row, logits[head] - (targets[row] === head ? 1 : 0), gradient, head * stride, features);
      }
    }
    return loss + penalise(parameters, gradient, lambda, features);
  };
}

/** Turns logits into probabilities and returns log(sum(exp(logits))). */
function softmaxInPlace(logits: Float64Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) largest = Math.max(largest, logit);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    logits[i] = Math.exp(logits[i] - largest);
    sum += logits[i];
  }
  for (let i = 0; i < logits.length; i++) logits[i] /= sum;
  return largest + Math.log(sum);
}

/** The probe as one linear layer on raw features, [classes, features]: the head of an exported classifier. */
export function probeLayer(probe: Probe): LinearLayer {
  return foldStandardisation(probe.layer, probe.standardisation);
}

/** Probabilities [images, classes] for raw features [images, features]. */
export function probeProbabilities(probe: Probe, features: Float32Array | Float64Array): Float64Array {
  const probabilities = applyLayer(probe.layer, standardise(features, probe.standardisation));
  for (let start = 0; start < probabilities.length; start += probe.classes) {
    softmaxInPlace(probabilities.subarray(start, start + probe.classes));
  }
  return probabilities;
}

/** Mean cross-entropy of the true classes. */
function logLoss(probabilities: Float64Array, labels: Int32Array, classes: number): number {
  let sum = 0;
  for (let image = 0; image < labels.length; image++) {
    sum -= Math.log(Math.max(Number.MIN_VALUE, probabilities[image * classes + labels[image]]));
  }
  return sum / labels.length;
}

export interface ProbeTrial {
  lambda: number;
  /** Macro AUC on the validation images; null where they show one class only. */
  validationAuc: number | null;
  validationLogLoss: number;
}

/**
 * Fits one probe for each penalty and keeps the one with the best AUC on the validation images; of equal ones, and
 * where the AUC is undefined, the one with the lowest mean cross-entropy there.
 *
 * @param validation must be of other patients than `training`
 */
export function chooseProbe(
  training: ProbeData,
  validation: ProbeData,
  classes: number,
  lambdas: readonly number[] = [1000, 100, 10, 1, 0.1],
): { probe: Probe; trials: ProbeTrial[] } {
  if (lambdas.length === 0 || validation.labels.length === 0) {
    throw new PretextError({ code: 'bad-argument', message: 'A choice needs penalties and validation images.' });
  }
  const data = prepare(training, classes);
  const warm: WarmStart = { parameters: null };
  const fitted = [...lambdas]
    .sort((a, b) => b - a)
    .map((lambda) => {
      const probe = fitStandardised(data, { lambda }, warm);
      const probabilities = probeProbabilities(probe, validation.features);
      const trial: ProbeTrial = {
        lambda,
        validationAuc: macroAuc(probabilities, validation.labels, classes).macro.value,
        validationLogLoss: logLoss(probabilities, validation.labels, classes),
      };
      return { probe, trial };
    });
  const best = fitted.reduce((a, b) => (isBetter(b.trial, a.trial) ? b : a));
  return { probe: best.probe, trials: fitted.map(({ trial }) => trial) };
}

function isBetter(a: ProbeTrial, b: ProbeTrial): boolean {
  if (a.validationAuc !== null && b.validationAuc !== null && a.validationAuc !== b.validationAuc) {
    return a.validationAuc > b.validationAuc;
  }
  return a.validationLogLoss < b.validationLogLoss;
}
