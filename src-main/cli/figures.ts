/** @file The figures of a model as a short table for people. */

import type { SeedSummary } from '../tasks/bootstrap.js';
import type { ResultFigures } from '../training/results.js';
import { formatFigure, formatTable } from './format.js';

export interface BaselineFigures {
  auc: SeedSummary;
  accuracy: SeedSummary;
}

/** Means over the draws with 95% intervals over patients, beside the baseline's, in words and a table. */
export function figuresText(figures: ResultFigures, baseline: BaselineFigures | null): string {
  const row = (name: string, figure: SeedSummary, other: SeedSummary | null) => [
    name,
    formatFigure(figure),
    ...(baseline === null ? [] : [other === null ? '' : formatFigure(other)]),
  ];
  const single = figures.perClass.length === 1;
  const rows = [
    row('AUC', figures.auc, baseline?.auc ?? null),
    row('accuracy', figures.accuracy, baseline?.accuracy ?? null),
    ...figures.perClass.flatMap(({ name, sensitivity, specificity }) => [
      row(single ? `sensitivity (${name})` : `sensitivity, ${name}`, sensitivity, null),
      row(single ? `specificity (${name})` : `specificity, ${name}`, specificity, null),
    ]),
  ];
  const header = ['figure', 'this model (95% interval)', ...(baseline === null ? [] : ['from scratch'])];
  const meaning =
    'AUC: the chance that an image of the class is rated above one that is not; 0.5 is guessing, 1 is perfect.';
  return `${formatTable(header, rows)}\n${meaning}`;
}

/** From which probability a two-class model names the second class. */
export function thresholdText(perClass: ResultFigures['perClass'], threshold: number): string {
  return `It says ${perClass[0]?.name ?? 'yes'} from a probability of ${threshold.toFixed(3)} up.`;
}

/** The confusion matrix: rows are the truth, columns the prediction. */
export function confusionText(classes: readonly string[], counts: readonly (readonly number[])[]): string {
  const rows = classes.map((name, index) => [`truth ${name}`, ...(counts[index] ?? []).map(String)]);
  return formatTable(['', ...classes.map((name) => `read as ${name}`)], rows);
}
