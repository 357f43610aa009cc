/** @file Every op's gradient rule, run by ONNX Runtime, against TensorFlow.js's own gradients of its own kernels. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gradients } from '../../../src-main/graph/gradient.js';
import { isFloat } from '../../../src-main/graph/tensor.js';
import { project } from '../../helpers/disagreement.js';
import { evaluate, maxDifference } from '../../helpers/run-graph.js';
import { gradientsByTfjs } from '../../helpers/tfjs-gradients.js';
import { Draw } from '../graph/support/draw.js';
import { OP_CASES } from '../graph/support/op-cases.js';

/** Relative to the largest gradient, at least to 1: two chains of float32 kernels. */
const TOLERANCE = 5e-5;

/**
 * Where the kernel of a max pool reads an element twice in a window at the edge, TensorFlow.js gives each copy the whole
 * gradient. It refuses gradients towards inputs that the value does not depend on, such as the earlier ones of `after`.
 */
const NO_ORACLE = ['maxPool', 'adaptiveMaxPool', 'after'];

test.each(Object.keys(OP_CASES).filter((name) => !NO_ORACLE.includes(name)))('%s', async (name) => {
  const property = fc.asyncProperty(fc.gen(), async (generate) => {
    const draw = Draw.from(generate);
    const { inputs, output, values } = OP_CASES[name](draw, 'float32');
    const sources = inputs.filter(({ dtype }) => isFloat(dtype));
    const loss = project(output, draw);
    const ours = gradients(loss, sources);
    const computed = await evaluate(inputs, Object.fromEntries(ours.map((tensor, i) => [String(i), tensor])), values);
    for (const [i, expected] of gradientsByTfjs(inputs, loss, values).entries()) {
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      expect(maxDifference(computed[i], expected) / largest).toBeLessThan(TOLERANCE);
    }
  });
  await fc.assert(property, { seed: 13, numRuns: 6, endOnFailure: true });
});
