/** @file Runs a classifier over any number of images in batches of one fixed size. */

import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import { openProgram } from '../engine/open.js';
import type { ProgramRunner, Provider } from '../engine/runner.js';
import type { VitConfig } from '../nn/vit.js';
import { classifierGraph, FEATURES, IMAGE, inferenceProgram, PROBABILITIES } from '../tasks/classifier.js';

const BATCH = 64;

export interface InferenceOutput {
  /** [images, classes] */
  probabilities: Float32Array;
  /** [images, width] */
  features: Float32Array;
}

/** A compiled classifier. */
export class Classifier {
  private constructor(
    private readonly session: ProgramRunner,
    readonly vit: VitConfig,
    readonly classes: number,
  ) {}

  static async create(
    vit: VitConfig,
    classes: number,
    weights: ReadonlyMap<string, Float32Array>,
    device: { provider: Provider; threads: number },
  ): Promise<Classifier> {
    const graph = classifierGraph(vit, classes, BATCH);
    const session = await openProgram(inferenceProgram(graph), device);
    session.setValues(weights);
    return new Classifier(session, vit, classes);
  }

  /** Replaces the weights; names that are not given stay. */
  setWeights(weights: ReadonlyMap<string, Float32Array>): void {
    this.session.setValues(weights);
  }

  /**
   * @param images [count, channels, imageSize, imageSize], each with mean 0 and variance 1
   */
  async run(images: Float32Array, control: JobControl, phase: string): Promise<InferenceOutput> {
    const pixels = this.vit.channels * this.vit.imageSize ** 2;
    const count = images.length / pixels;
    const probabilities = new Float32Array(count * this.classes);
    const features = new Float32Array(count * this.vit.width);
    const batch = new Float32Array(BATCH * pixels);
    const meter = new ProgressMeter(control, phase, count);
    for (let start = 0; start < count; start += BATCH) {
      throwIfCancelled(control);
      const end = Math.min(count, start + BATCH);
      // The last batch is filled up with whatever the one before left; those rows are not read.
      batch.set(images.subarray(start * pixels, end * pixels));
      const outputs = await this.session.run({ [IMAGE]: batch });
      const rows = end - start;
      const own = (name: string, width: number) => (outputs[name] as Float32Array).subarray(0, rows * width);
      probabilities.set(own(PROBABILITIES, this.classes), start * this.classes);
      features.set(own(FEATURES, this.vit.width), start * this.vit.width);
      meter.update(end);
    }
    return { probabilities, features };
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
