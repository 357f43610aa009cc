/** @file `pretext embed`: features of every image by a pretrained encoder, and a map of which are alike. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readRun } from '../../training/run-store.js';
import {
  addExamples,
  addProject,
  type Context,
  type Outcome,
  type Perform,
  type ProjectFlag,
  trainerJob,
  wholeNumber,
  withProject,
} from '../command.js';
import { addDevice, type DeviceFlags, resolveDevice, resolveThreads } from '../device.js';
import { plural } from '../format.js';
import { resolveRun } from '../runs.js';

interface EmbedFlags extends ProjectFlag, DeviceFlags {
  run: string;
  seed: number;
}

export function registerEmbed(program: Command, perform: Perform): void {
  const command = program
    .command('embed')
    .description('look at every image with a pretrained encoder: features for suggestions, and a map of alike images')
    .action((flags: EmbedFlags) => perform(flags, (context) => embed(context, flags)));
  addProject(command)
    .requiredOption('--run <id>', "id of a pretraining run, or 'latest'")
    .option('--seed <n>', "seed of the map's layout", wholeNumber(0), 0);
  addDevice(command, 'cpu');
  addExamples(command, [
    'embed --project study --run latest',
    'embed --project study --run inpainting-20260102-030405-1a2b --json',
  ]);
}

async function embed(context: Context, flags: EmbedFlags): Promise<Outcome> {
  const project = resolve(flags.project);
  const run = await withProject(project, (opened) => {
    const id = resolveRun(opened, flags.run);
    readRun(opened, id);
    return id;
  });
  const options = {
    run,
    seed: flags.seed,
    device: await resolveDevice(context, flags.device),
    threads: resolveThreads(flags.threads),
  };
  const result = await trainerJob(context, 'embed', { project, options });
  const skipped = result.skipped === 0 ? '' : ` ${plural(result.skipped, 'image')} could not be decoded.`;
  context.terminal.result(
    result,
    `${plural(result.images, 'image')} on the map of ${run}, ${result.added} of them new.${skipped}`,
  );
  return 'done';
}
