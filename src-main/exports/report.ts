/** @file The report of an experiment: one HTML file that needs nothing else, to read, print or send. */

import { writeFileAtomic } from '../base/files.js';
import { confusionTable, escapeHtml, lineChart, type Series } from './report-plots.js';
import { bulletList, dataList, pngDataUri, type ReportSection, section, sectionHtml } from './report-sections.js';
import { REPORT_STYLE } from './report-style.js';

/** A figure with its 95% interval. */
export interface Estimate {
  mean: number;
  low: number;
  high: number;
}

/** One row of the comparison: a way to train, and what it gave. */
export interface Comparison {
  /** 'Fine-tuned from inpainting', 'From scratch', ... */
  method: string;
  labels: number;
  auc: Estimate;
  accuracy: Estimate | null;
  /** AUC of each draw of labels. */
  perSeed: number[];
  /** The method that the report is about; its row stands out. */
  highlighted: boolean;
}

export interface ReportPicture {
  rows: number;
  columns: number;
  /** Grey levels, [rows, columns], 0 black. */
  grey: Uint8Array;
  /** The true class, or null where it is not known. */
  label: string | null;
  /** Class the probability is of, and the model's probability. */
  positive: string;
  probability: number;
}

export interface ReportData {
  title: string;
  /** The result in one sentence. */
  headline: string;
  /** What was done with what: shown as a list of name and value. */
  data: { name: string; value: string }[];
  comparisons: Comparison[];
  runs: { name: string; losses: { step: number; loss: number }[] }[];
  rocs: { name: string; points: { falsePositiveRate: number; truePositiveRate: number }[] }[];
  /** Counts [true class][predicted class]. */
  confusion: { classes: string[]; counts: number[][] } | null;
  pictures: ReportPicture[];
  /** What a reader must know to judge the figures. */
  notes: string[];
  /** Further parts, shown right below the headline. */
  sections?: readonly ReportSection[];
  /** Name and version of the program, and the time, as they are to be printed. */
  producedBy: string;
  producedAt: string;
}

const three = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : 'n/a');

function interval(estimate: Estimate | null): string {
  if (estimate === null) return '&ndash;';
  return `${three(estimate.mean)} <span class="interval">${three(estimate.low)}&ndash;${three(estimate.high)}</span>`;
}

function comparisonTable(comparisons: readonly Comparison[]): string {
  if (comparisons.length === 0) return '';
  const rows = comparisons.map((row) => {
    const kind = row.highlighted ? ' class="highlighted"' : '';
    const seeds = row.perSeed.map((value) => three(value)).join(' &nbsp;');
    return (
      `<tr${kind}><th scope="row">${escapeHtml(row.method)}</th><td>${row.labels}</td><td>${interval(row.auc)}</td>` +
      `<td>${interval(row.accuracy)}</td><td class="seeds">${seeds}</td></tr>`
    );
  });
  return (
    '<div class="wide"><table><thead><tr><th scope="col">Method</th><th scope="col">Labels</th>' +
    '<th scope="col">AUC, 95% interval</th><th scope="col">Accuracy, 95% interval</th>' +
    `<th scope="col">AUC of each seed</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
  );
}

function lossCharts(runs: ReportData['runs']): string {
  const charts = runs
    .filter((run) => run.losses.length > 0)
    .map((run) => {
      const points = run.losses.map(({ step, loss }): [number, number] => [step, loss]);
      const chart = lineChart([{ name: run.name, points }], { xLabel: 'Step', yLabel: 'Loss', legend: false });
      return `<figure>${chart}<figcaption>${escapeHtml(run.name)}</figcaption></figure>`;
    });
  return charts.length === 0 ? '' : `<div class="charts">${charts.join('')}</div>`;
}

function rocChart(rocs: ReportData['rocs']): string {
  const series: Series[] = rocs
    .filter((roc) => roc.points.length > 0)
    .map((roc) => ({
      name: roc.name,
      points: roc.points.map(({ falsePositiveRate, truePositiveRate }) => [falsePositiveRate, truePositiveRate]),
    }));
  if (series.length === 0) return '';
  const chart = lineChart(series, {
    xLabel: '1 \u2212 specificity',
    yLabel: 'Sensitivity',
    legend: true,
    range: { x: [0, 1], y: [0, 1] },
    diagonal: true,
  });
  return `<figure>${chart}</figure>`;
}

function gallery(pictures: readonly ReportPicture[]): string {
  if (pictures.length === 0) return '';
  const items = pictures.map((picture) => {
    const truth = picture.label === null ? 'not labelled' : picture.label;
    const percent = (100 * picture.probability).toFixed(0);
    const known = picture.label !== null && picture.probability >= 0.5 !== (picture.label === picture.positive);
    const words = `${truth}; ${picture.positive} ${percent}%`;
    return (
      `<figure class="picture${known ? ' wrong' : ''}"><img alt="${escapeHtml(words)}" ` +
      `src="${pngDataUri(picture.grey, picture.rows, picture.columns)}"><figcaption><b>${escapeHtml(truth)}</b>` +
      `<span class="bar"><i style="width:${percent}%"></i></span>${escapeHtml(picture.positive)} ${percent}%` +
      `${known ? ' <em>wrong</em>' : ''}</figcaption></figure>`
    );
  });
  return `<div class="gallery">${items.join('')}</div>`;
}

/** The report as HTML text. */
export function reportHtml(report: ReportData): string {
  const confusion = report.confusion === null ? '' : confusionTable(report.confusion.classes, report.confusion.counts);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(report.title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<p class="banner" role="note"><b>Research use only.</b> Not a medical device; not for diagnosis or treatment.</p>
<main>
<header><h1>${escapeHtml(report.title)}</h1><p class="headline">${escapeHtml(report.headline)}</p></header>
${(report.sections ?? []).map(sectionHtml).join('\n')}
${section('Comparison', comparisonTable(report.comparisons))}
<div class="columns">
${section('ROC on the test patients', rocChart(report.rocs))}
${section('Confusion matrix', confusion)}
</div>
${section('Loss of the training runs', lossCharts(report.runs))}
${section('Examples from the test patients', gallery(report.pictures))}
${section('Data and settings', dataList(report.data))}
${section('How to read this', bulletList(report.notes))}
<footer>${escapeHtml(report.producedBy)}, ${escapeHtml(report.producedAt)}</footer>
</main>
</body>
</html>
`;
}

/**
 * Writes the report as one self-contained HTML file: no script, no font, no picture from elsewhere.
 *
 * @throws PretextError `disk-full` or `unreadable`
 */
export function writeReport(file: string, report: ReportData): void {
  writeFileAtomic(file, [reportHtml(report)]);
}
