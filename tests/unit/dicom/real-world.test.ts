/** @file Real-world values and the uptake value of PET, against values computed by hand. */

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openPixels } from '../../../src-main/dicom/decode.js';
import { type DisplayFrame, displayFrame } from '../../../src-main/dicom/display.js';
import { realWorldValue } from '../../../src-renderer/viewer/real-world.js';
import { item, type TestElement, type TestImage, writeElement, writeImage } from './writer.js';

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
const fd = (group: number, element: number, ...values: number[]): TestElement => ({
  tag: [group, element],
  vr: 'FD',
  value: new Uint8Array(Float64Array.from(values).buffer),
});

function sequence(group: number, element: number, ...items: TestElement[][]): TestElement {
  const bodies = items.map((elements) => item(Buffer.concat(elements.map((one) => writeElement(one, true, true)))));
  return { tag: [group, element], vr: 'SQ', value: Buffer.concat(bodies) };
}

const show = (image: TestImage, frame = 0): Promise<DisplayFrame> =>
  displayFrame(openPixels(writeImage(image), 'test.dcm'), frame, 'test.dcm');

const words = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);
const square = { rows: 2, columns: 2, pixels: words(0, 1, 10, 4095) };

const unit = (code: string, meaning: string): TestElement =>
  sequence(0x0040, 0x08ea, [
    text(0x0008, 0x0100, 'SH', code),
    text(0x0008, 0x0102, 'SH', 'UCUM'),
    text(0x0008, 0x0104, 'LO', meaning),
  ]);

const linear = [
  unit('um2/s', 'square micrometre per second'),
  text(0x0040, 0x9210, 'SH', 'ADC'),
  us(0x0040, 0x9211, 4000),
  us(0x0040, 0x9216, 1),
  fd(0x0040, 0x9224, -5),
  fd(0x0040, 0x9225, 0.5),
];

/** What each pixel stands for by the scale at `place`. */
function valuesOf({ pixels, realWorld }: DisplayFrame, place = 0): (number | null)[] {
  return Array.from(pixels.values, (value) => realWorldValue(realWorld.scales[place]!, value));
}

describe('real-world value mapping', () => {
  it('goes from stored values, whatever the rescale, and not beyond its ends', async () => {
    const extra = [
      text(0x0028, 0x1052, 'DS', '-1024'),
      text(0x0028, 0x1053, 'DS', '0.1'),
      sequence(0x0040, 0x9096, linear),
    ];
    const frame = await show({ ...square, extra });
    expect(frame.pixels.values[3]).toBeCloseTo(-614.5, 4);
    expect(frame.realWorld.scales[0]).toMatchObject({ label: 'ADC', unit: 'um2/s' });
    const [outside, one, ten, beyond] = valuesOf(frame);
    expect([outside, beyond]).toEqual([null, null]);
    expect(one).toBeCloseTo(-4.5, 3);
    expect(ten).toBeCloseTo(0, 3);
    expect(frame.realWorld.noSuv).toBeNull();
  });

  it('keeps fractions of float pixel data', async () => {
    const extra = [
      sequence(0x0040, 0x9096, [
        unit('1', 'no units'),
        fd(0x0040, 0x9213, 9),
        fd(0x0040, 0x9214, -9),
        fd(0x0040, 0x9224, 0),
        fd(0x0040, 0x9225, 2),
      ]),
    ];
    const frame = await show({ ...square, extra });
    expect(realWorldValue(frame.realWorld.scales[0]!, 0.0004)).toBeCloseTo(0.0008, 8);
    expect(frame.realWorld.scales[0]!.unit).toBe('');
  });

  it('is looked up in a table, and is each frame’s own', async () => {
    const table = (...values: number[]): TestElement[] => [
      sequence(0x0040, 0x9096, [
        unit('ms', 'millisecond'),
        us(0x0040, 0x9211, 11),
        fd(0x0040, 0x9212, ...values),
        us(0x0040, 0x9216, 9),
      ]),
    ];
    const extra = [sequence(0x5200, 0x9230, table(1.5, 2.5, 3.5), table(7, 8, 9))];
    const image = { rows: 1, columns: 2, frames: 2, pixels: words(9, 11, 10, 12), extra };
    expect(valuesOf(await show(image, 0))).toEqual([1.5, 3.5]);
    const second = await show(image, 1);
    expect(valuesOf(second)).toEqual([8, null]);
    expect(second.realWorld.scales[0]!.label).toBe('millisecond');
  });

  it.each<[string, TestElement[]]>([
    ['no ends', linear.filter(({ tag }) => tag[1] !== 0x9211)],
    ['no unit', linear.filter(({ tag }) => tag[1] !== 0x08ea)],
    ['a slope of 0', linear.map((one) => (one.tag[1] === 0x9225 ? fd(0x0040, 0x9225, 0) : one))],
    [
      'a table that is too short',
      [unit('ms', ''), us(0x0040, 0x9211, 11), fd(0x0040, 0x9212, 1), us(0x0040, 0x9216, 9)],
    ],
    ['ends the wrong way around', linear.map((one) => (one.tag[1] === 0x9211 ? us(0x0040, 0x9211, 0) : one))],
  ])('is left out where it has %s', async (_, broken) => {
    expect((await show({ ...square, extra: [sequence(0x0040, 0x9096, broken)] })).realWorld.scales).toEqual([]);
  });
});

/** A PET image as scanners write it: 370 MBq of F-18, 70 kg, scanned an hour after. */
const PET: Record<string, TestElement | null> = {
  modality: text(0x0008, 0x0060, 'CS', 'PT'),
  seriesDate: text(0x0008, 0x0021, 'DA', '20240229'),
  date: text(0x0008, 0x0022, 'DA', '20240229'),
  seriesTime: text(0x0008, 0x0031, 'TM', '101500'),
  time: text(0x0008, 0x0032, 'TM', '101730.25'),
  weight: text(0x0010, 0x1030, 'DS', '70'),
  corrected: text(0x0028, 0x0051, 'CS', 'DECY\\ATTN\\SCAT\\DTIM'),
  slope: text(0x0028, 0x1053, 'DS', '2'),
  units: text(0x0054, 0x1001, 'CS', 'BQML'),
  decay: text(0x0054, 0x1102, 'CS', 'START'),
};
const dose = (...over: TestElement[]): TestElement => {
  const given = [
    text(0x0018, 0x1072, 'TM', '091500'),
    text(0x0018, 0x1074, 'DS', '370000000'),
    text(0x0018, 0x1075, 'DS', '6586.2'),
  ];
  const replaced = new Set(over.map(({ tag }) => tag.join()));
  const all = [...given.filter(({ tag }) => !replaced.has(tag.join())), ...over].filter(({ value }) => value !== '');
  return sequence(
    0x0054,
    0x0016,
    all.sort((a, b) => a.tag[1] - b.tag[1]),
  );
};

function pet(over: Record<string, TestElement | TestElement[] | null> = {}): Promise<DisplayFrame> {
  const extra = Object.values({ ...PET, drug: dose(), ...over }).flatMap((element) => element ?? []);
  return show({ ...square, extra });
}

/** 70 kg / (370 MBq * 2 ^ (-3600 s / 6586.2 s)); Python gives the power. */
const FACTOR = 70_000 / (370e6 * 0.684_632_919_572_002_1);

describe('uptake value by body weight', () => {
  it('is that of the dose when the scan began', async () => {
    const frame = await pet();
    expect(frame.realWorld.scales[0]).toMatchObject({ label: 'SUVbw', unit: 'g/ml', intercept: 0 });
    expect(frame.realWorld.scales[0]!.slope / FACTOR).toBeCloseTo(1, 6);
    const [, , ten] = valuesOf(frame);
    expect(ten! / (20 * FACTOR)).toBeCloseTo(1, 6);
  });

  it('takes the full date and time of the dose, over midnight too', async () => {
    const early = { seriesTime: text(0x0008, 0x0031, 'TM', '001500'), time: text(0x0008, 0x0032, 'TM', '0016') };
    const given = text(0x0018, 0x1078, 'DT', '20240228231500.000000');
    const frame = await pet({ ...early, drug: dose(given) });
    expect(frame.realWorld.scales[0]!.slope / FACTOR).toBeCloseTo(1, 6);
  });

  it('needs no time where the values are corrected to that of the dose', async () => {
    const drug = dose(text(0x0018, 0x1072, 'TM', ''), text(0x0018, 0x1075, 'DS', ''));
    const frame = await pet({ decay: text(0x0054, 0x1102, 'CS', 'ADMIN'), drug });
    expect(frame.realWorld.scales[0]!.slope).toBeCloseTo(70_000 / 370e6, 12);
  });

  it('is the value itself in g/ml, and a factor of Philips makes it of counts', async () => {
    const gml = await pet({ units: text(0x0054, 0x1001, 'CS', 'GML'), drug: null });
    expect(gml.realWorld.scales[0]!.slope).toBe(1);
    const counts = { units: text(0x0054, 0x1001, 'CS', 'CNTS'), weight: null };
    const philips = [text(0x7053, 0x0010, 'LO', 'Philips PET Private Group'), text(0x7053, 0x1000, 'DS', '0.000551')];
    expect((await pet({ ...counts, philips })).realWorld.scales[0]!.slope).toBe(0.000551);
    expect((await pet(counts)).realWorld.noSuv).toBe('its values are counts');
    const stranger = [text(0x7053, 0x0010, 'LO', 'Somebody'), text(0x7053, 0x1000, 'DS', '0.000551')];
    expect((await pet({ ...counts, philips: stranger })).realWorld.noSuv).toBe('its values are counts');
  });

  it('takes the start of the scan from GE where the series was made later', async () => {
    const later = { seriesTime: text(0x0008, 0x0031, 'TM', '160000') };
    expect((await pet(later)).realWorld.noSuv).toMatch(/when the scan began/);
    const ge = [text(0x0009, 0x0010, 'LO', 'GEMS_PETD_01'), text(0x0009, 0x100d, 'DT', '20240229101500.00')];
    expect((await pet({ ...later, ge })).realWorld.scales[0]!.slope / FACTOR).toBeCloseTo(1, 6);
  });

  it.each<[string, Record<string, TestElement | TestElement[] | null>, RegExp]>([
    ['no weight', { weight: null }, /weight is missing/],
    ['a weight of 0', { weight: text(0x0010, 0x1030, 'DS', '0') }, /weight is missing/],
    ['no radiopharmaceutical', { drug: null }, /what was injected/],
    [
      'two of them',
      { drug: sequence(0x0054, 0x0016, [text(0x0018, 0x1074, 'DS', '3.7E8')], [text(0x0018, 0x1074, 'DS', '1E8')]) },
      /more than one/,
    ],
    ['no dose', { drug: dose(text(0x0018, 0x1074, 'DS', '')) }, /dose is missing/],
    ['a dose in MBq', { drug: dose(text(0x0018, 0x1074, 'DS', '370')) }, /not in becquerel/],
    ['no half-life', { drug: dose(text(0x0018, 0x1075, 'DS', '')) }, /half-life/],
    ['no time of the dose', { drug: dose(text(0x0018, 0x1072, 'TM', '')) }, /when the dose was given/],
    ['a dose after the scan', { drug: dose(text(0x0018, 0x1072, 'TM', '1115')) }, /after the scan began/],
    ['a dose of another day', { drug: dose(text(0x0018, 0x1078, 'DT', '20240101091500')) }, /too long before/],
    ['a dose in another time zone', { drug: dose(text(0x0018, 0x1078, 'DT', '20240229091500+0900')) }, /when the dose/],
    ['no correction for decay', { decay: text(0x0054, 0x1102, 'CS', 'NONE') }, /not corrected for decay/],
    ['no correction for attenuation', { corrected: text(0x0028, 0x0051, 'CS', 'DECY') }, /attenuation/],
    [
      'values by another measure',
      { units: text(0x0054, 0x1001, 'CS', 'GML'), type: text(0x0054, 0x1006, 'CS', 'LBM') },
      /other than body weight/,
    ],
    ['other units', { units: text(0x0054, 0x1001, 'CS', 'PROPCPS') }, /no activity concentration/],
    ['no series time', { seriesTime: null }, /when the scan began/],
    ['an impossible time', { time: text(0x0008, 0x0032, 'TM', '257000') }, /when the scan began/],
  ])('is not given with %s', async (_, over, reason) => {
    const { realWorld } = await pet(over);
    expect(realWorld.scales).toEqual([]);
    expect(realWorld.noSuv).toMatch(reason);
  });

  it('is nothing that other modalities are asked for', async () => {
    expect((await pet({ modality: text(0x0008, 0x0060, 'CS', 'CT') })).realWorld).toEqual({ scales: [], noSuv: null });
  });
});

const published = resolve(process.cwd(), '..', 'shared', 'data', 'conformance');
const isAbsent = !existsSync(published);
if (isAbsent) console.warn(`Skipped: the conformance files are not here (${published}).`);

describe.skipIf(isAbsent)('public files (skipped without ../shared/data)', () => {
  it.each([
    ['dcm_qa_enh/In/Philips/IM_0027_fMAP.dcm', 'Philips', 1.2798534798534797, 0, ''],
    ['pydicom-data/eCT_Supplemental.dcm', 'RCBF', 1, -1024, 'ml/100ml/s'],
  ])('%s', async (name, label, slope, intercept, units) => {
    const file = join(published, name);
    const frame = await displayFrame(openPixels(readFileSync(file), file), 0, file);
    expect(frame.realWorld.scales).toMatchObject([{ label, slope, intercept, unit: units, table: null }]);
  });
});
