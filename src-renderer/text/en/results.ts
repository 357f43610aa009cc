/** @file The texts of the results screen and of maps over pictures. */

import { formatArea, formatPercent, plural } from '../format.js';

type Interval = readonly [number, number] | null;

/** '81%' and its interval, as '81% (62 to 93%)'. */
function rate(value: number | null, interval: Interval): string {
  if (value === null) return 'not defined';
  if (interval === null) return `${formatPercent(value)} (no interval)`;
  return `${formatPercent(value)} (${Math.round(100 * interval[0])}\u00a0to\u00a0${formatPercent(interval[1])})`;
}

function area(value: number | null, low: number | null, high: number | null): string {
  if (value === null) return 'not defined';
  return low === null || high === null
    ? formatArea(value)
    : `${formatArea(value)} (${formatArea(low)}\u00a0to\u00a0${formatArea(high)})`;
}

export const results = {
  title: 'Results',
  emptyTitle: 'No model yet',
  empty: 'Fine-tune a model on some labels. What it can do on patients it never learned from is shown here.',
  toFinetune: 'Fine-tune a model',
  model: 'Model',
  modes: { probe: 'linear probe', full: 'fine-tuned' },
  methods: { inpainting: 'inpainting', contrastive: 'contrastive' },
  scratch: 'from scratch',
  choice: (task: string, from: string, mode: string, labels: number, made: string) =>
    `${task}: ${mode}, ${from === 'from scratch' ? from : `from ${from}`}, ${plural(labels, 'label')}, ${made}`,
  computing: 'Computing figures and intervals. This takes some seconds, once for each model.',
  predict: 'Read new studies',
  exportOnnx: 'Export ONNX',
  exportTitle: 'Save the model as ONNX',
  savePdf: 'Save report (PDF)',
  saveHtml: 'Save report (HTML)',
  reportTitle: 'Save the report',
  saving: 'Saving',
  saved: (path: string) => `Saved as ${path}`,
  show: 'Show in folder',

  headline: 'What the test says',
  kinds: { fact: '', good: '', none: '', caution: 'Caution' },

  comparison: 'Beside training from scratch',
  comparisonHint: (draws: number) =>
    `Area under the ROC curve on the same test patients, ${draws === 1 ? 'one draw of labels' : `mean of ${draws} draws of labels`}. Bars are 95% intervals, ticks the draws; dashed is guessing.`,
  thisModel: 'This way of training',
  fromScratch: 'The same from scratch',
  noBaseline: 'It was not compared with training from scratch.',
  chance: 'Guessing',
  difference: (value: string) => `Difference ${value}`,
  area,
  barLabel: (name: string, value: string) => `${name}: area under the ROC curve ${value}`,

  operating: 'Operating point',
  operatingHint:
    'From this probability on, an image is called positive. Move it to trade missed findings against false alarms.',
  ofClass: 'Finding',
  threshold: 'Probability from which an image is called positive',
  fewerAlarms: 'Fewer false alarms',
  fewerMisses: 'Fewer missed findings',
  at: (threshold: number) => threshold.toFixed(3),
  valueText: (threshold: number, sensitivity: string, specificity: string) =>
    `${threshold.toFixed(3)}, sensitivity ${sensitivity}, specificity ${specificity}`,
  presets: 'Go to',
  own: "Model's own",
  finds: 'Finds 95%',
  spares: '95% specific',
  ownSources: {
    validation: 'The model’s own point was chosen on validation patients.',
    'label-share':
      'The model’s own point is the share of the finding among its labels: there were too few validation patients.',
    middle: 'The model’s own point is the middle, 0.5.',
  },
  moved:
    'You are choosing by looking at the test patients: the figures of a point that is chosen this way flatter the model.',
  rates: {
    sensitivity: 'Sensitivity',
    specificity: 'Specificity',
    positivePredictiveValue: 'Positive predictive value',
    negativePredictiveValue: 'Negative predictive value',
  },
  rateHints: {
    sensitivity: 'of images with the finding, how many are found',
    specificity: 'of images without it, how many are left alone',
    positivePredictiveValue: 'of alarms, how many are right',
    negativePredictiveValue: 'of all-clears, how many are right',
  },
  rate,
  rateHead: ['Rate', 'Value (95% interval)'],
  confusion: 'Test images at this point',
  truth: (name: string) => `is ${name}`,
  notClass: (name: string) => `not ${name}`,
  readAs: (name: string) => `read as ${name}`,
  share: (value: number) => formatPercent(value),
  roc: 'ROC curve',
  rocAxes: { x: '1 − specificity', y: 'Sensitivity' },
  rocNote: (value: string) => `Area ${value}. Dashed: guessing.`,
  precisionRecall: 'Precision and recall',
  precisionRecallAxes: { x: 'Recall (sensitivity)', y: 'Precision (PPV)' },
  precisionRecallNote: (value: string, chance: string) => `Average precision ${value}. Guessing gives ${chance}.`,
  curve: 'Model',
  marker: (threshold: number) => `Operating point ${threshold.toFixed(3)}`,

  calibration: 'Are its probabilities true?',
  calibrationAxes: { x: 'Probability that it gives its answer', y: 'Share of answers that are right' },
  calibrationNote: (error: string) =>
    `Expected calibration error ${error}. On the dashed line, an answer given with 80% is right in 80 of 100 images; below it the model is too sure of itself.`,
  calibrationCurve: 'Model',
  calibrationHead: ['Probability given', 'Right', 'Images'],

  perClass: 'Each class',
  perClassHint: 'Each class against all others, at the model’s own operating point.',
  perClassHead: ['Class', 'Images', 'Patients', 'AUC', 'Average precision', 'Sensitivity', 'Specificity', 'PPV', 'NPV'],

  mistakes: 'Worst mistakes',
  mistakesHint:
    'Test images that it read wrongly at its own operating point, the surest first. Look for what they share: a position, a device, a wrong label.',
  noMistakes: 'It read every test image rightly.',
  mistakeTruth: (name: string) => `Is ${name}`,
  mistakeRead: (name: string, probability: number) => `read as ${name}, ${formatPercent(probability)}`,
  mistakeAlt: (truth: string, predicted: string) => `Test image of ${truth}, read as ${predicted}`,
  openImage: (truth: string) => `Open this image of ${truth}`,
  more: (count: number) => `Show ${count} more`,
  explainAll: 'Draw maps of these',

  efficiency: 'How many labels does it need?',
  efficiencyHint: 'All models of this task by the labels that they learned from. Bars are 95% intervals.',
  efficiencyAxes: { x: 'Labelled images', y: 'AUC' },
  efficiencyOne: 'One number of labels so far. Fine-tune with fewer and with more labels to see the curve.',
  efficiencyTable: 'The same as a table',
  efficiencyHead: ['Way of training', 'Labels', 'AUC (95% interval)'],

  facts: 'Data and method',
  limits: 'Limits',

  map: {
    draw: 'Where did it look?',
    waiting: 'Drawing the map',
    show: 'Show the map',
    hide: 'Hide the map',
    failed: 'The map could not be drawn.',
    strength: 'Strength of the map',
    alt: (name: string) => `Map of what the answer on ${name} depends on`,
    facts: (name: string, probability: number, strongest: number) => {
      const points = Math.abs(Math.round(100 * strongest));
      const effect =
        points < 1
          ? 'hiding any one area changes it by less than 1 point'
          : `hiding the strongest area ${strongest > 0 ? 'lowers' : 'raises'} it by ${plural(points, 'point')}`;
      return `${name} ${formatPercent(probability)}; ${effect}.`;
    },
    legendFor: 'Hiding this area lowers the probability: it speaks for the class.',
    legendAgainst: 'Hiding this area raises it: it speaks against.',
    means: 'It shows on which areas this answer depends, one area at a time.',
    meansNot:
      'It does not outline disease, does not show that the reason is a medical one, and does not make a wrong answer right. Each map has its own scale.',
  },
};
