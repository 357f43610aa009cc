/** @file Points of the map found by their place, beside looking at every one of them. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import { Scatter, zoomed } from '../../../src-renderer/map/scatter.js';

const random = new Random(2);
const coordinates = Float32Array.from({ length: 2000 }, () => 0).map(() => 10 * random.normal());
const scatter = new Scatter(coordinates);
const view = scatter.fit(800, 500);

describe('Scatter', () => {
  it('shows every point', () => {
    for (let i = 0; i < scatter.count; i++) {
      const { x, y } = scatter.placeOf(i, view);
      expect(x).toBeGreaterThan(20);
      expect(x).toBeLessThan(780);
      expect(y).toBeGreaterThan(20);
      expect(y).toBeLessThan(480);
    }
  });

  it('finds the nearest point within reach, and none beyond', () => {
    for (let trial = 0; trial < 200; trial++) {
      const place = { x: random.uniform(-50, 850), y: random.uniform(-50, 550) };
      let best = -1;
      let closest = 12;
      for (let i = 0; i < scatter.count; i++) {
        const { x, y } = scatter.placeOf(i, view);
        const distance = Math.hypot(x - place.x, y - place.y);
        if (distance <= closest) {
          closest = distance;
          best = i;
        }
      }
      expect(scatter.nearest(place, view, 12)).toBe(best);
    }
  });

  it('finds what lies inside a line', () => {
    const line = [
      { x: 200, y: 100 },
      { x: 600, y: 100 },
      { x: 600, y: 400 },
      { x: 400, y: 200 },
      { x: 200, y: 400 },
    ];
    const found = new Set(scatter.inside(line, view));
    expect(found.size).toBeGreaterThan(20);
    for (let i = 0; i < scatter.count; i++) {
      const { x, y } = scatter.placeOf(i, view);
      // Below the two edges that meet at (400, 200) is outside.
      const isInside = x > 200 && x < 600 && y > 100 && y < 200 + Math.abs(x - 400);
      expect(found.has(i)).toBe(isInside);
    }
    expect(scatter.inside(line.slice(0, 2), view)).toEqual([]);
  });

  it('gives the nearest neighbours, the point itself first', () => {
    const found = scatter.neighbours(17, 10);
    expect(found[0]).toBe(17);
    const distance = (i: number) =>
      Math.hypot(coordinates[2 * i] - coordinates[34], coordinates[2 * i + 1] - coordinates[35]);
    const farthest = Math.max(...found.map(distance));
    for (let i = 0; i < scatter.count; i++)
      if (!found.includes(i)) expect(distance(i)).toBeGreaterThanOrEqual(farthest);
    expect(scatter.neighbours(0, 5000).length).toBe(1000);
  });

  it('goes from point to point in the direction of the arrow, and stops at the edge', () => {
    let at = 17;
    for (let steps = 0; ; steps++) {
      const next = scatter.beyond(at, 'right');
      if (next < 0) break;
      expect(coordinates[2 * next]).toBeGreaterThan(coordinates[2 * at]);
      at = next;
      expect(steps).toBeLessThan(1000);
    }
    expect(scatter.beyond(at, 'left')).toBeGreaterThanOrEqual(0);
  });

  it('takes no points, one, and many in the same place', () => {
    expect(new Scatter(new Float32Array(0)).nearest({ x: 0, y: 0 }, view, 10)).toBe(-1);
    const one = new Scatter(Float32Array.of(3, 4));
    expect(one.placeOf(0, one.fit(100, 80))).toEqual({ x: 50, y: 40 });
    const same = new Scatter(new Float32Array(40));
    expect(same.neighbours(3, 1)).toEqual([3]);
    expect(same.beyond(3, 'up')).toBe(-1);
  });
});

describe('zoomed', () => {
  it('keeps what is under the mouse in its place', () => {
    const place = scatter.placeOf(5, view);
    const after = scatter.placeOf(5, zoomed(view, 3, place));
    expect(after.x).toBeCloseTo(place.x, 9);
    expect(after.y).toBeCloseTo(place.y, 9);
  });
});
