/** @file What a pretext task is: a loss over unlabelled views of images, with whatever head it needs. */

import type { Random } from '../base/random.js';
import type { Tensor } from '../graph/tensor.js';
import type { ParameterScope } from '../nn/parameters.js';
import type { VitConfig } from '../nn/vit.js';

export type PretextMethod = 'inpainting' | 'contrastive';

/** What a pretext task adds to a program. */
export interface PretextGraph {
  /** Inputs of the program, the images first. */
  readonly inputs: readonly Tensor[];
  /** Scalar. */
  readonly loss: Tensor;
  /** Further scalars to report, by name. */
  readonly monitors: Readonly<Record<string, Tensor>>;
}

export interface PretextTask {
  readonly method: PretextMethod;
  /** Views of each image in a batch. */
  readonly views: 1 | 2;
  /** Builds the loss for batches of `batch` images (`batch * views` pictures). */
  build(scope: ParameterScope, config: VitConfig, batch: number): PretextGraph;
  /** The inputs that are neither pixels nor state, made on the host: patch orders and the like. */
  hostInputs(config: VitConfig, batch: number, random: Random): Record<string, Int32Array>;
}

/** Shape of the images that a task's program reads: view-major, [batch * views, channels, imageSize, imageSize]. */
export function imagesShape(config: VitConfig, pictures: number): number[] {
  return [pictures, config.channels, config.imageSize, config.imageSize];
}
