/** @file Small files and projects that the tests of the catalogue are made of. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import { afterEach } from 'vitest';
import { PretextError } from '../../../src-main/base/errors.js';
import { Project } from '../../../src-main/catalogue/project.js';

const folders: string[] = [];
const projects: Project[] = [];

afterEach(() => {
  for (const project of projects.splice(0)) project.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pretext-catalogue-'));
  folders.push(folder);
  return folder;
}

/** A new project that is closed and removed after the test. */
export function temporaryProject(): Project {
  return keepOpen(Project.open(join(temporaryFolder(), 'project'), { create: true }));
}

/** Closes the project after the test. */
export function keepOpen(project: Project): Project {
  projects.push(project);
  return project;
}

/** The PretextError that `work` throws. */
export function errorOf(work: () => unknown): PretextError {
  try {
    work();
  } catch (error) {
    if (error instanceof PretextError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The PretextError that `work` is rejected with. */
export async function rejectionOf(work: Promise<unknown>): Promise<PretextError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof PretextError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

export interface TinyDicom {
  patientID?: string;
  patientName?: string;
  study?: string;
  series?: string;
  instance: string;
  modality?: string;
}

/** One data element, explicit VR little endian, short form (PS3.5 7.1.2). */
function element(group: number, number: number, vr: string, value: string | Uint8Array | number): Buffer {
  let bytes: Buffer;
  if (typeof value === 'number') {
    bytes = Buffer.alloc(2);
    bytes.writeUInt16LE(value);
  } else {
    bytes = Buffer.from(value as Uint8Array);
    if (bytes.length % 2 === 1) bytes = Buffer.concat([bytes, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
  }
  const long = vr === 'OB' || vr === 'OW';
  const head = Buffer.alloc(long ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, 'latin1');
  if (long) head.writeUInt32LE(bytes.length, 8);
  else head.writeUInt16LE(bytes.length, 6);
  return Buffer.concat([head, bytes]);
}

/** A 4 x 4 image of 8 bits as a DICOM file (PS3.10), explicit VR little endian. */
export function dicomBytes(image: TinyDicom): Buffer {
  const secondaryCapture = '1.2.840.10008.5.1.4.1.1.7';
  const meta = Buffer.concat([
    element(0x0002, 0x0001, 'OB', Uint8Array.of(0, 1)),
    element(0x0002, 0x0002, 'UI', secondaryCapture),
    element(0x0002, 0x0003, 'UI', image.instance),
    element(0x0002, 0x0010, 'UI', '1.2.840.10008.1.2.1'),
    element(0x0002, 0x0012, 'UI', '2.25.1'),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  const groupLength = Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.from('UL'), Buffer.from([4, 0]), length]);
  const elements = [
    element(0x0008, 0x0016, 'UI', secondaryCapture),
    element(0x0008, 0x0018, 'UI', image.instance),
    element(0x0008, 0x0060, 'CS', image.modality ?? 'CR'),
    ...(image.patientName === undefined ? [] : [element(0x0010, 0x0010, 'PN', image.patientName)]),
    ...(image.patientID === undefined ? [] : [element(0x0010, 0x0020, 'LO', image.patientID)]),
    element(0x0020, 0x000d, 'UI', image.study ?? '1.2.3'),
    element(0x0020, 0x000e, 'UI', image.series ?? '1.2.3.4'),
    element(0x0028, 0x0002, 'US', 1),
    element(0x0028, 0x0004, 'CS', 'MONOCHROME2'),
    element(0x0028, 0x0010, 'US', 4),
    element(0x0028, 0x0011, 'US', 4),
    element(0x0028, 0x0100, 'US', 8),
    element(0x0028, 0x0101, 'US', 8),
    element(0x0028, 0x0102, 'US', 7),
    element(0x0028, 0x0103, 'US', 0),
    element(
      0x7fe0,
      0x0010,
      'OB',
      Uint8Array.from({ length: 16 }, (_, index) => index),
    ),
  ];
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), groupLength, meta, ...elements]);
}

/** Writes a file, making its folders. */
export function put(path: string, bytes: Uint8Array | string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

/** A 4 x 4 grey PNG; different shades are different contents. */
export function pngBytes(shade: number): Uint8Array {
  return encode({ width: 4, height: 4, channels: 1, depth: 8, data: new Uint8Array(16).fill(shade) });
}
