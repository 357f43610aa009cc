/** @file Powers, sine and cosine, sign and rounding, element by element. */

import { apply, type OpDefinition, requireSameDType, type Tensor } from '../tensor.js';
import type { Tf, TfTensor } from '../tfjs.js';
import { broadcastShapes, equal, log, mul, neg, shift, unbroadcast, where } from './elementwise.js';
import { and, greaterEqual } from './logic.js';
import { scalar } from './source.js';

type None = Record<string, never>;

const powOp: OpDefinition<None> = {
  name: 'pow',
  infer: ([a, b]) => [
    { shape: broadcastShapes('pow', a.shape, b.shape), dtype: requireSameDType('pow', [a, b], true) },
  ],
  // As PyTorch: an exponent of 0 passes nothing to the base, and a base of 0 nothing to a non-negative exponent.
  gradient({ inputs: [a, b], outputs: [y] }, [g]) {
    if (g === null) return [null, null];
    const zero = scalar(0, g.dtype);
    const toA = where(equal(b, zero), zero, mul(mul(g, b), pow(a, shift(b, -1))));
    const flat = and(equal(a, zero), greaterEqual(b, zero));
    const toB = where(flat, zero, mul(mul(g, y), log(where(flat, scalar(1, g.dtype), a))));
    return [unbroadcast(toA, a.shape), unbroadcast(toB, b.shape)];
  },
  lower: (_operation, l) => void l.emit('Pow', [l.input(0), l.input(1)], { outputs: [l.output(0)] }),
  evaluate: (_operation, [a, b], tf) => [tf.pow(a, b)],
};

/** `a` to the power `b`, with broadcasting; NaN where a negative base meets a broken exponent. */
export const pow = (a: Tensor, b: Tensor): Tensor => apply(powOp, [a, b], {});

const sinOp: OpDefinition<None> = {
  name: 'sin',
  infer: ([x]) => [{ shape: x.shape, dtype: requireSameDType('sin', [x], true) }],
  gradient: ({ inputs: [x] }, [g]) => [g === null ? null : mul(g, cos(x))],
  lower: (_operation, l) => void l.emit('Sin', [l.input(0)], { outputs: [l.output(0)] }),
  evaluate: (_operation, [x], tf) => [tf.sin(x)],
};

const cosOp: OpDefinition<None> = {
  name: 'cos',
  infer: ([x]) => [{ shape: x.shape, dtype: requireSameDType('cos', [x], true) }],
  gradient: ({ inputs: [x] }, [g]) => [g === null ? null : neg(mul(g, sin(x)))],
  lower({ inputs: [x] }, l) {
    if (x.dtype === 'float32') {
      l.emit('Cos', [l.input(0)], { outputs: [l.output(0)] });
      return;
    }
    // ONNX Runtime's Cos is float32 only.
    const turned = l.emit('Add', [l.input(0), l.constant([Math.PI / 2], [], x.dtype)]);
    l.emit('Sin', [turned], { outputs: [l.output(0)] });
  },
  evaluate: (_operation, [x], tf) => [tf.cos(x)],
};

export const sin = (x: Tensor): Tensor => apply(sinOp, [x], {});
export const cos = (x: Tensor): Tensor => apply(cosOp, [x], {});

/** A step function: its gradient is zero wherever it has one, so no gradient flows through it. */
function step(name: string, onnx: string, evaluate: (tf: Tf, x: TfTensor) => TfTensor): OpDefinition<None> {
  return {
    name,
    infer: ([x]) => [{ shape: x.shape, dtype: requireSameDType(name, [x], true) }],
    lower: (_operation, l) => void l.emit(onnx, [l.input(0)], { outputs: [l.output(0)] }),
    evaluate: (_operation, [x], tf) => [evaluate(tf, x)],
  };
}

const signOp = step('sign', 'Sign', (tf, x) => tf.sign(x));
const floorOp = step('floor', 'Floor', (tf, x) => tf.floor(x));
const ceilOp = step('ceil', 'Ceil', (tf, x) => tf.ceil(x));
const roundOp = step('round', 'Round', (tf, x) => tf.round(x));

/** -1, 0 or 1. */
export const sign = (x: Tensor): Tensor => apply(signOp, [x], {});
export const floor = (x: Tensor): Tensor => apply(floorOp, [x], {});
export const ceil = (x: Tensor): Tensor => apply(ceilOp, [x], {});
/** The nearest whole number; halves go to the even one, as in NumPy and PyTorch. */
export const round = (x: Tensor): Tensor => apply(roundOp, [x], {});

/** This file’s part of the op table. */
export const mathOps: readonly OpDefinition[] = [powOp, sinOp, cosOp, signOp, floorOp, ceilOp, roundOp];
