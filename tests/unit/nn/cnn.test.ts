/**
 * @file Convolution, pooling, resizing and norms against PyTorch in float64, values and gradients, and ResNets against
 * torchvision's names and shapes (tests/fixtures/nn/cnn.json, written by bench/peers/cnn_fixtures.py).
 */

import { describe, expect, test } from 'vitest';
import { gradients } from '../../../src-main/graph/gradient.js';
import { maxPool } from '../../../src-main/graph/ops/pool.js';
import { sum } from '../../../src-main/graph/ops/reduce.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { sizeOf } from '../../../src-main/graph/tensor.js';
import { batchNormLayer, convNextBlock, patchEmbedding } from '../../../src-main/nn/conv-layers.js';
import { fitWeights } from '../../../src-main/nn/foreign-weights.js';
import { ParameterScope } from '../../../src-main/nn/parameters.js';
import { resNetClassifier, resNetEncoder, resNetWidth } from '../../../src-main/nn/resnet.js';
import { defaultUNet, uNet } from '../../../src-main/nn/unet.js';
import { type CnnCase, CNN_FIXTURE as fixture, graphOf } from '../../helpers/cnn-fixture.js';
import { uniform } from '../../helpers/formula.js';
import { evaluate, maxDifference } from '../../helpers/run-graph.js';

/** The four sums that the fixture keeps of a tensor. */
function sums(values: ArrayLike<number>, shape: readonly number[]): number[] {
  const weights = uniform('weights', shape);
  const totals = [0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    [value, value * weights[i], value ** 2, value ** 2 * weights[i]].forEach((term, index) => {
      totals[index] += term;
    });
  }
  return totals;
}

describe('PyTorch’s values and gradients', () => {
  const named = fixture.cases.map((one): [string, CnnCase] => [
    `${one.op} of [${one.shapes.x}] ${JSON.stringify(one.options)}`,
    one,
  ]);
  test.each(named)('%s', async (_name, one) => {
    const { shapes, shape, values: expected, gradients: slopes } = one;
    const names = Object.keys(shapes);
    const { inputs, g, output, toInputs } = graphOf(one);
    expect(output.shape).toEqual(shape);
    const feeds: Record<string, Float64Array> = { g: uniform('g', shape) };
    for (const name of names) feeds[name] = uniform(name, shapes[name]);
    const outputs = Object.fromEntries(toInputs.map((tensor, index) => [names[index], tensor]));
    const results = await evaluate([...inputs, g], { output, ...outputs }, feeds);
    expect(maxDifference(sums(results.output, shape), expected)).toBeLessThan(1e-8);
    for (const name of names) {
      expect(maxDifference(sums(results[name], shapes[name]), slopes[name]), name).toBeLessThan(1e-7);
    }
  });

  test.each(['float64', 'float32'] as const)('the first of equal elements gets the gradient (%s)', async (dtype) => {
    const { x: values, overlapping, sideBySide } = fixture.ties;
    const x = input('x', [1, 1, 4, 4], dtype);
    const [moving] = gradients(sum(maxPool(x, 3, { stride: 1 }), null), [x]);
    const [apart] = gradients(sum(maxPool(x, 2), null), [x]);
    const results = await evaluate([x], { moving, apart }, { x: values });
    expect([...results.moving]).toEqual(overlapping);
    expect([...results.apart]).toEqual(sideBySide);
  });
});

describe('networks', () => {
  test.each(['resnet-18', 'resnet-50'] as const)('%s has torchvision’s names and shapes, in both modes', (name) => {
    for (const mode of ['train', 'infer'] as const) {
      const scope = ParameterScope.root('float32');
      const images = input('images', [2, 3, 64, 64], 'float32');
      const logits = resNetClassifier(scope, name, images, 1000, { mode });
      expect(logits.shape).toEqual([2, 1000]);
      const own = scope.parameters.map((parameter) => `${parameter.name} [${parameter.tensor.shape.join(', ')}]`);
      expect(own.sort()).toEqual([...fixture.resnets[name]].sort());
      const replaced = scope.parameters.filter(({ next }) => next !== undefined);
      expect(replaced.every((parameter) => parameter.name.includes('.running_') && !parameter.trainable)).toBe(true);
      expect(replaced.length > 0).toBe(mode === 'train');
    }
  });

  test('torchvision’s weights load whole, running statistics with them, the count of batches unread', () => {
    const scope = ParameterScope.root('float32');
    resNetClassifier(scope, 'resnet-18', input('images', [2, 3, 64, 64], 'float32'), 1000, { mode: 'train' });
    const foreign = new Map<string, { shape: number[]; data: Float32Array }>();
    for (const line of fixture.resnets['resnet-18']) {
      const [name, shape] = [line.slice(0, line.indexOf(' ')), JSON.parse(line.slice(line.indexOf(' '))) as number[]];
      foreign.set(name, { shape, data: new Float32Array(sizeOf(shape)).fill(2) });
    }
    foreign.set('bn1.num_batches_tracked', { shape: [], data: Float32Array.of(7) });
    const { values, report } = fitWeights(scope.parameters, foreign);
    expect(report.missing).toEqual([]);
    expect(report.unused).toEqual([]);
    expect(report.loaded.length).toBe(scope.parameters.length);
    expect(values.get('layer4.1.bn2.running_var')?.[511]).toBe(2);
  });

  test('widths of features', () => {
    const images = input('images', [2, 1, 33, 65], 'float32');
    const features = resNetEncoder(ParameterScope.root('float32'), 'resnet-50', images, { mode: 'infer' });
    expect(features.shape).toEqual([2, resNetWidth('resnet-50')]);
  });

  test('a U-Net keeps the size, in two and three dimensions, and refuses lengths that do not divide', () => {
    for (const lengths of [
      [32, 48],
      [16, 16, 32],
    ]) {
      const images = input('images', [1, 2, ...lengths], 'float32');
      const logits = uNet(ParameterScope.root('float32'), { ...defaultUNet, norm: 'instance' }, images, 3, 'train');
      expect(logits.shape).toEqual([1, 3, ...lengths]);
    }
    const odd = input('images', [1, 1, 40, 40], 'float32');
    expect(() => uNet(ParameterScope.root('float32'), defaultUNet, odd, 2, 'train')).toThrow(/lengths that 16 divides/);
  });

  test('patches of a volume are the products of its blocks', async () => {
    const scope = ParameterScope.root('float64');
    const x = input('x', [1, 2, 4, 2, 6], 'float64');
    const tokens = patchEmbedding(scope, x, [2, 2, 3], 3);
    expect(tokens.shape).toEqual([1, 4, 3]);
    const values = {
      x: uniform('x', x.shape),
      'proj.weight': uniform('w', [3, 2, 2, 2, 3]),
      'proj.bias': [1, 2, 3],
    };
    const results = await evaluate([x, ...scope.parameters.map(({ tensor }) => tensor)], { tokens }, values);
    // Token 3 is the block at depth 2..3, rows 0..1, columns 3..5; its channel 1.
    let expected = 2;
    for (let c = 0; c < 2; c++)
      for (let d = 0; d < 2; d++)
        for (let r = 0; r < 2; r++)
          for (let k = 0; k < 3; k++) {
            const at = ((c * 4 + d + 2) * 2 + r) * 6 + k + 3;
            expected += values.x[at] * values['proj.weight'][(((1 * 2 + c) * 2 + d) * 2 + r) * 3 + k];
          }
    expect(results.tokens[3 * 3 + 1]).toBeCloseTo(expected, 12);
    expect(() => patchEmbedding(ParameterScope.root('float64'), x, [3, 2, 3], 3)).toThrow(/do not divide/);
  });

  test('a ConvNeXt block starts near the identity', async () => {
    const scope = ParameterScope.root('float64');
    const x = input('x', [1, 4, 5, 6], 'float64');
    const y = convNextBlock(scope, x);
    const names = ['conv_dw.weight', 'conv_dw.bias', 'norm.weight', 'norm.bias', 'gamma'];
    const mlp = ['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias'].map((name) => `mlp.${name}`);
    expect(scope.parameters.map(({ name }) => name).sort()).toEqual([...names, ...mlp].sort());
    const values: Record<string, ArrayLike<number>> = { x: uniform('x', x.shape) };
    for (const { name, tensor } of scope.parameters) values[name] = uniform(name, tensor.shape);
    values.gamma = new Float64Array(4).fill(1e-6);
    const results = await evaluate([x, ...scope.parameters.map(({ tensor }) => tensor)], { y }, values);
    const difference = maxDifference(results.y, values.x);
    expect(difference).toBeGreaterThan(1e-8);
    expect(difference).toBeLessThan(1e-4);
  });

  test('batch norm in training needs more than one value for each channel', () => {
    const x = input('x', [1, 4], 'float32');
    expect(() => batchNormLayer(ParameterScope.root('float32'), x, 'train')).toThrow(/more than one value/);
    expect(sizeOf(batchNormLayer(ParameterScope.root('float32'), x, 'infer').shape)).toBe(4);
  });
});
