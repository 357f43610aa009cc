/** @file Headers as readers hand them on: sound ones pass, and none with a value of another kind. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type ImageHeader, readHeader } from '../../../src-main/dicom/header.js';
import { brokenField } from '../../../src-main/dicom/header-check.js';
import { pictureHeader } from '../../../src-main/dicom/raster-header.js';

const folder = join(import.meta.dirname, '../../fixtures/syntaxes');
const picture = pictureHeader('tiff', 'ab', { rows: 2, columns: 3, samplesPerPixel: 1, bits: 8 });

it('passes what is read from pictures and DICOM files', () => {
  expect(brokenField(picture)).toBeNull();
  const { files } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as { files: object };
  const read = Object.keys(files).map((name) => readHeader(readFileSync(join(folder, name)), name));
  expect(read.length).toBeGreaterThan(10);
  for (const header of read) expect(brokenField(header)).toBeNull();
});

it.each<[keyof ImageHeader, unknown]>([
  ['rows', new Uint32Array(0)],
  ['rows', Number.NaN],
  ['columns', -1],
  ['numberOfFrames', 1.5],
  ['bitsStored', '8'],
  ['photometricInterpretation', undefined],
  ['contentHash', 5],
  ['patientName', ['a']],
  ['windowCenter', '40'],
  ['pixelSpacing', 'x'],
  ['imagePositionPatient', [0, 'x', 1]],
])('names %s where it is %o', (name, value) => {
  expect(brokenField({ ...picture, [name]: value } as ImageHeader)).toBe(name);
});
