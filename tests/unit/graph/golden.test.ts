/**
 * @file Digests of the compiled graphs of real steps: a change of an op, a pass, a layer or the optimiser that changes
 * what is run shows here. Where the change is meant, look at the node counts and bring the file up to date:
 *
 *   UPDATE_GOLDEN=1 npx vitest run --project unit tests/unit/graph/golden.test.ts
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { checkedSize, selfCheckProgram } from '../../../src-main/engine/self-check.js';
import { lowerProgram } from '../../../src-main/graph/onnx.js';
import { l2Normalise } from '../../../src-main/graph/ops/normalise.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { defaultAdamW } from '../../../src-main/graph/optimiser.js';
import { applyPasses } from '../../../src-main/graph/passes/index.js';
import { recompute } from '../../../src-main/graph/passes/recompute.js';
import type { Program } from '../../../src-main/graph/program.js';
import { ParameterScope } from '../../../src-main/nn/parameters.js';
import { resNetEncoder } from '../../../src-main/nn/resnet.js';
import { VIT_BACKBONES } from '../../../src-main/nn/vit.js';
import { contrastiveTask, ntXent } from '../../../src-main/ssl/contrastive.js';
import { inpaintingTask } from '../../../src-main/ssl/inpainting.js';
import { pretextStep, trainingStep } from '../../../src-main/training/step-program.js';

const FILE = resolve('tests/fixtures/golden-graphs.json');

/** The demo's encoder. */
const demo = { ...VIT_BACKBONES['vit-tiny'], depth: 4, imageSize: 64, patchSize: 8, channels: 1 };
const tiny = { ...VIT_BACKBONES['vit-tiny'], imageSize: 224, patchSize: 16, channels: 1 };
const [inpainting, contrastive] = [inpaintingTask(), contrastiveTask()];

const step = (task: typeof inpainting, config: typeof demo, batch: number): Program =>
  pretextStep(task, config, batch, defaultAdamW).program;

const programs: Readonly<Record<string, () => Program>> = {
  'self check': () => selfCheckProgram(checkedSize).program,
  'demo inpainting, batch 64': () => step(inpainting, demo, 64),
  'demo contrastive, batch 64': () => step(contrastive, demo, 64),
  'vit-tiny inpainting, 224 px, batch 32': () => step(inpainting, tiny, 32),
  'vit-tiny inpainting in 4 blocks': () =>
    pretextStep(inpainting, tiny, 32, defaultAdamW, 'float32', { blocks: 4 }).program,
  'demo contrastive, recomputed': () => recompute(step(contrastive, demo, 64)),
};

/** A residual network for a processor with blocks of 16 channels, and for any. */
function residual(): Program {
  const scope = ParameterScope.root('float32');
  const images = input('images', [32, 1, 96, 96], 'float32');
  const features = resNetEncoder(scope.scope('encoder'), 'resnet-18', images, { mode: 'train' });
  const graph = { inputs: [images], loss: ntXent(l2Normalise(features), 0.2), monitors: {} };
  return trainingStep('resnet_contrastive', scope.parameters, graph, defaultAdamW).program;
}

test('compiled graphs are those of the golden file', () => {
  const found = Object.fromEntries(
    Object.entries(programs).map(([name, build]) => {
      const { digest, nodeCount } = lowerProgram(applyPasses(build()));
      return [name, { digest, nodeCount }];
    }),
  );
  for (const [name, options] of Object.entries({
    'resnet-18 contrastive, 96 px, batch 16': {},
    'resnet-18 contrastive, blocks of 16 channels': { processor: { channelBlock: 16 } },
  })) {
    const { digest, nodeCount } = lowerProgram(applyPasses(residual()), options);
    found[name] = { digest, nodeCount };
  }
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(FILE, `${JSON.stringify(found, null, 2)}\n`);
  expect(found).toEqual(JSON.parse(readFileSync(FILE, 'utf8')));
});
