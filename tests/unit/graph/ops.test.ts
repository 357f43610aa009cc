/**
 * @file Every op: forward values against plain JavaScript, gradients and gradients of gradients against central
 * differences in float64, and float32 kernels against float64's, on shapes drawn by fast-check.
 */

import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { gradients } from '../../../src-main/graph/gradient.js';
import { add, mul, scale, square } from '../../../src-main/graph/ops/elementwise.js';
import { sum } from '../../../src-main/graph/ops/reduce.js';
import { constant } from '../../../src-main/graph/ops/source.js';
import { isFloat, type Tensor } from '../../../src-main/graph/tensor.js';
import { evaluate, gradientError, maxDifference } from '../../helpers/run-graph.js';
import type { OpCase } from './support/case-kit.js';
import { Draw } from './support/draw.js';
import { tabulate } from './support/nd.js';
import { OP_CASES } from './support/op-cases.js';

/** Exports with tests of their own in values.test.ts: no gradient, or one that central differences cannot see. */
const IN_VALUES_TEST = [
  ...['equal', 'greater', 'less', 'stopGradient', 'cast', 'full', 'zeros', 'oneHot', 'accuracyOf'],
  ...['lessEqual', 'greaterEqual', 'notEqual', 'and', 'or', 'not', 'sign', 'floor', 'ceil', 'round'],
  ...['argMax', 'argMin', 'topK'],
  ...['input', 'constant', 'scalar'],
];
/** Exported functions that make no operation. */
const HELPERS = ['firstWindows', 'transposedTo', 'poolWindows', 'adaptiveCell', 'broadcastShapes', 'unbroadcast'];

const TOLERANCE = 1e-7;
/** ONNX Runtime folds attention's 1 / sqrt(width) into an attribute of its matrix product, which is a float32. */
const VALUE_TOLERANCE: Readonly<Record<string, number>> = { attention: 1e-7, attentionMask: 1e-7 };
const worst = new Map<string, { first: number; second: number }>();

function forCases(name: string, numRuns: number, check: (c: OpCase, draw: Draw) => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(fc.gen(), async (generate) => {
    const draw = Draw.from(generate);
    await check(OP_CASES[name](draw, 'float64'), draw);
  });
  return fc.assert(property, { seed: 20_251, numRuns, endOnFailure: true });
}

/** A scalar that depends on every element of a tensor in its own way. */
function project(output: Tensor, draw: Draw): Tensor {
  const weights = constant(draw.values(output.shape), output.shape, output.dtype);
  return sum(mul(output, weights), null);
}

/** A case's values and the gradients of a projection of them. */
function valuesAndGradients(c: OpCase, draw: Draw): Promise<Record<string, Float64Array>> {
  const toSources = gradients(project(c.output, draw), sourcesOf(c));
  const outputs = Object.fromEntries(toSources.map((gradient, index) => [`gradient ${index}`, gradient]));
  return evaluate(c.inputs, { values: c.output, ...outputs }, c.values);
}

const sourcesOf = (c: OpCase) => c.inputs.filter(({ dtype }) => isFloat(dtype));

test('every op that src-main/graph/ops exports has its cases here', async () => {
  const folder = resolve('src-main/graph/ops');
  const exported: string[] = [];
  for (const file of readdirSync(folder).sort()) {
    const module = (await import(`${folder}/${file}`)) as Record<string, unknown>;
    exported.push(...Object.keys(module).filter((key) => typeof module[key] === 'function'));
  }
  expect(exported.length).toBeGreaterThan(50);
  expect([...exported].sort()).toEqual([...Object.keys(OP_CASES), ...IN_VALUES_TEST, ...HELPERS].sort());
});

describe.each(Object.keys(OP_CASES))('%s', (name) => {
  const record = (order: 'first' | 'second', error: number) => {
    const known = worst.get(name) ?? { first: 0, second: 0 };
    worst.set(name, { ...known, [order]: Math.max(known[order], error) });
  };

  test('values', () =>
    forCases(name, 8, async ({ inputs, values, output, expected }) => {
      if (expected === undefined) throw new Error(`${name} has no reference`);
      const { y } = await evaluate(inputs, { y: output }, values);
      expect(maxDifference(y, tabulate(output.shape, expected))).toBeLessThan(VALUE_TOLERANCE[name] ?? 1e-12);
    }));

  test('gradient', () =>
    forCases(name, 6, async (c, draw) => {
      const error = await gradientError(c.inputs, sourcesOf(c), project(c.output, draw), c.values);
      record('first', error);
      expect(error).toBeLessThan(TOLERANCE);
    }));

  test('gradient of the gradient', () =>
    forCases(name, 3, async (c, draw) => {
      const sources = sourcesOf(c);
      const first = gradients(project(c.output, draw), sources);
      const loss = first
        .map((gradient) => add(project(gradient, draw), scale(sum(square(gradient), null), 0.1)))
        .reduce((total, term) => add(total, term));
      const error = await gradientError(c.inputs, sources, loss, c.values);
      record('second', error);
      expect(error).toBeLessThan(TOLERANCE);
    }));
});

describe('float32 kernels agree with float64', () => {
  // Relative to the largest value, since single products round in units of it.
  test.each(Object.keys(OP_CASES))('%s', async (name) => {
    const property = fc.asyncProperty(fc.gen(), async (generate) => {
      const draw = Draw.from(generate);
      const wide = await valuesAndGradients(OP_CASES[name](draw, 'float64'), draw);
      const again = draw.replay();
      const narrow = await valuesAndGradients(OP_CASES[name](again, 'float32'), again);
      for (const [key, values] of Object.entries(wide)) {
        const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        expect(maxDifference(narrow[key], values) / largest, key).toBeLessThan(1e-5);
      }
    });
    await fc.assert(property, { seed: 7, numRuns: 3, endOnFailure: true });
  });
});

afterAll(() => {
  const rows = [...worst].map(([name, { first, second }]) => [name, first.toExponential(1), second.toExponential(1)]);
  const most = (order: 'first' | 'second') => Math.max(...[...worst.values()].map((entry) => entry[order]));
  console.info(
    `Worst gradient error ${most('first').toExponential(1)}, of gradients of gradients ${most('second').toExponential(1)}`,
  );
  console.info(rows.map((cells) => cells.join(' ')).join('\n'));
});
