/** @file Frames of one orientation, size and measurement as a stack: order along the normal, regularity, shear. */

import type { Finding } from './findings.js';
import { type Axes, degreesBetween, dot, length, minus, type Plane, plus, type Vector } from './plane.js';

/** A regular stack of slices. Slice k lies at origin + k * spacing[0] * (the third column of `direction`). */
export interface Volume {
  /** From the first slice to the last along the normal of the planes (row direction times column direction). */
  slices: { imageId: number; frame: number }[];
  /** Slices, rows, columns. */
  size: [number, number, number];
  /** Millimetres between slices, rows and columns: [dz, dy, dx]. dz is measured along the third axis. */
  spacing: [number, number, number];
  /**
   * Nine cosines row by row as in ITK: its columns are the directions of x (along a row), y (along a column) and z
   * (from slice to slice). z is at a right angle to x and y unless the gantry was tilted.
   */
  direction: number[];
  /** Centre of the first pixel of the first slice, millimetres. */
  origin: [number, number, number];
}

/** A frame with everything known. */
export type PlacedPlane = Plane & { position: Vector; spacing: readonly [number, number] };

/** Fewer slices than this are images: the increment of two can be compared with nothing. */
export const MIN_SLICES = 3;

/** Frames closer than this along the normal lie at one place, millimetres. */
const SAME_PLACE = 0.001;
/** Increments may differ from their median by so much of it, and by rounding of the written numbers. */
const INCREMENT_TOLERANCE = 0.02;
const INCREMENT_ROUNDING = 0.011;
/** A multiple of the increment counts as missing slices where it is met this well. */
const GAP_TOLERANCE = 0.1;
/** Less shear than this is rounding, degrees. */
const TILT_DEGREES = 0.5;

/** Frames at one place, in the order of the places along `normal`. */
function places(planes: readonly PlacedPlane[], normal: Vector): { distance: number; frames: PlacedPlane[] }[] {
  const sorted = planes
    .map((plane) => ({ plane, distance: dot(plane.position, normal) }))
    .sort((a, b) => a.distance - b.distance);
  const found: { distance: number; frames: PlacedPlane[] }[] = [];
  for (const { plane, distance } of sorted) {
    const last = found.at(-1);
    if (last !== undefined && distance - last.distance <= SAME_PLACE) last.frames.push(plane);
    else found.push({ distance, frames: [plane] });
  }
  return found;
}

function byMoment(a: Plane, b: Plane): number {
  for (const [index, value] of a.moment.entries()) {
    const difference = value - (b.moment[index] ?? value);
    if (difference !== 0 && Number.isFinite(difference)) return difference;
  }
  return a.imageId - b.imageId || a.frame - b.frame;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** What the distances between neighbouring slices tell, or null where they are regular. */
function incrementFinding(distances: readonly number[]): Finding | null {
  const increments = distances.slice(1).map((distance, index) => distance - distances[index]!);
  const usual = median(increments);
  const allowed = Math.max(INCREMENT_TOLERANCE * usual, INCREMENT_ROUNDING);
  const odd = increments.filter((increment) => Math.abs(increment - usual) > allowed);
  if (odd.length === 0) return null;
  const multiples = odd.map((increment) => increment / usual);
  if (multiples.every((times) => times > 1.5 && Math.abs(times - Math.round(times)) < GAP_TOLERANCE)) {
    const missing = multiples.reduce((sum, times) => sum + Math.round(times) - 1, 0);
    return { finding: 'gaps', gaps: odd.length, missing, spacing: usual };
  }
  return {
    finding: 'irregular-increment',
    smallest: Math.min(...increments),
    median: usual,
    largest: Math.max(...increments),
  };
}

/** What one stack gives: its volumes, and what was noticed. */
export interface StackResult {
  volumes: Volume[];
  findings: Finding[];
}

/** One slice for each place, regular and in line; the caller has counted them. */
function volumeOf(slices: readonly PlacedPlane[], { x, y, normal }: Axes): StackResult {
  const first = slices[0]!;
  const last = slices.at(-1)!;
  const findings: Finding[] = [];
  const increment = incrementFinding(slices.map(({ position }) => dot(position, normal)));
  const way = minus(last.position, first.position);
  const reach = length(way);
  const along: Vector = [way[0] / reach, way[1] / reach, way[2] / reach];
  const degrees = degreesBetween(along, normal);
  if (degrees > TILT_DEGREES) findings.push({ finding: 'gantry-tilt', degrees });
  if (increment !== null) return { volumes: [], findings: [increment, ...findings] };
  const astray = slices.map(({ position }) => {
    const from = minus(position, first.position);
    return length(plus(from, along, -dot(from, along)));
  });
  const largestMillimetres = Math.max(...astray);
  if (largestMillimetres > Math.max(0.05, 0.1 * Math.min(...first.spacing))) {
    return { volumes: [], findings: [...findings, { finding: 'not-in-line', largestMillimetres }] };
  }
  const z = degrees > TILT_DEGREES ? along : normal;
  const dz = (degrees > TILT_DEGREES ? reach : dot(way, normal)) / (slices.length - 1);
  const volume: Volume = {
    slices: slices.map(({ imageId, frame }) => ({ imageId, frame })),
    size: [slices.length, first.rows, first.columns],
    spacing: [dz, first.spacing[0], first.spacing[1]],
    direction: [0, 1, 2].flatMap((row) => [x[row]!, y[row]!, z[row]!]),
    origin: [...first.position],
  };
  return { volumes: [volume], findings };
}

/**
 * Stacks frames of one orientation, size, spacing and measurement. The order is that of the positions along the normal
 * (PS3.3 C.7.6.2.1.1). Where every place was measured equally often, each repetition is a volume.
 *
 * @param planes at least one.
 */
export function stack(planes: readonly PlacedPlane[], axes: Axes): StackResult {
  const stops = places(planes, axes.normal);
  if (planes.length > 1 && stops.length === 1) {
    return { volumes: [], findings: [{ finding: 'single-position', frames: planes.length }] };
  }
  const repetitions = stops[0]?.frames.length ?? 1;
  if (stops.some(({ frames }) => frames.length !== repetitions)) {
    const finding: Finding = { finding: 'duplicate-positions', positions: stops.length, frames: planes.length };
    return { volumes: [], findings: [finding] };
  }
  if (stops.length < MIN_SLICES) {
    return { volumes: [], findings: [{ finding: 'too-few-slices', slices: stops.length, needed: MIN_SLICES }] };
  }
  for (const { frames } of stops) frames.sort(byMoment);
  const results = Array.from({ length: repetitions }, (_, turn) =>
    volumeOf(
      stops.map(({ frames }) => frames[turn]!),
      axes,
    ),
  );
  const findings = results[0]?.findings ?? [];
  if (repetitions > 1) findings.unshift({ finding: 'repetitions', repetitions, positions: stops.length });
  return { volumes: results.flatMap(({ volumes }) => volumes), findings };
}
