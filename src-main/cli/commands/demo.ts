/** @file `pretext demo`: the main job end to end on a computed sample study. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type DemoListener, type DemoResult, runDemo } from '../../demo/demo.js';
import {
  addExamples,
  addJson,
  type Context,
  type JsonFlag,
  type Outcome,
  type Perform,
  wholeNumber,
} from '../command.js';
import { addDevice, type DeviceFlags, resolveDevice, resolveThreads } from '../device.js';
import { formatDuration, formatFacts, formatFigure, formatTable } from '../format.js';
import { RESEARCH_USE_ONLY } from '../terminal.js';

interface DemoFlags extends JsonFlag, DeviceFlags {
  folder: string;
  seed: number;
}

export function registerDemo(program: Command, perform: Perform): void {
  const command = program
    .command('demo')
    .description('the main job from import to report on a computed sample study; takes some minutes')
    .action((flags: DemoFlags) => perform(flags, (context) => demo(context, flags)));
  addJson(command)
    .option('--folder <folder>', 'where study, project, exports and report are written', 'demo-project')
    .option('--seed <n>', 'seed of the study and of every random choice', wholeNumber(0), 1);
  addDevice(command);
  addExamples(command, ['demo', 'demo --folder /tmp/pretext-demo --seed 2 --json']);
}

async function demo(context: Context, flags: DemoFlags): Promise<Outcome> {
  const { terminal, interruption } = context;
  const listener: DemoListener & { onStarted(pid: number): void } = {
    signal: interruption.signal,
    onProgress: (progress) => terminal.progress(progress),
    onStage: (text) => terminal.note(`${text} ...`),
    onStarted: (pid) => interruption.adopt(pid),
  };
  const options = {
    folder: resolve(flags.folder),
    seed: flags.seed,
    device: await resolveDevice(context, flags.device),
    threads: resolveThreads(flags.threads),
  };
  const result = await runDemo(options, listener);
  terminal.result(result, resultText(result));
  return 'done';
}

function resultText(result: DemoResult): string {
  const { ssl, scratch } = result;
  const rows = result.rows.map(({ method, auc, accuracy }) => [method, formatFigure(auc), formatFigure(accuracy)]);
  return [
    `${result.labels} labels, ${result.seeds} draws, ${result.testImages} test images of ${result.patients} patients in all.`,
    formatTable(['method', 'AUC (95% interval)', 'accuracy (95% interval)'], rows),
    `What was ${ssl.method} beats what was ${scratch.method} in ${result.wins} of ${result.seeds} draws.`,
    'The images are computed: this shows that the program works, not how it does on patients.',
    formatFacts([
      ['report', result.report],
      ['predictions', result.predictions],
      ['classifier', result.onnx],
      ['time', formatDuration(result.seconds)],
    ]),
    RESEARCH_USE_ONLY,
  ].join('\n');
}
