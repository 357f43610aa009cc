/**
 * @file Gradient accumulation: a batch that does not fit is read in parts, and the optimiser moves once for all of them.
 * One program with a flag does both, since a second program would hold every parameter a second time; what the flag
 * costs is one pass over the state, and only batches that do not fit pay it.
 */

import { add, greater, mul, where } from './ops/elementwise.js';
import { reshape, slice, zeros } from './ops/shape.js';
import { input, scalar } from './ops/source.js';
import type { OptimiserStep, TrainedParameter } from './optimiser.js';
import type { StateVariable } from './program.js';
import type { FloatDType, Tensor } from './tensor.js';

/** Name of the program's input that `accumulation` fills. */
export const ACCUMULATION = 'accumulation';

/** The gradient of a parameter that was gathered so far, as a state variable. */
export const gathered = (name: string): string => `gathered.${name}`;

/** Whether a state variable holds a gathered gradient: it is zero between steps. */
export const isGathered = (name: string): boolean => name.startsWith('gathered.');

/** Values of the input `accumulation` [2] for part `index` of `parts`: its share of the batch, and whether it is the last. */
export function accumulation(index: number, parts: number): Float32Array {
  return Float32Array.of(1 / parts, index === parts - 1 ? 1 : 0);
}

export interface AccumulatingStep extends Omit<OptimiserStep, 'input'> {
  /** The optimiser's input, and `accumulation`. */
  readonly inputs: readonly Tensor[];
}

/**
 * An optimiser's step over the mean gradient of several parts of a batch. Of a loss that is a mean over images this is
 * the gradient of the whole batch; one that compares the images of a batch sees those of each part.
 *
 * @param optimise makes the step from parameters with their gradients
 */
export function accumulateGradients(
  parameters: readonly TrainedParameter[],
  optimise: (parameters: readonly TrainedParameter[]) => OptimiserStep,
): AccumulatingStep {
  const dtype = parameters[0].tensor.dtype as FloatDType;
  const control = input(ACCUMULATION, [2], dtype);
  const share = reshape(slice(control, 0, 0, 1), []);
  const last = greater(reshape(slice(control, 0, 1, 2), []), scalar(0.5, dtype));

  const totals = parameters.map(({ name, tensor, gradient }) => {
    const held = input(gathered(name), tensor.shape, dtype);
    return { held, total: add(held, mul(gradient, share)) };
  });
  const step = optimise(parameters.map((parameter, index) => ({ ...parameter, gradient: totals[index].total })));
  const state: StateVariable[] = step.state.map((variable) => ({
    ...variable,
    next: where(last, variable.next, variable.current),
  }));
  for (const [index, { name }] of parameters.entries()) {
    const { held, total } = totals[index];
    state.push({ name: gathered(name), current: held, next: where(last, zeros(total), total) });
  }
  return { inputs: [step.input, control], state, gradientNorm: step.gradientNorm };
}
