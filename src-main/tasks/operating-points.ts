/** @file What every threshold does on the test images: counts, rates, and their intervals over patients. */

import { Purpose, Random } from '../base/random.js';
import { type BootstrapOptions, PatientResampler, quantile } from './bootstrap.js';
import { allFinite, type Scores } from './metrics.js';

export const RATES = ['sensitivity', 'specificity', 'positivePredictiveValue', 'negativePredictiveValue'] as const;
export type RateName = (typeof RATES)[number];

export type Interval = [low: number, high: number];

export interface OperatingPoint extends Record<RateName, number | null> {
  /** Images whose score is at least this are called positive. */
  threshold: number;
  truePositives: number;
  falsePositives: number;
  /** Null where too few resamples define the rate. */
  intervals: Record<RateName, Interval | null>;
}

export interface OperatingPoints {
  /** From the highest threshold down; each names other images than its neighbours, except where one was asked for. */
  points: OperatingPoint[];
  /** Index of the threshold that was asked for. */
  chosen: number;
}

/** Points that a slider can stand at; with more distinct scores they are thinned evenly. */
const MOST_POINTS = 200;
/** A rate that is undefined in more than three quarters of the resamples has no interval. */
const FEWEST_DEFINED = 0.25;
const MAX_DRAWS_PER_RESAMPLE = 20;

/** Numerator and denominator of each rate from the weights of the images named positive and of all. */
function ratesOf(tp: number, fp: number, positives: number, negatives: number): Record<RateName, number | null> {
  const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
  return {
    sensitivity: share(tp, positives),
    specificity: share(negatives - fp, negatives),
    positivePredictiveValue: share(tp, tp + fp),
    negativePredictiveValue: share(negatives - fp, positives - tp + negatives - fp),
  };
}

/** Thresholds that part the distinct scores: above all, halfway between neighbours, at the lowest; thinned evenly. */
function thresholdsOf(sorted: Float64Array, wanted: number): { thresholds: number[]; chosen: number } {
  const parting: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0) parting.push(sorted[0] < 1 ? (sorted[0] + 1) / 2 : 1 + 1e-9);
    if (i + 1 < sorted.length && sorted[i + 1] === sorted[i]) continue;
    const next = i + 1 < sorted.length ? sorted[i + 1] : null;
    const halfway = next === null ? sorted[i] : next + (sorted[i] - next) / 2;
    parting.push(next !== null && halfway > next ? halfway : sorted[i]);
  }
  const stride = Math.max(1, Math.ceil(parting.length / MOST_POINTS));
  const kept = parting.filter((_, index) => index % stride === 0 || index === parting.length - 1);
  const thresholds = [...new Set([...kept, wanted])].sort((a, b) => b - a);
  return { thresholds, chosen: thresholds.indexOf(wanted) };
}

/**
 * Exact binomial bound (Clopper and Pearson 1934) where every one of `units` patients agrees: there a bootstrap cannot
 * see any spread, and an interval of no width would be read as certainty.
 */
function allAgreeBound(units: number, level: number): number {
  return ((1 - level) / 2) ** (1 / Math.max(1, units));
}

/**
 * All operating points of a finding. The resamples of patients are shared by every threshold and rate, so the intervals
 * along the slider fit together; each is a 95% interval of its own point, not of the whole curve.
 *
 * @param scores probability of the finding, [images]
 * @param positive 1 for images that have the finding, else 0, [images]
 * @param patients patient number of each image, [images]
 * @param wanted a threshold that must be among the points
 */
export function operatingPoints(
  scores: Scores,
  positive: Uint8Array,
  patients: ArrayLike<number>,
  wanted: number,
  options: BootstrapOptions,
): OperatingPoints {
  const images = scores.length;
  if (images === 0 || !allFinite(scores)) return { points: [], chosen: 0 };
  const { resamples = 2000, level = 0.95 } = options;
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
  const sorted = Float64Array.from(order, (image) => scores[image]);
  const { thresholds, chosen } = thresholdsOf(sorted, wanted);

  // ends[k]: how many of the images, from the highest score down, the threshold k names positive.
  const ends = new Int32Array(thresholds.length);
  for (let k = 0, end = 0; k < thresholds.length; k++) {
    while (end < images && sorted[end] >= thresholds[k]) end++;
    ends[k] = end;
  }
  const sweep = (weights: ArrayLike<number>, visit: (k: number, tp: number, fp: number) => void): void => {
    let tp = 0;
    let fp = 0;
    let image = 0;
    for (let k = 0; k < ends.length; k++) {
      for (; image < ends[k]; image++) {
        const weight = weights[order[image]];
        if (positive[order[image]] === 1) tp += weight;
        else fp += weight;
      }
      visit(k, tp, fp);
    }
  };
  const totals = (weights: ArrayLike<number>): [positives: number, negatives: number] => {
    let positives = 0;
    let negatives = 0;
    for (let image = 0; image < images; image++) {
      if (positive[image] === 1) positives += weights[image];
      else negatives += weights[image];
    }
    return [positives, negatives];
  };

  const resampler = new PatientResampler(patients, new Random(options.seed, Purpose.bootstrap));
  // [rates, thresholds, resamples]; NaN where a rate is undefined.
  const drawn = new Float32Array(RATES.length * thresholds.length * resamples).fill(Number.NaN);
  let filled = 0;
  for (let draw = 0; filled < resamples && draw < resamples * MAX_DRAWS_PER_RESAMPLE; draw++) {
    const weights = resampler.draw();
    const [positives, negatives] = totals(weights);
    if (positives === 0 || negatives === 0) continue;
    sweep(weights, (k, tp, fp) => {
      const rates = ratesOf(tp, fp, positives, negatives);
      for (const [r, name] of RATES.entries()) {
        const value = rates[name];
        if (value !== null) drawn[(r * thresholds.length + k) * resamples + filled] = value;
      }
    });
    filled++;
  }

  const [positives, negatives] = totals(new Uint8Array(images).fill(1));
  const units = (counted: (image: number) => boolean): number => {
    const seen = new Set<number>();
    for (let image = 0; image < images; image++) if (counted(image)) seen.add(patients[image]);
    return seen.size;
  };
  const agreeing = (name: RateName, k: number): number => {
    const named = new Uint8Array(images);
    for (let i = 0; i < ends[k]; i++) named[order[i]] = 1;
    switch (name) {
      case 'sensitivity':
        return units((image) => positive[image] === 1);
      case 'specificity':
        return units((image) => positive[image] === 0);
      case 'positivePredictiveValue':
        return units((image) => named[image] === 1);
      case 'negativePredictiveValue':
        return units((image) => named[image] === 0);
    }
  };
  const intervalOf = (name: RateName, k: number, value: number | null): Interval | null => {
    const start = (RATES.indexOf(name) * thresholds.length + k) * resamples;
    const values = drawn.subarray(start, start + filled).filter((drawnValue) => !Number.isNaN(drawnValue));
    if (value === null || resampler.patients < 2 || values.length < resamples * FEWEST_DEFINED) return null;
    values.sort();
    const low = quantile(values, (1 - level) / 2);
    const high = quantile(values, (1 + level) / 2);
    if (value === 1 && low === 1) return [allAgreeBound(agreeing(name, k), level), 1];
    if (value === 0 && high === 0) return [0, 1 - allAgreeBound(agreeing(name, k), level)];
    return [low, high];
  };

  const points: OperatingPoint[] = [];
  sweep(new Uint8Array(images).fill(1), (k, tp, fp) => {
    const rates = ratesOf(tp, fp, positives, negatives);
    const intervals = Object.fromEntries(RATES.map((name) => [name, intervalOf(name, k, rates[name])]));
    points.push({
      threshold: thresholds[k],
      truePositives: tp,
      falsePositives: fp,
      ...rates,
      intervals: intervals as OperatingPoint['intervals'],
    });
  });
  return { points, chosen };
}
