/** @file AdamW, clipping by global norm and exponential moving averages, as part of the program. */

import { add, div, minimum, mul, reciprocal, scale, shift, sqrt, square, sub } from './ops/elementwise.js';
import { sumSquares } from './ops/reduce.js';
import { reshape, slice } from './ops/shape.js';
import { input, scalar } from './ops/source.js';
import { pack, SMALL_ELEMENTS, unpack } from './pack.js';
import type { StateVariable } from './program.js';
import type { FloatDType, Tensor } from './tensor.js';

export interface AdamWOptions {
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Decoupled weight decay (Loshchilov and Hutter 2019) of the parameters that have `decay`. */
  weightDecay: number;
  /** Gradients are scaled so that their global Euclidean norm is at most this; null: never. */
  clipNorm: number | null;
}

export const defaultAdamW: AdamWOptions = {
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.05,
  clipNorm: 1,
};

export interface TrainedParameter {
  readonly name: string;
  readonly tensor: Tensor;
  readonly gradient: Tensor;
  /** Whether weight decay applies: matrices yes; biases, norms and tokens no. */
  readonly decay: boolean;
  /** Factor on the learning rate (layer-wise decay). */
  readonly rateFactor: number;
}

/** Name of the program's input that `hyperparameters` fills. */
export const HYPERPARAMETERS = 'hyperparameters';

/** First and second moment of a parameter in a checkpoint. */
export const firstMoment = (name: string): string => `adam.m.${name}`;
export const secondMoment = (name: string): string => `adam.v.${name}`;

/**
 * Values of the input `hyperparameters` [3] for one step: learning rate; bias-corrected step size per unit of learning
 * rate; epsilon in the scale of the stored second moment.
 *
 * The moments are stored without the factors (1 - beta), which saves two passes over every parameter; both factors
 * and Adam's bias correction (Kingma and Ba 2015, section 3) are folded into these numbers.
 *
 * @param step counted from 1
 */
export function hyperparameters(step: number, learningRate: number, options: AdamWOptions): Float64Array {
  const first = (1 - options.beta1) / (1 - options.beta1 ** step);
  const second = Math.sqrt((1 - options.beta2) / (1 - options.beta2 ** step));
  return Float64Array.of(learningRate, first / second, options.epsilon / second);
}

export interface OptimiserStep {
  /** Fed with `hyperparameters(...)`. */
  readonly input: Tensor;
  readonly state: StateVariable[];
  /** Global norm of the gradients before clipping; scalar. */
  readonly gradientNorm: Tensor;
}

/** Tensors that one chain of operations updates: a large parameter, or all small ones of one kind as one vector. */
interface UpdateGroup {
  readonly members: readonly TrainedParameter[];
  readonly decay: boolean;
  readonly rateFactor: number;
  readonly gradient: Tensor;
}

function updateGroups(parameters: readonly TrainedParameter[]): UpdateGroup[] {
  const kinds = new Map<string, TrainedParameter[]>();
  parameters.forEach((parameter, index) => {
    const { tensor, decay, rateFactor } = parameter;
    const key = tensor.size < SMALL_ELEMENTS ? `small ${decay} ${rateFactor}` : `large ${index}`;
    const members = kinds.get(key);
    if (members === undefined) kinds.set(key, [parameter]);
    else members.push(parameter);
  });
  return [...kinds.values()].map((members) => {
    const [{ decay, rateFactor }] = members;
    return { members, decay, rateFactor, gradient: joined(members.map(({ gradient }) => gradient)) };
  });
}

const joined = (tensors: readonly Tensor[]): Tensor => (tensors.length === 1 ? tensors[0] : pack(tensors));
const separate = (tensor: Tensor, members: readonly TrainedParameter[]): Tensor[] =>
  members.length === 1
    ? [tensor]
    : unpack(
        tensor,
        members.map((member) => member.tensor),
      );

/** One AdamW step over all parameters. */
export function adamW(parameters: readonly TrainedParameter[], options: AdamWOptions): OptimiserStep {
  const dtype = parameters[0].tensor.dtype as FloatDType;
  const hyper = input(HYPERPARAMETERS, [3], dtype);
  const [rate, correction, epsilon] = [0, 1, 2].map((index) => reshape(slice(hyper, 0, index, index + 1), []));

  const groups = updateGroups(parameters);
  const squaredNorm = groups
    .map(({ gradient }) => sumSquares(gradient, null))
    .reduce((total, term) => add(total, term));
  const gradientNorm = sqrt(squaredNorm);
  const clip =
    options.clipNorm === null
      ? null
      : minimum(scalar(1, dtype), scale(reciprocal(shift(gradientNorm, 1e-6)), options.clipNorm));

  // One scalar chain for each distinct learning rate, not one for each parameter.
  const rates = new Map<number, { stepSize: Tensor; keep: Tensor }>();
  const ratesOf = (factor: number) => {
    let entry = rates.get(factor);
    if (entry === undefined) {
      const own = scale(rate, factor);
      entry = { stepSize: mul(own, correction), keep: shift(scale(own, -options.weightDecay), 1) };
      rates.set(factor, entry);
    }
    return entry;
  };

  const variables = new Map<string, StateVariable[]>();
  for (const { members, decay, rateFactor, gradient } of groups) {
    const { stepSize, keep } = ratesOf(rateFactor);
    const ms = members.map(({ name, tensor }) => input(firstMoment(name), tensor.shape, dtype));
    const vs = members.map(({ name, tensor }) => input(secondMoment(name), tensor.shape, dtype));
    const [tensor, m, v] = [members.map((member) => member.tensor), ms, vs].map(joined);
    const clipped = clip === null ? gradient : mul(gradient, clip);
    const nextM = add(scale(m, options.beta1), clipped);
    const nextV = add(scale(v, options.beta2), square(clipped));
    const update = mul(div(nextM, add(sqrt(nextV), epsilon)), stepSize);
    const kept = decay && options.weightDecay > 0 ? mul(tensor, keep) : tensor;
    const [next, toM, toV] = [sub(kept, update), nextM, nextV].map((result) => separate(result, members));
    members.forEach(({ name, tensor: current }, index) => {
      variables.set(name, [
        { name, current, next: next[index] },
        { name: firstMoment(name), current: ms[index], next: toM[index] },
        { name: secondMoment(name), current: vs[index], next: toV[index] },
      ]);
    });
  }
  // In the order of the parameters, however they were grouped.
  const state = parameters.flatMap(({ name }) => variables.get(name) ?? []);
  return { input: hyper, state, gradientNorm };
}

/** Exponential moving average `decay * average + (1 - decay) * value`. */
export function movingAverage(average: Tensor, value: Tensor, decay: number): Tensor {
  return add(scale(average, decay), scale(value, 1 - decay));
}
