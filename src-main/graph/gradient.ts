/** @file Reverse-mode differentiation: walks the graph backwards and applies each op's own gradient rule. */

import { add } from './ops/elementwise.js';
import { zeros } from './ops/shape.js';
import { scalar } from './ops/source.js';
import { GraphError, type Operation, type Tensor } from './tensor.js';

/** Operations that the outputs depend on, each after those that it depends on. */
export function topologicalOrder(outputs: readonly Tensor[]): Operation[] {
  const order: Operation[] = [];
  const state = new Map<Operation, 'open' | 'done'>();
  const stack = outputs.map((tensor) => tensor.operation).reverse();
  while (stack.length > 0) {
    const operation = stack[stack.length - 1];
    if (!state.has(operation)) {
      state.set(operation, 'open');
      for (let i = operation.inputs.length - 1; i >= 0; i--) {
        if (!state.has(operation.inputs[i].operation)) stack.push(operation.inputs[i].operation);
      }
      continue;
    }
    stack.pop();
    if (state.get(operation) === 'open') {
      state.set(operation, 'done');
      order.push(operation);
    }
  }
  return order;
}

/**
 * Gradients of a scalar loss with respect to `sources`, as tensors of the same graph, so that they can be compiled,
 * used by an optimiser or differentiated again. A source that the loss does not depend on has a gradient of zeros.
 *
 * @throws GraphError where the loss is not a floating-point scalar.
 */
export function gradients(loss: Tensor, sources: readonly Tensor[]): Tensor[] {
  if (loss.size !== 1 || loss.rank !== 0 || loss.dtype === 'bool' || loss.dtype.startsWith('int')) {
    throw new GraphError(`a loss must be a floating-point scalar, got ${loss.dtype}[${loss.shape.join(', ')}]`);
  }
  const order = topologicalOrder([loss]);

  // Only operations between the sources and the loss get a gradient.
  const wanted = new Set<Tensor>(sources);
  const active = new Set<Operation>();
  for (const operation of order) {
    const feeds = operation.inputs.some((tensor) => wanted.has(tensor) || active.has(tensor.operation));
    if (feeds && operation.definition.gradient !== undefined) active.add(operation);
  }

  const collected = new Map<Tensor, Tensor>([[loss, scalar(1, loss.dtype)]]);
  for (const operation of order.reverse()) {
    if (!active.has(operation)) continue;
    const outputGradients = operation.outputs.map((tensor) => collected.get(tensor) ?? null);
    if (outputGradients.every((gradient) => gradient === null)) continue;
    const inputGradients = operation.definition.gradient?.(operation, outputGradients) ?? [];
    operation.inputs.forEach((tensor, index) => {
      const gradient = inputGradients[index] ?? null;
      if (gradient === null || !(wanted.has(tensor) || active.has(tensor.operation))) return;
      const before = collected.get(tensor);
      collected.set(tensor, before === undefined ? gradient : add(before, gradient));
    });
  }
  return sources.map((tensor) => collected.get(tensor) ?? zeros(tensor));
}
