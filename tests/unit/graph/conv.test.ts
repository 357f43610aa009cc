/** @file Convolutions too large for central differences: every form of the lowering, and what is refused. */

import { describe, expect, test } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import type { ConvOptions } from '../../../src-main/graph/convolution.js';
import { gradients } from '../../../src-main/graph/gradient.js';
import { lowerProgram } from '../../../src-main/graph/onnx.js';
import { conv } from '../../../src-main/graph/ops/conv.js';
import { convTranspose } from '../../../src-main/graph/ops/conv-transpose.js';
import { convWeightGradient } from '../../../src-main/graph/ops/conv-weight.js';
import { mul } from '../../../src-main/graph/ops/elementwise.js';
import { sum } from '../../../src-main/graph/ops/reduce.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { program } from '../../../src-main/graph/program.js';
import { type DType, GraphError, sizeOf } from '../../../src-main/graph/tensor.js';
import { evaluate } from '../../helpers/run-graph.js';

interface Layer {
  x: number[];
  weight: number[];
  options: ConvOptions;
}

/** Layers by the form that the weight's gradient takes. */
const LAYERS: [string, Layer][] = [
  ['few input channels', { x: [3, 2, 17, 19], weight: [8, 2, 5, 5], options: { stride: 2, padding: 2 } }],
  ['one position of the kernel', { x: [3, 40, 9, 8], weight: [24, 40, 1, 1], options: {} }],
  ['many positions', { x: [2, 20, 18, 17], weight: [12, 20, 3, 3], options: { padding: 1 } }],
  ['many positions in groups', { x: [2, 40, 18, 17], weight: [24, 20, 3, 3], options: { padding: 1, groups: 2 } }],
  ['few positions', { x: [5, 20, 7, 6], weight: [12, 20, 3, 3], options: { stride: [2, 1], padding: 1 } }],
  ['many channels', { x: [2, 56, 18, 17], weight: [48, 56, 3, 3], options: { padding: 1, dilation: 2 } }],
  ['pieces of channels', { x: [3, 64, 6, 5], weight: [8, 64, 3, 3], options: { padding: [1, 2], dilation: [1, 2] } }],
  ['pieces of channels, strided', { x: [3, 65, 7, 6], weight: [9, 65, 3, 2], options: { padding: 1, stride: [2, 3] } }],
  ['pieces of channels, one position', { x: [2, 64, 5, 6], weight: [10, 64, 1, 1], options: { stride: 2 } }],
  ['pieces of channels, in chunks', { x: [4, 80, 60, 62], weight: [2, 80, 3, 3], options: { padding: 1 } }],
  ['pieces of channels, three axes', { x: [2, 64, 3, 4, 3], weight: [5, 64, 2, 3, 2], options: { padding: 1 } }],
  ['blocks of channels', { x: [2, 32, 9, 10], weight: [48, 32, 3, 3], options: { padding: 1 } }],
  [
    'blocks of channels, dilated',
    { x: [2, 48, 11, 9], weight: [32, 48, 3, 2], options: { padding: [2, 1], dilation: 2 } },
  ],
  ['blocks of channels, strided', { x: [2, 32, 19, 18], weight: [64, 32, 3, 3], options: { padding: 1, stride: 2 } }],
  ['small maps', { x: [3, 64, 5, 6], weight: [72, 64, 3, 3], options: { padding: 1 } }],
  ['small maps, strided', { x: [2, 66, 7, 8], weight: [70, 66, 3, 3], options: { padding: 1, stride: 2 } }],
  ['small maps, taps that nothing reads', { x: [2, 64, 8, 9], weight: [64, 64, 1, 2], options: { stride: [2, 3] } }],
  [
    'small maps, far strides',
    { x: [2, 64, 9, 7], weight: [65, 64, 3, 2], options: { stride: 2, dilation: [1, 3], padding: 1 } },
  ],
  ['small maps, one axis', { x: [2, 64, 15], weight: [64, 64, 4], options: { stride: 2, padding: 1 } }],
  [
    'small maps, three axes',
    { x: [2, 64, 4, 3, 4], weight: [64, 64, 2, 3, 2], options: { stride: [2, 1, 2], padding: 1 } },
  ],
  ['one channel for each group', { x: [2, 24, 18, 17], weight: [24, 1, 7, 7], options: { padding: 3, groups: 24 } }],
  ['three axes', { x: [2, 20, 7, 8, 6], weight: [6, 20, 3, 2, 3], options: { padding: 1 } }],
  ['one axis', { x: [2, 20, 300], weight: [6, 20, 5], options: { padding: 2, stride: 3 } }],
];

async function results({ x, weight, options }: Layer, dtype: DType) {
  const random = new Random(4);
  const given = (name: string, shape: readonly number[]) => {
    values[name] = Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(random.uniform(-1, 1)));
    return input(name, shape, dtype);
  };
  const values: Record<string, Float64Array> = {};
  const [images, kernel] = [given('x', x), given('weight', weight)];
  const y = conv(images, kernel, options);
  const g = given('g', y.shape);
  const [toX, toWeight] = gradients(sum(mul(y, g), null), [images, kernel]);
  const computed = await evaluate([images, kernel, g], { y, toX, toWeight }, values);
  return { values, y: computed.y, toX: computed.toX, toWeight: computed.toWeight };
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let result = 0;
  for (let i = 0; i < a.length; i++) result += a[i] * b[i];
  return result;
};

describe.each(LAYERS)('%s', (_name, layer) => {
  test('both gradients are adjoint to the convolution (float64)', async () => {
    // y is linear in x and in the weight: <g, y> = <gradient, the other>, whatever the numbers.
    const { values, y, toX, toWeight } = await results(layer, 'float64');
    const expected = dot(values.g, y);
    expect(Math.abs(expected)).toBeGreaterThan(1e-3);
    expect(dot(toX, values.x)).toBeCloseTo(expected, 9);
    expect(dot(toWeight, values.weight)).toBeCloseTo(expected, 9);
  });

  test('float32 agrees with float64', async () => {
    const [wide, narrow] = [await results(layer, 'float64'), await results(layer, 'float32')];
    for (const key of ['y', 'toX', 'toWeight'] as const) {
      const largest = wide[key].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const worst = wide[key].reduce((most, value, i) => Math.max(most, Math.abs(value - narrow[key][i])), 0);
      expect(worst / largest, key).toBeLessThan(3e-6);
    }
  });
});

test('a transposed convolution with more padding than reach crops its result', async () => {
  const x = input('x', [1, 1, 5], 'float32');
  const weight = input('weight', [1, 1, 2], 'float32');
  const y = convTranspose(x, weight, { padding: 2 });
  const { values } = await evaluate([x, weight], { values: y }, { x: [1, 2, 3, 4, 5], weight: [1, 10] });
  expect([...values]).toEqual([23, 34]);
});

describe('refused', () => {
  const t = (...shape: number[]) => input('x', shape, 'float32');
  const MISTAKES: [string, () => unknown, RegExp][] = [
    ['channels', () => conv(t(1, 3, 8, 8), t(4, 2, 3, 3)), /conv of float32\[1, 3, 8, 8\] with weight/],
    ['rank', () => conv(t(1, 3, 8, 8), t(4, 3, 3)), /conv of float32/],
    ['no spatial axis', () => conv(t(1, 3), t(4, 3)), /conv of float32\[1, 3\]/],
    ['four spatial axes', () => conv(t(1, 1, 2, 2, 2, 2), t(1, 1, 1, 1, 1, 1)), /conv of float32/],
    ['groups', () => conv(t(1, 4, 8), t(3, 2, 3), { groups: 2 }), /in 2 groups/],
    ['no groups', () => conv(t(1, 4, 8), t(3, 2, 3), { groups: 0 }), /in 0 groups/],
    ['stride', () => conv(t(1, 4, 8), t(3, 4, 3), { stride: 0 }), /stride \[0\]/],
    ['padding for another rank', () => conv(t(1, 4, 8), t(3, 4, 3), { padding: [1, 1] }), /padding \[1, 1\] over 1/],
    ['window too wide', () => conv(t(1, 4, 8), t(3, 4, 5), { dilation: 2 }), /a window of 9 does not fit in 8/],
    ['bias', () => conv(t(1, 4, 8), t(3, 4, 3), { bias: t(4) }), /3 channels with bias float32\[4\]/],
    ['element types', () => conv(t(1, 4, 8), input('w', [3, 4, 3], 'float64')), /one element type/],
    ['nothing left', () => convTranspose(t(1, 4, 1), t(4, 3, 2), { padding: 1 }), /would leave \[0\]/],
    ['output padding', () => convTranspose(t(1, 4, 3), t(4, 3, 2), { stride: 2, outputPadding: 2 }), /output padding/],
    [
      'gradient of other windows',
      () =>
        convWeightGradient(t(1, 4, 8), t(1, 3, 9), {
          kernel: [3],
          stride: [1],
          padding: [0],
          dilation: [1],
          groups: 1,
        }),
      /convWeightGradient of/,
    ],
  ];
  test.each(MISTAKES)('%s', (_name, build, message) => {
    expect(build).toThrow(GraphError);
    expect(build).toThrow(message);
  });
});

test('a stride of 1 is lowered to Conv alone, both ways', () => {
  const [x, weight] = [input('x', [2, 4, 8, 8], 'float32'), input('weight', [6, 4, 3, 3], 'float32')];
  const [toX] = gradients(sum(conv(x, weight, { padding: 1 }), null), [x]);
  const model = Buffer.from(lowerProgram(program('p', { inputs: [x, weight], outputs: { toX } })).model);
  expect(model.includes('ConvTranspose')).toBe(false);
});
