/** @file Named parameters of a model: collected while the model is built, initialised from a seed. */

import { combineSeeds, Purpose, Random } from '../base/random.js';
import { input } from '../graph/ops/source.js';
import { type FloatDType, GraphError, type Shape, sameShape, sizeOf, type Tensor, typeName } from '../graph/tensor.js';

/** How a parameter starts. */
export type Initialiser =
  | { kind: 'zeros' }
  | { kind: 'ones' }
  /** Uniform in +-sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010). */
  | { kind: 'xavierUniform'; fanIn: number; fanOut: number }
  | { kind: 'normal'; deviation: number }
  | { kind: 'uniform'; bound: number }
  | { kind: 'values'; values: ArrayLike<number> };

export interface Parameter {
  /** The name in checkpoints, as timm or torchvision use it. */
  readonly name: string;
  readonly tensor: Tensor;
  readonly initialiser: Initialiser;
  /** Whether weight decay applies. */
  readonly decay: boolean;
  /** False for values that are kept with the weights but never trained, such as fixed position embeddings. */
  readonly trainable: boolean;
  /** The value after a training step, of what the step replaces without an optimiser: running statistics. */
  readonly next?: Tensor;
}

/** Collects the parameters of a model; `scope` prefixes their names. */
export class ParameterScope {
  private constructor(
    readonly dtype: FloatDType,
    private readonly prefix: string,
    private readonly collected: Map<string, Parameter>,
  ) {}

  static root(dtype: FloatDType): ParameterScope {
    return new ParameterScope(dtype, '', new Map());
  }

  scope(name: string): ParameterScope {
    return new ParameterScope(this.dtype, `${this.prefix}${name}.`, this.collected);
  }

  /** A parameter; asking twice for one name is an error of the model. */
  parameter(
    name: string,
    shape: Shape,
    initialiser: Initialiser,
    options: { decay?: boolean; trainable?: boolean } = {},
  ): Tensor {
    const full = this.prefix + name;
    if (this.collected.has(full)) throw new GraphError(`parameter ${full} is made twice`);
    const tensor = input(full, shape, this.dtype);
    const { decay = shape.length > 1, trainable = true } = options;
    this.collected.set(full, { name: full, tensor, initialiser, decay, trainable });
    return tensor;
  }

  /**
   * Kept with the weights and replaced at each training step, but not by the optimiser: running statistics.
   *
   * @param next the value after the step, from that before it
   */
  running(name: string, shape: Shape, initialiser: Initialiser, next: (current: Tensor) => Tensor): Tensor {
    const tensor = this.parameter(name, shape, initialiser, { decay: false, trainable: false });
    const full = this.prefix + name;
    const after = next(tensor);
    if (!sameShape(after.shape, shape) || after.dtype !== this.dtype) {
      throw new GraphError(`${full} changes from ${typeName(tensor)} to ${typeName(after)}`);
    }
    this.collected.set(full, { name: full, tensor, initialiser, decay: false, trainable: false, next: after });
    return tensor;
  }

  get parameters(): readonly Parameter[] {
    return [...this.collected.values()];
  }
}

/** A seed of its own for each name, so that adding a parameter does not change how the others start. */
function nameSeed(name: string): number {
  return combineSeeds(...Buffer.from(name));
}

/** Initial values of parameters by name, in float32; a function of the seed and each parameter's name. */
export function initialValues(parameters: readonly Parameter[], seed: number): Map<string, Float32Array> {
  return new Map(
    parameters.map(({ name, tensor, initialiser }) => {
      const values = new Float32Array(sizeOf(tensor.shape));
      const random = new Random(seed, Purpose.initialisation, nameSeed(name));
      switch (initialiser.kind) {
        case 'zeros':
          break;
        case 'ones':
          values.fill(1);
          break;
        case 'values':
          values.set(initialiser.values);
          break;
        case 'normal':
          for (let i = 0; i < values.length; i++) values[i] = initialiser.deviation * random.normal();
          break;
        case 'uniform':
          for (let i = 0; i < values.length; i++) values[i] = random.uniform(-initialiser.bound, initialiser.bound);
          break;
        case 'xavierUniform': {
          const bound = Math.sqrt(6 / (initialiser.fanIn + initialiser.fanOut));
          for (let i = 0; i < values.length; i++) values[i] = random.uniform(-bound, bound);
          break;
        }
      }
      return [name, values];
    }),
  );
}
