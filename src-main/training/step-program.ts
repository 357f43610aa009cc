/** @file Builds whole training steps: forward, backward, clipping, AdamW, as one program. */

import { accumulateGradients } from '../graph/accumulate.js';
import { inBlocks, type LossGraph } from '../graph/blocks.js';
import { gradients } from '../graph/gradient.js';
import { INITIAL_SCALE, LOSS_SCALE, lossScale } from '../graph/loss-scale.js';
import { type AdamWOptions, adamW, type OptimiserStep, type TrainedParameter } from '../graph/optimiser.js';
import { mixedPrecision } from '../graph/passes/mixed-precision.js';
import { type Program, program } from '../graph/program.js';
import { type FloatDType, sizeOf } from '../graph/tensor.js';
import { initialValues, type Parameter, ParameterScope } from '../nn/parameters.js';
import type { VitConfig } from '../nn/vit.js';
import type { PretextTask } from '../ssl/pretext.js';

export interface TrainingStep {
  readonly program: Program;
  readonly parameters: readonly Parameter[];
}

export interface StepOptions {
  /** Factor on the learning rate of each parameter; 0: it is not trained. */
  rateFactor?: (parameter: Parameter) => number;
  /** Whether a batch is read in parts, as `accumulateGradients` has it. */
  accumulate?: boolean;
  /** Another optimiser than AdamW with the given options. */
  optimise?: (parameters: readonly TrainedParameter[]) => OptimiserStep;
  /** The loss is given over this share of the batch, which is computed in so many blocks. 1 where absent. */
  blocks?: number;
  /** Whether matrix products and convolutions are in half precision, under a scaled loss. Float32 programs only. */
  mixed?: boolean;
}

/**
 * The training step of a loss: outputs `loss`, `gradientNorm` and the monitors; state are parameters, moments and
 * running statistics.
 */
export function trainingStep(
  name: string,
  parameters: readonly Parameter[],
  graph: LossGraph,
  options: AdamWOptions,
  {
    rateFactor = () => 1,
    accumulate = false,
    blocks = 1,
    optimise = (parts) => adamW(parts, options),
    mixed = false,
  }: StepOptions = {},
): TrainingStep {
  const trained = parameters.filter((parameter) => parameter.trainable && rateFactor(parameter) > 0);
  const sources = trained.map((parameter) => parameter.tensor);
  const scaling = mixed ? lossScale() : null;
  const scaled = scaling === null ? graph : { ...graph, loss: scaling.scaled(graph.loss) };
  const whole =
    blocks > 1 ? inBlocks(scaled, sources, blocks) : { ...scaled, gradients: gradients(scaled.loss, sources) };
  const withGradients = trained.map((parameter, index) => ({
    name: parameter.name,
    tensor: parameter.tensor,
    gradient: scaling === null ? whole.gradients[index] : scaling.unscaled(whole.gradients[index]),
    decay: parameter.decay,
    rateFactor: rateFactor(parameter),
  }));
  const move = scaling === null ? optimise : scaling.guarded(optimise);
  const { inputs, state, gradientNorm } = accumulate
    ? accumulateGradients(withGradients, move)
    : singleStep(move(withGradients));
  // Running statistics move with every part of a batch that is read, as in PyTorch.
  const running = parameters.flatMap(({ name: variable, tensor, next }) =>
    next === undefined ? [] : [{ name: variable, current: tensor, next }],
  );
  const held = parameters.filter((parameter) => !trained.includes(parameter) && parameter.next === undefined);
  const loss = scaling === null ? whole.loss : scaling.unscaled(whole.loss);
  const step = program(name, {
    inputs: [...whole.inputs, ...inputs],
    state: [...state, ...running],
    frozen: held.map((parameter) => parameter.tensor),
    outputs: { loss, gradientNorm, ...whole.monitors, ...(scaling === null ? {} : { lossScale: scaling.current }) },
  });
  return { parameters, program: scaling === null ? step : mixedPrecision(step) };
}

const singleStep = ({ input, ...step }: OptimiserStep) => ({ ...step, inputs: [input] });

/** The training step of a pretext task. */
export function pretextStep(
  task: PretextTask,
  config: VitConfig,
  batch: number,
  options: AdamWOptions,
  dtype: FloatDType = 'float32',
  stepOptions: StepOptions = {},
): TrainingStep {
  const scope = ParameterScope.root(dtype);
  const graph = task.build(scope, config, batch / (stepOptions.blocks ?? 1));
  return trainingStep(`pretext_${task.method}`, scope.parameters, graph, options, stepOptions);
}

/** Initial parameters by name and zero moments of those that are trained. */
export function initialState(step: TrainingStep, seed: number): Map<string, Float32Array> {
  const values = initialValues(step.parameters, seed);
  for (const { name, current } of step.program.state) {
    if (values.has(name)) continue;
    values.set(name, new Float32Array(sizeOf(current.shape)).fill(name === LOSS_SCALE ? INITIAL_SCALE : 0));
  }
  return values;
}
