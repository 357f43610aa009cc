/** @file Weights made elsewhere, beside what timm makes of them (bench/peers/foreign_weights_fixture.py). */

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSafetensors } from '../../../src-main/exports/safetensors.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { type ForeignTensor, fitWeights } from '../../../src-main/nn/foreign-weights.js';
import { type Parameter, ParameterScope } from '../../../src-main/nn/parameters.js';
import { patchify, type VitConfig, vitEncoder } from '../../../src-main/nn/vit.js';
import { maxDifference } from '../../helpers/run-graph.js';

const { tensors } = readSafetensors(join(__dirname, '../../fixtures/nn/foreign-weights.safetensors'));
const own: VitConfig = { imageSize: 24, patchSize: 4, width: 8, depth: 1, heads: 2, channels: 3 };

function fixture(prefix: string): Map<string, ForeignTensor> {
  return new Map(
    [...tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, { shape, data }]) => [name.slice(prefix.length), { shape, data: data as Float32Array }]),
  );
}

function parametersOf(config: VitConfig): readonly Parameter[] {
  const scope = ParameterScope.root('float32');
  const images = input('images', [1, config.channels, config.imageSize, config.imageSize], 'float32');
  vitEncoder(scope, config, patchify(images, config.patchSize), { trainPositions: true });
  return scope.parameters;
}

const expected = (name: string) => tensors.get(name)?.data as Float32Array;

it('takes every tensor of a VisionTransformer of the same shape as it is', () => {
  const { values, report } = fitWeights(parametersOf(own), fixture('file.'));
  expect(report.missing).toEqual([]);
  expect(report.adapted).toEqual([]);
  expect(report.loaded).toHaveLength(parametersOf(own).length);
  expect(report.unused).toEqual(['head.bias', 'head.weight']);
  expect(values.get('norm.bias')).toEqual(expected('file.norm.bias'));
});

it.each([
  ['grown', 32, 8],
  ['shrunk', 16, 4],
])('resamples position embeddings as timm does: %s', (key, imageSize, grid) => {
  const { values, report } = fitWeights(parametersOf({ ...own, imageSize }), fixture('file.'));
  expect(report.adapted).toEqual([{ name: 'pos_embed', how: `resampled from 6 x 6 to ${grid} x ${grid} patches` }]);
  expect(maxDifference(values.get('pos_embed') as Float32Array, expected(`${key}.pos_embed`))).toBeLessThan(1e-6);
});

it.each([
  ['grey', 1, '3 input channels summed to 1'],
  ['five', 5, '3 input channels repeated to 5'],
])('fits the patch embedding to other channels as timm does: %s', (key, channels, how) => {
  const { values, report } = fitWeights(parametersOf({ ...own, channels }), fixture('file.'));
  expect(report.adapted).toEqual([{ name: 'patch_embed.proj.weight', how }]);
  const name = 'patch_embed.proj.weight';
  expect(maxDifference(values.get(name) as Float32Array, expected(`${key}.${name}`))).toBeLessThan(1e-6);
});

it('finds names behind a wrapper, and positions without a class token', () => {
  const wrapped = new Map([...fixture('file.')].map(([name, tensor]) => [`model.backbone.${name}`, tensor]));
  const positions = wrapped.get('model.backbone.pos_embed') as ForeignTensor;
  wrapped.set('model.backbone.pos_embed', { shape: [1, 36, 8], data: positions.data.slice(8) });
  const { values, report } = fitWeights(parametersOf(own), wrapped);
  expect(report.prefix).toBe('model.backbone.');
  expect(report.missing).toEqual([]);
  expect(values.get('pos_embed')?.subarray(0, 8)).toEqual(new Float32Array(8));
  expect(values.get('pos_embed')?.subarray(8)).toEqual(positions.data.slice(8));
});

it('says which parameters are not there or do not fit, and leaves them out', () => {
  const { values, report } = fitWeights(parametersOf({ ...own, width: 12, depth: 2, heads: 3 }), fixture('file.'));
  expect(report.missing).toContainEqual({ name: 'norm.weight', reason: 'is [8] in the file and [12] here' });
  expect(report.missing).toContainEqual({ name: 'blocks.1.norm1.weight', reason: 'is not in the file' });
  expect(report.missing).toContainEqual({
    name: 'pos_embed',
    reason: 'is [1, 37, 8] in the file and [1, 37, 12] here',
  });
  expect(values.size).toBe(0);
});
