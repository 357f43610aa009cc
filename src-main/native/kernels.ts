/** @file The ops that have kernels of their own, each as a call: which kernel, on which views. */

import { matrixOf, type ResampleAttributes, unchanged } from '../graph/resample-weights.js';
import { type Attributes, type Operation, type Shape, sizeOf, type Tensor } from '../graph/tensor.js';
import { NONE, type RowKernel, real, type Word } from './calls.js';
import { type Emitter, uniformWord } from './emitter.js';
import { floatWord } from './expression.js';
import { emitSum } from './groups.js';
import { Unplannable } from './plan.js';
import type { Unit } from './units.js';
import {
  broadcastView,
  collapse,
  flipView,
  isDense,
  reshapeView,
  rowMajor,
  sliceView,
  stridesInOrder,
  transposeView,
  type View,
} from './view.js';

type Emit = (emitter: Emitter, operation: Operation, unit: Unit) => void;

const last = (list: readonly number[]): number => list[list.length - 1];
const list = (attributes: Attributes, name: string): readonly number[] => attributes[name] as readonly number[];

/** The view as a matrix, each row's elements one after another; a copy where they are not. */
function rowsOf(emitter: Emitter, view: View, width: number): View {
  const rows = width === 0 ? 0 : sizeOf(view.shape) / width;
  const matrix = reshapeView(view, [rows, width]);
  if (matrix !== null && (matrix.strides[1] === 1 || width === 1)) return matrix;
  return reshapeView(emitter.dense(view), [rows, width]) as View;
}

interface Product {
  /** [..., m, k] and [..., k, n], leading axes broadcast to the result's. */
  readonly a: View;
  readonly b: View;
  readonly result: View;
  readonly factor: number;
  readonly bias?: View | null;
  /** Added to the product; of the result's shape. */
  readonly addend?: View | null;
}

/** result = factor a b + bias + addend. */
function emitProduct(emitter: Emitter, product: Product): void {
  const { result, factor, bias = null, addend = null } = product;
  const lead = result.shape.slice(0, -2);
  const [m, n] = result.shape.slice(-2);
  const k = last(product.a.shape);
  const spread = (view: View) => broadcastView(view, [...lead, ...view.shape.slice(-2)]);
  let [a, b] = [spread(product.a), spread(product.b)];
  const parts = (views: readonly View[]) =>
    collapse(
      lead,
      views.map(({ strides }) => strides.slice(0, lead.length)),
    );
  const all = () => [a, b, result, ...(addend === null ? [] : [addend])];
  let batch = parts(all());
  if (batch.shape.length > 2) {
    a = emitter.dense(a);
    b = emitter.dense(b);
    batch = parts(all());
    if (batch.shape.length > 2) throw new Unplannable(`a product over ${batch.shape.length} leading axes`);
  }
  const lengths = [...new Array<number>(2 - batch.shape.length).fill(1), ...batch.shape];
  const steps = (index: number): number[] => [
    ...new Array<number>(2 - batch.shape.length).fill(0),
    ...batch.strides[index],
  ];
  const matrix = ({ strides }: View) => strides.slice(-2);
  const [aRow, aColumn] = matrix(a);
  const [bRow, bColumn] = matrix(b);
  const [row] = matrix(result);
  const words: Word[] = [...lengths, m, n, k, a, aRow, aColumn, ...steps(0), b, bRow, bColumn, ...steps(1)];
  words.push(result, row, ...steps(2), real(factor), bias ?? NONE);
  if (addend === null) words.push(NONE, 0, 0, 0);
  else words.push(addend, matrix(addend)[0], ...steps(3));
  const reads = [a, b, ...(bias === null ? [] : [bias]), ...(addend === null ? [] : [addend])];
  const byRow = lengths[0] * lengths[1] === 1 && (aColumn === 1 || k === 1);
  const rows: RowKernel = {
    rows: m,
    byRow: [
      { view: a, stride: aRow },
      { view: result, stride: row },
      ...(addend === null ? [] : [{ view: addend, stride: matrix(addend)[0] }]),
    ],
    whole: bias === null ? [b] : [b, bias],
  };
  emitter.call(byRow ? 'gemmRows' : 'gemm', words, { reads, writes: [result] }, byRow ? rows : null);
}

/** A view whose last axis is contiguous; a copy where it is not. */
const contiguous = (emitter: Emitter, view: View): View =>
  last(view.strides) === 1 || last(view.shape) === 1 ? view : emitter.dense(view);

/** One of the sides is read along its rows or along its columns. */
function side(emitter: Emitter, view: View): View {
  const [row, column] = view.strides.slice(-2);
  const [rows, columns] = view.shape.slice(-2);
  return row === 1 || column === 1 || rows === 1 || columns === 1 ? view : emitter.dense(view);
}

const swapped = (view: View): View => {
  const axes = view.shape.length;
  const swap = <T>(values: readonly T[]): T[] => [...values.slice(0, -2), values[axes - 1], values[axes - 2]];
  return { ...view, shape: swap(view.shape), strides: swap(view.strides) };
};

/** Where a kernel writes: its first output, or the sum that it takes part in, in that output's shape. */
function outputs(emitter: Emitter, { outputs: [first] }: Operation, unit: Unit): { result: View; addend: View | null } {
  if (unit.addend === null) return { result: emitter.output(first), addend: null };
  const sum = emitter.output(unit.outputs[0]);
  const result = reshapeView(sum, first.shape);
  if (result === null) throw new Unplannable('a sum that does not lie as the product does');
  return { result, addend: reshapeView(emitter.denseOf(unit.addend), first.shape) };
}

const matmul: Emit = (emitter, operation, unit) => {
  const { inputs, attributes } = operation;
  const { result, addend } = outputs(emitter, operation, unit);
  const a = side(emitter, emitter.view(inputs[0]));
  const b = side(emitter, emitter.view(inputs[1]));
  emitProduct(emitter, {
    a: attributes.transposeA === true ? swapped(a) : a,
    b: attributes.transposeB === true ? swapped(b) : b,
    result,
    factor: Number(attributes.factor),
    addend: inputs.length > 2 ? emitter.denseOf(inputs[2]) : addend,
  });
};

const linear: Emit = (emitter, operation, unit) => {
  const [x, weight, bias] = operation.inputs;
  const { result, addend } = outputs(emitter, operation, unit);
  emitProduct(emitter, {
    a: side(emitter, emitter.view(x)),
    b: swapped(side(emitter, emitter.view(weight))),
    result,
    factor: 1,
    bias: emitter.denseOf(bias),
    addend,
  });
};

const layerNorm: Emit = (emitter, { inputs, outputs: [y, mean, inverse], attributes }) => {
  const [x, gamma, beta] = inputs;
  const width = last(x.shape);
  const rows = sizeOf(x.shape) / width;
  const from = rowsOf(emitter, emitter.view(x), width);
  const to = emitter.output(y);
  const statistic = (tensor: Tensor) => emitter.output(tensor);
  const [m, i] = [statistic(mean), statistic(inverse)];
  const [g, b] = [emitter.denseOf(gamma), emitter.denseOf(beta)];
  const words = [rows, width, from, from.strides[0], to, width, m, i, g, b, real(Number(attributes.epsilon))];
  emitter.call(
    'layerNorm',
    words,
    { reads: [from, g, b], writes: [to, m, i] },
    {
      rows,
      byRow: [
        { view: from, stride: from.strides[0] },
        { view: to, stride: width },
        { view: m, stride: 1 },
        { view: i, stride: 1 },
      ],
      whole: [g, b],
    },
  );
};

const layerNormGradient: Emit = (emitter, operation, unit) => {
  const [x, gamma, average, inverse, g] = operation.inputs;
  const [, toGamma, toBeta] = operation.outputs;
  const width = last(x.shape);
  const rows = sizeOf(x.shape) / width;
  const reads = [x, g, average, inverse, gamma].map((tensor) => emitter.denseOf(tensor));
  const { result, addend } = outputs(emitter, operation, unit);
  const used = (tensor: Tensor) =>
    (emitter.analysis.consumers.get(tensor)?.length ?? 0) > 0 || emitter.isResult(tensor)
      ? emitter.output(tensor)
      : null;
  const [ofGamma, ofBeta] = [used(toGamma), used(toBeta)];
  emitter.call('layerNormGradient', [rows, width, ...reads, result, addend, ofGamma, ofBeta], {
    reads: addend === null ? reads : [...reads, addend],
    writes: [result, ofGamma, ofBeta].filter((view) => view !== null),
  });
};

const softmax: Emit = (emitter, { definition, inputs: [x], outputs: [y] }) => {
  const width = last(x.shape);
  const rows = width === 0 ? 0 : x.size / width;
  const from = emitter.denseOf(x);
  const to = emitter.output(y);
  const whole = isDense(to) ? to : emitter.temporary(y.shape);
  const byRow = [from, whole].map((view) => ({ view, stride: width }));
  emitter.call(
    definition.name,
    [rows, width, from, whole],
    { reads: [from], writes: [whole] },
    { rows, byRow, whole: [] },
  );
  if (whole !== to) emitter.copy(whole, to);
};

/** View, and strides of its first three axes: batch, head, token. */
const tokens = (view: View): Word[] => [view, ...view.strides.slice(0, 3)];

const attention: Emit = (emitter, { inputs: [q, k, v, bias], outputs: [attended, weights] }) => {
  const [batch, heads, queries, width] = q.shape;
  const views = [q, k, v].map((tensor) => contiguous(emitter, emitter.view(tensor)));
  const to = emitter.output(attended);
  const w = emitter.output(weights);
  const beside = bias === undefined ? null : broadcastView(emitter.view(bias), weights.shape);
  const words: Word[] = [
    batch,
    heads,
    queries,
    k.shape[2],
    width,
    v.shape[3],
    ...views.flatMap(tokens),
    ...tokens(to),
    w,
  ];
  words.push(real(1 / Math.sqrt(width)), beside ?? NONE, ...(beside?.strides ?? [0, 0, 0, 0]));
  emitter.call('attention', words, { reads: beside === null ? views : [...views, beside], writes: [to, w] });
};

const attentionGradient: Emit = (emitter, { inputs, outputs: toInputs, attributes }) => {
  const [q, k, v, attended, weights, g] = inputs;
  const [batch, heads, queries, width] = q.shape;
  const reads = [q, k, v, attended, g].map((tensor) => contiguous(emitter, emitter.view(tensor)));
  const w = emitter.denseOf(weights);
  const writes: View[] = [];
  const words: Word[] = [batch, heads, queries, k.shape[2], width, v.shape[3], ...reads.flatMap(tokens), w];
  words.push(real(Number(attributes.factor)));
  for (const tensor of toInputs) {
    const used = (emitter.analysis.consumers.get(tensor)?.length ?? 0) > 0 || emitter.isResult(tensor);
    if (!used) {
      words.push(NONE, 0, 0, 0);
      continue;
    }
    const view = emitter.output(tensor);
    const whole = last(view.strides) === 1 || width === 1;
    if (!whole) throw new Unplannable('an attention gradient whose width is not contiguous');
    writes.push(view);
    words.push(...tokens(view));
  }
  emitter.call('attentionGradient', words, { reads: [...reads, w], writes });
};

/** Three numbers for depth, height and width. */
const three = (values: readonly number[], missing: number): number[] => [
  ...new Array<number>(3 - values.length).fill(missing),
  ...values,
];

const lengthsOf = (shape: Shape): number[] => three(shape.slice(2), 1);

/** Elements from one position to the next of a value that lies channels last, or null where it does not. */
function positionStride({ shape, strides }: View): number | null {
  const [, channels, ...lengths] = shape;
  if (channels > 1 && strides[1] !== 1) return null;
  const axes = [...lengths.map((_, axis) => axis + 2)].reverse();
  // The first axis longer than 1 from behind says how far positions lie apart.
  let step: number | null = null;
  for (const axis of [...axes, 0]) {
    const length = shape[axis];
    if (step === null) {
      if (length !== 1) step = strides[axis];
    } else if (length !== 1 && strides[axis] !== step * between(shape, axis)) return null;
  }
  return step ?? channels;

  function between(whole: Shape, axis: number): number {
    const behind = axis === 0 ? whole.slice(2) : whole.slice(axis + 1);
    return sizeOf(behind);
  }
}

/** The view, and its position stride; a copy that lies channels last where it does not. */
function images(emitter: Emitter, tensor: Tensor): { view: View; stride: number } {
  const view = emitter.view(tensor);
  const stride = positionStride(view);
  if (stride !== null) return { view, stride };
  const order = [0, ...view.shape.map((_, axis) => axis).slice(2), 1];
  return { view: emitter.inOrder(tensor, order), stride: view.shape[1] };
}

/** Where images are written: in place, or beside it and copied. */
function imageResult(emitter: Emitter, tensor: Tensor): { view: View; stride: number; finish: () => void } {
  const view = emitter.output(tensor);
  const stride = positionStride(view);
  if (stride !== null) return { view, stride, finish: () => undefined };
  const order = [0, ...tensor.shape.map((_, axis) => axis).slice(2), 1];
  const beside = emitter.temporary(tensor.shape, stridesInOrder(tensor.shape, order));
  return { view: beside, stride: tensor.shape[1], finish: () => emitter.copy(beside, view) };
}

/** What the kernels of convolutions are told of windows. */
function windowWords(attributes: Attributes, kernel: readonly number[]): number[] {
  return [
    ...three(kernel, 1),
    ...three(list(attributes, 'stride'), 1),
    ...three(list(attributes, 'padding'), 0),
    ...three(list(attributes, 'dilation'), 1),
  ];
}

const conv: Emit = (emitter, { definition, inputs: [x, weight, bias], outputs: [y], attributes }) => {
  const from = images(emitter, x);
  const to = imageResult(emitter, y);
  const w = emitter.denseOf(weight);
  const b = bias === undefined ? null : emitter.denseOf(bias);
  const words: (Word | null)[] = [x.shape[0], Number(attributes.groups), x.shape[1], y.shape[1]];
  words.push(...lengthsOf(x.shape), ...lengthsOf(y.shape), ...windowWords(attributes, weight.shape.slice(2)));
  words.push(from.view, w, b, to.view, from.stride, to.stride);
  const reads = b === null ? [from.view, w] : [from.view, w, b];
  emitter.call(definition.name, words, { reads, writes: [to.view] });
  to.finish();
};

const convWeightGradient: Emit = (emitter, { inputs: [x, g], outputs: [weight], attributes }) => {
  const from = images(emitter, x);
  const of = images(emitter, g);
  const to = emitter.output(weight);
  const words: Word[] = [x.shape[0], Number(attributes.groups), x.shape[1], g.shape[1]];
  words.push(...lengthsOf(x.shape), ...lengthsOf(g.shape), ...windowWords(attributes, weight.shape.slice(2)));
  words.push(from.view, of.view, NONE, to, from.stride, of.stride);
  emitter.call('convWeight', words, { reads: [from.view, of.view], writes: [to] });
};

const maxPool: Emit = (emitter, { inputs: [x], outputs: [y, places], attributes }) => {
  const from = images(emitter, x);
  const to = imageResult(emitter, y);
  const wanted = (emitter.analysis.consumers.get(places)?.length ?? 0) > 0;
  if (emitter.isResult(places)) throw new Unplannable('places of maxima as a result');
  const at = wanted ? emitter.outputWith(places, channelsLast(places.shape)) : null;
  const words: (Word | null)[] = [x.shape[0], x.shape[1], ...lengthsOf(x.shape), ...lengthsOf(y.shape)];
  words.push(...windowWords(attributes, list(attributes, 'kernel')), from.view, to.view, at, from.stride, to.stride);
  emitter.call('maxPool', words, { reads: [from.view], writes: at === null ? [to.view] : [to.view, at] });
  to.finish();
};

const channelsLast = (shape: Shape): number[] =>
  stridesInOrder(shape, [0, ...shape.map((_, axis) => axis).slice(2), 1]);

const maxUnpool: Emit = (emitter, { inputs: [values, places], outputs: [y], attributes }) => {
  // Places count the elements of what was pooled, as if they lay channels last and by themselves.
  if (places.operation.definition.name !== 'maxPool')
    throw new Unplannable('places that no maxPool of the program gives');
  const order = channelsLast(values.shape);
  const view = emitter.view(values);
  const same = values.shape.every((length, axis) => length === 1 || view.strides[axis] === order[axis]);
  const from = same ? view : emitter.temporary(values.shape, order);
  if (!same) emitter.copy(view, from);
  const at = emitter.view(places);
  const to = emitter.outputWith(y, channelsLast(y.shape));
  const disjoint = attributes.disjoint === true ? 1 : 0;
  const words: Word[] = [values.size, values.shape[1], from, at, y.size, y.shape[0], disjoint, to];
  emitter.call('maxUnpool', words, { reads: [from, at], writes: [to] });
};

const moments: Emit = (emitter, { inputs: [x], outputs: [mean, variance], attributes }) => {
  const axes = list(attributes, 'axes');
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const view = emitter.view(x);
  const statistics = (order: readonly number[]) =>
    [mean, variance].map((tensor) => emitter.outputWith(tensor, stridesInOrder(tensor.shape, order)));
  const liesAs = (order: readonly number[]) => {
    const strides = stridesInOrder(x.shape, order);
    return x.shape.every((length, axis) => length === 1 || view.strides[axis] === strides[axis]);
  };
  const columns = sizeOf(kept.map((axis) => x.shape[axis]));
  const count = x.size / columns;
  if (liesAs([...axes, ...kept])) {
    const writes = statistics([...axes, ...kept]);
    emitter.call('moments', [count, columns, view, ...writes], { reads: [view], writes });
    return;
  }
  const order = [...kept, ...axes];
  const from = liesAs(order) ? view : emitter.temporary(x.shape, stridesInOrder(x.shape, order));
  if (from !== view) emitter.copy(view, from);
  const writes = statistics(order);
  emitter.call('momentsRows', [columns, count, from, ...writes], { reads: [from], writes });
};

/** Kinds of the kernel `reduce`. */
const REDUCE: Readonly<Record<string, number>> = { max: 1, min: 2, logSumExp: 4, argMax: 5, argMin: 6 };

const reduce: Emit = (emitter, { definition, inputs: [x], outputs: [y], attributes }) => {
  const axes = 'axes' in attributes ? list(attributes, 'axes') : [Number(attributes.axis)];
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const together = axes.every((axis, index) => index === 0 || axis === axes[index - 1] + 1);
  const order = together ? x.shape.map((_, axis) => axis) : [...kept, ...axes];
  const strides = stridesInOrder(x.shape, order);
  const view = emitter.view(x);
  const lies = x.shape.every((length, axis) => length === 1 || view.strides[axis] === strides[axis]);
  const from = lies ? view : emitter.temporary(x.shape, strides);
  if (!lies) emitter.copy(view, from);
  const length = sizeOf(axes.map((axis) => x.shape[axis]));
  const inner = together ? sizeOf(x.shape.slice(last(axes) + 1)) : 1;
  const to = emitter.outputWith(y, rowMajor(y.shape));
  const words = [REDUCE[definition.name], x.size / (length * inner), length, inner, from, to, real(1)];
  emitter.call('reduce', words, { reads: [from], writes: [to] });
};

const concat: Emit = (emitter, { inputs, outputs: [y], attributes }) => {
  const axis = Number(attributes.axis);
  const whole = emitter.output(y);
  let start = 0;
  for (const input of inputs) {
    const end = start + input.shape[axis];
    if (!emitter.isPlacedIn(input, y)) emitter.copy(emitter.view(input), sliceView(whole, axis, start, end));
    start = end;
  }
};

const pad: Emit = (emitter, { inputs: [x], outputs: [y], attributes }) => {
  const axis = Number(attributes.axis);
  const before = Number(attributes.before);
  const whole = emitter.output(y);
  const parts = [
    [0, before],
    [before + x.shape[axis], y.shape[axis]],
  ];
  const zero = emitter.uniform(floatWord(0));
  for (const [from, to] of parts) {
    if (from === to) continue;
    const part = sliceView(whole, axis, from, to);
    emitter.copy(broadcastView(zero, part.shape), part);
  }
  emitter.copy(emitter.view(x), sliceView(whole, axis, before, before + x.shape[axis]));
};

const tile: Emit = (emitter, { inputs: [x], outputs: [y], attributes }) => {
  const repeats = list(attributes, 'repeats');
  const view = emitter.view(x);
  const pairs = x.shape.flatMap((length, axis) => [repeats[axis], length]);
  const spread: View = { ...view, shape: pairs, strides: view.strides.flatMap((stride) => [0, stride]) };
  emitter.copy(spread, reshapeView(emitter.output(y), pairs) as View);
};

const gatherRows: Emit = (emitter, { inputs: [x, indices], outputs: [y] }) => {
  const [from, at] = [emitter.denseOf(x), emitter.denseOf(indices)];
  const width = x.shape[0] === 0 ? 0 : x.size / x.shape[0];
  const to = emitter.output(y);
  emitter.call('gatherRows', [x.shape[0], width, indices.size, from, at, to], { reads: [from, at], writes: [to] });
};

/** The axis is brought to the front, where rows are gathered, and its indices back to its place. */
const gather: Emit = (emitter, { inputs: [x, indices], outputs: [y], attributes }) => {
  const axis = Number(attributes.axis);
  const axes = x.shape.map((_, index) => index);
  const [lead, tail] = [axes.slice(0, axis), axes.slice(axis + 1)];
  const from = emitter.dense(transposeView(emitter.view(x), [axis, ...lead, ...tail]));
  const at = emitter.denseOf(indices);
  const places = indices.shape.map((_, index) => axis + index);
  const behind = tail.map((_, index) => axis + indices.rank + index);
  const to = emitter.outputWith(y, stridesInOrder(y.shape, [...places, ...lead, ...behind]));
  const width = x.size / x.shape[axis];
  emitter.call('gatherRows', [x.shape[axis], width, indices.size, from, at, to], { reads: [from, at], writes: [to] });
};

/** Axis after axis: what is put before and behind comes from what is there already. */
const padMode: Emit = (emitter, { inputs: [x], outputs: [y], attributes }) => {
  const [before, after] = [list(attributes, 'before'), list(attributes, 'after')];
  const whole = emitter.output(y);
  const value = emitter.uniform(floatWord(Number(attributes.value)));
  let part = whole;
  x.shape.forEach((length, axis) => {
    part = sliceView(part, axis, before[axis], before[axis] + length);
  });
  emitter.copy(emitter.view(x), part);
  x.shape.forEach((length, axis) => {
    const start = before[axis];
    const end = start + length;
    // Later axes are still as long as they were.
    let done = whole;
    x.shape.slice(axis + 1).forEach((kept, index) => {
      const later = axis + 1 + index;
      done = sliceView(done, later, before[later], before[later] + kept);
    });
    const cut = (from: number, to: number) => sliceView(done, axis, from, to);
    const put = (from: View, to: View) => emitter.copy(broadcastView(from, to.shape), to);
    const [left, right] = [cut(0, start), cut(end, end + after[axis])];
    const sides: [View, View] = (() => {
      switch (attributes.mode) {
        case 'reflect':
          return [
            flipView(cut(start + 1, start + 1 + start), [axis]),
            flipView(cut(end - 1 - after[axis], end - 1), [axis]),
          ];
        case 'replicate':
          return [cut(start, start + 1), cut(end - 1, end)];
        case 'circular':
          return [cut(end - start, end), cut(start, start + after[axis])];
        default:
          return [value, value];
      }
    })();
    if (start > 0) put(sides[0], left);
    if (after[axis] > 0) put(sides[1], right);
  });
};

/** Along each axis a product with its matrix of weights, channels last. */
const resample: Emit = (emitter, { inputs: [x], outputs: [y], attributes }) => {
  const known = attributes as ResampleAttributes;
  const order = [0, ...x.shape.map((_, axis) => axis).slice(2), 1];
  const moved = transposeView(emitter.view(x), order);
  let current = emitter.dense(moved);
  known.from.forEach((_, axis) => {
    if (unchanged(known, axis)) return;
    const [read, written] = known.transposed ? [known.to[axis], known.from[axis]] : [known.from[axis], known.to[axis]];
    const lead = sizeOf(current.shape.slice(0, axis + 1));
    const tail = sizeOf(current.shape.slice(axis + 2));
    const shape = current.shape.map((length, index) => (index === axis + 1 ? written : length));
    const next = emitter.temporary(shape);
    const weights = emitter.words(Float32Array.from(matrixOf(known, axis)), [read, written]);
    emitProduct(emitter, {
      a: transposeView(weights, [1, 0]),
      b: reshapeView(current, [lead, read, tail]) as View,
      result: reshapeView(next, [lead, written, tail]) as View,
      factor: 1,
    });
    current = next;
  });
  emitter.copy(current, transposeView(emitter.output(y), order));
};

const isZero = (tensor: Tensor): boolean => {
  let current = tensor;
  while (current.operation.definition.name === 'broadcastTo') current = current.operation.inputs[0];
  return uniformWord(current) === 0;
};

/** Adds to a base by index: into zeros, and then the base where it is not zeros. */
function ontoBase(emitter: Emitter, base: Tensor, y: Tensor, add: (to: View) => void): void {
  const to = emitter.output(y);
  if (isZero(base)) {
    add(to);
    return;
  }
  const added = emitter.temporary(y.shape);
  add(added);
  emitSum(emitter, emitter.view(base), added, to);
}

const scatterAddRows: Emit = (emitter, { inputs: [base, indices, updates], outputs: [y] }) => {
  const [at, values] = [emitter.denseOf(indices), emitter.denseOf(updates)];
  const width = y.shape[0] === 0 ? 0 : y.size / y.shape[0];
  ontoBase(emitter, base, y, (to) =>
    emitter.call('scatterAddRows', [y.shape[0], width, indices.size, at, values, to], {
      reads: [at, values],
      writes: [to],
    }),
  );
};

/** Outer size, length and inner size around an axis. */
const around = (shape: Shape, axis: number): number[] => [
  sizeOf(shape.slice(0, axis)),
  shape[axis],
  sizeOf(shape.slice(axis + 1)),
];

const takeAlongAxis: Emit = (emitter, { inputs: [x, indices], outputs: [y], attributes }) => {
  const axis = Number(attributes.axis);
  const [from, at] = [emitter.denseOf(x), emitter.denseOf(indices)];
  const to = emitter.output(y);
  const words: Word[] = [...around(x.shape, axis), indices.shape[axis], from, at, to];
  emitter.call('takeAlongAxis', words, { reads: [from, at], writes: [to] });
};

const putAlongAxis: Emit = (emitter, { inputs: [base, indices, updates], outputs: [y], attributes }) => {
  const axis = Number(attributes.axis);
  const [at, values] = [emitter.denseOf(indices), emitter.denseOf(updates)];
  ontoBase(emitter, base, y, (to) => {
    const words: Word[] = [...around(y.shape, axis), indices.shape[axis], at, values, to];
    emitter.call('putAlongAxis', words, { reads: [at, values], writes: [to] });
  });
};

const oneHot: Emit = (emitter, { inputs: [indices], outputs: [y], attributes }) => {
  if (y.dtype !== 'float32') throw new Unplannable(`oneHot of ${y.dtype}`);
  const at = emitter.denseOf(indices);
  const to = emitter.output(y);
  const words = [indices.size, Number(attributes.classes), at, to];
  emitter.call('oneHot', words, { reads: [at], writes: [to] });
};

/** The ops with kernels, by name; element-wise ops, their reductions and moves are elsewhere. */
export const KERNELS: Readonly<Record<string, Emit>> = {
  matmul,
  gemm: matmul,
  linear,
  layerNorm,
  layerNormGradient,
  softmax,
  logSoftmax: softmax,
  attention,
  attentionGradient,
  conv,
  convTranspose: conv,
  convWeightGradient,
  maxPool,
  maxUnpool,
  moments,
  max: reduce,
  min: reduce,
  logSumExp: reduce,
  argMax: reduce,
  argMin: reduce,
  concat,
  pad,
  tile,
  gatherRows,
  gather,
  padMode,
  resample,
  scatterAddRows,
  takeAlongAxis,
  putAlongAxis,
  oneHot,
};
