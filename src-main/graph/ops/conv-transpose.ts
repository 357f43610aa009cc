/** @file Transposed convolution: the gradient of a convolution with respect to its input, and a layer of its own. */

import {
  biasGradient,
  type ConvAttributes,
  type ConvOptions,
  convAttributes,
  emitResult,
  requireBias,
  requireConv,
  spatial,
  withBias,
} from '../convolution.js';
import { lowerOnProcessor, lowerTransposedOnProcessor } from '../convolution-cpu.js';
import {
  apply,
  GraphError,
  type Lowering,
  type OpDefinition,
  type Operation,
  requireSameDType,
  type Shape,
  sizeOf,
  type Tensor,
  typeName,
} from '../tensor.js';
import { emitPad, emitReshape, emitSlice, emitTranspose, extent, type PerAxis, perAxis, tapsOf } from '../windows.js';
import { tfCut, tfPad, tfSpread } from '../windows-tfjs.js';
import { convOp } from './conv.js';
import { convWeightGradient } from './conv-weight.js';
import { slice } from './shape.js';

type TransposedAttributes = ConvAttributes & {
  /** Elements added to the end of each axis, which a stride leaves open. */
  readonly outputPadding: readonly number[];
};

export interface ConvTransposeOptions extends ConvOptions {
  outputPadding?: PerAxis;
}

const convTransposeOp: OpDefinition<TransposedAttributes> = {
  name: 'convTranspose',
  infer(inputs, attributes) {
    const [x, weight, bias] = inputs;
    const dtype = requireSameDType('convTranspose', inputs, true);
    requireConv('convTranspose', x, weight, weight.shape[0], attributes.groups);
    const channels = weight.shape[1] * attributes.groups;
    requireBias('convTranspose', bias, channels);
    const lengths = transposedLengths(x, weight, attributes);
    if (lengths.some((length) => length < 1)) {
      throw new GraphError(`convTranspose of ${typeName(x)} would leave [${lengths.join(', ')}]`);
    }
    return [{ shape: [x.shape[0], channels, ...lengths], dtype }];
  },
  gradient({ inputs, attributes }, [g]) {
    const [x, weight] = inputs;
    if (g === null) return inputs.map(() => null);
    const { stride, padding, dilation, groups } = attributes;
    const plain = { stride, padding, dilation, groups };
    return [
      firstWindows(apply(convOp, [g, weight], plain), spatial(x.shape)),
      convWeightGradient(g, x, { ...plain, kernel: spatial(weight.shape) }),
      ...biasGradient(inputs, g),
    ];
  },
  lower(operation, l) {
    if (operation.inputs[0].dtype === 'float64') lowerByTaps(operation, l);
    else if (operation.attributes.stride.every((step) => step === 1)) lowerToConv(operation, l);
    else lowerToConvTranspose(operation, l);
  },
  evaluate: ({ outputs, attributes }, [x, weight, bias], tf) => {
    const { stride, padding, dilation, groups } = attributes;
    const [batch, channels, ...lengths] = x.shape;
    const [, groupOutputs, ...kernel] = weight.shape;
    const wanted = spatial(outputs[0].shape);
    const taps = tapsOf(kernel);
    const size = [groups, channels / groups, groupOutputs * taps.length];
    const matrix = tf.tile(tf.reshape(weight, size), [batch, 1, 1]);
    const rows = tf.reshape(x, [batch * groups, channels / groups, sizeOf(lengths)]);
    const flat = [batch * groups, groupOutputs, taps.length, sizeOf(lengths)];
    const product = tf.reshape(tf.matMul(matrix, rows, true), flat);
    const parts = taps.map((tap, index) => {
      const one = tf.slice(product, [0, 0, index, 0], [flat[0], groupOutputs, 1, flat[3]]);
      const spread = tfSpread(tf, tf.reshape(one, [flat[0], groupOutputs, ...lengths]), stride);
      const before = tap.map((position, axis) => position * dilation[axis]);
      // The end has room for an output padding as well.
      const after = before.map((count, axis) =>
        Math.max(0, padding[axis] + wanted[axis] - count - spread.shape[axis + 2]),
      );
      const steps = lengths.map(() => 1);
      return tfCut(tf, tfPad(tf, spread, before, after), padding, wanted, steps);
    });
    const added = tf.reshape(tf.addN(parts), [...outputs[0].shape]);
    return [bias === undefined ? added : tf.add(added, tf.reshape(bias, [-1, ...lengths.map(() => 1)]))];
  },
};

/** With a stride of 1 the transpose is a convolution with the weight's channels exchanged and its taps reversed. */
function lowerToConv(operation: Operation<TransposedAttributes>, l: Lowering): void {
  const { inputs, outputs, attributes } = operation;
  const { padding, stride, dilation, groups, outputPadding } = attributes;
  const [x, weight] = inputs;
  const kernel = spatial(weight.shape);
  const before = kernel.map((length, axis) => extent(length, dilation[axis]) - 1 - padding[axis]);
  if (before.some((count) => count < 0)) {
    lowerToConvTranspose(operation, l);
    return;
  }
  const even = groups === 1 && outputPadding.every((count) => count === 0);
  if (
    even &&
    lowerOnProcessor(l, {
      x,
      input: l.input(0),
      weight: l.input(1),
      turned: true,
      bias: inputs.length > 2 ? l.input(2) : null,
      result: outputs[0].shape,
      windows: { kernel, stride, padding: before, dilation },
    })
  ) {
    return;
  }
  const operands = inputs.map((_, index) => (index === 1 ? turnedWeight(l, weight.shape, groups) : l.input(index)));
  l.emit('Conv', operands, {
    attributes: {
      kernel_shape: kernel,
      pads: [...before, ...before.map((count, axis) => count + outputPadding[axis])],
      dilations: dilation,
      group: groups,
    },
    outputs: [l.output(0)],
  });
}

function turnedWeight(l: Lowering, shape: Shape, groups: number): string {
  const [channels, outputs, ...kernel] = shape;
  const grouped = emitReshape(l, l.input(1), [groups, channels / groups, outputs, ...kernel]);
  const exchanged = emitTranspose(l, grouped, [0, 2, 1, ...kernel.map((_, axis) => axis + 3)]);
  const weight = emitReshape(l, exchanged, [groups * outputs, channels / groups, ...kernel]);
  if (kernel.every((length) => length === 1)) return weight;
  const list = (values: number[]) => l.constant(values, [values.length], 'int64');
  const backwards = list(kernel.map(() => -1));
  const ends = list(kernel.map((length) => -length - 1));
  return l.emit('Slice', [weight, backwards, ends, list(kernel.map((_, axis) => axis + 2)), backwards]);
}

function lowerToConvTranspose({ inputs, outputs, attributes }: Operation<TransposedAttributes>, l: Lowering): void {
  const { stride, padding, dilation, groups, outputPadding } = attributes;
  const [x, weight] = inputs;
  if (inputs.length === 2 && lowerTransposedOnProcessor(l, x, weight.shape, outputs[0].shape, attributes)) return;
  l.emit(
    'ConvTranspose',
    inputs.map((_, index) => l.input(index)),
    {
      attributes: {
        kernel_shape: spatial(inputs[1].shape),
        strides: stride,
        pads: [...padding, ...padding],
        dilations: dilation,
        group: groups,
        output_padding: outputPadding,
      },
      outputs: [l.output(0)],
    },
  );
}

/** ONNX Runtime's ConvTranspose has no float64: each tap's product is laid at its place, and all are added. */
function lowerByTaps({ inputs, outputs, attributes }: Operation<TransposedAttributes>, l: Lowering): void {
  const [x, weight] = inputs;
  const { stride, padding, dilation, groups } = attributes;
  const [batch, channels, ...lengths] = x.shape;
  const [, groupOutputs, ...kernel] = weight.shape;
  const taps = tapsOf(kernel);
  const matrix = emitReshape(l, l.input(1), [1, groups, channels / groups, groupOutputs * taps.length]);
  const rows = emitReshape(l, l.input(0), [batch, groups, channels / groups, sizeOf(lengths)]);
  const product = emitReshape(l, l.emit('MatMul', [emitTranspose(l, matrix, [0, 1, 3, 2]), rows]), [
    batch * groups,
    groupOutputs,
    taps.length,
    ...lengths,
  ]);
  const parts = taps.map((tap, index) => {
    const one = l.emit('Gather', [product, l.constant([index], [], 'int64')], { attributes: { axis: 2 } });
    const spread = spreadApart(l, one, [batch * groups, groupOutputs, ...lengths], stride);
    const before = tap.map((position, axis) => position * dilation[axis]);
    const after = tap.map((position, axis) => (kernel[axis] - 1 - position) * dilation[axis]);
    return emitPad(l, spread, before, after);
  });
  const added = parts.reduce((total, part) => l.emit('Add', [total, part]));
  const whole = lengths.map((length, axis) => length * stride[axis] + extent(kernel[axis], dilation[axis]) - 1);
  const wanted = spatial(outputs[0].shape);
  const missing = wanted.map((length, axis) => Math.max(0, padding[axis] + length - whole[axis]));
  const none = lengths.map(() => 0);
  const enough = emitPad(l, added, none, missing);
  const steps = lengths.map(() => 1);
  const cut = emitSlice(l, enough, padding, wanted, steps);
  emitResult(l, cut, outputs[0].shape, inputs.length > 2 ? l.input(2) : null);
}

/** Puts `stride - 1` zeros after each element of the spatial axes. */
function spreadApart(l: Lowering, x: string, shape: Shape, stride: readonly number[]): string {
  if (stride.every((step) => step === 1)) return x;
  const [first, second, ...lengths] = shape;
  const single = emitReshape(l, x, [first, second, ...lengths.flatMap((length) => [length, 1])]);
  const after = stride.flatMap((step) => [0, step - 1]);
  const none = after.map(() => 0);
  const padded = emitPad(l, single, none, after);
  return emitReshape(l, padded, [first, second, ...lengths.map((length, axis) => length * stride[axis])]);
}

function transposedLengths(x: Tensor, weight: Tensor, attributes: TransposedAttributes): number[] {
  const { stride, padding, dilation, outputPadding } = attributes;
  return spatial(x.shape).map((length, axis) => {
    const reach = extent(weight.shape[axis + 2], dilation[axis]);
    return (length - 1) * stride[axis] + reach + outputPadding[axis] - 2 * padding[axis];
  });
}

/** What a convolution reads beyond the given counts of windows, an output padding has added: left out. */
export function firstWindows(x: Tensor, counts: readonly number[]): Tensor {
  return counts.reduce((result, count, axis) => slice(result, axis + 2, 0, count), x);
}

/** The transposed convolution whose result has these lengths. */
export function transposedTo(x: Tensor, weight: Tensor, plain: ConvAttributes, lengths: readonly number[]): Tensor {
  const least = transposedLengths(x, weight, { ...plain, outputPadding: lengths.map(() => 0) });
  const outputPadding = lengths.map((length, axis) => length - least[axis]);
  return apply(convTransposeOp, [x, weight], { ...plain, outputPadding });
}

/**
 * Transposed convolution, as torch.nn.functional.conv_transpose1d, conv_transpose2d and conv_transpose3d.
 *
 * @param x [batch, channels, ...lengths]
 * @param weight [channels, output channels / groups, ...kernel]
 * @returns [batch, output channels, ...(length - 1) * stride + dilation * (kernel - 1) + 1 + outputPadding - 2 * padding]
 */
export function convTranspose(x: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor {
  const attributes = convAttributes('convTranspose', x, options);
  const { stride, dilation } = attributes;
  const outputPadding = perAxis('convTranspose', 'output padding', options.outputPadding ?? 0, x.rank - 2, 0);
  if (outputPadding.some((count, axis) => count >= Math.max(stride[axis], dilation[axis]))) {
    throw new GraphError(
      `convTranspose: an output padding of [${outputPadding.join(', ')}] is not below the stride or the dilation`,
    );
  }
  return apply(convTransposeOp, withBias(x, weight, options.bias), { ...attributes, outputPadding });
}

/** This file’s part of the op table. */
export const convTransposeOps: readonly OpDefinition[] = [convTransposeOp];
