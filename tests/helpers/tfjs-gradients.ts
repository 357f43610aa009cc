/** @file TensorFlow.js's own reverse-mode gradients of a graph: an oracle for the graph's gradient rules. */

import { topologicalOrder } from '../../src-main/graph/gradient.js';
import { inputName } from '../../src-main/graph/program.js';
import { isFloat, type Operation, type Tensor, tfDType } from '../../src-main/graph/tensor.js';
import type { TfTensor } from '../../src-main/graph/tfjs.js';
import type { Values } from './run-graph.js';
import { tf } from './tfjs.js';

/** TensorFlow.js 4.22 forgets to sum the gradients of these over broadcast axes, and fails. */
const NEEDS_EQUAL_SHAPES = new Set(['maximum', 'minimum']);

/** The values of an operation. One without a gradient rule (a comparison) has none in TensorFlow.js either: no tape. */
function step(operation: Operation, given: readonly TfTensor[]): TfTensor[] {
  const { definition, outputs } = operation;
  const inputs = NEEDS_EQUAL_SHAPES.has(definition.name)
    ? given.map((value) => tf.broadcastTo(value, [...outputs[0].shape]))
    : given;
  const results = definition.evaluate?.(operation, inputs, tf);
  if (results === undefined) throw new Error(`${definition.name} has no kernel`);
  if (definition.gradient !== undefined) return results;
  return results.map((value) => tf.tensor(value.dataSync(), value.shape, value.dtype));
}

/** The value of a graph's tensor, every operation recorded on TensorFlow.js's tape. */
function forward(tensor: Tensor, given: ReadonlyMap<Tensor, TfTensor>): TfTensor {
  const values = new Map(given);
  for (const operation of topologicalOrder([tensor])) {
    if (operation.definition.name === 'input') continue;
    const results = step(
      operation,
      operation.inputs.map((source) => values.get(source) as TfTensor),
    );
    for (const [index, output] of operation.outputs.entries()) values.set(output, results[index]);
  }
  return values.get(tensor) as TfTensor;
}

/** Gradients of a scalar with respect to its float32 inputs, in their order. Nothing is left over. */
export function gradientsByTfjs(inputs: readonly Tensor[], loss: Tensor, values: Values): Float32Array[] {
  return tf.tidy(() => {
    const given = new Map(
      inputs.map((tensor): [Tensor, TfTensor] => [
        tensor,
        tf.tensor(Array.from(values[inputName(tensor)]), [...tensor.shape], tfDType(tensor.dtype)),
      ]),
    );
    const sources = inputs.filter(({ dtype }) => isFloat(dtype));
    const differentiate = tf.grads((...tensors: TfTensor[]) =>
      forward(loss, new Map([...given, ...sources.map((source, i): [Tensor, TfTensor] => [source, tensors[i]])])),
    );
    return differentiate(sources.map((source) => given.get(source) as TfTensor)).map((gradient) =>
      Float32Array.from(gradient.dataSync()),
    );
  });
}
