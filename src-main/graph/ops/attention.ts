/** @file Scaled dot-product attention as one op. */

import {
  applyAll,
  GraphError,
  type OpDefinition,
  requireSameDType,
  sameShape,
  type Tensor,
  typeName,
} from '../tensor.js';
import { add, mul, sub } from './elementwise.js';
import { matmul } from './matmul.js';
import { sum } from './reduce.js';

const attentionOp: OpDefinition<Record<string, never>> = {
  name: 'attention',
  // Outputs: the attended values, and the attention weights [batch, heads, tokens, tokens], kept for the gradient.
  infer([q, k, v]) {
    const dtype = requireSameDType('attention', [q, k, v], true);
    if (q.rank !== 4 || !sameShape(q.shape, k.shape) || !sameShape(q.shape, v.shape)) {
      throw new GraphError(`attention of ${[q, k, v].map(typeName).join(', ')}`);
    }
    const [batch, heads, tokens] = q.shape;
    return [
      { shape: q.shape, dtype },
      { shape: [batch, heads, tokens, tokens], dtype },
    ];
  },
  // The weights get a gradient of their own only where a gradient is differentiated again.
  gradient({ inputs: [q, k, v], outputs: [attended, weights] }, [g, own]) {
    const factor = 1 / Math.sqrt(q.shape[3]);
    const centred: Tensor[] = [];
    if (g !== null) {
      // The row sums of g v^T * weights equal those of g * attended, which are width / tokens times as many values
      // (Dao et al. 2022, FlashAttention, appendix B).
      centred.push(sub(matmul(g, v, { transposeB: true }), sum(mul(g, attended), -1, true)));
    }
    if (own !== null) centred.push(sub(own, sum(mul(own, weights), -1, true)));
    if (centred.length === 0) return [null, null, null];
    const toScores = mul(
      weights,
      centred.reduce((total, term) => add(total, term)),
    );
    return [
      matmul(toScores, k, { factor }),
      matmul(toScores, q, { transposeA: true, factor }),
      g === null ? null : matmul(weights, g, { transposeA: true }),
    ];
  },
  lower({ inputs: [q] }, l) {
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
    const weights = l.emit('Softmax', [scores], { attributes: { axis: -1 }, outputs: [l.output(1)] });
    l.emit('MatMul', [weights, l.input(2)], { outputs: [l.output(0)] });
  },
  evaluate({ inputs: [{ shape }] }, [q, k, v], tf) {
    const weights = tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(shape[3])));
    return [tf.matMul(weights, v), weights];
  },
};

/**
 * softmax(q k^T / sqrt(width)) v (Vaswani et al. 2017).
 *
 * @param q [batch, heads, tokens, width]
 * @param k [batch, heads, tokens, width]
 * @param v [batch, heads, tokens, width]
 * @returns [batch, heads, tokens, width]
 */
export function attention(q: Tensor, k: Tensor, v: Tensor): Tensor {
  return applyAll(attentionOp, [q, k, v], {})[0];
}

/** This file’s part of the op table. */
export const attentionOps: readonly OpDefinition[] = [attentionOp];
