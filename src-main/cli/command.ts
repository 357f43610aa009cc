/** @file What the commands share: context, options, number parsing, examples in the help. */

import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { PretextError } from '../base/errors.js';
import { Project } from '../catalogue/project.js';
import { runJob } from '../training/client.js';
import type { RunEvent } from '../training/events.js';
import type { JobTypes } from '../training/protocol.js';
import type { Interruption } from './interrupt.js';
import type { Terminal } from './terminal.js';

/** The command line asks for something that does not go together: exit code 2, as for an unknown option. */
export class UsageError extends PretextError {
  constructor(message: string, remedy: string) {
    super({ code: 'bad-argument', message, remedy });
  }
}

/** How a command ended; `paused` where the user stopped it at a safe point. */
export type Outcome = 'done' | 'failed' | 'paused';

export interface Context {
  terminal: Terminal;
  interruption: Interruption;
}

/** Runs the work of a command with a terminal and signals, and turns how it ended into the exit code. */
export type Perform = (flags: JsonFlag, work: (context: Context) => Promise<Outcome> | Outcome) => Promise<void>;

export interface JsonFlag {
  json?: boolean;
}

export interface ProjectFlag extends JsonFlag {
  project: string;
}

export function addJson(command: Command): Command {
  return command.option('--json', 'write one JSON object per event; the last line is the result');
}

export function addProject(command: Command): Command {
  return addJson(command.requiredOption('--project <folder>', 'the folder of the project'));
}

/** Adds examples below the help of a command. */
export function addExamples(command: Command, examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  pretext ${line}`).join('\n')}`);
}

/** Parses a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
  };
}

/** Parses a number above zero. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Expected a number above zero.');
}

/** Parses 'all' or a whole number of at least 1. */
export function countOrAll(text: string): number | 'all' {
  if (text === 'all') return 'all';
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("Expected a whole number of at least 1, or 'all'.");
}

/** An option that takes one of a few words. */
export function choice(flags: string, description: string, words: readonly string[], preset?: string): Option {
  const option = new Option(flags, description).choices(words);
  return preset === undefined ? option : option.default(preset);
}

/** Opens a project for the length of `use`. */
export async function withProject<T>(folder: string, use: (project: Project) => Promise<T> | T): Promise<T> {
  const project = Project.open(folder);
  try {
    return await use(project);
  } finally {
    project.close();
  }
}

/** Runs a job in a trainer process, its progress shown on the terminal, its events passed on to machines. */
export function trainerJob<K extends keyof JobTypes>(
  { terminal, interruption }: Context,
  kind: K,
  request: JobTypes[K]['request'],
  watch: { onEvent?: (event: RunEvent) => void; detail?: () => string } = {},
): Promise<JobTypes[K]['result']> {
  return runJob(kind, request, {
    signal: interruption.signal,
    onStarted: (pid) => interruption.adopt(pid),
    onProgress: (progress) => terminal.progress(progress, watch.detail?.()),
    onEvent: (run, event) => {
      watch.onEvent?.(event);
      terminal.event({ ...event, run });
    },
  });
}

/** Who labels, where the command line does not say: the user of this computer. */
export function defaultAuthor(): string {
  try {
    return userInfo().username;
  } catch {
    // Containers may run under a user id that has no name.
    throw new UsageError(
      'A label needs an author, and this computer does not know the name of its user.',
      'Say who labels with --author NAME.',
    );
  }
}
