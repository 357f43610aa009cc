/**
 * @file Which images to label next. At the cold start typical ones of every kind (TypiClust, Hacohen, Dekel and
 * Weinshall 2022, "Active Learning on a Budget"); later those that the labels so far leave undecided.
 */

import { PretextError } from '../base/errors.js';
import { Purpose, Random } from '../base/random.js';
import { type Clusters, kMeans, squaredDistance, takeRows } from './k-means.js';
import { drawLabels } from './label-draws.js';
import { principalComponents, projectOn } from './pca.js';
import { fitProbe, probeProbabilities } from './probe.js';

/** The images that there are, and what is known of them. */
export interface LabelPool {
  /** [images, width] */
  features: Float32Array;
  /** Where images are compared, from `comparisonSpace`. */
  space: ComparisonSpace;
  /** [images] */
  imageIds: ArrayLike<number>;
  /** [images] */
  patientIds: ArrayLike<number>;
  /** Class index by image id. */
  labels: ReadonlyMap<number, number>;
  /** Images that are not to be suggested beside the labelled ones: skipped by the user, or whose file is gone. */
  excluded: ReadonlySet<number>;
}

export interface Suggestion {
  imageId: number;
  /** Why this image, in words for the person who labels. */
  reason: string;
}

/** Features in which distances mean something: principal components, each image brought to length 1. */
export interface ComparisonSpace {
  /** [images, dimensions] */
  points: Float32Array;
  dimensions: number;
}

/** Enough for what an encoder of this size tells apart, few enough for fast distances. */
const DIMENSIONS = 32;
/** TypiClust's own bounds: more clusters or smaller ones are noise. */
const MOST_CLUSTERS = 500;
const SMALLEST_CLUSTER = 5;
/** Neighbours that the density of an image is measured by. */
const NEIGHBOURS = 20;
/** Images of one cluster that neighbours are looked for among. */
const REFERENCES = 1000;
/** Uncertain images that diversity chooses from, for each one that is asked for. */
const SHORTLIST = 10;
/** Labels that the quick probe learns from at most. */
const PROBE_LABELS = 2000;
/** Two classes nearer to each other than this are a toss-up to the probe. */
const UNDECIDED = 0.3;

/**
 * Standardised features on their leading principal components, every image of length 1, so that distances are those of
 * directions (cosine).
 *
 * @param features [images, width]
 */
export function comparisonSpace(features: Float32Array, width: number): ComparisonSpace {
  const dimensions = Math.min(DIMENSIONS, width);
  const points = projectOn(principalComponents(features, width, dimensions), features);
  for (let start = 0; start < points.length; start += dimensions) {
    let squares = 0;
    for (let j = start; j < start + dimensions; j++) squares += points[j] * points[j];
    const length = Math.sqrt(squares) || 1;
    for (let j = start; j < start + dimensions; j++) points[j] /= length;
  }
  return { points, dimensions };
}

/** How many images of each patient have been labelled or suggested: nobody gets a second before all had a first. */
class PatientTurns {
  private readonly turns = new Map<number, number>();

  constructor(private readonly pool: LabelPool) {
    for (let row = 0; row < pool.imageIds.length; row++) {
      if (pool.labels.has(pool.imageIds[row])) this.take(row);
    }
  }

  of(row: number): number {
    return this.turns.get(this.pool.patientIds[row]) ?? 0;
  }

  take(row: number): void {
    this.turns.set(this.pool.patientIds[row], this.of(row) + 1);
  }

  /** The fewest turns that a patient of these images has had. */
  fewest(rows: readonly number[]): number {
    return rows.reduce((least, row) => Math.min(least, this.of(row)), Number.POSITIVE_INFINITY);
  }
}

function openRows({ imageIds, labels, excluded }: LabelPool): number[] {
  return Array.from({ length: imageIds.length }, (_, row) => row).filter(
    (row) => !labels.has(imageIds[row]) && !excluded.has(imageIds[row]),
  );
}

/**
 * Typical images of all kinds: as many clusters as there will be labels; from the clusters with the fewest labels, the
 * largest first, the image in the densest place. Patients take turns. A pure function of the pool and the seed.
 *
 * @returns `count` images, fewer where fewer are left.
 */
export function typicalImages(pool: LabelPool, count: number, seed: number): Suggestion[] {
  const open = openRows(pool);
  if (open.length === 0) return [];
  const { points, dimensions } = pool.space;
  const clusters = kMeans(points, dimensions, Math.min(pool.labels.size + count, MOST_CLUSTERS), seed);
  const labelled = new Int32Array(clusters.count);
  for (let row = 0; row < pool.imageIds.length; row++) {
    if (pool.labels.has(pool.imageIds[row])) labelled[clusters.assignment[row]]++;
  }
  const chosenIn = new Int32Array(clusters.count);
  const queues = new Map<number, number[]>();
  const members = membersOf(clusters, open);
  const turns = new PatientTurns(pool);
  const suggestions: Suggestion[] = [];
  while (suggestions.length < count) {
    const left = [...members].filter(([, rows]) => rows.length > 0);
    if (left.length === 0) break;
    const level = Math.min(...left.map(([, rows]) => turns.fewest(rows)));
    const rank = ([cluster]: [number, number[]]) =>
      (clusters.sizes[cluster] < SMALLEST_CLUSTER ? 1e6 : 0) + labelled[cluster] + chosenIn[cluster];
    left.sort((a, b) => rank(a) - rank(b) || clusters.sizes[b[0]] - clusters.sizes[a[0]] || a[0] - b[0]);
    for (const [cluster] of left) {
      const queue = queues.get(cluster) ?? byTypicality(pool, clusters, cluster, members.get(cluster) ?? [], seed);
      queues.set(cluster, queue);
      const place = queue.findIndex((row) => turns.of(row) === level);
      if (place < 0) continue;
      const row = queue[place];
      queue.splice(place, 1);
      members.set(cluster, queue);
      turns.take(row);
      chosenIn[cluster]++;
      suggestions.push({
        imageId: pool.imageIds[row],
        reason: typicalReason(clusters.sizes[cluster], labelled[cluster]),
      });
      break;
    }
  }
  return suggestions;
}

function typicalReason(size: number, labelled: number): string {
  if (size === 1) return 'Unlike every other image.';
  const share = labelled === 0 ? 'none labelled yet' : `${labelled} labelled`;
  return `Typical of ${size} similar images, ${share}.`;
}

function membersOf({ assignment }: Clusters, rows: readonly number[]): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (const row of rows) {
    const known = members.get(assignment[row]);
    if (known === undefined) members.set(assignment[row], [row]);
    else known.push(row);
  }
  return members;
}

/** The cluster's images from the most typical one down: by the mean distance to their nearest neighbours in it. */
function byTypicality(
  { space, imageIds }: LabelPool,
  { assignment }: Clusters,
  cluster: number,
  rows: readonly number[],
  seed: number,
): number[] {
  const all: number[] = [];
  for (let row = 0; row < assignment.length; row++) if (assignment[row] === cluster) all.push(row);
  if (all.length > REFERENCES) new Random(seed, Purpose.cluster, 1000 + cluster).shuffle(all);
  const references = takeRows(space.points, all.slice(0, REFERENCES), space.dimensions);
  const spread = new Map(rows.map((row) => [row, neighbourDistance(space, row, references)]));
  return [...rows].sort((a, b) => (spread.get(a) ?? 0) - (spread.get(b) ?? 0) || imageIds[a] - imageIds[b]);
}

/** Mean distance of one image to its nearest neighbours among `references`; itself, where it is there, counts 0. */
function neighbourDistance({ points, dimensions }: ComparisonSpace, row: number, references: Float32Array): number {
  const count = Math.min(references.length / dimensions, NEIGHBOURS + 1);
  /** The smallest squares so far, rising. */
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < references.length / dimensions; i++) {
    const square = squaredDistance(points, row, references, i, dimensions);
    if (square >= nearest[count - 1]) continue;
    let place = count - 1;
    for (; place > 0 && nearest[place - 1] > square; place--) nearest[place] = nearest[place - 1];
    nearest[place] = square;
  }
  return nearest.reduce((sum, square) => sum + Math.sqrt(square), 0) / count;
}

/**
 * Images that the labels so far leave undecided, unlike each other and the labelled ones: a linear probe on the
 * labelled features gives every image the entropy of its probabilities; of the most uncertain ones those are taken, one
 * after another, that lie farthest from all labelled and taken before (greedy k-centre, Sener and Savarese 2018),
 * weighted by their entropy. Patients take turns. A pure function of the pool and the seed.
 *
 * @param classNames names of the task's classes by index
 * @throws PretextError `too-few-labels` where the labelled images are of fewer than two classes.
 */
export function informativeImages(
  pool: LabelPool,
  classNames: readonly string[],
  count: number,
  seed: number,
): Suggestion[] {
  const rows = Array.from({ length: pool.imageIds.length }, (_, row) => row);
  const labelled = rows.filter((row) => pool.labels.has(pool.imageIds[row]));
  const open = openRows(pool);
  const classes = classNames.length;
  const width = pool.features.length / pool.imageIds.length;
  const probe = fitProbe(probeData(pool, labelled, classNames, width, seed), classes, { maxIterations: 200 });
  if (open.length === 0) return [];
  const probabilities = probeProbabilities(probe, takeRows(pool.features, open, width));
  const entropies = open.map((_, i) => entropy(probabilities.subarray(i * classes, (i + 1) * classes)));
  const turns = new PatientTurns(pool);
  const order = Array.from(open.keys()).sort(
    (a, b) => turns.of(open[a]) - turns.of(open[b]) || entropies[b] - entropies[a] || open[a] - open[b],
  );
  const shortlist = onePatientEach(order, (i) => pool.patientIds[open[i]], SHORTLIST * count);
  const { points, dimensions } = pool.space;
  const distance = new Map(shortlist.map((i) => [i, Number.POSITIVE_INFINITY]));
  const come = (centre: number) => {
    for (const i of shortlist) {
      const apart = Math.sqrt(squaredDistance(points, open[i], points, centre, dimensions));
      distance.set(i, Math.min(distance.get(i) ?? 0, apart));
    }
  };
  for (const row of labelled) come(row);
  const left = new Set(shortlist);
  const suggestions: Suggestion[] = [];
  while (suggestions.length < count && left.size > 0) {
    const level = Math.min(...[...left].map((i) => turns.of(open[i])));
    const worth = (i: number) => entropies[i] * (distance.get(i) ?? 0);
    const [best] = [...left].filter((i) => turns.of(open[i]) === level).sort((a, b) => worth(b) - worth(a) || a - b);
    left.delete(best);
    turns.take(open[best]);
    come(open[best]);
    const shares = probabilities.subarray(best * classes, (best + 1) * classes);
    suggestions.push({ imageId: pool.imageIds[open[best]], reason: undecidedReason(shares, classNames) });
  }
  return suggestions;
}

/** The first `count` of `order` in which every patient's best comes before anybody's second. */
function onePatientEach(order: readonly number[], patientOf: (item: number) => number, count: number): number[] {
  const seen = new Map<number, number>();
  const rounds: number[][] = [];
  for (const item of order) {
    const round = seen.get(patientOf(item)) ?? 0;
    seen.set(patientOf(item), round + 1);
    rounds[round] ??= [];
    rounds[round].push(item);
  }
  return rounds.flat().slice(0, count);
}

/** The labelled images that the probe learns from: all, or an even draw where there are very many. */
function probeData(
  pool: LabelPool,
  labelled: readonly number[],
  classNames: readonly string[],
  width: number,
  seed: number,
): { features: Float32Array; labels: Int32Array } {
  if (new Set(labelled.map((row) => pool.labels.get(pool.imageIds[row]))).size < 2) {
    throw new PretextError({
      code: 'too-few-labels',
      message: 'There is nothing yet that a model could be undecided about.',
      remedy: 'Label images of at least two classes first; typical images are a good start.',
    });
  }
  const images = labelled.map((row) => ({
    row,
    imageId: pool.imageIds[row],
    patientId: pool.patientIds[row],
    classIndex: pool.labels.get(pool.imageIds[row]) ?? 0,
  }));
  const drawn = new Set(drawLabels(images, Math.min(images.length, PROBE_LABELS), seed, { classNames }).imageIds);
  const used = images.filter(({ imageId }) => drawn.has(imageId));
  return {
    features: takeRows(
      pool.features,
      used.map(({ row }) => row),
      width,
    ),
    labels: Int32Array.from(used, ({ classIndex }) => classIndex),
  };
}

/** In nats. */
function entropy(shares: Float64Array): number {
  return shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
}

function undecidedReason(shares: Float64Array, classNames: readonly string[]): string {
  const [first, second] = Array.from(shares.keys()).sort((a, b) => shares[b] - shares[a] || a - b);
  const said = [first, second].map((index) => `${classNames[index]} ${Math.round(100 * shares[index])}%`).join(', ');
  const close = shares[first] - shares[second] < UNDECIDED;
  return close ? `The model is undecided: ${said}.` : `Among the least certain images that are left: ${said}.`;
}
