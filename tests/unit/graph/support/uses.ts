/** @file Uses of every op, taken from the graphs of the tests: fixtures and drawn cases, with their gradients. */

import fc from 'fast-check';
import { gradients, topologicalOrder } from '../../../../src-main/graph/gradient.js';
import { mul } from '../../../../src-main/graph/ops/elementwise.js';
import { sum } from '../../../../src-main/graph/ops/reduce.js';
import { constant } from '../../../../src-main/graph/ops/source.js';
import { isFloat, type Operation, type Tensor } from '../../../../src-main/graph/tensor.js';
import type { Values } from '../../../helpers/run-graph.js';
import { Draw } from './draw.js';
import { FIXTURES, fixtureGraph } from './fixtures.js';
import { OP_CASES } from './op-cases.js';

export interface UsedGraph {
  readonly inputs: readonly Tensor[];
  readonly values: Values;
  /** The result. */
  readonly output: Tensor;
  /** The gradients of a projection of the result. */
  readonly toInputs: readonly Tensor[];
}

/** Graphs in which every op occurs, in float32; the same at every call. */
export function usedGraphs(): UsedGraph[] {
  const graphs: UsedGraph[] = Object.keys(FIXTURES).map((name) => fixtureGraph(name, 'float32'));
  for (const makeCase of Object.values(OP_CASES)) {
    for (const generate of fc.sample(fc.gen(), { seed: 5, numRuns: 3 })) {
      const draw = Draw.from(generate);
      const { inputs, values, output } = makeCase(draw, 'float32');
      const weights = constant(draw.values(output.shape), output.shape, output.dtype);
      const sources = inputs.filter(({ dtype }) => isFloat(dtype));
      const toInputs = isFloat(output.dtype) ? gradients(sum(mul(output, weights), null), sources) : [];
      graphs.push({ inputs, values, output, toInputs });
    }
  }
  return graphs;
}

/** Uses of every op in the forward graphs, by its name. */
export function usesByName(): Map<string, Operation[]> {
  const uses = new Map<string, Operation[]>();
  for (const { output } of usedGraphs()) {
    for (const operation of topologicalOrder([output])) {
      const { name } = operation.definition;
      uses.set(name, [...(uses.get(name) ?? []), operation]);
    }
  }
  return uses;
}
