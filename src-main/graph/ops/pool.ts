/** @file Maximum over windows, with the place of each maximum, and over the cells of an adaptive grid. */

import { spatial } from '../convolution.js';
import {
  apply,
  applyAll,
  GraphError,
  type OpDefinition,
  requireSameDType,
  type Shape,
  sameShape,
  sizeOf,
  type Tensor,
  typeName,
} from '../tensor.js';
import { extent, type PerAxis, perAxis, tapsOf, type Windows, windowCounts } from '../windows.js';
import { takeAlongAxis } from './index.js';
import { concat, reshape, slice } from './shape.js';

const maxPoolOp: OpDefinition<Windows> = {
  name: 'maxPool',
  // Outputs: the maxima, and where each lies among all elements of x, row-major; of equal ones the first, as in PyTorch.
  infer([x], windows) {
    const dtype = requireSameDType('maxPool', [x], true);
    if (x.rank < 3 || x.rank > 5) throw new GraphError(`maxPool of ${typeName(x)}`);
    const shape = [x.shape[0], x.shape[1], ...windowCounts('maxPool', spatial(x.shape), windows)];
    return [
      { shape, dtype },
      { shape, dtype: 'int64' },
    ];
  },
  gradient({ inputs: [x], outputs: [, places], attributes }, [g]) {
    if (g === null) return [null];
    return [maxUnpool(g, places, x.shape, areDisjoint(attributes))];
  },
  lower({ attributes: { kernel, stride, padding, dilation } }, l) {
    l.emit('MaxPool', [l.input(0)], {
      attributes: { kernel_shape: kernel, strides: stride, pads: [...padding, ...padding], dilations: dilation },
      outputs: l.used(1) ? [l.output(0), l.output(1)] : [l.output(0)],
    });
  },
  evaluate({ inputs: [{ shape }], outputs, attributes: { kernel, stride, padding, dilation } }, [x], tf) {
    const counts = spatial(outputs[0].shape);
    const planes = shape[0] * shape[1];
    const lengths = spatial(shape);
    // What each window reads, by tap: indices into a plane, and for places outside any one that it reads as well.
    const taps = tapsOf(kernel);
    const table = tapsOf(counts).map((window) => {
      const first = window.map((index, axis) => index * stride[axis] - padding[axis]);
      const read = taps.flatMap((tap) => {
        const at = first.map((start, axis) => start + tap[axis] * dilation[axis]);
        const inside = at.every((position, axis) => position >= 0 && position < lengths[axis]);
        return inside ? [at.reduce((flat, position, axis) => flat * lengths[axis] + position, 0)] : [];
      });
      return Array.from(taps, (_, index) => read[Math.min(index, read.length - 1)]);
    });
    const windows = table.length;
    const flat = tf.reshape(x, [planes, sizeOf(lengths)]);
    const seen = tf.reshape(tf.gather(flat, tf.tensor1d(table.flat(), 'int32'), 1), [planes, windows, taps.length]);
    const best = tf.argMax(seen, 2); // [planes, windows]
    const numbers = tf.range(0, taps.length, 1, 'int32');
    const chosen = tf.cast(tf.equal(tf.reshape(best, [planes, windows, 1]), numbers), 'int32');
    const within = tf.sum(tf.mul(chosen, tf.tensor2d(table, [windows, taps.length], 'int32')), 2);
    const offset = tf.mul(tf.range(0, planes, 1, 'int32'), tf.scalar(sizeOf(lengths), 'int32'));
    const places = tf.add(tf.cast(within, 'int32'), tf.reshape(offset, [planes, 1]));
    return [tf.reshape(tf.max(seen, 2), [...outputs[0].shape]), tf.reshape(places, [...outputs[0].shape])];
  },
};

/** Whether no element lies in two windows. */
const areDisjoint = ({ kernel, stride, dilation }: Windows): boolean =>
  kernel.every((length, axis) => extent(length, dilation[axis]) <= stride[axis]);

type UnpoolAttributes = {
  readonly shape: Shape;
  /** No place occurs twice. */
  readonly disjoint: boolean;
};

const maxUnpoolOp: OpDefinition<UnpoolAttributes> = {
  name: 'maxUnpool',
  infer([values, places], { shape }) {
    const dtype = requireSameDType('maxUnpool', [values], true);
    const lead = values.rank >= 3 && sameShape(values.shape.slice(0, 2), shape.slice(0, 2));
    if (!lead || places.dtype !== 'int64' || !sameShape(values.shape, places.shape)) {
      throw new GraphError(`maxUnpool of ${typeName(values)} at ${typeName(places)} in [${shape.join(', ')}]`);
    }
    return [{ shape, dtype }];
  },
  gradient({ inputs: [values, places] }, [g]) {
    if (g === null) return [null, null];
    const taken = takeAlongAxis(reshape(g, [g.size]), reshape(places, [places.size]), 0);
    return [reshape(taken, values.shape), null];
  },
  lower({ inputs: [{ size, dtype }], attributes }, l) {
    const { shape } = attributes;
    const full = l.constant(shape, [shape.length], 'int64');
    if (attributes.disjoint && dtype === 'float32') {
      // The kernel's shape is asked for, but the places alone decide.
      const ones = spatial(shape).map(() => 1);
      l.emit('MaxUnpool', [l.input(0), l.input(1), full], {
        attributes: { kernel_shape: ones, strides: ones },
        outputs: [l.output(0)],
      });
      return;
    }
    const list = l.constant([size], [1], 'int64');
    const zeros = l.emit('Expand', [l.constant([0], [1], dtype), l.constant([sizeOf(shape)], [1], 'int64')]);
    const [values, places] = [0, 1].map((index) => l.emit('Reshape', [l.input(index), list]));
    const scattered = l.emit('ScatterElements', [zeros, places, values], { attributes: { axis: 0, reduction: 'add' } });
    l.emit('Reshape', [scattered, full], { outputs: [l.output(0)] });
  },
  evaluate({ attributes: { shape } }, [values, places], tf) {
    const size = values.size;
    // Not scatterND, which TensorFlow.js cannot differentiate.
    const flat = tf.unsortedSegmentSum(tf.reshape(values, [size]), tf.reshape(places, [size]), sizeOf(shape));
    return [tf.reshape(flat, [...shape])];
  },
};

/**
 * Values at their places in a tensor of zeros: the gradient of `maxPool`.
 *
 * @param values [batch, channels, ...], the first two axes as in `shape`
 * @param places int64, of the shape of `values`: indices into all elements of the result, row-major
 * @param disjoint whether no place occurs twice; values at the same place add up where it is false
 */
export const maxUnpool = (values: Tensor, places: Tensor, shape: Shape, disjoint: boolean): Tensor =>
  apply(maxUnpoolOp, [values, places], { shape: [...shape], disjoint });

export interface PoolOptions {
  /** The kernel's lengths where absent: windows side by side. */
  stride?: PerAxis;
  padding?: PerAxis;
  dilation?: PerAxis;
}

/** Checked windows of a pooling op. @throws GraphError where a window could lie outside altogether */
export function poolWindows(op: string, x: Tensor, kernel: PerAxis, options: PoolOptions): Windows {
  const rank = x.rank - 2;
  const lengths = perAxis(op, 'kernel', kernel, rank, 1);
  const padding = perAxis(op, 'padding', options.padding ?? 0, rank, 0);
  if (padding.some((count, axis) => 2 * count > lengths[axis])) {
    throw new GraphError(`${op}: a padding of [${padding.join(', ')}] is more than half of [${lengths.join(', ')}]`);
  }
  return {
    kernel: lengths,
    stride: perAxis(op, 'stride', options.stride ?? lengths, rank, 1),
    padding,
    dilation: perAxis(op, 'dilation', options.dilation ?? 1, rank, 1),
  };
}

/**
 * Largest element of each window, as torch.nn.functional.max_pool1d, max_pool2d and max_pool3d. The gradient goes to
 * the first of equal elements.
 *
 * @param x [batch, channels, ...lengths]
 * @returns [batch, channels, ...windows]
 */
export const maxPool = (x: Tensor, kernel: PerAxis, options: PoolOptions = {}): Tensor =>
  applyAll(maxPoolOp, [x], poolWindows('maxPool', x, kernel, options))[0];

/**
 * Largest element of each cell of a grid laid over the input, as torch.nn.functional.adaptive_max_pool2d: cell `i` of
 * `n` along an axis of length `m` is floor(i m / n) .. ceil((i + 1) m / n) - 1.
 *
 * @param counts cells along each axis
 */
export function adaptiveMaxPool(x: Tensor, counts: PerAxis): Tensor {
  const cells = perAxis('adaptiveMaxPool', 'cells', counts, x.rank - 2, 1);
  if (cells.every((count, axis) => x.shape[axis + 2] % count === 0)) {
    return maxPool(x, cells.map((count, axis) => x.shape[axis + 2] / count)); // biome-ignore format: one line
  }
  // Cells differ in length and overlap: along one axis after the other, from the last on, they are laid side by side,
  // the shorter ones with their last element twice. Of equal elements the first in row-major order stays the first.
  return cells.reduceRight((result, count, index) => {
    const axis = index + 2;
    const length = result.shape[axis];
    const bounds = Array.from({ length: count }, (_, cell) => adaptiveCell(cell, count, length));
    const longest = Math.max(...bounds.map(([start, end]) => end - start));
    const pieces = bounds.flatMap(([start, end]) => [
      slice(result, axis, start, end),
      ...(end - start < longest ? [slice(result, axis, end - 1, end)] : []),
    ]);
    const kernel = cells.map((_, other) => (other === index ? longest : 1));
    return maxPool(concat(pieces, axis), kernel);
  }, x);
}

/** First element of a cell, and the first after it. */
export const adaptiveCell = (cell: number, count: number, length: number): [number, number] => [
  Math.floor((cell * length) / count),
  Math.ceil(((cell + 1) * length) / count),
];

/** This file’s part of the op table. */
export const poolOps: readonly OpDefinition[] = [maxPoolOp, maxUnpoolOp];
