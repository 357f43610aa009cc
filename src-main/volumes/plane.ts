/** @file Where a frame lies in the patient, and the few sums that geometry needs. */

export type Vector = readonly [number, number, number];

/** One frame of one image in patient coordinates, millimetres (PS3.3 C.7.6.2). */
export interface Plane {
  imageId: number;
  /** Frame of the image, from 0. */
  frame: number;
  rows: number;
  columns: number;
  /** Centre of the first pixel, Image Position (Patient); null where the file does not say. */
  position: Vector | null;
  /** Direction of the rows, then of the columns, Image Orientation (Patient): six cosines. */
  orientation: readonly number[] | null;
  /** Millimetres between rows, then between columns. */
  spacing: readonly [number, number] | null;
  /** What was measured: image type, echo, stack. Frames of one volume have the same. */
  component: string;
  /** Tells repetitions of one place apart: temporal position, acquisition, instance. Never orders places. */
  moment: readonly number[];
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function minus(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

/** `a` plus `factor` times `b`. */
export function plus(a: Vector, b: Vector, factor: number): Vector {
  return [a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]];
}

export function length(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function unit(a: Vector): Vector | null {
  const size = length(a);
  return size > 1e-6 ? [a[0] / size, a[1] / size, a[2] / size] : null;
}

/** Unit vectors along a row (x), along a column (y) and across the plane (x times y). */
export interface Axes {
  x: Vector;
  y: Vector;
  normal: Vector;
}

/** The axes of six cosines, or null where they are no two directions at a right angle (within 3 degrees). */
export function axesOf(orientation: readonly number[]): Axes | null {
  const [a, b, c, d, e, f] = orientation;
  if (a === undefined || b === undefined || c === undefined) return null;
  if (d === undefined || e === undefined || f === undefined) return null;
  const x = unit([a, b, c]);
  const y = unit([d, e, f]);
  if (x === null || y === null || Math.abs(dot(x, y)) > 0.05) return null;
  const normal = unit(cross(x, y));
  return normal === null ? null : { x, y, normal };
}

/** Degrees between two unit vectors. */
export function degreesBetween(a: Vector, b: Vector): number {
  return (Math.acos(Math.min(1, Math.max(-1, dot(a, b)))) * 180) / Math.PI;
}
