/**
 * @file Bootstrap intervals that treat the patient as the unit: images of one patient are alike, so resampling
 * images would make every interval too narrow.
 */

import { PretextError } from '../base/errors.js';
import { Purpose, Random } from '../base/random.js';
import { type Statistic, unitWeights } from './metrics.js';

export interface BootstrapOptions {
  seed: number;
  /** Default 2,000. */
  resamples?: number;
  /** Coverage asked for; default 0.95. */
  level?: number;
}

export interface Estimate {
  /** The figure on the images as they are; null where it is undefined. */
  value: number | null;
  low: number | null;
  high: number | null;
  level: number;
  resamples: number;
  patients: number;
  /** What a reader of the interval must know, or why there is none. */
  note: string | null;
}

export interface SeedSummary {
  /** Mean over seeds; null where the figure is undefined. */
  mean: number | null;
  low: number | null;
  high: number | null;
  perSeed: (number | null)[];
  note: string | null;
}

/** A resample in which a class is missing is drawn again; more often than this, there is no interval. */
const MAX_DRAWS_PER_RESAMPLE = 20;

/** Draws patients with replacement, as often as there are patients, and gives how often each image then counts. */
export class PatientResampler {
  readonly patients: number;
  private readonly patientOfImage: Int32Array;
  private readonly times: Int32Array;
  private readonly weights: Float64Array;

  /** @param patients any patient number per image, [images] */
  constructor(
    patients: ArrayLike<number>,
    private readonly random: Random,
  ) {
    const indexOf = new Map<number, number>();
    this.patientOfImage = Int32Array.from(patients, (patient) => {
      const known = indexOf.get(patient);
      if (known !== undefined) return known;
      indexOf.set(patient, indexOf.size);
      return indexOf.size - 1;
    });
    this.patients = indexOf.size;
    this.times = new Int32Array(this.patients);
    this.weights = new Float64Array(patients.length);
  }

  /** The array is reused by the next draw. */
  draw(): Float64Array {
    this.times.fill(0);
    for (let i = 0; i < this.patients; i++) this.times[this.random.below(this.patients)]++;
    for (let image = 0; image < this.weights.length; image++)
      this.weights[image] = this.times[this.patientOfImage[image]];
    return this.weights;
  }
}

/** Quantile of sorted values by linear interpolation (Hyndman and Fan 1996, type 7). */
export function quantile(sorted: Float64Array | Float32Array, probability: number): number {
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

type Resampled = { low: number; high: number; note: string | null } | { low: null; high: null; note: string };

function percentileInterval(
  drawValue: () => number | null,
  resamples: number,
  level: number,
  patients: number,
): Resampled {
  if (patients < 2) return { low: null, high: null, note: 'an interval needs test images of at least two patients' };
  const values = new Float64Array(resamples);
  let filled = 0;
  for (let draws = 0; filled < resamples && draws < resamples * MAX_DRAWS_PER_RESAMPLE; draws++) {
    const value = drawValue();
    if (value !== null) values[filled++] = value;
  }
  if (filled < resamples) {
    return { low: null, high: null, note: 'a class has test images of too few patients for an interval' };
  }
  values.sort();
  const low = quantile(values, (1 - level) / 2);
  const high = quantile(values, (1 + level) / 2);
  const note = low === high ? 'every resample gave the same value: the true uncertainty is larger than shown' : null;
  return { low, high, note };
}

function checkOptions(options: BootstrapOptions): { resamples: number; level: number } {
  const { resamples = 2000, level = 0.95 } = options;
  if (!Number.isInteger(resamples) || resamples < 1 || !(level > 0 && level < 1)) {
    throw new PretextError({
      code: 'bad-argument',
      message: `No bootstrap of ${resamples} resamples at level ${level}.`,
    });
  }
  return { resamples, level };
}

/**
 * Percentile interval of a figure by the cluster bootstrap: whole patients are drawn with replacement (Efron 1979;
 * Field and Welsh 2007). A resample in which the figure is undefined, for lack of a class, is drawn again.
 *
 * @param statistic the figure, over the images that `patients` describes
 * @param patients patient number of each image, [images]
 */
export function bootstrap(statistic: Statistic, patients: ArrayLike<number>, options: BootstrapOptions): Estimate {
  const { resamples, level } = checkOptions(options);
  const resampler = new PatientResampler(patients, new Random(options.seed, Purpose.bootstrap));
  const common = { level, resamples, patients: resampler.patients };
  const value = statistic(unitWeights(patients.length));
  if (value === null)
    return { value, low: null, high: null, ...common, note: 'the figure is undefined on these images' };
  const interval = percentileInterval(() => statistic(resampler.draw()), resamples, level, resampler.patients);
  return { value, ...interval, ...common };
}

/**
 * Mean of a figure over seeds (label draws and initialisations) on one test set, with an interval for both sources of
 * chance. Each resample draws patients once, for all seeds alike, and seeds, both with replacement, and averages: the
 * bootstrap of crossed factors (McCullagh 2000; Owen 2007), which errs on the wide side. Of S seeds, S - 1 are drawn,
 * which makes the seeds' share of the variance unbiased (Rao and Wu 1988); S draws would understate it by (S - 1) / S,
 * half of it at two seeds. A single seed has no spread to see: the interval is the test set's alone, and the note says so.
 *
 * @param perSeed the figure of each seed's model, over the same images
 * @param patients patient number of each image, [images]
 */
export function summariseSeeds(
  perSeed: Statistic[],
  patients: ArrayLike<number>,
  options: BootstrapOptions,
): SeedSummary {
  const { resamples, level } = checkOptions(options);
  const ones = unitWeights(patients.length);
  const values = perSeed.map((statistic) => statistic(ones));
  const known = values.filter((value) => value !== null);
  if (known.length < values.length || known.length === 0) {
    return { mean: null, low: null, high: null, perSeed: values, note: 'the figure is undefined on these images' };
  }
  const random = new Random(options.seed, Purpose.bootstrap);
  const resampler = new PatientResampler(patients, random);
  const drawn = Math.max(1, perSeed.length - 1);
  const times = new Int32Array(perSeed.length);
  const drawValue = (): number | null => {
    const weights = resampler.draw();
    times.fill(0);
    for (let i = 0; i < drawn; i++) times[random.below(perSeed.length)]++;
    let sum = 0;
    for (let seed = 0; seed < times.length; seed++) {
      if (times[seed] === 0) continue;
      const value = perSeed[seed](weights);
      if (value === null) return null;
      sum += times[seed] * value;
    }
    return sum / drawn;
  };
  const interval = percentileInterval(drawValue, resamples, level, resampler.patients);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const single = 'one seed only: the spread between label draws is not in the interval';
  const note = interval.note ?? (perSeed.length === 1 ? single : null);
  return { mean, low: interval.low, high: interval.high, perSeed: values, note };
}
