/** @file The classifier: an encoder, the mean of its patch tokens, and a linear head. */

import { div, shift, sqrt, square, sub } from '../graph/ops/elementwise.js';
import { crossEntropy } from '../graph/ops/loss.js';
import { linear } from '../graph/ops/matmul.js';
import { softmax } from '../graph/ops/normalise.js';
import { mean } from '../graph/ops/reduce.js';
import { input } from '../graph/ops/source.js';
import { type Program, program } from '../graph/program.js';
import type { Tensor } from '../graph/tensor.js';
import { type Parameter, ParameterScope } from '../nn/parameters.js';
import { meanPatchToken, patchify, type VitConfig, vitEncoder } from '../nn/vit.js';

/** Names of the classifier's inputs and outputs, also in exported models. */
export const IMAGE = 'image';
export const LABEL = 'label';
export const PROBABILITIES = 'probabilities';
export const FEATURES = 'features';

export interface ClassifierGraph {
  readonly parameters: readonly Parameter[];
  readonly images: Tensor;
  /** [batch, width] */
  readonly features: Tensor;
  /** [batch, classes] */
  readonly logits: Tensor;
}

/**
 * @param batch images at a time
 * @param rawPixels true where the program itself brings each image to mean 0 and variance 1 (exported models)
 */
export function classifierGraph(config: VitConfig, classes: number, batch: number, rawPixels = false): ClassifierGraph {
  const scope = ParameterScope.root('float32');
  const images = input(IMAGE, [batch, config.channels, config.imageSize, config.imageSize], 'float32');
  const pixels = rawPixels ? standardisedImages(images) : images;
  const tokens = vitEncoder(scope, config, patchify(pixels, config.patchSize), { trainPositions: true });
  const features = meanPatchToken(tokens);
  const head = scope.scope('head');
  const weight = head.parameter('weight', [classes, config.width], { kind: 'normal', deviation: 0.01 });
  const logits = linear(features, weight, head.parameter('bias', [classes], { kind: 'zeros' }));
  return { parameters: scope.parameters, images, features, logits };
}

/** Each image with mean 0 and variance 1; a constant one becomes zeros. */
function standardisedImages(images: Tensor): Tensor {
  const axes = [1, 2, 3];
  const centred = sub(images, mean(images, axes, true));
  return div(centred, sqrt(shift(mean(square(centred), axes, true), 1e-12)));
}

/** The program that reads images: `probabilities` [batch, classes] and `features` [batch, width]. */
export function inferenceProgram(graph: ClassifierGraph): Program {
  return program('classifier', {
    inputs: [graph.images],
    frozen: graph.parameters.map(({ tensor }) => tensor),
    outputs: { [PROBABILITIES]: softmax(graph.logits), [FEATURES]: graph.features },
  });
}

/** The loss of full fine-tuning. */
export function classifierLoss(graph: ClassifierGraph, batch: number, labelSmoothing: number) {
  const label = input(LABEL, [batch], 'int32');
  return { inputs: [graph.images, label], loss: crossEntropy(graph.logits, label, { labelSmoothing }), monitors: {} };
}

/**
 * Layer-wise learning-rate decay (Clark et al. 2020, ELECTRA; Bao et al. 2022, BEiT): the head learns at full speed,
 * each layer below by `decay` slower.
 */
export function layerRate(name: string, depth: number, decay: number): number {
  const block = /^blocks\.(\d+)\./.exec(name);
  if (block !== null) return decay ** (depth - Number(block[1]));
  const embedding = name.startsWith('patch_embed.') || name === 'cls_token' || name === 'pos_embed';
  return embedding ? decay ** (depth + 1) : 1;
}
