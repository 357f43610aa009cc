/**
 * @file Convolution over one, two or three spatial axes. It, its transpose (conv-transpose.ts) and the gradient of its
 * weight (conv-weight.ts) are linear in either input, and each one's gradients are the other two. Why each is lowered
 * as it is, with figures: docs/decisions/0014-convolutions.md.
 */

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
import { lowerOnProcessor } from '../convolution-cpu.js';
import {
  apply,
  type Lowering,
  type OpDefinition,
  type Operation,
  requireSameDType,
  sizeOf,
  type Tensor,
} from '../tensor.js';
import { emitPad, emitReshape, emitSlice, tapsOf, windowCounts } from '../windows.js';
import { tfCut, tfPad } from '../windows-tfjs.js';
import { transposedTo } from './conv-transpose.js';
import { convWeightGradient } from './conv-weight.js';

export const convOp: OpDefinition<ConvAttributes> = {
  name: 'conv',
  infer(inputs, { stride, padding, dilation, groups }) {
    const [x, weight, bias] = inputs;
    const dtype = requireSameDType('conv', inputs, true);
    requireConv('conv', x, weight, weight.shape[1] * groups, groups);
    requireBias('conv', bias, weight.shape[0]);
    const windows = { kernel: spatial(weight.shape), stride, padding, dilation };
    return [{ shape: [x.shape[0], weight.shape[0], ...windowCounts('conv', spatial(x.shape), windows)], dtype }];
  },
  gradient({ inputs, attributes }, [g]) {
    const [x, weight] = inputs;
    if (g === null) return inputs.map(() => null);
    return [
      transposedTo(g, weight, attributes, spatial(x.shape)),
      convWeightGradient(x, g, { ...attributes, kernel: spatial(weight.shape) }),
      ...biasGradient(inputs, g),
    ];
  },
  lower(operation, l) {
    const { inputs, outputs, attributes } = operation;
    if (inputs[0].dtype === 'float64') {
      lowerByColumns(operation, l);
      return;
    }
    const { stride, padding, dilation, groups } = attributes;
    const kernel = spatial(inputs[1].shape);
    if (
      groups === 1 &&
      lowerOnProcessor(l, {
        x: inputs[0],
        input: l.input(0),
        weight: l.input(1),
        turned: false,
        bias: inputs.length > 2 ? l.input(2) : null,
        result: outputs[0].shape,
        windows: { kernel, stride, padding, dilation },
      })
    ) {
      return;
    }
    l.emit(
      'Conv',
      inputs.map((_, index) => l.input(index)),
      {
        attributes: {
          kernel_shape: kernel,
          strides: stride,
          pads: [...padding, ...padding],
          dilations: dilation,
          group: groups,
        },
        outputs: [l.output(0)],
      },
    );
  },
  evaluate: ({ outputs, attributes }, [x, weight, bias], tf) => {
    const { stride, padding, dilation, groups } = attributes;
    const [batch, outputChannels, ...counts] = outputs[0].shape;
    const [, channels, ...kernel] = weight.shape;
    const taps = tapsOf(kernel);
    const padded = tfPad(tf, x, padding, padding);
    const cut = taps.map((tap) => {
      const starts = tap.map((index, axis) => index * dilation[axis]);
      return tf.reshape(tfCut(tf, padded, starts, counts, stride), [batch * groups, channels, 1, sizeOf(counts)]);
    });
    const rows = tf.reshape(tf.concat(cut, 2), [batch * groups, channels * taps.length, sizeOf(counts)]);
    const matrix = tf.reshape(weight, [groups, outputChannels / groups, channels * taps.length]);
    const product = tf.reshape(tf.matMul(tf.tile(matrix, [batch, 1, 1]), rows), [...outputs[0].shape]);
    return [bias === undefined ? product : tf.add(product, tf.reshape(bias, [-1, ...counts.map(() => 1)]))];
  },
};

/** ONNX Runtime's Conv has no float64: every tap's elements side by side, then one matrix product for each image. */
function lowerByColumns({ inputs, outputs, attributes }: Operation<ConvAttributes>, l: Lowering): void {
  const [, weight] = inputs;
  const { stride, padding, dilation, groups } = attributes;
  const [batch, outputChannels, ...counts] = outputs[0].shape;
  const [, channels, ...kernel] = weight.shape;
  const taps = tapsOf(kernel);
  const positions = sizeOf(counts);
  const padded = emitPad(l, l.input(0), padding, padding);
  const cut = taps.map((tap) => {
    const starts = tap.map((index, axis) => index * dilation[axis]);
    return emitReshape(l, emitSlice(l, padded, starts, counts, stride), [batch, groups, channels, 1, positions]);
  });
  const columns = l.emit('Concat', cut, { attributes: { axis: 3 } }); // [batch, groups, channels, taps, positions]
  const rows = emitReshape(l, columns, [batch, groups, channels * taps.length, positions]);
  const matrix = emitReshape(l, l.input(1), [1, groups, outputChannels / groups, channels * taps.length]);
  emitResult(l, l.emit('MatMul', [matrix, rows]), outputs[0].shape, inputs.length > 2 ? l.input(2) : null);
}

/**
 * Convolution (cross-correlation, as torch.nn.functional.conv1d, conv2d and conv3d); zeros are read outside.
 *
 * @param x [batch, channels, ...lengths], one to three spatial axes
 * @param weight [output channels, channels / groups, ...kernel]
 * @returns [batch, output channels, ...windows]
 */
export function conv(x: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor {
  return apply(convOp, withBias(x, weight, options.bias), convAttributes('conv', x, options));
}

/** This file’s part of the op table. */
export const convOps: readonly OpDefinition[] = [convOp];
