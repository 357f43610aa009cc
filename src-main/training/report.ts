/** @file The report of a model: its card, figures with intervals, curves, worst mistakes, as one HTML page. */

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { version } from '../../package.json';
import { fileError } from '../base/errors.js';
import { type JobControl, throwIfCancelled } from '../base/jobs.js';
import type { Project } from '../catalogue/project.js';
import { reportHtml } from '../exports/report.js';
import type { ReportSection } from '../exports/report-sections.js';
import { CachedPictures } from '../pixels/pictures.js';
import { headline } from '../tasks/headline.js';
import { labelEfficiency } from '../tasks/label-efficiency.js';
import type { Interval } from '../tasks/operating-points.js';
import { modelFacts, modelLimits, runOf } from './describe.js';
import { mapPaths } from './explain.js';
import { type ClassFigures, ensureFigures, keptFigures, type ModelFigures, type PlainEstimate } from './figures.js';
import { listModels, type ModelCard, modelPaths, readModelCard } from './model-store.js';

const PROGRAM = `Pretext ${version}`;
const MOST_PICTURES = 12;

const three = (value: number | null): string => (value === null ? 'n/a' : value.toFixed(3));
const percent = (value: number | null): string => (value === null ? 'n/a' : `${(100 * value).toFixed(0)}%`);

function withRange(value: number | null, low: number | null, high: number | null, format = three): string {
  if (value === null) return 'n/a';
  return low === null || high === null ? format(value) : `${format(value)} (${format(low)} to ${format(high)})`;
}

const area = ({ value, low, high }: PlainEstimate): string => withRange(value, low, high);
const meanOf = ({ mean, low, high }: { mean: number | null; low: number | null; high: number | null }): string =>
  withRange(mean, low, high);
const rate = (value: number | null, interval: Interval | null): string =>
  withRange(value, interval?.[0] ?? null, interval?.[1] ?? null, percent);

function perClass(classes: readonly ClassFigures[]): ReportSection {
  return {
    kind: 'table',
    title: 'Each class at the operating point',
    head: ['Class', 'Images', 'AUC', 'Average precision', 'Sensitivity', 'Specificity', 'PPV', 'NPV'],
    rows: classes.map(({ name, positives, auc, averagePrecision, points, chosen }) => {
      const at = points[chosen];
      return [
        name,
        String(positives),
        area(auc),
        area(averagePrecision),
        ...(at === undefined
          ? ['n/a', 'n/a', 'n/a', 'n/a']
          : [
              rate(at.sensitivity, at.intervals.sensitivity),
              rate(at.specificity, at.intervals.specificity),
              rate(at.positivePredictiveValue, at.intervals.positivePredictiveValue),
              rate(at.negativePredictiveValue, at.intervals.negativePredictiveValue),
            ]),
      ];
    }),
    caption:
      'Each class against all others, with 95% intervals over patients. PPV and NPV: how often a positive or negative answer is right among these test images.',
  };
}

function comparison(figures: ModelFigures): ReportSection {
  const { auc, accuracy, baseline, gain } = figures;
  const rows = [['This way of training', meanOf(auc), meanOf(accuracy), auc.perSeed.map(three).join('  ')]];
  if (baseline !== null) {
    rows.push([
      'The same from scratch',
      meanOf(baseline.auc),
      meanOf(baseline.accuracy),
      baseline.auc.perSeed.map(three).join('  '),
    ]);
  }
  if (gain !== null) rows.push(['Difference of the AUC', meanOf(gain), '', gain.perSeed.map(three).join('  ')]);
  return {
    kind: 'table',
    title: 'Beside training from scratch',
    head: ['', 'AUC, 95% interval', 'Accuracy, 95% interval', 'AUC of each draw'],
    rows,
    caption:
      'Means over draws of labels on the same test patients. The difference is taken within each draw and resample.',
  };
}

function curves(shown: ClassFigures): ReportSection {
  const at = shown.points[shown.chosen];
  const marker = (x: number | null, y: number | null) =>
    at === undefined || x === null || y === null
      ? {}
      : { marker: { x, y, name: `Operating point ${at.threshold.toFixed(2)}` } };
  const prevalence = shown.positives / Math.max(1, shown.positives + shown.negatives);
  const unit: { x: [number, number]; y: [number, number] } = { x: [0, 1], y: [0, 1] };
  const pairs = (points: readonly { x: number; y: number }[]) => points.map(({ x, y }): [number, number] => [x, y]);
  return {
    kind: 'columns',
    parts: [
      {
        kind: 'chart',
        title: `ROC curve, ${shown.name}`,
        series: [{ name: 'Model', points: pairs(shown.roc) }],
        options: {
          xLabel: '1 \u2212 specificity',
          yLabel: 'Sensitivity',
          legend: false,
          range: unit,
          diagonal: true,
          ...marker(at === undefined || at.specificity === null ? null : 1 - at.specificity, at?.sensitivity ?? null),
        },
        caption: `Area ${area(shown.auc)}; dashed: guessing. Circle: operating point.`,
      },
      {
        kind: 'chart',
        title: `Precision and recall, ${shown.name}`,
        series: [
          { name: 'Model', points: pairs(shown.precisionRecall) },
          {
            name: 'Guessing',
            points: [
              [0, prevalence],
              [1, prevalence],
            ],
          },
        ],
        options: {
          xLabel: 'Recall (sensitivity)',
          yLabel: 'Precision (PPV)',
          legend: true,
          range: unit,
          ...marker(at?.sensitivity ?? null, at?.positivePredictiveValue ?? null),
        },
        caption: `Average precision ${area(shown.averagePrecision)}; guessing gives ${three(prevalence)}.`,
      },
    ],
  };
}

function calibrationChart({ calibration }: ModelFigures): ReportSection {
  const filled = calibration.bins.filter(({ images }) => images > 0);
  return {
    kind: 'chart',
    title: 'Calibration',
    series: [
      {
        name: 'Share that is right',
        points: filled.map(({ meanConfidence, accuracy }) => [meanConfidence ?? 0, accuracy ?? 0]),
      },
    ],
    options: {
      xLabel: 'Probability that the model gives its answer',
      yLabel: 'Share of answers that are right',
      legend: false,
      range: { x: [0, 1], y: [0, 1] },
      diagonal: true,
      dots: true,
    },
    caption: `Expected calibration error ${three(calibration.expectedError)}. On the diagonal, a probability of 80% is right in 80 of 100 images. Images in each point, from left: ${filled.map(({ images }) => images).join(', ')}.`,
  };
}

function confusion(card: ModelCard, figures: ModelFigures): ReportSection {
  return {
    kind: 'confusion',
    title: 'Confusion at the operating point',
    classes: card.classes,
    counts: figures.confusion,
    caption: `Test images; rows are the truth.${card.classes.length === 2 ? ` Operating point ${figures.threshold.toFixed(2)}.` : ''}`,
  };
}

/** Curves of the models whose figures are known; a report is about one model and does not wait for others. */
function efficiency(project: Project, task: string): ReportSection {
  const measured = listModels(project).flatMap((id) => {
    const card = readModelCard(project, id);
    const figures = card.task === task ? keptFigures(project, card) : null;
    if (figures === null) return [];
    const method = runOf(project, card)?.method ?? null;
    return [{ ...card, method, auc: figures.auc, baselineAuc: figures.baseline?.auc ?? null }];
  });
  const all = labelEfficiency(measured);
  return {
    kind: 'chart',
    title: 'AUC against the number of labels',
    series: all.map(({ name, points }) => ({
      name,
      points: points.map(({ labels, mean }) => [labels, mean]),
      intervals: points.map(({ low, high }): [number, number] | null =>
        low === null || high === null ? null : [low, high],
      ),
    })),
    options: { xLabel: 'Labelled images', yLabel: 'AUC', legend: true, dots: true },
    caption: 'All models of this task in the project; bars are 95% intervals.',
  };
}

function mistakes(project: Project, card: ModelCard, figures: ModelFigures): ReportSection {
  const cache = new CachedPictures(project, card.cacheSide, card.normalisation);
  try {
    return {
      kind: 'pictures',
      title: 'Worst mistakes',
      items: figures.mistakes.slice(0, MOST_PICTURES).flatMap(({ imageId, truth, predicted, probability }) => {
        const grey = cache.read(imageId, 0);
        if (grey === null) return [];
        const { picture } = mapPaths(project, card.id, imageId);
        return [
          {
            picture: { rows: cache.side, columns: cache.side, grey },
            heat: existsSync(picture) ? readFileSync(picture) : null,
            title: `Is ${card.classes[truth]}`,
            text: `read as ${card.classes[predicted]}, ${percent(probability)}`,
          },
        ];
      }),
      caption:
        'Test images that were read wrongly, the surest first, without names or identifiers. Colours, where a map was drawn: hiding an orange area lowers the probability, hiding a blue one raises it.',
    };
  } finally {
    cache.close();
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  } catch (error) {
    throw fileError(error, path);
  }
  return hash.digest('hex');
}

async function versions(project: Project, card: ModelCard): Promise<ReportSection> {
  const { weights } = modelPaths(project, card.id);
  return {
    kind: 'facts',
    title: 'Versions and weights',
    items: [
      { name: 'Made by', value: PROGRAM },
      { name: 'Weights', value: `weights.safetensors, ${(statSync(weights).size / 2 ** 20).toFixed(1)} MiB` },
      { name: 'SHA-256 of the weights', value: await sha256(weights) },
    ],
  };
}

const INTENDED_USE = [
  'To judge, in research, whether a model of this kind can learn this task from the data of this project.',
  'For images like those that it was trained on: same kind of examination, same preparation of pixels.',
  'Not for diagnosis, triage or treatment, not for any decision about a patient, and not for images of another kind.',
];

/**
 * The report of a model, for a file or for print. The figures are computed where they are not kept.
 *
 * @throws PretextError `not-found`, `bad-file`, `unreadable`, `cancelled`.
 */
export async function modelReport(project: Project, id: string, control: JobControl): Promise<{ html: string }> {
  const card = readModelCard(project, id);
  const figures = ensureFigures(project, id);
  const run = runOf(project, card);
  const [summary, ...findings] = headline(figures, card.run !== null);
  throwIfCancelled(control);
  const shown = figures.classes[figures.classes.length - 1];
  const sections: ReportSection[] = [
    { kind: 'findings', items: findings },
    { kind: 'list', title: 'Intended use', items: INTENDED_USE },
    { kind: 'facts', title: 'Data and method', items: modelFacts(card, run, figures) },
    comparison(figures),
    perClass(figures.classes),
    curves(shown),
    { kind: 'columns', parts: [confusion(card, figures), calibrationChart(figures)] },
    efficiency(project, card.task),
    mistakes(project, card, figures),
    { kind: 'list', title: 'Limits', items: modelLimits(card, run, figures) },
    await versions(project, card),
  ];
  const html = reportHtml({
    title: `Model report: ${card.task}`,
    headline: summary.text,
    data: [],
    comparisons: [],
    runs: [],
    rocs: [],
    confusion: null,
    pictures: [],
    notes: [],
    sections,
    producedBy: PROGRAM,
    producedAt: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  });
  return { html };
}
