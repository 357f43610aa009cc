/**
 * @file Ops that the native engine alone computes: whole gradients, in one pass over their values. Not part of the op
 * table: no model is built of them. passes/native.ts puts them in the place of what gradient rules emit, after everything
 * that differentiates or lowers a program, so they have neither a gradient nor an ONNX lowering.
 */

import {
  applyAll,
  GraphError,
  type OpDefinition,
  requireSameDType,
  type Shape,
  sameShape,
  type Tensor,
  typeName,
} from './tensor.js';

function notLowered(name: string): never {
  throw new GraphError(`${name} has no ONNX lowering: the native engine alone computes it`);
}

const same = ({ shape }: Tensor, expected: Shape): boolean => sameShape(shape, expected);

export type AttentionGradientAttributes = {
  /** What q k^T was multiplied by. */
  readonly factor: number;
};

const attentionGradientDefinition: OpDefinition<AttentionGradientAttributes> = {
  name: 'attentionGradient',
  infer(inputs) {
    const [q, k, v, attended, weights, g] = inputs;
    const dtype = requireSameDType('attentionGradient', inputs, true);
    const [batch, heads, queries, width] = q.shape;
    const [, , keys, valueWidth] = v.shape;
    const fits =
      inputs.every(({ rank }) => rank === 4) &&
      same(k, [batch, heads, keys, width]) &&
      same(v, [batch, heads, keys, valueWidth]) &&
      same(attended, [batch, heads, queries, valueWidth]) &&
      same(weights, [batch, heads, queries, keys]) &&
      same(g, attended.shape);
    if (!fits) throw new GraphError(`attentionGradient of ${inputs.map(typeName).join(', ')}`);
    return [q, k, v].map(({ shape }) => ({ shape, dtype }));
  },
  lower: () => notLowered('attentionGradient'),
};

/**
 * The gradients of `attention` without a bias: with s = weights * (g v^T - rowSum(g * attended)), they are
 * factor * s k, factor * s^T q and weights^T g (Dao et al. 2022, FlashAttention, appendix B).
 *
 * @param q [batch, heads, queries, width]
 * @param k [batch, heads, keys, width]
 * @param v [batch, heads, keys, value width]
 * @param attended what attention gave, [batch, heads, queries, value width]
 * @param weights [batch, heads, queries, keys]
 * @param g the gradient with respect to `attended`
 * @returns those with respect to q, k and v
 */
export function attentionGradient(
  [q, k, v, attended, weights, g]: readonly [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor],
  attributes: AttentionGradientAttributes,
): readonly Tensor[] {
  return applyAll(attentionGradientDefinition, [q, k, v, attended, weights, g], attributes);
}

const layerNormGradientDefinition: OpDefinition<Record<string, never>> = {
  name: 'layerNormGradient',
  infer(inputs) {
    const [x, gamma, average, inverse, g] = inputs;
    const dtype = requireSameDType('layerNormGradient', inputs, true);
    const width = x.shape[x.rank - 1];
    const statistics = [...x.shape.slice(0, -1), 1];
    const fits =
      same(gamma, [width]) && same(average, statistics) && same(inverse, statistics) && same(g, x.shape) && x.rank > 0;
    if (!fits) throw new GraphError(`layerNormGradient of ${inputs.map(typeName).join(', ')}`);
    return [x, gamma, gamma].map(({ shape }) => ({ shape, dtype }));
  },
  lower: () => notLowered('layerNormGradient'),
};

/**
 * The gradients of `layerNorm`: with n = (x - average) * inverse and h = g * gamma, that of x is
 * (h - mean(h) - n * mean(h * n)) * inverse, those of gamma and beta are the sums over all rows of g * n and of g.
 *
 * @param x [..., width]
 * @param gamma [width]
 * @param average, inverse what layerNorm gave beside its values, [..., 1]
 * @param g the gradient with respect to its values, [..., width]
 * @returns those with respect to x, gamma and beta
 */
export function layerNormGradient([x, gamma, average, inverse, g]: readonly [
  Tensor,
  Tensor,
  Tensor,
  Tensor,
  Tensor,
]): readonly Tensor[] {
  return applyAll(layerNormGradientDefinition, [x, gamma, average, inverse, g], {});
}
