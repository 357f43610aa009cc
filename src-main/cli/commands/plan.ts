/** @file `pretext plan`: the settings that suit the project's images and this computer, why, and what a run will take. */

import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import type { Crop } from '../../dicom/normalise.js';
import { type BackboneName, VIT_BACKBONES } from '../../nn/vit.js';
import type { PretextMethod } from '../../ssl/pretext.js';
import { type OwnChoices, type PretrainPlan, planPretraining, readPlanData } from '../../training/plan.js';
import {
  addExamples,
  addProject,
  type Context,
  choice,
  type Outcome,
  type Perform,
  type ProjectFlag,
  trainerJob,
  UsageError,
  wholeNumber,
  withProject,
} from '../command.js';
import { addCrop } from '../encoder-flags.js';
import { formatBytes, formatCount, formatDuration, formatTable } from '../format.js';

interface PlanFlags extends ProjectFlag {
  method?: PretextMethod;
  backbone?: BackboneName;
  imageSize?: number;
  patchSize?: number;
  crop?: Crop;
  batch?: number;
  epochs?: number;
  threads?: number;
}

export function registerPlan(program: Command, perform: Perform): void {
  const command = program
    .command('plan')
    .description('the settings of pretraining that suit the images and this computer, why, and what the run will take')
    .action((flags: PlanFlags) => perform(flags, (context) => plan(context, flags)));
  addCrop(addProject(command))
    .addOption(choice('--method <method>', 'what is learned from the pixels', ['inpainting', 'contrastive']))
    .addOption(choice('--backbone <name>', 'encoder', Object.keys(VIT_BACKBONES)))
    .option('--image-size <pixels>', 'side of the images', wholeNumber(8))
    .option('--patch-size <pixels>', 'side of a patch', wholeNumber(2))
    .option('--batch <n>', 'images in a step', wholeNumber(2))
    .option('--epochs <n>', 'passes over the images', wholeNumber(1))
    .option('--threads <n>', 'threads of the CPU', wholeNumber(1));
  addExamples(command, ['plan --project study', 'plan --project study --method contrastive --image-size 96']);
}

async function plan(context: Context, flags: PlanFlags): Promise<Outcome> {
  const { terminal } = context;
  const data = await withProject(flags.project, readPlanData);
  terminal.note('Checking devices ...');
  const devices = await trainerJob(context, 'devices', {});
  const { method, backbone, imageSize, patchSize, crop, batch, epochs, threads } = flags;
  const own: OwnChoices = { method, backbone, imageSize, patchSize, crop, batch, epochs, threads };
  const made = planPretraining(data, { devices, processors: availableParallelism() }, own);
  const [problem] = made.problems;
  if (problem !== undefined) {
    throw new UsageError(`${problem.name}: ${problem.message}`, 'Give another value, or leave the option out.');
  }
  terminal.note('Timing a step ...');
  const { choices, totalSteps } = made;
  const measure = await trainerJob(context, 'measure', { options: choices });
  const seconds = (totalSteps * measure.stepMs) / 1000;
  terminal.result({ ...made, measure, seconds }, planText(made, measure, seconds, flags.project));
  return 'done';
}

function planText(
  { choices, lines, totalSteps }: PretrainPlan,
  {
    stepMs,
    measuredBatch,
    memoryBytes,
    memoryHow,
  }: { stepMs: number; measuredBatch: number; memoryBytes: number; memoryHow: string },
  seconds: number,
  project: string,
): string {
  const rows = lines
    .filter(({ name }) => name !== 'positives' || choices.method === 'contrastive')
    .map(({ name, reason }) => [name, String(choices[name] ?? 'all'), reason]);
  const images = measuredBatch < choices.batch ? `${measuredBatch} images, scaled up` : `${measuredBatch} images`;
  const { method, backbone, imageSize, patchSize, crop, batch, epochs, split, positives } = choices;
  const more = `${crop === 'none' ? '' : ` --crop ${crop}`}${split === null ? '' : ` --split ${split}`}${method === 'contrastive' ? ` --positives ${positives}` : ''}`;
  return [
    formatTable(['setting', 'value', 'why'], rows),
    `${formatCount(totalSteps)} steps, about ${formatDuration(seconds)}: a step took ${stepMs.toFixed(0)} ms (timed with ${images}).`,
    `About ${formatBytes(memoryBytes)} of memory (${memoryHow}).`,
    `Start it with: pretext pretrain --project ${project} --method ${method} --backbone ${backbone} --image-size ${imageSize} --patch-size ${patchSize} --batch ${batch} --epochs ${epochs}${more}`,
  ].join('\n');
}
