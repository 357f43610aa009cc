/** @file Runs graphs on TensorFlow.js, on whichever backend, and compares them with ONNX Runtime, for tests. */

import { TfjsSession } from '../../src-main/engine/tfjs-session.js';
import { gradients } from '../../src-main/graph/gradient.js';
import { add, mul, scale, square } from '../../src-main/graph/ops/elementwise.js';
import { sum } from '../../src-main/graph/ops/reduce.js';
import { constant } from '../../src-main/graph/ops/source.js';
import { inputName, program } from '../../src-main/graph/program.js';
import { isFloat, type Tensor } from '../../src-main/graph/tensor.js';
import type { Tf } from '../../src-main/graph/tfjs.js';
import type { OpCase } from '../unit/graph/support/case-kit.js';
import type { Draw } from '../unit/graph/support/draw.js';
import { dataOf, evaluate, maxDifference, type Values } from './run-graph.js';

/** As `evaluate` of run-graph.ts, by TensorFlow.js. @throws where a tensor is left over */
export async function evaluateWithTfjs(
  tf: Tf,
  inputs: readonly Tensor[],
  outputs: Record<string, Tensor>,
  values: Values,
): Promise<Record<string, Float64Array>> {
  const before = tf.memory().numTensors;
  const session = TfjsSession.create(program('test', { inputs, outputs }), tf);
  const results = await session.run(
    Object.fromEntries(inputs.map((tensor) => [inputName(tensor), dataOf(tensor.dtype, values[inputName(tensor)])])),
  );
  await session.release();
  const left = tf.memory().numTensors - before;
  if (left !== 0) throw new Error(`${left} tensors were left over`);
  return Object.fromEntries(
    Object.entries(results).map(([name, data]) => [
      name,
      Float64Array.from(data as ArrayLike<number> & Iterable<number>, Number),
    ]),
  );
}

/** Largest difference of the two engines, relative to the largest value of each output but at least to 1. */
export async function disagreement(
  tf: Tf,
  inputs: readonly Tensor[],
  outputs: Record<string, Tensor>,
  values: Values,
): Promise<number> {
  const expected = await evaluate(inputs, outputs, values);
  const actual = await evaluateWithTfjs(tf, inputs, outputs, values);
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

/** The disagreement over a case's values, the gradients of a projection of them, and gradients of those. */
export async function disagreementOfCase(tf: Tf, { inputs, output, values }: OpCase, draw: Draw): Promise<number> {
  const sources = inputs.filter(({ dtype }) => isFloat(dtype));
  const first = gradients(project(output, draw), sources);
  const again = first
    .map((gradient) => add(project(gradient, draw), scale(sum(square(gradient), null), 0.1)))
    .reduce((total, term) => add(total, term));
  const outputs: Record<string, Tensor> = { values: output };
  for (const [index, gradient] of first.entries()) outputs[`gradient ${index}`] = gradient;
  for (const [index, gradient] of gradients(again, sources).entries()) outputs[`second ${index}`] = gradient;
  return disagreement(tf, inputs, outputs, values);
}

/**
 * The largest disagreement that rounding to float32 explains: 2e-5, since pure JavaScript's erf alone is off by up to
 * 1.5e-7 and second gradients grow such errors; more for a layer norm over two close values, whose second gradients are
 * small differences of numbers in the hundreds.
 */
export const toleranceOf = (op: string): number => (op === 'layerNorm' ? 2e-4 : 2e-5);
