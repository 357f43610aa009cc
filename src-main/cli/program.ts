/** @file The command line as a whole: its commands, and how each way of ending becomes an exit code. */

import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { PretextError } from '../base/errors.js';
import { addExamples, type Context, type Outcome, type Perform, UsageError } from './command.js';
import { registerBench } from './commands/bench.js';
import { registerCrops } from './commands/crops.js';
import { registerDeidentify } from './commands/deidentify.js';
import { registerDemo } from './commands/demo.js';
import { registerDevices } from './commands/devices.js';
import { registerEmbed } from './commands/embed.js';
import { registerEvaluate } from './commands/evaluate.js';
import { registerExport } from './commands/export.js';
import { registerFinetune } from './commands/finetune.js';
import { registerFlags } from './commands/flags.js';
import { registerImport } from './commands/import.js';
import { registerInspect } from './commands/inspect.js';
import { registerLabel } from './commands/label.js';
import { registerLists } from './commands/list.js';
import { registerPlan } from './commands/plan.js';
import { registerPredict } from './commands/predict.js';
import { registerPretrain } from './commands/pretrain.js';
import { registerVolumes } from './commands/volumes.js';
import { Interruption, STOPPED } from './interrupt.js';
import { RESEARCH_USE_ONLY, type Sinks, Terminal } from './terminal.js';

export const FAILURE = 1;
export const WRONG_USAGE = 2;

const OUTCOME_CODES: Record<Outcome, number> = { done: 0, failed: FAILURE, paused: STOPPED };

/** The commands, which run their work through `perform` and write help to `sinks`. */
export function createProgram(perform: Perform, sinks: Sinks): Command {
  const program = new Command('pretext')
    .description(
      `Turns a hospital's own unlabelled scans into a trained model, on its own computer.\n${RESEARCH_USE_ONLY}`,
    )
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => sinks.out.write(text),
      writeErr: (text) => sinks.err.write(text),
      // Wrong usage is told once, by whoever catches it, in the form that was asked for.
      outputError: () => undefined,
    })
    .showSuggestionAfterError();
  for (const register of [
    registerImport,
    registerInspect,
    registerVolumes,
    registerFlags,
    registerCrops,
    registerDeidentify,
    registerPlan,
    registerPretrain,
    registerEmbed,
    registerLabel,
    registerFinetune,
    registerEvaluate,
    registerPredict,
    registerExport,
    registerLists,
    registerDevices,
    registerBench,
    registerDemo,
  ]) {
    register(program, perform);
  }
  return addExamples(program, [
    'import /data/ct --project study',
    'pretrain --project study --method inpainting --epochs 40',
    'label import labels.csv --project study --task nodule --id-column path --label-column label',
    'finetune --project study --task nodule --run latest --labels 50',
    'predict /data/new --project study --model ID --out predictions.csv',
    'COMMAND --help',
  ]);
}

/** Exit code of a failure. */
function failureCode(error: unknown): number {
  if (error instanceof UsageError) return WRONG_USAGE;
  return error instanceof PretextError && error.code === 'cancelled' ? STOPPED : FAILURE;
}

/** What commander says about wrong usage, in the form of our own errors. */
function usageError(error: CommanderError): UsageError {
  const text = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const end = /[.?)]$/.test(text) ? '' : '.';
  const message = `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`;
  return new UsageError(message, 'See: pretext --help, or pretext COMMAND --help.');
}

/** Runs one command line. @param args without the program's name @returns the exit code; never throws */
export async function runCommandLine(
  args: readonly string[],
  sinks: Sinks,
  exit: (code: number) => void,
): Promise<number> {
  let code = 0;
  const perform: Perform = async (flags, work) => {
    const terminal = new Terminal(flags.json === true, sinks);
    const notice = 'Stopping at the next safe point; what is done is kept. Ctrl-C again ends at once.';
    const interruption = new Interruption(() => terminal.note(notice), exit);
    const context: Context = { terminal, interruption };
    try {
      code = OUTCOME_CODES[await work(context)];
    } catch (error) {
      terminal.error(error);
      code = failureCode(error);
    } finally {
      interruption.dispose();
    }
  };
  try {
    await createProgram(perform, sinks).parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      new Terminal(args.includes('--json'), sinks).error(error);
      return FAILURE;
    }
    if (error.exitCode === 0) return 0;
    // Help was asked for by leaving the command out: it has been written.
    if (error.code === 'commander.help') return WRONG_USAGE;
    new Terminal(args.includes('--json'), sinks).error(usageError(error));
    return WRONG_USAGE;
  }
  return code;
}
