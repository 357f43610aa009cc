/** @file A phantom slice as a DICOM CT Image (PS3.3 section A.3). */

import type { Element, Frame } from './dicom-writer.js';
import type { PhantomPatient } from './phantom.js';
import { deriveUid } from './uid.js';

const CT_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.2';

/** How a scanner stores HU: 12 bits unsigned with an intercept, or 16 bits signed as they are. */
export type Storage = 'unsigned12' | 'signed16';

const INTERCEPT: Record<Storage, number> = { unsigned12: -1024, signed16: 0 };

/** Hounsfield units as stored values. */
export function storedFrame(hu: Float32Array, side: number, storage: Storage): Frame {
  if (storage === 'unsigned12') {
    const values = Uint16Array.from(hu, (value) => Math.min(4095, Math.max(0, Math.round(value + 1024))));
    return { rows: side, columns: side, bitsStored: 12, values };
  }
  const values = Int16Array.from(hu, (value) => Math.min(3071, Math.max(-1024, Math.round(value))));
  return { rows: side, columns: side, bitsStored: 16, values };
}

/** Identifier of a phantom patient: the seed keeps the patients of two studies apart. */
export function patientId(patient: PhantomPatient): string {
  return `PHANTOM-${patient.seed}-${String(patient.index + 1).padStart(4, '0')}`;
}

/** SOP instance UID of a slice. */
export function sopInstanceUid(patient: PhantomPatient, slice: number): string {
  return deriveUid('phantom', patient.seed, patient.index, patient.acquisition.side, 'image', slice);
}

/** Two digits each. */
function digits(...parts: number[]): string {
  return parts.map((part) => String(part).padStart(2, '0')).join('');
}

/** The elements of one slice, without those of the Image Pixel module that describe its samples. */
export function ctElements(patient: PhantomPatient, slice: number, storage: Storage): Element[] {
  const { acquisition, anatomy, index, seed } = patient;
  const { side, fieldOfView } = acquisition;
  const pixel = fieldOfView / side;
  const height = patient.heights[slice] ?? 0;
  const uid = (...parts: (string | number)[]): string => deriveUid('phantom', seed, index, side, ...parts);
  const date = `2020${digits(1 + (index % 12), 1 + (index % 28))}`;
  const time = digits(8 + (index % 9), index % 60, 0);
  const round = (value: number): number => Number(value.toFixed(4));
  const corner = round(-fieldOfView / 2 + pixel / 2);
  return [
    { tag: 0x00080005, vr: 'CS', value: 'ISO_IR 192' },
    { tag: 0x00080008, vr: 'CS', value: ['ORIGINAL', 'PRIMARY', 'AXIAL'] },
    { tag: 0x00080016, vr: 'UI', value: CT_IMAGE_STORAGE },
    { tag: 0x00080018, vr: 'UI', value: sopInstanceUid(patient, slice) },
    { tag: 0x00080020, vr: 'DA', value: date },
    { tag: 0x00080021, vr: 'DA', value: date },
    { tag: 0x00080022, vr: 'DA', value: date },
    { tag: 0x00080023, vr: 'DA', value: date },
    { tag: 0x00080030, vr: 'TM', value: time },
    { tag: 0x00080033, vr: 'TM', value: time },
    { tag: 0x00080050, vr: 'SH', value: '' },
    { tag: 0x00080060, vr: 'CS', value: 'CT' },
    { tag: 0x00080070, vr: 'LO', value: acquisition.manufacturer },
    { tag: 0x00080090, vr: 'PN', value: '' },
    { tag: 0x00081030, vr: 'LO', value: 'Chest phantom' },
    { tag: 0x0008103e, vr: 'LO', value: `Axial ${acquisition.kernel}` },
    { tag: 0x00081090, vr: 'LO', value: acquisition.model },
    { tag: 0x00100010, vr: 'PN', value: `Phantom^${String(index + 1).padStart(3, '0')}` },
    { tag: 0x00100020, vr: 'LO', value: patientId(patient) },
    { tag: 0x00100030, vr: 'DA', value: '' },
    { tag: 0x00100040, vr: 'CS', value: anatomy.sex },
    { tag: 0x00101010, vr: 'AS', value: `0${anatomy.age}Y` },
    { tag: 0x00120062, vr: 'CS', value: 'YES' },
    { tag: 0x00120063, vr: 'LO', value: 'Computed phantom, no patient' },
    { tag: 0x00180015, vr: 'CS', value: 'CHEST' },
    { tag: 0x00180050, vr: 'DS', value: acquisition.sliceThickness },
    { tag: 0x00180060, vr: 'DS', value: acquisition.kvp },
    { tag: 0x00181100, vr: 'DS', value: round(fieldOfView) },
    { tag: 0x00181152, vr: 'IS', value: acquisition.milliAmpereSeconds },
    { tag: 0x00181210, vr: 'SH', value: acquisition.kernel },
    { tag: 0x00185100, vr: 'CS', value: 'HFS' },
    { tag: 0x0020000d, vr: 'UI', value: uid('study') },
    { tag: 0x0020000e, vr: 'UI', value: uid('series', 1) },
    { tag: 0x00200010, vr: 'SH', value: '1' },
    { tag: 0x00200011, vr: 'IS', value: 1 },
    { tag: 0x00200012, vr: 'IS', value: 1 },
    { tag: 0x00200013, vr: 'IS', value: slice + 1 },
    { tag: 0x00200032, vr: 'DS', value: [corner, corner, round(height)] },
    { tag: 0x00200037, vr: 'DS', value: [1, 0, 0, 0, 1, 0] },
    { tag: 0x00200052, vr: 'UI', value: uid('frame of reference') },
    { tag: 0x00201040, vr: 'LO', value: '' },
    { tag: 0x00201041, vr: 'DS', value: round(height) },
    { tag: 0x00280030, vr: 'DS', value: [round(pixel), round(pixel)] },
    { tag: 0x00280301, vr: 'CS', value: 'NO' },
    { tag: 0x00281050, vr: 'DS', value: -500 },
    { tag: 0x00281051, vr: 'DS', value: 1500 },
    { tag: 0x00281052, vr: 'DS', value: INTERCEPT[storage] },
    { tag: 0x00281053, vr: 'DS', value: 1 },
    { tag: 0x00281054, vr: 'LO', value: 'HU' },
  ];
}
