/**
 * @file Blocks of a batch inside one step: the batch is computed in equal blocks, one after another. What a block
 * leaves in the caches is still there when it is needed, and only one block's activations are in memory.
 */

import { gradients } from './gradient.js';
import { add, scale } from './ops/elementwise.js';
import { after } from './ops/sequence.js';
import { slice } from './ops/shape.js';
import { input } from './ops/source.js';
import { pack, SMALL_ELEMENTS, unpack } from './pack.js';
import { substitute } from './passes/rewrite.js';
import { inputName } from './program.js';
import { GraphError, type Tensor, typeName } from './tensor.js';

/** A loss over the first axis of its inputs. */
export interface LossGraph {
  /** The inputs that are not parameters; the first axis of each is the batch. */
  readonly inputs: readonly Tensor[];
  /** Scalar, the mean of the losses of the batch's images. */
  readonly loss: Tensor;
  /** Further scalars to report, each a mean over the batch. */
  readonly monitors: Readonly<Record<string, Tensor>>;
}

export interface LossWithGradients extends LossGraph {
  /** Gradients with respect to the sources, in their order. */
  readonly gradients: readonly Tensor[];
}

/**
 * A loss over `count` times the batch of `block`, computed block by block, and its gradients.
 *
 * @throws GraphError where an input has no first axis
 */
export function inBlocks(block: LossGraph, sources: readonly Tensor[], count: number): LossWithGradients {
  const share = scale(block.loss, 1 / count);
  const own = gradients(share, sources);
  // Sums of small gradients are one sum.
  const isSmall = (tensor: Tensor) => tensor.size < SMALL_ELEMENTS && tensor.dtype === share.dtype;
  const monitorNames = Object.keys(block.monitors);
  const scalars = Object.values(block.monitors).map((monitor) => scale(monitor, 1 / count));
  const small = [share, ...scalars, ...own.filter(isSmall)];
  const large = own.filter((tensor) => !isSmall(tensor));
  const results = [pack(small), ...large];

  const whole = block.inputs.map((tensor) => {
    if (tensor.rank === 0) throw new GraphError(`${inputName(tensor)} ${typeName(tensor)} cannot be split into blocks`);
    const [length, ...rest] = tensor.shape;
    return input(inputName(tensor), [length * count, ...rest], tensor.dtype);
  });
  let totals: Tensor[] = [];
  for (let index = 0; index < count; index++) {
    const before = totals;
    const taken = block.inputs.map((tensor, position): [Tensor, Tensor] => {
      const length = tensor.shape[0];
      const piece = slice(whole[position], 0, index * length, (index + 1) * length);
      // Without an order, an engine may do all forward passes first, and hold all their activations.
      return [tensor, before.length === 0 ? piece : after(piece, before)];
    });
    const added = substitute(results, new Map(taken));
    totals = before.length === 0 ? added : added.map((tensor, position) => add(before[position], tensor));
  }
  const [loss, ...rest] = unpack(totals[0], small);
  const monitors = Object.fromEntries(monitorNames.map((name, index) => [name, rest[index]]));
  const smallTotals = rest.slice(monitorNames.length).values();
  const largeTotals = totals.slice(1).values();
  const next = (tensor: Tensor) => (isSmall(tensor) ? smallTotals : largeTotals).next().value as Tensor;
  return { inputs: whole, loss, monitors, gradients: own.map(next) };
}
