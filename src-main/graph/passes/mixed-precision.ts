/**
 * @file Half precision where a GPU gains by it (Micikevicius et al. 2018): matrix products and convolutions, forward and
 * backward, read and write half precision; everything else, the weights and their moments too, stays single precision.
 * Not one of the passes that every program goes through: it changes results by rounding, so it is asked for.
 */

import { cast } from '../ops/elementwise.js';
import type { Program } from '../program.js';
import { Operation, type Tensor } from '../tensor.js';
import { rewrite } from './rewrite.js';

/** Ops whose time is arithmetic, by name; a device adds up their products in single precision. */
const IN_HALF: ReadonlySet<string> = new Set([
  'matmul',
  'gemm',
  'linear',
  'conv',
  'convTranspose',
  'convWeightGradient',
]);

/** The program with matrix products and convolutions in half precision; its inputs, state and results stay. */
export function mixedPrecision(program: Program): Program {
  const halves = new Map<Tensor, Tensor>();
  const half = (tensor: Tensor): Tensor => {
    // What has just come from half precision need not go there and back.
    const { definition, inputs } = tensor.operation;
    if (definition.name === 'cast' && inputs[0].dtype === 'float16') return inputs[0];
    let known = halves.get(tensor);
    if (known === undefined) {
      known = cast(tensor, 'float16');
      halves.set(tensor, known);
    }
    return known;
  };
  return rewrite(program, ({ operation, inputs }) => {
    const { definition, attributes, outputs } = operation;
    if (!IN_HALF.has(definition.name) || outputs.some(({ dtype }) => dtype !== 'float32')) return null;
    const product = new Operation(definition, inputs.map(half), attributes);
    return product.outputs.map((tensor) => cast(tensor, 'float32'));
  });
}
