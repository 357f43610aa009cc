/** @file `pretext runs`, `models` and `skipped`: what a project has been taught so far, and what it could not take in. */

import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { lossCurve, readEvents } from '../../training/events.js';
import { listModels, readModelCard } from '../../training/model-store.js';
import { listRuns, readRun, runPaths } from '../../training/run-store.js';
import {
  addExamples,
  addProject,
  type Context,
  type Outcome,
  type Perform,
  type ProjectFlag,
  withProject,
} from '../command.js';
import { formatTable, plural } from '../format.js';

/** Files of one reason that are named to a person who did not ask for all. */
const SHOWN = 5;

interface SkippedFlags extends ProjectFlag {
  all?: boolean;
}

export function registerLists(program: Command, perform: Perform): void {
  const runs = program
    .command('runs')
    .description('the pretraining runs of a project')
    .action((flags: ProjectFlag) => perform(flags, (context) => showRuns(context, flags)));
  addExamples(addProject(runs), ['runs --project study']);
  const models = program
    .command('models')
    .description('the fine-tuned models of a project')
    .action((flags: ProjectFlag) => perform(flags, (context) => showModels(context, flags)));
  addExamples(addProject(models), ['models --project study']);
  const skipped = program
    .command('skipped')
    .description('files that could not be taken in, or whose pixels were refused, by reason')
    .option('--all', `list every file, not the first ${SHOWN} of each reason`)
    .action((flags: SkippedFlags) => perform(flags, (context) => showSkipped(context, flags)));
  addExamples(addProject(skipped), ['skipped --project study', 'skipped --project study --json']);
}

function showSkipped({ terminal }: Context, flags: SkippedFlags): Promise<Outcome> {
  return withProject(flags.project, (project) => {
    const skipped = project.catalogue.skippedFiles();
    const reasons = project.catalogue.skippedReasons();
    const lines = reasons.flatMap(({ reason, files }) => {
      const paths = skipped.filter((file) => file.reason === reason).map(({ path }) => path);
      const shown = flags.all === true ? paths : paths.slice(0, SHOWN);
      const more = files - shown.length;
      const rest = more > 0 ? [`  and ${plural(more, 'more file')} (--all lists them)`] : [];
      return [`${plural(files, 'file')}: ${reason}`, ...shown.map((path) => `  ${path}`), ...rest];
    });
    terminal.result({ skipped, reasons }, lines.length === 0 ? 'No file was skipped.' : lines.join('\n'));
    return 'done';
  });
}

function showRuns({ terminal }: Context, flags: ProjectFlag): Promise<Outcome> {
  return withProject(flags.project, (project) => {
    const runs = listRuns(project).map((id) => {
      const { method, backbone, epochs, totalSteps, created } = readRun(project, id);
      const paths = runPaths(project, id);
      const last = lossCurve(readEvents(paths.events)).at(-1);
      return {
        run: id,
        method,
        backbone,
        created,
        epochs,
        totalSteps,
        steps: last?.step ?? 0,
        loss: last?.loss ?? null,
        finished: existsSync(paths.encoder),
      };
    });
    const rows = runs.map((run) => [
      run.run,
      run.backbone,
      `${run.steps} of ${run.totalSteps}`,
      run.loss?.toFixed(4) ?? '-',
      run.finished ? 'finished' : 'can be resumed',
    ]);
    const text = formatTable(['run', 'backbone', 'steps', 'loss', 'state'], rows);
    terminal.result({ runs }, rows.length === 0 ? 'No run yet: make one with pretext pretrain.' : text);
    return 'done';
  });
}

function showModels({ terminal }: Context, flags: ProjectFlag): Promise<Outcome> {
  return withProject(flags.project, (project) => {
    const models = listModels(project).map((id) => {
      const { task, mode, run, labels, seeds, created, classes } = readModelCard(project, id);
      return { model: id, task, classes, mode, run, labels, seeds: seeds.length, created };
    });
    const rows = models.map(({ model, task, run, labels }) => [model, task, run ?? 'from scratch', String(labels)]);
    const text = formatTable(['model', 'task', 'run', 'labels'], rows);
    terminal.result({ models }, rows.length === 0 ? 'No model yet: make one with pretext finetune.' : text);
    return 'done';
  });
}
