/** @file Runs graphs on ONNX Runtime's CPU provider, for tests. */

import { allocate, ProgramSession, type TensorData } from '../../src-main/engine/session.js';
import { gradients } from '../../src-main/graph/gradient.js';
import { inputName, program } from '../../src-main/graph/program.js';
import { type DType, sizeOf, type Tensor } from '../../src-main/graph/tensor.js';

export type Values = Record<string, ArrayLike<number>>;

/** An array of a tensor's element type. */
export function dataOf(dtype: DType, values: ArrayLike<number>): TensorData {
  const data = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    if (data instanceof BigInt64Array) data[i] = BigInt(values[i]);
    else data[i] = values[i];
  }
  return data;
}

/** Values of several tensors, given those of the inputs that they depend on. */
export async function evaluate(
  inputs: readonly Tensor[],
  outputs: Record<string, Tensor>,
  values: Values,
): Promise<Record<string, Float64Array>> {
  const compiled = await ProgramSession.create(program('test', { inputs, outputs }), { provider: 'cpu', threads: 1 });
  const feeds = Object.fromEntries(
    inputs.map((tensor) => [inputName(tensor), dataOf(tensor.dtype, values[inputName(tensor)])]),
  );
  const results = await compiled.run(feeds);
  await compiled.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, data]) => [
      name,
      Float64Array.from(data as ArrayLike<number> & Iterable<number>, Number),
    ]),
  );
}

/**
 * Compares the gradients of a float64 scalar with central differences (f(x + h) - f(x - h)) / 2h, whose error is of
 * the order of h^2 and rounding / h: with h = 1e-5 about 1e-9 for values near 1.
 *
 * @returns the largest difference, relative to 1 + the largest gradient
 */
export async function gradientError(
  inputs: readonly Tensor[],
  sources: readonly Tensor[],
  loss: Tensor,
  values: Values,
  h = 1e-5,
): Promise<number> {
  const compile = (outputs: Record<string, Tensor>) =>
    ProgramSession.create(program('test', { inputs, outputs }), { provider: 'cpu', threads: 1 });
  const names = sources.map(inputName);
  const toSources = gradients(loss, sources);
  const backward = await compile(Object.fromEntries(names.map((name, index) => [name, toSources[index]])));
  const forward = await compile({ loss });
  const feeds = Object.fromEntries(
    inputs.map((tensor) => [inputName(tensor), dataOf(tensor.dtype, values[inputName(tensor)])]),
  );
  const computed = await backward.run(feeds);
  let worst = 0;
  for (const [index, source] of sources.entries()) {
    const name = names[index];
    const data = feeds[name] as Float64Array;
    const gradient = computed[name] as Float64Array;
    let largest = 0;
    for (let i = 0; i < sizeOf(source.shape); i++) {
      const kept = data[i];
      data[i] = kept + h;
      const above = Number((await forward.run(feeds)).loss[0]);
      data[i] = kept - h;
      const below = Number((await forward.run(feeds)).loss[0]);
      data[i] = kept;
      largest = Math.max(largest, Math.abs(gradient[i]));
      worst = Math.max(worst, Math.abs(gradient[i] - (above - below) / (2 * h)) / (1 + largest));
    }
  }
  await Promise.all([forward.release(), backward.release()]);
  return worst;
}

/** Largest absolute difference of two arrays of one length. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]));
  return worst;
}
