/** @file The grey ranges and boxes of the series of a project, or of a folder of files, that are prepared as a whole. */

import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import type { Project } from '../catalogue/project.js';
import { type Sample, samples, seriesUIDs } from '../catalogue/queries.js';
import { isCroppedBySeries } from '../dicom/crop.js';
import type { DecodePool } from '../dicom/decode-pool.js';
import { cropOf, isScaledBySeries, looksAtSeries } from '../dicom/normalise.js';
import {
  isMeasureOf,
  type MemberFrame,
  measureSeries,
  type SeriesGuide,
  type SeriesMember,
  samplingOrder,
} from '../dicom/series-sample.js';
import { fileFacts, isChanged } from './missing.js';
import type { PixelStoreWriter } from './store.js';
import { cropBox, type StoredScale, type StoreIndex, storedBox } from './store-index.js';

const phaseOf = (recipe: number): string => (crops(recipe) ? 'Measuring series' : 'Measuring MR series');
/** Headers that are asked for at once: small, and handed over several together. */
const HEADERS_AT_ONCE = 64;

interface Member extends SeriesMember {
  imageId: number;
}

export interface ScaledSeries {
  id: number;
  members: readonly Member[];
  /** Its frames in the order in which they are sampled. */
  order: readonly MemberFrame<Member>[];
}

const crops = (recipe: number): boolean => cropOf(recipe) !== 'none';

/** Whether version `recipe` prepares images of this kind by what their series says. */
function isBySeries(recipe: number, modality: string | null, photometric: string): boolean {
  if (!looksAtSeries(recipe)) return false;
  return crops(recipe) ? isCroppedBySeries(modality, photometric) : isScaledBySeries(modality, photometric);
}

function memberOf({ imageId, path, frames, sopInstanceUID, modality, photometric }: Sample, recipe: number): Member[] {
  if (sopInstanceUID === null || !isBySeries(recipe, modality, photometric)) return [];
  return [{ imageId, path, frames, sopInstanceUID }];
}

/**
 * The series of `wanted` that are prepared as a whole, each with all its images in the catalogue.
 *
 * @param recipe version of the preparation
 */
export function scaledSeries(project: Project, wanted: readonly Sample[], recipe: number): ScaledSeries[] {
  const ids = new Set(wanted.filter((sample) => memberOf(sample, recipe).length > 0).map(({ seriesId }) => seriesId));
  if (ids.size === 0) return [];
  const uids = seriesUIDs(project, [...ids]);
  const members = new Map<number, Member[]>();
  for (const sample of samples(project, { seriesIds: [...uids.keys()] })) {
    const known = members.get(sample.seriesId);
    if (known === undefined) members.set(sample.seriesId, memberOf(sample, recipe));
    else known.push(...memberOf(sample, recipe));
  }
  return [...members].map(([id, own]) => ({ id, members: own, order: samplingOrder(uids.get(id) ?? '', own) }));
}

/** What a series says of its images, as a reader takes it; null where it is not measured. */
export function seriesGuide(scale: StoredScale | undefined): SeriesGuide | null {
  if (scale === undefined) return null;
  const { range = null, box } = scale;
  return { range: range === null ? null : { low: range[0], high: range[1] }, box: cropBox(box) };
}

/** The series whose range is not known, or was measured on other frames than it would be today. */
export function staleSeries(index: StoreIndex, series: readonly ScaledSeries[]): ScaledSeries[] {
  return series.filter(({ id, members, order }) => {
    const row = index.series.get(id);
    if (row === undefined) return true;
    const names = order.map(({ member, frame }) => [member.imageId, frame] as const);
    if (!isMeasureOf(names, row.tried, row.taken, (a, b) => a[0] === b[0] && a[1] === b[1])) return true;
    const tried = new Set(row.tried.map(([image]) => image));
    return members.some(({ imageId, path }) => {
      const refused = tried.has(imageId) ? index.skipped.get(imageId) : undefined;
      return refused !== undefined && isChanged(refused, path);
    });
  });
}

/**
 * Measures the series that have to be and keeps their ranges and boxes in the cache.
 *
 * @param recipe version of the preparation
 * @throws PretextError `cancelled`, `disk-full`: what was measured until then is kept.
 */
export async function measureStale(
  store: PixelStoreWriter,
  pool: DecodePool,
  series: readonly ScaledSeries[],
  recipe: number,
  control: JobControl,
): Promise<void> {
  const stale = staleSeries(store.index, series);
  if (stale.length === 0) return;
  const meter = new ProgressMeter(control, phaseOf(recipe), stale.length);
  for (const [done, { id, order }] of stale.entries()) {
    throwIfCancelled(control);
    const { range, box, tried, taken, refused } = await measureSeries(order, (path, frames) =>
      pool.sample(path, frames, crops(recipe)),
    );
    for (const { member, reason } of refused) {
      // An image that has pixels keeps them; it is asked for again when they are to be made anew.
      if (store.index.stored.has(member.imageId)) continue;
      store.skip({ image: member.imageId, skipped: reason, file: fileFacts(member.path) });
    }
    const names = tried.map(({ member, frame }) => [member.imageId, frame] as const);
    const row = { series: id, range: range === null ? null : ([range.low, range.high] as const), tried: names, taken };
    store.measured(crops(recipe) ? { ...row, box: storedBox(box) } : row);
    await store.commit();
    meter.update(done + 1);
  }
}

interface FoundSeries {
  uid: string;
  /** By SOPInstanceUID. */
  members: Map<string, SeriesMember>;
  paths: string[];
}

/**
 * The ranges and boxes of the series that lie in these files, by path, for those that are prepared as a whole: what the
 * cache of a project with the same images has.
 *
 * @param recipe version of the preparation
 * @throws PretextError `cancelled`
 */
export async function guidesOfFiles(
  pool: DecodePool,
  files: Iterable<{ path: string }>,
  recipe: number,
  control: JobControl,
): Promise<Map<string, SeriesGuide>> {
  const guides = new Map<string, SeriesGuide>();
  if (!looksAtSeries(recipe)) return guides;
  const series = new Map<string, FoundSeries>();
  const take = async (path: string): Promise<void> => {
    const result = await pool.readHeader(path);
    if (!result.ok) return;
    const { seriesInstanceUID, studyInstanceUID, patientID, sopInstanceUID, modality, ...header } = result.header;
    if (seriesInstanceUID === null || sopInstanceUID === null) return;
    if (!isBySeries(recipe, modality, header.photometricInterpretation)) return;
    const key = JSON.stringify([patientID, studyInstanceUID, seriesInstanceUID]);
    const known: FoundSeries = series.get(key) ?? { uid: seriesInstanceUID, members: new Map(), paths: [] };
    series.set(key, known);
    known.paths.push(path);
    // Of copies of an image always the same one.
    const copy = known.members.get(sopInstanceUID);
    if (copy === undefined || path < copy.path) {
      known.members.set(sopInstanceUID, { path, sopInstanceUID, frames: header.numberOfFrames });
    }
  };
  const remaining = files[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = remaining.next(); next.done !== true && !control.signal.aborted; next = remaining.next()) {
      await take(next.value.path);
    }
  };
  await Promise.all(Array.from({ length: HEADERS_AT_ONCE }, lane));
  throwIfCancelled(control);
  const meter = new ProgressMeter(control, phaseOf(recipe), series.size);
  let done = 0;
  for (const { uid, members, paths: own } of series.values()) {
    throwIfCancelled(control);
    const order = samplingOrder(uid, [...members.values()]);
    const { range, box } = await measureSeries(order, (path, frames) => pool.sample(path, frames, crops(recipe)));
    for (const path of own) guides.set(path, { range, box });
    meter.update(++done);
  }
  return guides;
}
