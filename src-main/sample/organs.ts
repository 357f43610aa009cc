/** @file The organs that one slice of the phantom cuts: ellipses with densities, painted in order. */

import type { Anatomy, Section } from './anatomy.js';
import { type Ellipse, ellipseCoverage, ellipseOf, smoothStep } from './shapes.js';

/** An ellipse filled with one density, HU. */
export interface Organ {
  shape: Ellipse;
  hu: number;
}

/** Paints organs over a value at a point, later ones over earlier ones, with edges `edge` mm wide. */
export function paint(organs: readonly Organ[], value: number, x: number, y: number, edge: number): number {
  let hu = value;
  for (const organ of organs) hu += (organ.hu - hu) * ellipseCoverage(organ.shape, x, y, edge);
  return hu;
}

/** The chest wall at one height: outlines (superellipses) and what lies in them. */
export interface Wall {
  body: { a: number; b: number; y: number };
  muscle: { a: number; b: number; y: number };
  breasts: Ellipse[];
  /** Gland tissue, painted with soft edges. */
  glands: Organ[];
  /** Muscles, ribs, shoulder blades, breastbone. */
  organs: Organ[];
}

/** The chest wall of a patient at one section. */
export function wallAt(anatomy: Anatomy, section: Section): Wall {
  const { fat, density } = anatomy;
  const depth = anatomy.muscle;
  const muscle = {
    a: section.a + depth.lateral,
    b: section.b + (depth.anterior + depth.posterior) / 2,
    y: (depth.posterior - depth.anterior) / 2,
  };
  const body = {
    a: muscle.a + fat.lateral,
    b: muscle.b + (fat.anterior + fat.posterior) / 2,
    y: muscle.y + (fat.posterior - fat.anterior) / 2,
  };
  const spineY = section.vertebra.y;
  const organs: Organ[] = [-1, 1].map((side) => ({
    shape: ellipseOf(side * 26, section.b + 14, 22, 17, side * 0.15),
    hu: density.muscle,
  }));
  const scapula = 1 - smoothStep(0.3, 0.5, section.level);
  const bone = 0.9 * density.bone;
  for (const side of [-1, 1]) {
    if (scapula > 0.05) {
      const x = side * section.a * 0.78;
      const y = section.b * 0.72 + 15;
      organs.push({ shape: ellipseOf(x, y + 3, 48 * scapula, 14, -side * 0.72), hu: density.muscle });
      organs.push({ shape: ellipseOf(x, y, 36 * scapula, 3.6, -side * 0.72), hu: bone });
    }
    organs.push({ shape: ellipseOf(side * 20, spineY + 19, 17, 4.5, side * 0.35), hu: bone });
  }
  organs.push({ shape: ellipseOf(0, -section.b - 7, 17, 5), hu: 0.7 * bone });
  organs.push({ shape: ellipseOf(0, spineY + 39, 3.6, 14), hu: bone });
  organs.push(...ribsAt(anatomy, section));
  const breasts: Ellipse[] = [];
  const glands: Organ[] = [];
  if (anatomy.breast > 0) {
    for (const side of [-1, 1]) {
      const size = anatomy.breast;
      const x = side * section.a * 0.54;
      const y = -body.b * 0.8 + body.y;
      breasts.push(ellipseOf(x, y, 58 * size, 34 * size, side * 0.5));
      glands.push({ shape: ellipseOf(x, y - 4, 34 * size, 17 * size, side * 0.4), hu: density.fat + 85 });
    }
  }
  return { body, muscle, breasts, glands, organs };
}

/** Ribs run obliquely through an axial slice: each is cut as a short stretch of the ring, further back per level. */
function ribsAt(anatomy: Anatomy, section: Section): Organ[] {
  const ribs: Organ[] = [];
  const a = section.a + 6;
  const b = section.b + 6;
  for (const side of [-1, 1]) {
    const phase = anatomy.ribPhase + section.z / 30 + (side > 0 ? 0.07 : 0);
    for (let k = 0; k < 5; k++) {
      const angle = -1.1 + (2.4 * (k + phase - Math.floor(phase))) / 5;
      const along = Math.atan2(b * Math.cos(angle), -side * a * Math.sin(angle));
      const length = 9 + 8 * Math.cos(angle) ** 2;
      ribs.push({
        shape: ellipseOf(side * a * Math.cos(angle), b * Math.sin(angle), length, 4.2, along),
        hu: 0.85 * anatomy.density.bone,
      });
    }
  }
  return ribs;
}

/** Heart, great vessels, airways, spine and liver dome at one section. */
export function mediastinumAt(anatomy: Anatomy, section: Section): Organ[] {
  const { blood, muscle, bone } = anatomy.density;
  const { level, b, back, vertebra, heart } = section;
  const organs: Organ[] = [];
  const add = (hu: number, x: number, y: number, a: number, c: number, angle = 0): void => {
    organs.push({ shape: ellipseOf(x, y, a, c, angle), hu });
  };
  add(muscle, back.x, back.y, back.a * 0.96, back.b);
  if (section.liver !== null) organs.push({ shape: section.liver, hu: 62 + 0.12 * blood });
  if (section.heartShown > 0.02) {
    const angle = anatomy.heart.angle;
    add(muscle + 0.25 * blood, heart.x, heart.y, heart.a * 0.93, heart.b * 0.91, angle);
    add(blood, heart.x + 0.28 * heart.a, heart.y + 0.2 * heart.b, heart.a * 0.44, heart.b * 0.46, angle);
    add(0.9 * blood, heart.x - 0.42 * heart.a, heart.y - 0.12 * heart.b, heart.a * 0.3, heart.b * 0.52, angle);
    add(0.95 * blood, heart.x - 0.1 * heart.a, heart.y + 0.62 * heart.b, heart.a * 0.4, heart.b * 0.26, 0.1);
  }
  const aorta = anatomy.aorta;
  if (section.arch > 0.02) add(blood, 8, 0, 34 * section.arch, aorta, 0.95);
  else if (level < 0.62) add(blood, -9, -b * 0.3, aorta * 1.2, aorta * 1.2);
  const trunk = smoothStep(0.24, 0.31, level) * (1 - smoothStep(0.42, 0.5, level));
  if (trunk > 0.02) {
    add(1.05 * blood, 17, -b * 0.24, 14, 26 * trunk, 0.35);
    add(1.05 * blood, -16, -2, 28 * trunk, 9, 0.1);
  }
  if (level < 0.55) add(1.1 * blood, -25, -b * 0.26, 9, 8);
  organs.push({ shape: section.descendingAorta, hu: blood });
  add(38, 8, vertebra.y - 27, 8, 6, 0.2);
  if (level < 0.3) add(-960, -2, 8, 8.5 + 5 * smoothStep(0.2, 0.3, level), 7.5);
  else if (level < 0.52) {
    add(-950, -24, 10, 7, 5.5, 0.2);
    add(-950, 21, 12, 7, 5, -0.2);
  }
  organs.push({ shape: vertebra, hu: bone });
  add(0.5 * bone, vertebra.x, vertebra.y, vertebra.a - 3, vertebra.b - 3);
  add(0.95 * bone, 0, vertebra.y + 23, 16, 10);
  add(25, 0, vertebra.y + 21, 8.5, 6.5);
  return organs;
}
