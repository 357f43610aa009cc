/** @file Constant folding: what depends on constants alone is computed while the program is built. */

import { constant } from '../ops/source.js';
import type { Program } from '../program.js';
import type { Operation, Tensor } from '../tensor.js';
import { rewrite } from './rewrite.js';

/** Larger results stay operations: a model should not grow by what it can compute in a moment. */
const MOST_ELEMENTS = 4096;

type Numbers = ArrayLike<number>;

/** Ops whose float32 result is that of float64 arithmetic, rounded once: IEEE 754's basic operations. */
const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
};

const UNARY: Readonly<Record<string, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
};

const valuesOf = (tensor: Tensor): Numbers | null => tensor.operation.values;

/** Offset of each element of `shape` in a tensor that is broadcast to it. */
function* broadcastOffsets(shape: readonly number[], from: readonly number[]): Generator<number> {
  const lead = shape.length - from.length;
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let axis = from.length - 1; axis >= 0; axis--) {
    if (from[axis] !== 1) strides[axis + lead] = stride;
    stride *= from[axis];
  }
  const size = shape.reduce((a, b) => a * b, 1);
  for (let i = 0; i < size; i++) {
    let rest = i;
    let offset = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    yield offset;
  }
}

/** Values of an operation on constants, or null where this pass does not know the op. */
function compute({ definition, outputs: [output] }: Operation, inputs: readonly Tensor[]): number[] | null {
  const round = output.dtype === 'float32' ? Math.fround : (value: number) => value;
  const given = inputs.map(valuesOf) as Numbers[];
  const read = (index: number) =>
    Array.from(broadcastOffsets(output.shape, inputs[index].shape), (offset) => {
      const value = given[index][offset];
      return inputs[index].dtype === 'float32' ? Math.fround(value) : value;
    });
  const { name } = definition;
  if (name === 'reshape') return Array.from(given[0]);
  if (name === 'broadcastTo') return read(0);
  // float16 would have to be rounded at every step.
  if (output.dtype !== 'float32' && output.dtype !== 'float64') return null;
  const binary = Object.hasOwn(BINARY, name) ? BINARY[name] : undefined;
  if (binary !== undefined) {
    const [a, b] = [read(0), read(1)];
    return a.map((value, index) => round(binary(value, b[index])));
  }
  const unary = Object.hasOwn(UNARY, name) ? UNARY[name] : undefined;
  return unary === undefined ? null : read(0).map((value) => round(unary(value)));
}

/** Replaces operations on constants by their values, where these are small and exactly what an engine would compute. */
export function foldConstants(program: Program): Program {
  return rewrite(program, ({ operation, inputs }) => {
    const [output] = operation.outputs;
    if (inputs.length === 0 || operation.outputs.length !== 1 || output.size > MOST_ELEMENTS) return null;
    // A constant repeated is kept as one value: broadcasting reads it as cheaply.
    if (operation.definition.name === 'broadcastTo' && output.size > inputs[0].size) return null;
    if (inputs.some((tensor) => valuesOf(tensor) === null)) return null;
    const values = compute(operation, inputs);
    return values === null ? null : [constant(values, output.shape, output.dtype)];
  });
}
