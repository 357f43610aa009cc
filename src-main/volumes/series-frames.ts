/** @file The files of a series as frames in space. */

import type { ImageGeometry } from '../dicom/image-geometry.js';
import type { SeriesFrames } from './assemble.js';
import type { Mosaic } from './mosaic.js';
import type { Plane, Vector } from './plane.js';

/** One file of a series, as the catalogue keeps it. */
export interface SeriesImage {
  imageId: number;
  rows: number;
  columns: number;
  frames: number;
  instanceNumber: number | null;
  /** Null for pictures, and for images of a catalogue that an older Pretext wrote. */
  geometry: ImageGeometry | null;
}

function vector(values: readonly number[] | null | undefined): Vector | null {
  const [x, y, z] = values ?? [];
  return x === undefined || y === undefined || z === undefined ? null : [x, y, z];
}

function pair(values: readonly number[] | null | undefined): [number, number] | null {
  const [first, second] = values ?? [];
  return first !== undefined && second !== undefined && first > 0 && second > 0 ? [first, second] : null;
}

/** The frames of one file; of a multi-frame file without functional groups, none has a place of its own. */
function planesOf({ imageId, rows, columns, frames, instanceNumber, geometry }: SeriesImage): Plane[] {
  const listed = geometry?.frames ?? [];
  const known = listed.length === frames;
  return Array.from({ length: frames }, (_, frame) => {
    const place = known ? listed[frame] : undefined;
    return {
      imageId,
      frame,
      rows,
      columns,
      position: vector(place?.position),
      orientation: place?.orientation ?? null,
      spacing: pair(place?.spacing),
      component: place?.component ?? '',
      moment: [place?.time ?? 0, geometry?.acquisition ?? 0, instanceNumber ?? 0, frame],
    };
  });
}

/** Everything that the assembly of a series needs, from its files in any order. */
export function seriesFrames(images: readonly SeriesImage[]): SeriesFrames {
  const planes = images.map(planesOf);
  const mosaics: Mosaic[] = images.flatMap(({ geometry }, index) => {
    const plane = planes[index]?.[0];
    if (geometry === null || geometry.mosaic === null || plane === undefined) return [];
    return [{ plane, ...geometry.mosaic }];
  });
  return {
    planes: planes.flat(),
    localiser: images.some(({ geometry }) => geometry?.imageType.includes('LOCALIZER') ?? false),
    mosaics,
  };
}
