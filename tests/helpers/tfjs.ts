/** @file Pure-JavaScript TensorFlow.js, with its own gradients: an oracle for tiny shapes, far too slow for more. */

import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { TfjsSession } from '../../src-main/engine/tfjs-session.js';
import { inputName, program } from '../../src-main/graph/program.js';
import type { Tensor } from '../../src-main/graph/tensor.js';
import { dataOf, type Values } from './run-graph.js';

export { tf };

/** As `evaluate` of run-graph.ts, by TensorFlow.js. @throws where a tensor is left over */
export async function evaluateWithTfjs(
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
