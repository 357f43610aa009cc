/** @file Small DICOM files that tests make of pixels that they choose. */

import { type TestElement, writeImage } from '../unit/dicom/writer.js';

export interface TestScan {
  modality: string;
  series: string;
  instance: string;
  rows: number;
  columns: number;
  /** [frames * rows * columns], row-major. */
  pixels: Uint16Array;
  frames?: number;
  window?: { centre: number; width: number };
  patient?: string;
  instanceNumber?: number;
  /** Rescale Intercept: below 0, CT is in Hounsfield units. */
  intercept?: number;
  /** Pixel Padding Value. */
  padding?: number;
  photometric?: string;
}

/** A grey image of 16 bits, explicit VR little endian. */
export function writeScan(scan: TestScan): Buffer {
  const text = (group: number, element: number, vr: string, value: string): TestElement => ({
    tag: [group, element],
    vr,
    value,
  });
  const { window } = scan;
  const shown =
    window === undefined
      ? []
      : [text(0x0028, 0x1050, 'DS', String(window.centre)), text(0x0028, 0x1051, 'DS', String(window.width))];
  const { intercept, padding } = scan;
  const rescaled =
    intercept === undefined ? [] : [text(0x0028, 0x1052, 'DS', String(intercept)), text(0x0028, 0x1053, 'DS', '1')];
  const padded: TestElement[] = padding === undefined ? [] : [{ tag: [0x0028, 0x0120], vr: 'US', value: [padding] }];
  return writeImage({
    ...(scan.photometric === undefined ? {} : { photometric: scan.photometric }),
    ...{ rows: scan.rows, columns: scan.columns },
    ...(scan.frames === undefined ? {} : { frames: scan.frames }),
    pixels: new Uint8Array(scan.pixels.buffer, scan.pixels.byteOffset, scan.pixels.byteLength),
    extra: [
      text(0x0008, 0x0018, 'UI', scan.instance),
      text(0x0008, 0x0060, 'CS', scan.modality),
      text(0x0010, 0x0020, 'LO', scan.patient ?? 'P1'),
      text(0x0020, 0x000d, 'UI', `${scan.series}.0`),
      text(0x0020, 0x000e, 'UI', scan.series),
      text(0x0020, 0x0013, 'IS', String(scan.instanceNumber ?? 1)),
      ...shown,
      ...rescaled,
      ...padded,
    ],
  });
}
