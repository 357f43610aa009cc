/** @file The parts of a report: every text is escaped, every part shows what it was given, empty ones show nothing. */

import { decode, encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { lineChart } from '../../../src-main/exports/report-plots.js';
import { type ReportSection, sectionHtml } from '../../../src-main/exports/report-sections.js';

const evil = '<script>"\'&';
const grey = Uint8Array.from({ length: 4 }, (_, at) => 60 * at);
const options = { xLabel: evil, yLabel: evil, legend: true, marker: { x: 0.5, y: 0.5, name: evil } };

function everyPart(text: string): ReportSection[] {
  return [
    { kind: 'findings', items: [{ kind: 'caution', text }] },
    { kind: 'facts', title: text, items: [{ name: text, value: text }] },
    { kind: 'list', title: text, items: [text] },
    { kind: 'table', title: text, head: [text, text], rows: [[text, text]], caption: text },
    {
      kind: 'chart',
      title: text,
      series: [
        {
          name: text,
          points: [
            [0, 0],
            [1, 1],
          ],
        },
      ],
      options,
      caption: text,
    },
    { kind: 'confusion', title: text, classes: [text], counts: [[3]], caption: text },
    {
      kind: 'pictures',
      title: text,
      caption: text,
      items: [{ picture: { rows: 2, columns: 2, grey }, heat: null, title: text, text }],
    },
  ];
}

describe('parts of a report', () => {
  it('escape every text', () => {
    const html = everyPart(evil).map(sectionHtml).join('') + sectionHtml({ kind: 'columns', parts: everyPart(evil) });
    expect(html).not.toContain('<script');
    expect(html).not.toContain(`"'&`);
    expect(html.split('&lt;script&gt;').length).toBeGreaterThan(40);
  });

  it('lay the map over the picture', () => {
    const heat = encode({ width: 1, height: 1, data: Uint8Array.of(255, 0, 0, 128), channels: 4, depth: 8 });
    const html = sectionHtml({
      kind: 'pictures',
      title: 'Mistakes',
      caption: '',
      items: [{ picture: { rows: 2, columns: 2, grey }, heat, title: 'Is a', text: 'read as b' }],
    });
    const sources = [...html.matchAll(/src="data:image\/png;base64,([^"]+)"/g)].map(([, data]) =>
      decode(Buffer.from(data, 'base64')),
    );
    expect(sources.map(({ width, channels }) => [width, channels])).toEqual([
      [2, 1],
      [1, 4],
    ]);
  });

  it('show nothing where there is nothing', () => {
    expect(sectionHtml({ kind: 'findings', items: [] })).toBe('');
    expect(sectionHtml({ kind: 'list', title: 'Limits', items: [] })).toBe('');
    expect(sectionHtml({ kind: 'table', title: 'a', head: [], rows: [], caption: '' })).toBe('');
    expect(sectionHtml({ kind: 'pictures', title: 'a', caption: '', items: [] })).toBe('');
    expect(
      sectionHtml({
        kind: 'chart',
        title: 'a',
        series: [],
        options: { xLabel: '', yLabel: '', legend: false },
        caption: 'b',
      }),
    ).toBe('');
  });

  it('draw intervals, dots and the marker where they belong', () => {
    const svg = lineChart(
      [
        {
          name: 'a',
          points: [
            [10, 0.5],
            [20, 0.7],
          ],
          intervals: [[0.4, 0.6], null],
        },
      ],
      {
        xLabel: 'x',
        yLabel: 'y',
        legend: false,
        dots: true,
        range: { x: [10, 20], y: [0, 1] },
        marker: { x: 20, y: 1, name: 'here' },
      },
    );
    // The plot spans y from 272 (0) to 10 (1): 0.4 is 167.2, 0.6 is 114.8.
    expect(svg).toContain('M52.0 167.2V114.8');
    expect(svg.match(/<circle style/g)).toHaveLength(2);
    expect(svg).toContain('<circle class="marker" cx="448.0" cy="10.0" r="5"><title>here</title>');
  });
});
