/** @file The training steps that `engine.mjs` times, on random batches: each is a model, its loss and AdamW. */

import type { Random } from '../src-main/base/random.js';
import type { TensorData } from '../src-main/engine/session.js';
import { relu } from '../src-main/graph/ops/elementwise.js';
import { crossEntropy } from '../src-main/graph/ops/loss.js';
import { l2Normalise } from '../src-main/graph/ops/normalise.js';
import { input } from '../src-main/graph/ops/source.js';
import { defaultAdamW } from '../src-main/graph/optimiser.js';
import { linearLayer } from '../src-main/nn/layers.js';
import { ParameterScope } from '../src-main/nn/parameters.js';
import { resNetEncoder } from '../src-main/nn/resnet.js';
import { defaultUNet, uNet } from '../src-main/nn/unet.js';
import { type BackboneName, VIT_BACKBONES } from '../src-main/nn/vit.js';
import { ntXent } from '../src-main/ssl/contrastive.js';
import { inpaintingTask } from '../src-main/ssl/inpainting.js';
import { pretextStep, type TrainingStep, trainingStep } from '../src-main/training/step-program.js';

export interface TimedModel {
  readonly step: TrainingStep;
  /** One batch, without the optimiser's numbers. */
  batch(random: Random): Record<string, TensorData>;
}

export interface ModelSize {
  batch: number;
  imageSize: number;
  /** Blocks of the batch inside one step, for masked autoencoders. */
  blocks: number;
}

const noise = (random: Random, count: number) => Float32Array.from({ length: count }, () => random.uniform(0, 1));

/** A masked autoencoder with patches of 16. */
function maskedAutoencoder(backbone: BackboneName, { batch, imageSize, blocks }: ModelSize): TimedModel {
  const task = inpaintingTask();
  const vit = { ...VIT_BACKBONES[backbone], imageSize, patchSize: 16, channels: 1 };
  return {
    step: pretextStep(task, vit, batch, defaultAdamW, 'float32', { blocks }),
    batch: (random) => ({ images: noise(random, batch * imageSize ** 2), ...task.hostInputs(vit, batch, random) }),
  };
}

/** SimCLR with ResNet-18: batch norm over both views, a projection head of 512 and 128. */
function contrastiveResNet({ batch, imageSize }: ModelSize): TimedModel {
  const scope = ParameterScope.root('float32');
  const images = input('images', [2 * batch, 1, imageSize, imageSize], 'float32');
  const features = resNetEncoder(scope.scope('encoder'), 'resnet-18', images, { mode: 'train' });
  const hidden = relu(linearLayer(scope.scope('projector.0'), features, 512));
  const unit = l2Normalise(linearLayer(scope.scope('projector.2'), hidden, 128));
  const graph = { inputs: [images], loss: ntXent(unit, 0.2), monitors: {} };
  return {
    step: trainingStep('resnet_contrastive', scope.parameters, graph, defaultAdamW),
    batch: (random) => ({ images: noise(random, images.size) }),
  };
}

/** The default U-Net with two classes and cross-entropy. */
function segmentation({ batch, imageSize }: ModelSize): TimedModel {
  const scope = ParameterScope.root('float32');
  const images = input('images', [batch, 1, imageSize, imageSize], 'float32');
  const target = input('target', [batch, imageSize, imageSize], 'int32');
  const loss = crossEntropy(uNet(scope, defaultUNet, images, 2, 'train'), target);
  return {
    step: trainingStep('unet', scope.parameters, { inputs: [images, target], loss, monitors: {} }, defaultAdamW),
    batch: (random) => {
      const pixels = noise(random, images.size);
      return { images: pixels, target: Int32Array.from(pixels, (value) => Number(value > 0.5)) };
    },
  };
}

export const MODELS: Readonly<Record<string, (size: ModelSize) => TimedModel>> = {
  'vit-tiny': (size) => maskedAutoencoder('vit-tiny', size),
  'vit-small': (size) => maskedAutoencoder('vit-small', size),
  'vit-base': (size) => maskedAutoencoder('vit-base', size),
  'resnet-18': contrastiveResNet,
  unet: segmentation,
};
