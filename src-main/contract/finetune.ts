/** @file Fine-tuning: what there is to learn from and how it is split, how long it takes, and the start. */

import * as v from 'valibot';
import { finite, itemId, shortText, wholeNumber } from './channels.js';
import { backboneName, deviceName } from './runs.js';

export const partName = v.picklist(['train', 'val', 'test']);
export type PartName = v.InferOutput<typeof partName>;

const amount = v.object({ patients: wholeNumber, images: wholeNumber });

export const finetuneClass = v.object({
  name: v.string(),
  /** '#rrggbb' */
  colour: v.string(),
  /** A patient with images of two classes counts in both. */
  all: amount,
  train: amount,
  val: amount,
  test: amount,
});
export type FinetuneClass = v.InferOutput<typeof finetuneClass>;

export const finetuneCheck = v.object({
  task: v.string(),
  /** In the order of the task. */
  classes: v.array(finetuneClass),
  split: v.object({
    /** Whether the labels came with the split. */
    origin: v.picklist(['official', 'automatic']),
    /** Validation patients: given with the labels, set aside from training, or none. */
    validation: v.picklist(['official', 'carved', 'none']),
    /** Whether they are enough to choose the threshold; else it is the second class's share of the labels. */
    choosesThreshold: v.boolean(),
    train: amount,
    val: amount,
    test: amount,
  }),
  /** Patients by class and part for a drawing; each patient once, under the rarest class among the images. */
  groups: v.array(v.object({ classIndex: wholeNumber, part: partName, patients: wholeNumber })),
  /** Patients that have images of more than one class. */
  mixedPatients: wholeNumber,
  /** Labelled images that stay out: marked unsure or skipped, and those whose patient has no part of the split. */
  leftOut: v.object({ marked: wholeNumber, withoutPart: wholeNumber }),
  /** Patients of each class from which validation patients can choose a threshold. */
  validationPatientsNeeded: wholeNumber,
  /** What keeps it from starting; null where nothing does. */
  problem: v.nullable(v.object({ message: v.string(), remedy: v.string() })),
  encoder: v.object({
    backbone: v.nullable(backboneName),
    depth: wholeNumber,
    imageSize: wholeNumber,
    patchSize: wholeNumber,
    /** Whether pretraining may have seen the test patients' images, without their labels. */
    sawTestPatients: v.boolean(),
  }),
});
export type FinetuneCheck = v.InferOutput<typeof finetuneCheck>;

const labels = v.nullable(v.pipe(wholeNumber, v.minValue(2)));
const draws = v.pipe(wholeNumber, v.minValue(1), v.maxValue(50));
const threads = v.nullable(v.pipe(wholeNumber, v.minValue(1), v.maxValue(512)));
const epochs = v.nullable(v.pipe(wholeNumber, v.minValue(1), v.maxValue(10_000)));

export const finetuneMode = v.picklist(['probe', 'full']);
export type FinetuneMode = v.InferOutput<typeof finetuneMode>;

export const finetuneOptions = v.object({
  task: shortText,
  /** The pretraining run to start from; null: random weights. */
  run: v.nullable(itemId),
  mode: finetuneMode,
  /** Labels of each draw; null: all of the training patients. */
  labels,
  seeds: draws,
  device: deviceName,
  /** Null: one for each processor. */
  threads,
  /** Shape of an encoder that starts at random; null: as the project's newest run. */
  backbone: v.nullable(
    v.object({
      name: backboneName,
      imageSize: v.pipe(wholeNumber, v.minValue(8), v.maxValue(1024)),
      patchSize: v.pipe(wholeNumber, v.minValue(2), v.maxValue(128)),
      depth: v.nullable(v.pipe(wholeNumber, v.minValue(1), v.maxValue(48))),
    }),
  ),
  /** Whether the same from random weights is measured beside it. */
  baseline: v.boolean(),
  /** Passes over the labels; null: by plan. */
  epochs,
});
export type FinetuneOptions = v.InferOutput<typeof finetuneOptions>;

export const finetuneTime = v.object({
  /** `busy`: another job uses the processor, so a measurement would mislead. */
  state: v.picklist(['measured', 'busy']),
  probeSeconds: v.nullable(finite),
  fullSeconds: v.nullable(finite),
});
export type FinetuneTime = v.InferOutput<typeof finetuneTime>;

export const finetuneCalls = {
  'finetune:check': {
    argument: v.object({ task: shortText, run: v.nullable(itemId) }),
    answer: finetuneCheck,
  },
  /** Times a few steps of this encoder on this device, once; then it is arithmetic. Amounts as `finetune:check` has them. */
  'finetune:time': {
    argument: v.object({
      run: v.nullable(itemId),
      classes: v.pipe(wholeNumber, v.minValue(2), v.maxValue(1000)),
      trainingImages: wholeNumber,
      /** Images of validation and test patients. */
      measuredImages: wholeNumber,
      labels,
      seeds: draws,
      device: deviceName,
      threads,
    }),
    answer: finetuneTime,
  },
  /** Answers with the job; its product is the model. */
  'finetune:start': { argument: finetuneOptions, answer: itemId },
};
