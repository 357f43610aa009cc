/**
 * @file Every public CT and MR series: slices, order, spacing and orientation are those of SimpleITK and of dcm2niix
 * (`bench/peers/volumes_fixture.py` wrote the fixture), and what is no volume is noticed.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readHeader } from '../../src-main/dicom/header.js';
import { identify } from '../../src-main/dicom/identify.js';
import { assembleSeries, reasonsAgainst, type SeriesGeometry } from '../../src-main/volumes/assemble.js';
import { seriesFrames } from '../../src-main/volumes/series-frames.js';
import type { Volume } from '../../src-main/volumes/stack.js';

const root = resolve(process.cwd(), '..', 'shared', 'data', 'series');
const isAbsent = !existsSync(root);
if (isAbsent) console.warn(`Skipped: the series are not here (${root}).`);

interface Peers {
  folder: string;
  files: number;
  itk: { order: string[]; size: number[]; spacing: number[]; direction: number[]; origin: number[] } | null;
  nifti: { shape: number[]; affine: number[] }[];
}
const { series } = JSON.parse(readFileSync(join('tests', 'fixtures', 'volumes.json'), 'utf8')) as { series: Peers[] };

function assembled(folder: string): { names: string[]; geometry: SeriesGeometry } {
  const names: string[] = [];
  const images = readdirSync(join(root, folder))
    .sort()
    // Neither the order of the names nor that of the instance numbers.
    .sort((a, b) => (a.at(-5) ?? '').localeCompare(b.at(-5) ?? ''))
    .flatMap((name) => {
      const bytes = readFileSync(join(root, folder, name));
      if (identify(bytes) !== 'dicom') return [];
      const header = readHeader(bytes, name);
      names.push(name);
      return [{ ...header, imageId: names.length - 1, frames: header.numberOfFrames }];
    });
  return { names, geometry: assembleSeries(seriesFrames(images)) };
}

function expectClose(found: readonly number[], wanted: readonly number[], within: number): void {
  expect(found).toHaveLength(wanted.length);
  for (const [index, value] of found.entries()) expect(Math.abs(value - wanted[index]!)).toBeLessThan(within);
}

/** Patient coordinates of a voxel [slice, row, column]. */
function placeOf({ direction: d, spacing, origin }: Volume, [k, j, i]: readonly [number, number, number]): number[] {
  const along = [i * spacing[2], j * spacing[1], k * spacing[0]];
  return [0, 1, 2].map((row) => origin[row]! + along.reduce((sum, way, axis) => sum + d[3 * row + axis]! * way, 0));
}

/** The eight corners, sorted: the same for a volume however its axes are turned and flipped. */
function corners(place: (index: readonly [number, number, number]) => number[], size: readonly number[]): number[][] {
  const ends = size.map((count) => [0, count - 1]);
  const all = ends[0]!.flatMap((k) => ends[1]!.flatMap((j) => ends[2]!.map((i) => place([k, j, i]))));
  return all.sort((a, b) => Math.round(a[0]! - b[0]!) || Math.round(a[1]! - b[1]!) || a[2]! - b[2]!);
}

function niftiCorners({ shape, affine }: Peers['nifti'][number]): number[][] {
  const place = (index: readonly number[]): number[] =>
    [0, 1, 2].map((row) => index.reduce((sum, at, axis) => sum + affine[4 * row + axis]! * at, affine[4 * row + 3]!));
  return corners(place, shape.slice(0, 3));
}

/** Series whose frames repeat places: SimpleITK stacks all of them, so only dcm2niix tells what they are. */
const REPEATED = new Map([
  ['dicom2nifti/ge/fmri/001', 2],
  ['dicom2nifti/siemens/fmri_classic/001', 2],
  ['dicom2nifti/philips_enhanced/fmri/001', 4],
  ['dicom2nifti/philips/anatomical/002', 2],
  ['dicom2nifti/siemens/fmri/001', 2],
]);

const TILTED = 'dicom2nifti/failing/gantrytilting/001';

const NO_VOLUME: Record<string, string[]> = {
  'dicom2nifti/failing/notavolume/001': ['single-position'],
  'dicom2nifti/failing/slicecount/001': ['too-few-slices'],
  'dicom2nifti/failing/sliceincrement/001': ['gaps'],
  'dicom2nifti/failing/sliceincrement/002': ['gaps', 'gantry-tilt'],
  'dicom2nifti/failing/sliceorientation/001': ['mixed-orientations', 'mixed-spacings', 'too-few-slices'],
  'dicom2nifti/ge/anatomical/001_single_slice': ['too-few-slices'],
};

describe.skipIf(isAbsent)('the geometry of public series', () => {
  const volumes = series.filter(({ folder }) => NO_VOLUME[folder] === undefined);

  it.each(volumes.filter(({ folder, itk }) => itk !== null && !REPEATED.has(folder)))(
    '$folder is the volume of SimpleITK',
    ({ folder, itk }) => {
      const { names, geometry } = assembled(folder);
      const [volume] = geometry.volumes;
      expect(geometry.volumes).toHaveLength(1);
      expect(volume?.slices.map(({ imageId }) => names[imageId])).toEqual(itk?.order);
      expect(volume?.size).toEqual(itk?.size.slice(0, 3));
      expectClose(volume?.spacing ?? [], itk?.spacing ?? [], 1e-4);
      expectClose(volume?.origin ?? [], itk?.origin ?? [], 1e-4);
      // ITK drops the shear of a tilted gantry and keeps the normal; we keep it.
      const tilted = geometry.findings.some(({ finding }) => finding === 'gantry-tilt');
      if (!tilted) expectClose(volume?.direction ?? [], itk?.direction ?? [], 1e-4);
    },
  );

  // dcm2niix writes the tilted stack a second time without its shear, elsewhere.
  const upright = volumes.filter(({ folder }) => folder !== TILTED);
  it.each(upright)('$folder is where dcm2niix puts it', ({ folder, nifti }) => {
    const { geometry } = assembled(folder);
    const times = REPEATED.get(folder) ?? 1;
    expect(geometry.volumes).toHaveLength(times);
    expect(nifti.reduce((sum, { shape }) => sum + (shape[3] ?? 1), 0)).toBeGreaterThanOrEqual(times);
    const [written] = nifti;
    for (const volume of geometry.volumes) {
      const found = corners((index) => placeOf(volume, index), volume.size);
      const wanted = niftiCorners(written!);
      for (const [index, corner] of found.entries()) expectClose(corner, wanted[index]!, 0.05);
    }
  });

  it.each(Object.entries(NO_VOLUME))('%s stays images and says why', (folder, findings) => {
    const { geometry } = assembled(folder);
    expect(geometry.volumes).toEqual([]);
    expect(reasonsAgainst(geometry)).not.toEqual([]);
    expect(new Set(geometry.findings.map(({ finding }) => finding))).toEqual(new Set(findings));
  });

  it('tells the tilt of a gantry and keeps the shear', () => {
    const { geometry } = assembled(TILTED);
    const [tilt] = geometry.findings;
    expect(tilt?.finding).toBe('gantry-tilt');
    // dcm2niix estimates 14 degrees from the slices; the header says 0.
    if (tilt?.finding === 'gantry-tilt') expect(tilt.degrees).toBeCloseTo(14, 1);
    const [volume] = geometry.volumes;
    // Image Position (Patient) of the last slice, as its file has it.
    const last = [-106.791015625, -256.61886606561, -46.951915066986];
    expectClose(placeOf(volume!, [3, 0, 0]), last, 1e-6);
  });

  it('holds the tilted slices one gap apart, where dcm2niix shortens the gap', () => {
    const { geometry } = assembled(TILTED);
    const [written] = series.find(({ folder }) => folder === TILTED)?.nifti ?? [];
    // dcm2niix's first file keeps the table's direction but takes the distance between the planes for the table's step:
    // 5 mm times the cosine of the tilt. Its in-plane axes and its first slice are ours.
    const step = Math.cos((14 * Math.PI) / 180);
    const shortened = [3, 7, 11].map((end) => written!.affine.slice(end - 3, end));
    const [volume] = geometry.volumes;
    const gap = placeOf(volume!, [1, 0, 0]).map((value, axis) => value - volume!.origin[axis]!);
    expectClose(gap, [0, 0, 5], 1e-9);
    expectClose(
      shortened.map((row) => row[2]!),
      gap.map((value) => value * step),
      1e-4,
    );
    const first = (corner: readonly [number, number, number]): number[] => placeOf(volume!, corner);
    const theirs = ([, j, i]: readonly number[]): number[] =>
      shortened.map((row, axis) => row[0]! * i! + row[1]! * j! + written!.affine[4 * axis + 3]!);
    // A NIfTI image counts its rows from the other end.
    expectClose(first([0, 511, 511]), theirs([0, 0, 511]), 1e-3);
    expectClose(first([0, 0, 0]), theirs([0, 511, 0]), 1e-3);
  });

  it('tells the missing slices by number', () => {
    const { geometry } = assembled('dicom2nifti/failing/sliceincrement/001');
    const [gap] = geometry.findings;
    expect(gap).toMatchObject({ finding: 'gaps', gaps: 1, missing: 1 });
    if (gap?.finding === 'gaps') expect(gap.spacing).toBeCloseTo(5, 4);
  });
});
