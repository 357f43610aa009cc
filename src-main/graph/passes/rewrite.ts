/** @file Rebuilds a graph from its inputs to its results with some operations replaced: what every pass is made of. */

import { topologicalOrder } from '../gradient.js';
import type { Program } from '../program.js';
import { Operation, type Tensor } from '../tensor.js';

/** What a rule may know of the operation that it looks at. */
export interface Site {
  /** As it was, with the inputs that it had. */
  readonly operation: Operation;
  /** What its inputs are now. */
  readonly inputs: readonly Tensor[];
  /** How often a tensor of the graph as it was is used, results of the program included. */
  readonly uses: (tensor: Tensor) => number;
  /** What a tensor of the graph as it was is now, of what comes before the operation. */
  readonly current: (tensor: Tensor) => Tensor;
}

/** One replacement for each output of the operation, of the same types; null leaves it as it is. */
export type Rule = (site: Site) => readonly (Tensor | undefined)[] | null;

/** Results of a program: what its graph is reached from. */
export function resultsOf({ outputs, state }: Program): Tensor[] {
  return [...Object.values(outputs), ...state.map(({ next }) => next)];
}

/** How often each tensor is used by operations and results. */
export function countUses(order: readonly Operation[], results: readonly Tensor[]): Map<Tensor, number> {
  const counts = new Map<Tensor, number>();
  const count = (tensor: Tensor) => counts.set(tensor, (counts.get(tensor) ?? 0) + 1);
  for (const operation of order) operation.inputs.forEach(count);
  results.forEach(count);
  return counts;
}

/** The operation itself where its inputs are the same, else one like it on the new inputs. */
export function withInputs(operation: Operation, inputs: readonly Tensor[]): Operation {
  return inputs.every((tensor, index) => tensor === operation.inputs[index])
    ? operation
    : new Operation(operation.definition, inputs, operation.attributes, operation.values);
}

/** Tensors of a graph rebuilt by a rule, in the order of `results`. Inputs of a program are never rebuilt. */
export function rewriteTensors(results: readonly Tensor[], rule: Rule): Tensor[] {
  const order = topologicalOrder(results);
  const counts = countUses(order, results);
  const uses = (tensor: Tensor) => counts.get(tensor) ?? 0;
  const now = new Map<Tensor, Tensor>();
  const current = (tensor: Tensor) => now.get(tensor) ?? tensor;
  for (const operation of order) {
    const inputs = operation.inputs.map(current);
    const replaced = rule({ operation, inputs, uses, current });
    const outputs = replaced ?? withInputs(operation, inputs).outputs;
    operation.outputs.forEach((tensor, index) => {
      const replacement = outputs[index];
      if (replacement !== undefined && replacement !== tensor) now.set(tensor, replacement);
    });
  }
  return results.map(current);
}

/** A program whose graph is rebuilt by a rule; its inputs, state and names stay. */
export function rewrite(program: Program, rule: Rule): Program {
  const names = Object.keys(program.outputs);
  const results = rewriteTensors(resultsOf(program), rule);
  return {
    ...program,
    outputs: Object.fromEntries(names.map((name, index) => [name, results[index]])),
    state: program.state.map((variable, index) => ({ ...variable, next: results[names.length + index] })),
  };
}

/** Copies of tensors in which some tensors, such as inputs, stand for others. */
export function substitute(results: readonly Tensor[], replacements: ReadonlyMap<Tensor, Tensor>): Tensor[] {
  return rewriteTensors(results, ({ operation }) =>
    operation.outputs.some((tensor) => replacements.has(tensor))
      ? operation.outputs.map((tensor) => replacements.get(tensor) ?? tensor)
      : null,
  );
}
