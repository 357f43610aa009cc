/** @file Fine-tuning on few labels: linear probe or full, for several draws of labels, beside the same from scratch. */

import { PretextError } from '../base/errors.js';
import type { JobControl } from '../base/jobs.js';
import type { Project } from '../catalogue/project.js';
import type { Provider } from '../engine/runner.js';
import type { SeedSummary } from '../tasks/bootstrap.js';
import { drawLabels } from '../tasks/label-draws.js';
import { type ModelThreshold, modelThreshold } from '../tasks/model-threshold.js';
import { type ArmResult, fullArm, probeArm } from './finetune-arms.js';
import { type EncoderShape, encoderOf, type FinetuneData, finetuneData, type LabelledImage } from './finetune-data.js';
import { type FinetuneMode, type ModelCard, saveModel, type TestPredictions } from './model-store.js';
import { type ResultFigures, resultFigures } from './results.js';
import { newId } from './run-store.js';
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
  backbone: EncoderShape | null;
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
  /** Images of validation patients: they choose the threshold and nothing else. */
  validationImages: number;
  /** Where a two-class model says that the finding is there; null for more classes. */
  threshold: number | null;
  /** The same recipe from random initialisation; null where this run is that, or it was not asked for. */
  baseline: { auc: SeedSummary; accuracy: SeedSummary } | null;
  /** What a reader of the figures must know. */
  notes: string[];
  seconds: number;
}

/**
 * Fine-tunes, measures on the test patients, saves the model of the first draw. The labels that are drawn are all
 * learned from: thresholds come from the validation patients or from the labels' shares (tasks/operating-point.ts).
 *
 * @throws PretextError `too-few-labels` with the remedy, `not-found` (task, run), `bad-argument`, `device`, `cancelled`
 */
export async function finetune(
  project: Project,
  options: FinetuneOptions,
  control: JobControl,
): Promise<FinetuneResult> {
  const started = performance.now();
  const encoder = encoderOf(project, options.run, options.backbone);
  const { vit, weights, normalisation } = encoder;
  const data = await finetuneData(project, options.task, encoder, control);
  const notes: string[] = splitNotes(data);
  const note = (text: string | null) => {
    if (text !== null && !notes.includes(text)) notes.push(text);
  };
  const labels = Math.min(options.labels ?? data.train.length, data.train.length);
  if (options.labels !== null && options.labels > data.train.length) {
    note(`Only ${data.train.length} labelled training images are there, not ${options.labels}.`);
  }
  const draws = drawAll(data, labels, options.seeds, note);

  const arm = options.mode === 'probe' ? probeArm : fullArm;
  const main = await arm(data, vit, weights, draws, options, control);
  const wantsBaseline = options.baseline && weights !== null;
  const baseline = wantsBaseline ? await arm(data, vit, null, draws, options, control) : null;

  const points = modelThresholds(data, main, draws);
  const predictions: TestPredictions = {
    imageIds: data.test.map((image) => image.imageId),
    patientIds: data.test.map((image) => image.patientId),
    labels: data.test.map((image) => image.classIndex),
    perSeed: testPart(data, main),
    thresholds: points.map((point) => point?.threshold ?? null),
    baselinePerSeed: baseline && testPart(data, baseline),
    baselineThresholds: baseline && modelThresholds(data, baseline, draws).map((point) => point?.threshold ?? null),
  };
  const { origin, validation, patients } = data.split;
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
    seeds: draws.map((_, seed) => seed),
    normalisation,
    threshold: points[0]?.threshold ?? null,
    thresholdSource: points[0]?.source ?? null,
    split: {
      origin,
      validation,
      patients,
      images: { train: data.train.length, val: data.val.length, test: data.test.length },
    },
  };
  saveTrainingImages(project, card.id, draws[0], data.val);
  saveModel(project, card, main.parameters, main.weights, predictions);
  const figures = resultFigures(predictions, data.classes, 'perSeed');
  const other = baseline === null ? null : resultFigures(predictions, data.classes, 'baselinePerSeed');
  note(figures.auc.note);
  note(figures.accuracy.note);
  return {
    model: card.id,
    task: options.task,
    mode: options.mode,
    run: options.run,
    labels,
    seeds: options.seeds,
    testImages: data.test.length,
    validationImages: data.val.length,
    threshold: card.threshold,
    ...figures,
    baseline: other === null ? null : { auc: other.auc, accuracy: other.accuracy },
    notes,
    seconds: (performance.now() - started) / 1000,
  };
}

/** What was done with the patients beside training. */
function splitNotes({ split, val }: FinetuneData): string[] {
  const notes: string[] = [];
  if (split.origin === 'automatic') notes.push('No split was given: 30% of the patients were set aside for testing.');
  if (split.validation === 'carved') {
    const who = `${val.length} labelled images of ${split.patients.val} patients`;
    notes.push(`${who} of the training part were not learned from: they choose the threshold.`);
  }
  return notes;
}

/** One draw of labels for each seed. @throws PretextError `too-few-labels` where a draw has one class only. */
function drawAll(
  data: FinetuneData,
  labels: number,
  seeds: number,
  note: (text: string | null) => void,
): LabelledImage[][] {
  const byId = new Map(data.train.map((image) => [image.imageId, image]));
  return Array.from({ length: seeds }, (_, seed) => {
    const draw = drawLabels(data.train, labels, seed, { classNames: data.classes });
    note(draw.note);
    if (draw.perClass.filter((count) => count > 0).length < 2) {
      throw new PretextError({
        code: 'too-few-labels',
        message: `${labels} of the labels show one class only: there is nothing to tell apart.`,
        remedy: `Learn from more labels, at least one of each of the ${data.classes.length} classes.`,
      });
    }
    return draw.imageIds.map((id) => byId.get(id) as LabelledImage);
  });
}

/** Probabilities of the test images for each draw. An arm gives those of the validation images before them. */
function testPart({ val, classes }: FinetuneData, { perSeed }: ArmResult): number[][] {
  return perSeed.map((values) => [...values.subarray(val.length * classes.length)]);
}

/** The operating point of each draw's model; null for more than two classes. */
function modelThresholds(
  { val, classes }: FinetuneData,
  { perSeed }: ArmResult,
  draws: readonly LabelledImage[][],
): (ModelThreshold | null)[] {
  const labels = Int32Array.from(val, ({ classIndex }) => classIndex);
  const patients = val.map(({ patientId }) => patientId);
  return draws.map((draw, seed) => {
    if (classes.length !== 2) return null;
    const learned = draw.map(({ classIndex }) => classIndex);
    const probabilities = perSeed[seed].subarray(0, 2 * val.length);
    return modelThreshold(learned, val.length === 0 ? null : { probabilities, labels, patients });
  });
}
