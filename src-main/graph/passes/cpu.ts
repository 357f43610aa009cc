/**
 * @file What ONNX Runtime's CPU provider does in one pass over activations and the graph says in several: a factor and an
 * offset for each channel, as batch norm has them on its way forward and back. As a convolution of each channel by itself,
 * with kernels of one element, ONNX Runtime also joins it with the relu or the sum that follows.
 */

import { spatial } from '../convolution.js';
import type { Program } from '../program.js';
import { apply, type OpDefinition, sizeOf, type Tensor } from '../tensor.js';
import { emitReshape } from '../windows.js';
import { rewrite } from './rewrite.js';

/** Positions of a channel of one image from which the kernel's start is worth it. */
const LEAST_POSITIONS = 256;

/** Made by this pass alone, after all gradients: x [batch, channels, ...lengths], factor and offset [1, channels, 1, ...]. */
const scaleAndOffset: OpDefinition<Record<string, never>> = {
  name: 'scaleAndOffset',
  infer: ([{ shape, dtype }]) => [{ shape, dtype }],
  lower({ inputs: [x] }, l) {
    const [, channels] = x.shape;
    const ones = spatial(x.shape).map(() => 1);
    const weight = emitReshape(l, l.input(1), [channels, 1, ...ones]);
    const bias = emitReshape(l, l.input(2), [channels]);
    l.emit('Conv', [l.input(0), weight, bias], {
      attributes: { kernel_shape: ones, group: channels },
      outputs: [l.output(0)],
    });
  },
};

const byChannel = (tensor: Tensor, channels: number): boolean =>
  tensor.shape.every((length, axis) => length === (axis === 1 ? channels : 1));

/** For ONNX Runtime's CPU provider, after the other passes. */
export function forCpu(program: Program): Program {
  return rewrite(program, ({ operation, inputs, uses }) => {
    if (operation.definition.name !== 'add') return null;
    for (const index of [0, 1]) {
      const [product, offset] = [inputs[index], inputs[1 - index]];
      const { definition, inputs: factors } = product.operation;
      if (definition.name !== 'mul' || uses(operation.inputs[index]) !== 1) continue;
      for (const side of [0, 1]) {
        const [x, factor] = [factors[side], factors[1 - side]];
        const fits = x.dtype === 'float32' && x.rank >= 3 && x.rank <= 5 && sizeOf(spatial(x.shape)) >= LEAST_POSITIONS;
        if (!fits || factor.rank !== x.rank || offset.rank !== x.rank) continue;
        const [, channels] = x.shape;
        if (byChannel(factor, channels) && byChannel(offset, channels)) {
          return [apply(scaleAndOffset, [x, factor, offset], {})];
        }
      }
    }
    return null;
  });
}
