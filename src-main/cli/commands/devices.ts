/** @file `pretext devices`: which devices can train here, each checked and timed. */

import type { Command } from 'commander';
import { chooseDevice } from '../../engine/devices.js';
import {
  addExamples,
  addJson,
  type Context,
  type JsonFlag,
  type Outcome,
  type Perform,
  trainerJob,
} from '../command.js';
import { formatTable } from '../format.js';

export function registerDevices(program: Command, perform: Perform): void {
  const command = program
    .command('devices')
    .description("devices that can train here, each checked against the CPU's results and timed")
    .action((flags: JsonFlag) => perform(flags, devices));
  addJson(command);
  addExamples(command, ['devices', 'devices --json']);
}

async function devices(context: Context): Promise<Outcome> {
  context.terminal.note('Checking devices ...');
  const found = await trainerJob(context, 'devices', {});
  const chosen = chooseDevice(found);
  const rows = found.map(({ name, provider, available, reason, stepMs, mixedMs }) => [
    provider,
    name,
    available ? 'yes' : 'no',
    stepMs === null ? '-' : stepMs.toFixed(1),
    mixedMs === null ? '-' : mixedMs.toFixed(1),
    [...(provider === chosen ? ['what --device auto takes'] : []), ...(reason === null ? [] : [reason])].join('; '),
  ]);
  context.terminal.result(
    { devices: found, chosen },
    formatTable(['--device', 'name', 'usable', 'ms a step', 'mixed', ''], rows),
  );
  return 'done';
}
