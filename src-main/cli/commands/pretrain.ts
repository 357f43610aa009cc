/** @file `pretext pretrain`: learns an encoder from unlabelled images, or goes on with a run. */

import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Split } from '../../catalogue/queries.js';
import type { CropSummary } from '../../pixels/cache.js';
import type { Positives } from '../../pixels/sampler.js';
import type { PretextMethod } from '../../ssl/pretext.js';
import type { RunEvent } from '../../training/events.js';
import type { PretrainOptions, PretrainResult } from '../../training/pretrain.js';
import { readRun } from '../../training/run-store.js';
import {
  addExamples,
  addProject,
  type Context,
  choice,
  type Outcome,
  type Perform,
  type ProjectFlag,
  positiveNumber,
  trainerJob,
  UsageError,
  wholeNumber,
  withProject,
} from '../command.js';
import {
  addDevice,
  type DeviceChoice,
  type Precision,
  resolveDevice,
  resolvePrecision,
  resolveThreads,
} from '../device.js';
import { addCrop, addEncoder, type EncoderFlags, encoderShape } from '../encoder-flags.js';
import { formatBytes, formatCount, formatDuration, formatFacts } from '../format.js';
import { resolveRun } from '../runs.js';

interface PretrainFlags extends ProjectFlag, EncoderFlags {
  method?: PretextMethod;
  resume?: string;
  epochs?: number;
  batch?: number;
  learningRate?: number;
  device?: DeviceChoice;
  threads?: number;
  seed?: number;
  split?: Split;
  positives?: Positives;
  weights?: string;
  precision?: Precision | 'auto';
  microBatch?: number;
  checkpointEvery?: number;
  previews: boolean;
}

const EPOCHS = 50;
/** What a run keeps from its beginning. */
const FIXED = [
  ...['method', 'backbone', 'imageSize', 'patchSize', 'depth', 'epochs', 'batch', 'learningRate', 'seed', 'split'],
  'crop',
  'positives',
  'weights',
  'precision',
  'previews',
];

export function registerPretrain(program: Command, perform: Perform): void {
  const command = program
    .command('pretrain')
    .description('learn an encoder from images without labels (inpainting or contrastive), or go on with a run')
    .action((flags: PretrainFlags) => perform(flags, (context) => pretrain(context, flags)));
  addProject(command)
    .addOption(choice('--method <method>', 'what is learned from the pixels', ['inpainting', 'contrastive']))
    .addOption(
      new Option('--resume <run>', "go on with this run, or with the 'latest', from its last checkpoint").conflicts(
        FIXED,
      ),
    );
  addCrop(addEncoder(command))
    .option('--epochs <n>', `passes over the images (default: ${EPOCHS})`, wholeNumber(1))
    .option('--batch <n>', 'images in a step (default: 64)', wholeNumber(2))
    .option('--learning-rate <x>', 'peak learning rate (default: by method and batch)', positiveNumber)
    .option('--seed <n>', 'seed of every random choice (default: 0)', wholeNumber(0))
    .addOption(choice('--split <split>', 'only images of this official split', ['train', 'val', 'test']))
    .addOption(
      choice('--positives <what>', 'contrastive: where the second view comes from (default: image)', [
        'image',
        'series',
        'patient',
      ]),
    )
    .option('--weights <file>', "start from a safetensors file with timm's names (default: random)")
    .option(
      '--micro-batch <n>',
      'images on the device at a time (default: as many of the batch as fit)',
      wholeNumber(1),
    )
    .addOption(
      choice('--precision <what>', "arithmetic of products: 'auto' is mixed where the device gains by it", [
        'auto',
        'float32',
        'mixed',
      ]),
    )
    .option('--no-previews', 'make no pictures of what the run has learnt while it goes on')
    .option('--checkpoint-every <steps>', 'steps between checkpoints (default: by time)', wholeNumber(1));
  addDevice(command, null);
  addExamples(command, [
    'pretrain --project study --method inpainting --epochs 40',
    'pretrain --project study --method inpainting --crop body',
    'pretrain --project study --method contrastive --backbone vit-small --positives series --device auto',
    'pretrain --project study --method inpainting --backbone vit-small --patch-size 16 --image-size 224 --weights dino.safetensors',
    'pretrain --project study --resume latest',
  ]);
}

async function pretrain(context: Context, flags: PretrainFlags): Promise<Outcome> {
  const { terminal } = context;
  const project = resolve(flags.project);
  let loss = '';
  const watch = {
    onEvent: (event: RunEvent) => {
      if (event.event === 'step') loss = `, loss ${event.loss.toFixed(4)}`;
      if (event.event === 'speed') loss += `, ${formatCount(event.imagesPerSecond)} images/s`;
      if (event.event === 'started') announce(context, event, flags);
      if (event.event === 'weights' && !terminal.json) terminal.note(event.message);
      if (event.event === 'alarm') terminal.note(`Warning: ${event.message}`);
    },
    detail: () => loss,
  };
  let result: PretrainResult;
  if (flags.resume !== undefined) {
    const asked = flags.resume;
    const run = await withProject(project, (opened) => readRun(opened, resolveRun(opened, asked)).id);
    const device = flags.device === undefined ? null : await resolveDevice(context, flags.device);
    const options = {
      device,
      threads: flags.threads ?? null,
      checkpointEvery: flags.checkpointEvery ?? null,
      microBatch: flags.microBatch ?? null,
      halvings: 0,
    };
    result = await trainerJob(context, 'resume', { project, run, options }, watch);
  } else {
    const options = newRun(flags);
    // A wrong project is told before devices are tried.
    await withProject(project, () => undefined);
    options.device = await resolveDevice(context, flags.device ?? 'auto');
    options.precision = await resolvePrecision(context, flags.precision ?? 'auto', options.device);
    result = await trainerJob(context, 'pretrain', { project, options }, watch);
  }
  terminal.result(result, resultText(result, flags.project));
  return result.paused ? 'paused' : 'done';
}

function announce(context: Context, event: RunEvent & { event: 'started' }, flags: PretrainFlags): void {
  const { terminal } = context;
  // Machines get the event itself.
  if (terminal.json) return;
  const device = event.engine === undefined ? event.device : `${event.device} (${event.engine})`;
  const where = `${device}, ${event.threads} thread${event.threads === 1 ? '' : 's'}`;
  const from = event.resumed ? ` Going on after step ${formatCount(event.step)}.` : '';
  if (flags.resume !== undefined && !event.resumed) terminal.note('There is no checkpoint yet: the run begins anew.');
  terminal.note(`${formatCount(event.totalSteps)} steps on ${where}.${from} Ctrl-C pauses.`);
}

function newRun(flags: PretrainFlags): PretrainOptions {
  if (flags.method === undefined) {
    throw new UsageError(
      'The method of pretraining is missing.',
      'Give --method inpainting or --method contrastive, or --resume latest to go on with a run.',
    );
  }
  return {
    ...encoderShape(flags),
    method: flags.method,
    epochs: flags.epochs ?? EPOCHS,
    batch: flags.batch ?? null,
    microBatch: flags.microBatch ?? null,
    learningRate: flags.learningRate ?? null,
    device: 'cpu',
    precision: 'float32',
    threads: resolveThreads(flags.threads),
    seed: flags.seed ?? 0,
    split: flags.split ?? null,
    positives: flags.positives ?? 'image',
    weights: flags.weights === undefined ? null : resolve(flags.weights),
    checkpointEvery: flags.checkpointEvery ?? null,
    previews: flags.previews,
  };
}

function cropText({ images, cropped, medianArea }: CropSummary): string {
  const to = cropped === 0 ? '' : `, half of them to ${Math.round(100 * medianArea)}% of their area or less`;
  return `${formatCount(cropped)} of ${formatCount(images)} images${to}`;
}

function resultText(result: PretrainResult, project: string): string {
  const facts = formatFacts([
    ['run', result.run],
    ['epochs', String(result.epochs)],
    ['steps', formatCount(result.steps)],
    ['loss', Number.isFinite(result.loss) ? result.loss.toFixed(4) : '-'],
    ['speed', `${formatCount(result.imagesPerSecond)} images/s`],
    ...(result.crop === undefined ? [] : [['crop', cropText(result.crop)] as [string, string]]),
    ['memory', formatBytes(result.peakMemoryBytes)],
    ['time', formatDuration(result.seconds)],
  ]);
  if (result.paused) {
    return `The run is paused; a checkpoint keeps it.\n${facts}\nGo on with: pretext pretrain --project ${project} --resume ${result.run}`;
  }
  return [
    'The encoder is trained. Lower loss means that it solves its pretext task better; what it is worth, labels tell.',
    facts,
    `Next: pretext label import FILE.csv --project ${project} --task NAME --id-column path --label-column label`,
    `      pretext finetune --project ${project} --task NAME --run ${result.run}`,
  ].join('\n');
}
