/** @file The cases of tests/fixtures/nn/cnn.json, which bench/peers/cnn_fixtures.py wrote, as graphs. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gradients } from '../../src-main/graph/gradient.js';
import { conv } from '../../src-main/graph/ops/conv.js';
import { convTranspose } from '../../src-main/graph/ops/conv-transpose.js';
import { mul } from '../../src-main/graph/ops/elementwise.js';
import { batchNorm, groupNorm, instanceNorm } from '../../src-main/graph/ops/moments.js';
import { adaptiveMaxPool, maxPool } from '../../src-main/graph/ops/pool.js';
import { sum } from '../../src-main/graph/ops/reduce.js';
import { adaptiveAveragePool, averagePool, resizeLinear, resizeNearest } from '../../src-main/graph/ops/resample.js';
import { input } from '../../src-main/graph/ops/source.js';
import type { Tensor } from '../../src-main/graph/tensor.js';

interface Options {
  stride?: number[];
  padding?: number[];
  dilation?: number[];
  outputPadding?: number[];
  groups?: number;
  kernel?: number;
  countPadding?: boolean;
  sizes?: number[];
  alignCorners?: boolean;
}

export interface CnnCase {
  op: string;
  shapes: Record<string, number[]>;
  options: Options;
  shape: number[];
  values: number[];
  gradients: Record<string, number[]>;
}

export const CNN_FIXTURE = JSON.parse(readFileSync(resolve('tests/fixtures/nn/cnn.json'), 'utf8')) as {
  cases: CnnCase[];
  ties: { x: number[]; overlapping: number[]; sideBySide: number[] };
  resnets: Record<'resnet-18' | 'resnet-50', string[]>;
};

const OPS: Record<string, (inputs: Tensor[], options: Options) => Tensor> = {
  conv: ([x, weight, bias], options) => conv(x, weight, { ...options, bias }),
  convTranspose: ([x, weight, bias], options) => convTranspose(x, weight, { ...options, bias }),
  maxPool: ([x], { kernel = 1, ...options }) => maxPool(x, kernel, options),
  averagePool: ([x], { kernel = 1, ...options }) => averagePool(x, kernel, options),
  adaptiveAveragePool: ([x], { sizes = [] }) => adaptiveAveragePool(x, sizes),
  adaptiveMaxPool: ([x], { sizes = [] }) => adaptiveMaxPool(x, sizes),
  resizeNearest: ([x], { sizes = [] }) => resizeNearest(x, sizes),
  resizeLinear: ([x], { sizes = [], alignCorners = false }) => resizeLinear(x, sizes, alignCorners),
  batchNorm: ([x, gamma, beta]) => batchNorm(x, gamma, beta).output,
  groupNorm: ([x, gamma, beta], { groups = 1 }) => groupNorm(x, groups, gamma, beta),
  instanceNorm: ([x, gamma, beta]) => instanceNorm(x, gamma, beta),
};

/** A case's result, and the gradients of its product with `g`. */
export function graphOf({ op, shapes, options, shape }: CnnCase) {
  const inputs = Object.entries(shapes).map(([name, lengths]) => input(name, lengths, 'float64'));
  const output = OPS[op](inputs, options);
  const g = input('g', shape, 'float64');
  return { inputs, g, output, toInputs: gradients(sum(mul(output, g), null), inputs) };
}
