/** @file Gradient of a convolution's weight: the products of what each tap read with the gradient of what it gave. */

import { columnIndices, emitChannelsLast, emitColumnChunks, emitImages } from '../columns.js';
import { type ConvAttributes, spatial } from '../convolution.js';
import {
  apply,
  type DType,
  GraphError,
  type Lowering,
  type OpDefinition,
  type Operation,
  requireSameDType,
  sizeOf,
  type Tensor,
  typeName,
} from '../tensor.js';
import { emitPad, emitReshape, emitSlice, emitTranspose, tapsOf, windowCounts } from '../windows.js';
import { tfCut, tfPad } from '../windows-tfjs.js';
import { convOp } from './conv.js';
import { firstWindows, transposedTo } from './conv-transpose.js';

type WeightAttributes = ConvAttributes & {
  readonly kernel: readonly number[];
};

const convWeightGradientOp: OpDefinition<WeightAttributes> = {
  name: 'convWeightGradient',
  infer([x, g], { kernel, stride, padding, dilation, groups }) {
    const dtype = requireSameDType('convWeightGradient', [x, g], true);
    const counts = windowCounts('convWeightGradient', spatial(x.shape), { kernel, stride, padding, dilation });
    // A transposed convolution with output padding may have had fewer windows.
    const fits = g.rank === x.rank && g.shape[0] === x.shape[0] && counts.every((n, axis) => g.shape[axis + 2] <= n);
    if (!fits || x.shape[1] % groups !== 0 || g.shape[1] % groups !== 0) {
      throw new GraphError(`convWeightGradient of ${typeName(x)} and ${typeName(g)} in ${groups} groups`);
    }
    return [{ shape: [g.shape[1], x.shape[1] / groups, ...kernel], dtype }];
  },
  gradient({ inputs: [x, g], attributes: { stride, padding, dilation, groups } }, [weight]) {
    if (weight === null) return [null, null];
    const plain = { stride, padding, dilation, groups };
    return [
      transposedTo(g, weight, plain, spatial(x.shape)),
      firstWindows(apply(convOp, [x, weight], plain), spatial(g.shape)),
    ];
  },
  lower(operation, l) {
    const columns = new TapColumns(operation, l);
    if (columns.fewInputs) columns.allTapsByImage();
    else if (columns.piecesWorthIt) columns.allTapsByChunk();
    else if (columns.batchMerged) columns.byTapWithBatch();
    else columns.byTapAndImage();
  },
  evaluate: ({ inputs, outputs, attributes }, [x, g], tf) => {
    const { kernel, stride, padding, dilation, groups } = attributes;
    const [outputChannels, channels] = outputs[0].shape;
    const counts = spatial(inputs[1].shape);
    const beside = x.shape[0] * sizeOf(counts);
    const swap = [1, 0, ...counts.map((_, axis) => axis + 2)];
    const padded = tfPad(tf, tf.transpose(x, swap), padding, padding);
    const left = tf.reshape(tf.transpose(g, swap), [groups, outputChannels / groups, beside]);
    const products = tapsOf(kernel).map((tap) => {
      const starts = tap.map((index, axis) => index * dilation[axis]);
      const right = tf.reshape(tfCut(tf, padded, starts, counts, stride), [groups, channels, beside]);
      return tf.matMul(left, right, false, true);
    });
    return [tf.reshape(tf.stack(products, 3), [...outputs[0].shape])];
  },
};

/** The lowering's forms; docs/decisions/0014-convolutions.md says which is faster where. */
class TapColumns {
  private readonly taps: number[][];
  private readonly batch: number;
  private readonly counts: number[];
  private readonly positions: number;
  private readonly channels: number;
  private readonly groupOutputs: number;
  private readonly dtype: DType;

  constructor(
    private readonly operation: Operation<WeightAttributes>,
    private readonly l: Lowering,
  ) {
    const [x, g] = operation.inputs;
    const { kernel, groups } = operation.attributes;
    this.taps = tapsOf(kernel);
    this.batch = x.shape[0];
    this.counts = spatial(g.shape);
    this.positions = sizeOf(this.counts);
    this.channels = x.shape[1] / groups;
    this.groupOutputs = g.shape[1] / groups;
    this.dtype = x.dtype;
  }

  /** All taps together are a narrow matrix. */
  get fewInputs(): boolean {
    return this.channels * this.taps.length <= 64 && this.positions >= 64;
  }

  /** One image has too few positions, or products enough, that moving the batch next to the positions is worth it. */
  get batchMerged(): boolean {
    return this.positions < 256 || this.channels * this.groupOutputs > 48 * 48;
  }

  /** What a tap reads at one position is a piece long enough to be copied by itself, and images are not too large. */
  get piecesWorthIt(): boolean {
    const { stride, groups } = this.operation.attributes;
    const cuts = this.taps.length > 1 || stride.some((step) => step > 1);
    return groups === 1 && cuts && this.channels >= 64 && this.positions <= 64 * 64;
  }

  /** One product of all taps for some images at once, channels last. */
  allTapsByChunk(): void {
    const { l, batch, channels, positions, taps, groupOutputs: outputs } = this;
    const [x, g] = this.operation.inputs;
    const { attributes } = this.operation;
    const last = emitChannelsLast(l, l.input(0), x.shape, attributes.padding);
    const indices = columnIndices(spatial(x.shape), this.counts, attributes);
    const flat = emitReshape(l, l.input(1), [batch, outputs, positions]);
    const products: string[] = [];
    const read = { last, indices, batch, windows: positions, channels, dtype: g.dtype };
    for (const { first, images, columns } of emitColumnChunks(l, read, 'backward')) {
      const swapped = emitTranspose(l, emitImages(l, flat, batch, first, images), [1, 0, 2]);
      const left = emitReshape(l, swapped, [outputs, images * positions]);
      // [1, outputs, taps * channels]
      products.push(emitReshape(l, l.emit('MatMul', [left, columns]), [1, outputs, taps.length * channels]));
    }
    const whole = this.total(products);
    const byTap = emitReshape(l, whole, [outputs, taps.length, channels]);
    emitReshape(l, emitTranspose(l, byTap, [0, 2, 1]), this.operation.outputs[0].shape, [l.output(0)]);
  }

  /** One product for each image, of all taps at once. */
  allTapsByImage(): void {
    const { l, batch, channels, positions } = this;
    const { groups } = this.operation.attributes;
    const padded = this.padded(l.input(0));
    const cut = this.taps.map((tap) => emitReshape(l, this.cut(padded, tap), [batch, groups, channels, 1, positions]));
    const columns = cut.length === 1 ? cut[0] : l.emit('Concat', cut, { attributes: { axis: 3 } });
    const right = emitReshape(l, columns, [batch, groups, channels * this.taps.length, positions]);
    const left = emitReshape(l, l.input(1), [batch, groups, this.groupOutputs, positions]);
    emitReshape(l, this.sumOverBatch(this.product(left, right, 4)), this.operation.outputs[0].shape, [l.output(0)]);
  }

  /** One product for each tap and image. */
  byTapAndImage(): void {
    const { l, batch, channels, positions } = this;
    const { groups } = this.operation.attributes;
    const padded = this.padded(l.input(0));
    const left = emitReshape(l, l.input(1), [batch, groups, this.groupOutputs, positions]);
    this.join(
      this.taps.map((tap) => {
        const right = emitReshape(l, this.cut(padded, tap), [batch, groups, channels, positions]);
        return this.sumOverBatch(this.product(left, right, 4));
      }),
    );
  }

  /** One long product for each tap. */
  byTapWithBatch(): void {
    const { l, batch, channels, positions } = this;
    const { groups } = this.operation.attributes;
    const swapped = (name: string) => emitTranspose(l, name, [1, 0, ...this.counts.map((_, axis) => axis + 2)]);
    const lead = groups === 1 ? [] : [groups];
    const padded = this.padded(swapped(l.input(0)));
    const left = emitReshape(l, swapped(l.input(1)), [...lead, this.groupOutputs, batch * positions]);
    this.join(
      this.taps.map((tap) => {
        const right = emitReshape(l, this.cut(padded, tap), [...lead, channels, batch * positions]);
        return this.product(left, right, lead.length + 2);
      }),
    );
  }

  private padded(x: string): string {
    const { padding } = this.operation.attributes;
    return emitPad(this.l, x, padding, padding);
  }

  /** What a tap reads. */
  private cut(padded: string, tap: readonly number[]): string {
    const { stride, dilation, padding } = this.operation.attributes;
    const lengths = spatial(this.operation.inputs[0].shape);
    const starts = tap.map((index, axis) => index * dilation[axis]);
    const whole = lengths.every((length, axis) => padding[axis] === 0 && length === this.counts[axis]);
    return whole ? padded : emitSlice(this.l, padded, starts, this.counts, stride);
  }

  /** a b^T over the last two axes. */
  private product(a: string, b: string, rank: number): string {
    const { l } = this;
    if (rank === 2) return l.emit('Gemm', [a, b], { attributes: { transB: 1 } });
    if (this.dtype === 'float32') {
      return l.emit('FusedMatMul', [a, b], { attributes: { transB: 1 }, domain: 'com.microsoft' });
    }
    // FusedMatMul has no float64.
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    return l.emit('MatMul', [a, emitTranspose(l, b, [...axes.slice(0, -2), rank - 1, rank - 2])]);
  }

  /** Not a chain of additions, which ONNX Runtime may compute only after all columns have been made. */
  private total(parts: string[]): string {
    if (parts.length === 1) return parts[0];
    const { l } = this;
    const joined = l.emit('Concat', parts, { attributes: { axis: 0 } });
    return l.emit('ReduceSum', [joined, l.constant([0], [1], 'int64')], { attributes: { keepdims: 0 } });
  }

  private sumOverBatch(x: string): string {
    if (this.batch === 1) return x;
    const axes = this.l.constant([0], [1], 'int64');
    return this.l.emit('ReduceSum', [x, axes], { attributes: { keepdims: 0 } });
  }

  /** The taps' products, each [output channels, channels], side by side. */
  private join(products: string[]): void {
    const { l } = this;
    const [outputs, channels, ...kernel] = this.operation.outputs[0].shape;
    const columns = products.map((name) => emitReshape(l, name, [outputs, channels, 1]));
    const joined = columns.length === 1 ? columns[0] : l.emit('Concat', columns, { attributes: { axis: 2 } });
    emitReshape(l, joined, [outputs, channels, ...kernel], [l.output(0)]);
  }
}

/**
 * Gradient of a convolution's weight.
 *
 * @param x [batch, channels, ...lengths], the convolution's input
 * @param g [batch, output channels, ...windows], the gradient of its result
 * @returns [output channels, channels / groups, ...kernel]
 */
export function convWeightGradient(x: Tensor, g: Tensor, attributes: WeightAttributes): Tensor {
  return apply(convWeightGradientOp, [x, g], attributes);
}

/** This file’s part of the op table. */
export const convWeightOps: readonly OpDefinition[] = [convWeightGradientOp];
