/** @file In which order units run: as the program has them, but what frees memory as soon as it can. */

import type { Program } from '../graph/program.js';
import type { Operation, Tensor } from '../graph/tensor.js';
import { isPointwise } from './expression.js';
import { type Analysis, isMove, isSource, type Unit } from './units.js';

/** Values with memory that a unit reads, through moves and through what it computes itself. */
function reads(unit: Unit, { unitOf }: Analysis): Set<Tensor> {
  const found = new Set<Tensor>();
  const seen = new Set<Tensor>();
  const stack: Tensor[] = [];
  const from = ({ inputs }: Operation) => stack.push(...inputs);
  if (unit.kind === 'kernel') from(unit.operations[0]);
  else {
    for (const operation of unit.operations) from(operation);
    for (const tensor of unit.outputs) from(tensor.operation);
  }
  if (unit.addend !== null) stack.push(unit.addend);
  for (let tensor = stack.pop(); tensor !== undefined; tensor = stack.pop()) {
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    const owner = unitOf.get(tensor);
    if (owner !== undefined && owner !== unit) found.add(tensor);
    else if (isSource(tensor.operation)) found.add(tensor);
    else if (isMove(tensor.operation) || isPointwise(tensor.operation)) from(tensor.operation);
  }
  return found;
}

/** State whose next value can be written where the current one lies: nothing needs the current one afterwards. */
export interface Schedule {
  readonly order: readonly Unit[];
}

/** Ops whose result is small beside what they read: run early, they free it. */
const SHRINKS = new Set(['convWeightGradient', 'moments', 'logSumExp']);

function shrinks({ kind, operations, outputs }: Unit): boolean {
  const [operation] = operations;
  if (kind === 'group') return operations.length > 0 && outputs.length === 0;
  const { name } = operation.definition;
  if (name === 'matmul' || name === 'gemm') {
    const size = operation.inputs[0].size + operation.inputs[1].size;
    return operation.attributes.transposeA === true && 2 * operation.outputs[0].size < size;
  }
  return SHRINKS.has(name);
}

/** @throws Error where units wait for each other, which would be a mistake in `units.ts` */
export function schedule(program: Program, analysis: Analysis): Schedule {
  const { units, unitOf } = analysis;
  const waits = new Map<Unit, Set<Unit>>(units.map((unit) => [unit, new Set()]));
  const next = new Map<Unit, Set<Unit>>(units.map((unit) => [unit, new Set()]));
  const readers = new Map<Tensor, Unit[]>();
  const edge = (before: Unit, after: Unit) => {
    if (before === after) return;
    waits.get(after)?.add(before);
    next.get(before)?.add(after);
  };
  for (const unit of units) {
    for (const tensor of reads(unit, analysis)) {
      const owner = unitOf.get(tensor);
      if (owner !== undefined) edge(owner, unit);
      else readers.set(tensor, [...(readers.get(tensor) ?? []), unit]);
    }
  }
  /** Whether one unit comes after another by what they read. */
  const leads = (from: Unit, to: Unit): boolean => {
    const seen = new Set<Unit>([from]);
    const stack = [from];
    for (let unit = stack.pop(); unit !== undefined; unit = stack.pop()) {
      if (unit === to) return true;
      for (const other of next.get(unit) ?? []) {
        if (seen.has(other)) continue;
        seen.add(other);
        stack.push(other);
      }
    }
    return false;
  };
  for (const { current, next: value } of program.state) {
    const writer = unitOf.get(value);
    if (writer === undefined) continue;
    for (const reader of readers.get(current) ?? []) if (!leads(writer, reader)) edge(reader, writer);
  }

  const order: Unit[] = [];
  const ready = new Set(units.filter((unit) => waits.get(unit)?.size === 0));
  while (ready.size > 0) {
    let chosen: Unit | null = null;
    for (const unit of ready) {
      if (chosen === null || rank(unit) < rank(chosen)) chosen = unit;
    }
    if (chosen === null) break;
    ready.delete(chosen);
    order.push(chosen);
    for (const after of next.get(chosen) ?? []) {
      const left = waits.get(after);
      left?.delete(chosen);
      if (left?.size === 0) ready.add(after);
    }
  }
  if (order.length !== units.length) throw new Error(`units of ${program.name} wait for each other`);
  return { order };

  function rank(unit: Unit): number {
    return shrinks(unit) ? unit.position - units.length * 1e6 : unit.position;
  }
}
