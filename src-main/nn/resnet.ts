/**
 * @file Residual networks (He et al. 2016), shaped and named as torchvision's resnet18 and resnet50: in the bottleneck
 * the 3 x 3 convolution has the stride.
 */

import { add, relu } from '../graph/ops/elementwise.js';
import { linear } from '../graph/ops/matmul.js';
import { maxPool } from '../graph/ops/pool.js';
import { globalAveragePool } from '../graph/ops/resample.js';
import type { Tensor } from '../graph/tensor.js';
import { batchNormLayer, convLayer, type NormMode } from './conv-layers.js';
import type { ParameterScope } from './parameters.js';

/** Blocks of each of the four stages, and whether a block narrows to a quarter of its width in the middle. */
export const RESNETS = {
  'resnet-18': { blocks: [2, 2, 2, 2], bottleneck: false },
  'resnet-50': { blocks: [3, 4, 6, 3], bottleneck: true },
} as const;

export type ResNetName = keyof typeof RESNETS;

const STAGE_WIDTHS = [64, 128, 256, 512] as const;
/** How many times a bottleneck's outputs are its width. */
const EXPANSION = 4;

/** Channels of the last feature map. */
export const resNetWidth = (name: ResNetName): number =>
  STAGE_WIDTHS[STAGE_WIDTHS.length - 1] * (RESNETS[name].bottleneck ? EXPANSION : 1);

export interface ResNetOptions {
  mode: NormMode;
  /** Factor on all widths, 1 in torchvision: small networks for tests. */
  widthFactor?: number;
}

/**
 * The feature map before pooling.
 *
 * @param images [batch, channels, height, width]
 * @returns [batch, resNetWidth, height / 32, width / 32], lengths rounded up
 */
export function resNetFeatures(
  scope: ParameterScope,
  name: ResNetName,
  images: Tensor,
  options: ResNetOptions,
): Tensor {
  const { mode, widthFactor = 1 } = options;
  const { blocks, bottleneck } = RESNETS[name];
  const stem = convLayer(scope.scope('conv1'), images, 64 * widthFactor, {
    kernel: 7,
    stride: 2,
    padding: 3,
    bias: false,
  });
  let x = relu(batchNormLayer(scope.scope('bn1'), stem, mode));
  x = maxPool(x, 3, { stride: 2, padding: 1 });
  const block = bottleneck ? bottleneckBlock : basicBlock;
  for (const [stage, count] of blocks.entries()) {
    for (let index = 0; index < count; index++) {
      const stride = stage > 0 && index === 0 ? 2 : 1;
      x = block(scope.scope(`layer${stage + 1}.${index}`), x, STAGE_WIDTHS[stage] * widthFactor, stride, mode);
    }
  }
  return x;
}

/** The image's feature vector: the mean of its feature map. @returns [batch, resNetWidth] */
export const resNetEncoder = (
  scope: ParameterScope,
  name: ResNetName,
  images: Tensor,
  options: ResNetOptions,
): Tensor => globalAveragePool(resNetFeatures(scope, name, images, options));

/** The whole classifier, with torchvision's last layer `fc`. @returns logits [batch, classes] */
export function resNetClassifier(
  scope: ParameterScope,
  name: ResNetName,
  images: Tensor,
  classes: number,
  options: ResNetOptions,
): Tensor {
  const features = resNetEncoder(scope, name, images, options);
  const [, inputs] = features.shape;
  // torch.nn.Linear's own start.
  const uniform = { kind: 'uniform', bound: 1 / Math.sqrt(inputs) } as const;
  const weight = scope.parameter('fc.weight', [classes, inputs], uniform);
  return linear(features, weight, scope.parameter('fc.bias', [classes], uniform));
}

type Block = (scope: ParameterScope, x: Tensor, width: number, stride: number, mode: NormMode) => Tensor;

const basicBlock: Block = (scope, x, width, stride, mode) => {
  const inner = convNorm(scope, 1, x, width, { kernel: 3, stride, padding: 1 }, mode);
  const output = convNorm(scope, 2, relu(inner), width, { kernel: 3, padding: 1 }, mode);
  return relu(add(output, shortcut(scope, x, width, stride, mode)));
};

const bottleneckBlock: Block = (scope, x, width, stride, mode) => {
  const narrow = convNorm(scope, 1, x, width, { kernel: 1 }, mode);
  const inner = convNorm(scope, 2, relu(narrow), width, { kernel: 3, stride, padding: 1 }, mode);
  const output = convNorm(scope, 3, relu(inner), width * EXPANSION, { kernel: 1 }, mode);
  return relu(add(output, shortcut(scope, x, width * EXPANSION, stride, mode)));
};

function convNorm(
  scope: ParameterScope,
  index: number,
  x: Tensor,
  outputs: number,
  options: { kernel: number; stride?: number; padding?: number },
  mode: NormMode,
): Tensor {
  const y = convLayer(scope.scope(`conv${index}`), x, outputs, { ...options, bias: false });
  return batchNormLayer(scope.scope(`bn${index}`), y, mode);
}

/** The input itself, or a strided 1 x 1 convolution of it where shapes differ. */
function shortcut(scope: ParameterScope, x: Tensor, outputs: number, stride: number, mode: NormMode): Tensor {
  if (stride === 1 && x.shape[1] === outputs) return x;
  const y = convLayer(scope.scope('downsample.0'), x, outputs, { kernel: 1, stride, bias: false });
  return batchNormLayer(scope.scope('downsample.1'), y, mode);
}
