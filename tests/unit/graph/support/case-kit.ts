/** @file What the cases of ops are made with: inputs drawn at random, and families of cases of one form. */

import { input } from '../../../../src-main/graph/ops/source.js';
import type { DType, Shape, Tensor } from '../../../../src-main/graph/tensor.js';
import type { Domain, Draw } from './draw.js';
import { type Index, indicesOf, Nd, range, total } from './nd.js';

export interface OpCase {
  /** Float inputs are differentiated; indices and masks are not. */
  inputs: Tensor[];
  values: Record<string, ArrayLike<number>>;
  output: Tensor;
  /** The value at an index of the output. */
  expected?: (index: number[]) => number;
}

/** Collects the inputs of a case. */
export class CaseInputs {
  readonly inputs: Tensor[] = [];
  readonly values: Record<string, ArrayLike<number>> = {};

  constructor(
    private readonly draw: Draw,
    private readonly dtype: DType,
  ) {}

  float(shape: Shape, domain: Domain = 'any'): { tensor: Tensor; nd: Nd } {
    return this.given(shape, this.draw.values(shape, domain), this.dtype);
  }

  given(shape: Shape, values: ArrayLike<number>, dtype: DType): { tensor: Tensor; nd: Nd } {
    const name = `x${this.inputs.length}`;
    const tensor = input(name, shape, dtype);
    this.inputs.push(tensor);
    this.values[name] = values;
    return { tensor, nd: new Nd(shape, values) };
  }

  done(output: Tensor, expected?: (index: number[]) => number): OpCase {
    return { inputs: this.inputs, values: this.values, output, ...(expected === undefined ? {} : { expected }) };
  }
}

export type MakeCase = (draw: Draw, dtype: DType) => OpCase;
type Build = (draw: Draw, c: CaseInputs) => OpCase;

export const make =
  (build: Build): MakeCase =>
  (draw, dtype) =>
    build(draw, new CaseInputs(draw, dtype));

export function unary(op: (x: Tensor) => Tensor, value: (x: number) => number, domain: Domain = 'any'): MakeCase {
  return make((draw, c) => {
    const x = c.float(draw.shape(0, 3), domain);
    return c.done(op(x.tensor), (index) => value(x.nd.at(index)));
  });
}

export function binary(
  op: (a: Tensor, b: Tensor) => Tensor,
  value: (a: number, b: number) => number,
  domains: [Domain, Domain] = ['any', 'any'],
): MakeCase {
  return make((draw, c) => {
    const shape = draw.shape(0, 3);
    const shapes = draw.oneOf([shape, draw.broadcastable(shape)], [draw.broadcastable(shape), shape]);
    const a = c.float(shapes[0], domains[0]);
    const b = c.float(shapes[1], domains[1]);
    return c.done(op(a.tensor, b.tensor), (index) => value(a.nd.at(index), b.nd.at(index)));
  });
}

type Reduction = (x: Tensor, axes: number | readonly number[] | null, keepDims?: boolean) => Tensor;

export function reduction(op: Reduction, value: (elements: number[]) => number, domain: Domain = 'any'): MakeCase {
  return make((draw, c) => {
    const x = c.float(draw.shape(0, 3), domain);
    const { shape } = x.tensor;
    const axes = draw.axes(shape);
    const keepDims = draw.oneOf(true, false);
    const reduced = axes ?? range(shape.length);
    // Negative axes count from the end.
    const given = axes?.map((axis) => draw.oneOf(axis, axis - shape.length)) ?? null;
    return c.done(op(x.tensor, given, keepDims), (index) => {
      const kept = [...index];
      const full = shape.map((_, axis) => (reduced.includes(axis) ? (keepDims ? kept.shift() : 0) : kept.shift()) ?? 0);
      const within = indicesOf(shape).filter((other) =>
        other.every((i, axis) => reduced.includes(axis) || i === full[axis]),
      );
      return value(within.map((other) => x.nd.at(other)));
    });
  });
}

export const row = (nd: Nd, lead: Index, width: number): number[] =>
  range(width).map((column) => nd.at([...lead, column]));
export const logSumExpOf = (values: number[]): number => Math.log(total(values.map(Math.exp)));
export const lengthOf = (values: number[]): number => Math.sqrt(total(values.map((value) => value * value)));

export function rowWise(op: (x: Tensor) => Tensor, value: (elements: number[], column: number) => number): MakeCase {
  return make((draw, c) => {
    const x = c.float(draw.shape(1, 3), 'nonZero');
    const width = x.tensor.shape[x.tensor.rank - 1];
    return c.done(op(x.tensor), (index) => value(row(x.nd, index.slice(0, -1), width), index[index.length - 1]));
  });
}
