/** @file How many steps fine-tuning takes, and from measured speeds how long that lasts. */

import type { FinetuneMode } from './model-store.js';

/** Images in one step of full fine-tuning, fewer where there are fewer labels. */
export const FINETUNE_BATCH = 32;

/** Steps of one draw: enough to learn from few labels, bounded for many. @param epochs null: by plan */
export function plannedSteps(labels: number, epochs: number | null): number {
  const perEpoch = Math.max(1, Math.floor(labels / Math.min(FINETUNE_BATCH, labels)));
  if (epochs !== null) return perEpoch * epochs;
  return Math.max(80, Math.min(600, perEpoch * 20));
}

/** Speeds of one encoder on one device. */
export interface FinetuneSpeed {
  /** Milliseconds of a training step of {@link FINETUNE_BATCH} images. */
  stepMs: number;
  /** Milliseconds of reading one image. */
  imageMs: number;
  /** Milliseconds of preparing the device for training, and for reading. */
  compileStepMs: number;
  compileReadMs: number;
}

export interface FinetuneSize {
  /** Labels of each draw. */
  labels: number;
  /** All labelled training images. */
  trainingImages: number;
  /** Validation and test images. */
  measuredImages: number;
  seeds: number;
  epochs: number | null;
  /** Whether there is a run to start from; the same from scratch is then measured beside it. */
  pretrained: boolean;
}

/** Seconds of starting a trainer process and reading the catalogue. */
const START_SECONDS = 1.5;

/** Seconds that fine-tuning takes at these speeds; pixels that were not prepared yet come on top. */
export function finetuneSeconds(mode: FinetuneMode, size: FinetuneSize, speed: FinetuneSpeed): number {
  const { labels, seeds, measuredImages } = size;
  const arms = size.pretrained ? 2 : 1;
  if (mode === 'full') {
    const steps = plannedSteps(labels, size.epochs);
    const step = (speed.stepMs * Math.min(labels, FINETUNE_BATCH)) / FINETUNE_BATCH;
    const perDraw = steps * step + measuredImages * speed.imageMs;
    return START_SECONDS + (arms * (speed.compileStepMs + speed.compileReadMs + seeds * perDraw)) / 1000;
  }
  // A random encoder is another one for each draw, so everything is read anew; the pretrained one reads once.
  const drawn = Math.min(size.trainingImages, labels * seeds);
  const readings = (size.pretrained ? 1 : 0) + seeds;
  const reading = readings * (drawn + measuredImages) * speed.imageMs;
  return START_SECONDS + (arms * speed.compileReadMs + reading) / 1000;
}
