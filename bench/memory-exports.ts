/** @file The small trainings of `memory-flat.mjs`, bundled by it. */

import * as ort from 'onnxruntime-node';
import { Purpose, Random } from '../src-main/base/random.js';
import { openProgram } from '../src-main/engine/open.js';
import type { Provider } from '../src-main/engine/runner.js';
import { relu } from '../src-main/graph/ops/elementwise.js';
import { l2Normalise } from '../src-main/graph/ops/normalise.js';
import { input } from '../src-main/graph/ops/source.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../src-main/graph/optimiser.js';
import { linearLayer } from '../src-main/nn/layers.js';
import { ParameterScope } from '../src-main/nn/parameters.js';
import { resNetEncoder } from '../src-main/nn/resnet.js';
import type { VitConfig } from '../src-main/nn/vit.js';
import { ntXent } from '../src-main/ssl/contrastive.js';
import { inpaintingTask } from '../src-main/ssl/inpainting.js';
import { initialState, pretextStep, type TrainingStep, trainingStep } from '../src-main/training/step-program.js';

const RATE = 1e-4;
const VIT: VitConfig = { imageSize: 16, patchSize: 4, width: 24, depth: 2, heads: 2, channels: 1 };
const BATCH = 4;

interface Small {
  step: TrainingStep;
  /** Values of the images, and the inputs beside them. */
  pixels: number;
  others: (random: Random) => Record<string, Int32Array>;
}

function mae(): Small {
  const task = inpaintingTask({ maskRatio: 0.75, decoderWidth: 16, decoderDepth: 1, decoderHeads: 2 });
  return {
    step: pretextStep(task, VIT, BATCH, defaultAdamW),
    pixels: BATCH * VIT.imageSize ** 2,
    others: (random) => task.hostInputs(VIT, BATCH, random),
  };
}

/** ResNet-18 of an eighth of its width. */
function resnet(): Small {
  const scope = ParameterScope.root('float32');
  const images = input('images', [2 * BATCH, 1, 32, 32], 'float32');
  const features = resNetEncoder(scope.scope('encoder'), 'resnet-18', images, { mode: 'train', widthFactor: 1 / 8 });
  const unit = l2Normalise(linearLayer(scope.scope('projector'), relu(features), 16));
  const graph = { inputs: [images], loss: ntXent(unit, 0.2), monitors: {} };
  return {
    step: trainingStep('simclr_resnet', scope.parameters, graph, defaultAdamW),
    pixels: images.size,
    others: () => ({}),
  };
}

const MODELS: Readonly<Record<string, () => Small>> = { mae, resnet };

/** Tensors on a GPU that sessions gave and nobody has disposed. */
const onDevice = new Set<ort.Tensor>();

/** Sees what every session gives and what is disposed. */
function watchTensors(): void {
  const session: { run(...given: unknown[]): Promise<ort.InferenceSession.OnnxValueMapType> } = (
    ort.InferenceSession as unknown as { prototype: ort.InferenceSession }
  ).prototype;
  const { run } = session;
  session.run = async function (...given) {
    const results = await run.apply(this, given);
    for (const tensor of Object.values(results)) if (tensor.location === 'gpu-buffer') onDevice.add(tensor);
    return results;
  };
  const tensors = (ort.Tensor as unknown as { prototype: ort.Tensor }).prototype;
  const { dispose } = tensors;
  tensors.dispose = function () {
    onDevice.delete(this);
    dispose.call(this);
  };
}

export async function openTraining(name: string, provider: Provider) {
  const { step, pixels, others } = MODELS[name]();
  watchTensors();
  const session = await openProgram(step.program, { provider, threads: 1 });
  session.setValues(initialState(step, 7));
  const random = new Random(Purpose.mask, 7);
  return {
    /** @returns the loss of a step, counted from 1 */
    async run(index: number): Promise<number> {
      const { loss } = await session.run({
        images: Float32Array.from({ length: pixels }, () => random.uniform()),
        ...others(random),
        [HYPERPARAMETERS]: Float32Array.from(hyperparameters(index, RATE, defaultAdamW)),
      });
      return Number(loss[0]);
    },
    /** What runs on the device, as it names itself. */
    engine: session.engine,
    tensorsOnDevice: () => onDevice.size,
    release: () => session.release(),
  };
}
