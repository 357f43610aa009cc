/** @file Activations beside ReLU and GELU: SiLU, softplus, leaky ReLU, and clipping. */

import { apply, applyAll, GraphError, type OpDefinition, requireSameDType, type Tensor } from '../tensor.js';
import { add, greater, less, mul, neg, scale, shift, sigmoid, where } from './elementwise.js';
import { and } from './logic.js';
import { scalar } from './source.js';

type None = Record<string, never>;

const siluOp: OpDefinition<None> = {
  name: 'silu',
  // Outputs: the values, and sigmoid(x), which the gradient would compute anew.
  infer([x]) {
    const type = { shape: x.shape, dtype: requireSameDType('silu', [x], true) };
    return [type, type];
  },
  // The sigmoid gets a gradient of its own only where a gradient is differentiated again.
  gradient({ outputs: [y, gate] }, [g, own]) {
    const parts: Tensor[] = [];
    if (g !== null) parts.push(mul(g, add(gate, mul(y, shift(neg(gate), 1)))));
    if (own !== null) parts.push(mul(own, mul(gate, shift(neg(gate), 1))));
    return [parts.length === 0 ? null : parts.reduce((total, term) => add(total, term))];
  },
  lower({ inputs: [x] }, l) {
    if (x.dtype === 'float32' && !l.used(1)) {
      const attributes = { alpha: { float: 1 } };
      l.emit('QuickGelu', [l.input(0)], { attributes, outputs: [l.output(0)], domain: 'com.microsoft' });
      return;
    }
    if (x.dtype === 'float32') l.emit('Sigmoid', [l.input(0)], { outputs: [l.output(1)] });
    else {
      // ONNX Runtime fuses x * Sigmoid(x) to QuickGelu, for which it then has no float64 kernel.
      const half = l.constant([0.5], [], x.dtype);
      const bend = l.emit('Mul', [l.emit('Tanh', [l.emit('Mul', [l.input(0), half])]), half]);
      l.emit('Add', [bend, half], { outputs: [l.output(1)] });
    }
    l.emit('Mul', [l.input(0), l.output(1)], { outputs: [l.output(0)] });
  },
  evaluate(_operation, [x], tf) {
    const gate = tf.sigmoid(x);
    return [tf.mul(x, gate), gate];
  },
};

/** x sigmoid(x), also named swish (Elfwing et al. 2018). */
export const silu = (x: Tensor): Tensor => applyAll(siluOp, [x], {})[0];

const softplusOp: OpDefinition<None> = {
  name: 'softplus',
  infer: ([x]) => [{ shape: x.shape, dtype: requireSameDType('softplus', [x], true) }],
  gradient: ({ inputs: [x] }, [g]) => [g === null ? null : mul(g, sigmoid(x))],
  lower({ inputs: [x] }, l) {
    if (x.dtype === 'float32') {
      l.emit('Softplus', [l.input(0)], { outputs: [l.output(0)] });
      return;
    }
    // The operator is float32 only: max(x, 0) + log(1 + exp(-|x|)) cannot overflow.
    const one = l.constant([1], [], x.dtype);
    const small = l.emit('Exp', [l.emit('Neg', [l.emit('Abs', [l.input(0)])])]);
    const bend = l.emit('Log', [l.emit('Add', [small, one])]);
    l.emit('Add', [l.emit('Relu', [l.input(0)]), bend], { outputs: [l.output(0)] });
  },
  evaluate: (_operation, [x], tf) => [tf.softplus(x)],
};

/** log(1 + exp(x)), without overflow. */
export const softplus = (x: Tensor): Tensor => apply(softplusOp, [x], {});

type SlopeAttributes = { readonly slope: number };

const leakyReluOp: OpDefinition<SlopeAttributes> = {
  name: 'leakyRelu',
  infer: ([x]) => [{ shape: x.shape, dtype: requireSameDType('leakyRelu', [x], true) }],
  gradient: ({ inputs: [x], attributes: { slope } }, [g]) => [
    g === null ? null : where(greater(x, scalar(0, x.dtype)), g, scale(g, slope)),
  ],
  lower({ inputs: [x], attributes: { slope } }, l) {
    if (x.dtype === 'float32') {
      l.emit('LeakyRelu', [l.input(0)], { attributes: { alpha: { float: slope } }, outputs: [l.output(0)] });
      return;
    }
    const positive = l.emit('Greater', [l.input(0), l.constant([0], [], x.dtype)]);
    const shallow = l.emit('Mul', [l.input(0), l.constant([slope], [], x.dtype)]);
    l.emit('Where', [positive, l.input(0), shallow], { outputs: [l.output(0)] });
  },
  evaluate: ({ attributes: { slope } }, [x], tf) => [tf.leakyRelu(x, slope)],
};

/** x where positive, else `slope` x (Maas et al. 2013). */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor => apply(leakyReluOp, [x], { slope });

type ClipAttributes = { readonly low: number; readonly high: number };

const clipOp: OpDefinition<ClipAttributes> = {
  name: 'clip',
  infer([x], { low, high }) {
    if (!(low <= high)) throw new GraphError(`clip between ${low} and ${high}`);
    return [{ shape: x.shape, dtype: requireSameDType('clip', [x]) }];
  },
  // At the bounds themselves no gradient passes, as in PyTorch 2.15.
  gradient({ inputs: [x], attributes: { low, high } }, [g]) {
    if (g === null) return [null];
    const inside = and(greater(x, scalar(low, x.dtype)), less(x, scalar(high, x.dtype)));
    return [where(inside, g, scalar(0, g.dtype))];
  },
  lower({ inputs: [x], attributes: { low, high } }, l) {
    const bounds = [low, high].map((bound) => l.constant([bound], [], x.dtype));
    l.emit('Clip', [l.input(0), ...bounds], { outputs: [l.output(0)] });
  },
  evaluate: ({ attributes: { low, high } }, [x], tf) => [tf.clipByValue(x, low, high)],
};

/** `x` kept within `low` .. `high`. */
export const clip = (x: Tensor, low: number, high: number): Tensor => apply(clipOp, [x], { low, high });

/** This file’s part of the op table. */
export const nonlinearOps: readonly OpDefinition[] = [siluOp, softplusOp, leakyReluOp, clipOp];
