/** @file A frame for the viewer: values, colour, windows, spacing, unit. */

import { encode as encodePng } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { openPixels } from '../../../src-main/dicom/decode.js';
import { compactGrey, type DisplayFrame, displayFrame } from '../../../src-main/dicom/display.js';
import { type TestElement, type TestImage, writeImage } from './writer.js';

const text = (group: number, element: number, vr: string, value: string): TestElement => ({
  tag: [group, element],
  vr,
  value,
});
const modality = (name: string) => text(0x0008, 0x0060, 'CS', name);
const slope = (value: number) => text(0x0028, 0x1053, 'DS', String(value));
const intercept = (value: number) => text(0x0028, 0x1052, 'DS', String(value));

function bytes(values: ArrayLike<number>, Type: typeof Int16Array | typeof Uint16Array = Int16Array): Uint8Array {
  return new Uint8Array(Type.from(values).buffer);
}

function show(image: TestImage, frame = 0): Promise<DisplayFrame> {
  return displayFrame(openPixels(writeImage(image), 'test.dcm'), frame, 'test.dcm');
}

const square = { rows: 2, columns: 2 };

describe('grey', () => {
  it('gives Hounsfield units of CT as whole numbers', async () => {
    const pixels = bytes([0, 1, 1000, 4095]);
    const extra = [modality('CT'), slope(1), intercept(-1024)];
    const frame = await show({ ...square, stored: 12, pixels, extra });
    expect(frame.pixels).toEqual({ kind: 'grey', values: Int16Array.of(-1024, -1023, -24, 3071), inverted: false });
    expect([frame.unit, frame.modality, frame.rows, frame.columns]).toEqual(['HU', 'CT', 2, 2]);
  });

  it('keeps fractions of a slope', async () => {
    const frame = await show({ ...square, pixels: bytes([0, 1, 2, 3]), extra: [slope(0.25), intercept(1)] });
    expect(frame.pixels.values).toEqual(Float32Array.of(1, 1.25, 1.5, 1.75));
  });

  it('says that MONOCHROME1 is inverted, and leaves its values', async () => {
    const frame = await show({ ...square, photometric: 'MONOCHROME1', pixels: bytes([1, 2, 3, 4]) });
    expect(frame.pixels).toEqual({ kind: 'grey', values: Uint8Array.of(1, 2, 3, 4), inverted: true });
  });

  it('takes the frame that is asked for, and refuses one that is not there', async () => {
    const image = { rows: 1, columns: 2, frames: 3, pixels: bytes([1, 2, 3, 4, 5, 6]) };
    expect((await show(image, 2)).pixels.values).toEqual(Uint8Array.of(5, 6));
    await expect(show(image, 3)).rejects.toMatchObject({ code: 'bad-file', path: 'test.dcm' });
  });

  it('leaves padding out of the window for all values', async () => {
    const values = Array.from({ length: 400 }, (_, place) => (place < 200 ? -2000 : place));
    const padding: TestElement = { tag: [0x0028, 0x0120], vr: 'SS', value: [0x10000 - 2000] };
    const image = { rows: 20, columns: 20, signed: true, pixels: bytes(values) };
    expect((await show(image)).auto.low).toBe(-2000);
    expect((await show({ ...image, extra: [padding] })).auto.low).toBeGreaterThan(199);
  });

  it('chooses the smallest type that holds every value', () => {
    const typeOf = (...values: number[]) => compactGrey(Float32Array.from(values)).constructor.name;
    expect(typeOf(0, 255)).toBe('Uint8Array');
    expect(typeOf(0, 256)).toBe('Uint16Array');
    expect(typeOf(-1, 32_767)).toBe('Int16Array');
    expect(typeOf(-1, 32_768)).toBe('Float32Array');
    expect(typeOf(0, 0.5)).toBe('Float32Array');
    expect(typeOf(0, Number.NaN)).toBe('Float32Array');
  });
});

describe('windows', () => {
  it('are those of the header with their explanations; impossible ones are left out', async () => {
    const extra = [
      text(0x0028, 0x1050, 'DS', '40\\-600\\10'),
      text(0x0028, 0x1051, 'DS', '400\\1600\\0'),
      text(0x0028, 0x1055, 'LO', 'SOFT\\ '),
      text(0x0028, 0x1056, 'CS', 'LINEAR'),
    ];
    const frame = await show({ ...square, extra });
    expect(frame.windows).toEqual([
      { centre: 40, width: 400, explanation: 'SOFT' },
      { centre: -600, width: 1600, explanation: null },
    ]);
  });

  it('may be narrower than 1 where they are exact', async () => {
    const extra = [
      text(0x0028, 0x1050, 'DS', '0.5'),
      text(0x0028, 0x1051, 'DS', '0.5'),
      text(0x0028, 0x1056, 'CS', 'LINEAR_EXACT'),
    ];
    const frame = await show({ ...square, extra });
    expect([frame.windows, frame.windowFunction]).toEqual([
      [{ centre: 0.5, width: 0.5, explanation: null }],
      'LINEAR_EXACT',
    ]);
  });
});

describe('spacing (PS3.3 section 10.7.1.3)', () => {
  const pixel = text(0x0028, 0x0030, 'DS', '0.5\\0.25');
  const imager = text(0x0018, 0x1164, 'DS', '0.5\\0.25');
  const spacing = async (...extra: TestElement[]) => (await show({ ...square, extra })).spacing;

  it('is that of the patient for slices', async () => {
    expect(await spacing(modality('CT'), pixel)).toEqual({ row: 0.5, column: 0.25, plane: 'patient' });
  });

  it('is that of the detector for projections that nobody calibrated', async () => {
    const atDetector = { row: 0.5, column: 0.25, plane: 'detector' };
    expect(await spacing(modality('DX'), imager)).toEqual(atDetector);
    expect(await spacing(modality('DX'), pixel, imager)).toEqual(atDetector);
    expect(await spacing(modality('CR'), pixel)).toEqual(atDetector);
  });

  it('is that of the patient for projections that were calibrated', async () => {
    const other = text(0x0018, 0x1164, 'DS', '0.6\\0.3');
    const kind = text(0x0028, 0x0a02, 'CS', 'FIDUCIAL');
    expect((await spacing(modality('DX'), pixel, other))?.plane).toBe('patient');
    expect((await spacing(modality('DX'), pixel, imager, kind))?.plane).toBe('patient');
  });

  it('is unknown where the file does not say', async () => {
    expect(await spacing(modality('US'))).toBeNull();
  });
});

describe('units', () => {
  const unit = async (...extra: TestElement[]) => (await show({ ...square, extra })).unit;

  it('are those of the file, and Hounsfield only for CT', async () => {
    expect(await unit(modality('MR'))).toBeNull();
    expect(await unit(modality('PT'), text(0x0054, 0x1001, 'CS', 'BQML'))).toBe('Bq/ml');
    expect(await unit(modality('CT'), intercept(-1000), slope(1), text(0x0028, 0x1054, 'LO', 'HU'))).toBe('HU');
    expect(await unit(modality('MR'), text(0x0028, 0x1054, 'LO', 'US'))).toBeNull();
  });
});

describe('colour', () => {
  const colour = { rows: 1, columns: 2, samples: 3, bits: 8 };

  it('is RGB as stored, by pixel also where it is stored by plane', async () => {
    const byPixel = await show({ ...colour, photometric: 'RGB', pixels: Uint8Array.of(255, 0, 10, 0, 255, 20) });
    expect(byPixel.pixels).toEqual({ kind: 'colour', values: Uint8Array.of(255, 0, 10, 0, 255, 20) });
    const pixels = Uint8Array.of(255, 0, 0, 255, 10, 20);
    expect((await show({ ...colour, photometric: 'RGB', planar: 1, pixels })).pixels.values).toEqual(
      byPixel.pixels.values,
    );
  });

  it('is converted from YBR_FULL (PS3.3 C.7.6.3.1.2)', async () => {
    const pixels = Uint8Array.of(76, 85, 255, 128, 128, 128);
    const { values } = (await show({ ...colour, photometric: 'YBR_FULL', pixels })).pixels;
    expect([...values].map((value, place) => Math.abs(value - [254, 0, 0, 128, 128, 128][place]!))).toSatisfy(
      (off: number[]) => off.every((by) => by <= 1),
    );
  });

  it('is looked up in a palette of 16 bits', async () => {
    const descriptor = (element: number): TestElement => ({ tag: [0x0028, element], vr: 'US', value: [2, 0, 16] });
    const entries = (element: number, values: number[]): TestElement => ({
      tag: [0x0028, element],
      vr: 'OW',
      value: bytes(values, Uint16Array),
    });
    const extra = [
      ...[0x1101, 0x1102, 0x1103].map(descriptor),
      entries(0x1201, [0x1000, 0xff00]),
      entries(0x1202, [0x2000, 0x8000]),
      entries(0x1203, [0x3000, 0]),
    ];
    const image = { rows: 1, columns: 2, bits: 8, photometric: 'PALETTE COLOR', pixels: Uint8Array.of(1, 0), extra };
    expect((await show(image)).pixels).toEqual({
      kind: 'colour',
      values: Uint8Array.of(0xff, 0x80, 0, 0x10, 0x20, 0x30),
    });
  });

  it('has neither windows nor a unit', async () => {
    const extra = [text(0x0028, 0x1050, 'DS', '40'), text(0x0028, 0x1051, 'DS', '400')];
    const frame = await show({ ...colour, photometric: 'RGB', pixels: new Uint8Array(6), extra });
    expect([frame.windows, frame.unit]).toEqual([[], null]);
  });
});

describe('PNG', () => {
  const png = (channels: 1 | 3, depth: 8 | 16, data: Uint8Array | Uint16Array) => {
    const file = encodePng({ width: 2, height: 1, channels, depth, data });
    return displayFrame(openPixels(file, 'test.png'), 0, 'test.png');
  };

  it('is grey without spacing, unit and windows, or colour of 8 bits', async () => {
    const grey = await png(1, 16, Uint16Array.of(0, 40_000));
    expect(grey.pixels).toEqual({ kind: 'grey', values: Uint16Array.of(0, 40_000), inverted: false });
    expect([grey.spacing, grey.unit, grey.modality, grey.windows]).toEqual([null, null, null, []]);
    const deep = await png(3, 16, Uint16Array.of(65_535, 0, 257, 0, 32_896, 65_535));
    expect(deep.pixels).toEqual({ kind: 'colour', values: Uint8Array.of(255, 0, 1, 0, 128, 255) });
  });
});
