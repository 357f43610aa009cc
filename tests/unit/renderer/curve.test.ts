/** @file The curves that a graphics card draws: grey of each value as PS3.3 C.11.2 says, in the texel where it is looked up. */

import { describe, expect, it } from 'vitest';
import { windowed } from '../../../src-main/dicom/grey.js';
import { bend, type Curve, levelOf, sampledCurve } from '../../../src-renderer/viewer/curve.js';
import type { FrameFacts, Voi } from '../../../src-renderer/viewer/windowing.js';

type Frame = Pick<FrameFacts, 'luts' | 'low' | 'high' | 'whole'>;

const lut = (first: number, entries: number[], white: number): FrameFacts['luts'][number] => ({
  first,
  entries: Uint16Array.from(entries),
  white,
  explanation: null,
  window: null,
});
const sigmoid: Voi = { kind: 'window', shape: 'SIGMOID', centre: 40, width: 80 };

/** What a card shows of values: their place in the function's range, and there the texture, linear between texel middles. */
function card(curve: Curve, inverted = false): (value: number) => number {
  const made = bend(curve, inverted);
  const [from, to] = made.getRange() as [number, number];
  const texels = curve.levels.length;
  const table = Array<number>(texels * 3).fill(0);
  made.getTable(from, to, texels, table);
  const bytes = Uint8ClampedArray.from({ length: texels }, (_, texel) => 255 * table[3 * texel]!);
  return (value) => {
    const place = Math.min(Math.max(((value - from) / (to - from)) * texels - 0.5, 0), texels - 1);
    const left = Math.floor(place);
    return bytes[left]! + (place - left) * ((bytes[left + 1] ?? 0) - bytes[left]!);
  };
}

describe('levelOf', () => {
  it('is the window that the decoder room computes', () => {
    for (const shape of ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'] as const) {
      for (const value of [-100, 0, 39, 40, 41, 79, 80, 200]) {
        const level = levelOf({ kind: 'window', shape, centre: 40, width: 80 }, { luts: [] })(value);
        expect(level).toBeCloseTo(windowed(Float32Array.of(value), 40, 80, shape)[0]!, 6);
      }
    }
  });

  it('is the entry of a VOI LUT over what is white, the ends beyond it', () => {
    const level = levelOf({ kind: 'lut', place: 0 }, { luts: [lut(-2, [0, 1023, 512], 1023)] });
    expect([-9, -2, -1, 0, 0.4, 7].map(level)).toEqual([0, 0, 1, 512 / 1023, 512 / 1023, 512 / 1023]);
  });
});

describe('a curve on a card', () => {
  it('gives every whole value the entry that is its own, also where neighbours are black and white', () => {
    const entries = Array.from({ length: 1000 }, (_, place) => (place % 3 === 0 ? 4095 : (place * 4) % 4096));
    const frame: Frame = { luts: [lut(-500, entries, 4095)], low: -800, high: 900, whole: true };
    const curve = sampledCurve({ kind: 'lut', place: 0 }, frame);
    const [upright, inverted] = [card(curve), card(curve, true)];
    for (const value of [-800, -500, -499, -498, -1, 0, 1, 498, 499, 900]) {
      const entry = entries[Math.min(Math.max(value + 500, 0), 999)]!;
      expect(upright(value)).toBeCloseTo(Math.round((255 * entry) / 4095), 2);
      expect(inverted(value)).toBeCloseTo(Math.round(255 - (255 * entry) / 4095), 2);
    }
  });

  it('is a sigmoid to within a grey level, for whole values and for fractions of any size', () => {
    for (const scale of [1, 1e-4, 1e4]) {
      const voi: Voi = { kind: 'window', shape: 'SIGMOID', centre: 40 * scale, width: 80 * scale };
      const frame: Frame = { luts: [], low: -500 * scale, high: 3000 * scale, whole: scale === 1 };
      const shown = card(sampledCurve(voi, frame));
      for (const value of [-500, -40, 0, 20, 40, 41, 90, 200, 3000]) {
        const exact = 255 * levelOf(voi, frame)(value * scale);
        expect(Math.abs(shown(value * scale) - exact)).toBeLessThan(1);
      }
    }
  });

  it('samples a table of 16 bits, and stands even for a flat frame', () => {
    const ramp = lut(
      0,
      Array.from({ length: 65_536 }, (_, entry) => entry),
      65_535,
    );
    const wide: Frame = { luts: [ramp], low: 0, high: 65_535, whole: true };
    const curve = sampledCurve({ kind: 'lut', place: 0 }, wide);
    expect(curve.levels.length).toBeLessThanOrEqual(8192);
    const shown = card(curve);
    for (const value of [0, 1, 32_767, 65_535]) {
      expect(Math.abs(shown(value) - (255 * value) / 65_535)).toBeLessThan(1);
    }
    const flat = sampledCurve({ kind: 'lut', place: 0 }, { ...wide, low: 1000, high: 1000 });
    expect(card(flat)(1000)).toBeCloseTo(Math.round((255 * 1000) / 65_535), 5);
    expect(sampledCurve(sigmoid, { ...wide, low: 7, high: 7, whole: false }).levels.every(Number.isFinite)).toBe(true);
  });
});
