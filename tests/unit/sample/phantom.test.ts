import { describe, expect, it } from 'vitest';
import { drawPatient, renderSlice } from '../../../src-main/sample/phantom.js';

const options = { seed: 11 };

/** Mean of the values that `keep` selects. */
function meanWhere(values: Float32Array, keep: (at: number) => boolean): number {
  let sum = 0;
  let count = 0;
  values.forEach((value, at) => {
    if (!keep(at)) return;
    sum += value;
    count++;
  });
  return sum / count;
}

describe('the chest phantom', () => {
  it('gives the same slice for the same seed, another for another', () => {
    const first = renderSlice(drawPatient(options, 3, true), 2);
    expect(renderSlice(drawPatient(options, 3, true), 2)).toEqual(first);
    expect(renderSlice(drawPatient({ seed: 12 }, 3, true), 2)).not.toEqual(first);
    expect(renderSlice(drawPatient(options, 3, true), 3)).not.toEqual(first);
  });

  it('has air around the body, lungs in it and bone in both', () => {
    for (let index = 0; index < 6; index++) {
      const hu = renderSlice(drawPatient(options, index, false), 2);
      const side = 128;
      expect(hu).toHaveLength(side * side);
      expect(hu.every(Number.isFinite)).toBe(true);
      expect(meanWhere(hu, (at) => at < 2 * side)).toBeLessThan(-850);
      const middle = (at: number): boolean => {
        const row = Math.floor(at / side);
        const column = at % side;
        return row > 20 && row < 100 && column > 15 && column < 113;
      };
      const lung = hu.filter((value, at) => middle(at) && value < -600).length / (side * side);
      const soft = hu.filter((value) => value > -20 && value < 100).length / (side * side);
      const bone = hu.filter((value) => value > 250).length / (side * side);
      expect(lung).toBeGreaterThan(0.06);
      expect(lung).toBeLessThan(0.4);
      expect(soft).toBeGreaterThan(0.08);
      expect(bone).toBeGreaterThan(0.004);
    }
  });

  it('differs by nothing but a denser region in the lung where a patient has the finding', () => {
    let present = 0;
    for (let index = 0; index < 12; index++) {
      const sick = drawPatient(options, index, true);
      const well = drawPatient(options, index, false);
      expect(well.anatomy.finding).toEqual([]);
      const opacities = sick.anatomy.finding;
      expect(opacities.length).toBeGreaterThanOrEqual(2);
      const radius = Math.max(...opacities.map((opacity) => opacity.radius));
      for (const slice of [0, 2, 5]) {
        const a = renderSlice(sick, slice);
        const b = renderSlice(well, slice);
        const added = a.map((value, at) => value - (b[at] ?? 0));
        const touched = added.filter((value) => value > 60).length;
        const area = (touched * sick.acquisition.fieldOfView ** 2) / 128 ** 2;
        if (area > 0.3 * Math.PI * radius ** 2) present++;
        expect(Math.min(...added)).toBeGreaterThan(-0.4 * Math.max(...added)); // a sharp kernel undershoots
        expect(meanWhere(b, (at) => (added[at] ?? 0) > 60)).toBeLessThan(-350);
      }
    }
    expect(present).toBeGreaterThanOrEqual(33);
  });

  it('lets the caller choose size, slices and difficulty', () => {
    const loud = { ...options, side: 64, imagesPerPatient: 3, difficulty: { noise: [80, 80] as [number, number] } };
    const quiet = { ...loud, difficulty: { noise: [1, 1] as [number, number] } };
    const patient = drawPatient(loud, 0, true);
    expect(patient.heights).toEqual([6, 0, -6]);
    const spread = (hu: Float32Array): number => {
      const corner = hu.slice(0, 3 * 64);
      const mean = meanWhere(corner, () => true);
      return Math.sqrt(
        meanWhere(
          corner.map((value) => (value - mean) ** 2),
          () => true,
        ),
      );
    };
    const noisy = renderSlice(patient, 0);
    expect(noisy).toHaveLength(64 * 64);
    expect(spread(noisy)).toBeGreaterThan(10 * spread(renderSlice(drawPatient(quiet, 0, true), 0)));
  });
});
