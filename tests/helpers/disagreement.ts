/** @file How far another engine's values are from ONNX Runtime's, for tests. */

import { gradients } from '../../src-main/graph/gradient.js';
import { add, mul, scale, square } from '../../src-main/graph/ops/elementwise.js';
import { sum } from '../../src-main/graph/ops/reduce.js';
import { constant } from '../../src-main/graph/ops/source.js';
import { isFloat, type Tensor } from '../../src-main/graph/tensor.js';
import type { OpCase } from '../unit/graph/support/case-kit.js';
import type { Draw } from '../unit/graph/support/draw.js';
import { evaluate, maxDifference, type Values } from './run-graph.js';

/** As `evaluate` of run-graph.ts, by another engine. */
export type Evaluate = typeof evaluate;

/** Largest difference of an engine from ONNX Runtime, relative to the largest value of each output but at least to 1. */
export async function disagreement(
  other: Evaluate,
  inputs: readonly Tensor[],
  outputs: Record<string, Tensor>,
  values: Values,
): Promise<number> {
  const actual = await other(inputs, outputs, values);
  const expected = await evaluate(inputs, outputs, values);
  let worst = 0;
  for (const [key, reference] of Object.entries(expected)) {
    const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    worst = Math.max(worst, maxDifference(actual[key], reference) / largest);
  }
  return worst;
}

/** A scalar that depends on every element of a tensor in its own way. */
export function project(output: Tensor, draw: Draw): Tensor {
  return sum(mul(output, constant(draw.values(output.shape), output.shape, output.dtype)), null);
}

/** A case's values, the gradients of a projection of them, and, as `second 0` and so on, gradients of those. */
export function allOutputs({ inputs, output }: OpCase, draw: Draw): Record<string, Tensor> {
  const sources = inputs.filter(({ dtype }) => isFloat(dtype));
  const first = gradients(project(output, draw), sources);
  const again = first
    .map((gradient) => add(project(gradient, draw), scale(sum(square(gradient), null), 0.1)))
    .reduce((total, term) => add(total, term));
  const outputs: Record<string, Tensor> = { values: output };
  for (const [index, gradient] of first.entries()) outputs[`gradient ${index}`] = gradient;
  for (const [index, gradient] of gradients(again, sources).entries()) outputs[`second ${index}`] = gradient;
  return outputs;
}

/**
 * The largest disagreement that rounding to float32 explains: 2e-5, since pure JavaScript's erf alone is off by up to
 * 1.5e-7 and second gradients grow such errors; more for a layer norm over two close values, whose second gradients are
 * small differences of numbers in the hundreds.
 */
export const toleranceOf = (op: string): number => (op === 'layerNorm' ? 2e-4 : 2e-5);
