/**
 * @file The anatomy of one phantom patient: sizes in mm, densities in Hounsfield units (HU), all drawn from a seed.
 *
 * Coordinates follow the DICOM patient system for a supine patient: x to the patient's left, y to the back, z to the
 * head, origin in the middle of the chest cavity at the patient's central slice. Normal sizes and densities are those
 * of adult chest CT as textbooks give them, rounded; no real patient's data went in.
 */

import { Purpose, Random } from '../base/random.js';
import { type Ellipse, ellipse, ellipseOf, smoothStep, smoothUnion, superellipse } from './shapes.js';
import { growVessels, type Vessel } from './vessels.js';

/** How hard the finding is to see. Ranges are uniform, one draw a patient. */
export interface Difficulty {
  /** Density of the finding's centre above the lung around it, HU. */
  contrast: [number, number];
  /** Radius of the finding in the slice, mm. */
  radius: [number, number];
  /** Number of opacities in both lungs together, whole numbers, both ends included. */
  count: [number, number];
  /** Standard deviation of the harmless patchy density of every lung, HU. */
  haze: number;
  /** How much healthy lungs differ in density and in how it settles to the back; 1 as in life, 0 not at all. */
  variety: number;
  /** Number of vessels, 1 = normal. */
  vessels: number;
  /** Standard deviation of the image noise in the middle of the body, HU. */
  noise: [number, number];
}

export const DEFAULT_DIFFICULTY: Difficulty = {
  contrast: [350, 550],
  radius: [12, 19],
  count: [8, 14],
  haze: 16,
  variety: 0.5,
  vessels: 1,
  noise: [12, 38],
};

/** One plane wave of a smooth random field in three dimensions. */
interface Wave {
  kx: number;
  ky: number;
  kz: number;
  phase: number;
}

/** A smooth random field of unit variance as a sum of plane waves; the same in every slice of a patient. */
export class RandomField {
  private readonly waves: Wave[];

  /** @param lengths shortest and longest wave length, mm. */
  constructor(random: Random, count: number, lengths: [number, number]) {
    this.waves = Array.from({ length: count }, () => {
      const size = (2 * Math.PI) / random.uniform(...lengths);
      const azimuth = random.uniform(0, 2 * Math.PI);
      const height = random.uniform(-1, 1);
      const flat = Math.sqrt(1 - height * height);
      return {
        kx: size * flat * Math.cos(azimuth),
        ky: size * flat * Math.sin(azimuth),
        kz: size * height,
        phase: random.uniform(0, 2 * Math.PI),
      };
    });
  }

  /**
   * The field at height z on a square grid that starts at (x0, y0), whose columns advance by `u` and whose rows by
   * `u` turned by a right angle. Along a row each wave advances by one complex rotation.
   *
   * @returns [side, side], mean 0, variance 1 over patients
   */
  sample(side: number, x0: number, y0: number, u: readonly [number, number], z: number): Float32Array {
    const out = new Float32Array(side * side);
    const gain = Math.sqrt(2 / this.waves.length);
    for (const wave of this.waves) {
      const turn = wave.kx * u[0] + wave.ky * u[1];
      const cos = Math.cos(turn);
      const sin = Math.sin(turn);
      for (let row = 0; row < side; row++) {
        const start = wave.kx * (x0 - row * u[1]) + wave.ky * (y0 + row * u[0]) + wave.kz * z + wave.phase;
        let re = gain * Math.cos(start);
        let im = gain * Math.sin(start);
        for (let column = 0; column < side; column++) {
          const at = row * side + column;
          out[at] = out[at]! + re;
          const next = re * cos - im * sin;
          im = re * sin + im * cos;
          re = next;
        }
      }
    }
    return out;
  }
}

/** A rounded, slightly lobulated region of raised lung density. */
export interface Opacity {
  x: number;
  y: number;
  z: number;
  radius: number;
  /** Half its height, mm. */
  halfHeight: number;
  /** Ratio of the two in-plane axes and the direction of the longer. */
  elongation: number;
  angle: number;
  lobes: { count: number; size: number; phase: number }[];
  contrast: number;
  /** 0: density falls off softly from the centre; 1: flat with a sharp rim. */
  sharpness: number;
}

export interface Anatomy {
  sex: 'F' | 'M';
  age: number;
  /** Inner surface of the rib cage at the central slice: half axes and superellipse exponent. */
  cavity: { a: number; b: number; exponent: number };
  muscle: { lateral: number; anterior: number; posterior: number };
  fat: { lateral: number; anterior: number; posterior: number };
  breast: number;
  /** Level of the central slice: 0 at the aortic arch, 1 at the diaphragm. */
  level: number;
  heart: { size: number; angle: number; shift: number };
  aorta: number;
  spine: { size: number; shift: number };
  ribPhase: number;
  density: { lung: number; gravity: number; blood: number; fat: number; muscle: number; bone: number };
  /** Amplitude and phases of the smooth warp that takes the stiffness out of the ellipses. */
  warp: { size: number; phases: number[] };
  haze: RandomField;
  texture: RandomField;
  textureSize: number;
  hazeSize: number;
  /** Thickness of the compressed lung at the back that gravity makes in many healthy people, mm; 0 for none. */
  dependentDensity: number;
  /** Straight scars and bands of collapsed lung, harmless. */
  scars: { x: number; y: number; z: number; angle: number; length: number; width: number; contrast: number }[];
  emphysema: { x: number; y: number; z: number; radius: number; depth: number }[];
  granuloma: { x: number; y: number; z: number; radius: number } | null;
  vessels: Vessel[];
  /** Patchy opacities near the surface of the lungs; empty in a healthy patient. */
  finding: Opacity[];
}

/** Sizes of the chest at one height. */
export interface Section {
  z: number;
  /** 0 aortic arch .. 1 diaphragm. */
  level: number;
  a: number;
  b: number;
  /** Where the section's origin lies in the image against its middle, mm: the table is below, so the body is above. */
  centre: number;
  heart: Ellipse;
  heartShown: number;
  arch: number;
  middle: Ellipse;
  front: Ellipse;
  back: Ellipse;
  vertebra: Ellipse;
  descendingAorta: Ellipse;
  liver: Ellipse | null;
}

const LEVEL_HEIGHT_MM = 190;

/** The section of a patient at height z (mm above the central slice). */
export function sectionAt(anatomy: Anatomy, z: number): Section {
  const level = anatomy.level - z / LEVEL_HEIGHT_MM;
  const growth = 0.84 + 0.2 * smoothStep(-0.2, 0.9, level);
  const a = anatomy.cavity.a * growth;
  const b = anatomy.cavity.b * (0.9 + 0.12 * smoothStep(-0.2, 0.9, level));
  const heartShown = smoothStep(0.3, 0.62, level);
  const size = anatomy.heart.size * (0.45 + 0.55 * heartShown);
  const spineY = b * 0.8 + anatomy.spine.shift;
  const dome = smoothStep(0.82, 1.1, level);
  return {
    z,
    level,
    a,
    b,
    centre: -(anatomy.muscle.posterior - anatomy.muscle.anterior) / 2,
    heartShown,
    arch: 1 - smoothStep(0.08, 0.22, level),
    heart: ellipseOf(7 + anatomy.heart.shift + 15 * heartShown, -b * 0.28, 56 * size, 41 * size, anatomy.heart.angle),
    middle: ellipseOf(1, b * 0.02, 31 + 5 * Math.sin(9 * level), b * 0.42),
    front: ellipseOf(2, -b * 0.72, 13 + 9 * heartShown, b * 0.36),
    back: ellipseOf(0, spineY, 24 * anatomy.spine.size, b * 0.36),
    vertebra: ellipseOf(0, spineY, 19 * anatomy.spine.size, 15 * anatomy.spine.size),
    descendingAorta: ellipseOf(25 + 3 * Math.sin(4 * level), spineY - 21, anatomy.aorta, anatomy.aorta),
    liver: dome > 0.02 ? ellipseOf(-a * 0.5, b * 0.02, a * 0.46 * dome, b * 0.62 * dome, 0.1) : null,
  };
}

/** Distance to the mediastinum (heart, great vessels, spine and what lies between), mm. */
export function mediastinumDistance(section: Section, x: number, y: number): number {
  let distance = ellipse(section.middle, x, y);
  distance = smoothUnion(distance, ellipse(section.heart, x, y), 14);
  distance = smoothUnion(distance, ellipse(section.front, x, y), 10);
  distance = smoothUnion(distance, ellipse(section.back, x, y), 14);
  distance = smoothUnion(distance, ellipse(section.descendingAorta, x, y) - 2, 8);
  if (section.liver !== null) distance = smoothUnion(distance, ellipse(section.liver, x, y), 4);
  return distance;
}

/** Distance to the lungs (both), mm; negative inside. */
export function lungDistance(anatomy: Anatomy, section: Section, x: number, y: number): number {
  const wall = superellipse(x, y, section.a, section.b, anatomy.cavity.exponent) + 1.5;
  return Math.max(wall, -mediastinumDistance(section, x, y));
}

/**
 * A place whose distance to the lung's surface is at least `least` and at most `most` times `radius` mm at all heights
 * `zs`, or null where none was met.
 */
function placeInLung(
  random: Random,
  anatomy: Anatomy,
  zs: readonly number[],
  radius: number,
  least: number,
  most = Number.POSITIVE_INFINITY,
): { x: number; y: number } | null {
  const { a, b } = anatomy.cavity;
  const sections = zs.map((z) => sectionAt(anatomy, z));
  for (let attempt = 0; attempt < 400; attempt++) {
    const x = random.uniform(-a, a);
    const y = random.uniform(-b, b);
    const inside = (section: Section): boolean => {
      const depth = -lungDistance(anatomy, section, x, y);
      return depth >= least * radius && depth <= most * radius;
    };
    if (sections.every(inside)) return { x, y };
  }
  return null;
}

/**
 * Draws the patient of index `patient`. The finding is drawn for every patient and kept only where `hasFinding` is
 * true, so the same patient with and without it differ in nothing else.
 *
 * @param zs heights of the patient's slices, mm; the finding is visible in each.
 */
export function drawAnatomy(
  seed: number,
  patient: number,
  hasFinding: boolean,
  zs: readonly number[],
  difficulty: Difficulty,
): Anatomy {
  const random = new Random(seed, Purpose.phantom, patient, 1);
  const sex = random.uniform() < 0.5 ? 'F' : 'M';
  const scale = (sex === 'F' ? 0.93 : 1.02) * (1 + 0.05 * random.normal());
  const obesity = random.uniform() ** 1.6;
  const anatomy: Anatomy = {
    sex,
    age: Math.round(random.uniform(28, 86)),
    cavity: {
      a: 128 * scale * (1 + 0.04 * random.normal()),
      b: 84 * scale * (1 + 0.07 * random.normal()),
      exponent: random.uniform(2.15, 2.7),
    },
    muscle: {
      lateral: random.uniform(11, 20),
      anterior: random.uniform(9, 17),
      posterior: random.uniform(22, 32),
    },
    fat: {
      lateral: 4 + 28 * obesity * random.uniform(0.7, 1.2),
      anterior: 4 + 22 * obesity * random.uniform(0.7, 1.2),
      posterior: 4 + 12 * obesity * random.uniform(0.7, 1.2),
    },
    breast: sex === 'F' ? random.uniform(0.5, 1.25) : 0,
    level: random.uniform(0.24, 0.74),
    heart: { size: random.uniform(0.8, 1.12), angle: random.uniform(0.35, 0.8), shift: random.uniform(0, 12) },
    aorta: random.uniform(10.5, 15),
    spine: { size: random.uniform(0.9, 1.12), shift: random.uniform(-4, 6) },
    ribPhase: random.uniform(0, 1),
    density: {
      lung: -845 + 45 * difficulty.variety * random.uniform(-1, 1),
      gravity: 40 + 30 * difficulty.variety * random.uniform(-1, 1),
      blood: random.uniform() < 0.5 ? random.uniform(36, 52) : random.uniform(130, 320),
      fat: random.uniform(-112, -92),
      muscle: random.uniform(42, 62),
      bone: random.uniform(330, 620),
    },
    warp: { size: random.uniform(2, 5), phases: Array.from({ length: 4 }, () => random.uniform(0, 2 * Math.PI)) },
    haze: new RandomField(random, 9, [45, 130]),
    hazeSize: difficulty.haze * random.uniform(0.5, 1.5),
    texture: new RandomField(random, 12, [9, 26]),
    textureSize: random.uniform(8, 22),
    dependentDensity: random.uniform() < 0.55 * difficulty.variety ? random.uniform(5, 16) : 0,
    scars: [],
    emphysema: [],
    granuloma: null,
    vessels: [],
    finding: [],
  };
  anatomy.vessels = growVessels(new Random(seed, Purpose.phantom, patient, 2), anatomy.cavity, difficulty.vessels);
  const spots = new Random(seed, Purpose.phantom, patient, 3);
  drawDistractors(spots, anatomy, zs);
  const finding = drawFinding(new Random(seed, Purpose.phantom, patient, 4), anatomy, zs, difficulty);
  if (hasFinding) anatomy.finding = finding;
  return anatomy;
}

/** Harmless spots: scars, emphysema, an old calcified granuloma. */
function drawDistractors(random: Random, anatomy: Anatomy, zs: readonly number[]): void {
  const anyHeight = (): number => zs[random.below(zs.length)] ?? 0;
  const scars = random.below(4);
  for (let i = 0; i < scars; i++) {
    const z = anyHeight();
    const place = placeInLung(random, anatomy, [z], 5, 1);
    if (place === null) continue;
    const angle = random.uniform(0, Math.PI);
    const width = random.uniform(2, 4.5);
    const length = random.uniform(12, 34);
    anatomy.scars.push({ ...place, z, angle, length, width, contrast: random.uniform(150, 420) });
  }
  const holes = random.uniform() < 0.35 ? 2 + random.below(8) : 0;
  for (let i = 0; i < holes; i++) {
    const z = anyHeight();
    const place = placeInLung(random, anatomy, [z], 6, 1);
    if (place !== null) {
      anatomy.emphysema.push({ ...place, z, radius: random.uniform(4, 11), depth: random.uniform(40, 110) });
    }
  }
  if (random.uniform() < 0.25) {
    const z = anyHeight();
    const place = placeInLung(random, anatomy, [z], 4, 1);
    if (place !== null) anatomy.granuloma = { ...place, z, radius: random.uniform(2, 3.6) };
  }
}

/** Several opacities, most of them near the lung's surface; the first two reach through all slices. */
function drawFinding(random: Random, anatomy: Anatomy, zs: readonly number[], difficulty: Difficulty): Opacity[] {
  const [least, most] = difficulty.count;
  const count = least + random.below(most - least + 1);
  const contrast = random.uniform(...difficulty.contrast);
  const reach = Math.max(0, ...zs.map(Math.abs));
  const opacities: Opacity[] = [];
  while (opacities.length < count) {
    const radius = random.uniform(...difficulty.radius);
    const throughout = opacities.length < 2;
    const z = throughout ? 0 : random.uniform(-1, 1) * reach;
    const heights = throughout ? zs : [z];
    const place =
      placeInLung(random, anatomy, heights, radius, 0.35, 1.8) ?? placeInLung(random, anatomy, [z], radius, 0);
    if (place === null) break;
    opacities.push({
      ...place,
      z,
      radius,
      halfHeight: throughout ? Math.max(radius, 1.9 * reach) : radius * random.uniform(1, 1.6),
      elongation: random.uniform(1, 1.5),
      angle: random.uniform(0, Math.PI),
      lobes: [2, 3, 5].map((lobe) => ({
        count: lobe,
        size: random.uniform(0, 0.16),
        phase: random.uniform(0, 2 * Math.PI),
      })),
      contrast: contrast * random.uniform(0.85, 1.15),
      sharpness: random.uniform(0.2, 0.8),
    });
  }
  return opacities;
}
