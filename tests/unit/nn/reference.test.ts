/** @file Models against timm and PyTorch: the fixtures were written by bench/peers/nn_fixtures.py in float64. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProgramSession, type TensorData } from '../../../src-main/engine/session.js';
import { gradients } from '../../../src-main/graph/gradient.js';
import { crossEntropy } from '../../../src-main/graph/ops/loss.js';
import { l2Normalise } from '../../../src-main/graph/ops/normalise.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../../../src-main/graph/optimiser.js';
import { program } from '../../../src-main/graph/program.js';
import { sizeOf } from '../../../src-main/graph/tensor.js';
import { ParameterScope } from '../../../src-main/nn/parameters.js';
import { meanPatchToken, patchify, sinCosPositions, vitEncoder } from '../../../src-main/nn/vit.js';
import { ntXent } from '../../../src-main/ssl/contrastive.js';
import { inpaintingTask, PATCH_ORDER } from '../../../src-main/ssl/inpainting.js';
import { trainingStep } from '../../../src-main/training/step-program.js';
import { evaluate, maxDifference } from '../../helpers/run-graph.js';

interface Array64 {
  shape: number[];
  data: number[];
}

interface Fixture {
  config: { imageSize: number; patchSize: number; width: number; depth: number; heads: number };
  weights: Record<string, Array64>;
  images: Array64;
}

function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(resolve('tests/fixtures/nn', `${name}.json`), 'utf8')) as T;
}

const cpu = { provider: 'cpu', threads: 1 } as const;

describe('vision transformer', () => {
  test('gives timm’s features from timm’s weights (float64)', async () => {
    const { config, weights, images, features, pooled } = fixture<Fixture & { features: Array64; pooled: Array64 }>(
      'vit',
    );
    const scope = ParameterScope.root('float64');
    const pixels = input('images', images.shape, 'float64');
    const patches = patchify(pixels, config.patchSize);
    const tokens = vitEncoder(scope, { ...config, channels: 1 }, patches, { trainPositions: true });
    expect(scope.parameters.map(({ name }) => name).sort()).toEqual(Object.keys(weights).sort());
    const values = Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, data]));
    const inputs = [pixels, ...scope.parameters.map(({ tensor }) => tensor)];
    const results = await evaluate(
      inputs,
      { tokens, pooled: meanPatchToken(tokens) },
      { ...values, images: images.data },
    );
    expect(maxDifference(results.tokens, features.data)).toBeLessThan(1e-10);
    expect(maxDifference(results.pooled, pooled.data)).toBeLessThan(1e-10);
  });

  test('position embeddings are MAE’s', () => {
    const { grid, width, table } = fixture<{ grid: number; width: number; table: Array64 }>('position-embedding');
    expect(maxDifference(sinCosPositions(grid, width), table.data)).toBeLessThan(1e-7);
  });
});

describe('masked inpainting', () => {
  interface MaeFixture extends Fixture {
    config: Fixture['config'] & { decoderWidth: number; decoderDepth: number; decoderHeads: number };
    visible: Array64;
    hidden: Array64;
    loss: number;
    gradients: Record<string, Array64>;
    decayed: string[];
    training: { losses: number[]; gradientNorms: number[]; weightsAfter: Record<string, Array64> };
  }
  const mae = fixture<MaeFixture>('mae');
  const [batch, visibleCount] = mae.visible.shape;
  const hiddenCount = mae.hidden.shape[1];

  function build() {
    const { decoderWidth, decoderDepth, decoderHeads } = mae.config;
    const maskRatio = hiddenCount / (visibleCount + hiddenCount);
    const task = inpaintingTask({ maskRatio, decoderWidth, decoderDepth, decoderHeads });
    const scope = ParameterScope.root('float64');
    const graph = task.build(scope, { ...mae.config, channels: 1 }, batch);
    return { graph, parameters: scope.parameters };
  }

  const order = new Int32Array(batch * (visibleCount + hiddenCount));
  for (let image = 0; image < batch; image++) {
    const start = image * (visibleCount + hiddenCount);
    order.set(mae.visible.data.slice(image * visibleCount, (image + 1) * visibleCount), start);
    order.set(mae.hidden.data.slice(image * hiddenCount, (image + 1) * hiddenCount), start + visibleCount);
  }
  const feeds = { images: Float64Array.from(mae.images.data), [PATCH_ORDER]: order };
  const weights = new Map<string, TensorData>(
    Object.entries(mae.weights).map(([name, { data }]) => [name, Float64Array.from(data)]),
  );

  test('loss and every gradient equal PyTorch’s (float64)', async () => {
    const { graph, parameters } = build();
    const trained = parameters.filter(({ trainable }) => trainable);
    const toParameters = gradients(
      graph.loss,
      trained.map(({ tensor }) => tensor),
    );
    const session = await ProgramSession.create(
      program('mae', {
        inputs: graph.inputs,
        frozen: parameters.map(({ tensor }) => tensor),
        outputs: {
          loss: graph.loss,
          ...Object.fromEntries(trained.map(({ name }, i) => [`d ${name}`, toParameters[i]])),
        },
      }),
      cpu,
    );
    session.setValues(weights);
    const results = await session.run(feeds);
    expect(Number(results.loss[0])).toBeCloseTo(mae.loss, 10);
    expect(trained.map(({ name }) => name).sort()).toEqual(Object.keys(mae.gradients).sort());
    for (const [name, { data }] of Object.entries(mae.gradients)) {
      expect(maxDifference(results[`d ${name}`] as Float64Array, data), name).toBeLessThan(1e-9);
    }
    await session.release();
  });

  test.each(['float64', 'float32'] as const)('ten AdamW steps give PyTorch’s losses (%s)', async (dtype) => {
    const { decoderWidth, decoderDepth, decoderHeads } = mae.config;
    const maskRatio = hiddenCount / (visibleCount + hiddenCount);
    const task = inpaintingTask({ maskRatio, decoderWidth, decoderDepth, decoderHeads });
    const scope = ParameterScope.root(dtype);
    const graph = task.build(scope, { ...mae.config, channels: 1 }, batch);
    const step = trainingStep('mae', scope.parameters, graph, defaultAdamW);
    const decayed = scope.parameters.filter(({ decay, trainable }) => decay && trainable).map(({ name }) => name);
    expect(decayed.sort()).toEqual([...mae.decayed].sort());
    const session = await ProgramSession.create(step.program, cpu);
    const typed = (values: ArrayLike<number>) =>
      dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values);
    const state = new Map<string, TensorData>();
    for (const { name, current } of step.program.state) state.set(name, typed(new Float64Array(sizeOf(current.shape))));
    for (const [name, { data }] of Object.entries(mae.weights)) state.set(name, typed(data));
    session.setValues(state);
    const tolerance = dtype === 'float64' ? 1e-9 : 1e-5;
    for (let index = 0; index < 10; index++) {
      const results = await session.run({
        images: typed(mae.images.data),
        [PATCH_ORDER]: order,
        [HYPERPARAMETERS]: typed(hyperparameters(index + 1, 1e-3, defaultAdamW)),
      });
      expect(Math.abs(Number(results.loss[0]) / mae.training.losses[index] - 1)).toBeLessThan(tolerance);
      expect(Math.abs(Number(results.gradientNorm[0]) / mae.training.gradientNorms[index] - 1)).toBeLessThan(tolerance);
    }
    const after = await session.getState();
    // The keys' part of a qkv bias has a gradient of zero in exact arithmetic; Adam turns its rounding into steps.
    for (const [name, { data }] of Object.entries(mae.training.weightsAfter)) {
      expect(maxDifference(after.get(name) as Float64Array, data), name).toBeLessThan(
        dtype === 'float64' ? 1e-9 : 1e-3,
      );
    }
    await session.release();
  });
});

describe('losses', () => {
  test('NT-Xent and its gradient equal PyTorch’s', async () => {
    const nt = fixture<{ temperature: number; embeddings: Array64; loss: number; gradient: Array64 }>('nt-xent');
    const embeddings = input('embeddings', nt.embeddings.shape, 'float64');
    const loss = ntXent(l2Normalise(embeddings), nt.temperature);
    const [gradient] = gradients(loss, [embeddings]);
    const results = await evaluate([embeddings], { loss, gradient }, { embeddings: nt.embeddings.data });
    expect(results.loss[0]).toBeCloseTo(nt.loss, 10);
    expect(maxDifference(results.gradient, nt.gradient.data)).toBeLessThan(1e-10);
  });

  test('cross-entropy with label smoothing equals PyTorch’s', async () => {
    interface Case {
      labelSmoothing: number;
      loss: number;
      gradient: Array64;
    }
    const ce = fixture<{ logits: Array64; labels: Array64; cases: Case[] }>('cross-entropy');
    expect(ce.cases.length).toBeGreaterThan(1);
    for (const { labelSmoothing, loss: expected, gradient: expectedGradient } of ce.cases) {
      const logits = input('logits', ce.logits.shape, 'float64');
      const labels = input('labels', ce.labels.shape, 'int32');
      const loss = crossEntropy(logits, labels, { labelSmoothing });
      const [gradient] = gradients(loss, [logits]);
      const values = { logits: ce.logits.data, labels: ce.labels.data };
      const results = await evaluate([logits, labels], { loss, gradient }, values);
      expect(results.loss[0]).toBeCloseTo(expected, 10);
      expect(maxDifference(results.gradient, expectedGradient.data)).toBeLessThan(1e-10);
    }
  });
});
