/**
 * @file Where each value lies: turns units into kernel calls on views of blocks. Values of convolutions lie channels last
 * ([batch, ...lengths, channels] in memory), a value that is only a part of a concatenation is computed in its place, and
 * what is read transposed is written transposed where its kernel can.
 */

import { resultsOf } from '../graph/passes/rewrite.js';
import { inputName, type Program } from '../graph/program.js';
import { type Operation, type Shape, sameShape, sizeOf, type Tensor, typeName } from '../graph/tensor.js';
import type { Call, Word } from './calls.js';
import { wordOf } from './expression.js';
import { Unplannable } from './plan.js';
import { type Analysis, isMove, type Unit } from './units.js';
import {
  type Block,
  broadcastView,
  denseView,
  flipView,
  isDense,
  newBlock,
  reshapeView,
  rowMajor,
  sliceView,
  stridesInOrder,
  transposeView,
  type View,
} from './view.js';

/** A move as a function of views. */
export type Move = { readonly key: string; readonly apply: (view: View, emitter: Emitter) => View; readonly to: Shape };

export const reshapeMove = (shape: Shape): Move => ({
  key: `r${shape.join()}`,
  to: shape,
  apply: (view, emitter) => reshapeView(view, shape) ?? (reshapeView(emitter.copied(view), shape) as View),
});

export const broadcastMove = (shape: Shape): Move => ({
  key: `b${shape.join()}`,
  to: shape,
  apply: (view) => broadcastView(view, shape),
});

/** What a move does to the view of what it reads. */
export function moveOf({ operation, index, shape }: Tensor): Move {
  const { definition, attributes } = operation;
  switch (definition.name) {
    case 'reshape':
      return reshapeMove(shape);
    case 'broadcastTo':
      return broadcastMove(shape);
    case 'transpose': {
      const permutation = attributes.permutation as readonly number[];
      return { key: `t${permutation.join()}`, to: shape, apply: (view) => transposeView(view, permutation) };
    }
    case 'flip': {
      const axes = attributes.axes as readonly number[];
      return { key: `f${axes.join()}`, to: shape, apply: (view) => flipView(view, axes) };
    }
    case 'slice':
    case 'split':
    case 'splitSizes': {
      const axis = Number(attributes.axis);
      const start = startOf(operation, index);
      const end = start + shape[axis];
      return { key: `s${axis},${start},${end}`, to: shape, apply: (view) => sliceView(view, axis, start, end) };
    }
    default:
      return { key: '', to: shape, apply: (view) => view };
  }
}

function startOf({ definition, attributes, outputs }: Operation, index: number): number {
  if (definition.name === 'slice') return Number(attributes.start);
  if (definition.name === 'split') return index * outputs[0].shape[Number(attributes.axis)];
  return (attributes.sizes as readonly number[]).slice(0, index).reduce((sum, size) => sum + size, 0);
}

/** The number that all elements of a constant are, as a word; null for any other tensor. */
export function uniformWord({ operation, dtype }: Tensor): number | null {
  const { values } = operation;
  if (values === null || values.length === 0) return null;
  for (let i = 1; i < values.length; i++) if (!Object.is(values[i], values[0])) return null;
  return wordOf(values[0], dtype);
}

/** Kernels that write a result with any strides. */
const WRITES_ANYWHERE = new Set(['attention', 'attentionGradient']);
/** Kernels that write channels last, into a slice of wider channels as well. */
const CHANNELS_LAST = new Set(['conv', 'convTranspose', 'maxPool']);
const CONVOLVES = new Set([...CHANNELS_LAST, 'convWeightGradient', 'maxUnpool']);

export class Emitter {
  readonly calls: Call[] = [];
  readonly given = new Map<string, { tensor: Tensor; view: View }>();
  readonly constants: { block: Block; values: Float32Array | Int32Array }[] = [];
  private readonly views = new Map<Tensor, View>();
  private readonly uniforms = new Map<number, View>();
  /** Copies of values by the order of their axes. */
  private readonly copies = new Map<Tensor, Map<string, View>>();
  /** Values that are computed in a part of another. */
  private readonly placed = new Map<Tensor, { whole: Tensor; part: (view: View) => View | null }>();
  private readonly channelsLast: ReadonlySet<Tensor>;
  private readonly results: ReadonlySet<Tensor>;
  /** What the calls are for. */
  label = '';

  constructor(
    readonly program: Program,
    readonly order: readonly Operation[],
    readonly analysis: Analysis,
  ) {
    this.results = new Set(resultsOf(program));
    this.channelsLast = this.findChannelsLast();
    this.findPlaced();
  }

  /** Adds a call; `null` among the words is no value. */
  call(
    kernel: string,
    words: readonly (Word | null)[],
    access: { reads: readonly View[]; writes: readonly View[] },
    rows: ReturnType<Call['rows']> = null,
  ): void {
    const final = words.map((word) => (word === null ? -1 : word));
    this.add({
      kernel,
      reads: access.reads.map(({ block }) => block),
      writes: access.writes.map(({ block }) => block),
      inPlace: [],
      rows: (wanted) => (rows !== null && (wanted === null || wanted === rows.rows) ? rows : null),
      words: () => final,
    });
  }

  add(call: Omit<Call, 'label'>): void {
    this.calls.push({ ...call, label: this.label });
  }

  /** The view of a value's elements, whatever their order in memory. */
  view(tensor: Tensor): View {
    const known = this.views.get(tensor);
    if (known !== undefined) return known;
    const view = this.found(tensor);
    this.views.set(tensor, view);
    return view;
  }

  private found(tensor: Tensor): View {
    const { operation, shape } = tensor;
    const { name } = operation.definition;
    if (name === 'input') {
      const view = denseView(newBlock(tensor.size, 'given'), shape);
      this.given.set(inputName(tensor), { tensor, view });
      return view;
    }
    if (name === 'constant') return this.constant(tensor);
    if (isMove(operation)) return moveOf(tensor).apply(this.view(operation.inputs[0]), this);
    throw new Error(`${name} ${typeName(tensor)} is read before it is computed`);
  }

  private constant(tensor: Tensor): View {
    const word = uniformWord(tensor);
    if (word !== null) return broadcastView(this.uniform(word), tensor.shape);
    const { values } = tensor.operation;
    const block = newBlock(tensor.size, 'constant');
    const words = Int32Array.from(values ?? [], (value) => wordOf(value, tensor.dtype));
    this.constants.push({ block, values: words });
    return denseView(block, tensor.shape);
  }

  /** One element of a word. */
  uniform(word: number): View {
    const known = this.uniforms.get(word);
    if (known !== undefined) return known;
    const block = newBlock(1, 'constant');
    this.constants.push({ block, values: Int32Array.of(word) });
    const view = denseView(block, []);
    this.uniforms.set(word, view);
    return view;
  }

  /** A constant that is no value of the program. */
  words(values: Float32Array, shape: Shape): View {
    const block = newBlock(values.length, 'constant');
    this.constants.push({ block, values });
    return denseView(block, shape);
  }

  /** A new value's memory, in the layout that suits those who read it. */
  output(tensor: Tensor): View {
    const known = this.views.get(tensor);
    if (known !== undefined) return known;
    const place = this.placed.get(tensor);
    const part = place === undefined ? null : place.part(this.output(place.whole));
    const order = this.orderOf(tensor);
    const strides = order === null ? rowMajor(tensor.shape) : stridesInOrder(tensor.shape, order);
    const view = part ?? { block: newBlock(tensor.size), offset: 0, shape: tensor.shape, strides };
    this.views.set(tensor, view);
    return view;
  }

  /** Memory for a value whose strides its kernel decides. */
  outputWith(tensor: Tensor, strides: readonly number[]): View {
    const view = { block: newBlock(tensor.size), offset: 0, shape: tensor.shape, strides };
    this.views.set(tensor, view);
    return view;
  }

  temporary(shape: Shape, strides: readonly number[] = rowMajor(shape)): View {
    return { block: newBlock(sizeOf(shape)), offset: 0, shape, strides };
  }

  /** Where a value lies that is a part of a concatenation already. */
  isPlacedIn(tensor: Tensor, whole: Tensor): boolean {
    let current = tensor;
    while (current.operation.definition.name === 'reshape') current = current.operation.inputs[0];
    return this.placed.get(current)?.whole === whole && this.view(current).block === this.view(whole).block;
  }

  /** A row-major copy. */
  copied(view: View): View {
    const copy = this.temporary(view.shape);
    this.copy(view, copy);
    return copy;
  }

  /** The view itself where it is row-major, else a copy that is. */
  dense(view: View): View {
    return isDense(view) ? { ...view, strides: rowMajor(view.shape) } : this.copied(view);
  }

  denseOf(tensor: Tensor): View {
    return this.inOrder(
      tensor,
      tensor.shape.map((_, axis) => axis),
    );
  }

  /** A value with its axes in an order in memory: as it lies, or a copy, which serves all who ask for it. */
  inOrder(tensor: Tensor, order: readonly number[]): View {
    const view = this.view(tensor);
    const strides = stridesInOrder(tensor.shape, order);
    if (tensor.shape.every((length, axis) => length === 1 || view.strides[axis] === strides[axis])) {
      return { ...view, strides };
    }
    const key = order.join();
    const known = this.copies.get(tensor)?.get(key);
    if (known !== undefined) return known;
    const copy = this.temporary(tensor.shape, strides);
    this.copy(view, copy);
    this.copies.set(tensor, new Map([...(this.copies.get(tensor) ?? []), [key, copy]]));
    return copy;
  }

  /** Copies elements between views of one shape. */
  copy(from: View, to: View): void {
    const order = to.shape.map((_, axis) => axis).filter((axis) => to.shape[axis] !== 1);
    if (order.length > 8) throw new Unplannable(`a copy of ${order.length} axes`);
    const words: Word[] = [order.length, from, to];
    for (const { shape, strides } of [{ shape: to.shape, strides: to.shape }, from, to]) {
      for (const axis of order) words.push(strides === to.shape ? shape[axis] : strides[axis]);
    }
    this.call('copy', words, { reads: [from], writes: [to] });
  }

  fill(view: View, word: number): void {
    this.call('fill', [sizeOf(view.shape), view, word], { reads: [], writes: [view] });
  }

  isResult(tensor: Tensor): boolean {
    return this.results.has(tensor);
  }

  isChannelsLast(tensor: Tensor): boolean {
    return this.channelsLast.has(tensor);
  }

  /** Axes from the slowest to the fastest, where not as written. */
  private orderOf(tensor: Tensor): readonly number[] | null {
    if (this.results.has(tensor)) return null;
    if (this.channelsLast.has(tensor)) return [0, ...tensor.shape.map((_, axis) => axis).slice(2), 1];
    const { name } = tensor.operation.definition;
    if (WRITES_ANYWHERE.has(name) || name === 'concat') {
      const consumers = this.analysis.consumers.get(tensor) ?? [];
      const turned = consumers.find(({ definition }) => definition.name === 'transpose');
      // Other kernels of attention read any order.
      const others = consumers.filter((other) => other !== turned && !WRITES_ANYWHERE.has(other.definition.name));
      if (turned !== undefined && others.length === 0) return turned.attributes.permutation as readonly number[];
    }
    return null;
  }

  /** Values that convolutions read and write, and those of the same shape that these are computed from and made into. */
  private findChannelsLast(): Set<Tensor> {
    const found = new Set<Tensor>();
    const images = (tensor: Tensor) => tensor.rank >= 3 && tensor.rank <= 5 && tensor.shape[1] > 1;
    const sameChannels = (operation: Operation) =>
      operation.definition.name === 'concat' || operation.definition.name === 'slice';
    const spread = (operation: Operation) => {
      const { definition, inputs, outputs } = operation;
      if (CONVOLVES.has(definition.name)) {
        for (const tensor of [inputs[0], outputs[0]]) if (images(tensor)) found.add(tensor);
        if (definition.name === 'convWeightGradient') {
          found.delete(outputs[0]);
          if (images(inputs[1])) found.add(inputs[1]);
        }
        return;
      }
      const family = [...inputs, ...outputs].filter(
        (tensor) => images(tensor) && (sameShape(tensor.shape, outputs[0].shape) || sameChannels(operation)),
      );
      const moves = isMove(operation) && !sameChannels(operation);
      if (!moves && family.some((tensor) => found.has(tensor))) for (const tensor of family) found.add(tensor);
    };
    for (const operation of this.order) spread(operation);
    for (const operation of [...this.order].reverse()) spread(operation);
    return found;
  }

  private findPlaced(): void {
    for (const operation of this.order) {
      if (operation.definition.name !== 'concat') continue;
      const [whole] = operation.outputs;
      const axis = Number(operation.attributes.axis);
      let start = 0;
      for (const input of operation.inputs) {
        const [from, to] = [start, start + input.shape[axis]];
        start = to;
        let made = input;
        while (made.operation.definition.name === 'reshape' && !this.results.has(made)) made = made.operation.inputs[0];
        if (this.placed.has(made) || this.results.has(made) || !this.canPlace(made, operation)) continue;
        if (operation.inputs.filter((other) => other === input).length > 1) continue;
        this.placed.set(made, {
          whole,
          part: (view) => reshapeView(sliceView(view, axis, from, to), made.shape),
        });
      }
    }
  }

  /** Whether what computes a value can write it into a part of a concatenation. */
  private canPlace(tensor: Tensor, concatenation: Operation): boolean {
    const unit = this.analysis.unitOf.get(tensor);
    if (unit === undefined || unit.addend !== null) return false;
    if (unit.kind === 'group') return unit.outputs.includes(tensor);
    const { name } = unit.operations[0].definition;
    if (WRITES_ANYWHERE.has(name)) return tensor.index !== 1 || name !== 'attention';
    return CHANNELS_LAST.has(name) && tensor.index === 0 && concatenation.attributes.axis === 1;
  }

  /** What a unit is for, in profiles. */
  static nameOf(unit: Unit): string {
    if (unit.kind === 'kernel') return unit.operations[0].definition.name;
    return unit.operations.length > 0 ? 'reductions' : 'element-wise';
  }
}
