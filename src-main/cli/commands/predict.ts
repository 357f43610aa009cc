/** @file `pretext predict`: reads new studies with a model. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readModelCard } from '../../training/model-store.js';
import {
  addExamples,
  addProject,
  type Context,
  type Outcome,
  type Perform,
  type ProjectFlag,
  trainerJob,
  withProject,
} from '../command.js';
import { addDevice, type DeviceFlags, resolveDevice, resolveThreads } from '../device.js';
import { plural } from '../format.js';
import { RESEARCH_USE_ONLY } from '../terminal.js';

interface PredictFlags extends ProjectFlag, DeviceFlags {
  model: string;
  out: string;
  inputs?: string;
}

export function registerPredict(program: Command, perform: Perform): void {
  const command = program
    .command('predict')
    .argument('<folders...>', 'folders of new studies')
    .description('read new studies with a model: probabilities for every image and series as CSV')
    .action((folders: string[], flags: PredictFlags) => perform(flags, (context) => predict(context, folders, flags)));
  addProject(command)
    .requiredOption('--model <id>', 'id of the model')
    .requiredOption('--out <file>', 'CSV file to write')
    .option('--inputs <file>', 'also write the pixels as the network saw them (safetensors)');
  addDevice(command, 'cpu');
  addExamples(command, [
    'predict /data/new --project study --model probe-20260102-030405-1a2b --out predictions.csv',
    'predict /data/new --project study --model probe-20260102-030405-1a2b --out p.csv --inputs pixels.safetensors --json',
  ]);
}

async function predict(context: Context, folders: string[], flags: PredictFlags): Promise<Outcome> {
  const project = resolve(flags.project);
  const card = await withProject(project, (opened) => readModelCard(opened, flags.model));
  const options = {
    folders,
    model: flags.model,
    out: resolve(flags.out),
    inputsOut: flags.inputs === undefined ? null : resolve(flags.inputs),
    device: await resolveDevice(context, flags.device),
    threads: resolveThreads(flags.threads),
  };
  const result = await trainerJob(context, 'predict', { project, options });
  const useless = result.images === 0;
  if (useless) {
    const [first] = result.skipped;
    context.terminal.note(
      `No image could be read${first === undefined ? '' : ` (${first.path}: ${first.reason})`}. ` +
        'Name a folder that holds DICOM, NIfTI, TIFF, PNG or JPEG files.',
    );
  }
  const skipped = result.skipped.slice(0, 10).map(({ path, reason }) => `  ${path}: ${reason}`);
  context.terminal.result(
    result,
    [
      `${plural(result.images, 'image')} of ${result.series} series read; the table is ${result.out}.`,
      ...(skipped.length === 0 ? [] : [`${plural(result.skipped.length, 'file')} skipped, such as:`, ...skipped]),
      ...(result.threshold === null
        ? []
        : [`${card.classes[1]} is named from a probability of ${result.threshold.toFixed(3)} up.`]),
      RESEARCH_USE_ONLY,
    ].join('\n'),
  );
  return useless ? 'failed' : 'done';
}
