/**
 * @file The grey range of a series from a sample of its frames and pixels. Which they are is a function of the series'
 * own UIDs: the same images give the same range in any order, any project and on any machine.
 */

import { combineSeeds, Purpose, Random, textSeed } from '../base/random.js';
import type { CropBox } from './body-box.js';
import { boxOfLooks, type FrameLook } from './crop.js';
import type { ImageHeader } from './header.js';
import { isScaledBySeries, percentilesOf } from './normalise.js';
import type { ValueRange } from './voi.js';

/** Frames of a series that are looked at, at most. */
export const SAMPLED_FRAMES = 32;

/** Frames that are tried for that, at most, where files are refused. */
const MOST_TRIED = 2 * SAMPLED_FRAMES;

/** Pixels of a frame that are taken, at most. */
const SAMPLED_PIXELS = 8192;

/** What a series says of each of its images. */
export interface SeriesGuide {
  /** Modality values that become black and white; null: those of each frame itself. */
  range: ValueRange | null;
  /** The part of the picture that is taken; null: all of it. */
  box: CropBox | null;
}

/** An image of a series. */
export interface SeriesMember {
  path: string;
  sopInstanceUID: string;
  frames: number;
}

/** One frame of it. */
export interface MemberFrame<M extends SeriesMember> {
  member: M;
  frame: number;
}

/**
 * The frames of a series in the order in which they are tried: by a seeded hash of their names, of which the least come
 * first. A new image changes the sample only where it comes among the first.
 */
export function samplingOrder<M extends SeriesMember>(seriesUID: string, members: readonly M[]): MemberFrame<M>[] {
  const seed = textSeed(seriesUID);
  const ranked = members.flatMap((member) => {
    const own = textSeed(member.sopInstanceUID);
    return Array.from({ length: member.frames }, (_, frame) => ({
      member,
      frame,
      rank: combineSeeds(Purpose.seriesSample, seed, own, frame),
    }));
  });
  const byName = (a: SeriesMember, b: SeriesMember): number =>
    a.sopInstanceUID < b.sopInstanceUID ? -1 : a.sopInstanceUID > b.sopInstanceUID ? 1 : 0;
  ranked.sort((a, b) => a.rank - b.rank || byName(a.member, b.member) || a.frame - b.frame);
  return ranked.slice(0, MOST_TRIED).map(({ member, frame }) => ({ member, frame }));
}

/**
 * Some of a frame's modality values, without padding and what is not finite: one pixel, chosen by the image's UID, of
 * each of as many equal stretches. Empty for a frame that its series does not scale.
 *
 * @param modality values of `modalityFrame`, [rows, columns].
 */
export function sampleFrame(
  modality: Float32Array,
  padding: ValueRange | null,
  header: Pick<ImageHeader, 'modality' | 'photometricInterpretation' | 'sopInstanceUID'>,
  frame: number,
): Float32Array {
  if (!isScaledBySeries(header.modality, header.photometricInterpretation)) return new Float32Array(0);
  const count = Math.min(modality.length, SAMPLED_PIXELS);
  const stretch = modality.length / count;
  const random = new Random(Purpose.seriesSample, textSeed(header.sopInstanceUID ?? ''), frame);
  const sample = new Float32Array(count);
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const value = modality[Math.min(modality.length - 1, Math.floor((i + random.uniform()) * stretch))]!;
    const isPadding = padding !== null && value >= padding.low && value <= padding.high;
    if (Number.isFinite(value) && !isPadding) sample[kept++] = value;
  }
  return sample.slice(0, kept);
}

/** Values of some frames of a file and looks at them, or why it is refused. */
type ReadSample = (
  path: string,
  frames: readonly number[],
) => Promise<{ ok: true; values: Float32Array[]; looks: FrameLook[] } | { ok: false; reason: string }>;

/** `range`: null where the series shows no difference. */
export interface SeriesMeasure<M extends SeriesMember> extends SeriesGuide {
  /** The first frames of the order, which were tried. */
  tried: MemberFrame<M>[];
  /** Frames of them that were read. */
  taken: number;
  /** Files of them that were refused. */
  refused: { member: M; reason: string }[];
}

/**
 * Measures a series: the percentiles of `SAMPLED_FRAMES` frames together, and the box around the bodies in them; others
 * in place of those that are refused.
 *
 * @param read reads a sample, `DecodePool.sample`
 */
export async function measureSeries<M extends SeriesMember>(
  order: readonly MemberFrame<M>[],
  read: ReadSample,
): Promise<SeriesMeasure<M>> {
  const values: Float32Array[] = [];
  const looks: FrameLook[] = [];
  const refused: SeriesMeasure<M>['refused'] = [];
  let tried = 0;
  let taken = 0;
  while (taken < SAMPLED_FRAMES && tried < order.length) {
    const next = order.slice(tried, tried + SAMPLED_FRAMES - taken);
    tried += next.length;
    const framesOf = new Map<M, number[]>();
    for (const { member, frame } of next) framesOf.set(member, [...(framesOf.get(member) ?? []), frame]);
    await Promise.all(
      [...framesOf].map(async ([member, frames]) => {
        const result = await read(member.path, frames);
        if (!result.ok) {
          refused.push({ member, reason: result.reason });
          return;
        }
        values.push(...result.values);
        looks.push(...result.looks);
        taken += frames.length;
      }),
    );
  }
  const together = new Float32Array(values.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const some of values) {
    together.set(some, filled);
    filled += some.length;
  }
  const found = percentilesOf(together);
  const range = together.length > 0 && found.high > found.low ? found : null;
  return { range, box: boxOfLooks(looks, range), tried: order.slice(0, tried), taken, refused };
}

/** Whether a measure is what `order` would give: it tried the same frames, and no more would be tried. */
export function isMeasureOf<K>(order: readonly K[], tried: readonly K[], taken: number, same: (a: K, b: K) => boolean) {
  if (tried.length > order.length || (taken < SAMPLED_FRAMES && tried.length < order.length)) return false;
  return tried.every((key, index) => same(key, order[index]!));
}
