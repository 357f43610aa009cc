/** @file `pretext finetune`: a classifier from few labels, measured on test patients beside the same from scratch. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { getTask } from '../../catalogue/tasks.js';
import type { FinetuneOptions, FinetuneResult } from '../../training/finetune.js';
import type { FinetuneMode } from '../../training/model-store.js';
import { readRun } from '../../training/run-store.js';
import {
  addExamples,
  addProject,
  type Context,
  choice,
  countOrAll,
  type Outcome,
  type Perform,
  type ProjectFlag,
  trainerJob,
  UsageError,
  wholeNumber,
  withProject,
} from '../command.js';
import { addDevice, type DeviceFlags, resolveDevice, resolveThreads } from '../device.js';
import { addCrop, addEncoder, type EncoderFlags, encoderShape, namesEncoder } from '../encoder-flags.js';
import { figuresText, thresholdText } from '../figures.js';
import { resolveRun } from '../runs.js';
import { RESEARCH_USE_ONLY } from '../terminal.js';

interface FinetuneFlags extends ProjectFlag, EncoderFlags, DeviceFlags {
  task: string;
  run: string;
  mode: FinetuneMode;
  labels: number | 'all';
  seeds: number;
  epochs?: number;
  baseline: boolean;
}

export function registerFinetune(program: Command, perform: Perform): void {
  const command = program
    .command('finetune')
    .description('train a classifier on few labels and measure it on test patients, beside the same from scratch')
    .action((flags: FinetuneFlags) => perform(flags, (context) => finetune(context, flags)));
  addProject(command)
    .requiredOption('--task <name>', 'task whose labels are learned')
    .option('--run <run>', "encoder to start from: id of a run, 'latest', or 'none' for from scratch", 'latest')
    .addOption(choice('--mode <mode>', 'probe: frozen encoder; full: every weight learns', ['probe', 'full'], 'probe'))
    .option('--labels <n>', "labels in each draw, even over classes, or 'all'", countOrAll, 'all')
    .option('--seeds <n>', 'draws of labels', wholeNumber(1), 5)
    .option('--epochs <n>', 'passes over the labels, with --mode full (default: by plan)', wholeNumber(1))
    .option('--no-baseline', 'leave out the comparison with the same from scratch');
  addCrop(addEncoder(command));
  addDevice(command);
  addExamples(command, [
    'finetune --project study --task nodule --run latest --mode probe --labels 50 --seeds 5',
    'finetune --project study --task nodule --run inpainting-20260102-030405-1a2b --mode full --labels all',
    'finetune --project study --task nodule --run none --mode full --labels 50 --backbone vit-tiny',
  ]);
}

async function finetune(context: Context, flags: FinetuneFlags): Promise<Outcome> {
  const project = resolve(flags.project);
  const scratch = flags.run === 'none';
  if (!scratch && namesEncoder(flags)) {
    throw new UsageError(
      'The run decides the shape of the encoder and the crop of images.',
      'Leave out --backbone, --image-size, --patch-size, --depth and --crop, or train from scratch with --run none.',
    );
  }
  const { backbone: name, ...shape } = encoderShape(flags);
  const run = await withProject(project, (opened) => {
    getTask(opened, flags.task);
    return scratch ? null : readRun(opened, resolveRun(opened, flags.run)).id;
  });
  const options: FinetuneOptions = {
    task: flags.task,
    run,
    mode: flags.mode,
    labels: flags.labels === 'all' ? null : flags.labels,
    seeds: flags.seeds,
    device: await resolveDevice(context, flags.device),
    threads: resolveThreads(flags.threads),
    backbone: namesEncoder(flags) ? { name, ...shape } : null,
    baseline: flags.baseline,
    epochs: flags.epochs ?? null,
  };
  const result = await trainerJob(context, 'finetune', { project, options });
  context.terminal.result(result, resultText(result, flags.project));
  return 'done';
}

function resultText(result: FinetuneResult, project: string): string {
  const from = result.run === null ? 'random weights' : `run ${result.run}`;
  const mode = result.mode === 'probe' ? 'linear probe' : 'full fine-tuning';
  return [
    `Model ${result.model}: ${mode} from ${from}, ${result.labels} labels, ${result.seeds} draws, ${result.testImages} test images.`,
    figuresText(result, result.baseline),
    ...(result.threshold === null ? [] : [thresholdText(result.perClass, result.threshold)]),
    ...result.notes.map((note) => `Note: ${note}`),
    RESEARCH_USE_ONLY,
    `Next: pretext predict FOLDER --project ${project} --model ${result.model} --out predictions.csv`,
  ].join('\n');
}
