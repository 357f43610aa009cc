/**
 * @file Every op in TensorFlow.js gives ONNX Runtime's numbers: values, gradients and gradients of gradients of the
 * cases of tests/unit/graph/support/op-cases.ts (a new op needs nothing more than its case there), and the ops without
 * a gradient, which have their cases here.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gradients } from '../../../src-main/graph/gradient.js';
import {
  add,
  cast,
  div,
  equal,
  full,
  greater,
  less,
  mul,
  scale,
  square,
  stopGradient,
} from '../../../src-main/graph/ops/elementwise.js';
import { oneHot } from '../../../src-main/graph/ops/index.js';
import { and, greaterEqual, lessEqual, not, notEqual, or } from '../../../src-main/graph/ops/logic.js';
import { accuracyOf } from '../../../src-main/graph/ops/loss.js';
import { ceil, floor, round, sign } from '../../../src-main/graph/ops/math.js';
import { argMax, argMin, topK } from '../../../src-main/graph/ops/order.js';
import { sum } from '../../../src-main/graph/ops/reduce.js';
import { zeros } from '../../../src-main/graph/ops/shape.js';
import { constant, input } from '../../../src-main/graph/ops/source.js';
import { isFloat, type Tensor } from '../../../src-main/graph/tensor.js';
import { evaluate, maxDifference, type Values } from '../../helpers/run-graph.js';
import { evaluateWithTfjs } from '../../helpers/tfjs.js';
import { Draw } from '../graph/support/draw.js';
import { OP_CASES } from '../graph/support/op-cases.js';

/** Relative to the largest value: both round to float32, and pure JavaScript's erf is off by up to 1.5e-7 anyway. */
const TOLERANCE = 2e-5;
/** Second gradients of a layer norm over two close values are small differences of numbers in the hundreds. */
const LOOSER: Readonly<Record<string, number>> = { layerNorm: 2e-4 };

/** Largest difference of the two engines, relative to the largest value of each output but at least to 1. */
async function disagreement(
  inputs: readonly Tensor[],
  outputs: Record<string, Tensor>,
  values: Values,
): Promise<number> {
  const expected = await evaluate(inputs, outputs, values);
  const actual = await evaluateWithTfjs(inputs, outputs, values);
  let worst = 0;
  for (const [key, reference] of Object.entries(expected)) {
    const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    worst = Math.max(worst, maxDifference(actual[key], reference) / largest);
  }
  return worst;
}

/** A scalar that depends on every element of a tensor in its own way. */
function project(output: Tensor, draw: Draw): Tensor {
  return sum(mul(output, constant(draw.values(output.shape), output.shape, output.dtype)), null);
}

describe('values, gradients and gradients of gradients', () => {
  test.each(Object.keys(OP_CASES))('%s', async (name) => {
    const property = fc.asyncProperty(fc.gen(), async (generate) => {
      const draw = Draw.from(generate);
      const { inputs, output, values } = OP_CASES[name](draw, 'float32');
      const sources = inputs.filter(({ dtype }) => isFloat(dtype));
      const first = gradients(project(output, draw), sources);
      const again = first
        .map((gradient) => add(project(gradient, draw), scale(sum(square(gradient), null), 0.1)))
        .reduce((total, term) => add(total, term));
      const outputs: Record<string, Tensor> = { values: output };
      for (const [index, gradient] of first.entries()) outputs[`gradient ${index}`] = gradient;
      for (const [index, gradient] of gradients(again, sources).entries()) outputs[`second ${index}`] = gradient;
      expect(await disagreement(inputs, outputs, values)).toBeLessThan(LOOSER[name] ?? TOLERANCE);
    });
    await fc.assert(property, { seed: 11, numRuns: 6, endOnFailure: true });
  });
});

describe('ops without a gradient', () => {
  const a = input('a', [2, 3], 'float32');
  const b = input('b', [3], 'float32');
  const whole = input('whole', [4], 'int32');
  const wide = input('wide', [4], 'int64');
  const flags = input('flags', [4], 'bool');
  const values = {
    a: [-1.5, 0, 2, 0.5, 1, -7.25],
    b: [-1.5, 1, 1.75],
    whole: [-7, 7, 3, 2],
    wide: [2, -2, 1, 0],
    flags: [1, 0, 0, 1],
  };
  const cases: Record<string, Tensor> = {
    equal: equal(a, b),
    greater: greater(a, b),
    less: less(a, b),
    'equal, whole numbers': equal(whole, constant([7], [1], 'int32')),
    'quotient of whole numbers': div(whole, constant([2, 2, -2, -3], [4], 'int32')),
    stopGradient: stopGradient(a),
    full: full([2, 2], 1.25, 'float32'),
    zeros: zeros(wide),
    'float32 to int32': cast(a, 'int32'),
    'float32 to bool': cast(a, 'bool'),
    'int64 to float32': cast(wide, 'float32'),
    'bool to float32': cast(flags, 'float32'),
    'int64 as it is': scale(wide, 3),
    'int32 to int64': cast(whole, 'int64'),
    oneHot: oneHot(constant([0, 2, 1], [3], 'int32'), 3, 'float32'),
    'oneHot of int64': oneHot(constant([1, 0], [2], 'int64'), 2, 'bool'),
    lessEqual: lessEqual(a, b),
    greaterEqual: greaterEqual(a, b),
    notEqual: notEqual(a, b),
    and: and(greater(a, b), lessEqual(a, b)),
    or: or(flags, greater(cast(whole, 'float32'), constant([2.5], [1], 'float32'))),
    not: not(flags),
    sign: sign(a),
    floor: floor(a),
    ceil: ceil(a),
    round: round(a),
    argMax: argMax(a, 0),
    'argMin, axis kept': argMin(a, -1, true),
    topK: topK(a, 2).values,
    'indices of topK along the first axis': topK(a, 1, 0).indices,
    accuracyOf: accuracyOf(a, constant([2, 0], [2], 'int32')),
  };
  test.each(Object.keys(cases))('%s', async (name) => {
    expect(await disagreement([a, b, whole, wide, flags], { y: cases[name] }, values)).toBe(0);
  });
});
