/** @file Runs graphs on TensorFlow.js, on whichever backend, and compares them with ONNX Runtime, for tests. */

import { TfjsSession } from '../../src-main/engine/tfjs-session.js';
import { inputName, program } from '../../src-main/graph/program.js';
import type { Tensor } from '../../src-main/graph/tensor.js';
import type { Tf } from '../../src-main/graph/tfjs.js';
import type { OpCase } from '../unit/graph/support/case-kit.js';
import type { Draw } from '../unit/graph/support/draw.js';
import { allOutputs, disagreement as disagreementOf, type Evaluate } from './disagreement.js';
import { dataOf, type Values } from './run-graph.js';

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

const withTfjs =
  (tf: Tf): Evaluate =>
  (inputs, outputs, values) =>
    evaluateWithTfjs(tf, inputs, outputs, values);

/** Largest difference of the two engines, relative to the largest value of each output but at least to 1. */
export const disagreement = (
  tf: Tf,
  inputs: readonly Tensor[],
  outputs: Record<string, Tensor>,
  values: Values,
): Promise<number> => disagreementOf(withTfjs(tf), inputs, outputs, values);

/** The disagreement over a case's values, the gradients of a projection of them, and gradients of those. */
export const disagreementOfCase = (tf: Tf, one: OpCase, draw: Draw): Promise<number> =>
  disagreement(tf, one.inputs, allOutputs(one, draw), one.values);
