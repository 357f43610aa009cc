/** @file Operators that a provider lacks are spelled out in others, and give the same; here both run on the CPU. */

import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { lowerProgram } from '../../../src-main/graph/onnx.js';
import { attention } from '../../../src-main/graph/ops/attention.js';
import { convWeightGradient } from '../../../src-main/graph/ops/conv-weight.js';
import { scale } from '../../../src-main/graph/ops/elementwise.js';
import { or } from '../../../src-main/graph/ops/logic.js';
import { matmul } from '../../../src-main/graph/ops/matmul.js';
import { logSoftmax } from '../../../src-main/graph/ops/normalise.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { inputName, program } from '../../../src-main/graph/program.js';
import { WEBGPU_SPELLINGS } from '../../../src-main/graph/spelling.js';
import { type Shape, sizeOf, type Tensor } from '../../../src-main/graph/tensor.js';
import { uniform } from '../../helpers/formula.js';
import { maxDifference } from '../../helpers/run-graph.js';

const x = (name: string, shape: Shape) => input(name, shape, 'float32');

const window = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 };
const CASES: Record<string, () => [Tensor[], Tensor]> = {
  'a product, the second side transposed, the larger first': () => {
    const [a, b] = [x('a', [2, 3, 8, 5]), x('b', [2, 3, 4, 5])];
    return [[a, b], matmul(a, b, { transposeB: true, factor: 0.5 })];
  },
  'a product, the first side transposed, the larger second': () => {
    const [a, b] = [x('a', [3, 5, 2]), x('b', [4, 1, 5, 7])];
    return [[a, b], matmul(a, b, { transposeA: true, factor: -3 })];
  },
  'a product, both sides transposed': () => {
    const [a, b] = [x('a', [2, 5, 3]), x('b', [2, 4, 5])];
    return [[a, b], matmul(a, b, { transposeA: true, transposeB: true })];
  },
  attention: () => {
    const [q, k, v] = ['q', 'k', 'v'].map((name) => x(name, [2, 2, 5, 4]));
    return [[q, k, v], attention(q, k, v)];
  },
  'the gradient of a weight, image by image': () => {
    const [a, g] = [x('a', [2, 3, 16, 16]), x('g', [2, 4, 16, 16])];
    return [[a, g], convWeightGradient(a, g, { ...window, kernel: [3, 3] })];
  },
  'the gradient of a weight, all taps of an image': () => {
    const [a, g] = [x('a', [2, 1, 16, 16]), x('g', [2, 4, 16, 16])];
    return [[a, g], convWeightGradient(a, g, { ...window, kernel: [3, 3] })];
  },
  'log-softmax of values whose exponentials overflow': () => {
    const a = x('a', [4, 6]);
    return [[a], logSoftmax(scale(a, 1e4))];
  },
  or: () => {
    const [a, b] = [input('a', [2, 8], 'bool'), input('b', [8], 'bool')];
    return [[a, b], or(a, b)];
  },
};

test.each(Object.entries(CASES))('%s', async (_name, build) => {
  const [inputs, y] = build();
  const one = program('p', { inputs, outputs: { y } });
  const feeds = Object.fromEntries(
    inputs.map((tensor) => {
      const noise = uniform(inputName(tensor), tensor.shape);
      return tensor.dtype === 'bool'
        ? [
            inputName(tensor),
            new ort.Tensor(
              'bool',
              Uint8Array.from(noise, (v) => Number(v > 0)),
              [...tensor.shape],
            ),
          ]
        : [inputName(tensor), new ort.Tensor('float32', Float32Array.from(noise), [...tensor.shape])];
    }),
  );
  const results: Float64Array[] = [];
  for (const spellings of [{}, WEBGPU_SPELLINGS]) {
    const { model, outputNames } = lowerProgram(one, { spellings });
    // ONNX Runtime's own fusions would undo some of it.
    const session = await ort.InferenceSession.create(model, { graphOptimizationLevel: 'disabled' });
    const { data } = (await session.run(feeds))[outputNames.y];
    results.push(Float64Array.from(data as Float32Array));
    await session.release();
    const text = Buffer.from(model).toString('latin1');
    const lacking = Object.keys(WEBGPU_SPELLINGS).filter((operator) =>
      text.includes(`"${String.fromCharCode(operator.length)}${operator}`),
    );
    expect(lacking).toHaveLength(spellings === WEBGPU_SPELLINGS ? 0 : 1);
  }
  expect(results[0]).toHaveLength(sizeOf(y.shape));
  expect(maxDifference(results[0], results[1])).toBeLessThan(1e-5 * Math.max(...results[0].map(Math.abs), 1));
});
