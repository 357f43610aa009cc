/**
 * @file Ops that mix the elements along each spatial axis by fixed weights: average pooling, adaptive average pooling,
 * nearest and linear resizing. Along an axis each is a matrix [result, input]; its gradient is the transposed matrix.
 */

import { spatial, spatialAxes } from '../convolution.js';
import { matrixOf, type ResampleAttributes, unchanged } from '../resample-weights.js';
import {
  apply,
  type DType,
  GraphError,
  type Lowering,
  type OpDefinition,
  type Operation,
  requireSameDType,
  type Tensor,
  typeName,
} from '../tensor.js';
import { emitReshape, emitTranspose, type PerAxis, perAxis, windowCounts } from '../windows.js';
import { maxPool, type PoolOptions, poolWindows } from './pool.js';
import { mean } from './reduce.js';
import { reshape } from './shape.js';

const resampleOp: OpDefinition<ResampleAttributes> = {
  name: 'resample',
  infer([x], { from, to, transposed }) {
    const dtype = requireSameDType('resample', [x], true);
    const [read, written] = transposed ? [to, from] : [from, to];
    if (spatial(x.shape).join() !== read.join()) throw new GraphError(`resample of ${typeName(x)} from [${read}]`);
    return [{ shape: [x.shape[0], x.shape[1], ...written], dtype }];
  },
  gradient: ({ attributes }, [g]) => [
    g === null ? null : apply(resampleOp, [g], { ...attributes, transposed: !attributes.transposed }),
  ],
  lower(operation, l) {
    const { inputs, attributes } = operation;
    if (inputs[0].dtype === 'float32' && lowerDirectly(operation, l)) return;
    const result = attributes.from.reduce(
      (x, _, axis) => emitAlong(l, x, attributes, axis, inputs[0].rank, inputs[0].dtype),
      l.input(0),
    );
    l.emit('Identity', [result], { outputs: [l.output(0)] });
  },
  evaluate({ attributes }, [x], tf) {
    const { from, to, transposed } = attributes;
    return [
      from.reduce((result, length, index) => {
        const axis = index + 2;
        if (unchanged(attributes, index)) return result;
        const shape: [number, number] = transposed ? [to[index], length] : [length, to[index]];
        const matrix = tf.tensor2d(Float32Array.from(matrixOf(attributes, index)), shape);
        const order = result.shape.map((_, other) => other);
        const last = [...order.filter((other) => other !== axis), axis];
        const turned = tf.transpose(result, last);
        const product = tf.matMul(tf.reshape(turned, [-1, shape[0]]), matrix);
        const back = order.map((other) => last.indexOf(other));
        return tf.transpose(tf.reshape(product, [...turned.shape.slice(0, -1), shape[1]]), back);
      }, x),
    ];
  },
};

/** The product along one axis with its matrix. */
function emitAlong(
  l: Lowering,
  x: string,
  attributes: ResampleAttributes,
  axis: number,
  rank: number,
  dtype: DType,
): string {
  if (unchanged(attributes, axis)) return x;
  const { from, to, transposed } = attributes;
  const shape = transposed ? [to[axis], from[axis]] : [from[axis], to[axis]];
  const matrix = l.constant(matrixOf(attributes, axis), shape, dtype);
  const order = Array.from({ length: rank }, (_, other) => other);
  const swapped = order.map((other) => (other === axis + 2 ? rank - 1 : other === rank - 1 ? axis + 2 : other));
  return emitTranspose(l, l.emit('MatMul', [emitTranspose(l, x, swapped), matrix]), swapped);
}

/** Lowers to an operator of its own where ONNX has one. @returns whether it did */
function lowerDirectly({ outputs, attributes }: Operation<ResampleAttributes>, l: Lowering): boolean {
  const { kind, from, to, transposed, kernel, stride, padding, countPadding, alignCorners } = attributes;
  const output = [l.output(0)];
  if (kind === 'average' && !transposed) {
    l.emit('AveragePool', [l.input(0)], {
      attributes: {
        kernel_shape: kernel,
        strides: stride,
        pads: [...padding, ...padding],
        count_include_pad: Number(countPadding),
      },
      outputs: output,
    });
    return true;
  }
  // Whole multiples: every element is repeated, or every block is summed or averaged.
  const ratios = from.map((length, axis) => (kind === 'nearest' ? to[axis] / length : length / to[axis]));
  const whole = ratios.every((ratio) => Number.isInteger(ratio));
  const sideBySide =
    kind !== 'average' ||
    kernel.every((length, axis) => length === stride[axis] && padding[axis] === 0 && length === ratios[axis]);
  if (kind !== 'linear' && whole && sideBySide) {
    const share = ratios.reduce((product, ratio) => product * ratio, 1);
    const repeats = (kind === 'nearest') !== transposed;
    // The gradient of an average is a repeated share; that of a repetition is a sum.
    const factor = kind === 'nearest' ? (transposed ? share : 1) : transposed ? 1 / share : 1;
    const value = repeats ? emitRepeat(l, outputs[0].shape, ratios) : emitBlockMeans(l, ratios);
    if (factor === 1) l.emit('Identity', [value], { outputs: output });
    else l.emit('Mul', [value, l.constant([factor], [], 'float32')], { outputs: output });
    return true;
  }
  if (kind === 'linear' && !transposed) {
    const sizes = l.constant(outputs[0].shape, [outputs[0].shape.length], 'int64');
    l.emit('Resize', [l.input(0), '', '', sizes], {
      attributes: {
        mode: 'linear',
        coordinate_transformation_mode: alignCorners ? 'align_corners' : 'half_pixel',
      },
      outputs: output,
    });
    return true;
  }
  return false;
}

/** Each element repeated `ratios[a]` times along each spatial axis. */
function emitRepeat(l: Lowering, shape: readonly number[], ratios: readonly number[]): string {
  const [batch, channels, ...lengths] = shape;
  const single = lengths.flatMap((length, axis) => [length / ratios[axis], 1]);
  const repeated = lengths.flatMap((length, axis) => [length / ratios[axis], ratios[axis]]);
  const rows = emitReshape(l, l.input(0), [batch, channels, ...single]);
  const full = [batch, channels, ...repeated];
  return emitReshape(l, l.emit('Expand', [rows, l.constant(full, [full.length], 'int64')]), shape);
}

const emitBlockMeans = (l: Lowering, ratios: readonly number[]): string =>
  l.emit('AveragePool', [l.input(0)], { attributes: { kernel_shape: ratios, strides: ratios } });

const plain = { transposed: false, kernel: [], stride: [], padding: [], countPadding: false, alignCorners: false };

export interface AveragePoolOptions extends Omit<PoolOptions, 'dilation'> {
  /** Whether zeros outside count as elements (PyTorch's count_include_pad); they do by default. */
  countPadding?: boolean;
}

/**
 * Mean of each window, as torch.nn.functional.avg_pool1d, avg_pool2d and avg_pool3d.
 *
 * @param x [batch, channels, ...lengths]
 * @returns [batch, channels, ...windows]
 */
export function averagePool(x: Tensor, kernel: PerAxis, options: AveragePoolOptions = {}): Tensor {
  const windows = poolWindows('averagePool', x, kernel, options);
  const to = windowCounts('averagePool', spatial(x.shape), windows);
  const { countPadding = true } = options;
  const { dilation: _, ...given } = windows;
  return apply(resampleOp, [x], { ...plain, ...given, kind: 'average', from: spatial(x.shape), to, countPadding });
}

/**
 * Mean of each cell of a grid laid over the input, as torch.nn.functional.adaptive_avg_pool2d; see `adaptiveMaxPool`.
 *
 * @param counts cells along each axis
 */
export function adaptiveAveragePool(x: Tensor, counts: PerAxis): Tensor {
  const to = perAxis('adaptiveAveragePool', 'cells', counts, x.rank - 2, 1);
  return apply(resampleOp, [x], { ...plain, kind: 'adaptive', from: spatial(x.shape), to });
}

/** Mean over all spatial axes: [batch, channels, ...lengths] to [batch, channels]. */
export const globalAveragePool = (x: Tensor): Tensor => mean(x, spatialAxes(x.rank));

/** Largest element over all spatial axes, the gradient to the first of equal ones: to [batch, channels]. */
export const globalMaxPool = (x: Tensor): Tensor => reshape(maxPool(x, spatial(x.shape)), [x.shape[0], x.shape[1]]);

/**
 * The nearest element of the input for each element of the result, as torch.nn.functional.interpolate's `nearest`:
 * element floor(i * length / size).
 *
 * @param sizes lengths of the result's spatial axes
 */
export function resizeNearest(x: Tensor, sizes: PerAxis): Tensor {
  const to = perAxis('resizeNearest', 'sizes', sizes, x.rank - 2, 1);
  return apply(resampleOp, [x], { ...plain, kind: 'nearest', from: spatial(x.shape), to });
}

/**
 * Linear interpolation along each spatial axis, as torch.nn.functional.interpolate's `linear`, `bilinear` and
 * `trilinear`.
 *
 * @param sizes lengths of the result's spatial axes
 * @param alignCorners whether the outermost elements of both grids coincide, or (the default) the outer edges of their
 * cells
 */
export function resizeLinear(x: Tensor, sizes: PerAxis, alignCorners = false): Tensor {
  const to = perAxis('resizeLinear', 'sizes', sizes, x.rank - 2, 1);
  return apply(resampleOp, [x], { ...plain, kind: 'linear', from: spatial(x.shape), to, alignCorners });
}

/** This file’s part of the op table. */
export const resampleOps: readonly OpDefinition[] = [resampleOp];
