/** @file Where values come from: inputs of a program and constants. Neither has a gradient rule: nothing lies behind. */

import {
  type DType,
  GraphError,
  type OpDefinition,
  Operation,
  type Shape,
  sizeOf,
  type Tensor,
  tfDType,
} from '../tensor.js';

type InputAttributes = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
};

export const inputOp: OpDefinition<InputAttributes> = {
  name: 'input',
  infer: (_inputs, { shape, dtype }) => [{ shape, dtype }],
  lower: () => undefined,
};

/** A value that is given at each run: a batch, a parameter, optimiser state. Names are unique in a program. */
export function input(name: string, shape: Shape, dtype: DType): Tensor {
  if (shape.some((length) => !Number.isInteger(length) || length < 0)) {
    throw new GraphError(`input ${name} has an impossible shape [${shape.join(', ')}]`);
  }
  return new Operation(inputOp, [], { name, shape: [...shape], dtype }).outputs[0];
}

type ConstantAttributes = {
  readonly shape: readonly number[];
  readonly dtype: DType;
};

export const constantOp: OpDefinition<ConstantAttributes> = {
  name: 'constant',
  infer: (_inputs, { shape, dtype }) => [{ shape, dtype }],
  lower: () => undefined,
  evaluate: ({ values, attributes: { shape, dtype } }, _inputs, tf) => [
    tf.tensor(Array.from(values ?? []), [...shape], tfDType(dtype)),
  ],
};

/** A value that is part of the program. */
export function constant(values: ArrayLike<number>, shape: Shape, dtype: DType): Tensor {
  if (values.length !== sizeOf(shape)) {
    throw new GraphError(`a constant of shape [${shape.join(', ')}] was given ${values.length} values`);
  }
  return new Operation(constantOp, [], { shape: [...shape], dtype }, values).outputs[0];
}

/** A constant of rank 0. */
export function scalar(value: number, dtype: DType): Tensor {
  return constant([value], [], dtype);
}

/** This file’s part of the op table. */
export const sourceOps: readonly OpDefinition[] = [inputOp, constantOp];
