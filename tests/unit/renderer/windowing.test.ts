/** @file The viewer's windows: ranges as DICOM defines them, presets, the window an image opens with, dragging. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowed } from '../../../src-main/dicom/grey.js';
import {
  draggedWindow,
  type FrameFacts,
  firstVoi,
  type GreyWindow,
  plainVoi,
  plainWindow,
  presetsOf,
  rangeOf,
  type Voi,
  windowOf,
} from '../../../src-renderer/viewer/windowing.js';

const names = { lung: 'Lung', softTissue: 'Soft tissue', bone: 'Bone', brain: 'Brain' };

function facts(over: Partial<FrameFacts> = {}): FrameFacts {
  return {
    rows: 4,
    columns: 4,
    spacing: null,
    pixelAspectRatio: 1,
    luts: [],
    windows: [],
    windowFunction: 'LINEAR',
    auto: { low: -20, high: 235 },
    modality: 'MR',
    unit: null,
    realWorld: { scales: [], noSuv: null },
    colour: false,
    inverted: false,
    whole: true,
    low: -20,
    high: 235,
    ...over,
  };
}

/** What a linear ramp over a range makes of a value, 0 to 1. */
function ramp(value: number, window: GreyWindow, shape: 'LINEAR' | 'LINEAR_EXACT'): number {
  const { lower, upper } = rangeOf(window, shape);
  return Math.min(Math.max((value - lower) / (upper - lower), 0), 1);
}

function windowIn(voi: Voi): GreyWindow {
  if (voi.kind === 'lut') throw new Error('a window was expected');
  return voi;
}

describe('rangeOf', () => {
  it('is a threshold at width 1: what is not above centre - 0.5 is black (PS3.3 C.11.2.1.2.1)', () => {
    const levels = [38, 39, 39.5, 39.6, 40, 41].map((value) => ramp(value, { centre: 40, width: 1 }, 'LINEAR'));
    expect(levels).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('puts black at the standard own example: centre 2048, width 4096 spans 0 to 4095', () => {
    expect(rangeOf({ centre: 2048, width: 4096 }, 'LINEAR')).toEqual({ lower: 0, upper: 4095 });
    expect(rangeOf({ centre: 2048, width: 4096 }, 'LINEAR_EXACT')).toEqual({ lower: 0, upper: 4096 });
  });

  it('gives the ramp that the decoder room computes, for every window', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('LINEAR' as const, 'LINEAR_EXACT' as const),
        fc.integer({ min: -2000, max: 2000 }),
        fc.integer({ min: 2, max: 4000 }),
        fc.integer({ min: -4000, max: 4000 }),
        (shape, centre, width, value) => {
          const [expected] = windowed(Float32Array.of(value), centre, width, shape);
          expect(ramp(value, { centre, width }, shape)).toBeCloseTo(expected!, 5);
        },
      ),
    );
  });

  it('is undone by windowOf', () => {
    for (const shape of ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'] as const) {
      const window = windowOf(rangeOf({ centre: 40, width: 400 }, shape), shape);
      expect(window).toEqual({ centre: 40, width: 400 });
    }
  });
});

describe('presetsOf', () => {
  it('offers the usual windows for Hounsfield units, then those of the header, then all values', () => {
    const windows = [{ centre: 35, width: 350, explanation: 'ABDOMEN' }];
    const presets = presetsOf(facts({ modality: 'CT', unit: 'HU', windows }), names);
    expect(presets.map(({ key, id, name }) => [key, id, name])).toEqual([
      ['1', 'lung', 'Lung'],
      ['2', 'softTissue', 'Soft tissue'],
      ['3', 'bone', 'Bone'],
      ['4', 'brain', 'Brain'],
      ['5', 'header-0', 'ABDOMEN'],
      ['0', 'auto', null],
    ]);
    expect(presets[0]?.voi).toEqual({ kind: 'window', shape: 'LINEAR', centre: -600, width: 1500 });
  });

  it('offers only what the file brings where values have no scale of their own', () => {
    expect(presetsOf(facts(), names).map(({ id }) => id)).toEqual(['auto']);
    expect(presetsOf(facts({ modality: 'CT' }), names).map(({ id }) => id)).toEqual(['auto']);
  });

  it('gives every preset another key, however many windows the header has', () => {
    const windows = Array.from({ length: 12 }, (_, centre) => ({ centre, width: 10, explanation: null }));
    const keys = presetsOf(facts({ unit: 'HU', windows }), names).map(({ key }) => key);
    expect(new Set(keys).size).toBe(10);
  });

  it('takes in all values between the percentiles with 0', () => {
    const [auto] = presetsOf(facts(), names);
    expect(rangeOf(windowIn(auto!.voi), 'LINEAR')).toEqual({ lower: -20, upper: 235 });
  });

  it('has a window even for a flat image', () => {
    const [auto] = presetsOf(facts({ auto: { low: 7, high: 7 } }), names);
    expect(windowIn(auto!.voi).width).toBeGreaterThanOrEqual(1);
  });

  it('offers none for colour', () => {
    expect(presetsOf(facts({ colour: true }), names)).toEqual([]);
  });
});

const LUT = {
  first: 10,
  entries: Uint16Array.of(0, 0, 50, 100, 255, 255),
  white: 255,
  explanation: 'NORMAL',
  window: { centre: 13, width: 4 },
};

describe('firstVoi', () => {
  const windows = [
    { centre: 35, width: 350, explanation: null },
    { centre: -600, width: 1600, explanation: null },
  ];

  it("is the header's first window, else soft tissue for Hounsfield units, else all values", () => {
    expect(firstVoi(facts({ unit: 'HU', windows }))).toEqual({
      kind: 'window',
      shape: 'LINEAR',
      centre: 35,
      width: 350,
    });
    expect(windowIn(firstVoi(facts({ unit: 'HU' })))).toMatchObject({ centre: 50, width: 400 });
    expect(rangeOf(windowIn(firstVoi(facts())), 'LINEAR')).toEqual({ lower: -20, upper: 235 });
  });

  it('is the first VOI LUT where there is one, and a window of the function that the file names', () => {
    expect(firstVoi(facts({ luts: [LUT, LUT], windows }))).toEqual({ kind: 'lut', place: 0 });
    expect(firstVoi(facts({ windows, windowFunction: 'SIGMOID' }))).toMatchObject({ shape: 'SIGMOID', centre: 35 });
  });
});

describe('what dragging starts from', () => {
  it('is a straight window: near the VOI LUT, the tangent of the sigmoid, the exact window itself', () => {
    expect(plainWindow({ kind: 'lut', place: 0 }, facts({ luts: [LUT] }))).toEqual({ centre: 13, width: 4 });
    const window = { centre: 40, width: 80 };
    for (const windowFunction of ['SIGMOID', 'LINEAR_EXACT'] as const) {
      const frame = facts({ windowFunction });
      const start = plainWindow({ kind: 'window', shape: windowFunction, ...window }, frame);
      expect(plainVoi(draggedWindow(start, 0, 0, frame), frame)).toEqual({
        kind: 'window',
        shape: 'LINEAR_EXACT',
        ...window,
      });
    }
  });

  it('is all values where the VOI LUT has no window that comes near', () => {
    const frame = facts({ luts: [{ ...LUT, window: null }] });
    expect(rangeOf(plainWindow({ kind: 'lut', place: 0 }, frame), 'LINEAR')).toEqual({ lower: -20, upper: 235 });
  });
});

describe('draggedWindow', () => {
  it('widens to the right and darkens downwards, in whole numbers where the values are', () => {
    const start = { centre: 40, width: 400 };
    expect(draggedWindow(start, 100, 0, facts())).toEqual({ centre: 40, width: 556 });
    expect(draggedWindow(start, 0, 100, facts())).toEqual({ centre: 196, width: 400 });
    expect(draggedWindow(start, 1, 1, facts({ whole: false })).width).toBeCloseTo(401.5625);
  });

  it('never goes below the narrowest window that the shape allows, and comes back from it', () => {
    const narrow = draggedWindow({ centre: 40, width: 400 }, -5000, 0, facts());
    expect(narrow.width).toBe(1);
    expect(draggedWindow(narrow, 200, 0, facts()).width).toBeGreaterThan(40);
    const exact = facts({ windowFunction: 'LINEAR_EXACT', whole: false, auto: { low: 0, high: 1 } });
    expect(draggedWindow({ centre: 0.5, width: 1 }, -5000, 0, exact).width).toBeGreaterThan(0);
  });
});
