/**
 * @file ONNX operators that a provider lacks, spelled out in operators that it has. ONNX Runtime gives what a GPU provider
 * has no kernel for to the CPU, without a word: every such node copies its operands from the device and its result back.
 *
 * docs/ops.md says what remains on the CPU; tests/integration/webgpu-ops.test.ts measures it.
 */

import { type DType, type EmitOptions, type Shape, sizeOf } from './tensor.js';

export interface KnownType {
  readonly shape: Shape;
  /** Null where only the shape is known. */
  readonly dtype: DType | null;
}

/** What a spelling may use: the model as it is written. */
export interface Emission {
  readonly inputs: readonly string[];
  readonly options: EmitOptions;
  /** Type of a value where it is known: of every tensor of the graph, and of what `Reshape` makes of one. */
  typeOf(name: string): KnownType | undefined;
  /** Adds a node as it is. */
  emit(opType: string, inputs: string[], options?: EmitOptions): string;
  constant(values: ArrayLike<number>, shape: Shape, dtype: DType): string;
}

/** Emits the same values; null where it cannot, and the operator stays. */
export type Spelling = (emission: Emission) => string | null;
export type Spellings = Readonly<Record<string, Spelling>>;

/** `alpha op(A) op(B)` as a product of what was transposed and scaled before. */
const fusedMatMul: Spelling = ({ inputs, options: { attributes = {}, outputs }, typeOf, emit, constant }) => {
  const types = inputs.map(typeOf);
  const [a, b] = types;
  if (a === undefined || b === undefined) return null;
  const { alpha } = attributes;
  const factor = typeof alpha === 'object' && 'float' in alpha ? alpha.float : 1;
  const dtype = a.dtype ?? b.dtype;
  if (factor !== 1 && dtype === null) return null;
  const scaled = sizeOf(a.shape) <= sizeOf(b.shape) ? 0 : 1;
  const operand = (index: 0 | 1, transposed: boolean): string => {
    const axes = (index === 0 ? a : b).shape.map((_, axis) => axis);
    const perm = [...axes.slice(0, -2), axes[axes.length - 1], axes[axes.length - 2]];
    const turned = transposed ? emit('Transpose', [inputs[index]], { attributes: { perm } }) : inputs[index];
    return dtype !== null && factor !== 1 && scaled === index
      ? emit('Mul', [turned, constant([factor], [], dtype)])
      : turned;
  };
  const operands = [operand(0, attributes.transA === 1), operand(1, attributes.transB === 1)];
  return emit('MatMul', operands, outputs === undefined ? {} : { outputs });
};

/** Without overflow: the largest value is taken off first. */
const logSoftmax: Spelling = ({ inputs: [x], options: { outputs }, emit, constant }) => {
  const last = constant([-1], [1], 'int64');
  const shifted = emit('Sub', [x, emit('ReduceMax', [x, last], { attributes: { keepdims: 1 } })]);
  const sum = emit('ReduceSum', [emit('Exp', [shifted]), last], { attributes: { keepdims: 1 } });
  return emit('Sub', [shifted, emit('Log', [sum])], outputs === undefined ? {} : { outputs });
};

/** By De Morgan. */
const or: Spelling = ({ inputs: [a, b], options: { outputs }, emit }) =>
  emit('Not', [emit('And', [emit('Not', [a]), emit('Not', [b])])], outputs === undefined ? {} : { outputs });

/** For ONNX Runtime's WebGPU provider (1.30). */
export const WEBGPU_SPELLINGS: Spellings = { FusedMatMul: fusedMatMul, LogSoftmax: logSoftmax, Or: or };
