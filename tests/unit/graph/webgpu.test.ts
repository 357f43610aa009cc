/**
 * @file Programs rewritten for WebGPU compute the same, and hold nothing of what its provider fails at. Here both run on
 * the CPU; tests/integration/webgpu.test.ts runs them on WebGPU.
 */

import { describe, expect, test } from 'vitest';
import { gradients, topologicalOrder } from '../../../src-main/graph/gradient.js';
import { conv } from '../../../src-main/graph/ops/conv.js';
import { convTranspose } from '../../../src-main/graph/ops/conv-transpose.js';
import { exp, mul, neg } from '../../../src-main/graph/ops/elementwise.js';
import { maxPool } from '../../../src-main/graph/ops/pool.js';
import { sum } from '../../../src-main/graph/ops/reduce.js';
import { concat, split, splitSizes } from '../../../src-main/graph/ops/shape.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { forWebGpu } from '../../../src-main/graph/passes/webgpu.js';
import { program } from '../../../src-main/graph/program.js';
import type { Operation, Shape, Tensor } from '../../../src-main/graph/tensor.js';
import { uniform } from '../../helpers/formula.js';
import { evaluate, maxDifference } from '../../helpers/run-graph.js';

const given = (name: string, shape: Shape) => input(name, shape, 'float32');

/** What a test compares: the result before and after, and the operations after. */
async function rewritten(inputs: readonly Tensor[], y: Tensor, round = false) {
  const { outputs } = forWebGpu(program('p', { inputs, outputs: { y } }));
  const values = Object.fromEntries(
    inputs.map((tensor) => {
      const noise = uniform(String(tensor.operation.attributes.name), tensor.shape);
      // Few different values: many windows hold their largest one more than once.
      return [String(tensor.operation.attributes.name), round ? noise.map((value) => Math.round(2 * value)) : noise];
    }),
  );
  const before = await evaluate(inputs, { y }, values);
  const after = await evaluate(inputs, { y: outputs.y }, values);
  expect(outputs.y.shape).toEqual(y.shape);
  return { difference: maxDifference(before.y, after.y), operations: topologicalOrder([outputs.y]) };
}

const names = (operations: readonly Operation[]) => operations.map(({ definition }) => definition.name);

describe('the gradient of max pooling', () => {
  const cases: [string, Shape, Parameters<typeof maxPool>[1], Parameters<typeof maxPool>[2]][] = [
    ['windows side by side', [2, 3, 8, 6], 2, {}],
    ['windows side by side in volumes', [1, 2, 4, 4, 6], [2, 2, 3], {}],
    ['windows that leave the end unread', [2, 3, 7, 5], 2, {}],
    ['overlapping windows, as in ResNet', [2, 3, 8, 9], 3, { stride: 2, padding: 1 }],
    ['one axis, dilated', [2, 3, 11], 3, { stride: 2, dilation: 2 }],
    ['gaps between windows', [2, 3, 9, 9], 2, { stride: 3, padding: 1 }],
  ];
  test.each(cases)('%s', async (_what, shape, kernel, options) => {
    const x = given('x', shape);
    const pooled = maxPool(x, kernel, options);
    const g = given('g', pooled.shape);
    const [toX] = gradients(sum(mul(pooled, g), null), [x]);
    for (const round of [false, true]) {
      const { difference, operations } = await rewritten([x, g], toX, round);
      expect(difference).toBeLessThan(1e-6);
      expect(names(operations)).not.toContain('maxUnpool');
    }
  });

  test('negative values at a padded edge are found', async () => {
    const x = given('x', [1, 1, 4, 4]);
    const negative = neg(exp(x));
    const [toX] = gradients(sum(maxPool(negative, 3, { stride: 2, padding: 1 }), null), [x]);
    const { difference } = await rewritten([x], toX);
    expect(difference).toBeLessThan(1e-6);
  });
});

test('no split has more parts than a WebGPU kernel may write', async () => {
  const x = given('x', [2, 60]);
  for (const parts of [split(x, 60, 1), splitSizes(x, [1, 2, 3, 4, 5, 6, 7, 8, 9, 15], 1)]) {
    const { difference, operations } = await rewritten([x], concat([...parts].reverse(), 1));
    expect(difference).toBe(0);
    const counts = operations.map(({ definition, outputs }) =>
      definition.name.startsWith('split') ? outputs.length : 0,
    );
    expect(Math.max(...counts)).toBeLessThanOrEqual(7);
    expect(Math.max(...counts)).toBeGreaterThan(1);
  }
});

describe('grouped convolutions', () => {
  test.each([
    [5, 8],
    [9, 12],
    [4, 4],
    [1, 1],
  ])('%i output channels of a group become %i', async (outputs, whole) => {
    const [x, weight, bias] = [given('x', [2, 6, 5, 5]), given('w', [3 * outputs, 2, 3, 3]), given('b', [3 * outputs])];
    const { difference, operations } = await rewritten(
      [x, weight, bias],
      conv(x, weight, { groups: 3, padding: 1, bias }),
    );
    expect(difference).toBeLessThan(1e-5);
    const made = operations.find(({ definition }) => definition.name === 'conv');
    expect(made?.outputs[0].shape[1]).toBe(3 * whole);
  });

  test.each([
    [2, 1, 2],
    [3, 1, 1],
    [2, 2, 2],
    [1, 6, 8],
  ])('transposed: %i inputs, %i outputs of a group become %i', async (inputs, outputs, whole) => {
    const [x, weight] = [given('x', [2, 3 * inputs, 4, 5]), given('w', [3 * inputs, outputs, 3, 3])];
    const bias = given('b', [3 * outputs]);
    const y = convTranspose(x, weight, { groups: 3, stride: 2, padding: 1, outputPadding: 1, bias });
    const { difference, operations } = await rewritten([x, weight, bias], y);
    expect(difference).toBeLessThan(1e-5);
    const made = operations.find(({ definition }) => definition.name === 'convTranspose');
    expect(made?.outputs[0].shape[1]).toBe(3 * whole);
  });
});
