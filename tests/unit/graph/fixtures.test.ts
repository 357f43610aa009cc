/** @file Every op against PyTorch: values and gradients, in float64, float32 and in TensorFlow.js. */

import { beforeAll, describe, expect, test } from 'vitest';
import type { FloatDType, Tensor } from '../../../src-main/graph/tensor.js';
import { evaluate, maxDifference } from '../../helpers/run-graph.js';
import { evaluateWithTfjs } from '../../helpers/run-tfjs.js';
import { tf } from '../../helpers/tfjs.js';
import { FIXTURES, fixtureGraph } from './support/fixtures.js';

type Results = Record<string, Float64Array>;

const ENGINES: [string, FloatDType, typeof evaluate, number][] = [
  // Single constants of ONNX operators (a slope, 1 / sqrt(width)) are float32 whatever the tensors are.
  ['ONNX Runtime, float64', 'float64', evaluate, 2e-7],
  ['ONNX Runtime, float32', 'float32', evaluate, 1e-5],
  ['TensorFlow.js', 'float32', (...given: Parameters<typeof evaluate>) => evaluateWithTfjs(tf, ...given), 1e-5],
];

describe.each(ENGINES)('%s gives PyTorch’s values and gradients', (_engine, dtype, run, tolerance) => {
  let results: Results = {};

  // All ops in one program.
  beforeAll(async () => {
    const inputs: Tensor[] = [];
    const outputs: Record<string, Tensor> = {};
    const values: Record<string, ArrayLike<number>> = {};
    for (const name of Object.keys(FIXTURES)) {
      const graph = fixtureGraph(name, dtype, `${name} `);
      inputs.push(...graph.inputs);
      Object.assign(values, graph.values);
      outputs[name] = graph.output;
      for (const [index, gradient] of graph.toInputs.entries()) outputs[`${name} gradient ${index}`] = gradient;
    }
    results = await run(inputs, outputs, values);
  });

  test.each(Object.keys(FIXTURES))('%s', (name) => {
    const { output, gradients = [] } = FIXTURES[name];
    const { output: built } = fixtureGraph(name, dtype);
    expect(built.shape).toEqual(output.shape);
    const close = (key: string, expected: number[]) => {
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      expect(maxDifference(results[key], expected) / largest, key).toBeLessThan(tolerance);
    };
    close(name, output.data);
    for (const [index, { data }] of gradients.entries()) close(`${name} gradient ${index}`, data);
  });
});
