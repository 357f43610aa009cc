/**
 * @file A small ResNet trained on contrastive learning and a small U-Net on segmentation, on whichever device: for
 * comparing devices on convolutions, pooling and batch norm.
 */

import type { TensorData } from '../../src-main/engine/runner.js';
import { add, relu } from '../../src-main/graph/ops/elementwise.js';
import { crossEntropy } from '../../src-main/graph/ops/loss.js';
import { l2Normalise } from '../../src-main/graph/ops/normalise.js';
import { maxPool } from '../../src-main/graph/ops/pool.js';
import { globalAveragePool } from '../../src-main/graph/ops/resample.js';
import { input } from '../../src-main/graph/ops/source.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../../src-main/graph/optimiser.js';
import { sgd, sgdHyperparameters } from '../../src-main/graph/sgd.js';
import type { Tensor } from '../../src-main/graph/tensor.js';
import { batchNormLayer, convLayer } from '../../src-main/nn/conv-layers.js';
import { linearLayer } from '../../src-main/nn/layers.js';
import { ParameterScope } from '../../src-main/nn/parameters.js';
import { uNet } from '../../src-main/nn/unet.js';
import { ntXent } from '../../src-main/ssl/contrastive.js';
import { initialState, type TrainingStep, trainingStep } from '../../src-main/training/step-program.js';
import { uniform } from './formula.js';
import { type On, opened, type Trained } from './vit-training.js';

/** A training step, and what it is fed at each step, counted from 1. */
export interface CnnTraining {
  readonly step: TrainingStep;
  readonly feeds: (index: number) => Record<string, TensorData>;
}

const noise = (name: string, index: number, shape: number[]) => Float32Array.from(uniform(`${name} ${index}`, shape));

const norm = (scope: ParameterScope, x: Tensor) => batchNormLayer(scope, x, 'train');
const narrow = (kernel: number, stride: number) => ({ kernel, stride, padding: (kernel - 1) / 2, bias: false });

/** A residual block as in nn/resnet.ts, with a shortcut that has a convolution of its own. */
function block(scope: ParameterScope, x: Tensor, width: number, stride: number): Tensor {
  const inner = relu(norm(scope.scope('bn1'), convLayer(scope.scope('conv1'), x, width, narrow(3, stride))));
  const outer = norm(scope.scope('bn2'), convLayer(scope.scope('conv2'), inner, width, narrow(3, 1)));
  const short = convLayer(scope.scope('downsample.0'), x, width, narrow(1, stride));
  return relu(add(outer, norm(scope.scope('downsample.1'), short)));
}

/**
 * ResNet's stem with its overlapping max pool, and two blocks; 16 px, 8 images seen twice. ResNet-18 itself takes a driver
 * in software minutes. SGD, since Adam magnifies rounding after batch norm (bench/peers/curves.py).
 */
export function resNetSimClr(): CnnTraining {
  const scope = ParameterScope.root('float32');
  const shape = [8, 1, 16, 16];
  const images = input('images', [16, 1, 16, 16], 'float32');
  const encoder = scope.scope('encoder');
  const stem = convLayer(encoder.scope('conv1'), images, 8, narrow(7, 2));
  const pooled = maxPool(relu(norm(encoder.scope('bn1'), stem)), 3, { stride: 2, padding: 1 });
  const first = block(encoder.scope('layer1.0'), pooled, 8, 1);
  const features = globalAveragePool(block(encoder.scope('layer2.0'), first, 12, 2));
  const hidden = relu(linearLayer(scope.scope('projector.0'), features, 32));
  const unit = l2Normalise(linearLayer(scope.scope('projector.2'), hidden, 16));
  const graph = { inputs: [images], loss: ntXent(unit, 0.2), monitors: {} };
  const step = trainingStep('simclr_resnet', scope.parameters, graph, defaultAdamW, {
    optimise: (parts) => sgd(parts, { momentum: 0.9, weightDecay: 0, clipNorm: 1, nesterov: false }),
  });
  return {
    step,
    feeds: (index) => {
      const view = noise('images', index, shape);
      const change = noise('noise', index, shape);
      const other = view.map((value, i) => value + 0.25 * change[i]);
      return {
        images: Float32Array.from([...view, ...other]),
        [HYPERPARAMETERS]: Float32Array.from(sgdHyperparameters(1e-3)),
      };
    },
  };
}

/** Three levels from 4 channels on, 16 px, 2 images, 3 classes that are bands of the pixel's own value. */
export function uNetSegmentation(): CnnTraining {
  const scope = ParameterScope.root('float32');
  const shape = [2, 1, 16, 16];
  const images = input('images', shape, 'float32');
  const target = input('target', [2, 16, 16], 'int32');
  const logits = uNet(scope, { width: 4, levels: 3, norm: 'batch' }, images, 3, 'train');
  const graph = { inputs: [images, target], loss: crossEntropy(logits, target), monitors: {} };
  return {
    step: trainingStep('segmentation_unet', scope.parameters, graph, defaultAdamW),
    feeds: (index) => {
      const values = noise('images', index, shape);
      return {
        images: values,
        target: Int32Array.from(values, (value) => Math.min(2, Math.trunc((value + 1) * 1.5))),
        [HYPERPARAMETERS]: Float32Array.from(hyperparameters(index, 1e-3, defaultAdamW)),
      };
    },
  };
}

/** By what they are. */
export const CNN_TRAININGS: Readonly<Record<string, () => CnnTraining>> = {
  'SimCLR with a residual network': resNetSimClr,
  'segmentation with a U-Net': uNetSegmentation,
};

export async function trainCnn(on: On, { step, feeds }: CnnTraining, steps: number): Promise<Trained> {
  const session = await opened(on, step.program);
  session.setValues(initialState(step, 7));
  const losses: number[] = [];
  const gradientNorms: number[] = [];
  for (let index = 1; index <= steps; index++) {
    const results = await session.run(feeds(index));
    losses.push(Number(results.loss[0]));
    gradientNorms.push(Number(results.gradientNorm[0]));
  }
  const state = await session.getState();
  await session.release();
  return { losses, gradientNorms, state };
}
