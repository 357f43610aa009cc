/** @file Plots and tables of the report as inline SVG and HTML, coloured by the report's style. */

export interface Series {
  name: string;
  points: [number, number][];
  /** Intervals of the points, in their order; null where one has none. */
  intervals?: ([low: number, high: number] | null)[];
}

export interface ChartOptions {
  xLabel: string;
  yLabel: string;
  legend: boolean;
  /** Limits of the axes; from the data where absent. */
  range?: { x: [number, number]; y: [number, number] };
  diagonal?: boolean;
  /** A point that stands out. */
  marker?: { x: number; y: number; name: string };
  /** Points get dots, and bars of their intervals; for curves of few points. */
  dots?: boolean;
}

/** Text made safe for HTML content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Round values that divide an axis into about `count` steps of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  const values: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) values.push(i * step + 0);
  return values;
}

function extent(values: number[], round: boolean): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!round) return low < high ? [low, high] : [low - 0.5, low + 0.5];
  const margin = (high - low) * 0.06 || Math.max(Math.abs(high) * 0.06, 1e-6);
  return [low - margin, high + margin];
}

/** At most `limit` points of a curve, each the mean of its neighbourhood, ends kept. */
function thin(points: readonly [number, number][], limit: number): [number, number][] {
  if (points.length <= limit) return [...points];
  const out: [number, number][] = [];
  for (let k = 0; k < limit; k++) {
    const from = Math.floor((k * points.length) / limit);
    const to = Math.floor(((k + 1) * points.length) / limit);
    let x = 0;
    let y = 0;
    for (let i = from; i < to; i++) {
      x += points[i]![0] / (to - from);
      y += points[i]![1] / (to - from);
    }
    out.push([x, y]);
  }
  out[0] = points[0]!;
  out[limit - 1] = points[points.length - 1]!;
  return out;
}

const format = (value: number): string => String(Number(value.toPrecision(4)));

/** A line chart as SVG. Points that are not finite are left out. */
export function lineChart(series: readonly Series[], options: ChartOptions): string {
  const width = 460;
  const legendRows = options.legend ? series.length : 0;
  const plot = { left: 52, top: 10, right: width - 12, bottom: 272 };
  const height = plot.bottom + 44 + 18 * legendRows;
  const clean = series.map(({ name, points, intervals }) => ({
    name,
    points: points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)),
    bars: points.flatMap(([x], index) => {
      const bar = intervals?.[index] ?? null;
      return bar === null ? [] : [{ x, low: bar[0], high: bar[1] }];
    }),
  }));
  const all = clean.flatMap(({ points, bars }): [number, number][] => [
    ...points,
    ...bars.flatMap(({ x, low, high }): [number, number][] => [
      [x, low],
      [x, high],
    ]),
  ]);
  if (all.length === 0) return '';
  const xs =
    options.range?.x ??
    extent(
      all.map(([x]) => x),
      false,
    );
  const ys =
    options.range?.y ??
    extent(
      all.map(([, y]) => y),
      true,
    );
  const toX = (value: number): number => plot.left + ((value - xs[0]) / (xs[1] - xs[0])) * (plot.right - plot.left);
  const toY = (value: number): number => plot.bottom - ((value - ys[0]) / (ys[1] - ys[0])) * (plot.bottom - plot.top);
  const parts: string[] = [];
  for (const value of ticks(xs[0], xs[1], 5)) {
    const x = toX(value).toFixed(1);
    parts.push(`<path class="axis" d="M${x} ${plot.top}V${plot.bottom}"/>`);
    parts.push(`<text x="${x}" y="${plot.bottom + 16}" text-anchor="middle">${format(value)}</text>`);
  }
  for (const value of ticks(ys[0], ys[1], 5)) {
    const y = toY(value).toFixed(1);
    parts.push(`<path class="axis" d="M${plot.left} ${y}H${plot.right}"/>`);
    parts.push(`<text x="${plot.left - 6}" y="${Number(y) + 4}" text-anchor="end">${format(value)}</text>`);
  }
  if (options.diagonal === true) {
    parts.push(`<path class="diagonal" d="M${plot.left} ${plot.bottom}L${plot.right} ${plot.top}"/>`);
  }
  clean.forEach(({ name, points, bars }, index) => {
    const colour = `var(--s${index % 6})`;
    const thinned = options.range === undefined ? thin(points, 400) : points;
    const line = thinned.map(([x, y]) => `${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`).join('L');
    parts.push(`<path class="curve" style="stroke:${colour}" d="M${line}"/>`);
    for (const { x, low, high } of bars) {
      const [at, from, to] = [toX(x), toY(low), toY(high)].map((value) => value.toFixed(1));
      parts.push(`<path class="curve" style="stroke:${colour};opacity:.55" d="M${at} ${from}V${to}"/>`);
    }
    if (options.dots === true) {
      for (const [x, y] of points) {
        parts.push(`<circle style="fill:${colour}" cx="${toX(x).toFixed(1)}" cy="${toY(y).toFixed(1)}" r="4"/>`);
      }
    }
    if (options.legend) {
      const y = plot.bottom + 50 + 18 * index;
      parts.push(`<path class="curve" style="stroke:${colour}" d="M${plot.left} ${y - 4}h22"/>`);
      parts.push(`<text x="${plot.left + 30}" y="${y}">${escapeHtml(name)}</text>`);
    }
  });
  if (options.marker !== undefined) {
    const { x, y, name } = options.marker;
    const at = `cx="${toX(x).toFixed(1)}" cy="${toY(y).toFixed(1)}"`;
    parts.push(`<circle class="marker" ${at} r="5"><title>${escapeHtml(name)}</title></circle>`);
  }
  const middle = (plot.top + plot.bottom) / 2;
  parts.push(
    `<text x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 32}" text-anchor="middle">` +
      `${escapeHtml(options.xLabel)}</text>`,
    `<text x="12" y="${middle}" text-anchor="middle" transform="rotate(-90 12 ${middle})">` +
      `${escapeHtml(options.yLabel)}</text>`,
  );
  const names = clean.map(({ name }) => name).join(', ');
  const label = escapeHtml(`${options.yLabel} against ${options.xLabel}: ${names}`);
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${parts.join('')}</svg>`;
}

/** Counts of true against predicted classes, each with its share of the true class. */
export function confusionTable(classes: readonly string[], counts: readonly (readonly number[])[]): string {
  const head = classes.map((name) => `<th scope="col">read as ${escapeHtml(name)}</th>`).join('');
  const rows = classes.map((name, truth) => {
    const row = counts[truth] ?? [];
    const total = row.reduce((sum, count) => sum + count, 0);
    const cells = classes.map((_, predicted) => {
      const count = row[predicted] ?? 0;
      const share = total === 0 ? 0 : count / total;
      const tint = predicted === truth ? 'var(--accent)' : 'var(--wrong)';
      const ground = `background:color-mix(in srgb, ${tint} ${Math.round(38 * share)}%, transparent)`;
      return `<td style="${ground}">${count}<small>${(100 * share).toFixed(0)}%</small></td>`;
    });
    return `<tr><th scope="row">is ${escapeHtml(name)}</th>${cells.join('')}</tr>`;
  });
  return `<table class="confusion"><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
