/** @file k-means clustering, seeded and bounded. */

import { PretextError } from '../base/errors.js';
import { Purpose, Random } from '../base/random.js';

export interface KMeansOptions {
  /** Starts of which the best is kept; default 3. */
  restarts?: number;
  /** Rounds of one start at most; default 25. */
  iterations?: number;
  /** The centres are found on this many points, drawn by the seed, where there are more; default 5000. */
  sample?: number;
}

export interface Clusters {
  count: number;
  /** [count, dimensions] */
  centres: Float64Array;
  /** Cluster of each point, [points] */
  assignment: Int32Array;
  /** Points of each cluster, [count] */
  sizes: Int32Array;
  /** Sum of squared distances to the centres. */
  inertia: number;
}

/** Squared distance of row `i` of `x` to row `j` of `y`. */
export function squaredDistance(
  x: Float32Array | Float64Array,
  i: number,
  y: Float32Array | Float64Array,
  j: number,
  dimensions: number,
): number {
  let sum = 0;
  let a = i * dimensions;
  let b = j * dimensions;
  for (const end = a + dimensions; a < end; a++, b++) {
    const difference = x[a] - y[b];
    sum += difference * difference;
  }
  return sum;
}

/** Some rows of `x`. */
export function takeRows(x: Float32Array, rows: ArrayLike<number>, dimensions: number): Float32Array {
  const taken = new Float32Array(rows.length * dimensions);
  for (let i = 0; i < rows.length; i++) {
    taken.set(x.subarray(rows[i] * dimensions, (rows[i] + 1) * dimensions), i * dimensions);
  }
  return taken;
}

/**
 * Lloyd's algorithm from k-means++ starts (Arthur and Vassilvitskii 2007), the best of several. A pure function of the
 * points and the seed.
 *
 * @param x [points, dimensions]
 * @param count clusters; fewer are made where there are fewer points
 * @throws PretextError `internal` where there is no point or no cluster is asked for.
 */
export function kMeans(
  x: Float32Array,
  dimensions: number,
  count: number,
  seed: number,
  options: KMeansOptions = {},
): Clusters {
  const { restarts = 3, iterations = 25, sample = 5000 } = options;
  const points = x.length / dimensions;
  if (!Number.isInteger(points) || points === 0 || count < 1) {
    throw new PretextError({ code: 'internal', message: `${points} points make no ${count} clusters.` });
  }
  const k = Math.min(count, points);
  const drawn = Math.max(k, sample);
  const some =
    points <= drawn
      ? x
      : takeRows(x, new Random(seed, Purpose.cluster, 0).permutation(points).subarray(0, drawn), dimensions);
  let best: { centres: Float64Array; inertia: number } | null = null;
  for (let restart = 1; restart <= restarts; restart++) {
    const centres = firstCentres(some, dimensions, k, new Random(seed, Purpose.cluster, restart));
    const inertia = improve(some, dimensions, centres, iterations);
    if (best === null || inertia < best.inertia) best = { centres, inertia };
  }
  const { centres } = best as { centres: Float64Array };
  const assignment = new Int32Array(points);
  const inertia = assign(x, dimensions, centres, assignment);
  const sizes = new Int32Array(k);
  for (const cluster of assignment) sizes[cluster]++;
  return { count: k, centres, assignment, sizes, inertia };
}

/** k-means++: each next centre is a point drawn with the chance of its squared distance to the nearest centre. */
function firstCentres(x: Float32Array, dimensions: number, k: number, random: Random): Float64Array {
  const points = x.length / dimensions;
  const centres = new Float64Array(k * dimensions);
  const nearest = new Float64Array(points).fill(Number.POSITIVE_INFINITY);
  let next = random.below(points);
  for (let centre = 0; centre < k; centre++) {
    centres.set(x.subarray(next * dimensions, (next + 1) * dimensions), centre * dimensions);
    let total = 0;
    for (let i = 0; i < points; i++) {
      nearest[i] = Math.min(nearest[i], squaredDistance(x, i, centres, centre, dimensions));
      total += nearest[i];
    }
    let left = random.uniform() * total;
    next = points - 1;
    for (let i = 0; i < points; i++) {
      left -= nearest[i];
      if (left < 0) {
        next = i;
        break;
      }
    }
  }
  return centres;
}

/** Moves `centres` until nothing changes. @returns the sum of squared distances */
function improve(x: Float32Array, dimensions: number, centres: Float64Array, iterations: number): number {
  const points = x.length / dimensions;
  const k = centres.length / dimensions;
  const assignment = new Int32Array(points);
  const sizes = new Int32Array(k);
  let inertia = Number.POSITIVE_INFINITY;
  for (let round = 0; round < iterations; round++) {
    const now = assign(x, dimensions, centres, assignment);
    if (now >= inertia) return now;
    inertia = now;
    const sums = new Float64Array(centres.length);
    sizes.fill(0);
    for (let i = 0; i < points; i++) {
      const cluster = assignment[i];
      sizes[cluster]++;
      for (let j = 0; j < dimensions; j++) sums[cluster * dimensions + j] += x[i * dimensions + j];
    }
    for (let cluster = 0; cluster < k; cluster++) {
      // An empty cluster keeps its centre: another restart does better.
      if (sizes[cluster] === 0) continue;
      for (let j = 0; j < dimensions; j++) {
        centres[cluster * dimensions + j] = sums[cluster * dimensions + j] / sizes[cluster];
      }
    }
  }
  return inertia;
}

/** Gives each point to its nearest centre. @returns the sum of squared distances */
function assign(x: Float32Array, dimensions: number, centres: Float64Array, assignment: Int32Array): number {
  const k = centres.length / dimensions;
  let inertia = 0;
  for (let i = 0; i < assignment.length; i++) {
    let best = Number.POSITIVE_INFINITY;
    for (let cluster = 0; cluster < k; cluster++) {
      const distance = squaredDistance(x, i, centres, cluster, dimensions);
      if (distance < best) {
        best = distance;
        assignment[i] = cluster;
      }
    }
    inertia += best;
  }
  return inertia;
}
