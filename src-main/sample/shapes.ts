/** @file Signed distances to analytic shapes (negative inside) and their anti-aliased coverage; lengths in mm. */

/** Part of a pixel that lies inside a boundary at signed distance `distance`, for an edge `width` mm wide. */
export function coverage(distance: number, width: number): number {
  const inside = 0.5 - distance / width;
  return Math.min(1, Math.max(0, inside));
}

/** 0 below `low`, 1 above `high`, smooth between (Hermite). */
export function smoothStep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/**
 * Distance to the superellipse |x/a|^n + |y/b|^n = 1, n >= 2: the level function over its gradient near the boundary,
 * a cheap bound far from it (more than a quarter of a half axis inside, half of one outside).
 */
export function superellipse(x: number, y: number, a: number, b: number, n: number): number {
  const right = Math.abs(x) / a;
  const back = Math.abs(y) / b;
  if (right > 1.5 || back > 1.5) return Math.max((right - 1) * a, (back - 1) * b);
  const square = right * right + back * back;
  if (square < 0.5) return (Math.sqrt(square) - 1) * Math.min(a, b);
  const u = right ** (n - 1);
  const v = back ** (n - 1);
  const level = u * right + v * back;
  const radius = level ** (1 / n);
  const gradient = (radius / level) * Math.sqrt((u / a) ** 2 + (v / b) ** 2);
  return (radius - 1) / gradient;
}

/** An ellipse, with what its distance needs computed once. Build it with `ellipseOf`. */
export interface Ellipse {
  x: number;
  y: number;
  a: number;
  b: number;
  cos: number;
  sin: number;
  /** Larger half axis. */
  reach: number;
}

/** @param angle rotation in radians, from x towards y. */
export function ellipseOf(x: number, y: number, a: number, b: number, angle = 0): Ellipse {
  return { x, y, a, b, cos: Math.cos(angle), sin: Math.sin(angle), reach: Math.max(a, b) };
}

/** Distance to an ellipse, first order near its boundary; far outside it the distance to its circumcircle. */
export function ellipse(shape: Ellipse, x: number, y: number): number {
  const dx = x - shape.x;
  const dy = y - shape.y;
  const square = dx * dx + dy * dy;
  const far = 2 * shape.reach;
  if (square > far * far) return Math.sqrt(square) - shape.reach;
  const u = (dx * shape.cos + dy * shape.sin) / shape.a;
  const v = (dy * shape.cos - dx * shape.sin) / shape.b;
  const level = Math.sqrt(u * u + v * v);
  if (level < 1e-6) return -Math.min(shape.a, shape.b);
  const gu = u / shape.a;
  const gv = v / shape.b;
  return (level * (level - 1)) / Math.sqrt(gu * gu + gv * gv);
}

/** Part of a pixel inside an ellipse, for an edge `width` mm wide. */
export function ellipseCoverage(shape: Ellipse, x: number, y: number, width: number): number {
  const dx = x - shape.x;
  const dy = y - shape.y;
  const far = shape.reach + width;
  return dx * dx + dy * dy > far * far ? 0 : coverage(ellipse(shape, x, y), width);
}

/** Union of two distances whose corner is rounded over about `radius` mm (polynomial smooth minimum). */
export function smoothUnion(first: number, second: number, radius: number): number {
  const h = Math.max(radius - Math.abs(first - second), 0) / radius;
  return Math.min(first, second) - h * h * radius * 0.25;
}
