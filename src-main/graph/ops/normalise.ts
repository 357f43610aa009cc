/** @file Layer norm, softmax, log-softmax, cosine similarity. */

import {
  apply,
  applyAll,
  GraphError,
  type OpDefinition,
  requireSameDType,
  type Tensor,
  type TensorType,
  typeName,
} from '../tensor.js';
import { add, div, exp, maximum, mul, scale, sqrt, square, sub } from './elementwise.js';
import { columnSum, matmul } from './matmul.js';
import { sum, sumSquares } from './reduce.js';
import { broadcastTo, reshape } from './shape.js';
import { scalar } from './source.js';

type LayerNormAttributes = { readonly epsilon: number };

const layerNormOp: OpDefinition<LayerNormAttributes> = {
  name: 'layerNorm',
  infer([x, gamma, beta]) {
    const dtype = requireSameDType('layerNorm', [x, gamma, beta], true);
    const width = x.shape[x.rank - 1];
    if (gamma.rank !== 1 || beta.rank !== 1 || gamma.shape[0] !== width || beta.shape[0] !== width) {
      throw new GraphError(`layerNorm of ${typeName(x)} with ${typeName(gamma)} and ${typeName(beta)}`);
    }
    const statistics = [...x.shape.slice(0, -1), 1];
    return [
      { shape: x.shape, dtype },
      { shape: statistics, dtype },
      { shape: statistics, dtype },
    ];
  },
  // The statistics get gradients of their own only where a gradient is differentiated again.
  gradient({ inputs: [x, gamma], outputs: [, average, inverseDeviation] }, [g, toAverage, toInverse]) {
    const width = x.shape[x.rank - 1];
    const rows = (tensor: Tensor) => reshape(tensor, [x.size / width, width]);
    // Both products of the gradient are needed for gamma as well: the means over the width are then small matmuls.
    const weights = scale(reshape(gamma, [width, 1]), 1 / width);
    const weightedMean = (tensor: Tensor) => reshape(matmul(rows(tensor), weights), inverseDeviation.shape);
    const normal = mul(sub(x, average), inverseDeviation);
    const along = g === null ? null : mul(g, normal);
    const toX: Tensor[] = [];
    if (g !== null && along !== null) {
      const centred = sub(sub(mul(g, gamma), weightedMean(g)), mul(normal, weightedMean(along)));
      toX.push(mul(centred, inverseDeviation));
    }
    if (toAverage !== null) toX.push(broadcastTo(scale(toAverage, 1 / width), x.shape));
    if (toInverse !== null) toX.push(mul(normal, scale(mul(toInverse, square(inverseDeviation)), -1 / width)));
    return [
      toX.length === 0 ? null : toX.reduce((total, term) => add(total, term)),
      along === null ? null : columnSum(rows(along)),
      g === null ? null : columnSum(rows(g)),
    ];
  },
  lower({ inputs: [x], attributes: { epsilon } }, l) {
    if (x.dtype === 'float64') {
      // The operator's statistics are float32 (stash_type of the ONNX standard); proofs need all digits.
      const last = l.constant([-1], [1], 'int64');
      const average = l.emit('ReduceMean', [l.input(0), last], { outputs: [l.output(1)] });
      const centred = l.emit('Sub', [l.input(0), average]);
      const variance = l.emit('ReduceMean', [l.emit('Mul', [centred, centred]), last]);
      const deviation = l.emit('Sqrt', [l.emit('Add', [variance, l.constant([epsilon], [], 'float64')])]);
      const inverse = l.emit('Reciprocal', [deviation], { outputs: [l.output(2)] });
      const scaled = l.emit('Mul', [l.emit('Mul', [centred, inverse]), l.input(1)]);
      l.emit('Add', [scaled, l.input(2)], { outputs: [l.output(0)] });
      return;
    }
    l.emit('LayerNormalization', [l.input(0), l.input(1), l.input(2)], {
      attributes: { axis: -1, epsilon: { float: epsilon } },
      outputs: [0, 1, 2].map((index) => (index === 0 || l.used(1) || l.used(2) ? l.output(index) : '')),
    });
  },
  evaluate({ attributes: { epsilon } }, [x, gamma, beta], tf) {
    const average = tf.mean(x, -1, true);
    const centred = tf.sub(x, average);
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    return [tf.add(tf.mul(tf.mul(centred, inverse), gamma), beta), average, inverse];
  },
};

/**
 * Layer normalisation over the last axis (Ba et al. 2016).
 *
 * @param x [..., width]
 * @param gamma [width], the scale
 * @param beta [width], the offset
 */
export function layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon = 1e-6): Tensor {
  return applyAll(layerNormOp, [x, gamma, beta], { epsilon })[0];
}

function lastAxisType(op: string, x: Tensor): TensorType[] {
  if (x.rank < 1) throw new GraphError(`${op} needs an axis, got ${typeName(x)}`);
  return [{ shape: x.shape, dtype: requireSameDType(op, [x], true) }];
}

const softmaxOp: OpDefinition<Record<string, never>> = {
  name: 'softmax',
  infer: ([x]) => lastAxisType('softmax', x),
  gradient({ outputs: [y] }, [g]) {
    if (g === null) return [null];
    return [mul(y, sub(g, sum(mul(g, y), -1, true)))];
  },
  lower: (_operation, l) => void l.emit('Softmax', [l.input(0)], { attributes: { axis: -1 }, outputs: [l.output(0)] }),
  evaluate: (_operation, [x], tf) => [tf.softmax(x)],
};

/** Softmax over the last axis. */
export const softmax = (x: Tensor): Tensor => apply(softmaxOp, [x], {});

const logSoftmaxOp: OpDefinition<Record<string, never>> = {
  name: 'logSoftmax',
  infer: ([x]) => lastAxisType('logSoftmax', x),
  gradient: ({ outputs: [y] }, [g]) => [g === null ? null : sub(g, mul(exp(y), sum(g, -1, true)))],
  lower: (_operation, l) =>
    void l.emit('LogSoftmax', [l.input(0)], { attributes: { axis: -1 }, outputs: [l.output(0)] }),
  evaluate: (_operation, [x], tf) => [tf.logSoftmax(x)],
};

/** log(softmax(x)) over the last axis, without overflow. */
export const logSoftmax = (x: Tensor): Tensor => apply(logSoftmaxOp, [x], {});

/** `x` divided by its Euclidean length along the last axis; lengths below `epsilon` count as `epsilon`. */
export function l2Normalise(x: Tensor, epsilon = 1e-12): Tensor {
  // The bound comes before the root, whose gradient at 0 is infinite: a row of zeros gets a gradient of x / epsilon.
  return div(x, sqrt(maximum(sumSquares(x, -1, true), scalar(epsilon * epsilon, x.dtype))));
}

/**
 * Cosine similarity of every row of `a` with every row of `b`.
 *
 * @param a [m, width]
 * @param b [n, width]
 * @returns [m, n]
 */
export function cosineSimilarity(a: Tensor, b: Tensor): Tensor {
  return matmul(l2Normalise(a), l2Normalise(b), { transposeB: true });
}

/**
 * Cosine similarity of vectors in pairs, as torch.nn.functional.cosine_similarity.
 *
 * @param a [..., width]
 * @param b [..., width]
 * @returns [...]
 */
export function pairedCosine(a: Tensor, b: Tensor): Tensor {
  return sum(mul(l2Normalise(a), l2Normalise(b)), -1);
}

/** This file’s part of the op table. */
export const normaliseOps: readonly OpDefinition[] = [layerNormOp, softmaxOp, logSoftmaxOp];
