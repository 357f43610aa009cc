/** @file The parts that a report is put together from: facts, lists, tables, charts, pictures. All text is escaped. */

import { encode } from 'fast-png';
import { type ChartOptions, confusionTable, escapeHtml, lineChart, type Series } from './report-plots.js';

/** Grey levels [rows, columns], 0 black. */
export interface GreyPicture {
  rows: number;
  columns: number;
  grey: Uint8Array;
}

export type ReportSection =
  /** Sentences, each with what kind of news it is. */
  | { kind: 'findings'; items: readonly { kind: 'fact' | 'good' | 'none' | 'caution'; text: string }[] }
  | { kind: 'facts'; title: string; items: readonly { name: string; value: string }[] }
  | { kind: 'list'; title: string; items: readonly string[] }
  | { kind: 'table'; title: string; head: readonly string[]; rows: readonly (readonly string[])[]; caption: string }
  | { kind: 'chart'; title: string; series: readonly Series[]; options: ChartOptions; caption: string }
  | { kind: 'confusion'; title: string; classes: readonly string[]; counts: number[][]; caption: string }
  | {
      kind: 'pictures';
      title: string;
      caption: string;
      /** `heat`: a PNG file of colours that lies over the picture. */
      items: readonly { picture: GreyPicture; heat: Uint8Array | null; title: string; text: string }[];
    }
  /** Sections side by side where there is room. */
  | { kind: 'columns'; parts: readonly ReportSection[] };

/** @returns a PNG data URI of a grey image. @throws Error where the grey levels are not rows x columns. */
export function pngDataUri(grey: Uint8Array, rows: number, columns: number): string {
  if (grey.length !== rows * columns) throw new Error(`${grey.length} grey levels for ${rows} x ${columns} pixels`);
  return dataUri(encode({ width: columns, height: rows, data: grey, channels: 1, depth: 8 }));
}

function dataUri(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

/** A titled part of the page; nothing where the body is empty. */
export function section(title: string, body: string): string {
  return body === '' ? '' : `<section><h2>${escapeHtml(title)}</h2>${body}</section>`;
}

export function dataList(items: readonly { name: string; value: string }[]): string {
  if (items.length === 0) return '';
  const rows = items.map((item) => `<div><dt>${escapeHtml(item.name)}</dt><dd>${escapeHtml(item.value)}</dd></div>`);
  return `<dl>${rows.join('')}</dl>`;
}

export function bulletList(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
}

function captionOf(text: string): string {
  return text === '' ? '' : `<figcaption>${escapeHtml(text)}</figcaption>`;
}

/** The first column names the row, the others hold figures. */
function table(head: readonly string[], rows: readonly (readonly string[])[], caption: string): string {
  if (rows.length === 0) return '';
  const heads = head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  const body = rows.map(([name = '', ...cells]) => {
    const values = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('');
    return `<tr><th scope="row">${escapeHtml(name)}</th>${values}</tr>`;
  });
  return (
    `<figure><div class="wide"><table><thead><tr>${heads}</tr></thead><tbody>${body.join('')}</tbody></table></div>` +
    `${captionOf(caption)}</figure>`
  );
}

/** Good news and missing evidence say so themselves. */
const MARKS = { fact: '', good: '', none: '', caution: 'Caution:' } as const;

/** The words of a finding; its kind is also told to those who do not see its colour. */
function findings(items: readonly { kind: keyof typeof MARKS; text: string }[]): string {
  const lines = items.map(({ kind, text }) => {
    const mark = MARKS[kind] === '' ? '' : `<span class="mark">${MARKS[kind]}</span> `;
    return `<li class="${kind}">${mark}${escapeHtml(text)}</li>`;
  });
  return lines.length === 0 ? '' : `<ul class="findings">${lines.join('')}</ul>`;
}

function pictures(part: Extract<ReportSection, { kind: 'pictures' }>): string {
  if (part.items.length === 0) return '';
  const items = part.items.map(({ picture, heat, title, text }) => {
    const source = pngDataUri(picture.grey, picture.rows, picture.columns);
    const over = heat === null ? '' : `<img class="heat" alt="" src="${dataUri(heat)}">`;
    return (
      `<figure class="picture"><div class="layers"><img alt="${escapeHtml(`${title}; ${text}`)}" src="${source}">${over}</div>` +
      `<figcaption><b>${escapeHtml(title)}</b>${escapeHtml(text)}</figcaption></figure>`
    );
  });
  return `<div class="gallery">${items.join('')}</div>${part.caption === '' ? '' : `<p class="note">${escapeHtml(part.caption)}</p>`}`;
}

/** One part of a report as HTML; empty where it has nothing to show. */
export function sectionHtml(part: ReportSection): string {
  switch (part.kind) {
    case 'findings':
      return findings(part.items);
    case 'facts':
      return section(part.title, dataList(part.items));
    case 'list':
      return section(part.title, bulletList(part.items));
    case 'table':
      return section(part.title, table(part.head, part.rows, part.caption));
    case 'chart': {
      const chart = lineChart(part.series, part.options);
      return section(part.title, chart === '' ? '' : `<figure>${chart}${captionOf(part.caption)}</figure>`);
    }
    case 'confusion':
      return section(
        part.title,
        `<figure>${confusionTable(part.classes, part.counts)}${captionOf(part.caption)}</figure>`,
      );
    case 'pictures':
      return section(part.title, pictures(part));
    case 'columns':
      return `<div class="columns">${part.parts.map(sectionHtml).join('')}</div>`;
  }
}
