/**
 * @file Whole models: ten training steps from the same weights and batches give the losses that PyTorch's float32
 * gives (tests/fixtures/nn/curves.json, written by bench/peers/curves.py).
 */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NativeSession } from '../../../src-main/engine/native-session.js';
import type { ProgramRunner } from '../../../src-main/engine/runner.js';
import { ProgramSession, type TensorData } from '../../../src-main/engine/session.js';
import { relu } from '../../../src-main/graph/ops/elementwise.js';
import { crossEntropy } from '../../../src-main/graph/ops/loss.js';
import { l2Normalise } from '../../../src-main/graph/ops/normalise.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../../../src-main/graph/optimiser.js';
import { applyPasses } from '../../../src-main/graph/passes/index.js';
import { forNative } from '../../../src-main/graph/passes/native.js';
import type { Program } from '../../../src-main/graph/program.js';
import { sgd, sgdHyperparameters } from '../../../src-main/graph/sgd.js';
import { sizeOf, type Tensor } from '../../../src-main/graph/tensor.js';
import { loadNative } from '../../../src-main/native/addon.js';
import { planFor } from '../../../src-main/native/planner.js';
import { linearLayer } from '../../../src-main/nn/layers.js';
import { ParameterScope } from '../../../src-main/nn/parameters.js';
import { resNetEncoder } from '../../../src-main/nn/resnet.js';
import { uNet } from '../../../src-main/nn/unet.js';
import { VIT_BACKBONES } from '../../../src-main/nn/vit.js';
import { ntXent } from '../../../src-main/ssl/contrastive.js';
import { inpaintingTask, PATCH_ORDER } from '../../../src-main/ssl/inpainting.js';
import { type StepOptions, trainingStep } from '../../../src-main/training/step-program.js';
import { formulaWeights, uniform } from '../../helpers/formula.js';

interface Curves {
  learningRate: number;
  mae: { config: { imageSize: number; patchSize: number; batch: number; visible: number }; losses: number[] };
  simclr: {
    config: {
      imageSize: number;
      batch: number;
      hidden: number;
      projection: number;
      temperature: number;
      learningRate: number;
      momentum: number;
    };
    losses: number[];
    statistics: Record<string, [number, number]>;
    names: number;
  };
  unet: {
    config: { imageSize: number; batch: number; width: number; levels: number; classes: number };
    losses: number[];
  };
}

const curves = JSON.parse(readFileSync(resolve('tests/fixtures/nn/curves.json'), 'utf8')) as Curves;

interface Descent extends StepOptions {
  /** Values of the optimiser's input at a step, counted from 1. */
  numbers: (step: number) => Float64Array;
}

const ADAMW: Descent = { numbers: (step) => hyperparameters(step, curves.learningRate, defaultAdamW) };

const THREADS = 2;

/** The engines of the CPU; the native one where it was built. */
const ENGINES: Record<string, (program: Program) => Promise<ProgramRunner>> = {
  'ONNX Runtime': (program) => ProgramSession.create(program, { provider: 'cpu', threads: THREADS }),
};
const addon = loadNative();
if (addon !== null) {
  ENGINES['the native engine'] = async (program) =>
    NativeSession.create(program, planFor(forNative(applyPasses(program))), addon, THREADS);
}

test.skipIf(addon !== null)('the native engine was not built: its losses are not compared', () => undefined);

/** The losses of ten steps, and the state after them. */
async function train(
  open: (program: Program) => Promise<ProgramRunner>,
  scope: ParameterScope,
  graph: { inputs: readonly Tensor[]; loss: Tensor },
  batchOf: (step: number) => Record<string, TensorData>,
  descent: Descent = ADAMW,
): Promise<{ losses: number[]; state: Map<string, TensorData> }> {
  const step = trainingStep('curve', scope.parameters, { ...graph, monitors: {} }, defaultAdamW, descent);
  const session = await open(step.program);
  const values = new Map<string, TensorData>();
  for (const { name, current } of step.program.state) values.set(name, new Float32Array(sizeOf(current.shape)));
  for (const parameter of scope.parameters) {
    const { name, initialiser } = parameter;
    values.set(name, initialiser.kind === 'values' ? Float32Array.from(initialiser.values) : formulaWeights(parameter));
  }
  session.setValues(values);
  const losses: number[] = [];
  for (let index = 0; index < 10; index++) {
    const numbers = descent.numbers(index + 1);
    const results = await session.run({ ...batchOf(index), [HYPERPARAMETERS]: Float32Array.from(numbers) });
    losses.push(Number(results.loss[0]));
  }
  const state = await session.getState((name) => name.includes('running_'));
  await session.release();
  return { losses, state };
}

const images = (step: number, shape: number[]) => Float32Array.from(uniform(`images ${step}`, shape));

function differences(losses: number[], expected: number[]): number[] {
  expect(losses.length).toBe(expected.length);
  return losses.map((loss, index) => Math.abs(loss / expected[index] - 1));
}

const TOLERANCE = 1e-4;

describe.each(Object.entries(ENGINES))('losses of ten steps are PyTorch’s, by %s', { timeout: 180_000 }, (_, open) => {
  test('masked inpainting with vit-tiny', async () => {
    const { config, losses: expected } = curves.mae;
    const { imageSize, patchSize, batch, visible } = config;
    const patches = (imageSize / patchSize) ** 2;
    const task = inpaintingTask({
      maskRatio: 1 - visible / patches,
      decoderWidth: 96,
      decoderDepth: 2,
      decoderHeads: 3,
    });
    const scope = ParameterScope.root('float32');
    const vit = { ...VIT_BACKBONES['vit-tiny'], imageSize, patchSize, channels: 1 };
    const { losses } = await train(open, scope, task.build(scope, vit, batch), (step) => {
      const ranks = uniform(`order ${step}`, [batch, patches]);
      const order = new Int32Array(batch * patches);
      for (let image = 0; image < batch; image++) {
        const row = Array.from({ length: patches }, (_, patch) => patch);
        row.sort((a, b) => ranks[image * patches + a] - ranks[image * patches + b]);
        order.set(row, image * patches);
      }
      return { images: images(step, [batch, 1, imageSize, imageSize]), [PATCH_ORDER]: order };
    });
    expect(Math.max(...differences(losses, expected))).toBeLessThan(TOLERANCE);
  });

  test('SimCLR with ResNet-18, and its running statistics', async () => {
    const { config, losses: expected, statistics, names } = curves.simclr;
    const { imageSize, batch, hidden, projection, temperature, learningRate, momentum } = config;
    const scope = ParameterScope.root('float32');
    const pixels = input('images', [2 * batch, 1, imageSize, imageSize], 'float32');
    const features = resNetEncoder(scope.scope('encoder'), 'resnet-18', pixels, { mode: 'train' });
    const inner = relu(linearLayer(scope.scope('projector.0'), features, hidden));
    const unit = l2Normalise(linearLayer(scope.scope('projector.2'), inner, projection));
    expect(scope.parameters.length).toBe(names);
    const graph = { inputs: [pixels], loss: ntXent(unit, temperature) };
    const { losses, state } = await train(
      open,
      scope,
      graph,
      (step) => {
        const shape = [batch, 1, imageSize, imageSize];
        const first = images(step, shape);
        const noise = uniform(`noise ${step}`, shape);
        const views = new Float32Array(2 * first.length);
        views.set(first);
        views.set(
          first.map((value, index) => value + 0.25 * noise[index]),
          first.length,
        );
        return { images: views };
      },
      {
        optimise: (parts) => sgd(parts, { momentum, weightDecay: 0, clipNorm: 1, nesterov: false }),
        numbers: () => sgdHyperparameters(learningRate),
      },
    );
    expect(Math.max(...differences(losses, expected))).toBeLessThan(TOLERANCE);
    for (const [name, [total, squares]] of Object.entries(statistics)) {
      const values = state.get(name) as Float32Array;
      const scale = Math.sqrt(squares);
      expect(Math.abs(values.reduce((sum, value) => sum + value, 0) - total) / scale, name).toBeLessThan(1e-3);
      expect(Math.abs(Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0)) / scale - 1), name).toBeLessThan(
        1e-3,
      );
    }
  });

  test('segmentation with a U-Net', async () => {
    const { config, losses: expected } = curves.unet;
    const { imageSize, batch, width, levels, classes } = config;
    const scope = ParameterScope.root('float32');
    const shape = [batch, 1, imageSize, imageSize];
    const pixels = input('images', shape, 'float32');
    const target = input('target', [batch, imageSize, imageSize], 'int32');
    const logits = uNet(scope, { width, levels, norm: 'batch' }, pixels, classes, 'train');
    const graph = { inputs: [pixels, target], loss: crossEntropy(logits, target) };
    const { losses } = await train(open, scope, graph, (step) => {
      const values = images(step, shape);
      // As PyTorch computes it in float32.
      const bands = Int32Array.from(values, (value) =>
        Math.min(2, Math.trunc(Math.fround(Math.fround(value + 1) * 1.5))),
      );
      return { images: values, target: bands };
    });
    expect(Math.max(...differences(losses, expected))).toBeLessThan(TOLERANCE);
  });
});
