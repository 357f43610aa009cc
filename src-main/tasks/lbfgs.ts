/** @file Minimisation of a smooth function by L-BFGS, in float64. */

/** Writes the gradient at `point` into `gradient` and returns the function's value. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  /** Stops when no gradient component is larger than this; default 1e-8. */
  tolerance?: number;
  maxIterations?: number;
  /** Pairs of steps and gradient changes that stand for the Hessian. */
  memory?: number;
}

export interface LbfgsResult {
  point: Float64Array;
  value: number;
  iterations: number;
  /** False where the iterations ran out before the gradient, or the value's 16 digits, were exhausted. */
  converged: boolean;
}

interface Pair {
  step: Float64Array;
  change: Float64Array;
  /** 1 / (step · change) */
  rho: number;
}

const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;
const MAX_LINE_SEARCH = 40;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * source[i];
}

function largestMagnitude(values: Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** -H · gradient by the two-loop recursion (Nocedal and Wright 2006, algorithm 7.4). */
function descentDirection(gradient: Float64Array, pairs: Pair[]): Float64Array {
  const direction = gradient.map((value) => -value);
  const alphas = new Float64Array(pairs.length);
  for (let i = pairs.length - 1; i >= 0; i--) {
    alphas[i] = pairs[i].rho * dot(pairs[i].step, direction);
    addScaled(direction, -alphas[i], pairs[i].change);
  }
  const last = pairs.at(-1);
  const scale =
    last === undefined
      ? 1 / Math.max(1, Math.sqrt(dot(gradient, gradient)))
      : 1 / (last.rho * dot(last.change, last.change));
  for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  for (let i = 0; i < pairs.length; i++) {
    const beta = pairs[i].rho * dot(pairs[i].change, direction);
    addScaled(direction, alphas[i] - beta, pairs[i].step);
  }
  return direction;
}

/**
 * Minimises a smooth convex function from `start` (Liu and Nocedal 1989) with a line search by bracketing and
 * bisection for the weak Wolfe conditions (Lewis and Overton 2013).
 */
export function minimise(objective: Objective, start: Float64Array, options: LbfgsOptions = {}): LbfgsResult {
  const { tolerance = 1e-8, maxIterations = 2000, memory = 10 } = options;
  let point = start.slice();
  let gradient = new Float64Array(start.length);
  let value = objective(point, gradient);
  let nextPoint = new Float64Array(start.length);
  let nextGradient = new Float64Array(start.length);
  const pairs: Pair[] = [];
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (largestMagnitude(gradient) <= tolerance) return { point, value, iterations: iteration, converged: true };
    const direction = descentDirection(gradient, pairs);
    const slope = dot(gradient, direction);
    let low = 0;
    let high = Number.POSITIVE_INFINITY;
    let length = 1;
    let nextValue = value;
    let accepted = false;
    for (let trial = 0; trial < MAX_LINE_SEARCH && !accepted; trial++) {
      nextPoint.set(point);
      addScaled(nextPoint, length, direction);
      nextValue = objective(nextPoint, nextGradient);
      if (!(nextValue <= value + SUFFICIENT_DECREASE * length * slope)) high = length;
      else if (dot(nextGradient, direction) < CURVATURE * slope) low = length;
      else accepted = true;
      if (!accepted) length = Number.isFinite(high) ? (low + high) / 2 : 2 * low;
    }
    // No step that lowers the value can be told from rounding: this is the minimum to the precision of float64.
    if (!accepted) {
      if (pairs.length === 0) return { point, value, iterations: iteration, converged: true };
      pairs.length = 0;
      continue;
    }
    const step = nextPoint.map((coordinate, i) => coordinate - point[i]);
    const change = nextGradient.map((component, i) => component - gradient[i]);
    const curvature = dot(step, change);
    if (curvature > 0) {
      pairs.push({ step, change, rho: 1 / curvature });
      if (pairs.length > memory) pairs.shift();
    }
    [point, nextPoint] = [nextPoint, point];
    [gradient, nextGradient] = [nextGradient, gradient];
    value = nextValue;
  }
  return { point, value, iterations: maxIterations, converged: largestMagnitude(gradient) <= tolerance };
}
