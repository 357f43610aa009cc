/** @file The lungs of one phantom slice: aerated tissue, harmless spots, the finding, and the vessels that it cuts. */

import type { Anatomy, Opacity, Section } from './anatomy.js';
import { coverage, smoothStep } from './shapes.js';

/** The pixels of one slice: where each lies in the patient, mm, and how much of it is lung. */
export interface SliceGrid {
  side: number;
  pixel: number;
  /** Coordinates after the patient's warp, [side, side]. */
  x: Float32Array;
  y: Float32Array;
  /** 0 .. 1, [side, side]. */
  lung: Float32Array;
  /** Distance to the lung's surface, mm, positive inside; valid where `lung` > 0. */
  depth: Float32Array;
}

/** Density that one opacity adds at a point of the lung, HU. */
function opacityAt(opacity: Opacity, x: number, y: number, z: number): number {
  const dx = x - opacity.x;
  const dy = y - opacity.y;
  const reach = 2.2 * opacity.radius;
  if (Math.abs(dx) > reach || Math.abs(dy) > reach) return 0;
  const cos = Math.cos(opacity.angle);
  const sin = Math.sin(opacity.angle);
  const u = (dx * cos + dy * sin) / Math.sqrt(opacity.elongation);
  const v = (dy * cos - dx * sin) * Math.sqrt(opacity.elongation);
  const direction = Math.atan2(v, u);
  let radius = opacity.radius;
  for (const lobe of opacity.lobes) radius *= 1 + lobe.size * Math.cos(lobe.count * direction + lobe.phase);
  const level = Math.sqrt((u * u + v * v) / (radius * radius) + ((z - opacity.z) / opacity.halfHeight) ** 2);
  if (level > 1.5) return 0;
  const flat = 1 - smoothStep(0.8, 1.1, level);
  const soft = Math.exp(-2 * level * level);
  return opacity.contrast * (opacity.sharpness * flat + (1 - opacity.sharpness) * soft);
}

/** What harmless spots add to the density at a point of the lung, HU. */
function spotsAt(anatomy: Anatomy, section: Section, x: number, y: number, depth: number): number {
  const { z } = section;
  let hu = 0;
  for (const hole of anatomy.emphysema) {
    const square = ((x - hole.x) ** 2 + (y - hole.y) ** 2 + (z - hole.z) ** 2) / (hole.radius * hole.radius);
    if (square < 4) hu -= hole.depth * Math.exp(-2 * square);
  }
  if (anatomy.dependentDensity > 0 && y > 0) {
    const back = smoothStep(0.15, 0.75, y / section.b);
    hu += 330 * back * coverage(depth - anatomy.dependentDensity * back, 10);
  }
  for (const scar of anatomy.scars) {
    if (Math.abs(z - scar.z) > 6) continue;
    const dx = x - scar.x;
    const dy = y - scar.y;
    const along = (dx * Math.cos(scar.angle) + dy * Math.sin(scar.angle)) / (scar.length / 2);
    const across = (dy * Math.cos(scar.angle) - dx * Math.sin(scar.angle)) / scar.width;
    const level = across * across + along ** 4;
    if (level < 4) hu += scar.contrast * Math.exp(-1.5 * level);
  }
  return hu;
}

/**
 * Density of the lung without its vessels at pixel `at`, HU.
 *
 * @param haze patchy density of unit variance, `texture` likewise but fine-grained
 */
export function lungDensity(
  anatomy: Anatomy,
  section: Section,
  grid: SliceGrid,
  at: number,
  haze: number,
  texture: number,
): number {
  const x = grid.x[at]!;
  const y = grid.y[at]!;
  let hu = anatomy.density.lung + (anatomy.density.gravity * y) / section.b;
  hu += anatomy.hazeSize * haze + anatomy.textureSize * texture + spotsAt(anatomy, section, x, y, grid.depth[at]!);
  let added = 0;
  for (const opacity of anatomy.finding) added = Math.max(added, opacityAt(opacity, x, y, section.z));
  return Math.max(hu + added, -985);
}

/**
 * Adds the vessels that the slice at height z cuts.
 *
 * @param toPixel column and row of a point of the patient, before the patient's warp
 */
export function addVessels(
  anatomy: Anatomy,
  z: number,
  grid: SliceGrid,
  hu: Float32Array,
  toPixel: (x: number, y: number) => [number, number],
): void {
  const { side, pixel, lung } = grid;
  const blood = 0.75 * anatomy.density.blood;
  const margin = 2 * anatomy.warp.size + pixel;
  for (const vessel of anatomy.vessels) {
    const [fx, fy, fz] = vessel.from;
    const dx = vessel.to[0] - fx;
    const dy = vessel.to[1] - fy;
    const dz = vessel.to[2] - fz;
    const r = vessel.radius;
    if (Math.max(fz, fz + dz) < z - r - 1.5 || Math.min(fz, fz + dz) > z + r + 1.5) continue;
    const span = (Math.sqrt(dx * dx + dy * dy) / 2 + r + margin) / pixel;
    const [column, row] = toPixel(fx + dx / 2, fy + dy / 2);
    const square = dx * dx + dy * dy + dz * dz;
    const part = Math.min(1, (2.4 * r) / pixel);
    const pz = z - fz;
    for (let i = Math.max(0, Math.ceil(row - span)); i <= Math.min(side - 1, row + span); i++) {
      for (let j = Math.max(0, Math.ceil(column - span)); j <= Math.min(side - 1, column + span); j++) {
        const at = i * side + j;
        if (lung[at]! <= 0) continue;
        const px = grid.x[at]! - fx;
        const py = grid.y[at]! - fy;
        const t = Math.min(1, Math.max(0, (px * dx + py * dy + pz * dz) / square));
        const distance = Math.sqrt((px - t * dx) ** 2 + (py - t * dy) ** 2 + (pz - t * dz) ** 2) - r;
        if (distance < pixel) hu[at] = hu[at]! + (blood - hu[at]!) * lung[at]! * part * coverage(distance, pixel);
      }
    }
  }
}

/** Adds the old calcified granuloma, if the patient has one at this height. */
export function addGranuloma(anatomy: Anatomy, z: number, grid: SliceGrid, hu: Float32Array): void {
  const spot = anatomy.granuloma;
  if (spot === null || Math.abs(z - spot.z) > 3 * spot.radius) return;
  for (let at = 0; at < hu.length; at++) {
    const square = (grid.x[at]! - spot.x) ** 2 + (grid.y[at]! - spot.y) ** 2 + ((z - spot.z) / 1.5) ** 2;
    const distance = Math.sqrt(square) - spot.radius;
    if (distance < grid.pixel) hu[at] = hu[at]! + (380 - hu[at]!) * coverage(distance, grid.pixel);
  }
}
