/** @file Fills the batch of a step: samples, reads, augments. Runs in every loader thread. */

import { Purpose, Random } from '../base/random.js';
import { augment } from './augment.js';
import type { AugmentRecipe } from './recipes.js';
import { PixelRecords } from './records.js';
import { Sampler } from './sampler.js';

/** What a thread needs to fill any batch of a run. Arrays may lie in shared memory. */
export interface FillPlan {
  file: string;
  side: number;
  imageSize: number;
  batch: number;
  views: 1 | 2;
  seed: number;
  recipe: AugmentRecipe;
  /** [samples] record of each sample. */
  slots: Int32Array;
  /** [samples] 1 where the image may be mirrored. */
  flips: Uint8Array;
  /** [samples] group that second views are drawn from, or null: the image itself. */
  groups: Int32Array | null;
}

/** Fills batches; their content is a function of the plan and the step alone. */
export class BatchFiller {
  private readonly sampler: Sampler;
  private readonly records: PixelRecords;
  private readonly source: Uint16Array;

  /** @throws PretextError `unreadable` where the cache cannot be opened. */
  constructor(private readonly plan: FillPlan) {
    this.sampler = new Sampler({
      count: plan.slots.length,
      batch: plan.batch,
      seed: plan.seed,
      groups: plan.views === 2 ? plan.groups : null,
    });
    this.records = new PixelRecords(plan.file, plan.side);
    this.source = new Uint16Array(plan.side * plan.side);
  }

  /**
   * Writes the batch of `step` into `images` [views * batch, 1, imageSize, imageSize], all first views before all second
   * ones, and the index of each anchor into `sampleIndex` [batch].
   */
  fill(step: number, images: Float32Array, sampleIndex: Int32Array): void {
    const { batch, views } = this.plan;
    const { anchors, partners } = this.sampler.batchAt(step);
    sampleIndex.set(anchors);
    for (let i = 0; i < batch; i++) {
      this.view(anchors[i]!, step, i, 0, images);
      if (views === 2) this.view(partners[i]!, step, i, 1, images);
    }
  }

  close(): void {
    this.records.close();
  }

  private view(sample: number, step: number, position: number, view: 0 | 1, images: Float32Array): void {
    const { batch, imageSize, side, seed, recipe, slots, flips } = this.plan;
    const pixels = imageSize * imageSize;
    const start = (view * batch + position) * pixels;
    const random = new Random(seed, Purpose.augmentation, step, position, view);
    this.records.read(slots[sample]!, this.source);
    const target = images.subarray(start, start + pixels);
    augment(this.source, side, target, imageSize, recipe, random, flips[sample] === 1);
  }
}
