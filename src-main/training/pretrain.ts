/** @file Pretraining: plans a run from the data, trains it step by step, leaves checkpoints, resumes. */

import { createHash } from 'node:crypto';
import { PretextError } from '../base/errors.js';
import type { JobControl } from '../base/jobs.js';
import { Purpose, Random } from '../base/random.js';
import { type Flag, leftOutFlags } from '../catalogue/flags.js';
import type { Project } from '../catalogue/project.js';
import { type Split, samples } from '../catalogue/queries.js';
import { type Crop, recipeWith } from '../dicom/normalise.js';
import { openProgram, plannedBytes } from '../engine/open.js';
import type { Provider, TensorData } from '../engine/runner.js';
import { type Tensor as StoredTensor, writeSafetensors } from '../exports/safetensors.js';
import { isGathered } from '../graph/accumulate.js';
import { type BackboneName, gridSize, VIT_BACKBONES, type VitConfig } from '../nn/vit.js';
import { type CropSummary, ensurePixelCache, type PixelCache } from '../pixels/cache.js';
import { BatchLoader, loaderBytes } from '../pixels/loader.js';
import { contrastiveRecipe, inpaintingRecipe } from '../pixels/recipes.js';
import { type Positives, stepsPerEpoch } from '../pixels/sampler.js';
import { cacheSideFor } from '../pixels/side.js';
import { contrastiveTask } from '../ssl/contrastive.js';
import { inpaintingTask } from '../ssl/inpainting.js';
import type { PretextMethod, PretextTask } from '../ssl/pretext.js';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.js';
import { appendEvent, lossCurve, mendEvents, type RunEvent, readEvents } from './events.js';
import { float32Tensors } from './model-store.js';
import { RunPreviews } from './preview.js';
import { ProgressWatch, stallMessage, watchPlan } from './progress-watch.js';
import { createRun, newId, type RunConfig, type RunPaths, readRun, runPaths } from './run-store.js';
import { learningRateAt } from './schedule.js';
import { startFrom, startMessage } from './start-weights.js';
import { initialState, type TrainingStep } from './step-program.js';
import { StepRunner } from './step-runner.js';

export interface PretrainOptions {
  method: PretextMethod;
  backbone: BackboneName;
  imageSize: number;
  patchSize: number;
  /** To what images are cropped before they are scaled. */
  crop: Crop;
  /** Blocks of the encoder; null: as timm's backbone of that name. */
  depth: number | null;
  epochs: number;
  /** Null: by plan. */
  batch: number | null;
  /** Images that are on the device at a time; null: as many of the batch as fit into memory. */
  microBatch: number | null;
  learningRate: number | null;
  device: Provider;
  /** `mixed`: products in half precision, which graphics cards gain by. */
  precision: 'float32' | 'mixed';
  threads: number;
  seed: number;
  split: Split | null;
  positives: Positives;
  /** A safetensors file whose weights the encoder starts from; null: random. */
  weights: string | null;
  /** Steps between checkpoints; null: by time. */
  checkpointEvery: number | null;
  /** Whether pictures of what it has learnt are made while it runs. */
  previews: boolean;
}

/** What may differ when a run goes on; null: as it was. */
export interface ResumeOptions {
  device: Provider | null;
  threads: number | null;
  checkpointEvery: number | null;
  /** Images that are on the device at a time; null: as many of the batch as fit into memory. */
  microBatch: number | null;
  /** How often the part that would be read is halved, since the process ended for want of memory. */
  halvings: number;
}

export interface PretrainResult {
  run: string;
  epochs: number;
  steps: number;
  loss: number;
  imagesPerSecond: number;
  peakMemoryBytes: number;
  seconds: number;
  /** Of runs whose images are cropped. */
  crop?: CropSummary;
  /** True where the run was paused before its end; `--resume` goes on. */
  paused: boolean;
}

const APP_VERSION = '0.1.0';
/** A checkpoint at the end of an epoch, or at least this often. */
const CHECKPOINT_SECONDS = 60;
/** Epochs can be short; writing the state more often than this would cost more than it saves. */
const CHECKPOINT_MIN_SECONDS = 15;
/** Learning rates that the methods' reference recipes use at batches of 64. */
const LEARNING_RATES: Record<PretextMethod, number> = { inpainting: 1e-3, contrastive: 5e-4 };
/** Batch that those learning rates are for. */
const REFERENCE_BATCH = 64;
const WARMUP_SHARE = 0.1;
/** How often the speed is told; the first time early, for a person who waits. */
const SPEED_MS = 5000;
const FIRST_SPEED_MS = 1000;
const COLLAPSE_SPREAD = 0.1;

export function taskOf(method: PretextMethod): PretextTask {
  return method === 'inpainting' ? inpaintingTask() : contrastiveTask();
}

/** Peak learning rate by method and batch: Adam's grows with the root of the batch (Malladi et al. 2022). */
export function defaultLearningRate(method: PretextMethod, batch: number): number {
  return LEARNING_RATES[method] * Math.sqrt(batch / REFERENCE_BATCH);
}

function samplesHash(cache: PixelCache): string {
  const hash = createHash('sha256');
  for (const { sopInstanceUID, path, frame } of cache.samples) hash.update(`${sopInstanceUID ?? path}\0${frame}\n`);
  return hash.digest('hex');
}

function planRun(options: PretrainOptions, cache: PixelCache): RunConfig {
  const shape = VIT_BACKBONES[options.backbone];
  const vit: VitConfig = {
    imageSize: options.imageSize,
    patchSize: options.patchSize,
    width: shape.width,
    depth: options.depth ?? shape.depth,
    heads: shape.heads,
    channels: 1,
  };
  gridSize(vit);
  const count = cache.samples.length;
  if (count < 2) {
    throw new PretextError({
      code: 'bad-argument',
      message: `Pretraining needs at least 2 images, and there ${count === 1 ? 'is 1' : 'are none'}.`,
      remedy: 'Import more images, leave out --split, or take flagged images in again (pretext flags).',
    });
  }
  const batch = Math.min(options.batch ?? 64, count);
  const steps = stepsPerEpoch(count, batch);
  const totalSteps = steps * options.epochs;
  return {
    formatVersion: 1,
    id: newId(options.method),
    created: new Date().toISOString(),
    method: options.method,
    backbone: options.backbone,
    vit,
    epochs: options.epochs,
    totalSteps,
    stepsPerEpoch: steps,
    batch,
    learningRate: options.learningRate ?? defaultLearningRate(options.method, batch),
    warmupSteps: Math.max(1, Math.round(totalSteps * WARMUP_SHARE)),
    seed: options.seed,
    positives: options.positives,
    split: options.split,
    device: options.device,
    threads: options.threads,
    precision: options.precision,
    cacheSide: cache.side,
    normalisation: recipeWith(options.crop),
    samples: count,
    samplesHash: samplesHash(cache),
    appVersion: APP_VERSION,
    previews: options.previews,
  };
}

/** The pixels to learn from. Some flags are measured on the pixels, so flagged images are left out afterwards. */
async function cacheFor(
  project: Project,
  side: number,
  split: Split | null,
  leftOut: readonly Flag[],
  recipe: number,
  control: JobControl,
): Promise<PixelCache> {
  const select = split === null ? {} : { split };
  const cache = await ensurePixelCache(project, side, control, select, recipe);
  if (leftOut.length === 0) return cache;
  const kept = new Set(samples(project, { ...select, without: leftOut }).map(({ imageId }) => imageId));
  return { ...cache, samples: cache.samples.filter(({ imageId }) => kept.has(imageId)) };
}

/** Starts a new run and trains it to its end, or until it is asked to stop. */
export async function pretrain(
  project: Project,
  options: PretrainOptions,
  control: JobControl,
  onEvent: (run: string, event: RunEvent) => void,
): Promise<PretrainResult> {
  const leftOut = leftOutFlags(project);
  const side = cacheSideFor(options.imageSize);
  const cache = await cacheFor(project, side, options.split, leftOut, recipeWith(options.crop), control);
  const plan = { ...planRun(options, cache), leftOut };
  const start = options.weights === null ? null : startFrom(options.weights, plan);
  const config = start === null ? plan : { ...plan, start: start.origin };
  const paths = createRun(project, config);
  if (start !== null) writeSafetensors(paths.start, start.tensors, { format: 'pt', run: config.id });
  return train(project, config, cache, { ...options, halvings: 0 }, control, onEvent);
}

/**
 * Goes on with a run from its newest checkpoint, with the losses that it would have had without the interruption.
 *
 * @throws PretextError `not-found`, or `bad-argument` where the project's images have changed since.
 */
export async function resumePretraining(
  project: Project,
  id: string,
  overrides: ResumeOptions,
  control: JobControl,
  onEvent: (run: string, event: RunEvent) => void,
): Promise<PretrainResult> {
  const kept = readRun(project, id);
  const config = {
    ...kept,
    device: overrides.device ?? kept.device,
    threads: overrides.threads ?? kept.threads,
  };
  const cache = await cacheFor(
    project,
    config.cacheSide,
    config.split,
    config.leftOut ?? [],
    config.normalisation,
    control,
  );
  if (samplesHash(cache) !== config.samplesHash) {
    throw new PretextError({
      code: 'bad-argument',
      message: `The images of the project have changed since run ${id} began (${config.samples} then, ${cache.samples.length} now).`,
      remedy: 'Start a new run over the new images.',
    });
  }
  return train(project, config, cache, overrides, control, onEvent);
}

async function train(
  project: Project,
  config: RunConfig,
  cache: PixelCache,
  { checkpointEvery, microBatch, halvings }: Pick<ResumeOptions, 'checkpointEvery' | 'microBatch' | 'halvings'>,
  control: JobControl,
  onEvent: (run: string, event: RunEvent) => void,
): Promise<PretrainResult> {
  const paths = runPaths(project, config.id);
  const lock = project.lock(`run-${config.id}`);
  const task = taskOf(config.method);
  mendEvents(paths.events);
  const tell = (event: RunEvent) => {
    appendEvent(paths.events, event);
    onEvent(config.id, event);
  };

  // Compiling takes many seconds on a busy machine; what was done before must not seem to hang at its end.
  control.onProgress({ phase: 'Getting the first step ready', done: 0, total: null, etaSeconds: null });
  const checkpoint = loadCheckpoint(paths.checkpoints);
  const firstStep = checkpoint?.step ?? 0;
  let done = firstStep;
  const runner = await StepRunner.create({
    task,
    vit: config.vit,
    batch: config.batch,
    microBatch,
    halvings,
    room: null,
    reserved: loaderBytes({ batch: config.batch, views: task.views, imageSize: config.vit.imageSize }),
    open: (program) => openProgram(program, { provider: config.device, threads: config.threads }),
    bytesOf:
      config.device === 'cpu' || config.device === 'tfjs-cpu'
        ? (program) => plannedBytes(program, { provider: config.device, threads: config.threads })
        : null,
    mixed: config.precision === 'mixed',
    onParts: (message) => tell({ event: 'alarm', step: done, alarm: 'memory', message }),
  });
  const values = initialState(runner.step, config.seed);
  if (config.start !== undefined) for (const [name, data] of float32Tensors(paths.start)) values.set(name, data);
  if (checkpoint !== null) for (const [name, { data }] of checkpoint.state) values.set(name, data);
  runner.setValues(values);
  // The session has copies, and these would stay as long as the run: each is as large as the state.
  values.clear();
  checkpoint?.state.clear();
  tell({
    event: 'started',
    step: firstStep,
    totalSteps: config.totalSteps,
    device: config.device,
    engine: runner.session.engine,
    threads: config.threads,
    resumed: checkpoint !== null,
  });
  if (config.start !== undefined && checkpoint === null) {
    tell({ event: 'weights', step: 0, message: startMessage(config.start) });
  }

  const loader = await BatchLoader.start({
    cache,
    samples: cache.samples.map((sample) => ({
      slot: sample.slot,
      group: config.positives === 'patient' ? sample.patientId : sample.seriesId,
      flipAllowed: sample.flipAllowed,
    })),
    imageSize: config.vit.imageSize,
    batch: config.batch,
    views: task.views,
    positives: config.positives,
    recipe: config.method === 'inpainting' ? inpaintingRecipe : contrastiveRecipe,
    seed: config.seed,
    firstStep,
    lastStep: config.totalSteps,
    workers: null,
  });

  const progress = new ProgressWatch(watchPlan(config));
  for (const { step: past, loss: kept } of lossCurve(readEvents(paths.events))) {
    if (past <= firstStep) progress.add(past, kept);
  }
  const previews = config.previews === false ? null : new RunPreviews(config, cache, paths.previews);
  let previewing = previews !== null;
  const preview = async () => {
    if (previews === null || !previewing || !previews.isDue(done, performance.now())) return;
    try {
      tell({ event: 'preview', step: done, name: await previews.write(done, runner.session) });
    } catch (error) {
      // Pictures are a look at the run, not the run: it goes on without them.
      previewing = false;
      console.error('The pictures of this run cannot be made:', error);
    }
  };

  const started = performance.now();
  let lastSave = started;
  let loss = Number.NaN;
  const speed = () => ((done - firstStep) * config.batch) / ((performance.now() - started) / 1000);
  const tellSpeed = () => {
    const etaSeconds = ((config.totalSteps - done) * config.batch) / speed();
    tell({ event: 'speed', step: done, imagesPerSecond: speed(), etaSeconds });
  };
  const save = async () => {
    saveCheckpoint(paths.checkpoints, { step: done, state: await snapshot(runner) });
    lastSave = performance.now();
    tell({ event: 'checkpoint', step: done });
  };
  try {
    await preview();
    let lastSpeed = started;
    while (done < config.totalSteps && !control.signal.aborted) {
      const batch = await loader.next();
      const rate = learningRateAt(done + 1, {
        peak: config.learningRate,
        warmupSteps: config.warmupSteps,
        totalSteps: config.totalSteps,
      });
      const hidden = () => new Random(config.seed, Purpose.mask, done);
      const { loss: latest, gradientNorm, ...monitors } = await runner.run(batch.images, hidden, done + 1, rate);
      batch.release();
      done++;
      loss = latest;
      tell({
        event: 'step',
        step: done,
        epoch: Math.ceil(done / config.stepsPerEpoch),
        loss,
        learningRate: rate,
        gradientNorm,
        monitors,
      });
      watch(config, done, loss, monitors, tell);
      const stall = progress.add(done, loss);
      if (stall !== null) {
        const message = stallMessage(stall, config.stepsPerEpoch);
        tell({ event: 'alarm', step: done, alarm: 'no-progress', message });
      }

      const now = performance.now();
      control.onProgress({
        phase: 'Pretraining',
        done,
        total: config.totalSteps,
        etaSeconds: ((config.totalSteps - done) * config.batch) / speed(),
      });
      if (now - lastSpeed > (lastSpeed === started ? FIRST_SPEED_MS : SPEED_MS)) {
        lastSpeed = now;
        tellSpeed();
      }
      if (done < config.totalSteps && isDue(done, config, checkpointEvery, (now - lastSave) / 1000)) await save();
      await preview();
    }
    if (done > firstStep) {
      tellSpeed();
      await save();
    }
    const paused = done < config.totalSteps;
    if (!paused) writeEncoder(paths, config, runner.step, await runner.session.getState());
    tell(paused ? { event: 'paused', step: done } : { event: 'finished', step: done, loss });
    return {
      run: config.id,
      epochs: paused ? Math.floor(done / config.stepsPerEpoch) : config.epochs,
      steps: done,
      loss,
      imagesPerSecond: done > firstStep ? speed() : 0,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      seconds: (performance.now() - started) / 1000,
      paused,
      ...(cache.crop === null ? {} : { crop: cache.crop }),
    };
  } finally {
    await loader.close();
    await previews?.release();
    await runner.release();
    lock.release();
  }
}

function isDue(done: number, config: RunConfig, every: number | null, sinceLast: number): boolean {
  if (every !== null) return done % every === 0;
  if (sinceLast > CHECKPOINT_SECONDS) return true;
  return done % config.stepsPerEpoch === 0 && sinceLast > CHECKPOINT_MIN_SECONDS;
}

/** Warns of runs that learn nothing; stops one whose numbers broke down. */
function watch(
  config: RunConfig,
  step: number,
  loss: number,
  monitors: Record<string, number>,
  tell: (event: RunEvent) => void,
): void {
  if (!Number.isFinite(loss)) {
    const message = 'The loss is not a number any more: the run diverged.';
    tell({ event: 'alarm', step, alarm: 'not-finite', message });
    throw new PretextError({
      code: 'device',
      message: `${message} Its last checkpoint is from before.`,
      remedy: `Start a new run with a lower learning rate, for example --learning-rate ${config.learningRate / 3}.`,
    });
  }
  const collapsed = monitors.spread !== undefined && monitors.spread < COLLAPSE_SPREAD;
  if (collapsed && step > config.warmupSteps && step % config.stepsPerEpoch === 0) {
    const message = 'All images look the same to the encoder (collapse): the run will not become useful.';
    tell({ event: 'alarm', step, alarm: 'collapse', message });
  }
}

async function snapshot({ session, step }: StepRunner) {
  const kept = step.program.state.filter(({ name }) => !isGathered(name));
  const state = await session.getState((name) => kept.some((variable) => variable.name === name));
  return new Map(
    kept.map(({ name, current }) => [name, { shape: [...current.shape], data: state.get(name) as Float32Array }]),
  );
}

/** Names of parameters that serve the pretext task alone. */
function isPretextHead(name: string): boolean {
  return name.startsWith('decoder_') || name === 'mask_token' || name.startsWith('projector.');
}

/** The encoder's weights by timm's names; loads into timm's VisionTransformer of that shape. */
function writeEncoder(
  paths: RunPaths,
  config: RunConfig,
  step: TrainingStep,
  state: ReadonlyMap<string, TensorData>,
): void {
  const tensors = new Map<string, StoredTensor>();
  for (const { name, tensor, initialiser } of step.parameters) {
    if (isPretextHead(name)) continue;
    const fixed = initialiser.kind === 'values' ? Float32Array.from(initialiser.values) : null;
    const data = (state.get(name) as Float32Array | undefined) ?? fixed;
    if (data !== null) tensors.set(name, { dtype: 'F32', shape: [...tensor.shape], data });
  }
  writeSafetensors(paths.encoder, tensors, {
    format: 'pt',
    run: config.id,
    method: config.method,
    vit: JSON.stringify(config.vit),
  });
}
