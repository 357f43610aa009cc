/** @file What every engine offers: a program made ready on a device, with its state. */

import { PretextError } from '../base/errors.js';
import type { Program } from '../graph/program.js';
import { type DType, sizeOf, type Tensor, typeName } from '../graph/tensor.js';
import type { TfjsProvider } from './tfjs.js';

/** Execution providers of ONNX Runtime that Pretext uses. */
export type OrtProvider = 'cpu' | 'webgpu' | 'dml' | 'cuda' | 'coreml';
/** What `--device` names: a provider of ONNX Runtime, or TensorFlow.js. */
export type Provider = OrtProvider | TfjsProvider;

/** Values of a tensor; float16 as raw bits. */
export type TensorData = Uint16Array | Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** A compiled program with its state. One run at a time. */
export interface ProgramRunner {
  readonly program: Program;
  /** What computes, for people: `onnxruntime`, `tfjs`, or `native` and the instructions that it uses. */
  readonly engine: string;
  /** Milliseconds that it took to make the program ready. */
  readonly compileMs: number;
  /**
   * Kernels of one run: nodes of the ONNX model, before ONNX Runtime fuses them, operations of TensorFlow.js, or kernel
   * calls of the native engine.
   */
  readonly nodeCount: number;
  /** Sets state variables and frozen inputs by name; names that the program does not have are ignored. */
  setValues(values: ReadonlyMap<string, TensorData>): void;
  /**
   * A copy of the current values of the state variables and of the frozen inputs, of those alone whose name `wanted`
   * takes.
   *
   * @throws PretextError `device` where the device fails.
   */
  getState(wanted?: (name: string) => boolean): Promise<Map<string, TensorData>>;
  /**
   * Runs the program once on a batch and replaces its state.
   *
   * @param inputs one array for each of the program's inputs, by name
   * @returns the program's outputs by name
   * @throws PretextError `internal` on wrong inputs, `device` where the device fails
   */
  run(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>>;
  /** Frees the device's memory. */
  release(): Promise<void>;
}

/** An array that can hold a tensor's values. */
export function allocate(dtype: DType, length: number): TensorData {
  switch (dtype) {
    case 'float16':
      return new Uint16Array(length);
    case 'float32':
      return new Float32Array(length);
    case 'float64':
      return new Float64Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'int64':
      return new BigInt64Array(length);
    case 'bool':
      return new Uint8Array(length);
  }
}

/** @throws PretextError `internal` where an array is not of a tensor's element type and size. */
export function requireFit(name: string, tensor: Tensor, data: TensorData): void {
  const expected = allocate(tensor.dtype, 0).constructor;
  if (data.constructor !== expected || data.length !== sizeOf(tensor.shape)) {
    throw new PretextError({
      code: 'internal',
      message: `Input ${name} wants ${typeName(tensor)} and was given ${data.constructor.name} of ${data.length} values.`,
    });
  }
}

/**
 * Whole numbers of 64 bits for an engine that has 32.
 *
 * @throws PretextError `device` where one does not fit
 */
export function narrowed(engine: string, name: string, data: BigInt64Array): Int32Array {
  return Int32Array.from(data as ArrayLike<unknown> as ArrayLike<bigint>, (value) => {
    const number = Number(value);
    if (number !== (number | 0)) {
      throw new PretextError({
        code: 'device',
        message: `Input ${name} holds ${value}, which ${engine} cannot hold: its whole numbers have 32 bits.`,
        remedy: 'Choose another device; pretext devices lists them.',
      });
    }
    return number;
  });
}

/** What to do after a device failed in the middle of a run. */
export const RESUME_ELSEWHERE = 'Resume the run from its last checkpoint, on another device or with a smaller batch.';

/** Words with which ONNX Runtime, TensorFlow and V8 say that memory has run out. */
const OUT_OF_MEMORY =
  /failed to allocate|bad_alloc|out of memory|out_?of_?memory|cannot allocate memory|allocation failed|resource ?exhausted|oom when allocating/i;

/** Whether a failure, or the last words of a process, tell that memory has run out. */
export function saysOutOfMemory(text: string): boolean {
  return OUT_OF_MEMORY.test(text);
}

/** The error of an engine that failed while it did `what`; `out-of-memory` where it says so, else `device`. */
export function engineError(what: string, error: unknown, remedy: string): PretextError {
  const reason = error instanceof Error ? error.message : String(error);
  return saysOutOfMemory(reason)
    ? new PretextError({
        code: 'out-of-memory',
        message: `The memory ran out while ${what}.`,
        remedy: 'Close other programs, or choose a smaller batch, image size or encoder.',
        cause: error,
      })
    : new PretextError({ code: 'device', message: `The device failed while ${what}: ${reason}`, remedy, cause: error });
}
