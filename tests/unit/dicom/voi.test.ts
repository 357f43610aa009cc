/** @file Windows and VOI LUT of a frame, pixel padding, palettes in segments, and what they do to a normalised frame. */

import { describe, expect, it } from 'vitest';
import { openPixels } from '../../../src-main/dicom/decode.js';
import { displayFrame } from '../../../src-main/dicom/display.js';
import { modalityFrame } from '../../../src-main/dicom/grey.js';
import { readHeader } from '../../../src-main/dicom/header.js';
import { normaliseFrame } from '../../../src-main/dicom/normalise.js';
import { levelsOf, paddingOf, voiOf } from '../../../src-main/dicom/voi.js';
import { item, type TestElement, type TestImage, writeElement, writeImage } from './writer.js';

const words = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);
const text = (group: number, element: number, vr: string, value: string): TestElement => ({
  tag: [group, element],
  vr,
  value,
});
const us = (group: number, element: number, ...value: number[]): TestElement => ({
  tag: [group, element],
  vr: 'US',
  value,
});

/** An element that is a sequence of items of elements. */
function sequence(group: number, element: number, ...items: TestElement[][]): TestElement {
  const bodies = items.map((elements) => item(Buffer.concat(elements.map((one) => writeElement(one, true, true)))));
  return { tag: [group, element], vr: 'SQ', value: Buffer.concat([...bodies]) };
}

async function normalised(image: TestImage, side: number, frame = 0): Promise<number[]> {
  const { header, elements, readFrame } = openPixels(writeImage(image), 'test.dcm');
  const pixels = await readFrame(frame);
  const voi = voiOf(levelsOf(elements!, frame), header);
  const guide = { voi, padding: paddingOf(elements!, header, pixels.mapping) };
  return [...normaliseFrame(modalityFrame(pixels, 0), header.rows, header.columns, header, side, guide)];
}

const lut = sequence(0x0028, 0x3010, [
  us(0x0028, 0x3002, 5, 10, 8),
  text(0x0028, 0x3003, 'LO', 'NORMAL'),
  us(0x0028, 0x3006, 0, 0, 100, 200, 200),
]);
const square = { rows: 2, columns: 2, pixels: words(5, 12, 13, 40) };

describe('VOI LUT Sequence', () => {
  it('decides how a radiograph is normalised, and nothing else', async () => {
    const extra = [text(0x0008, 0x0060, 'CS', 'DX'), lut];
    expect(await normalised({ ...square, extra }, 2)).toEqual([0, 32768, 65535, 65535]);
    const mr = await normalised({ ...square, extra: [text(0x0008, 0x0060, 'CS', 'MR'), lut] }, 2);
    expect(mr[1]).toBeLessThan(20_000);
  });

  const shown = async (...extra: TestElement[]) =>
    displayFrame(openPixels(writeImage({ ...square, extra }), 'a'), 0, 'a');

  it('comes to the viewer as it is, with the window nearest to it, beside the windows of the header', async () => {
    const { luts, windows } = await shown(text(0x0028, 0x1050, 'DS', '20'), text(0x0028, 0x1051, 'DS', '8'), lut);
    expect(luts).toEqual([
      {
        first: 10,
        entries: Uint16Array.of(0, 0, 100, 200, 200),
        white: 255,
        explanation: 'NORMAL',
        window: { centre: 13, width: 2 },
      },
    ]);
    expect(windows).toEqual([{ centre: 20, width: 8, explanation: null }]);
  });

  it('is white at 2^n - 1 for the bits of its descriptor, or for those that its entries need', async () => {
    const table = (bits: number, ...entries: number[]): TestElement[] => [
      us(0x0028, 0x3002, entries.length, 0, bits),
      us(0x0028, 0x3006, ...entries),
    ];
    const { luts } = await shown(
      sequence(
        0x0028,
        0x3010,
        table(12, 0, 100),
        table(16, 0, 100),
        table(8, 0, 300),
        table(0, 0, 4095),
        table(10, 0, 0),
      ),
    );
    expect(luts.map(({ white }) => white)).toEqual([4095, 65535, 511, 4095, 1023]);
  });

  it('is left out where it is shorter than it says, and never more than eight are taken', async () => {
    const short = [us(0x0028, 0x3002, 500, 0, 16), us(0x0028, 0x3006, 1, 2)];
    const sound = [us(0x0028, 0x3002, 2, 0, 16), us(0x0028, 0x3006, 1, 2)];
    expect((await shown(sequence(0x0028, 0x3010, short))).luts).toEqual([]);
    const many = Array.from({ length: 40 }, () => sound);
    expect((await shown(sequence(0x0028, 0x3010, ...many))).luts).toHaveLength(8);
  });
});

describe('window of a radiograph', () => {
  const radiograph = (centre: string, width: string): TestImage => ({
    ...square,
    pixels: words(0, 100, 150, 1000),
    extra: [
      text(0x0008, 0x0060, 'CS', 'CR'),
      text(0x0028, 0x1050, 'DS', centre),
      text(0x0028, 0x1051, 'DS', width),
      text(0x0028, 0x1056, 'CS', 'LINEAR_EXACT'),
    ],
  });

  it('is what becomes black and white', async () => {
    expect(await normalised(radiograph('150', '100'), 2)).toEqual([0, 0, 32768, 65535]);
  });

  it('is left aside where it would leave nothing of the picture', async () => {
    const out = await normalised(radiograph('50000', '100'), 2);
    expect(out[3]).toBe(65535);
    expect(out[2]).toBeGreaterThan(0);
  });
});

describe('pixel padding', () => {
  it('is black, and kept out of the percentiles', async () => {
    const padded = { ...square, pixels: words(40_000, 10, 20, 30), extra: [us(0x0028, 0x0120, 40_000)] };
    const out = await normalised(padded, 2);
    expect(out[0]).toBe(0);
    expect(out[3]).toBe(65535);
    expect(out[2]).toBeGreaterThan(30_000);
  });

  it('is black in MONOCHROME1 too, with a range and a rescale', async () => {
    const extra = [
      us(0x0028, 0x0120, 0),
      us(0x0028, 0x0121, 3),
      text(0x0028, 0x1052, 'DS', '-7'),
      text(0x0028, 0x1053, 'DS', '0.1'),
    ];
    const out = await normalised({ ...square, photometric: 'MONOCHROME1', pixels: words(0, 3, 4, 900), extra }, 2);
    expect(out).toEqual([0, 0, 65535, 0]);
  });
});

describe('per-frame functional groups', () => {
  it('give each frame its rescale and its window', async () => {
    const frame = (slope: string, centre: string): TestElement[] => [
      sequence(0x0028, 0x9132, [text(0x0028, 0x1050, 'DS', centre), text(0x0028, 0x1051, 'DS', '10')]),
      sequence(0x0028, 0x9145, [text(0x0028, 0x1052, 'DS', '0'), text(0x0028, 0x1053, 'DS', slope)]),
    ];
    const extra = [sequence(0x5200, 0x9230, frame('1', '5'), frame('3', '15'))];
    const image = { rows: 1, columns: 2, frames: 2, pixels: words(1, 2, 1, 2), extra };
    const source = openPixels(writeImage(image), 'a');
    const second = await displayFrame(source, 1, 'a');
    expect((await displayFrame(source, 0, 'a')).windows[0]?.centre).toBe(5);
    expect(second.windows[0]?.centre).toBe(15);
    expect([...second.pixels.values]).toEqual([3, 6]);
  });
});

describe('segmented palettes', () => {
  it.each([8, 16])('of %i bits are expanded: a run, a ramp, and the run again', async (bits) => {
    // Run of two, ramp of two to 30, one segment again from byte 0.
    const codes = [0, 2, 10, 20, 1, 2, 30, 2, 1, 0, 0];
    const data = bits === 16 ? words(...codes) : Uint8Array.of(...codes, 0, 0, 0);
    const channel = (index: number): TestElement[] => [
      us(0x0028, 0x1100 + index, 6, 0, bits),
      { tag: [0x0028, 0x1220 + index], vr: 'OW', value: data },
    ];
    const extra = [1, 2, 3].flatMap(channel);
    const pixels = Uint8Array.of(0, 1, 2, 3, 4, 5);
    const image = { rows: 1, columns: 6, bits: 8, photometric: 'PALETTE COLOR', pixels, extra };
    const { readFrame } = openPixels(writeImage(image), 'a');
    expect([...modalityFrame(await readFrame(0), 0)].map(Math.round)).toEqual([10, 20, 25, 30, 10, 20]);
  });
});

describe('numbers that are written wrongly', () => {
  it.each([
    ['1.5', 1],
    ['1 ', 1],
    ['12\\13', 12],
    ['7\0\0\0', 7],
    ['-0', 0],
    ['99999999999', null],
    ['1e300', null],
    ['\u0663', null],
    ['', null],
    ['abc', null],
  ])('Instance Number %j is %j', (written, expected) => {
    const value = Buffer.from(written, 'utf8');
    const padded = value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.from(' ')]);
    const extra: TestElement[] = [0x0011, 0x0013].map((element) => ({
      tag: [0x0020, element],
      vr: 'IS',
      value: padded,
    }));
    const header = readHeader(writeImage({ extra }), 'a');
    expect([header.instanceNumber, header.seriesNumber]).toEqual([expected, expected]);
  });
});
