/** @file Momentum encoders: weights that follow others as an exponential moving average, as state of the program. */

import { add, mul, sub } from './ops/elementwise.js';
import { input, scalar } from './ops/source.js';
import type { StateVariable } from './program.js';
import { GraphError, type Tensor } from './tensor.js';

/** `average + (1 - momentum) (value - average)`. @param momentum number or scalar tensor */
export function followed(average: Tensor, value: Tensor, momentum: Tensor | number): Tensor {
  const share =
    typeof momentum === 'number' ? scalar(1 - momentum, average.dtype) : sub(scalar(1, average.dtype), momentum);
  return add(average, mul(sub(value, average), share));
}

/** The name under which a momentum encoder's weight is kept. */
export const momentumName = (name: string): string => `momentum.${name}`;

/** Gives each weight's momentum twin: an input of the program, to build the second encoder of. */
export function momentumTwin(name: string, weight: Tensor): Tensor {
  return input(momentumName(name), weight.shape, weight.dtype);
}

/**
 * The next values of a momentum encoder's weights (MoCo, He et al. 2020, equation 2; BYOL and DINO alike): each follows
 * the weight as it is after the optimiser's step.
 *
 * @param trained the optimiser's state, of which every weight in `twins` must be part
 * @param twins weight's name to momentum twin
 * @param momentum number, or scalar tensor where it follows a schedule
 */
export function momentumUpdate(
  trained: readonly StateVariable[],
  twins: ReadonlyMap<string, Tensor>,
  momentum: Tensor | number,
): StateVariable[] {
  const next = new Map(trained.map((variable) => [variable.name, variable.next]));
  return [...twins].map(([name, twin]) => {
    const value = next.get(name);
    if (value === undefined) throw new GraphError(`momentum weight ${name} follows no trained weight`);
    return { name: momentumName(name), current: twin, next: followed(twin, value, momentum) };
  });
}
