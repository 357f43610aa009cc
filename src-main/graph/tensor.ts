/**
 * @file Symbolic tensors and the operations that make them. A graph has no container: it is what can be reached from
 * its outputs. Shapes are static, so every mistake in a model is found while it is built, not while it runs.
 */

import type { Tf, TfTensor } from './tfjs.js';

export type DType = 'float16' | 'float32' | 'float64' | 'int32' | 'int64' | 'bool';
export type FloatDType = 'float16' | 'float32' | 'float64';
export type Shape = readonly number[];

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Attribute values are plain data: they take part in a program's digest and can be compared. */
export type AttributeValue = number | string | boolean | readonly number[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** A model that cannot be built: shapes or element types that do not fit. The message names the op and the shapes. */
export class GraphError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GraphError';
  }
}

/** Emits ONNX nodes for one operation; see `onnx.ts`. */
export interface Lowering {
  /** Name of the ONNX value that holds input `index` of the operation. */
  input(index: number): string;
  /** Name of the ONNX value that output `index` must be written to. */
  output(index: number): string;
  /** True where output `index` is used by anything. */
  used(index: number): boolean;
  /** Adds a node; without `outputs` it makes one new value. Returns the name of the first output. */
  emit(opType: string, inputs: string[], options?: EmitOptions): string;
  /** A constant of the graph; equal constants are stored once. */
  constant(values: ArrayLike<number>, shape: Shape, dtype: DType): string;
  /** The processor whose kernels will run the model; null where it is not known, and for every other device. */
  readonly processor: Processor | null;
}

/** What a lowering may know of ONNX Runtime's kernels on one processor. */
export interface Processor {
  /** Channels side by side in the blocked layout (NCHWc) of its convolutions; null: not used. */
  readonly channelBlock: number | null;
}

export interface EmitOptions {
  attributes?: Record<string, number | readonly number[] | string | { float: number }>;
  outputs?: string[];
  /** '' is the ONNX standard, the others are ONNX Runtime's own fused operators and its blocked layout. */
  domain?: '' | 'com.microsoft' | 'com.microsoft.nchwc';
}

/** Everything there is to know about one op, in one place. */
export interface OpDefinition<A extends Attributes = Attributes> {
  readonly name: string;
  /** The shape rule. @throws GraphError where the inputs do not fit. */
  infer(inputs: readonly Tensor[], attributes: A): TensorType[];
  /**
   * The gradient rule: the gradient of a scalar with respect to each input, given those of the outputs (null: none).
   * Null in the result means that no gradient flows to that input. Absent: the op has no gradient (indices, masks).
   */
  gradient?(operation: Operation<A>, outputGradients: readonly (Tensor | null)[]): (Tensor | null)[];
  /** The lowering to ONNX. */
  lower(operation: Operation<A>, lowering: Lowering): void;
  /**
   * The op in TensorFlow.js: one value for each output, in order, from one for each input. To add one, write it with
   * `tf.` functions that TensorFlow.js can differentiate wherever there is a choice; nothing needs to be freed, since
   * all but the results goes when it returns; an input may be returned as it is. `int64` values arrive as `int32`;
   * `float64` never arrives. tests/unit/engine/tfjs-kernels.test.ts compares every case of
   * tests/unit/graph/support/op-cases.ts with ONNX Runtime, values and gradients: an op with a case there is proven.
   * Absent: TensorFlow.js cannot run programs with this op.
   */
  evaluate?(operation: Operation<A>, inputs: readonly TfTensor[], tf: Tf): TfTensor[];
}

/** One use of an op. */
export class Operation<A extends Attributes = Attributes> {
  readonly outputs: readonly Tensor[];

  constructor(
    readonly definition: OpDefinition<A>,
    readonly inputs: readonly Tensor[],
    readonly attributes: A,
    /** Values of a constant; null for every other op. */
    readonly values: ArrayLike<number> | null = null,
  ) {
    const types = definition.infer(inputs, attributes);
    this.outputs = types.map((type, index) => new Tensor(this, index, type.shape, type.dtype));
  }
}

/** One value of a graph: output `index` of `operation`. */
export class Tensor implements TensorType {
  constructor(
    readonly operation: Operation,
    readonly index: number,
    readonly shape: Shape,
    readonly dtype: DType,
  ) {}

  get rank(): number {
    return this.shape.length;
  }

  get size(): number {
    return sizeOf(this.shape);
  }
}

/** Makes an operation; `apply` for ops with one output. */
export function applyAll<A extends Attributes>(
  definition: OpDefinition<A>,
  inputs: readonly Tensor[],
  attributes: A,
): readonly Tensor[] {
  return new Operation(definition, inputs, attributes).outputs;
}

export function apply<A extends Attributes>(
  definition: OpDefinition<A>,
  inputs: readonly Tensor[],
  attributes: A,
): Tensor {
  return applyAll(definition, inputs, attributes)[0];
}

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Bytes of a tensor's values. */
export function bytesOfType(shape: Shape, dtype: DType): number {
  const width: Record<DType, number> = { float16: 2, float32: 4, float64: 8, int32: 4, int64: 8, bool: 1 };
  return sizeOf(shape) * width[dtype];
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** -1 is the last axis, as in NumPy. @throws GraphError where the axis does not exist. */
export function normaliseAxis(axis: number, rank: number): number {
  const result = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || result < 0 || result >= rank) {
    throw new GraphError(`axis ${axis} does not exist in a tensor of rank ${rank}`);
  }
  return result;
}

export function typeName(tensor: TensorType): string {
  return `${tensor.dtype}[${tensor.shape.join(', ')}]`;
}

/** Element type of a value of type `dtype` in TensorFlow.js, which has no int64 and no float64. */
export function tfDType(dtype: DType): 'float32' | 'int32' | 'bool' {
  switch (dtype) {
    case 'float16':
    case 'float32':
    case 'float64':
      return 'float32';
    case 'int32':
    case 'int64':
      return 'int32';
    case 'bool':
      return 'bool';
  }
}

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'float16' || dtype === 'float32' || dtype === 'float64';
}

/** @throws GraphError where the inputs are not all of one element type (and, if asked, a floating one). */
export function requireSameDType(op: string, inputs: readonly Tensor[], floating = false): DType {
  const dtype = inputs[0].dtype;
  if (inputs.some((input) => input.dtype !== dtype) || (floating && !isFloat(dtype))) {
    throw new GraphError(
      `${op} needs ${floating ? 'floating-point ' : ''}inputs of one element type, got ${inputs.map(typeName).join(' and ')}`,
    );
  }
  return dtype;
}
