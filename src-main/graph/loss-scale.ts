/**
 * @file Dynamic loss scaling (Micikevicius et al. 2018, section 3.2): gradients are computed of a multiple of the loss,
 * so that small ones survive half precision. A step whose gradients are no numbers changes nothing but the multiple,
 * which is halved; after a long time without one it is doubled. The multiple is state of the program, so that a
 * resumed run goes on with it.
 */

import { less, maximum, minimum, mul, reciprocal, scale, shift, where } from './ops/elementwise.js';
import { input, scalar } from './ops/source.js';
import type { OptimiserStep, TrainedParameter } from './optimiser.js';
import type { StateVariable } from './program.js';
import type { Tensor } from './tensor.js';

export const LOSS_SCALE = 'loss.scale';
export const STEADY_STEPS = 'loss.steadySteps';

/** Where the multiple starts (as PyTorch's GradScaler), its bounds, and the steps after which it is doubled. */
export const INITIAL_SCALE = 65536;
const LARGEST_SCALE = 2 ** 24;
export const GROWTH_STEPS = 2000;
/** A norm above this, or that is no number, tells of an overflow. */
const LARGEST_NORM = 1e30;

export interface LossScale {
  /** The loss to differentiate. @param loss scalar, float32 */
  scaled(loss: Tensor): Tensor;
  /** The gradient of the loss itself. */
  unscaled(gradient: Tensor): Tensor;
  /** An optimiser that leaves out steps whose gradients are no numbers. */
  guarded(
    optimise: (parameters: readonly TrainedParameter[]) => OptimiserStep,
  ): (parameters: readonly TrainedParameter[]) => OptimiserStep;
  /** The multiple that this step used; scalar. */
  readonly current: Tensor;
}

/** Loss scaling for one program. */
export function lossScale(): LossScale {
  const current = input(LOSS_SCALE, [], 'float32');
  const steady = input(STEADY_STEPS, [], 'float32');
  const inverse = reciprocal(current);
  return {
    current,
    scaled: (loss) => mul(loss, current),
    unscaled: (gradient) => mul(gradient, inverse),
    guarded: (optimise) => (parameters) => {
      const step = optimise(parameters);
      // Of what is no number every comparison is false.
      const sound = less(step.gradientNorm, scalar(LARGEST_NORM, 'float32'));
      const longer = shift(steady, 1);
      const grows = less(scalar(GROWTH_STEPS - 0.5, 'float32'), longer);
      const grown = minimum(scale(current, 2), scalar(LARGEST_SCALE, 'float32'));
      const shrunk = maximum(scale(current, 0.5), scalar(1, 'float32'));
      const nothing = scalar(0, 'float32');
      const state: StateVariable[] = step.state.map((variable) => ({
        ...variable,
        next: where(sound, variable.next, variable.current),
      }));
      state.push({ name: LOSS_SCALE, current, next: where(sound, where(grows, grown, current), shrunk) });
      state.push({ name: STEADY_STEPS, current: steady, next: where(sound, where(grows, nothing, longer), nothing) });
      return { ...step, state };
    },
  };
}
