/** @file Judges each series after an import: its volumes, and the flags that its headers give. */

import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import { assembleSeries, type SeriesGeometry } from '../volumes/assemble.js';
import { seriesFrames } from '../volumes/series-frames.js';
import type { Database } from './database.js';
import { type ImageFlag, isSeriesFlag } from './flags.js';
import type { Project } from './project.js';
import { type AssessedImage, seriesImages } from './series-images.js';

/** Modalities whose images are slices: without a place in the patient something is missing. */
const CROSS_SECTIONAL = new Set(['CT', 'MR', 'PT']);
/** Secondary Capture Image Storage and its multi-frame forms (PS3.4 B.5). */
const SECONDARY_CAPTURE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.[1-4])?$/;

const HEADER_FLAGS = ['burned-in', 'localiser', 'derived', 'secondary-capture', 'missing-geometry'];

/** Series that are judged and committed together. */
const BATCH = 50;

const NOTHING: SeriesGeometry = { volumes: [], findings: [] };

/** The flags that an image's header gives: Image Type (PS3.3 C.7.6.1.1.2), SOP Class, Burned In Annotation. */
function headerFlags(image: AssessedImage): ImageFlag[] {
  const { geometry, modality, sopClassUID, burnedIn } = image;
  const flags: ImageFlag[] = [];
  const type = geometry?.imageType ?? [];
  if (burnedIn === 'YES') flags.push('burned-in');
  if (type.includes('LOCALIZER')) flags.push('localiser');
  if (type[0] === 'DERIVED') flags.push('derived');
  if (sopClassUID !== null && SECONDARY_CAPTURE.test(sopClassUID)) flags.push('secondary-capture');
  const places = geometry?.frames ?? [];
  const isLost = places.some(({ position, orientation }) => position === null || orientation === null);
  if (modality !== null && CROSS_SECTIONAL.has(modality) && isLost) flags.push('missing-geometry');
  return flags;
}

/** The geometry of a series; that of radiographs, ultrasound and pictures, which have no place, is empty. */
function geometryOf(images: readonly AssessedImage[]): SeriesGeometry {
  const isSpatial = images.some(
    ({ modality, geometry }) =>
      (modality !== null && CROSS_SECTIONAL.has(modality)) ||
      geometry?.frames.some(({ position, orientation }) => position !== null && orientation !== null),
  );
  return isSpatial ? assembleSeries(seriesFrames(images)) : NOTHING;
}

function assessOne(database: Database, seriesId: number): void {
  const images = seriesImages(database, seriesId);
  const geometry = geometryOf(images);
  database.run('INSERT OR REPLACE INTO series_geometry (series_id, volumes, geometry) VALUES (?, ?, ?)', [
    seriesId,
    geometry.volumes.length,
    JSON.stringify(geometry),
  ]);
  database.run('DELETE FROM series_flag WHERE series_id = ?', [seriesId]);
  for (const flag of new Set(geometry.findings.map(({ finding }) => finding))) {
    if (isSeriesFlag(flag)) database.run('INSERT INTO series_flag (series_id, flag) VALUES (?, ?)', [seriesId, flag]);
  }
  const remove = `DELETE FROM image_flag WHERE image_id = ? AND flag IN (SELECT value FROM json_each(?))`;
  for (const image of images) {
    database.run(remove, [image.imageId, JSON.stringify(HEADER_FLAGS)]);
    for (const flag of headerFlags(image)) {
      database.run('INSERT INTO image_flag (image_id, flag) VALUES (?, ?)', [image.imageId, flag]);
    }
  }
}

/**
 * Judges every series that was not judged since its images changed. A killed import leaves them to the next.
 *
 * @throws PretextError `cancelled`; what was judged so far is kept.
 */
export async function assessSeries(database: Database, control: JobControl): Promise<void> {
  const pending = database.all<{ id: number }>(
    'SELECT id FROM series WHERE NOT EXISTS (SELECT 1 FROM series_geometry WHERE series_id = series.id)',
  );
  if (pending.length === 0) return;
  const meter = new ProgressMeter(control, 'Assembling volumes', pending.length);
  for (let first = 0; first < pending.length; first += BATCH) {
    throwIfCancelled(control);
    const batch = pending.slice(first, first + BATCH);
    database.transaction(() => {
      for (const { id } of batch) assessOne(database, id);
    });
    meter.update(first + batch.length);
    // A cancel is a message, and messages wait for their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Volumes of a series and what was noticed, or null where it has not been judged yet. */
export function seriesGeometry(project: Project, seriesId: number): SeriesGeometry | null {
  const row = project.catalogue.database.one<{ geometry: string }>(
    'SELECT geometry FROM series_geometry WHERE series_id = ?',
    [seriesId],
  );
  return row === undefined ? null : (JSON.parse(row.geometry) as SeriesGeometry);
}
