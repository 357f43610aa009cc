/** @file The geometry of images in the catalogue: written at import, read back as the frames of a series. */

import type { FrameGeometry, ImageGeometry } from '../dicom/image-geometry.js';
import type { SeriesImage } from '../volumes/series-frames.js';
import type { Database } from './database.js';

/** A file of a series with what its flags are made from. */
export interface AssessedImage extends SeriesImage {
  modality: string | null;
  sopClassUID: string | null;
  burnedIn: string | null;
}

type Stored = Omit<ImageGeometry, 'frames'> & { frames: (FrameGeometry | Pick<FrameGeometry, 'component' | 'time'>)[] };

interface Row {
  imageId: number;
  rows: number;
  columns: number;
  frames: number;
  instanceNumber: number | null;
  position: string | null;
  orientation: string | null;
  rowSpacing: number | null;
  columnSpacing: number | null;
  geometry: string | null;
  kind: string;
  modality: string | null;
  sopClassUID: string | null;
  burnedIn: string | null;
}

/** The column `image.geometry`: of one frame, place and spacing have columns of their own and are left out. */
export function storedGeometry(geometry: ImageGeometry | null): string | null {
  if (geometry === null) return null;
  const [only, ...others] = geometry.frames;
  if (only === undefined || others.length > 0) return JSON.stringify(geometry);
  const { component, time } = only;
  const stored: Stored = { ...geometry, frames: [{ component, time }] };
  return JSON.stringify(stored);
}

function numbers(text: string | null): number[] | null {
  return text === null ? null : (JSON.parse(text) as number[]);
}

function geometryOf(row: Row): ImageGeometry | null {
  if (row.kind !== 'dicom') return null;
  const place = {
    position: numbers(row.position),
    orientation: numbers(row.orientation),
    spacing: row.rowSpacing === null || row.columnSpacing === null ? null : [row.rowSpacing, row.columnSpacing],
  };
  const stored = (row.geometry === null ? null : JSON.parse(row.geometry)) as Stored | null;
  if (stored === null) {
    return { imageType: [], acquisition: null, mosaic: null, frames: [{ ...place, component: '', time: null }] };
  }
  return { ...stored, frames: stored.frames.map((frame) => ({ ...place, ...frame })) };
}

/** The images of a series whose files are there, in no order that matters. */
export function seriesImages(database: Database, seriesId: number): AssessedImage[] {
  return database
    .all<Row>(
      `SELECT image.id AS imageId, rows, columns, image.frames, instance_number AS instanceNumber, position, orientation,
              row_spacing AS rowSpacing, column_spacing AS columnSpacing, geometry, kind, modality,
              sop_class_uid AS sopClassUID, burned_in AS burnedIn
       FROM image JOIN series ON series.id = image.series_id WHERE series_id = ? AND available = 1`,
      [seriesId],
    )
    .map((row) => {
      const { imageId, rows, columns, frames, instanceNumber, modality, sopClassUID, burnedIn } = row;
      const facts = { imageId, rows, columns, frames, instanceNumber, modality, sopClassUID, burnedIn };
      return { ...facts, geometry: geometryOf(row) };
    });
}
