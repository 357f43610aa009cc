/** @file Series into volumes: order, regularity and what is noticed, on frames made up for each case. */

import { describe, expect, it } from 'vitest';
import { FLAGS } from '../../../src-main/catalogue/flags.js';
import { assembleSeries, reasonsAgainst, type SeriesFrames } from '../../../src-main/volumes/assemble.js';
import type { Plane, Vector } from '../../../src-main/volumes/plane.js';

const AXIAL = [1, 0, 0, 0, 1, 0];
const CORONAL = [1, 0, 0, 0, 0, -1];

function plane(imageId: number, position: Vector | null, change: Partial<Plane> = {}): Plane {
  const size = { rows: 4, columns: 5, spacing: [0.5, 0.75] as const };
  return { imageId, frame: 0, ...size, position, orientation: AXIAL, component: '', moment: [imageId], ...change };
}

/** Axial planes at these heights, numbered as they come. */
const axial = (...heights: number[]): Plane[] => heights.map((z, index) => plane(index, [1, 2, z]));
const assemble = (planes: readonly Plane[], change: Partial<SeriesFrames> = {}) =>
  assembleSeries({ planes, localiser: false, mosaics: [], ...change });
const names = (planes: readonly Plane[]): string[] => assemble(planes).findings.map(({ finding }) => finding);

describe('frames of a series', () => {
  it('become a volume in the order of their positions, with its spacing, direction and origin', () => {
    const { volumes, findings } = assemble(axial(5, -1, 2, 8));
    expect(findings).toEqual([]);
    expect(volumes).toEqual([
      {
        slices: [1, 2, 0, 3].map((imageId) => ({ imageId, frame: 0 })),
        size: [4, 4, 5],
        spacing: [3, 0.5, 0.75],
        direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
        origin: [1, 2, -1],
      },
    ]);
  });

  it('with slices missing stay images, and the number of them is told', () => {
    const geometry = assemble(axial(0, 2, 4, 10, 12));
    expect(geometry.volumes).toEqual([]);
    expect(reasonsAgainst(geometry)).toEqual([{ finding: 'gaps', gaps: 1, missing: 2, spacing: 2 }]);
  });

  it('at irregular distances stay images', () => {
    const geometry = assemble(axial(0, 2, 4.5, 6.5, 8.5));
    expect(geometry.volumes).toEqual([]);
    expect(geometry.findings).toEqual([{ finding: 'irregular-increment', smallest: 2, median: 2, largest: 2.5 }]);
  });

  it('that repeat every place are as many volumes, by their moment and not by their place in the list', () => {
    const planes = [3, 2, 1, 0, 5, 4].map((imageId) => plane(imageId, [0, 0, imageId % 3]));
    const { volumes, findings } = assemble(planes);
    expect(volumes.map(({ slices }) => slices.map(({ imageId }) => imageId))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(findings).toEqual([{ finding: 'repetitions', repetitions: 2, positions: 3 }]);
  });

  it('that repeat some places only stay images', () => {
    const geometry = assemble(axial(0, 1, 2, 2));
    expect(geometry.volumes).toEqual([]);
    expect(geometry.findings).toEqual([{ finding: 'duplicate-positions', positions: 3, frames: 4 }]);
  });

  it('of two measurements are two volumes', () => {
    const echoes = ['4.6', '9.2'].flatMap((component, echo) =>
      [0, 1, 2].map((z) => plane(3 * echo + z, [0, 0, z], { component })),
    );
    const { volumes, findings } = assemble(echoes);
    expect(volumes).toHaveLength(2);
    expect(findings).toEqual([{ finding: 'several-components', components: 2 }]);
  });

  it('keep the shear of a tilted gantry', () => {
    const { volumes, findings } = assemble([0, 1, 2].map((k) => plane(k, [0, -k, k])));
    expect(findings).toEqual([{ finding: 'gantry-tilt', degrees: expect.closeTo(45, 6) as number }]);
    const [volume] = volumes;
    expect(volume?.spacing[0]).toBeCloseTo(Math.SQRT2, 9);
    expect([2, 5, 8].map((index) => volume?.direction[index])).toEqual([
      0,
      expect.closeTo(-Math.SQRT1_2, 9),
      expect.closeTo(Math.SQRT1_2, 9),
    ]);
  });

  it('say what is mixed, missing or impossible', () => {
    const coronal = [3, 4].map((imageId) => plane(imageId, [0, imageId, 0], { orientation: CORONAL }));
    expect(names([...axial(0, 1, 2), ...coronal])).toEqual(['mixed-orientations', 'too-few-slices']);
    expect(names([...axial(0, 1, 2), plane(3, [0, 0, 3], { rows: 8 })])).toEqual(['mixed-sizes', 'too-few-slices']);
    expect(names([...axial(0, 1, 2), plane(3, null)])).toEqual(['missing-geometry']);
    expect(names([plane(0, [0, 0, 0], { orientation: [1, 0, 0, 1, 0, 0] })])).toEqual(['bad-orientation']);
    expect(names(axial(3, 3))).toEqual(['single-position']);
    expect(names([...axial(0, 1, 2, 3), plane(4, [3, 2, 4])])).toContain('not-in-line');
  });

  it('of a localiser stay images', () => {
    const geometry = assemble(axial(0, 1, 2), { localiser: true });
    expect(geometry).toEqual({ volumes: [], findings: [{ finding: 'localiser', frames: 3 }] });
  });

  it('of a mosaic are the tiles of its pictures', () => {
    const mosaic = plane(7, [-10, -20, 30], { rows: 8, columns: 8, spacing: [2, 2] });
    const { volumes, findings } = assemble([mosaic], {
      mosaics: [{ plane: mosaic, tiles: 3, atMost: false, sliceSpacing: 4 }],
    });
    expect(findings).toEqual([{ finding: 'mosaic', tiles: 3, atMost: false, images: 1 }]);
    expect(volumes[0]).toMatchObject({ size: [3, 4, 4], spacing: [4, 2, 2], origin: [-6, -16, 30] });
  });

  it('have findings whose names are flags where a person should know of them', () => {
    const flags: readonly string[] = FLAGS;
    expect(names([...axial(0, 2, 4, 10)]).every((name) => flags.includes(name))).toBe(true);
  });
});
