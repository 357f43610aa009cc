/** @file Scaled dot-product attention as one op. */

import {
  applyAll,
  type FloatDType,
  GraphError,
  type OpDefinition,
  requireSameDType,
  sameShape,
  type Tensor,
  typeName,
} from '../tensor.js';
import { add, broadcastShapes, mul, sub, unbroadcast, where } from './elementwise.js';
import { matmul } from './matmul.js';
import { sum } from './reduce.js';
import { scalar } from './source.js';

const attentionOp: OpDefinition<Record<string, never>> = {
  name: 'attention',
  // Inputs: queries, keys, values, and the bias where there is one. Outputs: the attended values, and the attention
  // weights [batch, heads, queries, keys], kept for the gradient.
  infer(inputs) {
    const dtype = requireSameDType('attention', inputs, true);
    const [q, k, v, bias] = inputs;
    const [batch, heads, queries, width] = q.shape;
    const weights = [batch, heads, queries, k.shape[2]];
    const fits =
      [q, k, v].every(({ shape, rank }) => rank === 4 && shape[0] === batch && shape[1] === heads) &&
      k.shape[3] === width &&
      k.shape[2] > 0 &&
      v.shape[2] === k.shape[2] &&
      (bias === undefined || sameShape(broadcastShapes('attention', bias.shape, weights), weights));
    if (!fits) throw new GraphError(`attention of ${inputs.map(typeName).join(', ')}`);
    return [
      { shape: [batch, heads, queries, v.shape[3]], dtype },
      { shape: weights, dtype },
    ];
  },
  // The weights get a gradient of their own only where a gradient is differentiated again.
  gradient({ inputs: [q, k, v, bias], outputs: [attended, weights] }, [g, own]) {
    const factor = 1 / Math.sqrt(q.shape[3]);
    const centred: Tensor[] = [];
    if (g !== null) {
      // The row sums of g v^T * weights equal those of g * attended, which are width / tokens times as many values
      // (Dao et al. 2022, FlashAttention, appendix B).
      centred.push(sub(matmul(g, v, { transposeB: true }), sum(mul(g, attended), -1, true)));
    }
    if (own !== null) centred.push(sub(own, sum(mul(own, weights), -1, true)));
    if (centred.length === 0) return [null, null, null, null];
    const toScores = mul(
      weights,
      centred.reduce((total, term) => add(total, term)),
    );
    return [
      matmul(toScores, k, { factor }),
      matmul(toScores, q, { transposeA: true, factor }),
      g === null ? null : matmul(weights, g, { transposeA: true }),
      bias === undefined ? null : unbroadcast(toScores, bias.shape),
    ];
  },
  lower({ inputs: [q, , , bias] }, l) {
    const factor = 1 / Math.sqrt(q.shape[3]);
    const scores =
      q.dtype === 'float32'
        ? l.emit('FusedMatMul', [l.input(0), l.input(1)], {
            attributes: { transB: 1, alpha: { float: factor } },
            domain: 'com.microsoft',
          })
        : l.emit('Mul', [
            l.emit('MatMul', [l.input(0), l.emit('Transpose', [l.input(1)], { attributes: { perm: [0, 1, 3, 2] } })]),
            l.constant([factor], [], q.dtype),
          ]);
    const biased = bias === undefined ? scores : l.emit('Add', [scores, l.input(3)]);
    const weights = l.emit('Softmax', [biased], { attributes: { axis: -1 }, outputs: [l.output(1)] });
    l.emit('MatMul', [weights, l.input(2)], { outputs: [l.output(0)] });
  },
  evaluate({ inputs: [{ shape }] }, [q, k, v, bias], tf) {
    const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(shape[3]));
    const weights = tf.softmax(bias === undefined ? scores : tf.add(scores, bias));
    return [tf.matMul(weights, v), weights];
  },
};

/**
 * softmax(q k^T / sqrt(width) + bias) v (Vaswani et al. 2017). Queries may be others than keys (cross-attention).
 *
 * @param q [batch, heads, queries, width]
 * @param k [batch, heads, keys, width]
 * @param v [batch, heads, keys, value width]
 * @param bias broadcasts to [batch, heads, queries, keys]: relative positions, or a mask from `attentionMask`
 * @returns [batch, heads, queries, value width]
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | null = null): Tensor {
  return applyAll(attentionOp, bias === null ? [q, k, v] : [q, k, v, bias], {})[0];
}

/**
 * The bias of a mask: 0 where a query may read a key, else so low that the weight is 0. A query that may read nothing
 * reads the mean of all values, not NaN.
 *
 * @param allowed bool, broadcasts to [batch, heads, queries, keys]
 */
export function attentionMask(allowed: Tensor, dtype: FloatDType): Tensor {
  return where(allowed, scalar(0, dtype), scalar(-1e9, dtype));
}

/** This file’s part of the op table. */
export const attentionOps: readonly OpDefinition[] = [attentionOp];
