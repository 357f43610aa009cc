/**
 * @file Every op in TensorFlow.js gives ONNX Runtime's numbers: values, gradients and gradients of gradients of the
 * cases of tests/unit/graph/support/op-cases.ts (a new op needs nothing more than its case there), and the ops without
 * a gradient, which have their cases here.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cast, div, equal, full, greater, less, scale, stopGradient } from '../../../src-main/graph/ops/elementwise.js';
import { oneHot } from '../../../src-main/graph/ops/index.js';
import { and, greaterEqual, lessEqual, not, notEqual, or } from '../../../src-main/graph/ops/logic.js';
import { accuracyOf } from '../../../src-main/graph/ops/loss.js';
import { ceil, floor, round, sign } from '../../../src-main/graph/ops/math.js';
import { argMax, argMin, topK } from '../../../src-main/graph/ops/order.js';
import { zeros } from '../../../src-main/graph/ops/shape.js';
import { constant, input } from '../../../src-main/graph/ops/source.js';
import { OPS } from '../../../src-main/graph/ops/table.js';
import type { Tensor } from '../../../src-main/graph/tensor.js';
import { toleranceOf } from '../../helpers/disagreement.js';
import { disagreement, disagreementOfCase } from '../../helpers/run-tfjs.js';
import { tf } from '../../helpers/tfjs.js';
import { Draw } from '../graph/support/draw.js';
import { OP_CASES } from '../graph/support/op-cases.js';

describe('values, gradients and gradients of gradients', () => {
  test.each(Object.keys(OP_CASES))('%s', async (name) => {
    const property = fc.asyncProperty(fc.gen(), async (generate) => {
      const draw = Draw.from(generate);
      const difference = await disagreementOfCase(tf, OP_CASES[name](draw, 'float32'), draw);
      expect(difference).toBeLessThan(toleranceOf(name));
    });
    await fc.assert(property, { seed: 11, numRuns: 6, endOnFailure: true });
  });
});

test('every op but an input has a kernel', () => {
  const lacking = OPS.filter(({ evaluate }) => evaluate === undefined).map(({ name }) => name);
  expect(lacking).toEqual(['input']);
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
    expect(await disagreement(tf, [a, b, whole, wide, flags], { y: cases[name] }, values)).toBe(0);
  });
});
