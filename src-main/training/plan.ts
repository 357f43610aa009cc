/**
 * @file The plan of a pretraining run: every setting that a user would otherwise have to know, derived from the data
 * and the computer, each with its reason in plain words. What a user sets is kept, and the rest follows it.
 */

import { type DataFacts, dataFacts, officialSplits } from '../catalogue/facts.js';
import type { Project } from '../catalogue/project.js';
import type { Split } from '../catalogue/queries.js';
import type { Crop } from '../dicom/normalise.js';
import { chooseDevice, type Device, gainsByHalf } from '../engine/devices.js';
import type { Provider } from '../engine/runner.js';
import { type BackboneName, VIT_BACKBONES } from '../nn/vit.js';
import { type Positives, stepsPerEpoch } from '../pixels/sampler.js';
import { cacheSides } from '../pixels/side.js';
import type { PretextMethod } from '../ssl/pretext.js';
import { defaultLearningRate, type PretrainOptions } from './pretrain.js';

/** What a run is made with. */
export interface PlanChoices {
  /** Official split to learn from; null: all images. */
  split: Split | null;
  method: PretextMethod;
  /** Contrastive: where the second view of a pair comes from. */
  positives: Positives;
  backbone: BackboneName;
  depth: number;
  imageSize: number;
  patchSize: number;
  /** To what images are cropped before they are scaled. */
  crop: Crop;
  batch: number;
  epochs: number;
  learningRate: number;
  device: Provider;
  threads: number;
  seed: number;
}
export type PlanName = keyof PlanChoices;

/** What a user set of a plan. */
export type OwnChoices = { readonly [K in PlanName]?: PlanChoices[K] | undefined };

export interface PlanLine {
  name: PlanName;
  /** One sentence for a person. */
  reason: string;
  /** True where the user set it. */
  own: boolean;
}

export interface PretrainPlan {
  facts: DataFacts;
  choices: PlanChoices;
  /** Half precision where the device gains by it. */
  precision: 'float32' | 'mixed';
  lines: PlanLine[];
  /** What keeps these settings from being a run. */
  problems: { name: PlanName; message: string }[];
  stepsPerEpoch: number;
  totalSteps: number;
}

export interface Machine {
  devices: readonly Device[];
  /** Threads that run at the same time. */
  processors: number;
}

/** What the catalogue says that a plan needs. */
export interface PlanData {
  /** Facts of all images, and of each official split. */
  all: DataFacts;
  bySplit: Partial<Record<Split, DataFacts>>;
}

/** Views of images that gave a useful encoder of 5,000 radiographs: 40 epochs of inpainting, 10 of contrastive. */
const VIEWS: Record<PretextMethod, number> = { inpainting: 200_000, contrastive: 50_000 };
const EPOCHS: Record<PretextMethod, readonly [number, number]> = { inpainting: [20, 200], contrastive: [10, 100] };
const BATCHES = [64, 32, 16, 8, 4, 2];
/** Least number of steps in an epoch that a batch should leave. */
const LEAST_STEPS = 4;
/** A GPU that is this many times faster than the processor affords larger images and backbones. */
const FAST = 4;
const DETAILED_SIZES = [224, 160, 128, 96];
const SMALL_SIZES = [64, 48, 32];
/** Images from which a larger backbone has enough to learn from. */
const SMALL_FROM = 50_000;
const BASE_FROM = 500_000;
const LARGEST_SIZE = Math.max(...cacheSides);

const count = (value: number): string => new Intl.NumberFormat('en').format(value);
const plural = (value: number, one: string): string => `${count(value)} ${value === 1 ? one : `${one}s`}`;

/** Reads what a plan needs from a project. */
export function readPlanData(project: Project): PlanData {
  const bySplit: PlanData['bySplit'] = {};
  for (const split of officialSplits(project)) bySplit[split] = dataFacts(project, split);
  return { all: dataFacts(project, null), bySplit };
}

interface Suggestion<T> {
  value: T;
  reason: string;
}

/** Says how many images stay out, where some do. */
function without(text: string, { leftOut = 0 }: DataFacts): string {
  if (leftOut === 0) return text;
  return `${text} ${plural(leftOut, 'image')} with flags that are left out, or without readable pixels, ${leftOut === 1 ? 'is' : 'are'} not counted.`;
}

function splitOf({ all, bySplit }: PlanData): Suggestion<Split | null> {
  const { train } = bySplit;
  if (train !== undefined && train.frames >= 2) {
    const value = 'train';
    const reason = `The ${plural(train.frames, 'image')} of the official training split: test images stay unseen, so later figures are honest.`;
    return { value, reason: without(reason, train) };
  }
  const what = `${plural(all.frames, 'image')} of ${plural(all.patients, 'patient')}`;
  return {
    value: null,
    reason: without(`All ${what}: your labels came with no official split, so nothing has to be kept apart yet.`, all),
  };
}

function methodOf(facts: DataFacts): Suggestion<PretextMethod> {
  const reason =
    facts.frames < 2000
      ? `${plural(facts.frames, 'image')}: drawing hidden parts learns from every pixel, so it gets by with few images; comparing images needs more of them.`
      : 'The quicker first choice: a step costs a fraction of a contrastive one, and it depends less on the batch.';
  return { value: 'inpainting', reason };
}

function positivesOf({ frames, series }: DataFacts): Suggestion<Positives> {
  if (series > 0 && frames / series >= 2) {
    const mean = Math.round(frames / series);
    return { value: 'series', reason: `A series holds about ${mean} images: neighbours of one series count as alike.` };
  }
  return { value: 'image', reason: 'Most series hold one image, so both views come from the same one.' };
}

/** How many times faster than the processor the device is; 1 for the processor. */
function speedOf(device: Provider, devices: readonly Device[]): number {
  const timeOf = (provider: Provider) => devices.find((other) => other.provider === provider)?.stepMs ?? null;
  const own = timeOf(device);
  const processor = timeOf('cpu');
  return device === 'cpu' || own === null || processor === null ? 1 : processor / own;
}

function deviceOf({ devices }: Machine): Suggestion<Provider> {
  const value = chooseDevice(devices);
  if (value === 'cpu') {
    const other = devices.some(({ provider, available }) => provider !== 'cpu' && available);
    const reason = other
      ? 'The processor is faster here than the graphics processors that passed the self-check.'
      : 'No graphics processor of this computer passed the self-check; Settings says why.';
    return { value, reason };
  }
  return {
    value,
    reason: `About ${speedOf(value, devices).toFixed(1)} times as fast as the processor in the self-check.`,
  };
}

function backboneOf({ frames }: DataFacts, isFast: boolean): Suggestion<BackboneName> {
  if (isFast && frames >= BASE_FROM)
    return { value: 'vit-base', reason: 'Enough images, and a device fast enough, for 86 million weights.' };
  if (isFast && frames >= SMALL_FROM)
    return { value: 'vit-small', reason: 'Enough images, and a device fast enough, for 22 million weights.' };
  if (frames >= SMALL_FROM)
    return { value: 'vit-tiny', reason: 'A processor alone would take days with a larger one.' };
  return {
    value: 'vit-tiny',
    reason: `5.5 million weights; a larger one gains little from fewer than ${count(SMALL_FROM)} images.`,
  };
}

function imageSizeOf({ medianSide }: DataFacts, isFast: boolean): Suggestion<number> {
  const sizes = isFast ? [...DETAILED_SIZES, ...SMALL_SIZES] : SMALL_SIZES;
  const value = sizes.find((size) => size <= medianSide) ?? 32;
  if (medianSide > 0 && medianSide < 64) {
    return { value, reason: `The images themselves have about ${count(medianSide)} pixels on a side.` };
  }
  const reason = isFast
    ? `The device is fast enough for ${value} pixels; the images have about ${count(medianSide)}.`
    : `The images have about ${count(medianSide)} pixels; a processor needs 4 times as long for twice the side. Small findings may need more.`;
  return { value, reason };
}

/** The divisor of the image size whose grid of patches is nearest to the usual one. */
function patchSizeOf(imageSize: number): Suggestion<number> {
  const wanted = imageSize > 128 ? 14 : 8;
  let value = imageSize;
  for (let size = 2; size <= imageSize / 2; size++) {
    if (imageSize % size !== 0) continue;
    if (Math.abs(imageSize / size - wanted) < Math.abs(imageSize / value - wanted)) value = size;
  }
  const grid = imageSize / value;
  return {
    value,
    reason: `Cuts an image into ${grid} x ${grid} patches; smaller ones see finer detail and cost more.`,
  };
}

function cropOf(): Suggestion<Crop> {
  const reason =
    'Whole images, so that nothing at their edges is lost. The body region alone gives more pixels to it where much of the image is air or a collimated border.';
  return { value: 'none', reason };
}

function batchOf({ frames }: DataFacts): Suggestion<number> {
  const value = BATCHES.find((batch) => batch * LEAST_STEPS <= frames) ?? 2;
  const reason =
    value === BATCHES[0]
      ? 'What the reference recipes were tuned for on one computer; it fits in memory.'
      : `With ${plural(frames, 'image')}, larger batches would leave fewer than ${LEAST_STEPS} steps in an epoch.`;
  return { value, reason };
}

function epochsOf({ frames }: DataFacts, method: PretextMethod): Suggestion<number> {
  const [least, most] = EPOCHS[method];
  const exact = VIEWS[method] / Math.max(1, frames);
  const rounded = exact < 50 ? Math.round(exact) : Math.round(exact / 10) * 10;
  const value = Math.max(least, Math.min(most, rounded));
  const views = plural(value * frames, 'view');
  const measured = `${count(VIEWS[method])} gave a useful encoder in Pretext's own measurements`;
  if (value === most)
    return {
      value,
      reason: `${views} in all. ${measured}, but more than ${most} passes over few images repeat themselves.`,
    };
  if (value === least)
    return {
      value,
      reason: `${views} in all. ${measured}; fewer than ${least} passes would cut the schedule short.`,
    };
  return { value, reason: `${views} in all: ${measured}.` };
}

const OWN = 'Your choice.';

/** Plans a run; `own` are the user's settings, which the others follow. */
export function planPretraining(data: PlanData, machine: Machine, own: OwnChoices = {}): PretrainPlan {
  const lines: PlanLine[] = [];
  const choose = <K extends PlanName>(name: K, { value, reason }: Suggestion<PlanChoices[K]>): PlanChoices[K] => {
    const set = own[name];
    // Null is a setting of `split` ("all images"), undefined is none.
    const isOwn = set !== undefined && set !== value;
    lines.push({ name, reason: isOwn ? OWN : reason, own: isOwn });
    return set === undefined ? value : (set as PlanChoices[K]);
  };
  const split = choose('split', splitOf(data));
  const facts = (split === null ? data.all : data.bySplit[split]) ?? {
    frames: 0,
    images: 0,
    patients: 0,
    series: 0,
    medianSide: 0,
  };
  const device = choose('device', deviceOf(machine));
  const isFast = speedOf(device, machine.devices) >= FAST;
  const method = choose('method', methodOf(facts));
  const positives = choose('positives', positivesOf(facts));
  const backbone = choose('backbone', backboneOf(facts, isFast));
  const depth = choose('depth', { value: VIT_BACKBONES[backbone].depth, reason: `As ${backbone} has.` });
  const imageSize = choose('imageSize', imageSizeOf(facts, isFast));
  const patchSize = choose('patchSize', patchSizeOf(imageSize));
  const crop = choose('crop', cropOf());
  const batch = choose('batch', batchOf(facts));
  const epochs = choose('epochs', epochsOf(facts, method));
  const rate = {
    value: defaultLearningRate(method, batch),
    reason: "The method's reference value, scaled by the root of the batch.",
  };
  const learningRate = choose('learningRate', rate);
  const { processors } = machine;
  const threads = choose('threads', {
    value: processors,
    reason: `One for each of the ${processors} threads of the processor.`,
  });
  const seed = choose('seed', {
    value: 0,
    reason: 'Every random choice follows from it: the same seed gives the same run.',
  });
  const choices: PlanChoices = {
    ...{ split, method, positives, backbone, depth, imageSize, patchSize, crop, batch, epochs, learningRate },
    ...{ device, threads, seed },
  };
  const steps = stepsPerEpoch(facts.frames, Math.max(1, Math.min(batch, facts.frames)));
  const precision = gainsByHalf(machine.devices, choices.device) ? 'mixed' : 'float32';
  return {
    facts,
    precision,
    choices,
    lines,
    problems: problemsOf(choices, facts, machine),
    stepsPerEpoch: steps,
    totalSteps: steps * epochs,
  };
}

function problemsOf(choices: PlanChoices, facts: DataFacts, { devices }: Machine): PretrainPlan['problems'] {
  const { imageSize, patchSize, batch, epochs, depth, threads, learningRate, device, seed } = choices;
  const problems: PretrainPlan['problems'] = [];
  const check = (name: PlanName, holds: boolean, message: string) => {
    if (!holds) problems.push({ name, message });
  };
  const whole = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  check(
    'split',
    facts.frames >= 2,
    `There ${facts.frames === 1 ? 'is 1 image' : 'are no images'} to learn from; at least 2 are needed.`,
  );
  check('imageSize', whole(imageSize, 8, LARGEST_SIZE), `A whole number from 8 to ${LARGEST_SIZE}.`);
  const tiles = whole(patchSize, 2, imageSize / 2) && imageSize % patchSize === 0;
  check('patchSize', tiles, `Has to divide ${imageSize} without a rest, and to be at most half of it.`);
  check('batch', whole(batch, 2, Math.max(2, facts.frames)), `From 2 to the number of images, ${count(facts.frames)}.`);
  check('epochs', whole(epochs, 1, 10_000), 'A whole number from 1 to 10,000.');
  check('depth', whole(depth, 1, 48), 'A whole number from 1 to 48.');
  check('threads', whole(threads, 1, 256), 'A whole number from 1 to 256.');
  check('seed', whole(seed, 0, 2 ** 31 - 1), 'A whole number from 0 on.');
  check(
    'learningRate',
    Number.isFinite(learningRate) && learningRate > 0 && learningRate <= 1,
    'A number above 0, at most 1.',
  );
  const chosen = devices.find(({ provider }) => provider === device);
  check('device', chosen?.available === true, chosen?.reason ?? 'This computer has no such device.');
  return problems;
}

/** The options of the run that a plan describes. */
export function optionsOf({ choices, precision }: PretrainPlan): PretrainOptions {
  return { ...choices, weights: null, precision, microBatch: null, checkpointEvery: null, previews: true };
}
