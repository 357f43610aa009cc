/** @file Pretraining runs: what there is, how each stands, what it was made with. */

import * as v from 'valibot';
import { finite, itemId, nothing, wholeNumber } from './channels.js';

export const pretextMethod = v.picklist(['inpainting', 'contrastive']);
export const backboneName = v.picklist(['vit-tiny', 'vit-small', 'vit-base']);
export const deviceName = v.picklist(['cpu', 'webgpu', 'dml', 'cuda', 'coreml', 'tfjs-gpu', 'tfjs-cpu']);
export const splitName = v.picklist(['train', 'val', 'test']);
export const cropName = v.picklist(['none', 'body']);
export const positivesName = v.picklist(['image', 'series', 'patient']);

/** A run and how it stands. */
export const runInfo = v.object({
  id: itemId,
  method: pretextMethod,
  backbone: backboneName,
  /** Transformer blocks. */
  depth: wholeNumber,
  /** Pixels on a side. */
  imageSize: wholeNumber,
  patchSize: wholeNumber,
  /** To what images were cropped before they were scaled. */
  crop: cropName,
  epochs: wholeNumber,
  batch: wholeNumber,
  learningRate: finite,
  seed: wholeNumber,
  positives: positivesName,
  /** Official split it learns from; null: all images. */
  split: v.nullable(splitName),
  device: deviceName,
  threads: wholeNumber,
  /** Frames that it learns from. */
  images: wholeNumber,
  /** ISO 8601, UTC. */
  created: v.string(),
  /** `failed`: it ended by an error or with its process. `discarded`: the user ended it for good. */
  state: v.picklist(['running', 'paused', 'finished', 'failed', 'discarded']),
  /** Steps done. */
  step: wholeNumber,
  totalSteps: wholeNumber,
  stepsPerEpoch: wholeNumber,
  /** Loss of its last step; null before the first. */
  loss: v.nullable(finite),
  /** Whether it has weights to build on: an encoder or a checkpoint. */
  usable: v.boolean(),
  note: v.string(),
});
export type RunInfo = v.InferOutput<typeof runInfo>;
export type RunState = RunInfo['state'];

/** Everything that a run is made with. */
export const runSettings = v.object({
  split: v.nullable(splitName),
  method: pretextMethod,
  positives: positivesName,
  backbone: backboneName,
  depth: finite,
  imageSize: finite,
  patchSize: finite,
  crop: cropName,
  batch: finite,
  epochs: finite,
  learningRate: finite,
  device: deviceName,
  threads: finite,
  seed: finite,
});
export type RunSettings = v.InferOutput<typeof runSettings>;

/** What the user set; the rest follows from the data and the computer. */
export const ownSettings = v.partial(runSettings);
export type OwnSettings = v.InferOutput<typeof ownSettings>;

export const settingName = v.keyof(runSettings);
export type SettingName = v.InferOutput<typeof settingName>;

export const runPlan = v.object({
  settings: runSettings,
  /** Why each setting is what it is, in one sentence; `own`: the user set it. */
  lines: v.array(v.object({ name: settingName, reason: v.string(), own: v.boolean() })),
  /** What keeps these settings from being a run. */
  problems: v.array(v.object({ name: settingName, message: v.string() })),
  images: wholeNumber,
  patients: wholeNumber,
  stepsPerEpoch: wholeNumber,
  totalSteps: wholeNumber,
  /** Official splits that there are. */
  splits: v.array(splitName),
  devices: v.array(v.object({ provider: deviceName, name: v.string() })),
});
export type RunPlan = v.InferOutput<typeof runPlan>;

/** What a step of the plan takes on its device, by doing it. */
export const stepMeasure = v.object({
  stepMs: finite,
  /** Images in the step that was timed; where fewer than the batch, the figures were scaled up from it. */
  measuredBatch: wholeNumber,
  memoryBytes: finite,
  memoryHow: v.picklist(['measured', 'scaled', 'computed']),
  /** Seconds of the whole run at that speed. */
  seconds: finite,
  imagesPerSecond: finite,
});
export type StepMeasure = v.InferOutput<typeof stepMeasure>;

export const runAlarm = v.object({
  step: wholeNumber,
  alarm: v.picklist(['not-finite', 'collapse', 'no-progress', 'memory']),
  message: v.string(),
});
export type RunAlarm = v.InferOutput<typeof runAlarm>;

export const runCurve = v.object({
  points: v.array(v.object({ step: wholeNumber, loss: finite, learningRate: finite })),
  speeds: v.array(v.object({ step: wholeNumber, imagesPerSecond: finite })),
  alarms: v.array(runAlarm),
  /** Seconds that it trained, without pauses. */
  seconds: finite,
});
export type RunCurve = v.InferOutput<typeof runCurve>;

/** Pictures of what a run had learnt after `step` steps; the sheet is at `/data/preview/RUN/NAME`. */
export const runPreview = v.object({
  name: v.pipe(v.string(), v.regex(/^step-\d{9}$/)),
  method: pretextMethod,
  step: wholeNumber,
  epoch: wholeNumber,
  side: wholeNumber,
  columns: wholeNumber,
  /** Row by row; null where there is none. */
  pictures: v.array(
    v.nullable(
      v.object({
        role: v.picklist(['original', 'hidden', 'drawn', 'query', 'neighbour']),
        imageId: wholeNumber,
        frame: wholeNumber,
        /** Of a neighbour: cosine similarity to its query. */
        similarity: v.nullable(finite),
        samePatient: v.nullable(v.boolean()),
      }),
    ),
  ),
});
export type RunPreview = v.InferOutput<typeof runPreview>;

export const NOTE_LENGTH = 4000;
const ofRun = v.object({ id: itemId });

export const runCalls = {
  /** Newest first. */
  'runs:list': { argument: nothing, answer: v.array(runInfo) },
  /** Waits for the check of the devices the first time. */
  'runs:plan': { argument: v.object({ own: ownSettings }), answer: runPlan },
  /** Times the plan's step; null while another job trains, for both would be slowed. */
  'runs:measure': { argument: v.object({ own: ownSettings }), answer: v.nullable(stepMeasure) },
  /** Answers with the job. */
  'runs:start': { argument: v.object({ own: ownSettings }), answer: itemId },
  'runs:resume': { argument: ofRun, answer: itemId },
  /** Ends a run for good: stops its job where there is one, then marks it. Nothing of it is removed. */
  'runs:discard': { argument: ofRun, answer: nothing },
  'runs:curve': { argument: v.object({ id: itemId, points: v.pipe(wholeNumber, v.maxValue(5000)) }), answer: runCurve },
  /** Oldest first. */
  'runs:previews': { argument: ofRun, answer: v.array(runPreview) },
  'runs:setNote': {
    argument: v.object({ id: itemId, note: v.pipe(v.string(), v.maxLength(NOTE_LENGTH)) }),
    answer: nothing,
  },
};

export const runEvents = {
  /** What a run that is being trained tells; steps are passed on a few times a second at most. */
  'run:event': v.object({
    run: itemId,
    event: v.variant('event', [
      v.object({ event: v.literal('started'), step: wholeNumber, totalSteps: wholeNumber, resumed: v.boolean() }),
      v.object({
        event: v.literal('step'),
        step: wholeNumber,
        epoch: wholeNumber,
        /** Null where it is not a number any more. */
        loss: v.nullable(finite),
        learningRate: finite,
      }),
      v.object({
        event: v.literal('speed'),
        step: wholeNumber,
        imagesPerSecond: finite,
        etaSeconds: finite,
      }),
      v.object({ event: v.literal('checkpoint'), step: wholeNumber }),
      v.object({ event: v.literal('alarm'), ...runAlarm.entries }),
      v.object({ event: v.literal('weights'), step: wholeNumber, message: v.string() }),
      v.object({ event: v.literal('preview'), step: wholeNumber, name: v.string() }),
      v.object({ event: v.literal('paused'), step: wholeNumber }),
      v.object({ event: v.literal('discarded'), step: wholeNumber }),
      v.object({ event: v.literal('finished'), step: wholeNumber }),
    ]),
  }),
};
