/** @file The result of a model in sentences that need no statistics to read, and no more than the test shows. */

import type { SeedSummary } from './bootstrap.js';
import type { Interval } from './operating-points.js';

/** `none`: there is no evidence either way; `caution`: what a reader must not overlook. */
export interface Finding {
  kind: 'fact' | 'good' | 'none' | 'caution';
  text: string;
}

/** What the sentences are made of. */
export interface HeadlineFigures {
  testImages: number;
  testPatients: number;
  threshold: number;
  thresholdSource: 'validation' | 'label-share' | 'middle';
  auc: SeedSummary;
  accuracy: SeedSummary;
  baseline: { auc: SeedSummary } | null;
  /** AUC minus the baseline's. */
  gain: SeedSummary | null;
  classes: readonly {
    name: string;
    positives: number;
    negatives: number;
    positivePatients: number;
    negativePatients: number;
    points: readonly {
      sensitivity: number | null;
      specificity: number | null;
      intervals: { sensitivity: Interval | null; specificity: Interval | null };
    }[];
    chosen: number;
  }[];
}

/** Fewer test patients than this of a class, and the figures say little about other patients. */
export const FEW_PATIENTS = 30;

const three = (value: number): string => value.toFixed(3);
const signed = (value: number): string => `${value < 0 ? '\u2212' : '+'}${Math.abs(value).toFixed(3)}`;

function many(count: number, one: string): string {
  return `${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`;
}

/** '87 of 100', and the interval on the same scale where there is one. */
function ofHundred(share: number, interval: Interval | null): { count: string; interval: string } {
  const hundred = (value: number) => String(Math.round(100 * value));
  return {
    count: `${hundred(share)} of 100`,
    interval: interval === null ? 'no interval' : `95% interval ${hundred(interval[0])} to ${hundred(interval[1])}`,
  };
}

function tested({ testImages, testPatients, classes }: HeadlineFigures): Finding {
  const parts = classes.map(
    ({ name, positives, positivePatients }) =>
      `${many(positives, 'image')} of \u201c${name}\u201d in ${many(positivePatients, 'patient')}`,
  );
  const text = `Tested on ${many(testImages, 'image')} of ${many(testPatients, 'patient')} that it was not fine-tuned on: ${parts.join(', ')}.`;
  return { kind: 'fact', text };
}

function atOperatingPoint(figures: HeadlineFigures): Finding[] {
  const { classes, threshold, accuracy } = figures;
  if (classes.length !== 2) {
    if (accuracy.mean === null) return [];
    const interval: Interval | null =
      accuracy.low === null || accuracy.high === null ? null : [accuracy.low, accuracy.high];
    const right = ofHundred(accuracy.mean, interval);
    return [{ kind: 'fact', text: `It names the class of ${right.count} test images rightly (${right.interval}).` }];
  }
  const [other, positive] = classes;
  const point = positive.points[positive.chosen];
  if (point === undefined || point.sensitivity === null || point.specificity === null) return [];
  const found = ofHundred(point.sensitivity, point.intervals.sensitivity);
  const { specificity } = point.intervals;
  const alarms = ofHundred(
    1 - point.specificity,
    specificity === null ? null : [1 - specificity[1], 1 - specificity[0]],
  );
  const text =
    `At its operating point (${threshold.toFixed(2)}), it would find ${found.count} images of \u201c${positive.name}\u201d ` +
    `(${found.interval}) and wrongly call ${alarms.count} images of \u201c${other.name}\u201d \u201c${positive.name}\u201d (${alarms.interval}).`;
  return [{ kind: 'fact', text }];
}

function againstChance({ auc }: HeadlineFigures): Finding {
  if (auc.mean === null) {
    return {
      kind: 'caution',
      text: `Whether it is better than guessing cannot be said: ${auc.note ?? 'no area under the ROC curve'}.`,
    };
  }
  const draws = auc.perSeed.length === 1 ? 'one draw of labels' : `the mean of ${auc.perSeed.length} draws of labels`;
  const area = `area under the ROC curve ${three(auc.mean)}, ${draws}`;
  if (auc.low === null || auc.high === null) {
    return {
      kind: 'none',
      text: `No evidence that it is better than guessing: ${area}, without an interval (${auc.note ?? 'too few patients'}).`,
    };
  }
  const range = `95% interval ${three(auc.low)} to ${three(auc.high)}; 0.5 is guessing, 1 is perfect`;
  if (auc.low > 0.5) return { kind: 'good', text: `Better than guessing: ${area} (${range}).` };
  if (auc.high < 0.5)
    return {
      kind: 'caution',
      text: `Worse than guessing: ${area} (${range}). Check that the classes are not mixed up.`,
    };
  return { kind: 'none', text: `No evidence that it is better than guessing: ${area} (${range}).` };
}

function againstScratch({ auc, baseline, gain }: HeadlineFigures, pretrained: boolean): Finding {
  if (!pretrained) return { kind: 'fact', text: 'It was trained from scratch, so there is no pretraining to judge.' };
  if (baseline === null || gain === null) {
    return { kind: 'none', text: 'It was not compared with the same training from scratch.' };
  }
  const areas = `${auc.mean === null ? 'n/a' : three(auc.mean)} against ${baseline.auc.mean === null ? 'n/a' : three(baseline.auc.mean)} from scratch`;
  if (gain.mean === null || gain.low === null || gain.high === null) {
    return {
      kind: 'none',
      text: `No evidence that pretraining helped: ${areas}, without an interval (${gain.note ?? 'too few patients'}).`,
    };
  }
  const range = `difference ${signed(gain.mean)}, 95% interval ${signed(gain.low)} to ${signed(gain.high)}`;
  if (gain.low > 0) return { kind: 'good', text: `Pretraining helped: ${areas} (${range}).` };
  if (gain.high < 0) return { kind: 'caution', text: `Pretraining did harm: ${areas} (${range}).` };
  return { kind: 'none', text: `No evidence that pretraining helped: ${areas} (${range}).` };
}

function fewPatients({ classes }: HeadlineFigures): Finding[] {
  const few = classes.filter(({ positivePatients }) => positivePatients < FEW_PATIENTS);
  if (few.length === 0) return [];
  const names = few.map(
    ({ name, positivePatients }) => `${many(positivePatients, 'patient')} with \u201c${name}\u201d`,
  );
  return [
    {
      kind: 'caution',
      text: `A small test: only ${names.join(' and ')}. Other patients may give quite different figures, also outside the intervals.`,
    },
  ];
}

function withoutValidation({ classes, thresholdSource }: HeadlineFigures): Finding[] {
  if (classes.length !== 2 || thresholdSource === 'validation') return [];
  const instead =
    thresholdSource === 'label-share'
      ? `the share of \u201c${classes[1].name}\u201d among the labels`
      : 'the middle, 0.5';
  return [
    {
      kind: 'caution',
      text: `Its operating point is ${instead}: there were too few validation patients to choose one.`,
    },
  ];
}

/** @param pretrained false where the model itself is from scratch */
export function headline(figures: HeadlineFigures, pretrained: boolean): Finding[] {
  return [
    tested(figures),
    ...atOperatingPoint(figures),
    againstChance(figures),
    againstScratch(figures, pretrained),
    ...fewPatients(figures),
    ...withoutValidation(figures),
  ];
}
