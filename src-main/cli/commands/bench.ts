/** @file `pretext bench`: speed and memory of the training steps on this computer. */

import { type Command, InvalidArgumentError } from 'commander';
import type { PretextMethod } from '../../ssl/pretext.js';
import type { BenchOptions } from '../../training/bench.js';
import {
  addExamples,
  addJson,
  type Context,
  type JsonFlag,
  type Outcome,
  type Perform,
  trainerJob,
  wholeNumber,
} from '../command.js';
import { addDevice, type DeviceFlags, resolveDevice, resolveThreads } from '../device.js';
import { addEncoder, type EncoderFlags, encoderShape } from '../encoder-flags.js';
import { formatBytes, formatCount, formatTable } from '../format.js';

interface BenchFlags extends JsonFlag, EncoderFlags, DeviceFlags {
  methods: PretextMethod[];
  batch: number;
  rounds: number;
  steps: number;
}

const METHODS: readonly PretextMethod[] = ['inpainting', 'contrastive'];

function methodList(text: string): PretextMethod[] {
  return text.split(',').map((word) => {
    const method = METHODS.find((known) => known === word.trim());
    if (method === undefined) throw new InvalidArgumentError(`Expected a list of ${METHODS.join(' and ')}.`);
    return method;
  });
}

export function registerBench(program: Command, perform: Perform): void {
  const command = program
    .command('bench')
    .description('speed and memory of the training steps on this computer, on random pixels')
    .action((flags: BenchFlags) => perform(flags, (context) => bench(context, flags)));
  addJson(command)
    .option('--methods <list>', 'methods to time, with commas', methodList, [...METHODS])
    .option('--batch <n>', 'images in a step', wholeNumber(2), 64)
    .option('--rounds <n>', 'timed rounds, of which the median counts', wholeNumber(1), 5)
    .option('--steps <n>', 'steps in a round', wholeNumber(1), 5);
  addEncoder(command);
  addDevice(command, 'cpu');
  addExamples(command, ['bench', 'bench --methods inpainting --threads 2 --batch 64 --json', 'bench --device webgpu']);
}

async function bench(context: Context, flags: BenchFlags): Promise<Outcome> {
  const { methods, batch, rounds, steps } = flags;
  const options: BenchOptions = {
    ...encoderShape(flags),
    methods,
    batch,
    rounds,
    steps,
    device: await resolveDevice(context, flags.device),
    threads: resolveThreads(flags.threads),
  };
  const results = await trainerJob(context, 'bench', { options });
  const rows = results.map((result) => [
    result.program,
    `${result.device} (${result.engine}), ${result.threads} threads`,
    `${result.batch} of ${result.imageSize} px, patch ${result.patchSize}, ${result.width} x ${result.depth}`,
    formatCount(result.imagesPerSecond),
    result.stepMs.toFixed(0),
    formatBytes(result.peakMemoryBytes),
  ]);
  context.terminal.result(
    { results },
    formatTable(['step', 'device', 'batch and encoder', 'images/s', 'ms a step', 'memory'], rows),
  );
  return 'done';
}
