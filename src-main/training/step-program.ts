/** @file Builds whole training steps: forward, backward, clipping, AdamW, as one program. */

import { accumulateGradients } from '../graph/accumulate.js';
import { gradients } from '../graph/gradient.js';
import { type AdamWOptions, adamW, type OptimiserStep, type TrainedParameter } from '../graph/optimiser.js';
import { type Program, program } from '../graph/program.js';
import { type FloatDType, sizeOf, type Tensor } from '../graph/tensor.js';
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
}

/**
 * The training step of a loss: outputs `loss`, `gradientNorm` and the monitors; state are parameters, moments and
 * running statistics.
 */
export function trainingStep(
  name: string,
  parameters: readonly Parameter[],
  graph: { inputs: readonly Tensor[]; loss: Tensor; monitors: Readonly<Record<string, Tensor>> },
  options: AdamWOptions,
  { rateFactor = () => 1, accumulate = false, optimise = (parts) => adamW(parts, options) }: StepOptions = {},
): TrainingStep {
  const trained = parameters.filter((parameter) => parameter.trainable && rateFactor(parameter) > 0);
  const toParameters = gradients(
    graph.loss,
    trained.map((parameter) => parameter.tensor),
  );
  const withGradients = trained.map((parameter, index) => ({
    name: parameter.name,
    tensor: parameter.tensor,
    gradient: toParameters[index],
    decay: parameter.decay,
    rateFactor: rateFactor(parameter),
  }));
  const { inputs, state, gradientNorm } = accumulate
    ? accumulateGradients(withGradients, optimise)
    : singleStep(optimise(withGradients));
  // Running statistics move with every part of a batch that is read, as in PyTorch.
  const running = parameters.flatMap(({ name: variable, tensor, next }) =>
    next === undefined ? [] : [{ name: variable, current: tensor, next }],
  );
  const held = parameters.filter((parameter) => !trained.includes(parameter) && parameter.next === undefined);
  return {
    parameters,
    program: program(name, {
      inputs: [...graph.inputs, ...inputs],
      state: [...state, ...running],
      frozen: held.map((parameter) => parameter.tensor),
      outputs: { loss: graph.loss, gradientNorm, ...graph.monitors },
    }),
  };
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
  const graph = task.build(scope, config, batch);
  return trainingStep(`pretext_${task.method}`, scope.parameters, graph, options, stepOptions);
}

/** Initial parameters by name and zero moments of those that are trained. */
export function initialState(step: TrainingStep, seed: number): Map<string, Float32Array> {
  const values = initialValues(step.parameters, seed);
  for (const { name, current } of step.program.state) {
    if (!values.has(name)) values.set(name, new Float32Array(sizeOf(current.shape)));
  }
  return values;
}
