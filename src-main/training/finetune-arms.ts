/** @file The two ways to fine-tune, for several draws of labels: a probe of the frozen encoder, or every weight. */

import { type JobControl, ProgressMeter, silentJob, throwIfCancelled } from '../base/jobs.js';
import { combineSeeds, Purpose } from '../base/random.js';
import { openProgram } from '../engine/open.js';
import type { Provider } from '../engine/runner.js';
import { type AdamWOptions, defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../graph/optimiser.js';
import { initialValues, type Parameter } from '../nn/parameters.js';
import type { VitConfig } from '../nn/vit.js';
import { readEvaluationImages } from '../pixels/evaluation.js';
import { BatchLoader } from '../pixels/loader.js';
import { fineTuneRecipe } from '../pixels/recipes.js';
import { classifierGraph, classifierLoss, IMAGE, LABEL, layerRate } from '../tasks/classifier.js';
import { fitProbe, probeLayer, probeProbabilities } from '../tasks/probe.js';
import type { FinetuneData, LabelledImage, Start } from './finetune-data.js';
import { FINETUNE_BATCH, plannedSteps } from './finetune-plan.js';
import { Classifier } from './inference.js';
import { learningRateAt } from './schedule.js';
import { initialState, type TrainingStep, trainingStep } from './step-program.js';

const LEARNING_RATE = 1e-3;
const LAYER_DECAY = 0.9;
const LABEL_SMOOTHING = 0.1;
/** Adam's slower second moment: few labels give noisy gradients (Bao et al. 2022 fine-tune with 0.999 as well). */
const ADAMW: AdamWOptions = { ...defaultAdamW, beta2: 0.999 };
/** Images whose pixels are held at a time while they are read: memory does not grow with the labels. */
const CHUNK = 512;

export interface ArmOptions {
  device: Provider;
  threads: number;
  /** Passes over the labels; null: by plan. */
  epochs: number | null;
}

/** What one start (a pretrained encoder, or random weights) gives. */
export interface ArmResult {
  /** For each draw: probabilities of the validation and then of the test images, [images * classes]. */
  perSeed: Float64Array[];
  parameters: readonly Parameter[];
  /** Weights of the first draw's model. */
  weights: Map<string, Float32Array>;
}

export type Arm = (
  data: FinetuneData,
  vit: VitConfig,
  start: Start,
  draws: LabelledImage[][],
  options: ArmOptions,
  control: JobControl,
) => Promise<ArmResult>;

/** All weights of a classifier: random where `start` has none. */
function startWeights(parameters: readonly Parameter[], start: Start, seed: number): Map<string, Float32Array> {
  const values = initialValues(parameters, seed);
  for (const { name } of parameters) {
    const given = start?.get(name);
    if (given !== undefined) values.set(name, given);
  }
  return values;
}

/** The frames of images, and to which image each belongs. */
function slotsOf(data: FinetuneData, images: readonly LabelledImage[]): { slots: number[]; owner: number[] } {
  const slots: number[] = [];
  const owner: number[] = [];
  for (const [index, { imageId }] of images.entries()) {
    for (const { slot } of data.frames.get(imageId) ?? []) {
      slots.push(slot);
      owner.push(index);
    }
  }
  return { slots, owner };
}

/**
 * Runs a classifier over images and averages over the frames of each.
 *
 * @returns [images, width] with the width of what is asked for: the encoder's, or the number of classes
 */
async function readImages(
  classifier: Classifier,
  data: FinetuneData,
  images: readonly LabelledImage[],
  output: 'features' | 'probabilities',
  control: JobControl,
  phase: string,
): Promise<Float64Array> {
  const width = output === 'features' ? classifier.vit.width : classifier.classes;
  const means = new Float64Array(images.length * width);
  const meter = new ProgressMeter(control, phase, images.length);
  const quiet: JobControl = { ...silentJob(), signal: control.signal };
  for (let first = 0; first < images.length; first += CHUNK) {
    const chunk = images.slice(first, first + CHUNK);
    const { slots, owner } = slotsOf(data, chunk);
    const pixels = readEvaluationImages(data.cache, slots, classifier.vit.imageSize);
    const rows = (await classifier.run(pixels, quiet, phase))[output];
    const frames = new Int32Array(chunk.length);
    for (const image of owner) frames[image]++;
    for (const [row, image] of owner.entries()) {
      const target = (first + image) * width;
      for (let i = 0; i < width; i++) means[target + i] += rows[row * width + i] / frames[image];
    }
    meter.update(first + chunk.length);
  }
  return means;
}

/** Linear probe: logistic regression on the mean-pooled tokens of the frozen encoder. */
export const probeArm: Arm = async (data, vit, start, draws, options, control) => {
  const classes = data.classes.length;
  const { parameters } = classifierGraph(vit, classes, 1);
  const device = { provider: options.device, threads: options.threads };
  const drawn = [...new Map(draws.flat().map((image) => [image.imageId, image])).values()];
  const measured = [...data.val, ...data.test];
  const rowOf = new Map(drawn.map((image, row) => [image.imageId, row]));
  let weights = startWeights(parameters, start, 0);
  const classifier = await Classifier.create(vit, classes, weights, device);
  const featuresOf = async () => ({
    learned: await readImages(classifier, data, drawn, 'features', control, 'Reading labelled images'),
    measured: await readImages(classifier, data, measured, 'features', control, 'Reading test images'),
  });
  try {
    const perSeed: Float64Array[] = [];
    let features = await featuresOf();
    for (const [seed, draw] of draws.entries()) {
      throwIfCancelled(control);
      if (start === null && seed > 0) {
        // Another random encoder for each seed: its luck is part of the baseline's spread.
        classifier.setWeights(startWeights(parameters, null, seed));
        features = await featuresOf();
      }
      const own = new Float64Array(draw.length * vit.width);
      for (const [index, { imageId }] of draw.entries()) {
        const row = rowOf.get(imageId) ?? 0;
        own.set(features.learned.subarray(row * vit.width, (row + 1) * vit.width), index * vit.width);
      }
      const labels = Int32Array.from(draw, (image) => image.classIndex);
      const probe = fitProbe({ features: own, labels }, classes);
      perSeed.push(probeProbabilities(probe, features.measured));
      if (seed > 0) continue;
      const head = probeLayer(probe);
      weights = new Map(weights)
        .set('head.weight', Float32Array.from(head.weights))
        .set('head.bias', Float32Array.from(head.bias));
    }
    return { perSeed, parameters, weights };
  } finally {
    await classifier.release();
  }
};

/** The training step of full fine-tuning. @param pretrained whether lower layers learn slower */
export function finetuneStep(vit: VitConfig, classes: number, batch: number, pretrained: boolean): TrainingStep {
  const graph = classifierGraph(vit, classes, batch);
  // From scratch the lower layers have everything to learn: slowing them down would handicap the baseline.
  const decay = pretrained ? LAYER_DECAY : 1;
  const loss = classifierLoss(graph, batch, LABEL_SMOOTHING);
  return trainingStep('finetune', graph.parameters, loss, ADAMW, {
    rateFactor: ({ name }) => layerRate(name, vit.depth, decay),
  });
}

/** Host inputs of one step of {@link finetuneStep}. @param images [batch, 1, size, size] @param label [batch] */
export function finetuneInputs(images: Float32Array, label: Int32Array, step: number, rate: number) {
  const numbers = Float32Array.from(hyperparameters(step, rate, ADAMW));
  return { [IMAGE]: images, [LABEL]: label, [HYPERPARAMETERS]: numbers };
}

/** Full fine-tuning: every weight learns, lower layers slower where they were pretrained. */
export const fullArm: Arm = async (data, vit, start, draws, options, control) => {
  const classes = data.classes.length;
  const labels = draws[0]?.length ?? 0;
  const batch = Math.min(FINETUNE_BATCH, labels);
  const step = finetuneStep(vit, classes, batch, start !== null);
  const device = { provider: options.device, threads: options.threads };
  const session = await openProgram(step.program, device);
  const classifier = await Classifier.create(vit, classes, startWeights(step.parameters, start, 0), device);
  const measured = [...data.val, ...data.test];
  const totalSteps = plannedSteps(labels, options.epochs);
  const perSeed: Float64Array[] = [];
  let kept = new Map<string, Float32Array>();
  const from = start === null ? 'from scratch' : 'from the pretrained encoder';
  try {
    for (const [seed, draw] of draws.entries()) {
      const state = initialState(step, seed);
      for (const [name, values] of startWeights(step.parameters, start, seed)) state.set(name, values);
      session.setValues(state);
      await trainOn(draw, seed);
      const weights = (await session.getState()) as Map<string, Float32Array>;
      classifier.setWeights(weights);
      perSeed.push(await readImages(classifier, data, measured, 'probabilities', control, 'Reading test images'));
      if (seed === 0) kept = new Map(step.parameters.map(({ name }) => [name, weights.get(name) as Float32Array]));
    }
    return { perSeed, parameters: step.parameters, weights: kept };
  } finally {
    await Promise.all([session.release(), classifier.release()]);
  }

  async function trainOn(draw: LabelledImage[], seed: number): Promise<void> {
    const { slots, owner } = slotsOf(data, draw);
    const flips = draw.map(({ imageId }) => data.frames.get(imageId)?.[0]?.flipAllowed ?? false);
    const loader = await BatchLoader.start({
      cache: data.cache,
      samples: slots.map((slot, index) => ({ slot, group: 0, flipAllowed: flips[owner[index]] })),
      imageSize: vit.imageSize,
      batch,
      views: 1,
      positives: 'image',
      recipe: fineTuneRecipe,
      seed: combineSeeds(seed, Purpose.shuffle),
      firstStep: 0,
      lastStep: totalSteps,
      workers: 1,
    });
    const schedule = { peak: LEARNING_RATE, warmupSteps: Math.ceil(totalSteps * 0.1), totalSteps };
    const phase = `Fine-tuning ${from}, draw ${seed + 1} of ${draws.length}`;
    const meter = new ProgressMeter(control, phase, totalSteps);
    try {
      for (let index = 1; index <= totalSteps; index++) {
        throwIfCancelled(control);
        const next = await loader.next();
        const label = Int32Array.from(next.sampleIndex, (sample) => draw[owner[sample]].classIndex);
        await session.run(finetuneInputs(next.images, label, index, learningRateAt(index, schedule)));
        next.release();
        meter.update(index);
      }
    } finally {
      await loader.close();
    }
  }
};
