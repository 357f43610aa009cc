/**
 * @file A U-Net for segmentation (Ronneberger et al. 2015), of two or three spatial axes, with padding, so that the
 * result has the input's size, and a norm after each convolution, as has become usual (Isensee et al. 2021).
 *
 * Level 0 works at full size; each further level at half the lengths and twice the channels. `down.L` are the two
 * convolutions on the way down, `up.L.up` is the transposed convolution that brings level L + 1 to the size of level L,
 * `up.L` are the two convolutions of its result beside what level L kept, `head` is a 1 x 1 convolution to classes.
 */

import { relu } from '../graph/ops/elementwise.js';
import { maxPool } from '../graph/ops/pool.js';
import { concat } from '../graph/ops/shape.js';
import { GraphError, type Tensor, typeName } from '../graph/tensor.js';
import { batchNormLayer, convLayer, instanceNormLayer, type NormMode, upConvLayer } from './conv-layers.js';
import type { ParameterScope } from './parameters.js';

export interface UNetConfig {
  /** Channels of level 0; level L has 2 ** L times as many. */
  width: number;
  /** Levels, the lowest one included. */
  levels: number;
  /** Batch norm needs batches; instance norm works on single images and volumes. */
  norm: 'batch' | 'instance';
}

export const defaultUNet: UNetConfig = { width: 32, levels: 5, norm: 'batch' };

/**
 * @param images [batch, channels, ...lengths], every length a multiple of 2 ** (levels - 1)
 * @returns logits [batch, classes, ...lengths]
 */
export function uNet(
  scope: ParameterScope,
  config: UNetConfig,
  images: Tensor,
  classes: number,
  mode: NormMode,
): Tensor {
  const { width, levels } = config;
  const multiple = 2 ** (levels - 1);
  if (levels < 1 || images.shape.slice(2).some((length) => length % multiple !== 0)) {
    throw new GraphError(`a U-Net of ${levels} levels needs lengths that ${multiple} divides, got ${typeName(images)}`);
  }
  const kept: Tensor[] = [];
  let x = images;
  for (let level = 0; level < levels; level++) {
    if (level > 0) x = maxPool(x, 2);
    x = twoConvolutions(scope.scope(`down.${level}`), config, x, width * 2 ** level, mode);
    kept.push(x);
  }
  for (let level = levels - 2; level >= 0; level--) {
    const outputs = width * 2 ** level;
    const at = scope.scope(`up.${level}`);
    const raised = upConvLayer(at.scope('up'), x, outputs);
    x = twoConvolutions(at, config, concat([kept[level], raised], 1), outputs, mode);
  }
  return convLayer(scope.scope('head'), x, classes, { kernel: 1 });
}

function twoConvolutions(scope: ParameterScope, { norm }: UNetConfig, x: Tensor, outputs: number, mode: NormMode) {
  return [1, 2].reduce((result, index) => {
    const y = convLayer(scope.scope(`conv${index}`), result, outputs, { kernel: 3, padding: 1, bias: false });
    const at = scope.scope(`norm${index}`);
    return relu(norm === 'batch' ? batchNormLayer(at, y, mode) : instanceNormLayer(at, y));
  }, x);
}
