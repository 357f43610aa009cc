/**
 * @file The main job end to end on the sample study: write it, import, pretrain with both tasks, fine-tune on a few
 * labels beside from scratch, predict, export, report.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../base/errors.js';
import { type JobControl, throwIfCancelled } from '../base/jobs.js';
import { importFolders } from '../catalogue/import.js';
import { importLabelsCsv } from '../catalogue/labels-csv.js';
import { Project } from '../catalogue/project.js';
import type { Provider } from '../engine/runner.js';
import { exportOnnx } from '../exports/onnx.js';
import { type Comparison, type ReportPicture, writeReport } from '../exports/report.js';
import { ensurePixelCache } from '../pixels/cache.js';
import { PixelRecords } from '../pixels/records.js';
import type { Difficulty } from '../sample/anatomy.js';
import { writeSampleStudy } from '../sample/study.js';
import type { PretextMethod } from '../ssl/pretext.js';
import type { SeedSummary } from '../tasks/bootstrap.js';
import { runJob } from '../training/client.js';
import { lossCurve, readEvents } from '../training/events.js';
import type { FinetuneResult } from '../training/finetune.js';
import { modelPaths, readModelCard, readPredictions, readWeights } from '../training/model-store.js';
import type { PretrainResult } from '../training/pretrain.js';
import { runPaths } from '../training/run-store.js';

export interface DemoOptions {
  /** Where study, project, exports and report are written. */
  folder: string;
  seed: number;
  device: Provider;
  threads: number;
}

/** One row of the demo's table. */
export interface DemoRow {
  method: string;
  auc: SeedSummary;
  accuracy: SeedSummary;
}

export interface DemoResult {
  folder: string;
  report: string;
  patients: number;
  images: number;
  labels: number;
  seeds: number;
  testImages: number;
  rows: DemoRow[];
  /** Fine-tuned from the encoder that was chosen before the result was known. */
  ssl: DemoRow;
  /** The same recipe from random initialisation. */
  scratch: DemoRow;
  /** Seeds in which the first beats the second. */
  wins: number;
  runs: { method: PretextMethod; run: string; loss: number; imagesPerSecond: number; seconds: number }[];
  predictions: string;
  onnx: string;
  safetensors: string;
  seconds: number;
}

/**
 * Sizes that let the whole demo end in a few minutes on two cores; chosen once on seed 1, kept for every seed.
 */
export const DEMO = {
  patients: 150,
  imagesPerPatient: 6,
  backbone: 'vit-tiny',
  depth: 4,
  imageSize: 64,
  patchSize: 16,
  epochs: { inpainting: 40, contrastive: 20 },
  positives: 'patient',
  labels: 16,
  seeds: 5,
  finetuneEpochs: 40,
  task: 'finding',
} as const;

/**
 * Denser and larger opacities than the sample study's own: a minute of pretraining on 600 images learns what stands out.
 */
const DIFFICULTY: Partial<Difficulty> = { contrast: [600, 850], radius: [20, 32], count: [3, 6], haze: 10 };

/** The encoder that the headline is about: fixed here, not picked by its result. */
const HEADLINE: PretextMethod = 'contrastive';
const PICTURES = 12;

export interface DemoListener extends JobControl {
  /** Told what begins, in the user's words. */
  onStage(text: string): void;
}

/** Runs the demo. @throws PretextError of any of its jobs. */
export async function runDemo(options: DemoOptions, listener: DemoListener): Promise<DemoResult> {
  const started = performance.now();
  const study = join(options.folder, 'study');
  const projectFolder = join(options.folder, 'project');
  const exportsFolder = join(options.folder, 'exports');
  try {
    for (const folder of [study, exportsFolder]) mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw fileError(error, options.folder);
  }

  listener.onStage('Writing the sample study: computed chest CT slices as DICOM');
  const { patients, imagesPerPatient } = DEMO;
  const sample = await writeSampleStudy(
    study,
    { seed: options.seed, patients, imagesPerPatient, difficulty: DIFFICULTY },
    listener,
  );

  listener.onStage('Importing it');
  const project = Project.open(projectFolder, { create: true });
  try {
    const imported = await importFolders(project, [study], listener);
    importLabelsCsv(project, sample.truthCsv, {
      task: DEMO.task,
      idColumn: 'sop_instance_uid',
      labelColumn: 'label',
      splitColumn: 'split',
      author: 'demo',
      classes: ['normal', 'finding'],
    });

    const runs: PretrainResult[] = [];
    const methods: PretextMethod[] = ['inpainting', 'contrastive'];
    for (const method of methods) {
      throwIfCancelled(listener);
      listener.onStage(`Pretraining without labels: ${method}`);
      runs.push(await pretrainOn(projectFolder, method, options, listener));
    }

    const tuned: FinetuneResult[] = [];
    for (const [index, method] of methods.entries()) {
      throwIfCancelled(listener);
      listener.onStage(`Fine-tuning on ${DEMO.labels} labels, ${DEMO.seeds} draws: from ${method}`);
      tuned.push(await finetuneOn(projectFolder, runs[index].run, 'full', method === HEADLINE, options, listener));
    }
    listener.onStage(`A linear probe on the frozen ${HEADLINE} encoder`);
    const headlineIndex = methods.indexOf(HEADLINE);
    const probe = await finetuneOn(projectFolder, runs[headlineIndex].run, 'probe', true, options, listener);

    const headline = tuned[headlineIndex];
    const row = (method: string, { auc, accuracy }: { auc: SeedSummary; accuracy: SeedSummary }): DemoRow => ({
      method,
      auc,
      accuracy,
    });
    const scratch = row('fine-tuned from scratch', headline.baseline ?? headline);
    const rows = [
      ...methods.map((method, index) => row(`fine-tuned from ${method}`, tuned[index])),
      scratch,
      row(`linear probe on ${HEADLINE}`, probe),
      row('linear probe on an untrained encoder', probe.baseline ?? probe),
    ];
    const ssl = rows[headlineIndex];
    const wins = ssl.auc.perSeed.filter((auc, seed) => (auc ?? 0) > (scratch.auc.perSeed[seed] ?? 1)).length;

    listener.onStage('Predicting, exporting, writing the report');
    const predictions = join(exportsFolder, 'predictions.csv');
    await runJob(
      'predict',
      {
        project: projectFolder,
        options: {
          folders: [study],
          model: headline.model,
          out: predictions,
          inputsOut: null,
          device: options.device,
          threads: options.threads,
        },
      },
      listener,
    );
    const card = readModelCard(project, headline.model);
    const onnx = join(exportsFolder, 'classifier.onnx');
    const weights = readWeights(project, headline.model);
    exportOnnx(onnx, card, weights);
    const safetensors = modelPaths(project, headline.model).weights;

    const report = join(options.folder, 'report.html');
    const result: DemoResult = {
      folder: options.folder,
      report,
      patients: imported.patients,
      images: imported.images,
      labels: DEMO.labels,
      seeds: DEMO.seeds,
      testImages: headline.testImages,
      rows,
      ssl,
      scratch,
      wins,
      runs: runs.map(({ run, loss, imagesPerSecond, seconds }, index) => ({
        method: methods[index],
        run,
        loss,
        imagesPerSecond,
        seconds,
      })),
      predictions,
      onnx,
      safetensors,
      seconds: (performance.now() - started) / 1000,
    };
    await writeDemoReport(report, project, result, headline, listener);
    return { ...result, seconds: (performance.now() - started) / 1000 };
  } finally {
    project.close();
  }
}

function pretrainOn(project: string, method: PretextMethod, options: DemoOptions, listener: JobControl) {
  const { backbone, depth, imageSize, patchSize, epochs } = DEMO;
  return runJob(
    'pretrain',
    {
      project,
      options: {
        method,
        backbone,
        imageSize,
        crop: 'none',
        patchSize,
        depth,
        epochs: epochs[method],
        batch: null,
        microBatch: null,
        learningRate: null,
        device: options.device,
        threads: options.threads,
        seed: options.seed,
        split: 'train',
        positives: DEMO.positives,
        weights: null,
        precision: 'float32',
        checkpointEvery: null,
        previews: true,
      },
    },
    listener,
  );
}

function finetuneOn(
  project: string,
  run: string,
  mode: 'probe' | 'full',
  baseline: boolean,
  options: DemoOptions,
  listener: JobControl,
) {
  return runJob(
    'finetune',
    {
      project,
      options: {
        task: DEMO.task,
        run,
        mode,
        labels: DEMO.labels,
        seeds: DEMO.seeds,
        device: options.device,
        threads: options.threads,
        backbone: null,
        baseline,
        epochs: DEMO.finetuneEpochs,
      },
    },
    listener,
  );
}

function interval({ mean, low, high }: SeedSummary) {
  return { mean: mean ?? Number.NaN, low: low ?? Number.NaN, high: high ?? Number.NaN };
}

async function writeDemoReport(
  path: string,
  project: Project,
  result: DemoResult,
  headline: FinetuneResult,
  control: JobControl,
): Promise<void> {
  const { ssl, scratch, wins, seeds, labels } = result;
  const three = (value: number | null) => (value === null ? 'undefined' : value.toFixed(3));
  const comparisons = result.rows.map(
    ({ method, auc, accuracy }): Comparison => ({
      method,
      labels,
      auc: interval(auc),
      accuracy: interval(accuracy),
      perSeed: auc.perSeed.map((value) => value ?? Number.NaN),
      highlighted: method === ssl.method,
    }),
  );
  writeReport(path, {
    title: 'Pretext on the sample study',
    headline:
      `With ${labels} labels, an AUC of ${three(ssl.auc.mean)} after pretraining on unlabelled images, ` +
      `${three(scratch.auc.mean)} without; better in ${wins} of ${seeds} draws of labels.`,
    data: [
      { name: 'Patients', value: String(result.patients) },
      { name: 'Images', value: String(result.images) },
      { name: 'Test images', value: String(result.testImages) },
      {
        name: 'Encoder',
        value: `${DEMO.backbone}, depth ${DEMO.depth}, ${DEMO.imageSize} px, patch ${DEMO.patchSize}`,
      },
      { name: 'Kind', value: 'Computed phantom, no patient' },
    ],
    comparisons,
    runs: result.runs.map(({ method, run }) => ({
      name: method,
      losses: lossCurve(readEvents(runPaths(project, run).events)),
    })),
    rocs: [{ name: ssl.method, points: headline.roc }],
    confusion: { classes: ['normal', 'finding'], counts: headline.confusion },
    pictures: await pictures(project, headline, control),
    notes: [
      ...headline.notes,
      'The images are computed: the figures say that the program works, not how it does on patients.',
    ],
    producedBy: 'Pretext 0.1.0',
    producedAt: new Date().toISOString(),
  });
}

/** Some test images, alternating between the classes, with what the model says. */
async function pictures(project: Project, model: FinetuneResult, control: JobControl): Promise<ReportPicture[]> {
  const { imageIds, labels, perSeed } = readPredictions(project, model.model);
  const card = readModelCard(project, model.model);
  const cache = await ensurePixelCache(project, card.cacheSide, control, {}, card.normalisation);
  const slotOf = new Map(cache.samples.map(({ imageId, slot }) => [imageId, slot]));
  const records = new PixelRecords(cache.file, cache.side);
  const values = new Uint16Array(cache.side * cache.side);
  const chosen = card.classes.flatMap((_, index) =>
    labels.flatMap((label, row) => (label === index ? [row] : [])).slice(0, PICTURES / card.classes.length),
  );
  try {
    return chosen.map((row) => {
      records.read(slotOf.get(imageIds[row]) ?? 0, values);
      return {
        rows: cache.side,
        columns: cache.side,
        grey: Uint8Array.from(values, (value) => value >> 8),
        label: card.classes[labels[row]],
        positive: card.classes[card.classes.length - 1],
        probability: perSeed[0][row * card.classes.length + card.classes.length - 1],
      };
    });
  } finally {
    records.close();
  }
}
