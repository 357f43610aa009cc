/** @file Draws shapes and values for one case of an op, from fast-check's generator. */

import fc, { type GeneratorValue } from 'fast-check';
import { Random } from '../../../../src-main/base/random.js';
import { type DType, type Shape, sizeOf } from '../../../../src-main/graph/tensor.js';

/** Where an op is smooth: values are drawn there, so that central differences mean something. */
export type Domain = 'any' | 'positive' | 'nonZero' | 'distinct';

export class Draw {
  private readonly random: Random;
  private readonly drawn: number[] = [];

  private constructor(private readonly next: (min: number, max: number) => number) {
    this.random = new Random(this.integer(0, 1_000_000));
  }

  static from(generate: GeneratorValue): Draw {
    return new Draw((min, max) => generate(fc.integer, { min, max }));
  }

  /** Draws the same again. */
  replay(): Draw {
    let position = 0;
    return new Draw(() => this.drawn[position++]);
  }

  integer(min: number, max: number): number {
    const value = this.next(min, max);
    this.drawn.push(value);
    return value;
  }

  oneOf<T>(...choices: T[]): T {
    return choices[this.integer(0, choices.length - 1)];
  }

  /** Lengths of 1 to `longest`; rank 0 is a scalar. */
  shape(minRank: number, maxRank: number, longest = 4): number[] {
    return Array.from({ length: this.integer(minRank, maxRank) }, () => this.integer(1, longest));
  }

  /** A shape that broadcasts to `shape`: some lengths are 1, some leading axes are missing. */
  broadcastable(shape: Shape): number[] {
    return shape.slice(this.integer(0, shape.length)).map((length) => (this.integer(0, 2) === 0 ? 1 : length));
  }

  axis(shape: Shape): number {
    return this.integer(0, shape.length - 1);
  }

  /** Some axes, one or a few of them, or null for all. */
  axes(shape: Shape): number[] | null {
    const chosen = shape.map((_, axis) => axis).filter(() => this.integer(0, 1) === 1);
    return chosen.length === 0 ? null : chosen;
  }

  permutation(count: number): number[] {
    return [...this.random.permutation(count)];
  }

  values(shape: Shape, domain: Domain = 'any'): Float64Array {
    const count = sizeOf(shape);
    switch (domain) {
      case 'any':
        return Float64Array.from({ length: count }, () => this.random.uniform(-2, 2));
      case 'positive':
        return Float64Array.from({ length: count }, () => this.random.uniform(0.3, 2.5));
      case 'nonZero':
        return Float64Array.from({ length: count }, () => this.sign() * this.random.uniform(0.3, 2.5));
      case 'distinct':
        // No two values nearer than 0.1, or a difference would step over the point where the largest changes.
        return Float64Array.from(this.random.permutation(count), (rank) => 0.1 * (rank - count / 2) + 0.03);
    }
  }

  indices(count: number, below: number): number[] {
    return Array.from({ length: count }, () => this.random.below(below));
  }

  indexType(): DType {
    return this.oneOf<DType>('int32', 'int64');
  }

  private sign(): number {
    return this.random.below(2) === 0 ? -1 : 1;
  }
}
