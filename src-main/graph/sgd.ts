/** @file Stochastic gradient descent with momentum, and LARS, as part of the program. */

import { add, div, greater, minimum, mul, reciprocal, scale, shift, sqrt, sub, where } from './ops/elementwise.js';
import { and } from './ops/logic.js';
import { sumSquares } from './ops/reduce.js';
import { reshape } from './ops/shape.js';
import { input, scalar } from './ops/source.js';
import { HYPERPARAMETERS, type OptimiserStep, type TrainedParameter } from './optimiser.js';
import type { StateVariable } from './program.js';
import { type FloatDType, GraphError, type Tensor } from './tensor.js';

/** Velocity of a parameter in a checkpoint. */
export const velocityOf = (name: string): string => `sgd.v.${name}`;

interface CommonOptions {
  momentum: number;
  /** L2 penalty, added to the gradient of the parameters that have `decay`. */
  weightDecay: number;
  /** Gradients are scaled so that their global Euclidean norm is at most this; null: never. */
  clipNorm: number | null;
}

export interface SgdOptions extends CommonOptions {
  /** Looks one step of momentum ahead (Nesterov 1983, as in torch.optim.SGD). */
  nesterov: boolean;
}

export const defaultSgd: SgdOptions = { momentum: 0.9, weightDecay: 1e-4, clipNorm: null, nesterov: false };

/** Value of the program's input `hyperparameters` [1]: the learning rate. */
export const sgdHyperparameters = (learningRate: number): Float64Array => Float64Array.of(learningRate);

/** Global norm of all gradients, and the factor that clips it. */
function clipping(
  parameters: readonly TrainedParameter[],
  clipNorm: number | null,
): { gradientNorm: Tensor; clip: Tensor | null } {
  const gradientNorm = sqrt(
    parameters.map(({ gradient }) => sumSquares(gradient, null)).reduce((total, term) => add(total, term)),
  );
  if (clipNorm === null) return { gradientNorm, clip: null };
  const one = scalar(1, gradientNorm.dtype);
  return { gradientNorm, clip: minimum(one, scale(reciprocal(shift(gradientNorm, 1e-6)), clipNorm)) };
}

type Update = (
  parameter: TrainedParameter,
  gradient: Tensor,
  velocity: Tensor,
  rate: Tensor,
) => {
  next: Tensor;
  nextVelocity: Tensor;
};

function descend(parameters: readonly TrainedParameter[], options: CommonOptions, update: Update): OptimiserStep {
  if (parameters.length === 0) throw new GraphError('an optimiser was given no parameters');
  const dtype = parameters[0].tensor.dtype as FloatDType;
  const hyper = input(HYPERPARAMETERS, [1], dtype);
  const rate = reshape(hyper, []);
  const rates = new Map<number, Tensor>();
  const { gradientNorm, clip } = clipping(parameters, options.clipNorm);
  const state: StateVariable[] = [];
  for (const parameter of parameters) {
    const { name, tensor, rateFactor, decay } = parameter;
    const own = rates.get(rateFactor) ?? (rateFactor === 1 ? rate : scale(rate, rateFactor));
    rates.set(rateFactor, own);
    const clipped = clip === null ? parameter.gradient : mul(parameter.gradient, clip);
    const penalised = decay && options.weightDecay > 0 ? add(clipped, scale(tensor, options.weightDecay)) : clipped;
    const velocity = input(velocityOf(name), tensor.shape, dtype);
    const { next, nextVelocity } = update(parameter, penalised, velocity, own);
    state.push({ name, current: tensor, next });
    state.push({ name: velocityOf(name), current: velocity, next: nextVelocity });
  }
  return { input: hyper, state, gradientNorm };
}

/**
 * One step of SGD over all parameters, as torch.optim.SGD without dampening: v = momentum v + g, w = w - rate v (with
 * `nesterov`: w - rate (g + momentum v)).
 */
export function sgd(parameters: readonly TrainedParameter[], options: SgdOptions = defaultSgd): OptimiserStep {
  return descend(parameters, options, ({ tensor }, gradient, velocity, rate) => {
    const nextVelocity = add(scale(velocity, options.momentum), gradient);
    const direction = options.nesterov ? add(gradient, scale(nextVelocity, options.momentum)) : nextVelocity;
    return { next: sub(tensor, mul(direction, rate)), nextVelocity };
  });
}

export interface LarsOptions extends CommonOptions {
  /** How long a step may be, in units of the weight's own length. */
  trust: number;
}

export const defaultLars: LarsOptions = { momentum: 0.9, weightDecay: 1e-6, clipNorm: null, trust: 0.001 };

/**
 * One step of LARS over all parameters (You et al. 2017, algorithm 1, with the norms as SimCLR takes them): each
 * matrix has a rate of its own, trust |w| / |g|, where g includes the weight decay. Parameters without `decay` (biases,
 * norms, tokens) are left to plain momentum. The rate is part of the velocity: v = momentum v + rate local g, w = w - v.
 */
export function lars(parameters: readonly TrainedParameter[], options: LarsOptions = defaultLars): OptimiserStep {
  return descend(parameters, options, ({ tensor, decay }, gradient, velocity, rate) => {
    const ownRate = decay ? mul(rate, localRate(tensor, gradient, options.trust)) : rate;
    const nextVelocity = add(scale(velocity, options.momentum), mul(gradient, ownRate));
    return { next: sub(tensor, nextVelocity), nextVelocity };
  });
}

/** trust |w| / |g|; 1 where either is 0. Scalar. */
function localRate(weight: Tensor, gradient: Tensor, trust: number): Tensor {
  const [one, zero] = [scalar(1, weight.dtype), scalar(0, weight.dtype)];
  const [length, gradientLength] = [weight, gradient].map((tensor) => sqrt(sumSquares(tensor, null)));
  const both = and(greater(length, zero), greater(gradientLength, zero));
  return where(both, scale(div(length, where(both, gradientLength, one)), trust), one);
}
