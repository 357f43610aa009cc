/** @file The box around the body: phantoms in CT, MR and radiographs, and pictures in which there is none. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import {
  boxInHounsfield,
  boxInRange,
  boxWithinBorder,
  type CropBox,
  pixelsOfBox,
  withMargin,
} from '../../../src-main/dicom/body-box.js';
import { boxOfMask, filled, opened } from '../../../src-main/dicom/cell-mask.js';
import { boxOfLooks, cropRuleOf, framesToLookAt, lookAt, ownBox } from '../../../src-main/dicom/crop.js';
import { type ImageHeader, readHeader } from '../../../src-main/dicom/header.js';
import {
  cropOf,
  greyOfPixels,
  greyValues,
  inSquare,
  NORMALISE_RECIPES,
  recipeWith,
} from '../../../src-main/dicom/normalise.js';
import { OVERVIEW_CELLS, overviewOf } from '../../../src-main/dicom/overview.js';
import { type Ellipse, phantom, stored } from '../../helpers/phantoms.js';
import { writeImage } from './writer.js';

const plain = readHeader(writeImage(), 'test.dcm');
const ct: ImageHeader = { ...plain, modality: 'CT', rescaleIntercept: -1024, rows: 512, columns: 512 };
const mr: ImageHeader = { ...plain, modality: 'MR', rows: 256, columns: 256 };

/**
 * Whether the box, before its margin, holds the ellipse to within a cell, of which an opening takes the tips, with at most
 * `most` pixels around it on any side.
 */
function expectAround(box: CropBox | null, of: Ellipse, rows: number, columns: number, most: number): void {
  if (box === null) throw new Error('there is no box');
  const { top, left, bottom, right } = pixelsOfBox(box, rows, columns);
  const around = [
    of.row - of.halfHeight - top,
    of.column - of.halfWidth - left,
    bottom - of.row - of.halfHeight,
    right - of.column - of.halfWidth,
  ];
  const cell = Math.ceil(Math.max(rows, columns) / OVERVIEW_CELLS);
  for (const distance of around) {
    expect(distance).toBeGreaterThanOrEqual(-cell);
    expect(distance).toBeLessThanOrEqual(most);
  }
}

const chest: Ellipse = { row: 250, column: 240, halfHeight: 120, halfWidth: 170 };
const table = { row: 400, thickness: 6, value: -100 };
const abdomen = { rows: 512, columns: 512, air: -1000, body: 40, noise: 60, table, ellipses: [chest], seed: 1 };

const frameOf = (modality: Float32Array, padding: { low: number; high: number } | null = null) => ({
  modality: () => modality,
  grey: (): Float32Array => {
    throw new Error('it is not looked at');
  },
  padding,
});

describe('CT', () => {
  it('encloses an ellipse in noise and leaves the table out', () => {
    expectAround(ownBox(frameOf(phantom(abdomen)), ct), chest, 512, 512, 6);
  });

  it('finds what lies off the centre, or is cut by the edge', () => {
    const off = { ...chest, row: 130, column: 60 };
    const box = ownBox(frameOf(phantom({ ...abdomen, ellipses: [off] })), ct);
    expect(box?.left).toBe(0);
    expectAround(box, { ...off, column: 115, halfWidth: 115 }, 512, 512, 6);
  });

  it('takes both legs, and no line of clothes', () => {
    const legs = [150, 360].map((column) => ({ row: 260, column, halfHeight: 70, halfWidth: 60 }));
    const values = phantom({ ...abdomen, ellipses: legs });
    for (let column = 40; column < 480; column++) values[120 * 512 + column] = values[121 * 512 + column] = -50;
    expectAround(ownBox(frameOf(values), ct), { row: 260, column: 255, halfHeight: 70, halfWidth: 165 }, 512, 512, 8);
  });

  it('takes padding for background, whatever its value', () => {
    const values = phantom(abdomen).map((value, i) =>
      Math.hypot((i >> 9) - 256, (i & 511) - 256) > 250 ? 3000 : value,
    );
    expectAround(ownBox(frameOf(values, { low: 3000, high: 3000 }), ct), chest, 512, 512, 6);
    expect(withMargin(ownBox(frameOf(values), ct))).toBeNull();
  });

  it('stays whole where there is nothing but air, one value, or no number', () => {
    const air = phantom({ ...abdomen, ellipses: [] });
    expect(ownBox(frameOf(air), ct)).toBeNull();
    for (const value of [-1000, 0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const box = ownBox(frameOf(new Float32Array(512 * 512).fill(value)), ct);
      expect(withMargin(box)).toBeNull();
    }
  });

  it('is not led astray by values that are no numbers', () => {
    const values = phantom(abdomen);
    const random = new Random(5);
    for (let i = 0; i < 60_000; i++) values[Math.floor(random.uniform() * values.length)] = Number.NaN;
    expectAround(ownBox(frameOf(values), ct), chest, 512, 512, 6);
  });
});

describe('MR', () => {
  it('encloses a ring of skin around dark bone, and leaves a ghost out', () => {
    const values = phantom({ rows: 256, columns: 256, air: 0, body: 500, noise: 15, ellipses: [], seed: 2 });
    for (let i = 0; i < values.length; i++) {
      const [y, x] = [i >> 8, i & 255];
      const distance = Math.hypot((y - 128) / 90, (x - 120) / 70);
      if (distance < 0.75 || (distance > 0.9 && distance < 1)) values[i]! += 500;
      if (Math.hypot(y - 128, x - 225) < 12) values[i]! += 400;
      values[i] = Math.abs(values[i]!);
    }
    const head = { row: 128, column: 120, halfHeight: 90, halfWidth: 70 };
    expectAround(ownBox(frameOf(values), mr), head, 256, 256, 5);
  });

  it('is held against the range of its series', () => {
    // In a dark slice alone, noise would look like tissue.
    const values = phantom({ rows: 256, columns: 256, air: 10, body: 10, noise: 4, ellipses: [], seed: 3 });
    const overview = overviewOf(values, 256, 256);
    expect(boxInRange(overview, { low: 0, high: 20 })).not.toBeNull();
    expect(boxInRange(overview, { low: 0, high: 1000 })).toBeNull();
    expect(boxInRange(overview, { low: 5, high: 5 })).toBeNull();
  });
});

describe('radiographs and other pictures', () => {
  const grey = (values: Float32Array, rows: number, columns: number) =>
    boxWithinBorder(overviewOf(values, rows, columns));

  it('keeps the exposed field of a rotated MONOCHROME1 film, without the letter beside it', () => {
    const [rows, columns] = [1000, 800];
    // The field is turned by 8 degrees; around it the film is unexposed: dark once it is inverted.
    const [sine, cosine] = [Math.sin(0.14), Math.cos(0.14)];
    const random = new Random(6);
    const values = new Uint16Array(rows * columns);
    for (let i = 0; i < values.length; i++) {
      const [y, x] = [Math.floor(i / columns) - 520, (i % columns) - 380];
      const isField = Math.abs(y * cosine + x * sine) < 330 && Math.abs(x * cosine - y * sine) < 220;
      const isLetter = y > -480 && y < -420 && x > 250 && x < 270;
      const value = isField ? 1500 + 400 * Math.sin(y / 50) : isLetter ? 200 : 4000;
      values[i] = Math.max(0, Math.round(value + 10 * random.normal()));
    }
    const header = { ...plain, modality: 'DX', rows, columns, photometricInterpretation: 'MONOCHROME1' };
    const mapping = { palette: null, modalityLut: null, rescales: [] };
    const unit = greyValues(greyOfPixels({ header, values, mapping }, header));
    const box = ownBox({ modality: () => new Float32Array(0), grey: () => unit, padding: null }, header);
    const [halfHeight, halfWidth] = [330 * cosine + 220 * sine, 330 * sine + 220 * cosine].map(Math.round);
    expectAround(box, { row: 520, column: 380, halfHeight: halfHeight!, halfWidth: halfWidth! }, rows, columns, 12);
  });

  it('cuts white collimator blades, and a dark side', () => {
    const values = Float32Array.from({ length: 400 * 400 }, (_, i) => {
      const x = i % 400;
      return x < 60 ? 1 : x >= 320 ? 0 : 0.4 + 0.2 * Math.sin(x / 9);
    });
    const box = grey(values, 400, 400);
    expect(pixelsOfBox(box!, 400, 400)).toMatchObject({ top: 0, bottom: 400, left: 60, right: 320 });
  });

  it('encloses a breast whose skin is nearly as dark as the background', () => {
    const values = Float32Array.from({ length: 600 * 400 }, (_, i) => {
      const [y, x] = [Math.floor(i / 400), i % 400];
      const distance = Math.hypot((y - 300) / 240, x / 260);
      const letter = y > 20 && y < 60 && x > 340 && x < 380 && (x + y) % 12 < 4;
      return distance < 1 ? 0.03 + 0.6 * (1 - distance) : letter ? 1 : 0;
    });
    expectAround(grey(values, 600, 400), { row: 300, column: 130, halfHeight: 240, halfWidth: 130 }, 600, 400, 8);
  });

  it('leaves whole what fills the picture, is even, or has no border of its own', () => {
    const ramp = Float32Array.from({ length: 300 * 300 }, (_, i) => 0.2 + (i % 300) / 500);
    expect(withMargin(grey(ramp, 300, 300))).toBeNull();
    const random = new Random(8);
    expect(
      withMargin(
        grey(
          ramp.map(() => random.uniform()),
          300,
          300,
        ),
      ),
    ).toBeNull();
    for (const value of [0, 0.5, 1, Number.NaN]) {
      expect(withMargin(grey(new Float32Array(300 * 300).fill(value), 300, 300))).toBeNull();
    }
    // The ground of an angiogram is even and of a middle grey: it is the picture.
    const vessel = Float32Array.from({ length: 300 * 300 }, (_, i) => (Math.abs((i % 300) - 150) < 4 ? 0.2 : 0.5));
    expect(withMargin(grey(vessel, 300, 300))).toBeNull();
  });

  it('leaves whole what has another kind of background', () => {
    for (const modality of ['NM', 'PT', 'SEG', 'RTDOSE', 'SM']) {
      expect(cropRuleOf({ ...plain, modality })).toBe('none');
      expect(ownBox(frameOf(new Float32Array(16)), { ...plain, modality })).toBeNull();
    }
    expect(cropRuleOf({ ...plain, modality: 'CT', bitsStored: 8 })).toBe('border');
    expect(cropRuleOf({ ...plain, modality: 'MR', photometricInterpretation: 'RGB' })).toBe('border');
    expect([cropRuleOf(ct), cropRuleOf(mr), cropRuleOf({ ...plain, modality: null })]).toEqual([
      ...['hounsfield', 'range', 'border'],
    ]);
  });
});

describe('any size', () => {
  it.each([
    [1, 1],
    [1, 5000],
    [5000, 1],
    [7, 7],
    [3, 900],
    [129, 127],
  ])('does with %i x %i pixels', (rows, columns) => {
    const random = new Random(9);
    const values = Float32Array.from({ length: rows * columns }, () => 2000 * random.uniform() - 1000);
    const overview = overviewOf(values, rows, columns);
    expect(Math.max(overview.height, overview.width)).toBeLessThanOrEqual(OVERVIEW_CELLS);
    for (const box of [
      boxInHounsfield(overview),
      boxInRange(overview, { low: -1000, high: 1000 }),
      boxWithinBorder(overview),
    ]) {
      const shown = withMargin(box);
      if (shown === null) continue;
      const { top, left, bottom, right } = pixelsOfBox(shown, rows, columns);
      expect(top >= 0 && left >= 0 && bottom <= rows && right <= columns && bottom > top && right > left).toBe(true);
    }
  });

  it('says a mean of each block, NaN for none', () => {
    const { cells, height, width } = overviewOf(Float32Array.of(1, 2, Number.NaN, 4), 2, 2, { low: 4, high: 4 });
    expect([height, width, ...cells]).toEqual([2, 2, 1, 2, Number.NaN, Number.NaN]);
    const large = overviewOf(
      Float32Array.from({ length: 256 * 256 }, (_, i) => i & 255),
      256,
      256,
    );
    expect([large.block, large.width, large.cells[0], large.cells[127]]).toEqual([2, 128, 0.5, 254.5]);
  });
});

describe('masks', () => {
  const maskOf = (...rows: string[]) => Uint8Array.from(rows.join(''), (cell) => (cell === '#' ? 1 : 0));

  it('opens: what is thinner than three cells goes, what is not stays, at the edge too', () => {
    const mask = maskOf('###....', '###.##.', '###.##.', '.......', '#######');
    expect(opened(mask, 5, 7)).toEqual(maskOf('###....', '###....', '###....', '.......', '.......'));
    expect(opened(maskOf('##...', '##...', '.....'), 3, 5)).toEqual(maskOf('##...', '##...', '.....'));
  });

  it('fills what is enclosed, by rows and columns', () => {
    expect(filled(maskOf('####', '#..#', '####', '#...'), 4, 4)).toEqual(maskOf('####', '####', '####', '#...'));
  });

  it('takes the largest component, and others of its order', () => {
    const mask = new Uint8Array(40 * 40);
    const square = (top: number, left: number, side: number) => {
      for (let y = top; y < top + side; y++) mask.fill(1, y * 40 + left, y * 40 + left + side);
    };
    square(5, 5, 10);
    square(20, 20, 4);
    expect(boxOfMask(mask, 40, 40)).toEqual({ top: 5, left: 5, bottom: 15, right: 15 });
    square(20, 20, 5);
    expect(boxOfMask(mask, 40, 40)).toEqual({ top: 5, left: 5, bottom: 25, right: 25 });
    expect(boxOfMask(new Uint8Array(40 * 40), 40, 40)).toBeNull();
  });
});

describe('series and files', () => {
  it('takes one box around the bodies of all looks, and none of empty ones', () => {
    const slices = [chest, { ...chest, halfWidth: 60, row: 300 }].map((ellipse, seed) =>
      lookAt(phantom({ ...abdomen, ellipses: [ellipse], seed }), ct, null),
    );
    const empty = lookAt(phantom({ ...abdomen, ellipses: [] }), ct, null);
    const looks = [...slices, empty].flatMap((look) => look ?? []);
    expect(looks.length).toBe(3);
    const both = { row: 275, column: 240, halfHeight: 145, halfWidth: 170 };
    expectAround(boxOfLooks(looks, null), both, 512, 512, 22);
    expect(boxOfLooks([...looks].reverse(), null)).toEqual(boxOfLooks(looks, null));
    expect(boxOfLooks([], null)).toBeNull();
    // MR whose series shows no difference has no box.
    const dark = lookAt(new Float32Array(256 * 256), mr, null);
    expect(boxOfLooks(dark === null ? [] : [dark], null)).toBeNull();
  });

  it('is not less than a tenth of the area, nor nearly all of it', () => {
    expect(withMargin({ top: 0.4, left: 0.4, bottom: 0.6, right: 0.6 })).toBeNull();
    expect(withMargin({ top: 0.01, left: 0, bottom: 0.98, right: 1 })).toBeNull();
    expect(withMargin({ top: 0.2, left: 0, bottom: 0.7, right: 0.99 })).toEqual({
      ...{ top: 0.17, left: 0, bottom: 0.73, right: 1 },
    });
  });

  it('looks at eight frames of many, the ends among them', () => {
    expect(framesToLookAt(1)).toEqual([0]);
    expect(framesToLookAt(3)).toEqual([0, 1, 2]);
    const some = framesToLookAt(1000);
    expect([some.length, some[0], some[7]]).toEqual([8, 0, 999]);
  });

  it('scales the part in the box, with its own shape, as it scales a picture', () => {
    const size = { rows: 100, columns: 200, pixelAspectRatio: 1 };
    const whole = Float32Array.from({ length: 100 * 200 }, (_, i) => (i % 200) / 200);
    const box = { top: 0.25, left: 0.5, bottom: 0.75, right: 1 };
    const part = Float32Array.from(
      { length: 50 * 100 },
      (_, i) => whole[(25 + Math.floor(i / 100)) * 200 + 100 + (i % 100)]!,
    );
    const expected = inSquare(part, { rows: 50, columns: 100, pixelAspectRatio: 1 }, 64);
    expect(inSquare(whole, size, 64, box)).toEqual(expected);
    expect(inSquare(whole, size, 64, null)).toEqual(inSquare(whole, size, 64));
  });

  it('is a version of the preparation', () => {
    expect(NORMALISE_RECIPES.map(cropOf)).toEqual(['none', 'none', 'none', 'body']);
    expect([cropOf(recipeWith('none')), cropOf(recipeWith('body'))]).toEqual(['none', 'body']);
    expect(stored(Float32Array.of(-2000, 0, 9000))).toEqual(Uint16Array.of(0, 1024, 4095));
  });
});
