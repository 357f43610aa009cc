/** @file The pulmonary vessels of a phantom: branching trees of capsules in 3D, so that a slice cuts them every way. */

import type { Random } from '../base/random.js';

/** One straight piece of a vessel, mm. */
export interface Vessel {
  from: [number, number, number];
  to: [number, number, number];
  radius: number;
}

/** Unit vector `direction` turned by about `angle` radians to a random side. */
function turned(random: Random, direction: readonly number[], angle: number): [number, number, number] {
  const next: [number, number, number] = [0, 0, 0];
  for (let axis = 0; axis < 3; axis++) next[axis] = (direction[axis] ?? 0) + angle * random.normal();
  const length = Math.hypot(...next);
  return [next[0] / length, next[1] / length, next[2] / length];
}

function growBranch(
  random: Random,
  out: Vessel[],
  start: readonly [number, number, number],
  direction: readonly [number, number, number],
  radius: number,
  reach: number,
): void {
  let from: [number, number, number] = [...start];
  let heading: [number, number, number] = [...direction];
  let caliber = radius;
  let left = reach;
  while (left > 4 && caliber > 0.6) {
    const step = Math.min(left, random.uniform(7, 13));
    const to: [number, number, number] = [
      from[0] + heading[0] * step,
      from[1] + heading[1] * step,
      from[2] + heading[2] * step,
    ];
    out.push({ from, to, radius: caliber });
    left -= step;
    from = to;
    heading = turned(random, heading, 0.16);
    caliber *= 0.9;
    if (random.uniform() < 0.5 && caliber > 0.9) {
      growBranch(random, out, from, turned(random, heading, 0.5), caliber * random.uniform(0.6, 0.85), left * 0.8);
    }
  }
}

/**
 * Grows the trees of both lungs from the hila outwards.
 *
 * @param cavity half axes of the chest cavity, mm
 * @param amount number of main branches against normal
 */
export function growVessels(random: Random, cavity: { a: number; b: number }, amount: number): Vessel[] {
  const vessels: Vessel[] = [];
  for (const side of [-1, 1]) {
    const branches = Math.round(random.uniform(15, 22) * amount);
    for (let i = 0; i < branches; i++) {
      const start: [number, number, number] = [
        side * random.uniform(26, 40),
        random.uniform(-14, 18),
        random.uniform(-55, 55),
      ];
      const azimuth = random.uniform(-1.35, 1.35);
      const height = random.uniform(-0.75, 0.75);
      const flat = Math.sqrt(1 - height * height);
      const direction: [number, number, number] = [side * Math.cos(azimuth) * flat, Math.sin(azimuth) * flat, height];
      growBranch(random, vessels, start, direction, random.uniform(2.6, 5.2), cavity.a * random.uniform(0.5, 0.85));
    }
  }
  return vessels;
}
