/** @file What a scanner does to a slice: position, field of view, reconstruction kernel, dose. */

import { Purpose, Random } from '../base/random.js';

/** How one phantom patient was scanned; the same for all slices of the series. */
export interface Acquisition {
  /** Side of the square image, pixels. */
  side: number;
  /** Side of the field of view, mm. */
  fieldOfView: number;
  /** Position of the patient's centre in the image, mm, and rotation of the patient, radians. */
  offset: [number, number];
  rotation: number;
  /** Standard deviation of the reconstruction's blur, mm. */
  blur: number;
  /** Edge enhancement of the kernel: 0 soft tissue, up to about 0.8 lung. */
  sharpening: number;
  /** Correlation length of the noise, mm. */
  noiseGrain: number;
  /** Standard deviation of the noise in the middle of the body, HU. */
  noise: number;
  kernel: string;
  kvp: number;
  milliAmpereSeconds: number;
  sliceThickness: number;
  manufacturer: string;
  model: string;
}

const SCANNERS = [
  { manufacturer: 'Pretext Phantom Works', model: 'Analytic 16', soft: 'P30', sharp: 'P60', blur: 1.0 },
  { manufacturer: 'Sample Imaging', model: 'Smooth 64', soft: 'STD', sharp: 'LUNG', blur: 1.25 },
  { manufacturer: 'Demonstration Systems', model: 'Quick 128', soft: 'B', sharp: 'L', blur: 0.85 },
] as const;

/** Draws the scan of one patient. `width` is the body's width in mm: large bodies get a larger field of view. */
export function drawAcquisition(
  seed: number,
  patient: number,
  side: number,
  width: number,
  noise: readonly [number, number],
  spacing: number,
): Acquisition {
  const random = new Random(seed, Purpose.phantom, patient, 5);
  const scanner = SCANNERS[random.below(SCANNERS.length)] ?? SCANNERS[0];
  const sharp = random.uniform() < 0.4;
  const sigma = random.uniform(noise[0], noise[1]);
  const kvp = [80, 100, 120, 120, 140][random.below(5)] ?? 120;
  return {
    side,
    fieldOfView: Math.min(440, Math.max(290, width * random.uniform(0.9, 1.04))),
    offset: [random.uniform(-9, 9), random.uniform(-8, 8)],
    rotation: random.uniform(-0.09, 0.09),
    blur: scanner.blur * random.uniform(0.9, 1.2) * (sharp ? 0.8 : 1.15),
    sharpening: sharp ? random.uniform(0.25, 0.6) : 0,
    noiseGrain: sharp ? random.uniform(0.6, 1.2) : random.uniform(1.5, 2.6),
    noise: sigma,
    kernel: sharp ? scanner.sharp : scanner.soft,
    kvp,
    milliAmpereSeconds: Math.round(9000 / (sigma * sigma)) + 10,
    sliceThickness: spacing,
    manufacturer: scanner.manufacturer,
    model: scanner.model,
  };
}

/** Gaussian blur of a square image in place; `sigma` in pixels; the border is repeated. */
export function blurInPlace(image: Float32Array, side: number, sigma: number): void {
  if (sigma < 0.15) return;
  const reach = Math.max(1, Math.ceil(3 * sigma));
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const kernel = Float32Array.from(weights, (weight) => weight / sum);
  const line = new Float32Array(side + 2 * reach);
  for (const [step, stride] of [
    [1, side],
    [side, 1],
  ] as const) {
    for (let row = 0; row < side; row++) {
      const base = row * stride;
      for (let i = 0; i < line.length; i++) {
        const at = Math.min(side - 1, Math.max(0, i - reach));
        line[i] = image[base + at * step]!;
      }
      for (let i = 0; i < side; i++) {
        let value = 0;
        for (let k = 0; k < kernel.length; k++) value += kernel[k]! * line[i + k]!;
        image[base + i * step] = value;
      }
    }
  }
}

/**
 * Applies kernel and noise to an ideal slice in HU, in place. The noise is correlated like the kernel and falls
 * towards the border of the field, where less of the body lies in the beam.
 */
export function scan(hu: Float32Array, acquisition: Acquisition, random: Random): void {
  const { side } = acquisition;
  const pixel = acquisition.fieldOfView / side;
  blurInPlace(hu, side, acquisition.blur / pixel);
  if (acquisition.sharpening > 0) {
    const smooth = hu.slice();
    blurInPlace(smooth, side, 3 / pixel);
    for (let i = 0; i < hu.length; i++) hu[i] = hu[i]! + acquisition.sharpening * (hu[i]! - smooth[i]!);
  }
  const noise = new Float32Array(hu.length);
  for (let i = 0; i < noise.length; i++) noise[i] = random.normal();
  blurInPlace(noise, side, acquisition.noiseGrain / pixel);
  let power = 0;
  for (const value of noise) power += value * value;
  const gain = acquisition.noise / Math.sqrt(power / noise.length);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const x = (2 * (column + 0.5)) / side - 1;
      const y = (2 * (row + 0.5)) / side - 1;
      const i = row * side + column;
      hu[i] = hu[i]! + noise[i]! * gain * (0.35 + 0.65 * Math.exp(-1.1 * x * x - 1.6 * y * y));
    }
  }
}
