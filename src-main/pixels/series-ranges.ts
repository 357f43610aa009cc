/** @file The grey ranges of the series of a project, or of a folder of files, that are scaled as a whole. */

import { type JobControl, ProgressMeter, throwIfCancelled } from '../base/jobs.js';
import type { Project } from '../catalogue/project.js';
import { type Sample, samples, seriesUIDs } from '../catalogue/queries.js';
import type { DecodePool } from '../dicom/decode-pool.js';
import { isScaledBySeries } from '../dicom/normalise.js';
import {
  isMeasureOf,
  type MemberFrame,
  measureSeries,
  type SeriesMember,
  samplingOrder,
} from '../dicom/series-sample.js';
import type { ValueRange } from '../dicom/voi.js';
import { fileFacts, isChanged } from './missing.js';
import type { PixelStoreWriter } from './store.js';
import type { StoredRange, StoreIndex } from './store-index.js';

const PHASE = 'Measuring MR series';
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

function memberOf({ imageId, path, frames, sopInstanceUID, modality, photometric }: Sample): Member[] {
  if (sopInstanceUID === null || !isScaledBySeries(modality, photometric)) return [];
  return [{ imageId, path, frames, sopInstanceUID }];
}

/** The series of `wanted` that are scaled as a whole, each with all its images in the catalogue. */
export function scaledSeries(project: Project, wanted: readonly Sample[]): ScaledSeries[] {
  const ids = new Set(wanted.filter((sample) => memberOf(sample).length > 0).map(({ seriesId }) => seriesId));
  if (ids.size === 0) return [];
  const uids = seriesUIDs(project, [...ids]);
  const members = new Map<number, Member[]>();
  for (const sample of samples(project, { seriesIds: [...uids.keys()] })) {
    const known = members.get(sample.seriesId);
    if (known === undefined) members.set(sample.seriesId, memberOf(sample));
    else known.push(...memberOf(sample));
  }
  return [...members].map(([id, own]) => ({ id, members: own, order: samplingOrder(uids.get(id) ?? '', own) }));
}

export function valueRange(range: StoredRange | undefined): ValueRange | null {
  return range === undefined || range === null ? null : { low: range[0], high: range[1] };
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
 * Measures the series that have to be and keeps their ranges in the cache.
 *
 * @throws PretextError `cancelled`, `disk-full`: what was measured until then is kept.
 */
export async function measureStale(
  store: PixelStoreWriter,
  pool: DecodePool,
  series: readonly ScaledSeries[],
  control: JobControl,
): Promise<void> {
  const stale = staleSeries(store.index, series);
  if (stale.length === 0) return;
  const meter = new ProgressMeter(control, PHASE, stale.length);
  for (const [done, { id, order }] of stale.entries()) {
    throwIfCancelled(control);
    const { range, tried, taken, refused } = await measureSeries(order, (path, frames) => pool.sample(path, frames));
    for (const { member, reason } of refused) {
      // An image that has pixels keeps them; it is asked for again when they are to be made anew.
      if (store.index.stored.has(member.imageId)) continue;
      store.skip({ image: member.imageId, skipped: reason, file: fileFacts(member.path) });
    }
    const names = tried.map(({ member, frame }) => [member.imageId, frame] as const);
    store.measured({ series: id, range: range === null ? null : [range.low, range.high], tried: names, taken });
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
 * The ranges of the series that lie in these files, by path, for those that are scaled as a whole: what the cache of a
 * project with the same images has.
 *
 * @throws PretextError `cancelled`
 */
export async function rangesOfFiles(
  pool: DecodePool,
  files: Iterable<{ path: string }>,
  control: JobControl,
): Promise<Map<string, ValueRange>> {
  const series = new Map<string, FoundSeries>();
  const take = async (path: string): Promise<void> => {
    const result = await pool.readHeader(path);
    if (!result.ok) return;
    const { seriesInstanceUID, studyInstanceUID, patientID, sopInstanceUID, modality, ...header } = result.header;
    if (seriesInstanceUID === null || sopInstanceUID === null) return;
    if (!isScaledBySeries(modality, header.photometricInterpretation)) return;
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
  const ranges = new Map<string, ValueRange>();
  const meter = new ProgressMeter(control, PHASE, series.size);
  let done = 0;
  for (const { uid, members, paths: own } of series.values()) {
    throwIfCancelled(control);
    const order = samplingOrder(uid, [...members.values()]);
    const { range } = await measureSeries(order, (path, frames) => pool.sample(path, frames));
    if (range !== null) for (const path of own) ranges.set(path, range);
    meter.update(++done);
  }
  return ranges;
}
