/**
 * @file What ONNX Runtime's WebGPU provider (1.30) takes and then fails at, or computes wrongly, written in other ops. Not
 * one of the passes that every program goes through: the engine applies it where that provider runs the program.
 */

import { add } from '../ops/elementwise.js';
import { pad, reshape, slice, splitSizes } from '../ops/shape.js';
import type { Program } from '../program.js';
import { Operation, type Tensor } from '../tensor.js';
import { type Rule, rewrite } from './rewrite.js';
import { poolGradient, wholeVectors } from './webgpu-pool.js';

/** A kernel may write that many buffers on every device: WebGPU promises 8, and one is read. */
const MOST_PARTS = 7;

/** A split in many parts is a split in a few, each of them split again. */
function partsOf(x: Tensor, sizes: readonly number[], axis: number): readonly Tensor[] {
  if (sizes.length <= MOST_PARTS) return splitSizes(x, sizes, axis);
  const each = Math.ceil(sizes.length / MOST_PARTS);
  const chunks: number[][] = [];
  for (let start = 0; start < sizes.length; start += each) chunks.push(sizes.slice(start, start + each));
  const totals = chunks.map((chunk) => chunk.reduce((a, b) => a + b, 0));
  return splitSizes(x, totals, axis).flatMap((part, index) => partsOf(part, chunks[index], axis));
}

const manyParts: Rule = ({ operation, inputs: [x] }) => {
  const { definition, outputs, attributes } = operation;
  const splits = definition.name === 'split' || definition.name === 'splitSizes';
  if (!splits || outputs.length <= MOST_PARTS) return null;
  const axis = Number(attributes.axis);
  return partsOf(
    x,
    outputs.map(({ shape }) => shape[axis]),
    axis,
  );
};

/** Of a convolution's weight, the axis of output channels, and whether all groups' lie along it one after another. */
const OUTPUT_AXES: Readonly<Record<string, { axis: number; allGroups: boolean }>> = {
  conv: { axis: 0, allGroups: true },
  convTranspose: { axis: 1, allGroups: false },
};

/**
 * Output channels of a group with which the provider computes right. Found by trying groups of 1 to 12 channels: `Conv` is
 * wrong with more than 4 that are no multiple of 4, `ConvTranspose` with a single one that an even number is read for.
 */
function soundOutputs(transposed: boolean, inputs: number, outputs: number): number {
  if (transposed && outputs === 1 && inputs % 2 === 0) return 2;
  return wholeVectors(outputs);
}

/** Groups whose output channels are too few or too odd get channels of zeros, which are cut off again. */
const groupedConvolution: Rule = ({ operation, inputs: [x, weight, bias] }) => {
  const { definition, attributes, outputs } = operation;
  const outputAxis = OUTPUT_AXES[definition.name];
  if (outputAxis === undefined || attributes.groups === 1) return null;
  const groups = Number(attributes.groups);
  const [batch, channels, ...lengths] = outputs[0].shape;
  const each = channels / groups;
  const { axis, allGroups } = outputAxis;
  const whole = soundOutputs(!allGroups, x.shape[1] / groups, each);
  if (whole === each) return null;
  const rest = weight.shape.slice(axis + 1);
  const wider = allGroups
    ? reshape(pad(reshape(weight, [groups, each, ...rest]), 1, 0, whole - each), [groups * whole, ...rest])
    : pad(weight, axis, 0, whole - each);
  const [result] = new Operation(definition, [x, wider], attributes).outputs; // [batch, groups * whole, ...lengths]
  const cut = slice(reshape(result, [batch, groups, whole, ...lengths]), 2, 0, each);
  const product = reshape(cut, outputs[0].shape);
  return [bias === undefined ? product : add(product, reshape(bias, [1, channels, ...lengths.map(() => 1)]))];
};

const RULES: readonly Rule[] = [poolGradient, manyParts, groupedConvolution];

/** The same program, in which nothing is left that the provider is known to fail at. */
export const forWebGpu = (program: Program): Program =>
  RULES.reduce((current, rule) => rewrite(current, rule), program);
