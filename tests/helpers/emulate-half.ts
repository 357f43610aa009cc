/**
 * @file Half precision in single-precision arithmetic, for processors: ONNX Runtime's CPU provider computes half-precision
 * programs in single precision and leaves the rounding out. Here every value of half precision is rounded as IEEE 754
 * binary16 has it, by arithmetic that nothing optimises away.
 */

import { less, mul, scale, shift, square, sub, where } from '../../src-main/graph/ops/elementwise.js';
import { scalar } from '../../src-main/graph/ops/source.js';
import { rewrite } from '../../src-main/graph/passes/rewrite.js';
import type { Program } from '../../src-main/graph/program.js';
import { Operation, type Tensor } from '../../src-main/graph/tensor.js';

/** The nearest half of each value of a float32 tensor, as float32. */
export function roundedToHalf(x: Tensor): Tensor {
  // Veltkamp's splitting: 13 of float32's 24 significant bits go.
  const stretched = scale(x, 2 ** 13 + 1);
  const normal = sub(stretched, sub(stretched, x));
  // Below 2^-14 halves are multiples of 2^-24, as float32's numbers between 0.5 and 1 are.
  const subnormal = shift(shift(x, 0.75), -0.75);
  const magnitude = square(x);
  const small = less(magnitude, scalar(2 ** -28, 'float32'));
  // 65520 and above round to infinity: an ordinary number times 1e38, twice.
  const fits = less(square(normal), scalar(65520 ** 2, 'float32'));
  const huge = mul(mul(normal, scalar(1e38, 'float32')), scalar(1e38, 'float32'));
  return where(small, subnormal, where(fits, normal, huge));
}

/** The program with its half-precision parts in rounded single precision. */
export function emulateHalf(program: Program): Program {
  return rewrite(program, ({ operation, inputs }) => {
    const { definition, attributes, outputs } = operation;
    if (definition.name === 'cast') {
      if (outputs[0].dtype === 'float16') return [roundedToHalf(inputs[0])];
      return operation.inputs[0].dtype === 'float16' ? [inputs[0]] : null;
    }
    if (outputs[0].dtype !== 'float16') return null;
    return new Operation(definition, inputs, attributes).outputs.map(roundedToHalf);
  });
}
