/** @file What a reader must know beside the figures of a model: data, method, limits. */

import type { Project } from '../catalogue/project.js';
import { cropOf } from '../dicom/normalise.js';
import { FEW_PATIENTS } from '../tasks/headline.js';
import type { ModelFigures } from './figures.js';
import type { ModelCard } from './model-store.js';
import { type RunConfig, readRun } from './run-store.js';

export interface Fact {
  name: string;
  value: string;
}

/** The pretraining run of a model; null where it is from scratch, or the run's folder was taken away. */
export function runOf(project: Project, card: ModelCard): RunConfig | null {
  if (card.run === null) return null;
  try {
    return readRun(project, card.run);
  } catch {
    return null;
  }
}

const count = (value: number): string => value.toLocaleString('en');

function pretraining(card: ModelCard, run: RunConfig | null): string {
  if (card.run === null) return 'None: random weights';
  if (run === null) return `${card.run} (no longer in the project)`;
  const from = run.split === null ? 'images, all of the project' : `images of the ${run.split} split`;
  return `${run.method}, ${count(run.epochs)} epochs on ${count(run.samples)} ${from}, without labels (${run.id})`;
}

export function modelFacts(card: ModelCard, run: RunConfig | null, figures: ModelFigures): Fact[] {
  const { vit } = card;
  const draws = card.seeds.length;
  return [
    { name: 'Task', value: card.task },
    { name: 'Classes', value: card.classes.join(', ') },
    { name: 'Pretraining', value: pretraining(card, run) },
    {
      name: 'Training',
      value:
        card.mode === 'probe' ? 'Linear probe: the encoder stays as it was' : 'Full fine-tuning: every weight learns',
    },
    { name: 'Labels', value: `${count(card.labels)} images${draws === 1 ? '' : ` in each of ${draws} draws`}` },
    { name: 'Seeds of the draws', value: card.seeds.join(', ') },
    { name: 'Test', value: `${count(figures.testImages)} images of ${count(figures.testPatients)} patients` },
    ...figures.classes.map(({ name, positives, positivePatients }) => ({
      name: `Test, ${name}`,
      value: `${count(positives)} images of ${count(positivePatients)} patients`,
    })),
    {
      name: 'Encoder',
      value: `Vision transformer, depth ${vit.depth}, width ${vit.width}, ${vit.imageSize} px, patch ${vit.patchSize} px`,
    },
    { name: 'Pixel preparation', value: preparation(card) },
    { name: 'Made', value: `${card.created.slice(0, 16).replace('T', ' ')} UTC` },
    { name: 'Model', value: card.id },
  ];
}

/** How images were made ready for a model. */
function preparation({ normalisation }: ModelCard): string {
  return `Version ${normalisation}${cropOf(normalisation) === 'body' ? ', cropped to the body region' : ''}`;
}

export function modelLimits(card: ModelCard, run: RunConfig | null, figures: ModelFigures): string[] {
  const limits = [
    'The test patients come from the same project as the training patients. Other hospitals, scanners and patients can give lower figures; only a test on them can tell.',
  ];
  const rarest = Math.min(...figures.classes.map(({ positivePatients }) => positivePatients));
  if (rarest < FEW_PATIENTS) {
    limits.push(
      `A class has only ${rarest} test ${rarest === 1 ? 'patient' : 'patients'}: the figures are a first impression.`,
    );
  }
  if (run !== null && run.split !== 'train') {
    limits.push(
      'The pretraining saw all images of the project, those of the test patients too, though no label of them.',
    );
  }
  if (card.seeds.length > 1) {
    limits.push(
      `The AUC and accuracy of the comparison are means over ${card.seeds.length} draws of labels. Curves, operating point, calibration and mistakes are those of the saved model, the first draw's.`,
    );
  } else {
    limits.push(
      'There was one draw of labels: how much another choice of labels would change is not in the intervals.',
    );
  }
  if (card.classes.length === 2) {
    const share = figures.classes[1].positives / Math.max(1, figures.testImages);
    limits.push(
      `Predictive values hold where ${(100 * share).toFixed(0)}% of the images are “${card.classes[1]}”, as in this test; where it is rarer, more alarms are false.`,
    );
    limits.push(
      figures.thresholdSource === 'validation'
        ? 'The operating point was chosen on validation patients, not on these.'
        : 'The operating point was not chosen on validation patients. One chosen by looking at these figures flatters the model.',
    );
  }
  limits.push(
    'Intervals are 95% bootstrap intervals over patients. They cover chance in the choice of test patients, not errors in the labels.',
  );
  limits.push('Research use only. Not a medical device; not for diagnosis or treatment.');
  return limits;
}
