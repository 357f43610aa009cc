/** @file Augmentation recipes as data: what may happen to a view of an image, and how strongly. */

/** A closed range [low, high]; equal ends switch the effect off. */
export type Range = readonly [low: number, high: number];

/**
 * One augmentation recipe. There is no colour jitter, greyscale, solarisation or channel trick: scans have one channel,
 * and its value means something.
 */
export interface AugmentRecipe {
  /** Part of the image's area that is kept, uniform. */
  cropArea: Range;
  /** Width over height of the kept part, log-uniform. */
  cropAspect: Range;
  /** Mirror left and right with probability one half, where the image allows it. */
  flip: boolean;
  /** Largest rotation to either side, degrees. */
  rotationDegrees: number;
  /** Factor on the distance from the view's mean. */
  contrast: Range;
  /** Added to all values, which lie in 0..1. */
  brightness: Range;
  /** Exponent on values in 0..1, log-uniform. */
  gamma: Range;
  /** Standard deviation of the added noise, values in 0..1. */
  noise: Range;
  /** Whether each view ends with mean 0 and variance 1. */
  standardise: boolean;
}

/** The whole image, resized; nothing random. */
export const evaluationRecipe: AugmentRecipe = {
  cropArea: [1, 1],
  cropAspect: [1, 1],
  flip: false,
  rotationDegrees: 0,
  contrast: [1, 1],
  brightness: [0, 0],
  gamma: [1, 1],
  noise: [0, 0],
  standardise: true,
};

/** Masked inpainting needs little: He et al. 2022 (Masked Autoencoders Are Scalable Vision Learners), table 1e. */
export const inpaintingRecipe: AugmentRecipe = {
  ...evaluationRecipe,
  cropArea: [0.5, 1],
  cropAspect: [3 / 4, 4 / 3],
  flip: true,
};

/**
 * Contrastive learning lives on its views: Chen et al. 2020 (SimCLR), with the colour distortions replaced by what
 * differs between two acquisitions of one patient: position, exposure, window and noise.
 */
export const contrastiveRecipe: AugmentRecipe = {
  cropArea: [0.25, 1],
  cropAspect: [3 / 4, 4 / 3],
  flip: true,
  rotationDegrees: 10,
  contrast: [0.6, 1.4],
  brightness: [-0.1, 0.1],
  gamma: [0.8, 1.25],
  noise: [0, 0.03],
  standardise: true,
};

/** Learning from few labels: enough variety against memorising, mild enough to keep a small finding in the view. */
export const fineTuneRecipe: AugmentRecipe = {
  cropArea: [0.7, 1],
  cropAspect: [0.85, 1 / 0.85],
  flip: true,
  rotationDegrees: 5,
  contrast: [0.85, 1.15],
  brightness: [-0.05, 0.05],
  gamma: [0.9, 1 / 0.9],
  noise: [0, 0.01],
  standardise: true,
};
