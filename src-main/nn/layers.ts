/** @file Layers of a transformer, with parameter names as in timm. */

import { gelu } from '../graph/ops/activation.js';
import { attention } from '../graph/ops/attention.js';
import { add } from '../graph/ops/elementwise.js';
import { linear } from '../graph/ops/matmul.js';
import { layerNorm } from '../graph/ops/normalise.js';
import { reshape, split, transpose } from '../graph/ops/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { ParameterScope } from './parameters.js';

/** timm's and MAE's LayerNorm epsilon. */
export const LAYER_NORM_EPSILON = 1e-6;

/**
 * A linear layer, Xavier-uniform weight and zero bias as in MAE.
 *
 * @param x [..., inputs]
 * @returns [..., outputs]
 */
export function linearLayer(scope: ParameterScope, x: Tensor, outputs: number): Tensor {
  const inputs = x.shape[x.rank - 1];
  const weight = scope.parameter('weight', [outputs, inputs], {
    kind: 'xavierUniform',
    fanIn: inputs,
    fanOut: outputs,
  });
  return linear(x, weight, scope.parameter('bias', [outputs], { kind: 'zeros' }));
}

/** @param x [..., width] */
export function layerNormLayer(scope: ParameterScope, x: Tensor): Tensor {
  const width = x.shape[x.rank - 1];
  const gamma = scope.parameter('weight', [width], { kind: 'ones' });
  return layerNorm(x, gamma, scope.parameter('bias', [width], { kind: 'zeros' }), LAYER_NORM_EPSILON);
}

/**
 * Multi-head self-attention (timm's Attention).
 *
 * @param x [batch, tokens, width]
 */
export function selfAttention(scope: ParameterScope, x: Tensor, heads: number): Tensor {
  const [batch, tokens, width] = x.shape;
  const headWidth = width / heads;
  const joined = linearLayer(scope.scope('qkv'), x, 3 * width); // [batch, tokens, 3 * width]
  const byHead = transpose(reshape(joined, [batch, tokens, 3, heads, headWidth]), [2, 0, 3, 1, 4]);
  const [q, k, v] = split(byHead, 3, 0).map((part) => reshape(part, [batch, heads, tokens, headWidth]));
  const attended = attention(q, k, v); // [batch, heads, tokens, headWidth]
  const merged = reshape(transpose(attended, [0, 2, 1, 3]), [batch, tokens, width]);
  return linearLayer(scope.scope('proj'), merged, width);
}

/**
 * A pre-norm transformer block (timm's Block).
 *
 * @param x [batch, tokens, width]
 */
export function transformerBlock(scope: ParameterScope, x: Tensor, heads: number, mlpRatio = 4): Tensor {
  const width = x.shape[2];
  const attended = add(x, selfAttention(scope.scope('attn'), layerNormLayer(scope.scope('norm1'), x), heads));
  const mlp = scope.scope('mlp');
  const hidden = gelu(linearLayer(mlp.scope('fc1'), layerNormLayer(scope.scope('norm2'), attended), mlpRatio * width));
  return add(attended, linearLayer(mlp.scope('fc2'), hidden, width));
}
