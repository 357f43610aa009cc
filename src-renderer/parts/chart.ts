/** @file The arithmetic of a line chart: ranges, round tick marks, paths. */

export interface ChartLine {
  name: string;
  points: readonly { x: number; y: number }[];
}

type Range = readonly [number, number];

/** The range of the finite values of all lines, never empty. */
export function extent(lines: readonly ChartLine[], axis: 'x' | 'y'): Range {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { points } of lines) {
    for (const point of points) {
      if (!Number.isFinite(point[axis])) continue;
      low = Math.min(low, point[axis]);
      high = Math.max(high, point[axis]);
    }
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** About `count` marks at round values inside the range. */
export function ticks([low, high]: Range, count: number): { value: number; name: string }[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const marks: { value: number; name: string }[] = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index++) {
    const value = index * step;
    marks.push({ value, name: value >= 10_000 ? `${value / 1000}k` : value.toFixed(digits) });
  }
  return marks;
}

/** SVG path through the points; at most two a pixel column would be seen, so long lines are thinned. */
export function path(
  points: ChartLine['points'],
  toX: (x: number) => number,
  toY: (y: number) => number,
  most = 1200,
): string {
  const stride = Math.max(1, Math.ceil(points.length / most));
  const kept = points.filter((_, index) => index % stride === 0 || index === points.length - 1);
  return kept
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
    .map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`)
    .join('');
}
