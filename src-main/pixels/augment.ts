/** @file One view of an image: a random crop, then jitter of its intensities, then standardisation. */

import type { Random } from '../base/random.js';
import type { AugmentRecipe, Range } from './recipes.js';
import { type CropBox, resample } from './resample.js';

function logUniform(random: Random, range: Range): number {
  return Math.exp(random.uniform(Math.log(range[0]), Math.log(range[1])));
}

/**
 * A crop of the recipe's area and aspect ratio inside the image (the random resized crop of Szegedy et al. 2015); the
 * whole image where ten draws do not fit.
 */
function drawCrop(side: number, recipe: AugmentRecipe, random: Random, flipAllowed: boolean): CropBox {
  let width = side;
  let height = side;
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = random.uniform(recipe.cropArea[0], recipe.cropArea[1]);
    const aspect = logUniform(random, recipe.cropAspect);
    const w = side * Math.sqrt(area * aspect);
    const h = side * Math.sqrt(area / aspect);
    if (w > side || h > side) continue;
    [width, height] = [w, h];
    break;
  }
  const centreX = width / 2 + random.uniform() * (side - width);
  const centreY = height / 2 + random.uniform() * (side - height);
  const flip = random.uniform() < 0.5 && recipe.flip && flipAllowed;
  const angle = (random.uniform(-recipe.rotationDegrees, recipe.rotationDegrees) * Math.PI) / 180;
  return { centreX, centreY, width, height, angle, flip };
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Entries of the gamma curve's table. */
const curveSteps = 512;
const curve = new Float32Array(curveSteps + 2);

function applyGamma(values: Float32Array, gamma: number): void {
  for (let i = 0; i <= curveSteps; i++) curve[i] = (i / curveSteps) ** gamma;
  curve[curveSteps + 1] = 1;
  for (let i = 0; i < values.length; i++) {
    const position = values[i]! * curveSteps;
    const entry = position | 0;
    values[i] = curve[entry]! + (position - entry) * (curve[entry + 1]! - curve[entry]!);
  }
}

/** Mean and standard deviation of the sum of the four bytes of a uniform 32-bit word. */
const bytesMean = 510;
const bytesDeviation = Math.sqrt((4 * (256 * 256 - 1)) / 12);

/** Adds nearly normal noise: the sum of four bytes of one random word (central limit), within 0..1. */
function addNoise(values: Float32Array, deviation: number, random: Random): void {
  const scale = deviation / bytesDeviation;
  for (let i = 0; i < values.length; i++) {
    const word = random.nextUint32();
    const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
    const value = values[i]! + scale * (sum - bytesMean);
    values[i] = Math.min(1, Math.max(0, value));
  }
}

function jitter(values: Float32Array, recipe: AugmentRecipe, random: Random): void {
  const contrast = random.uniform(recipe.contrast[0], recipe.contrast[1]);
  const brightness = random.uniform(recipe.brightness[0], recipe.brightness[1]);
  const gamma = logUniform(random, recipe.gamma);
  const noise = random.uniform(recipe.noise[0], recipe.noise[1]);
  if (contrast !== 1 || brightness !== 0) {
    const offset = meanOf(values) * (1 - contrast) + brightness;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]! * contrast + offset;
      values[i] = Math.min(1, Math.max(0, value));
    }
  }
  if (gamma !== 1) applyGamma(values, gamma);
  if (noise > 0) addNoise(values, noise, random);
}

/** Mean 0, variance 1 in place; an image of one value becomes zeros. */
export function standardise(values: Float32Array): void {
  const mean = meanOf(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const difference = values[i]! - mean;
    squares += difference * difference;
  }
  const deviation = Math.sqrt(squares / values.length);
  // Below a hundredth of a 16-bit step there is only rounding left to amplify.
  const scale = deviation < 1e-7 ? 0 : 1 / deviation;
  for (let i = 0; i < values.length; i++) values[i] = (values[i]! - mean) * scale;
}

/**
 * Writes one view of `source` [side, side] (0..65535) into `target` [imageSize, imageSize]: crop, flip and rotation in
 * one interpolation, contrast, brightness, gamma and noise within 0..1, then standardisation where the recipe has it.
 * The view is a function of the arguments and of the random stream alone.
 */
export function augment(
  source: Uint16Array,
  side: number,
  target: Float32Array,
  imageSize: number,
  recipe: AugmentRecipe,
  random: Random,
  flipAllowed: boolean,
): void {
  resample(source, side, target, imageSize, drawCrop(side, recipe, random, flipAllowed));
  jitter(target, recipe, random);
  if (recipe.standardise) standardise(target);
}
