/** @file Lays images out on a plane so that similar ones lie together: UMAP (McInnes, Healy and Melville 2018). */

import { setImmediate as breath } from 'node:timers/promises';
import { UMAP } from 'umap-js';
import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import { Purpose, Random } from '../base/random.js';
import { squaredDistance, takeRows } from '../tasks/k-means.js';

/** Images that UMAP itself lays out; the others are placed between their nearest ones of these. */
const LANDMARKS = 3000;
const NEIGHBOURS = 15;
/** Landmarks between which another image is placed. */
const PLACES = 5;
const EPOCHS = 300;
/** Rows that are worked on before the job looks up. */
const STRIDE = 64;
/** Below this there are no neighbourhoods to speak of. */
export const FEWEST_FOR_UMAP = 2 * NEIGHBOURS;

/** Keeps the nearest `count` rows of `y` to row `i` of `x`, nearest first, leaving out `except`. */
function nearestRows(
  x: Float32Array,
  i: number,
  y: Float32Array,
  dimensions: number,
  count: number,
  except: number | null,
): { rows: number[]; distances: number[] } {
  const rows: number[] = [];
  const squares: number[] = [];
  for (let j = 0; j < y.length / dimensions; j++) {
    if (j === except) continue;
    const square = squaredDistance(x, i, y, j, dimensions);
    if (rows.length === count && square >= squares[count - 1]) continue;
    let place = rows.length === count ? count - 1 : rows.length;
    for (; place > 0 && squares[place - 1] > square; place--) {
      squares[place] = squares[place - 1];
      rows[place] = rows[place - 1];
    }
    squares[place] = square;
    rows[place] = j;
  }
  return { rows, distances: squares.map(Math.sqrt) };
}

async function layOut(
  points: Float32Array,
  dimensions: number,
  start: Float32Array,
  seed: number,
  control: JobControl,
): Promise<Float32Array> {
  const count = points.length / dimensions;
  const random = new Random(seed, Purpose.layout, 1);
  const umap = new UMAP({
    nNeighbors: NEIGHBOURS,
    nEpochs: EPOCHS,
    minDist: 0.15,
    random: () => random.uniform(),
  });
  const searching = new ProgressMeter(control, 'Finding similar images', count);
  const indices: number[][] = [];
  const distances: number[][] = [];
  for (let i = 0; i < count; i++) {
    // UMAP counts a point as its own first neighbour.
    const nearest = nearestRows(points, i, points, dimensions, NEIGHBOURS - 1, i);
    indices.push([i, ...nearest.rows]);
    distances.push([0, ...nearest.distances]);
    if (i % STRIDE === 0) await lookUp(searching, i, control);
  }
  umap.setPrecomputedKNN(indices, distances);
  umap.initializeFit(
    Array.from({ length: count }, (_, i) => [...points.subarray(i * dimensions, (i + 1) * dimensions)]),
  );
  // From the principal components instead of chance: the map keeps its large shape (Kobak and Linderman 2021).
  const positions = umap.getEmbedding();
  const scale =
    10 /
    Math.max(
      1e-12,
      start.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    );
  for (const [i, position] of positions.entries()) {
    for (let axis = 0; axis < 2; axis++) position[axis] = scale * start[2 * i + axis] + 1e-4 * random.normal();
  }
  const drawing = new ProgressMeter(control, 'Drawing the map', EPOCHS);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    umap.step();
    await lookUp(drawing, epoch + 1, control);
  }
  return Float32Array.from(umap.getEmbedding().flat());
}

/** Lets messages in: without a pause the wish to stop would never be heard. */
async function lookUp(meter: ProgressMeter, done: number, control: JobControl): Promise<void> {
  meter.update(done);
  await breath();
  throwIfCancelled(control);
}

/**
 * Coordinates [images, 2]. More than some thousand images are laid out by a seeded part of them; each other image goes
 * to the mean of its nearest laid-out ones, the nearer the weightier. A pure function of its arguments.
 *
 * @param points where images are compared, [images, dimensions]; at least `FEWEST_FOR_UMAP`
 * @param start a first layout, such as two principal components, [images, 2]
 * @throws PretextError `cancelled`
 */
export async function umapLayout(
  points: Float32Array,
  dimensions: number,
  start: Float32Array,
  seed: number,
  control: JobControl,
): Promise<Float32Array> {
  const count = points.length / dimensions;
  if (count <= LANDMARKS) return layOut(points, dimensions, start, seed, control);
  const chosen = new Random(seed, Purpose.layout, 0).permutation(count).subarray(0, LANDMARKS).sort();
  const landmarks = takeRows(points, chosen, dimensions);
  const places = await layOut(landmarks, dimensions, takeRows(start, chosen, 2), seed, control);
  const result = new Float32Array(2 * count);
  const meter = new ProgressMeter(control, 'Placing images on the map', count);
  for (let i = 0; i < count; i++) {
    const { rows, distances } = nearestRows(points, i, landmarks, dimensions, PLACES, null);
    // A landmark itself is its own nearest and stays exactly where it is.
    const weights = distances[0] === 0 ? [1] : distances.map((distance) => 1 / distance);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [rank, weight] of weights.entries()) {
      for (let axis = 0; axis < 2; axis++) result[2 * i + axis] += (weight / total) * places[2 * rows[rank] + axis];
    }
    if (i % STRIDE === 0) await lookUp(meter, i, control);
  }
  return result;
}
