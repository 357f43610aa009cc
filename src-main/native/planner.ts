/** @file From a program to a plan of the native engine (src-native): what computes what, where it lies, and when. */

import { topologicalOrder } from '../graph/gradient.js';
import { resultsOf } from '../graph/passes/rewrite.js';
import type { Program } from '../graph/program.js';
import { typeName } from '../graph/tensor.js';
import { type Call, memoryOf, type Word } from './calls.js';
import { Emitter } from './emitter.js';
import { isPointwise } from './expression.js';
import { emitGroup } from './groups.js';
import { KERNELS } from './kernels.js';
import { computeInPlace, planMemory } from './memory.js';
import { type Place, type Plan, Unplannable } from './plan.js';
import { schedule } from './schedule.js';
import { analyse, isMove, isSource } from './units.js';
import { type Block, isDense, sameElements, type View } from './view.js';

/** Offsets are 32 bits wide. */
const LONGEST_ARENA = 2 ** 32 - 16;

/** @throws Unplannable where the engine lacks an op or an element type */
function requireKnown(program: Program): void {
  for (const operation of topologicalOrder(resultsOf(program))) {
    const { name } = operation.definition;
    const odd = operation.outputs.find(({ dtype }) => dtype === 'float64' || dtype === 'float16');
    if (odd !== undefined) throw new Unplannable(`${odd.dtype}, as in ${name} ${typeName(odd)}`);
    if (operation.outputs.some(({ size }) => size === 0)) throw new Unplannable(`a value without elements, of ${name}`);
    const known = isSource(operation) || isMove(operation) || isPointwise(operation) || Object.hasOwn(KERNELS, name);
    if (!known && !['sum', 'sumSquares', 'columnSum'].includes(name)) throw new Unplannable(`the op ${name}`);
  }
}

/**
 * Plans a program that has been through the graph's passes.
 *
 * @throws Unplannable with the reason where the native engine cannot run it
 */
export function planFor(program: Program): Plan {
  requireKnown(program);
  const order = topologicalOrder(resultsOf(program));
  const analysis = analyse(program);
  const emitter = new Emitter(program, order, analysis);
  // Given values have their places whether anything reads them or not.
  const givenTensors = [...program.inputs, ...program.state.map(({ current }) => current), ...program.frozen];
  for (const tensor of givenTensors) emitter.view(tensor);
  for (const unit of schedule(program, analysis).order) {
    emitter.label = Emitter.nameOf(unit);
    if (unit.kind === 'group') emitGroup(emitter, unit);
    else KERNELS[unit.operations[0].definition.name](emitter, unit.operations[0], unit);
  }
  emitter.label = 'results';
  const outputs = new Map<string, { view: View; tensor: Place['tensor'] }>();
  for (const [name, tensor] of Object.entries(program.outputs)) {
    const view = emitter.view(tensor);
    // A state variable's memory changes at the end of the run, a constant's never.
    const own = isDense(view) && view.block.kind === 'value';
    outputs.set(name, { view: own ? view : emitter.copied(view), tensor });
  }
  replaceState(emitter, program);

  const lasting = new Set([...outputs.values()].map(({ view }) => memoryOf(view.block)));
  computeInPlace(emitter.calls, lasting);
  const lastingMemory = new Set([...lasting].map(memoryOf));
  const steps = joinRows(emitter.calls);
  const given = [...emitter.given.values()].map(({ view }) => view.block);
  const fixed = [...given, ...emitter.constants.map(({ block }) => block)];
  const arenaLength = planMemory(
    steps.map((step) => step.calls),
    fixed,
    lastingMemory,
  );
  if (arenaLength > LONGEST_ARENA) throw new Unplannable('values of more than 16 GiB');
  return {
    ...encode(steps),
    arenaLength,
    given: new Map([...emitter.given].map(([name, { tensor, view }]) => [name, { tensor, offset: offsetOf(view) }])),
    constants: emitter.constants.map(({ block, values }) => ({ offset: block.offset as number, values })),
    outputs: new Map([...outputs].map(([name, { view, tensor }]) => [name, { tensor, offset: offsetOf(view) }])),
  };
}

/** Next values of state: computed where the current ones lie, or copied there after everything else. */
function replaceState(emitter: Emitter, program: Program): void {
  const lastRead = new Map<Block, number>();
  const writers = new Map<Block, { call: Call; index: number }[]>();
  emitter.calls.forEach((call, index) => {
    for (const block of call.reads) lastRead.set(block, index);
    for (const block of new Set(call.writes)) writers.set(block, [...(writers.get(block) ?? []), { call, index }]);
  });
  const copies: { from: View; to: View }[] = [];
  const taken = new Set<Block>();
  for (const { current, next } of program.state) {
    const to = emitter.view(current);
    const from = emitter.view(next);
    if (sameElements(from, to)) continue;
    const writes = writers.get(from.block) ?? [];
    const alone = writes.length === 1 && from.block.kind === 'value' && from.block.size === to.block.size;
    if (alone && isDense(from) && !taken.has(from.block) && from.block.sharedWith === null) {
      const [{ call, index }] = writes;
      const before = lastRead.get(to.block) ?? -1;
      const inPlace = call.inPlace.some(({ output, inputs }) => output === from.block && inputs.includes(to.block));
      if (before < index || (before === index && inPlace)) {
        from.block.sharedWith = to.block;
        taken.add(from.block);
        continue;
      }
    }
    copies.push({ from, to });
  }
  // One variable's next value may be another's current one: all are read before any is written.
  const beside = copies.map(({ from, to }) => ({
    from: from.block.kind === 'given' ? emitter.copied(from) : from,
    to,
  }));
  for (const { from, to } of beside) emitter.copy(from, to);
}

interface Step {
  readonly calls: Call[];
  /** Rows of kernels that run block by block; null for a single call. */
  readonly rows: number | null;
}

/**
 * Joins neighbouring calls that compute row by row: what one writes, the next ones read from the cache. Each may read of
 * what another wrote the same rows only.
 */
function joinRows(calls: readonly Call[]): Step[] {
  const steps: Step[] = [];
  for (let start = 0; start < calls.length; ) {
    const first = calls[start];
    let best: Step = { calls: [first], rows: null };
    const rows = first.rows(null)?.rows ?? calls[start + 1]?.rows(null)?.rows ?? null;
    if (rows !== null && rows > 1 && first.rows(rows) !== null) {
      const joined = [first];
      while (start + joined.length < calls.length && fits(joined, calls[start + joined.length], rows)) {
        joined.push(calls[start + joined.length]);
      }
      if (joined.length > 1) best = { calls: joined, rows };
    }
    steps.push(best);
    start += best.calls.length;
  }
  return steps;
}

function fits(joined: readonly Call[], call: Call, rows: number): boolean {
  const access = call.rows(rows);
  if (access === null) return false;
  const written = new Map<Block, { offset: number; stride: number }>();
  const read = new Set<Block>();
  for (const member of joined) {
    const own = member.rows(rows);
    const writes = new Set(member.writes.map(memoryOf));
    for (const { view, stride } of own?.byRow ?? []) {
      if (writes.has(memoryOf(view.block))) written.set(memoryOf(view.block), { offset: view.offset, stride });
    }
    for (const block of member.reads) read.add(memoryOf(block));
  }
  if (access.whole.some(({ block }) => written.has(memoryOf(block)))) return false;
  for (const block of call.writes) {
    const memory = memoryOf(block);
    // What an earlier member reads must not change under it, unless row by row.
    if (read.has(memory) && !written.has(memory) && !readsByRow(joined, rows, memory, access.byRow)) return false;
  }
  return access.byRow.every(({ view, stride }) => {
    const place = written.get(memoryOf(view.block));
    return place === undefined || (stride > 0 && place.offset === view.offset && place.stride === stride);
  });
}

function readsByRow(
  joined: readonly Call[],
  rows: number,
  memory: Block,
  access: readonly { view: View; stride: number }[],
): boolean {
  const own = access.filter(({ view }) => memoryOf(view.block) === memory);
  return joined.every((member) => {
    if (!member.reads.some((block) => memoryOf(block) === memory)) return true;
    const theirs = (member.rows(rows)?.byRow ?? []).filter(({ view }) => memoryOf(view.block) === memory);
    const wholeToo = member.rows(rows)?.whole.some(({ block }) => memoryOf(block) === memory) ?? true;
    return (
      !wholeToo &&
      theirs.every((a) => own.every((b) => a.stride > 0 && a.stride === b.stride && a.view.offset === b.view.offset))
    );
  });
}

const offsetOf = ({ block, offset }: View): number => (memoryOf(block).offset as number) + offset;

const wordOf = (word: Word): number => (typeof word === 'number' ? word | 0 : offsetOf(word) | 0);

function encode(steps: readonly Step[]): Pick<Plan, 'kernels' | 'code' | 'labels'> {
  const kernels: string[] = [];
  const labels: string[] = [];
  const code: number[] = [];
  for (const { calls, rows } of steps) {
    calls.forEach((call, index) => {
      let kernel = kernels.indexOf(call.kernel);
      if (kernel < 0) kernel = kernels.push(call.kernel) - 1;
      const words = call.words(rows);
      code.push(kernel, index + 1 < calls.length ? 1 : 0, words.length);
      for (const word of words) code.push(wordOf(word));
      labels.push(call.label);
    });
  }
  return { kernels, code: Int32Array.from(code), labels };
}
