/** @file Emits groups of element-wise ops and reductions as one call of the vector machine (src-native/pointwise.c). */

import { type Operation, type Shape, sameShape, sizeOf, type Tensor } from '../graph/tensor.js';
import { type RowKernel, real, type Word } from './calls.js';
import { broadcastMove, type Emitter, type Move, moveOf, uniformWord } from './emitter.js';
import { isPointwise, machineProgram, type Node, pointwiseNode } from './expression.js';
import { Unplannable } from './plan.js';
import { axesOf, isMove, shapeOfGroup, type Unit } from './units.js';
import { type Block, collapse, isDense, memoryOrder, rowMajor, stridesInOrder, type View } from './view.js';

/** Most outer axes of the vector machine. */
const MOST_AXES = 6;
/** Kinds of the vector machine's reductions. */
const KINDS = { columns: 0, rows: 1, all: 2, rowMax: 3, rowMin: 4 } as const;
/** Of the kernel `reduce`. */
const PLAIN_KINDS: Readonly<Record<string, number>> = { sum: 0, columnSum: 0, max: 1, min: 2, sumSquares: 3 };

/** An expression that a value is part of, and how its elements lie in the group's shape. */
interface Use {
  readonly node: Node;
  readonly moves: readonly Move[];
}

/** Builds a group's expressions: what has no memory of its own is computed where it is read. */
class Expressions {
  private readonly known = new Map<Tensor, Map<string, Use>>();

  constructor(
    private readonly emitter: Emitter,
    private readonly unit: Unit,
  ) {}

  of(tensor: Tensor, moves: readonly Move[] = []): Node {
    const { analysis } = this.emitter;
    // A reshape back to the value's own shape is none.
    let first = 0;
    while (first < moves.length && moves[first].key.startsWith('r') && sameShape(moves[first].to, tensor.shape))
      first++;
    const path = first === 0 ? moves : moves.slice(first);
    const key = path.map((move) => move.key).join(';');
    let uses = this.known.get(tensor);
    if (uses === undefined) {
      uses = new Map();
      this.known.set(tensor, uses);
    }
    const use = uses.get(key);
    if (use !== undefined) return use.node;
    const { operation } = tensor;
    const owner = analysis.unitOf.get(tensor);
    let node: Node;
    if (isPointwise(operation) && (owner === undefined || owner === this.unit)) {
      const args = operation.inputs.map((input) =>
        this.of(input, sameShape(input.shape, tensor.shape) ? path : [broadcastMove(tensor.shape), ...path]),
      );
      node = pointwiseNode(tensor, args);
    } else if (isMove(operation)) {
      const move = moveOf(tensor);
      // Of two reshapes in a row the last decides.
      const skips = move.key === '' || (move.key.startsWith('r') && path[0]?.key.startsWith('r') === true);
      node = this.of(operation.inputs[0], skips ? path : [move, ...path]);
    } else {
      const word = uniformWord(tensor);
      const view = () => path.reduce((from, move) => move.apply(from, this.emitter), this.emitter.view(tensor));
      node = word !== null ? { kind: 'constant', word } : { kind: 'leaf', view: view() };
    }
    uses.set(key, { node, moves: path });
    return node;
  }

  /** A further result of the group: its expression, and its memory as the group's shape has it; null where it has none. */
  result(tensor: Tensor): { node: Node; view: View } | null {
    for (const { node, moves } of this.known.get(tensor)?.values() ?? []) {
      if (moves.some(({ key }) => !key.startsWith('r'))) continue;
      const memory = this.emitter.output(tensor);
      let view: View | null = memory;
      for (const { to } of moves) view = view === null ? null : reshaped(view, to);
      if (view !== null) return { node, view };
    }
    return null;
  }
}

const reshaped = (view: View, shape: Shape): View | null =>
  isDense(view) ? { ...view, shape, strides: rowMajor(shape) } : sameShape(view.shape, shape) ? view : null;

interface Result {
  readonly node: Node;
  readonly view: View;
}

interface Reduction {
  readonly node: Node;
  readonly kind: number;
  readonly view: View;
}

/** One call: results, and reductions, over a shape whose axes are taken in an order; `lead` of them are summed as rows. */
function emitCall(
  emitter: Emitter,
  shape: Shape,
  order: readonly number[],
  lead: number,
  results: readonly Result[],
  reductions: readonly Reduction[],
): void {
  const {
    leaves,
    instructions,
    registers,
    results: found,
  } = machineProgram([...results, ...reductions].map(({ node }) => node));
  const inOrder = ({ strides }: View) => order.map((axis) => strides[axis]);
  const views = [...leaves, ...results.map(({ view }) => view)];
  const collapsed = collapse(
    order.map((axis) => shape[axis]),
    views.map(inOrder),
    lead,
  );
  const lengths = collapsed.shape.length === 0 ? [1] : collapsed.shape;
  const strides = collapsed.strides.map((own) => (own.length === 0 ? [0] : own));
  if (lengths.length - 1 > MOST_AXES) throw new Unplannable(`element-wise ops over ${lengths.length} axes`);

  const inner = lengths.length - 1;
  const words = (outer: readonly number[], n: number, parts: readonly (readonly number[])[]): Word[] => [
    outer.length,
    n,
    leaves.length,
    results.length,
    reductions.length,
    instructions.length / 5,
    registers,
    ...outer,
    ...leaves.flatMap((view, index) => [view, ...innerFirst(parts[index])]),
    ...results.flatMap(({ view }, index) => [view, found[index], ...innerFirst(parts[leaves.length + index])]),
    ...reductions.flatMap(({ kind, view }, index) => [kind, view, found[results.length + index], real(1)]),
    ...instructions,
  ];
  const whole = () => words(lengths.slice(0, inner), lengths[inner], strides);
  /** One long row as several: its views step through it evenly. */
  const cut = (rows: number) => {
    const n = lengths[0] / rows;
    return words(
      [rows],
      n,
      strides.map(([step]) => [step * n, step]),
    );
  };
  const isCut = (wanted: number | null): wanted is number =>
    wanted !== null && inner === 0 && wanted > 0 && lengths[0] % wanted === 0 && lengths[0] > wanted;
  const rows = (wanted: number | null): RowKernel | null => {
    if (reductions.length > 0) return null;
    if (isCut(wanted)) {
      const n = lengths[0] / wanted;
      return { rows: wanted, byRow: views.map((view, index) => ({ view, stride: strides[index][0] * n })), whole: [] };
    }
    if (inner !== 1 || (wanted !== null && wanted !== lengths[0])) return null;
    return { rows: lengths[0], byRow: views.map((view, index) => ({ view, stride: strides[index][0] })), whole: [] };
  };
  const blocks = (list: readonly { view: View }[]): Block[] => list.map(({ view }) => view.block);
  emitter.add({
    kernel: reductions.length > 0 ? 'pointwiseReduce' : 'pointwise',
    reads: leaves.map(({ block }) => block),
    writes: [...blocks(results), ...blocks(reductions)],
    inPlace: results.map((result) => ({ output: result.view.block, inputs: inPlaceOf(result, leaves, shape) })),
    rows,
    words: (wanted) => (isCut(wanted) ? cut(wanted) : whole()),
  });
}

const innerFirst = (strides: readonly number[]): number[] => [strides[strides.length - 1], ...strides.slice(0, -1)];

/** Blocks that a result may be computed in: read with the result's own strides, and in no other way. */
function inPlaceOf({ view }: Result, leaves: readonly View[], shape: Shape): Block[] {
  const size = sizeOf(shape);
  const same = (leaf: View) =>
    leaf.offset === view.offset &&
    shape.every((length, axis) => length === 1 || leaf.strides[axis] === view.strides[axis]);
  return leaves
    .filter(({ block }) => block.size === size && view.block.size === size && block !== view.block)
    .map(({ block }) => block)
    .filter((block) => leaves.every((leaf) => leaf.block !== block || same(leaf)));
}

function asReduction(name: string, node: Node): Node {
  return name === 'sumSquares' ? { kind: 'apply', opcode: 'square', args: [node] } : node;
}

/** The largest view's order in memory. */
function orderOf(shape: Shape, views: readonly View[]): number[] {
  const full = views.find(({ strides }) => shape.every((length, axis) => length === 1 || strides[axis] !== 0));
  return full === undefined ? shape.map((_, axis) => axis) : memoryOrder({ ...full, shape });
}

export function emitGroup(emitter: Emitter, unit: Unit): void {
  const shape = shapeOfGroup(unit);
  const expressions = new Expressions(emitter, unit);
  const roots = unit.operations.map((operation) => ({ operation, node: expressions.of(operation.inputs[0]) }));
  if (roots.length === 0) expressions.of(unit.outputs[0]);
  const results: Result[] = [];
  const apart: Tensor[] = [];
  for (const tensor of unit.outputs) {
    const result = expressions.result(tensor);
    if (result === null) apart.push(tensor);
    else results.push(result);
  }
  // What has no place in the group's shape is computed by itself, before what it may be read by.
  for (const tensor of apart) emitAlone(emitter, unit, tensor);
  if (roots.length > 0) emitReductions(emitter, shape, roots, results);
  else if (results.length > 0) {
    const order = orderOf(shape, [results[0].view]);
    emitCall(emitter, shape, order, 0, results, []);
  }
}

function emitAlone(emitter: Emitter, unit: Unit, tensor: Tensor): void {
  const node = new Expressions(emitter, unit).of(tensor);
  const view = emitter.output(tensor);
  emitCall(emitter, tensor.shape, orderOf(tensor.shape, [view]), 0, [{ node, view }], []);
}

interface Root {
  readonly operation: Operation;
  readonly node: Node;
}

function emitReductions(emitter: Emitter, shape: Shape, roots: readonly Root[], results: readonly Result[]): void {
  const reduced = new Set(axesOf(roots[0].operation));
  const nodes = roots.map(({ operation, node }) => asReduction(operation.definition.name, node));
  const program = machineProgram([...results.map(({ node }) => node), ...nodes]);
  const order = orderOf(shape, [...results.map(({ view }) => view), ...program.leaves]);
  const axes = order.filter((axis) => shape[axis] !== 1);
  const flags = axes.map((axis) => reduced.has(axis));
  const count = flags.filter((flag) => flag).length;
  const isSum = roots.every(({ operation: { definition } }) => definition.name !== 'max' && definition.name !== 'min');
  const views = [...program.leaves, ...results.map(({ view }) => view)];
  const joins = (lead: number) => {
    const { shape: lengths, lead: first } = collapse(
      axes.map((axis) => shape[axis]),
      views.map(({ strides }) => axes.map((axis) => strides[axis])),
      lead,
    );
    return lengths.length - first <= 1;
  };
  const kept = axes.filter((axis) => !reduced.has(axis));
  if (isSum && count === flags.length) {
    emitAll(KINDS.all, 0);
  } else if (isSum && count > 0 && flags.slice(0, count).every((flag) => flag) && joins(count)) {
    emitAll(KINDS.columns, count);
  } else if (
    count > 0 &&
    count < flags.length &&
    flags.slice(-count).every((flag) => flag) &&
    joins(flags.length - count)
  ) {
    emitAll(null, flags.length - count);
  } else {
    emitApart();
  }

  function emitAll(kind: number | null, lead: number): void {
    const reductions = roots.map(({ operation }, index): Reduction => {
      const { name } = operation.definition;
      const byRow = name === 'max' ? KINDS.rowMax : name === 'min' ? KINDS.rowMin : KINDS.rows;
      return { node: nodes[index], kind: kind ?? byRow, view: resultOf(operation, kept) };
    });
    emitCall(emitter, shape, axes, lead, results, reductions);
  }

  /** The result of a reduction, its kept axes one after another in an order. */
  function resultOf(operation: Operation, keptAxes: readonly number[]): View {
    const [tensor] = operation.outputs;
    const all = shape.map((_, axis) => axis);
    const lengths = all.map((axis) => (reduced.has(axis) ? 1 : shape[axis]));
    const inOrder = [...all.filter((axis) => !keptAxes.includes(axis)), ...keptAxes];
    const strides = stridesInOrder(lengths, inOrder);
    const keeps = tensor.shape.length === shape.length;
    const own = keeps ? strides : all.filter((axis) => !reduced.has(axis)).map((axis) => strides[axis]);
    // The program's own results are row-major: copied afterwards where that differs.
    return emitter.outputWith(tensor, own);
  }

  /** Neither rows nor columns: the values are laid out with what is summed last. */
  function emitApart(): void {
    const last = [...shape.map((_, axis) => axis).filter((axis) => !reduced.has(axis)), ...reduced];
    const laid = nodes.map((node) => ({ node, view: emitter.temporary(shape, stridesInOrder(shape, last)) }));
    emitCall(emitter, shape, last, 0, [...results, ...laid], []);
    roots.forEach(({ operation }, index) => {
      const inner = sizeOf([...reduced].map((axis) => shape[axis]));
      const outer = sizeOf(shape) / inner;
      const { name } = operation.definition;
      const kind = name === 'sumSquares' ? PLAIN_KINDS.sum : PLAIN_KINDS[name];
      const view = resultOf(
        operation,
        last.filter((axis) => !reduced.has(axis)),
      );
      const words: Word[] = [kind, outer, inner, 1, laid[index].view, view, floatOne];
      emitter.call('reduce', words, { reads: [laid[index].view], writes: [view] });
    });
  }
}

const floatOne = real(1);

/** y = a + b over equal shapes, for kernels that start from zeros. */
export function emitSum(emitter: Emitter, a: View, b: View, to: View): void {
  const node: Node = {
    kind: 'apply',
    opcode: 'add',
    args: [
      { kind: 'leaf', view: a },
      { kind: 'leaf', view: b },
    ],
  };
  emitCall(emitter, to.shape, orderOf(to.shape, [to]), 0, [{ node, view: to }], []);
}
