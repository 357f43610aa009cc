/** @file What the three ops of convolution share: their attributes, the checks of their inputs, and the last nodes. */

import { sum } from './ops/reduce.js';
import { GraphError, type Lowering, type Shape, type Tensor, typeName } from './tensor.js';
import { emitReshape, type PerAxis, perAxis } from './windows.js';

export type ConvAttributes = {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
};

export interface ConvOptions {
  /** [output channels] */
  bias?: Tensor | null;
  stride?: PerAxis;
  padding?: PerAxis;
  dilation?: PerAxis;
  groups?: number;
}

/** Lengths of the spatial axes; batch and channels lie before them. */
export const spatial = (shape: Shape): number[] => shape.slice(2);

/** The spatial axes themselves. */
export const spatialAxes = (rank: number): number[] => Array.from({ length: rank - 2 }, (_, axis) => axis + 2);

export function requireConv(op: string, x: Tensor, weight: Tensor, channels: number, groups: number): void {
  const fits = x.rank >= 3 && x.rank <= 5 && weight.rank === x.rank && x.size > 0 && weight.size > 0;
  if (!fits || x.shape[1] !== channels || weight.shape[0] % groups !== 0 || channels % groups !== 0) {
    throw new GraphError(`${op} of ${typeName(x)} with weight ${typeName(weight)} in ${groups} groups`);
  }
}

export function requireBias(op: string, bias: Tensor | undefined, channels: number): void {
  if (bias !== undefined && (bias.rank !== 1 || bias.shape[0] !== channels)) {
    throw new GraphError(`${op} to ${channels} channels with bias ${typeName(bias)}`);
  }
}

export function withBias(x: Tensor, weight: Tensor, bias: Tensor | null | undefined): Tensor[] {
  return bias === undefined || bias === null ? [x, weight] : [x, weight, bias];
}

/** The gradient of the third input, where there is one. */
export const biasGradient = (inputs: readonly Tensor[], g: Tensor): Tensor[] =>
  inputs.length < 3 ? [] : [sum(g, [0, ...spatialAxes(g.rank)])];

/** @throws GraphError where a number is out of range or an axis lacks one */
export function convAttributes(op: string, x: Tensor, options: ConvOptions): ConvAttributes {
  const rank = x.rank - 2;
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  if (rank < 1 || !Number.isInteger(groups) || groups < 1) {
    throw new GraphError(`${op} of ${typeName(x)} in ${groups} groups`);
  }
  return {
    stride: perAxis(op, 'stride', stride, rank, 1),
    padding: perAxis(op, 'padding', padding, rank, 0),
    dilation: perAxis(op, 'dilation', dilation, rank, 1),
    groups,
  };
}

/** Writes an operation's result from a value of the same size, adding a bias where there is one. */
export function emitResult(l: Lowering, x: string, shape: Shape, bias: string | null): void {
  if (bias === null) {
    emitReshape(l, x, shape, [l.output(0)]);
    return;
  }
  const column = emitReshape(l, bias, [1, shape[1], ...spatial(shape).map(() => 1)]);
  l.emit('Add', [emitReshape(l, x, shape), column], { outputs: [l.output(0)] });
}
