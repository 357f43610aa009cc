/** @file Layers of convolutional networks, with parameter names as in torch.nn. */

import { gelu } from '../graph/ops/activation.js';
import { conv } from '../graph/ops/conv.js';
import { convTranspose } from '../graph/ops/conv-transpose.js';
import { add, mul, scale } from '../graph/ops/elementwise.js';
import { batchNorm, batchNormInference, instanceNorm } from '../graph/ops/moments.js';
import { reshape, transpose } from '../graph/ops/shape.js';
import { GraphError, type Shape, sizeOf, type Tensor } from '../graph/tensor.js';
import { layerNormLayer, linearLayer } from './layers.js';
import type { ParameterScope } from './parameters.js';

/** Whether norms use the batch's statistics, and move the running ones, or the running ones as they are. */
export type NormMode = 'train' | 'infer';

/** torch.nn.BatchNorm2d's epsilon, and the share of a new batch in the running statistics. */
export const NORM_EPSILON = 1e-5;
export const NORM_MOMENTUM = 0.1;

export interface ConvLayerOptions {
  /** Length of the kernel along every spatial axis. */
  kernel: number;
  stride?: number;
  padding?: number;
  groups?: number;
  bias?: boolean;
}

/**
 * A convolution, its weight normal with deviation sqrt(2 / fan-out) (He et al. 2015), its bias 0.
 *
 * @param x [batch, channels, ...lengths]
 */
export function convLayer(scope: ParameterScope, x: Tensor, outputs: number, options: ConvLayerOptions): Tensor {
  const { kernel, stride = 1, padding = 0, groups = 1, bias = true } = options;
  const shape = [outputs, x.shape[1] / groups, ...x.shape.slice(2).map(() => kernel)];
  const fanOut = (outputs * kernel ** (x.rank - 2)) / groups;
  const weight = scope.parameter('weight', shape, { kind: 'normal', deviation: Math.sqrt(2 / fanOut) });
  const offset = bias ? scope.parameter('bias', [outputs], { kind: 'zeros' }) : null;
  return conv(x, weight, { stride, padding, groups, bias: offset });
}

/** A transposed convolution with windows side by side: every length times `factor`. */
export function upConvLayer(scope: ParameterScope, x: Tensor, outputs: number, factor = 2): Tensor {
  const shape = [x.shape[1], outputs, ...x.shape.slice(2).map(() => factor)];
  // Each element of the result is made of one element of each channel.
  const weight = scope.parameter('weight', shape, { kind: 'normal', deviation: Math.sqrt(2 / x.shape[1]) });
  return convTranspose(x, weight, { stride: factor, bias: scope.parameter('bias', [outputs], { kind: 'zeros' }) });
}

/**
 * torch.nn.BatchNorm1d, 2d or 3d: parameters weight and bias, running statistics running_mean and running_var, the
 * latter of the variance divided by the count less one. Its count of batches (num_batches_tracked) is not kept: with a
 * fixed momentum nothing reads it, and PyTorch loads weights without it.
 *
 * @param x [batch, channels, ...lengths]
 */
export function batchNormLayer(scope: ParameterScope, x: Tensor, mode: NormMode): Tensor {
  const [, channels] = x.shape;
  const gamma = scope.parameter('weight', [channels], { kind: 'ones' });
  const beta = scope.parameter('bias', [channels], { kind: 'zeros' });
  if (mode === 'infer') {
    const still = { decay: false, trainable: false };
    const mean = scope.parameter('running_mean', [channels], { kind: 'zeros' }, still);
    const variance = scope.parameter('running_var', [channels], { kind: 'ones' }, still);
    return batchNormInference(x, gamma, beta, { mean, variance }, NORM_EPSILON);
  }
  const count = x.size / channels;
  if (count < 2)
    throw new GraphError(`batch norm in training needs more than one value for each channel, got ${count}`);
  const { output, mean, variance } = batchNorm(x, gamma, beta, NORM_EPSILON);
  const moved = (current: Tensor, batch: Tensor, factor = 1) =>
    add(scale(current, 1 - NORM_MOMENTUM), scale(batch, NORM_MOMENTUM * factor));
  scope.running('running_mean', [channels], { kind: 'zeros' }, (current) => moved(current, mean));
  const unbiased = count / (count - 1);
  scope.running('running_var', [channels], { kind: 'ones' }, (current) => moved(current, variance, unbiased));
  return output;
}

/** torch.nn.InstanceNorm2d with affine parameters: the same in training and after. */
export function instanceNormLayer(scope: ParameterScope, x: Tensor): Tensor {
  const [, channels] = x.shape;
  const gamma = scope.parameter('weight', [channels], { kind: 'ones' });
  return instanceNorm(x, gamma, scope.parameter('bias', [channels], { kind: 'zeros' }), NORM_EPSILON);
}

/**
 * A ConvNeXt block (Liu et al. 2022), parameters named as in timm: a 7 x 7 convolution of each channel, layer norm over
 * channels, a two-layer perceptron, scaled by `gamma` and added to the input.
 *
 * @param x [batch, channels, height, width]
 */
export function convNextBlock(scope: ParameterScope, x: Tensor, mlpRatio = 4): Tensor {
  const [, channels] = x.shape;
  const depthwise = convLayer(scope.scope('conv_dw'), x, channels, { kernel: 7, padding: 3, groups: channels });
  const last = transpose(depthwise, [0, 2, 3, 1]); // [batch, height, width, channels]
  const mlp = scope.scope('mlp');
  const hidden = gelu(linearLayer(mlp.scope('fc1'), layerNormLayer(scope.scope('norm'), last), mlpRatio * channels));
  const output = linearLayer(mlp.scope('fc2'), hidden, channels);
  const gamma = scope.parameter('gamma', [channels], { kind: 'values', values: new Float32Array(channels).fill(1e-6) });
  return add(x, transpose(mul(output, gamma), [0, 3, 1, 2]));
}

/**
 * Patches of a picture or volume as tokens: a convolution whose windows lie side by side (timm's PatchEmbed), of any
 * number of spatial axes up to three.
 *
 * @param x [batch, channels, ...lengths]
 * @param patch lengths of a patch along each spatial axis
 * @returns [batch, patches, width], patches row-major
 */
export function patchEmbedding(scope: ParameterScope, x: Tensor, patch: Shape, width: number): Tensor {
  const lengths = x.shape.slice(2);
  if (patch.length !== lengths.length || lengths.some((length, axis) => length % patch[axis] !== 0)) {
    throw new GraphError(`patches of [${patch.join(', ')}] do not divide [${lengths.join(', ')}]`);
  }
  const fanIn = x.shape[1] * sizeOf(patch);
  const init = { kind: 'xavierUniform', fanIn, fanOut: width } as const;
  const weight = scope.parameter('proj.weight', [width, x.shape[1], ...patch], init);
  const bias = scope.parameter('proj.bias', [width], { kind: 'zeros' });
  const cells = conv(x, weight, { stride: patch, bias }); // [batch, width, ...grid]
  return transpose(reshape(cells, [x.shape[0], width, sizeOf(cells.shape.slice(2))]), [0, 2, 1]);
}
