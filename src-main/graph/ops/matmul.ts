/** @file Matrix products: batched matmul, and the affine map of a linear layer. */

import {
  apply,
  GraphError,
  isFloat,
  type OpDefinition,
  type Operation,
  requireSameDType,
  sameShape,
  type Tensor,
  typeName,
} from '../tensor.js';
import type { TfTensor } from '../tfjs.js';
import { broadcastShapes, unbroadcast } from './elementwise.js';
import { broadcastTo, reshape } from './shape.js';

type MatmulAttributes = {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** The product is multiplied by this. */
  readonly factor: number;
};

function swapLast(tensor: Tensor, swap: boolean): number[] {
  const shape = [...tensor.shape];
  if (swap) [shape[shape.length - 1], shape[shape.length - 2]] = [shape[shape.length - 2], shape[shape.length - 1]];
  return shape;
}

const matmulOp: OpDefinition<MatmulAttributes> = {
  name: 'matmul',
  infer([a, b], { transposeA, transposeB }) {
    const dtype = requireSameDType('matmul', [a, b], true);
    if (a.rank < 2 || b.rank < 2) throw new GraphError(`matmul of ${typeName(a)} and ${typeName(b)}`);
    const left = swapLast(a, transposeA);
    const right = swapLast(b, transposeB);
    const [rows, inner] = left.slice(-2);
    const [inner2, columns] = right.slice(-2);
    if (inner !== inner2) {
      throw new GraphError(`matmul: inner lengths ${inner} and ${inner2} of ${typeName(a)} and ${typeName(b)}`);
    }
    return [{ shape: [...broadcastShapes('matmul', left.slice(0, -2), right.slice(0, -2)), rows, columns], dtype }];
  },
  gradient({ inputs: [a, b], attributes: { transposeA: tA, transposeB: tB, factor } }, [g]) {
    if (g === null) return [null, null];
    // With Y = op(A) op(B): dA = dY op(B)^T, transposed back where A was read transposed; likewise dB.
    const toA = tA
      ? matmul(b, g, { transposeA: tB, transposeB: true, factor })
      : matmul(g, b, { transposeB: !tB, factor });
    const toB = tB
      ? matmul(g, a, { transposeA: true, transposeB: tA, factor })
      : matmul(a, g, { transposeA: !tA, factor });
    return [unbroadcast(toA, a.shape), unbroadcast(toB, b.shape)];
  },
  lower({ inputs: [a, b], attributes: { transposeA, transposeB, factor } }, l) {
    const outputs = [l.output(0)];
    if (a.rank === 2 && b.rank === 2) {
      // Gemm reads either side transposed without a copy, in every element type and on every provider.
      l.emit('Gemm', [l.input(0), l.input(1)], {
        attributes: { transA: Number(transposeA), transB: Number(transposeB), alpha: { float: factor } },
        outputs,
      });
      return;
    }
    if (a.dtype !== 'float64') {
      if (!transposeA && !transposeB && factor === 1) {
        l.emit('MatMul', [l.input(0), l.input(1)], { outputs });
        return;
      }
      l.emit('FusedMatMul', [l.input(0), l.input(1)], {
        attributes: { transA: Number(transposeA), transB: Number(transposeB), alpha: { float: factor } },
        domain: 'com.microsoft',
        outputs,
      });
      return;
    }
    // FusedMatMul has no float64 kernel: spelled out for proofs.
    const turned = (index: number, tensor: Tensor, swap: boolean) => {
      const axes = tensor.shape.map((_, axis) => axis);
      return swap ? l.emit('Transpose', [l.input(index)], { attributes: { perm: swapLastOf(axes) } }) : l.input(index);
    };
    const product = [turned(0, a, transposeA), turned(1, b, transposeB)];
    if (factor === 1) l.emit('MatMul', product, { outputs });
    else l.emit('Mul', [l.emit('MatMul', product), l.constant([factor], [], a.dtype)], { outputs });
  },
  evaluate({ outputs: [{ shape }], attributes: { transposeA, transposeB, factor } }, [a, b], tf) {
    // TensorFlow.js's own broadcasting of leading axes is wrong where each side has a length of 1 that the other lacks.
    const lead = shape.slice(0, -2);
    const spread = (x: TfTensor) => tf.broadcastTo(x, [...lead, ...x.shape.slice(-2)]);
    const product = tf.matMul(spread(a), spread(b), transposeA, transposeB);
    return [factor === 1 ? product : tf.mul(product, factor)];
  },
};

function swapLastOf(axes: number[]): number[] {
  return [...axes.slice(0, -2), axes[axes.length - 1], axes[axes.length - 2]];
}

/** Matrix product over the last two axes, broadcasting the others; either side may be read transposed. */
export function matmul(a: Tensor, b: Tensor, options: Partial<MatmulAttributes> = {}): Tensor {
  return apply(matmulOp, [a, b], { transposeA: false, transposeB: false, factor: 1, ...options });
}

const gemmOp: OpDefinition<MatmulAttributes> = {
  name: 'gemm',
  infer([a, b, c], attributes) {
    const [product] = matmulOp.infer([a, b], attributes);
    requireSameDType('gemm', [a, b, c]);
    if (product.shape.length !== 2 || !sameShape(product.shape, c.shape)) {
      throw new GraphError(`gemm of ${[a, b, c].map(typeName).join(', ')}`);
    }
    return [product];
  },
  gradient({ inputs: [a, b], outputs, attributes }, [g]) {
    if (g === null) return [null, null, null];
    const product: Operation<MatmulAttributes> = {
      definition: matmulOp,
      inputs: [a, b],
      outputs,
      attributes,
      values: null,
    };
    return [...(matmulOp.gradient?.(product, [g]) ?? [null, null]), g];
  },
  lower: ({ attributes: { transposeA, transposeB, factor } }, l) =>
    void l.emit('Gemm', [l.input(0), l.input(1), l.input(2)], {
      attributes: { transA: Number(transposeA), transB: Number(transposeB), alpha: { float: factor } },
      outputs: [l.output(0)],
    }),
  evaluate({ attributes: { transposeA, transposeB, factor } }, [a, b, c], tf) {
    const product = tf.matMul(a, b, transposeA, transposeB);
    return [tf.add(factor === 1 ? product : tf.mul(product, factor), c)];
  },
};

/** Product of two matrices, either read transposed, plus a third: sums of products without a pass for the sum. */
export function gemm(a: Tensor, b: Tensor, c: Tensor, options: Partial<MatmulAttributes> = {}): Tensor {
  return apply(gemmOp, [a, b, c], { transposeA: false, transposeB: false, factor: 1, ...options });
}

const linearOp: OpDefinition<Record<string, never>> = {
  name: 'linear',
  infer([x, weight, bias]) {
    const dtype = requireSameDType('linear', [x, weight, bias], true);
    const [outputs, inputs] = weight.shape;
    if (x.rank !== 2 || weight.rank !== 2 || x.shape[1] !== inputs || bias.rank !== 1 || bias.shape[0] !== outputs) {
      throw new GraphError(`linear of ${typeName(x)} with weight ${typeName(weight)} and bias ${typeName(bias)}`);
    }
    return [{ shape: [x.shape[0], outputs], dtype }];
  },
  gradient({ inputs: [x, weight] }, [g]) {
    if (g === null) return [null, null, null];
    return [matmul(g, weight), matmul(g, x, { transposeA: true }), columnSum(g)];
  },
  lower: (_operation, l) =>
    void l.emit('Gemm', [l.input(0), l.input(1), l.input(2)], { attributes: { transB: 1 }, outputs: [l.output(0)] }),
  evaluate: (_operation, [x, weight, bias], tf) => [tf.add(tf.matMul(x, weight, false, true), bias)],
};

const columnSumOp: OpDefinition<Record<string, never>> = {
  name: 'columnSum',
  infer([x]) {
    if (x.rank !== 2) throw new GraphError(`columnSum of ${typeName(x)}`);
    return [{ shape: [1, x.shape[1]], dtype: requireSameDType('columnSum', [x], true) }];
  },
  gradient: ({ inputs: [x] }, [g]) => [g === null ? null : broadcastTo(g, x.shape)],
  // A product with a row of ones: ONNX Runtime's ReduceSum over the first axis runs at a fraction of this.
  lower({ inputs: [x] }, l) {
    const ones = l.constant(new Array<number>(x.shape[0]).fill(1), [1, x.shape[0]], x.dtype);
    l.emit('Gemm', [ones, l.input(0)], { outputs: [l.output(0)] });
  },
  evaluate: (_operation, [x], tf) => [tf.sum(x, 0, true)],
};

/** Sum over the rows of a matrix: [rows, columns] -> [columns]. */
export function columnSum(x: Tensor): Tensor {
  return reshape(apply(columnSumOp, [x], {}), [x.shape[1]]);
}

/**
 * `x weight^T + bias`, the layout of torch.nn.Linear. Leading axes of `x` are kept.
 *
 * @param x [..., inputs]
 * @param weight [outputs, inputs]
 * @param bias [outputs]
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  if (x.rank < 1 || !isFloat(x.dtype)) throw new GraphError(`linear of ${typeName(x)}`);
  const lead = x.shape.slice(0, -1);
  const rows = reshape(x, [lead.reduce((a, b) => a * b, 1), x.shape[x.rank - 1]]);
  return reshape(apply(linearOp, [rows, weight, bias], {}), [...lead, weight.shape[0]]);
}

/** This file’s part of the op table. */
export const matmulOps: readonly OpDefinition[] = [matmulOp, gemmOp, linearOp, columnSumOp];
