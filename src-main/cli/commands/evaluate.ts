/** @file `pretext evaluate`: every figure of a model again, from its stored predictions on the test patients. */

import type { Command } from 'commander';
import { readModelCard, readPredictions } from '../../training/model-store.js';
import { resultFigures } from '../../training/results.js';
import {
  addExamples,
  addProject,
  type Context,
  type Outcome,
  type Perform,
  type ProjectFlag,
  withProject,
} from '../command.js';
import { confusionText, figuresText, thresholdText } from '../figures.js';
import { RESEARCH_USE_ONLY } from '../terminal.js';

interface EvaluateFlags extends ProjectFlag {
  model: string;
}

export function registerEvaluate(program: Command, perform: Perform): void {
  const command = program
    .command('evaluate')
    .description('figures of a model on its test patients, with 95% intervals; --json adds the ROC points')
    .action((flags: EvaluateFlags) => perform(flags, (context) => evaluate(context, flags)));
  addProject(command).requiredOption('--model <id>', 'id of the model');
  addExamples(command, ['evaluate --project study --model probe-20260102-030405-1a2b']);
}

function evaluate({ terminal }: Context, flags: EvaluateFlags): Promise<Outcome> {
  return withProject(flags.project, (project) => {
    const card = readModelCard(project, flags.model);
    const predictions = readPredictions(project, flags.model);
    const figures = resultFigures(predictions, card.classes, 'perSeed');
    const other =
      predictions.baselinePerSeed === null ? null : resultFigures(predictions, card.classes, 'baselinePerSeed');
    const testImages = predictions.labels.length;
    const patients = new Set(predictions.patientIds).size;
    const baseline = other === null ? null : { auc: other.auc, accuracy: other.accuracy };
    const { id: model, task, classes, mode, run, labels, threshold } = card;
    const facts = { model, task, classes, mode, run, labels, seeds: card.seeds.length, testImages, threshold };
    terminal.result(
      { ...facts, testPatients: patients, ...figures, baseline },
      [
        `Model ${model} on ${testImages} test images of ${patients} patients, ${labels} labels in each draw.`,
        figuresText(figures, baseline),
        ...(threshold === null ? [] : [thresholdText(figures.perClass, threshold)]),
        'Confusion of the first draw (images):',
        confusionText(classes, figures.confusion),
        RESEARCH_USE_ONLY,
      ].join('\n'),
    );
    return 'done';
  });
}
