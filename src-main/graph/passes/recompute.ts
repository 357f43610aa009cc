/**
 * @file Gradient checkpointing (Chen et al. 2016, "Training deep nets with sublinear memory cost"): the forward pass is
 * cut into segments, of whose values only the ends are kept; the backward pass computes a segment's values again just
 * before it needs them. Memory of activations falls to about its square root, for one more forward pass of arithmetic.
 */

import { topologicalOrder } from '../gradient.js';
import { after } from '../ops/sequence.js';
import type { Program } from '../program.js';
import type { Operation, Tensor } from '../tensor.js';
import { resultsOf, withInputs } from './rewrite.js';

const isSource = ({ inputs }: Operation): boolean => inputs.length === 0;

/** Operations that depend on the program's state: the layers, and not what is prepared from a batch alone. */
function layersOf(program: Program, forward: readonly Operation[]): Operation[] {
  const found = new Set<Operation>(program.state.map(({ current }) => current.operation));
  for (const operation of forward)
    if (operation.inputs.some((tensor) => found.has(tensor.operation))) found.add(operation);
  return forward.filter((operation) => found.has(operation) && !isSource(operation));
}

/** Positions after which one value alone, beside parameters and data, is still needed by what follows. */
function cutPoints(forward: readonly Operation[]): { position: number; value: Tensor }[] {
  const lastUse = new Map<Tensor, number>();
  forward.forEach((operation, position) => {
    for (const tensor of operation.inputs) lastUse.set(tensor, position);
  });
  const live = new Set<Tensor>();
  const cuts: { position: number; value: Tensor }[] = [];
  forward.forEach((operation, position) => {
    for (const tensor of operation.inputs) if (lastUse.get(tensor) === position) live.delete(tensor);
    for (const tensor of operation.outputs) if ((lastUse.get(tensor) ?? -1) > position) live.add(tensor);
    const [value] = live;
    if (live.size === 1 && operation.outputs.includes(value)) cuts.push({ position, value });
  });
  return cuts;
}

/** Ends of segments of about equal weight, chosen among the cuts. */
function chooseEnds(forward: readonly Operation[], segments: number): { position: number; value: Tensor }[] {
  const weights = forward.map(({ outputs }) => outputs.reduce((sum, { size }) => sum + size, 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const ends: { position: number; value: Tensor }[] = [];
  let passed = 0;
  let counted = 0;
  for (const cut of cutPoints(forward)) {
    while (counted <= cut.position) passed += weights[counted++];
    if (passed >= ((ends.length + 1) * total) / segments && ends.length < segments - 1) ends.push(cut);
  }
  return ends;
}

/**
 * A training step whose backward pass computes the forward pass's values again, segment by segment. A program without
 * a loss, without a backward pass or without places to cut stays as it is.
 *
 * @param loss name of the output that is the loss: what it depends on is the forward pass
 * @param segments how many; about the square root of the number of layers saves most
 */
export function recompute(program: Program, loss = 'loss', segments = 4): Program {
  const end = program.outputs[loss];
  if (end === undefined || segments < 2) return program;
  const results = resultsOf(program);
  const everything = topologicalOrder([end]);
  const forward = layersOf(program, everything);
  const ends = chooseEnds(forward, segments);
  if (ends.length === 0) return program;

  // The last segment is not computed again: its values are needed at once.
  const numbers = new Map<Operation, number>();
  forward.forEach((operation, position) => {
    numbers.set(operation, ends.filter((cut) => cut.position < position).length);
  });
  const kept = new Set(ends.map(({ value }) => value));
  /** The first segment that reads a kept value, else the segment of a value; undefined for parameters and data. */
  const segmentOf = (tensor: Tensor): number | undefined => {
    const own = numbers.get(tensor.operation);
    return own !== undefined && kept.has(tensor) ? own + 1 : own;
  };

  // How far back towards the inputs a value of the backward pass has come: the first segment that it depends on.
  const before = new Set(everything);
  const backward = topologicalOrder(results).filter((operation) => !before.has(operation) && !isSource(operation));
  const depths = new Map<Operation, number>();
  for (const operation of backward) {
    const reached = operation.inputs.map((tensor) => depths.get(tensor.operation) ?? segmentOf(tensor) ?? ends.length);
    depths.set(operation, Math.min(ends.length, ...reached));
  }
  const depthOf = (operation: Operation): number => depths.get(operation) ?? ends.length;
  // Inputs are never less deep, so this order is one of dependence too.
  const order = [...backward].sort((a, b) => depthOf(b) - depthOf(a));

  // What the backward pass of a segment starts from: the values of later segments' backward passes that it reads.
  const starts = ends.map((_, segment) => {
    const read = order.filter((operation) => depthOf(operation) === segment).flatMap(({ inputs }) => inputs);
    return [...new Set(read)].filter(({ operation }) => depths.has(operation) && depthOf(operation) > segment);
  });

  const now = new Map<Tensor, Tensor>();
  const current = (tensor: Tensor) => now.get(tensor) ?? tensor;
  const again = ends.map(() => new Map<Tensor, Tensor>());

  const fromBatch = new Set<Operation>(program.inputs.map((tensor) => tensor.operation));
  for (const operation of everything)
    if (operation.inputs.some((tensor) => fromBatch.has(tensor.operation))) fromBatch.add(operation);

  /** A value of segment `segment` as its backward pass computes it again. */
  const recomputed = (tensor: Tensor, segment: number): Tensor => {
    const known = again[segment].get(tensor);
    if (known !== undefined) return known;
    const { operation } = tensor;
    if (segmentOf(tensor) !== segment || kept.has(tensor)) {
      // What a segment begins with waits for its backward pass; parameters are there anyway.
      const begins = kept.has(tensor) || (segment === 0 && fromBatch.has(operation));
      const value = begins ? after(tensor, starts[segment].map(current)) : tensor;
      again[segment].set(tensor, value);
      return value;
    }
    const copy = withInputs(
      operation,
      operation.inputs.map((input) => recomputed(input, segment)),
    );
    operation.outputs.forEach((output, index) => void again[segment].set(output, copy.outputs[index]));
    return again[segment].get(tensor) as Tensor;
  };

  for (const operation of order) {
    const inputs = operation.inputs.map((tensor) => {
      const segment = segmentOf(tensor);
      const isKept = segment === undefined || segment === ends.length || kept.has(tensor);
      return isKept || starts[segment].length === 0 ? current(tensor) : recomputed(tensor, segment);
    });
    const rebuilt = withInputs(operation, inputs);
    operation.outputs.forEach((tensor, index) => {
      if (rebuilt !== operation) now.set(tensor, rebuilt.outputs[index]);
    });
  }
  const names = Object.keys(program.outputs);
  return {
    ...program,
    outputs: Object.fromEntries(names.map((name) => [name, current(program.outputs[name])])),
    state: program.state.map((variable) => ({ ...variable, next: current(variable.next) })),
  };
}
