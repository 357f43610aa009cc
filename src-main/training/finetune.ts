/** @file Fine-tuning on few labels: linear probe or full, for several draws of labels, beside the same from scratch. */

import { PretextError } from '../base/errors.js';
import { type JobControl, throwIfCancelled } from '../base/jobs.js';
import { combineSeeds, Purpose } from '../base/random.js';
import type { Project } from '../catalogue/project.js';
import { type LabelledImage, labelledImages } from '../catalogue/queries.js';
import { getTask } from '../catalogue/tasks.js';
import { NORMALISE_RECIPE } from '../dicom/normalise.js';
import { ProgramSession, type Provider } from '../engine/session.js';
import { type AdamWOptions, defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../graph/optimiser.js';
import { initialValues, type Parameter } from '../nn/parameters.js';
import { type BackboneName, VIT_BACKBONES, type VitConfig } from '../nn/vit.js';
import { type CachedSample, ensurePixelCache, type PixelCache } from '../pixels/cache.js';
import { readEvaluationImages } from '../pixels/evaluation.js';
import { BatchLoader } from '../pixels/loader.js';
import { fineTuneRecipe } from '../pixels/recipes.js';
import { cacheSideFor } from '../pixels/side.js';
import type { SeedSummary } from '../tasks/bootstrap.js';
import { classifierGraph, classifierLoss, IMAGE, LABEL, layerRate } from '../tasks/classifier.js';
import { drawLabels } from '../tasks/label-draws.js';
import { fitProbe, probeLayer, probeProbabilities } from '../tasks/probe.js';
import { officialSplit, type Split, splitByPatient } from '../tasks/splits.js';
import { readEncoder } from './encoder.js';
import { Classifier } from './inference.js';
import { type FinetuneMode, type ModelCard, saveModel, type TestPredictions } from './model-store.js';
import { type ResultFigures, resultFigures } from './results.js';
import { listRuns, newId, readRun } from './run-store.js';
import { learningRateAt } from './schedule.js';
import { initialState, trainingStep } from './step-program.js';
import { saveTrainingImages } from './training-images.js';

export interface FinetuneOptions {
  task: string;
  /** A pretraining run, or null: from random initialisation. */
  run: string | null;
  mode: FinetuneMode;
  /** Labels for each draw; null: all of the training patients. */
  labels: number | null;
  seeds: number;
  device: Provider;
  threads: number;
  /** The encoder's shape where there is no run; null: as the project's newest run, else vit-tiny at 64 px. */
  backbone: { name: BackboneName; imageSize: number; patchSize: number; depth: number | null } | null;
  /** Whether the same recipe from random initialisation is measured as well. */
  baseline: boolean;
  /** Passes over the labels; null: by plan. */
  epochs: number | null;
}

export interface FinetuneResult extends ResultFigures {
  model: string;
  task: string;
  mode: FinetuneMode;
  run: string | null;
  labels: number;
  seeds: number;
  testImages: number;
  /** The same recipe from random initialisation; null where this run is that, or it was not asked for. */
  baseline: { auc: SeedSummary; accuracy: SeedSummary } | null;
  /** What a reader of the figures must know. */
  notes: string[];
  seconds: number;
}

/** Shares of the patients where the labels came without a split. */
const SPLIT_SHARES: Record<Split, number> = { train: 0.7, val: 0, test: 0.3 };
const SPLIT_SEED = 0;
const BATCH = 32;
const LEARNING_RATE = 1e-3;
const LAYER_DECAY = 0.9;
const LABEL_SMOOTHING = 0.1;
/** Adam's slower second moment: few labels give noisy gradients (Bao et al. 2022 fine-tune with 0.999 as well). */
const ADAMW: AdamWOptions = { ...defaultAdamW, beta2: 0.999 };

interface Data {
  cache: PixelCache;
  classes: string[];
  train: LabelledImage[];
  test: LabelledImage[];
  /** Frames of each image in the cache. */
  frames: Map<number, CachedSample[]>;
}

/** Where an encoder starts: weights by name, on top of which everything missing is random. */
type Start = ReadonlyMap<string, Float32Array> | null;

/** Fine-tunes, measures on the test patients, saves the model of the first seed. */
export async function finetune(
  project: Project,
  options: FinetuneOptions,
  control: JobControl,
): Promise<FinetuneResult> {
  const started = performance.now();
  const { vit, weights } = encoderOf(project, options);
  const notes: string[] = [];
  const data = await prepare(project, options.task, vit, control, notes);
  const labels = Math.min(options.labels ?? data.train.length, data.train.length);
  if (options.labels !== null && options.labels > data.train.length) {
    notes.push(`Only ${data.train.length} labelled training images are there, not ${options.labels}.`);
  }
  const seeds = Array.from({ length: options.seeds }, (_, index) => index);
  const draws = seeds.map((seed) => {
    const draw = drawLabels(data.train, labels, seed, { classNames: data.classes });
    if (draw.note !== null && !notes.includes(draw.note)) notes.push(draw.note);
    const byId = new Map(data.train.map((image) => [image.imageId, image]));
    return draw.imageIds.map((id) => byId.get(id) as LabelledImage);
  });

  const arm = options.mode === 'probe' ? probeArm : fullArm;
  const main = await arm(data, vit, weights, draws, options, control);
  const wantsBaseline = options.baseline && weights !== null;
  const baseline = wantsBaseline ? await arm(data, vit, null, draws, options, control) : null;

  const predictions: TestPredictions = {
    imageIds: data.test.map((image) => image.imageId),
    patientIds: data.test.map((image) => image.patientId),
    labels: data.test.map((image) => image.classIndex),
    perSeed: main.perSeed.map((values) => [...values]),
    baselinePerSeed: baseline?.perSeed.map((values) => [...values]) ?? null,
  };
  const card: ModelCard = {
    formatVersion: 1,
    id: newId(options.mode),
    created: new Date().toISOString(),
    task: options.task,
    classes: data.classes,
    mode: options.mode,
    run: options.run,
    vit,
    cacheSide: data.cache.side,
    labels,
    seeds,
    normalisation: NORMALISE_RECIPE,
  };
  saveTrainingImages(project, card.id, draws[0]);
  saveModel(project, card, main.parameters, main.weights, predictions);
  const figures = resultFigures(predictions, data.classes, 'perSeed');
  const other = baseline === null ? null : resultFigures(predictions, data.classes, 'baselinePerSeed');
  for (const note of [figures.auc.note, figures.accuracy.note]) {
    if (note !== null && !notes.includes(note)) notes.push(note);
  }
  return {
    model: card.id,
    task: options.task,
    mode: options.mode,
    run: options.run,
    labels,
    seeds: options.seeds,
    testImages: data.test.length,
    ...figures,
    baseline: other === null ? null : { auc: other.auc, accuracy: other.accuracy },
    notes,
    seconds: (performance.now() - started) / 1000,
  };
}

/** The encoder's shape, and the weights of the run (its newest checkpoint where it has not ended yet). */
function encoderOf(project: Project, options: FinetuneOptions): { vit: VitConfig; weights: Start } {
  if (options.run !== null) {
    const { vit, weights } = readEncoder(project, options.run);
    return { vit, weights };
  }
  if (options.backbone === null) {
    const newest = listRuns(project).at(-1);
    if (newest !== undefined) return { vit: readRun(project, newest).vit, weights: null };
  }
  const { name, imageSize, patchSize, depth } = options.backbone ?? {
    name: 'vit-tiny' as const,
    imageSize: 64,
    patchSize: 8,
    depth: null,
  };
  const shape = VIT_BACKBONES[name];
  const vit = {
    imageSize,
    patchSize,
    width: shape.width,
    depth: depth ?? shape.depth,
    heads: shape.heads,
    channels: 1,
  };
  return { vit, weights: null };
}

/** Labelled images, split by patient, and their pixels. @throws PretextError `too-few-labels` with the remedy. */
async function prepare(
  project: Project,
  taskName: string,
  vit: VitConfig,
  control: JobControl,
  notes: string[],
): Promise<Data> {
  const task = getTask(project, taskName);
  const classes = task.classes.map(({ name }) => name);
  const labelled = labelledImages(project, taskName);
  const hasSplit = labelled.some((image) => image.split !== null);
  const { ofImage } = hasSplit
    ? officialSplit(labelled, 0, SPLIT_SEED)
    : splitByPatient(labelled, SPLIT_SHARES, SPLIT_SEED);
  if (!hasSplit) notes.push('No split was given: 30% of the patients were set aside for testing.');
  const ids = labelled.filter((image) => ofImage.has(image.imageId)).map((image) => image.imageId);
  const cache = await ensurePixelCache(project, cacheSideFor(vit.imageSize), control, { imageIds: ids });
  const frames = new Map<number, CachedSample[]>();
  for (const sample of cache.samples) frames.set(sample.imageId, [...(frames.get(sample.imageId) ?? []), sample]);
  const usable = labelled.filter((image) => frames.has(image.imageId));
  const train = usable.filter((image) => ofImage.get(image.imageId) === 'train');
  const test = usable.filter((image) => ofImage.get(image.imageId) === 'test');
  const present = new Set(train.map((image) => image.classIndex));
  if (present.size < 2 || test.length === 0) {
    const problem =
      test.length === 0
        ? 'No labelled patient is left for testing.'
        : `The labels of the training patients are of ${present.size === 0 ? 'no' : 'only one'} class.`;
    throw new PretextError({
      code: 'too-few-labels',
      message: `${problem} (${labelled.length} labelled images in task ${taskName}.)`,
      remedy: 'Label images of at least two classes, in several patients each.',
    });
  }
  return { cache, classes, train, test, frames };
}

/** Test probabilities for each seed [images * classes], and the weights of the first seed's model. */
interface ArmResult {
  perSeed: Float64Array[];
  parameters: readonly Parameter[];
  weights: Map<string, Float32Array>;
}

/** All weights of a classifier: random where `start` has none. */
function startWeights(parameters: readonly Parameter[], start: Start, seed: number): Map<string, Float32Array> {
  const values = initialValues(parameters, seed);
  for (const { name } of parameters) {
    const given = start?.get(name);
    if (given !== undefined) values.set(name, given);
  }
  return values;
}

function slotsOf(data: Data, images: readonly LabelledImage[]): { slots: number[]; owner: number[] } {
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

/** Means over the frames of each image. @param rows [frames, width] @returns [images, width] */
function meanByImage(rows: ArrayLike<number>, owner: readonly number[], images: number, width: number): Float64Array {
  const sums = new Float64Array(images * width);
  const counts = new Int32Array(images);
  for (const [row, image] of owner.entries()) {
    counts[image]++;
    for (let i = 0; i < width; i++) sums[image * width + i] += rows[row * width + i];
  }
  for (let i = 0; i < sums.length; i++) sums[i] /= counts[Math.floor(i / width)];
  return sums;
}

/** Linear probe: logistic regression on the mean-pooled tokens of the frozen encoder. */
async function probeArm(
  data: Data,
  vit: VitConfig,
  start: Start,
  draws: LabelledImage[][],
  options: FinetuneOptions,
  control: JobControl,
): Promise<ArmResult> {
  const classes = data.classes.length;
  const { parameters } = classifierGraph(vit, classes, 1);
  const device = { provider: options.device, threads: options.threads };
  const drawn = [...new Map(draws.flat().map((image) => [image.imageId, image])).values()];
  const classifier = await Classifier.create(vit, classes, startWeights(parameters, start, 0), device);
  const featuresOf = async (images: readonly LabelledImage[], phase: string): Promise<Float64Array> => {
    const { slots, owner } = slotsOf(data, images);
    const pixels = readEvaluationImages(data.cache, slots, vit.imageSize);
    const { features } = await classifier.run(pixels, control, phase);
    return meanByImage(features, owner, images.length, vit.width);
  };
  try {
    const perSeed: Float64Array[] = [];
    let weights = startWeights(parameters, start, 0);
    let trainFeatures = await featuresOf(drawn, 'Reading labelled images');
    let testFeatures = await featuresOf(data.test, 'Reading test images');
    const rowOf = new Map(drawn.map((image, row) => [image.imageId, row]));
    for (const [seed, draw] of draws.entries()) {
      if (start === null && seed > 0) {
        // Another random encoder for each seed: its luck is part of the baseline's spread.
        classifier.setWeights(startWeights(parameters, null, seed));
        trainFeatures = await featuresOf(drawn, 'Reading labelled images');
        testFeatures = await featuresOf(data.test, 'Reading test images');
      }
      const features = new Float64Array(draw.length * vit.width);
      for (const [index, { imageId }] of draw.entries()) {
        const row = rowOf.get(imageId) ?? 0;
        features.set(trainFeatures.subarray(row * vit.width, (row + 1) * vit.width), index * vit.width);
      }
      const labels = Int32Array.from(draw, (image) => image.classIndex);
      const probe = fitProbe({ features, labels }, classes);
      perSeed.push(probeProbabilities(probe, testFeatures));
      if (seed === 0) {
        const head = probeLayer(probe);
        weights = new Map(weights)
          .set('head.weight', Float32Array.from(head.weights))
          .set('head.bias', Float32Array.from(head.bias));
      }
    }
    return { perSeed, parameters, weights };
  } finally {
    await classifier.release();
  }
}

/** Full fine-tuning: every weight learns, lower layers slower where they were pretrained. */
async function fullArm(
  data: Data,
  vit: VitConfig,
  start: Start,
  draws: LabelledImage[][],
  options: FinetuneOptions,
  control: JobControl,
): Promise<ArmResult> {
  const classes = data.classes.length;
  const batch = Math.min(BATCH, draws[0].length);
  const graph = classifierGraph(vit, classes, batch);
  // From scratch the lower layers have everything to learn: slowing them down would handicap the baseline.
  const decay = start === null ? 1 : LAYER_DECAY;
  const step = trainingStep(
    'finetune',
    graph.parameters,
    classifierLoss(graph, batch, LABEL_SMOOTHING),
    ADAMW,
    ({ name }) => layerRate(name, vit.depth, decay),
  );
  const device = { provider: options.device, threads: options.threads };
  const session = await ProgramSession.create(step.program, device);
  const classifier = await Classifier.create(vit, classes, startWeights(graph.parameters, start, 0), device);
  const test = slotsOf(data, data.test);
  const testPixels = readEvaluationImages(data.cache, test.slots, vit.imageSize);
  const totalSteps = plannedSteps(draws[0].length, batch, options.epochs);
  const perSeed: Float64Array[] = [];
  let kept = new Map<string, Float32Array>();
  const arm = start === null ? 'from scratch' : 'from the pretrained encoder';
  try {
    for (const [seed, draw] of draws.entries()) {
      const state = initialState(step, seed);
      for (const [name, values] of startWeights(graph.parameters, start, seed)) state.set(name, values);
      session.setValues(state);
      await trainOn(draw, seed);
      const weights = (await session.getState()) as Map<string, Float32Array>;
      classifier.setWeights(weights);
      const { probabilities } = await classifier.run(testPixels, control, 'Reading test images');
      perSeed.push(meanByImage(probabilities, test.owner, data.test.length, classes));
      if (seed === 0) kept = new Map(graph.parameters.map(({ name }) => [name, weights.get(name) as Float32Array]));
    }
    return { perSeed, parameters: graph.parameters, weights: kept };
  } finally {
    await Promise.all([session.release(), classifier.release()]);
  }

  async function trainOn(draw: LabelledImage[], seed: number): Promise<void> {
    const { slots, owner } = slotsOf(data, draw);
    const flips = draw.map(({ imageId }) => data.frames.get(imageId)?.[0].flipAllowed ?? false);
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
    try {
      for (let index = 1; index <= totalSteps; index++) {
        throwIfCancelled(control);
        const next = await loader.next();
        const label = Int32Array.from(next.sampleIndex, (sample) => draw[owner[sample]].classIndex);
        const schedule = { peak: LEARNING_RATE, warmupSteps: Math.ceil(totalSteps * 0.1), totalSteps };
        const rate = learningRateAt(index, schedule);
        await session.run({
          [IMAGE]: next.images,
          [LABEL]: label,
          [HYPERPARAMETERS]: Float32Array.from(hyperparameters(index, rate, ADAMW)),
        });
        next.release();
        const phase = `Fine-tuning ${arm}, draw ${seed + 1} of ${draws.length}`;
        control.onProgress({ phase, done: index, total: totalSteps, etaSeconds: null });
      }
    } finally {
      await loader.close();
    }
  }
}

/** Enough steps to learn from few labels, bounded for many. */
function plannedSteps(labels: number, batch: number, epochs: number | null): number {
  const perEpoch = Math.max(1, Math.floor(labels / batch));
  if (epochs !== null) return perEpoch * epochs;
  return Math.max(80, Math.min(600, perEpoch * 20));
}
