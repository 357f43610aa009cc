/** @file Views of an image: bounded, repeatable, standardised, flipped only where allowed. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import { augment } from '../../../src-main/pixels/augment.js';
import {
  type AugmentRecipe,
  contrastiveRecipe,
  evaluationRecipe,
  fineTuneRecipe,
  inpaintingRecipe,
} from '../../../src-main/pixels/recipes.js';

const side = 48;
const source = Uint16Array.from({ length: side * side }, (_, i) => {
  const [x, y] = [i % side, Math.floor(i / side)];
  return Math.round(32000 + 20000 * Math.sin(x / 5) * Math.cos(y / 7) + 200 * x);
});

function view(recipe: AugmentRecipe, seed: number, flipAllowed = true, size = 32): Float32Array {
  const target = new Float32Array(size * size);
  augment(source, side, target, size, recipe, new Random(seed), flipAllowed);
  return target;
}

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: Float32Array) => {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length;
};

describe('augment', () => {
  const recipes = { inpaintingRecipe, contrastiveRecipe, fineTuneRecipe };

  it.each(Object.entries(recipes))('%s: same stream, same view; another stream, another view', (_, recipe) => {
    expect(view(recipe, 1)).toEqual(view(recipe, 1));
    expect(view(recipe, 1)).not.toEqual(view(recipe, 2));
  });

  it.each(Object.entries(recipes))('%s: mean 0 and variance 1, finite', (_, recipe) => {
    for (let seed = 0; seed < 50; seed++) {
      const values = view(recipe, seed);
      expect(values.every(Number.isFinite)).toBe(true);
      expect(mean(values)).toBeCloseTo(0, 4);
      expect(variance(values)).toBeCloseTo(1, 3);
    }
  });

  it('stays within 0..1 before standardisation, however strong the jitter', () => {
    const wild: AugmentRecipe = {
      ...contrastiveRecipe,
      contrast: [0.2, 4],
      brightness: [-0.5, 0.5],
      gamma: [0.2, 5],
      noise: [0, 0.5],
      standardise: false,
    };
    for (let seed = 0; seed < 100; seed++) {
      expect(view(wild, seed).every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it('gives zeros for an image of one value', () => {
    for (const value of [0, 777, 65535]) {
      const target = new Float32Array(32 * 32).fill(5);
      const flat = new Uint16Array(side * side).fill(value);
      augment(flat, side, target, 32, evaluationRecipe, new Random(1), true);
      expect(target.every((one) => one === 0)).toBe(true);
    }
  });

  it('flips half of the views, and none where it is not allowed', () => {
    const flipOnly: AugmentRecipe = { ...evaluationRecipe, flip: true };
    const upright = view(evaluationRecipe, 0);
    const isUpright = (flipAllowed: boolean) => (_: unknown, seed: number) =>
      view(flipOnly, seed, flipAllowed).every((value, i) => Math.abs(value - upright[i]!) < 1e-5);
    const seeds = Array.from({ length: 200 });
    expect(seeds.every(isUpright(false))).toBe(true);
    const allowed = seeds.filter(isUpright(true)).length;
    expect(allowed).toBeGreaterThan(70);
    expect(allowed).toBeLessThan(130);
  });

  it('crops by the share of area that the recipe says', () => {
    // The share of a ramp's range that a crop keeps is the share of its width or height.
    const recipe: AugmentRecipe = {
      ...evaluationRecipe,
      cropArea: [0.25, 1],
      cropAspect: [0.75, 4 / 3],
      standardise: false,
    };
    const along = (direction: 'x' | 'y', seed: number): number => {
      const at = (i: number) => (direction === 'x' ? i % side : Math.floor(i / side));
      const ramp = Uint16Array.from({ length: side * side }, (_, i) => 1000 * at(i));
      const target = new Float32Array(32 * 32);
      augment(ramp, side, target, 32, recipe, new Random(seed), false);
      const perPixel =
        direction === 'x'
          ? target[16 * 32 + 20]! - target[16 * 32 + 12]!
          : target[20 * 32 + 16]! - target[12 * 32 + 16]!;
      return ((perPixel * 65535) / 1000 / 8) * 32;
    };
    const areas = Array.from({ length: 400 }, (_, seed) => (along('x', seed) * along('y', seed)) / side ** 2);
    expect(Math.min(...areas)).toBeGreaterThan(0.24);
    expect(Math.min(...areas)).toBeLessThan(0.3);
    expect(Math.max(...areas)).toBeLessThan(1.01);
    expect(Math.max(...areas)).toBeGreaterThan(0.9);
    expect(areas.reduce((sum, area) => sum + area, 0) / areas.length).toBeCloseTo(0.6, 1);
  });

  it('adds noise of the deviation asked for', () => {
    const target = new Float32Array(128 * 128);
    const flat = new Uint16Array(side * side).fill(32768);
    const recipe: AugmentRecipe = { ...evaluationRecipe, noise: [0.05, 0.05], standardise: false };
    augment(flat, side, target, 128, recipe, new Random(3), false);
    expect(mean(target)).toBeCloseTo(0.5, 2);
    expect(Math.sqrt(variance(target))).toBeCloseTo(0.05, 3);
  });

  it('applies contrast about the mean, then brightness, then gamma', () => {
    const plain = view({ ...evaluationRecipe, standardise: false }, 0);
    const jittered = view(
      { ...evaluationRecipe, contrast: [0.5, 0.5], brightness: [0.1, 0.1], gamma: [2, 2], standardise: false },
      0,
    );
    const centre = mean(plain);
    plain.forEach((value, i) => {
      expect(jittered[i]).toBeCloseTo(((value - centre) * 0.5 + centre + 0.1) ** 2, 4);
    });
  });
});
