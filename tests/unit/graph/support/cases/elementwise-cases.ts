/** @file Cases of the powers, waves, steps and activations of math.ts and nonlinear.ts. */

import * as mathOps from '../../../../../src-main/graph/ops/math.js';
import { clip, leakyRelu, silu, softplus } from '../../../../../src-main/graph/ops/nonlinear.js';
import { binary, type MakeCase, unary } from '../case-kit.js';

export const ELEMENTWISE_CASES: Readonly<Record<string, MakeCase>> = {
  pow: binary(mathOps.pow, (a, b) => a ** b, ['positive', 'nonZero']),
  sin: unary(mathOps.sin, Math.sin),
  cos: unary(mathOps.cos, Math.cos),
  silu: unary(silu, (x) => x / (1 + Math.exp(-x))),
  softplus: unary(softplus, (x) => Math.log1p(Math.exp(x))),
  leakyRelu: unary(
    (x) => leakyRelu(x, 0.2),
    (x) => (x > 0 ? x : 0.2 * x),
    'nonZero',
  ),
  clip: unary(
    (x) => clip(x, -0.201, 0.305),
    (x) => Math.min(0.305, Math.max(-0.201, x)),
    'distinct',
  ),
};
