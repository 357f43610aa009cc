/**
 * @file The chest phantom: axial CT slices in Hounsfield units from analytic shapes, with subtle patchy opacities in
 * the lungs of part of the patients. It stands in for real scans in the demonstration and in tests; it is no model of disease.
 */

import { combineSeeds, Purpose, Random } from '../base/random.js';
import { type Acquisition, drawAcquisition, scan } from './acquisition.js';
import {
  type Anatomy,
  DEFAULT_DIFFICULTY,
  type Difficulty,
  drawAnatomy,
  mediastinumDistance,
  type Section,
  sectionAt,
} from './anatomy.js';
import { addGranuloma, addVessels, lungDensity, type SliceGrid } from './lungs.js';
import { mediastinumAt, paint, type Wall, wallAt } from './organs.js';
import { coverage, ellipse, smoothUnion, superellipse } from './shapes.js';

export interface PhantomOptions {
  seed: number;
  /** Side of the square images, pixels. Default 128. */
  side?: number;
  /** Slices of each patient. Default 6. */
  imagesPerPatient?: number;
  /** Distance between slices, mm. Default 6. */
  spacing?: number;
  difficulty?: Partial<Difficulty>;
}

export interface PhantomPatient {
  index: number;
  hasFinding: boolean;
  anatomy: Anatomy;
  acquisition: Acquisition;
  /** Height of each slice, mm, from head to feet. */
  heights: number[];
  seed: number;
}

/** Draws a patient. A function of (options, index, hasFinding) alone; the finding changes nothing but itself. */
export function drawPatient(options: PhantomOptions, index: number, hasFinding: boolean): PhantomPatient {
  const count = options.imagesPerPatient ?? 6;
  const spacing = options.spacing ?? 6;
  const heights = Array.from({ length: count }, (_, slice) => ((count - 1) / 2 - slice) * spacing);
  const difficulty = { ...DEFAULT_DIFFICULTY, ...options.difficulty };
  const anatomy = drawAnatomy(options.seed, index, hasFinding, heights, difficulty);
  const width = 2 * (anatomy.cavity.a + anatomy.muscle.lateral + anatomy.fat.lateral);
  const side = options.side ?? 128;
  const acquisition = drawAcquisition(options.seed, index, side, width, difficulty.noise, spacing);
  return { index, hasFinding, anatomy, acquisition, heights, seed: options.seed };
}

/** Density of the chest wall, HU, from its layers; `toBody` is the distance to the skin's surface. */
function wallDensity(anatomy: Anatomy, wall: Wall, x: number, y: number, toBody: number, edge: number): number {
  const { density } = anatomy;
  const { muscle } = wall;
  let hu = 30 + (density.fat - 30) * coverage(toBody + 2.2, edge);
  hu = paint(wall.glands, hu, x, y, 16);
  const toMuscle = superellipse(x, y - muscle.y, muscle.a, muscle.b, anatomy.cavity.exponent);
  hu += (density.muscle - hu) * coverage(toMuscle, edge);
  hu += (density.fat - hu) * 0.5 * coverage(Math.abs(toMuscle + 7) - 0.8, edge);
  return paint(wall.organs, hu, x, y, edge);
}

/** Between the organs lies fat; next to the lungs the pleura and the heart's sac make it denser. */
function mediastinalFat(anatomy: Anatomy, toLung: number): number {
  const { fat, muscle } = anatomy.density;
  return fat + 0.55 * (muscle - fat) * coverage(-toLung - 4, 8);
}

/** The table under the patient: a curved shell of fibre around foam, and a mattress. */
function tableAt(x: number, y: number, top: number, edge: number): number {
  if (Math.abs(x) > 215) return -1000;
  const depth = y - (top - (x * x) / 900);
  let hu = -1000;
  hu += 60 * coverage(Math.abs(depth - 4) - 4, edge);
  hu += 620 * coverage(Math.abs(depth - 10) - 1, edge);
  hu += 50 * coverage(Math.abs(depth - 22) - 11, edge);
  return hu + 520 * coverage(Math.abs(depth - 34 + (x * x) / 2400) - 1, edge);
}

/** Where each pixel of a slice lies: the patient is moved, turned and slightly warped against the image. */
function gridOf(patient: PhantomPatient, section: Section): SliceGrid {
  const { anatomy } = patient;
  const { side, fieldOfView, offset, rotation } = patient.acquisition;
  const pixel = fieldOfView / side;
  const cos = Math.cos(rotation);
  const sin = Math.sin(rotation);
  const size = anatomy.warp.size;
  const [p0 = 0, p1 = 0, p2 = 0, p3 = 0] = anatomy.warp.phases;
  const blank = (): Float32Array => new Float32Array(side * side);
  const grid: SliceGrid = { side, pixel, x: blank(), y: blank(), lung: blank(), depth: blank() };
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const sx = (column + 0.5 - side / 2) * pixel - offset[0];
      const sy = (row + 0.5 - side / 2) * pixel - offset[1] - section.centre;
      const x = sx * cos + sy * sin;
      const y = sy * cos - sx * sin;
      const at = row * side + column;
      grid.x[at] = x + size * (Math.sin(y / 42 + p0) + 0.6 * Math.sin(x / 29 + p1));
      grid.y[at] = y + size * (Math.sin(x / 47 + p2) + 0.6 * Math.sin(y / 31 + p3));
    }
  }
  return grid;
}

/**
 * Slice `slice` of a patient as the scanner would give it.
 *
 * @returns Hounsfield units in [side, side], rows from front to back, columns from the patient's right to left
 */
export function renderSlice(patient: PhantomPatient, slice: number): Float32Array {
  const { anatomy, acquisition } = patient;
  const { side, fieldOfView, offset, rotation } = acquisition;
  const z = patient.heights[slice] ?? 0;
  const section = sectionAt(anatomy, z);
  const wall = wallAt(anatomy, section);
  const organs = mediastinumAt(anatomy, section);
  const grid = gridOf(patient, section);
  const { pixel } = grid;
  const exponent = anatomy.cavity.exponent;
  const hu = new Float32Array(side * side);
  const step: [number, number] = [pixel * Math.cos(rotation), -pixel * Math.sin(rotation)];
  const corner = -fieldOfView / 2;
  const haze = anatomy.haze.sample(side, corner, corner, step, z);
  const texture = anatomy.texture.sample(side, corner, corner, step, z);
  const tableTop = wall.body.y + wall.body.b + 1;
  for (let at = 0; at < hu.length; at++) {
    const x = grid.x[at]!;
    const y = grid.y[at]!;
    let toBody = superellipse(x, y - wall.body.y, wall.body.a, wall.body.b, exponent);
    for (const breast of wall.breasts) toBody = smoothUnion(toBody, ellipse(breast, x, y), 22);
    const body = coverage(toBody, pixel);
    let value = 0;
    if (body < 1) {
      const column = at % side;
      const tx = (column + 0.5 - side / 2) * pixel;
      const ty = ((at - column) / side + 0.5 - side / 2) * pixel - offset[1] - section.centre;
      value = tableAt(tx, ty, tableTop, pixel);
    }
    if (body > 0) {
      const toCavity = superellipse(x, y, section.a, section.b, exponent);
      const cavity = coverage(toCavity, pixel);
      let inside = cavity < 1 ? wallDensity(anatomy, wall, x, y, toBody, pixel) : 0;
      if (cavity > 0) {
        const toLung = Math.max(toCavity + 1.5, -mediastinumDistance(section, x, y));
        const air = coverage(toLung, pixel);
        grid.lung[at] = air * cavity;
        grid.depth[at] = -toLung;
        let organ = air < 1 ? paint(organs, mediastinalFat(anatomy, -toLung), x, y, pixel) : 0;
        if (air > 0) organ += (lungDensity(anatomy, section, grid, at, haze[at]!, texture[at]!) - organ) * air;
        inside += (organ - inside) * cavity;
      }
      value += (inside - value) * body;
    }
    hu[at] = value;
  }
  const cos = Math.cos(rotation);
  const sin = Math.sin(rotation);
  addVessels(anatomy, z, grid, hu, (x, y) => [
    (x * cos - y * sin + offset[0]) / pixel + side / 2 - 0.5,
    (x * sin + y * cos + offset[1] + section.centre) / pixel + side / 2 - 0.5,
  ]);
  addGranuloma(anatomy, z, grid, hu);
  scan(hu, acquisition, new Random(combineSeeds(patient.seed, Purpose.phantom, patient.index, 6), slice));
  return hu;
}
