/**
 * @file Dropout (Srivastava et al. 2014) and stochastic depth (Huang et al. 2016). Graphs hold no randomness: the masks
 * are inputs of the program, drawn on the host from the run's seed, so a resumed run draws the same ones.
 */

import { combineSeeds, Purpose, Random } from '../base/random.js';
import { mul, scale, where } from '../graph/ops/elementwise.js';
import { input, scalar } from '../graph/ops/source.js';
import { type FloatDType, GraphError, type Shape, sizeOf, type Tensor } from '../graph/tensor.js';

interface Mask {
  readonly tensor: Tensor;
  readonly name: string;
  readonly rate: number;
}

/** The masks of a model: inputs of its program, and their values at each step. */
export class DropoutMasks {
  private readonly masks: Mask[] = [];

  /** To be given to the program beside the images. */
  get inputs(): readonly Tensor[] {
    return this.masks.map(({ tensor }) => tensor);
  }

  /**
   * Each element is 0 with probability `rate`, else divided by 1 - rate.
   *
   * @param name of the mask's input, unique in the program
   */
  dropout(name: string, x: Tensor, rate: number): Tensor {
    if (rate === 0) return x;
    // One byte for each element, as it is brought to the device at each step.
    const kept = this.mask(name, x.shape, 'bool', rate);
    return where(kept, scale(x, 1 / (1 - rate)), scalar(0, x.dtype));
  }

  /**
   * The residual branch `x` [batch, ...] of an image is left out with probability `rate`, else divided by 1 - rate
   * (timm's DropPath).
   */
  stochasticDepth(name: string, x: Tensor, rate: number): Tensor {
    if (rate === 0) return x;
    const shape = x.shape.map((length, axis) => (axis === 0 ? length : 1));
    return mul(x, this.mask(name, shape, x.dtype as FloatDType, rate));
  }

  private mask(name: string, shape: Shape, dtype: 'bool' | FloatDType, rate: number): Tensor {
    if (!(rate > 0 && rate < 1)) throw new GraphError(`dropout ${name} with a rate of ${rate}`);
    const tensor = input(name, shape, dtype);
    this.masks.push({ tensor, name, rate });
    return tensor;
  }

  /** Values of the masks at a step, a function of the run's seed, the step and each mask's name. */
  values(seed: number, step: number): Record<string, Uint8Array | Float32Array | Float64Array> {
    return Object.fromEntries(
      this.masks.map(({ tensor, name, rate }) => {
        const random = new Random(seed, Purpose.dropout, step, combineSeeds(...Buffer.from(name)));
        const count = sizeOf(tensor.shape);
        const dropped = Math.round(rate * 2 ** 32);
        const kept = tensor.dtype === 'bool' ? 1 : 1 / (1 - rate);
        const values =
          tensor.dtype === 'bool'
            ? new Uint8Array(count)
            : tensor.dtype === 'float64'
              ? new Float64Array(count)
              : new Float32Array(count);
        for (let i = 0; i < count; i++) values[i] = random.nextUint32() >= dropped ? kept : 0;
        return [name, values];
      }),
    );
  }
}

/**
 * Rates of stochastic depth that grow evenly from 0 in the first block to `last` in the last, as in timm.
 *
 * @returns one rate for each block
 */
export function depthRates(blocks: number, last: number): number[] {
  return Array.from({ length: blocks }, (_, block) => (blocks === 1 ? last : (last * block) / (blocks - 1)));
}
