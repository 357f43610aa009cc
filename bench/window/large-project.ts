/** @file A project of any size for measurements: catalogue rows as an import writes them, pictures in the cache. */

import { Project } from '../../src-main/catalogue/project.js';
import { ImageRecorder } from '../../src-main/catalogue/record.js';
import type { ImageHeader } from '../../src-main/dicom/header.js';
import { NORMALISE_RECIPE } from '../../src-main/dicom/normalise.js';
import { PixelStoreWriter, storeFiles } from '../../src-main/pixels/store.js';

const IMAGES_PER_SERIES = 10;
const MODALITIES = ['CT', 'MR', 'CR', 'DX'];

function headerOf(index: number): ImageHeader {
  const series = Math.floor(index / IMAGES_PER_SERIES);
  return {
    kind: 'dicom',
    transferSyntaxUID: '1.2.840.10008.1.2.1',
    sopClassUID: '1.2.840.10008.5.1.4.1.1.2',
    sopInstanceUID: `2.25.1.${index}`,
    contentHash: null,
    patientID: `P${Math.floor(series / 2)}`,
    patientName: `Measured^${Math.floor(series / 2)}`,
    studyInstanceUID: `2.25.3.${series}`,
    studyDate: `20${String(10 + (series % 15)).padStart(2, '0')}0${1 + (series % 9)}15`,
    studyDescription: 'Measured study',
    seriesInstanceUID: `2.25.2.${series}`,
    seriesNumber: 1,
    seriesDescription: `Series ${series}`,
    modality: MODALITIES[series % MODALITIES.length] ?? 'CT',
    bodyPartExamined: series % 3 === 0 ? 'CHEST' : 'HEAD',
    manufacturer: 'Pretext',
    laterality: null,
    viewPosition: null,
    instanceNumber: 1 + (index % IMAGES_PER_SERIES),
    rows: 512,
    columns: 512,
    numberOfFrames: 1,
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    planarConfiguration: 0,
    bitsAllocated: 16,
    bitsStored: 12,
    highBit: 11,
    pixelRepresentation: 0,
    rescaleSlope: 1,
    rescaleIntercept: -1024,
    windowCenter: 40,
    windowWidth: 400,
    windowFunction: 'LINEAR',
    pixelSpacing: [0.7, 0.7],
    pixelAspectRatio: 1,
    imagePositionPatient: [0, 0, index],
    imageOrientationPatient: [1, 0, 0, 0, 1, 0],
    sliceThickness: 1,
    burnedInAnnotation: 'NO',
    geometry: null,
  };
}

/** A soft disc whose place and size tell the images apart. */
function picture(index: number, side: number): Uint16Array {
  const pixels = new Uint16Array(side * side);
  const centre = side / 2 + ((index % 21) - 10);
  const radius = side / 4 + (index % 13);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const distance = Math.hypot(row - centre, column - side / 2) / radius;
      pixels[row * side + column] = Math.round(60_000 * Math.max(0, 1 - distance));
    }
  }
  return pixels;
}

/** Makes the project in `folder`, which is new, with `images` images and their pictures of each of `sides` pixels. */
export function makeLargeProject(folder: string, images: number, sides: readonly number[]): void {
  const project = Project.open(folder, { create: true });
  const { database } = project.catalogue;
  const recorder = new ImageRecorder(database, project.salt);
  const stores = sides.map((side) => ({
    pictures: Array.from({ length: 64 }, (_, index) => picture(index, side)),
    writer: new PixelStoreWriter(project.pixelsFolder, storeFiles(project.pixelsFolder, side, NORMALISE_RECIPE), side),
  }));
  for (let first = 0; first < images; first += 2000) {
    const batch = Array.from({ length: Math.min(2000, images - first) }, (_, index) => first + index);
    const recorded = database.transaction(() =>
      batch.map((index) =>
        recorder.recordImage({ path: `/measured/${index}.dcm`, size: 1000 + index, mtimeMs: index }, headerOf(index)),
      ),
    );
    for (const { pictures, writer } of stores) {
      for (const [offset, { imageId }] of recorded.entries()) {
        writer.append(imageId, [pictures[(first + offset) % pictures.length] as Uint16Array]);
      }
      writer.commit();
    }
  }
  for (const { writer } of stores) writer.close();
  project.close();
}
