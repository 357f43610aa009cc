import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { type ReportData, reportHtml, writeReport } from '../../../src-main/exports/report.js';
import { lineChart, ticks } from '../../../src-main/exports/report-plots.js';

const grey = Uint8Array.from({ length: 6 }, (_, at) => 40 * at);

function sample(changes: Partial<ReportData> = {}): ReportData {
  return {
    title: 'A study',
    headline: 'Pretraining helps.',
    data: [{ name: 'Patients', value: '12' }],
    comparisons: [
      {
        method: 'Inpainting',
        labels: 40,
        auc: { mean: 0.8412, low: 0.8, high: 0.9 },
        accuracy: null,
        perSeed: [0.83, 0.85],
        highlighted: true,
      },
    ],
    runs: [
      {
        name: 'Run 1',
        losses: [
          { step: 1, loss: 1 },
          { step: 2, loss: 0.5 },
        ],
      },
    ],
    rocs: [
      {
        name: 'Inpainting',
        points: [
          { falsePositiveRate: 0, truePositiveRate: 0 },
          { falsePositiveRate: 1, truePositiveRate: 1 },
        ],
      },
    ],
    confusion: {
      classes: ['finding', 'normal'],
      counts: [
        [3, 1],
        [2, 6],
      ],
    },
    pictures: [{ rows: 2, columns: 3, grey, label: 'normal', positive: 'finding', probability: 0.91 }],
    notes: ['Computed data.'],
    producedBy: 'Pretext',
    producedAt: '2026-01-01',
    ...changes,
  };
}

describe('the report', () => {
  it('shows the figures, the picture and the warning', () => {
    const html = reportHtml(sample());
    for (const part of [
      'Research use only',
      '0.841',
      '0.800&ndash;0.900',
      '0.830',
      '75%',
      'finding 91%',
      '<em>wrong</em>',
    ]) {
      expect(html).toContain(part);
    }
    const data = /src="data:image\/png;base64,([^"]+)"/.exec(html)?.[1] ?? '';
    const png = decode(Buffer.from(data, 'base64'));
    expect(png).toMatchObject({ width: 3, height: 2, channels: 1 });
    expect(Array.from(png.data)).toEqual(Array.from(grey));
  });

  it('escapes every text that comes from outside', () => {
    const evil = '<script>"\'&';
    const html = reportHtml(
      sample({
        title: evil,
        headline: evil,
        data: [{ name: evil, value: evil }],
        comparisons: [{ ...sample().comparisons[0]!, method: evil }],
        runs: [{ ...sample().runs[0]!, name: evil }],
        rocs: [{ ...sample().rocs[0]!, name: evil }],
        confusion: { classes: [evil, evil], counts: [] },
        pictures: [{ ...sample().pictures[0]!, label: evil, positive: evil }],
        notes: [evil],
        producedBy: evil,
        producedAt: evil,
      }),
    );
    expect(html).not.toContain('<script');
    expect(html).not.toContain(`"'&`);
    expect(html.split('&lt;script&gt;').length).toBeGreaterThan(12);
  });

  it('asks for nothing outside itself', () => {
    const html = reportHtml(sample());
    expect(html).not.toMatch(/https?:|<script|<link|@import|url\(/);
    expect(html).toContain("default-src 'none'");
  });

  it('leaves out what there is not, and survives odd values', () => {
    const html = reportHtml(
      sample({
        data: [],
        comparisons: [{ ...sample().comparisons[0]!, auc: { mean: Number.NaN, low: Number.NaN, high: Number.NaN } }],
        runs: [{ name: 'diverged', losses: [{ step: 1, loss: Number.NaN }] }],
        rocs: [],
        confusion: null,
        pictures: [],
        notes: [],
      }),
    );
    for (const absent of ['ROC', 'Confusion', 'Examples', 'How to read', '>NaN']) expect(html).not.toContain(absent);
    expect(html).toContain('n/a');
  });

  it('refuses a picture whose size is wrong', () => {
    expect(() => reportHtml(sample({ pictures: [{ ...sample().pictures[0]!, rows: 5 }] }))).toThrow(/5 x 3/);
  });

  it('is written as one file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pretext-report-'));
    try {
      const file = join(folder, 'report.html');
      writeReport(file, sample());
      expect(readFileSync(file, 'utf8')).toBe(reportHtml(sample()));
      expect(() => writeReport(join(folder, 'absent', 'report.html'), sample())).toThrow(/No such/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('charts', () => {
  it('place round ticks inside the axis', () => {
    expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6000000000000001, 0.8, 1]);
    expect(ticks(37, 912, 5)).toEqual([200, 400, 600, 800]);
    expect(ticks(2, 2, 5)).toEqual([2]);
  });

  it('draw the first and last point at the ends, however many there are', () => {
    const points = Array.from({ length: 5000 }, (_, x): [number, number] => [x, x]);
    const svg = lineChart([{ name: 'a', points }], { xLabel: 'x', yLabel: 'y', legend: false });
    const line = /class="curve"[^>]* d="M([^"]+)"/.exec(svg)?.[1]?.split('L') ?? [];
    expect(line).toHaveLength(400);
    expect(line[0]).toMatch(/^52\.0 /);
    expect(line[399]).toMatch(/^448\.0 /);
  });
});
