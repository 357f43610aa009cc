/**
 * @file Which values of a program get memory, and what computes each: one kernel, or a group of element-wise ops and
 * reductions that reads every value once. Moves (reshape, transpose, slice, ...) are views and compute nothing.
 */

import { topologicalOrder } from '../graph/gradient.js';
import { resultsOf } from '../graph/passes/rewrite.js';
import type { Program } from '../graph/program.js';
import { type Operation, sameShape, type Tensor } from '../graph/tensor.js';
import { isCheap, isPointwise } from './expression.js';

const MOVES = new Set([
  'reshape',
  'transpose',
  'slice',
  'split',
  'splitSizes',
  'broadcastTo',
  'stopGradient',
  'after',
  'flip',
]);
const SOURCES = new Set(['input', 'constant']);
const REDUCTIONS = new Set(['sum', 'sumSquares', 'columnSum', 'max', 'min']);

export const isMove = ({ definition: { name } }: Operation): boolean => MOVES.has(name);
export const isSource = ({ definition: { name } }: Operation): boolean => SOURCES.has(name);
const isReduction = ({ definition: { name }, inputs }: Operation): boolean =>
  REDUCTIONS.has(name) && inputs[0].dtype === 'float32';

/** Axes that a reduction sums over. */
export function axesOf({ definition: { name }, attributes }: Operation): readonly number[] {
  return name === 'columnSum' ? [0] : (attributes.axes as readonly number[]);
}

/** What computes values that have memory. */
export interface Unit {
  readonly kind: 'kernel' | 'group';
  /** Of a kernel: what it computes. Of a group: its reductions. */
  readonly operations: Operation[];
  /** Of a group: element-wise results. It runs over its reductions' input, or the first of these. */
  readonly outputs: Tensor[];
  /** Place among the program's operations. */
  position: number;
  /** A sum that the kernel takes part in: this is added to its first output, and `outputs[0]` is the sum. */
  addend: Tensor | null;
}

export interface Analysis {
  readonly units: readonly Unit[];
  /** The unit that computes each value that has memory. */
  readonly unitOf: ReadonlyMap<Tensor, Unit>;
  /** Operations that read a value, in order, moves among them. */
  readonly consumers: ReadonlyMap<Tensor, readonly Operation[]>;
}

/** The value whose shape a group runs over. */
const spaceOf = ({ outputs, operations }: Unit): Tensor =>
  operations.length > 0 ? operations[0].inputs[0] : outputs[0];

/** What a group runs over. */
export const shapeOfGroup = (unit: Unit): readonly number[] => spaceOf(unit).shape;
const sizeOfGroup = (unit: Unit): number => spaceOf(unit).size;

const NO_UNITS: ReadonlySet<Unit> = new Set();

class Grouping {
  readonly order: Operation[];
  private readonly index = new Map<Operation, number>();
  private readonly results: ReadonlySet<Tensor>;
  readonly consumers = new Map<Tensor, Operation[]>();
  readonly unitOf = new Map<Tensor, Unit>();
  private readonly units = new Set<Unit>();
  /** Groups that a value is part of unless it gets memory. */
  private readonly sinks = new Map<Tensor, Set<Unit>>();
  /** Kernels that read a value from memory. */
  private readonly readers = new Map<Tensor, Operation[]>();
  /** Groups that became part of others. */
  private readonly mergedInto = new Map<Unit, Unit>();

  constructor(program: Program) {
    const results = resultsOf(program);
    this.order = topologicalOrder(results);
    this.order.forEach((operation, index) => {
      this.index.set(operation, index);
      for (const tensor of operation.inputs) {
        const list = this.consumers.get(tensor);
        if (list === undefined) this.consumers.set(tensor, [operation]);
        else if (list[list.length - 1] !== operation) list.push(operation);
      }
    });
    this.results = new Set(results);
    for (const operation of [...this.order].reverse()) this.place(operation);
  }

  analysis(): Analysis {
    const units = [...this.units].sort((a, b) => a.position - b.position);
    return { units, unitOf: this.unitOf, consumers: this.consumers };
  }

  private current(unit: Unit): Unit {
    const into = this.mergedInto.get(unit);
    return into === undefined ? unit : this.current(into);
  }

  private sinksOf(tensor: Tensor): ReadonlySet<Unit> {
    const known = this.sinks.get(tensor);
    if (known === undefined) return NO_UNITS;
    return this.mergedInto.size === 0 ? known : new Set([...known].map((unit) => this.current(unit)));
  }

  private addSinks(tensor: Tensor, units: Iterable<Unit>): void {
    let known = this.sinks.get(tensor);
    if (known === undefined) {
      known = new Set();
      this.sinks.set(tensor, known);
    }
    for (const unit of units) known.add(unit);
  }

  private addReaders(tensor: Tensor, operations: readonly Operation[]): void {
    if (operations.length === 0) return;
    const known = this.readers.get(tensor);
    if (known === undefined) this.readers.set(tensor, [...operations]);
    else known.push(...operations);
  }

  private newUnit(kind: Unit['kind'], operations: Operation[], outputs: Tensor[], position: number): Unit {
    const unit: Unit = { kind, operations, outputs, position, addend: null };
    this.units.add(unit);
    return unit;
  }

  private place(operation: Operation): void {
    if (isSource(operation)) return;
    if (isMove(operation)) this.placeMove(operation);
    else if (isPointwise(operation)) for (const tensor of operation.outputs) this.placePointwise(tensor);
    else if (isReduction(operation)) this.placeReduction(operation);
    else this.placeKernel(operation);
  }

  /** What reads a view reads what lies behind it. */
  private placeMove({ inputs, outputs, definition }: Operation): void {
    const sources = definition.name === 'after' ? inputs : inputs.slice(0, 1);
    for (const source of sources) {
      for (const output of outputs) {
        this.addSinks(source, this.sinksOf(output));
        this.addReaders(source, this.readers.get(output) ?? []);
        if (this.results.has(output)) this.addReaders(source, [output.operation]);
      }
    }
  }

  private placeKernel(operation: Operation): void {
    const unit = this.newUnit('kernel', [operation], [...operation.outputs], this.position(operation));
    for (const tensor of operation.outputs) this.unitOf.set(tensor, unit);
    for (const tensor of operation.inputs) this.addReaders(tensor, [operation]);
  }

  private placeReduction(operation: Operation): void {
    const unit = this.newUnit('group', [operation], [], this.position(operation));
    this.unitOf.set(operation.outputs[0], unit);
    this.addSinks(operation.inputs[0], [unit]);
  }

  private placePointwise(tensor: Tensor): void {
    this.mergeReductions(tensor);
    const sinks = this.sinksOf(tensor);
    const needsMemory = this.results.has(tensor) || (this.readers.get(tensor)?.length ?? 0) > 0;
    if (!needsMemory && sinks.size === 0) return;
    const fits = [...sinks].every((unit) => sizeOfGroup(unit) === tensor.size);
    if (!needsMemory && fits && (sinks.size === 1 || this.isComputedTwice(tensor, sinks))) {
      for (const input of tensor.operation.inputs) this.addSinks(input, sinks);
      return;
    }
    const joined = [...sinks]
      .sort((a, b) => a.position - b.position)
      .find((unit) => sizeOfGroup(unit) === tensor.size && this.mayJoin(tensor, unit));
    const unit = joined ?? this.newUnit('group', [], [], this.position(tensor.operation));
    unit.outputs.push(tensor);
    this.unitOf.set(tensor, unit);
    for (const input of tensor.operation.inputs) this.addSinks(input, [unit]);
  }

  private position(operation: Operation): number {
    return this.index.get(operation) as number;
  }

  /** Cheap, and of values that the last of its readers reads anyway: computed again rather than kept. */
  private isComputedTwice(tensor: Tensor, sinks: ReadonlySet<Unit>): boolean {
    if (!isCheap(tensor.operation)) return false;
    const latest = [...sinks].reduce((a, b) => (a.position > b.position ? a : b));
    const large = tensor.operation.inputs.filter(({ size }) => size === tensor.size);
    return large.every((input) => isSource(input.operation) || this.sinksOf(input).has(latest));
  }

  /** Reductions that read one value over the same axes are one group, where none depends on another. */
  private mergeReductions(tensor: Tensor): void {
    const groups = [...this.sinksOf(tensor)].filter(({ operations }) => operations.length > 0);
    for (let i = 0; i < groups.length; i++) {
      for (let j = i + 1; j < groups.length; j++) {
        const [a, b] = [this.current(groups[i]), this.current(groups[j])];
        if (a !== b && this.mayMerge(a, b)) this.merge(a, b);
      }
    }
  }

  private mayMerge(a: Unit, b: Unit): boolean {
    const [left, right] = [a.operations[0], b.operations[0]];
    return (
      sameShape(shapeOfGroup(a), shapeOfGroup(b)) &&
      sameShape(left.inputs[0].shape, right.inputs[0].shape) &&
      axesOf(left).join() === axesOf(right).join() &&
      !this.dependsOn(a, new Set(this.rootsOf(b))) &&
      !this.dependsOn(b, new Set(this.rootsOf(a)))
    );
  }

  private merge(a: Unit, b: Unit): void {
    a.operations.push(...b.operations);
    a.outputs.push(...b.outputs);
    a.position = Math.max(a.position, b.position);
    for (const { outputs } of b.operations) this.unitOf.set(outputs[0], a);
    for (const tensor of b.outputs) this.unitOf.set(tensor, a);
    this.mergedInto.set(b, a);
    this.units.delete(b);
  }

  /** Whether a value can be a further result of a group: nothing that reads it may come before the group. */
  private mayJoin(tensor: Tensor, unit: Unit): boolean {
    const others = [...(this.readers.get(tensor) ?? [])];
    for (const other of this.sinksOf(tensor)) if (other !== unit) others.push(...this.rootsOf(other));
    return others.length === 0 || !this.dependsOn(unit, new Set(others));
  }

  private rootsOf({ operations, outputs }: Unit): Operation[] {
    return [...operations, ...outputs.map(({ operation }) => operation)];
  }

  /** Whether a group needs one of some operations to have run, in the order that groups bring with them. */
  private dependsOn(unit: Unit, operations: ReadonlySet<Operation>): boolean {
    const roots = this.rootsOf(unit);
    const seen = new Set<Operation>(roots);
    const stack = [...roots];
    for (let operation = stack.pop(); operation !== undefined; operation = stack.pop()) {
      const before = operation.inputs.map((input) => input.operation);
      for (const output of operation.outputs) {
        const group = this.unitOf.get(output);
        if (group !== undefined) before.push(...this.rootsOf(group));
      }
      for (const other of before) {
        if (seen.has(other)) continue;
        if (operations.has(other)) return true;
        seen.add(other);
        stack.push(other);
      }
    }
    return false;
  }
}

/** Ops whose kernel adds another matrix to its first result without reading that again. */
const WITH_ADDEND = new Set(['linear', 'matmul', 'layerNormGradient']);

/** A sum of a kernel's result, which nothing else reads, and another value becomes part of the kernel. */
function takeAddends({ units, unitOf, consumers }: Analysis, results: ReadonlySet<Tensor>): Analysis {
  const dropped = new Set<Unit>();
  const owner = new Map(unitOf);
  for (const unit of units) {
    if (unit.kind !== 'group' || unit.operations.length > 0 || unit.outputs.length !== 1) continue;
    const [sum] = unit.outputs;
    const { definition, inputs } = sum.operation;
    if (definition.name !== 'add' || inputs.some(({ size, dtype }) => size !== sum.size || dtype !== 'float32'))
      continue;
    for (const [side, other] of [inputs, [...inputs].reverse()]) {
      const product = throughReshapes(side, consumers, results);
      const kernel = product === null ? undefined : owner.get(product);
      // Both sides with memory: the other must not be an expression of this group.
      if (product === null || kernel === undefined || kernel.kind !== 'kernel' || kernel.addend !== null) continue;
      const [operation] = kernel.operations;
      if (!WITH_ADDEND.has(operation.definition.name) || product !== operation.outputs[0]) continue;
      if (operation.definition.name === 'matmul' && product.rank !== 2) continue;
      if (!hasMemory(other, owner)) continue;
      kernel.addend = other;
      kernel.outputs[0] = sum;
      kernel.position = Math.max(kernel.position, unit.position);
      owner.set(sum, kernel);
      owner.delete(product);
      dropped.add(unit);
      break;
    }
  }
  const left = units.filter((unit) => !dropped.has(unit)).sort((a, b) => a.position - b.position);
  return { units: left, unitOf: owner, consumers };
}

/** The value behind reshapes that nothing else reads, or null where something else does. */
function throughReshapes(
  tensor: Tensor,
  consumers: Analysis['consumers'],
  results: ReadonlySet<Tensor>,
): Tensor | null {
  let current = tensor;
  for (;;) {
    if (results.has(current) || consumers.get(current)?.length !== 1) return null;
    if (current.operation.definition.name !== 'reshape') return current;
    current = current.operation.inputs[0];
  }
}

function hasMemory(tensor: Tensor, unitOf: ReadonlyMap<Tensor, Unit>): boolean {
  let current = tensor;
  while (current.operation.definition.name === 'reshape') current = current.operation.inputs[0];
  return unitOf.has(current) || current.operation.definition.name === 'input';
}

/** Finds what computes each value of a program. */
export function analyse(program: Program): Analysis {
  return takeAddends(new Grouping(program).analysis(), new Set(resultsOf(program)));
}
