/** @file The error function and GELU. */

import { apply, applyAll, type Lowering, type OpDefinition, requireSameDType, type Tensor } from '../tensor.js';
import { add, exp, mul, scale, square, sub } from './elementwise.js';
import { scalar } from './source.js';

const erfOp: OpDefinition<Record<string, never>> = {
  name: 'erf',
  infer: ([x]) => [{ shape: x.shape, dtype: requireSameDType('erf', [x], true) }],
  gradient: ({ inputs: [x] }, [g]) => [
    g === null ? null : mul(g, scale(exp(scale(square(x), -1)), 2 / Math.sqrt(Math.PI))),
  ],
  lower({ inputs: [x] }, l) {
    if (x.dtype === 'float32') l.emit('Erf', [l.input(0)], { outputs: [l.output(0)] });
    else l.emit('Identity', [erfFloat64(l, l.input(0))], { outputs: [l.output(0)] });
  },
  evaluate: (_operation, [x], tf) => [tf.erf(x)],
};

/** Gauss's error function. */
export const erf = (x: Tensor): Tensor => apply(erfOp, [x], {});

/**
 * ONNX Runtime has no float64 Erf. For |x| <= 6 the Kummer series erf(x) = 2x exp(-x^2) / sqrt(pi) * sum_n
 * (2 x^2)^n / (1 * 3 * ... * (2n + 1)) (Abramowitz and Stegun 7.1.6) has positive terms only, so it loses no digits;
 * beyond, erf is 1 to 16 digits. For proofs, not for speed.
 */
function erfFloat64(l: Lowering, x: string): string {
  const f64 = (value: number) => l.constant([value], [], 'float64');
  const clipped = l.emit('Max', [l.emit('Min', [x, f64(6)]), f64(-6)]);
  const squared = l.emit('Mul', [clipped, clipped]);
  let series = f64(1);
  // Horner's scheme from the last term: 1 + 2x^2/3 (1 + 2x^2/5 (1 + ...)); 180 terms suffice at |x| = 6.
  for (let n = 180; n >= 1; n--) {
    const factor = l.emit('Mul', [squared, f64(2 / (2 * n + 1))]);
    series = l.emit('Add', [l.emit('Mul', [factor, series]), f64(1)]);
  }
  const envelope = l.emit('Exp', [l.emit('Neg', [squared])]);
  const leading = l.emit('Mul', [l.emit('Mul', [clipped, envelope]), f64(2 / Math.sqrt(Math.PI))]);
  return l.emit('Mul', [leading, series]);
}

const geluOp: OpDefinition<Record<string, never>> = {
  name: 'gelu',
  // Outputs: the values, and the normal distribution function of x, which the gradient would compute anew.
  infer([x]) {
    const type = { shape: x.shape, dtype: requireSameDType('gelu', [x], true) };
    return [type, type];
  },
  // The distribution gets a gradient of its own only where a gradient is differentiated again.
  gradient({ inputs: [x], outputs: [, distribution] }, [g, own]) {
    // With u = x / sqrt(2), which ONNX Runtime finds in the forward pass: x times the density is u exp(-u^2) / sqrt(pi).
    const u = scale(x, Math.SQRT1_2);
    const bell = (height: number) => exp(sub(scalar(Math.log(height), x.dtype), square(u)));
    const parts: Tensor[] = [];
    if (g !== null) parts.push(mul(g, add(distribution, mul(u, bell(1 / Math.sqrt(Math.PI))))));
    if (own !== null) parts.push(mul(own, bell(1 / Math.sqrt(2 * Math.PI))));
    return [parts.length === 0 ? null : parts.reduce((total, term) => add(total, term))];
  },
  lower({ inputs: [x] }, l) {
    const single = x.dtype === 'float32';
    if (single && !l.used(1)) {
      l.emit('Gelu', [l.input(0)], { outputs: [l.output(0)], domain: 'com.microsoft' });
      return;
    }
    const value = (number: number) => l.constant([number], [], x.dtype);
    const argument = l.emit('Mul', [l.input(0), value(Math.SQRT1_2)]);
    const error = single ? l.emit('Erf', [argument]) : erfFloat64(l, argument);
    const outputs = [l.output(1)];
    // Half of (1 + erf), which lies in 0..1: the hard sigmoid computes it in one pass; it has no float64 kernel.
    const distribution = single
      ? l.emit('HardSigmoid', [error], { attributes: { alpha: { float: 0.5 }, beta: { float: 0.5 } }, outputs })
      : l.emit('Add', [l.emit('Mul', [error, value(0.5)]), value(0.5)], { outputs });
    l.emit('Mul', [l.input(0), distribution], { outputs: [l.output(0)] });
  },
  evaluate(_operation, [x], tf) {
    const distribution = tf.add(tf.mul(tf.erf(tf.mul(x, Math.SQRT1_2)), 0.5), 0.5);
    return [tf.mul(x, distribution), distribution];
  },
};

/** Gaussian error linear unit, exact (Hendrycks and Gimpel 2016): x times the normal distribution function of x. */
export const gelu = (x: Tensor): Tensor => applyAll(geluOp, [x], {})[0];

/** This file’s part of the op table. */
export const activationOps: readonly OpDefinition[] = [erfOp, geluOp];
