/** @file Real-world values of a frame (PS3.3 C.7.6.16.2.11), and the standardised uptake value of PET as one of them. */

import type { ValueMapping } from './decode.js';
import type { ImageHeader } from './header.js';
import { bodyWeightSuv } from './suv.js';
import type { ValueReader } from './values.js';

/** How a modality value becomes a real-world value: by way of the stored value, where it lies between two ends. */
export interface RealWorldScale {
  /** LUT Label (0040,9210), or what the values are. */
  label: string;
  /** Code Value of the units, in UCUM; '' for those without dimension. */
  unit: string;
  /** Modality value = stored value * slope + intercept. */
  modality: { slope: number; intercept: number };
  /** Stored values that are mapped, both included. */
  first: number;
  last: number;
  slope: number;
  intercept: number;
  /** Real-world values from `first` on; null where slope and intercept say it. */
  table: Float64Array<ArrayBuffer> | null;
}

export interface RealWorld {
  scales: RealWorldScale[];
  /** Why a PET image has no uptake value; null where it has one, and for others. */
  noSuv: string | null;
}

/** Of a map that is not limited. */
const EVERYTHING = { first: -Number.MAX_VALUE, last: Number.MAX_VALUE };

/** Longest table of real-world values: one for each value of 16 bits. */
const LONGEST_TABLE = 65_536;

const MODALITY_IS_STORED = { slope: 1, intercept: 0 };

function endsOf(item: ValueReader, signed: boolean): { first: number; last: number } | null {
  const [wideFirst] = item.doubles('x00409214');
  const [wideLast] = item.doubles('x00409213');
  const first = wideFirst ?? (signed ? item.signed16('x00409216') : item.unsigned16('x00409216'));
  const last = wideLast ?? (signed ? item.signed16('x00409211') : item.unsigned16('x00409211'));
  return first !== null && last !== null && Number.isFinite(first) && Number.isFinite(last) && first <= last
    ? { first, last }
    : null;
}

/** What the units are written as: UCUM has '1' for a number and braces around remarks. */
function unitOf(item: ValueReader): string | null {
  const code = item.item('x004008ea')?.firstText('x00080100') ?? null;
  return code === '1' ? '' : code;
}

function scaleOf(item: ValueReader, signed: boolean, modality: RealWorldScale['modality']): RealWorldScale | null {
  const ends = endsOf(item, signed);
  const unit = unitOf(item);
  if (ends === null || unit === null) return null;
  const label = item.text('x00409210') ?? item.text('x00283003') ?? item.item('x004008ea')?.text('x00080104') ?? unit;
  const named = { label, unit, modality, ...ends };
  const [slope] = item.doubles('x00409225');
  const [intercept] = item.doubles('x00409224');
  if (slope !== undefined && intercept !== undefined) {
    return Number.isFinite(slope) && slope !== 0 && Number.isFinite(intercept)
      ? { ...named, slope, intercept, table: null }
      : null;
  }
  const length = ends.last - ends.first + 1;
  if (!Number.isInteger(length) || length > LONGEST_TABLE) return null;
  const table = Float64Array.from(item.doubles('x00409212').slice(0, length));
  return table.length === length && table.every(Number.isFinite) ? { ...named, slope: 1, intercept: 0, table } : null;
}

/** The rescale of a frame; null where a table stands between stored and modality values. */
function rescaleOf(header: ImageHeader, mapping: ValueMapping): RealWorldScale['modality'] | null {
  if (mapping.modalityLut !== null || mapping.palette !== null) return null;
  const [own] = mapping.rescales;
  return own ?? { slope: header.rescaleSlope, intercept: header.rescaleIntercept };
}

/**
 * The real-world values of a grey frame.
 *
 * @param levels of `levelsOf`, the most particular first.
 */
export function realWorldOf(levels: ValueReader[], header: ImageHeader, mapping: ValueMapping): RealWorld {
  if (header.samplesPerPixel !== 1) return { scales: [], noSuv: null };
  const rescale = rescaleOf(header, mapping);
  const items = levels.map((level) => level.items('x00409096')).find((found) => found.length > 0) ?? [];
  const signed = header.pixelRepresentation === 1;
  const scales = rescale === null ? [] : items.flatMap((item) => scaleOf(item, signed, rescale) ?? []);
  if (header.modality !== 'PT') return { scales, noSuv: null };
  if (scales.some(({ unit }) => unit === 'g/ml{SUVbw}')) return { scales, noSuv: null };
  if (levels.length > 1) return { scales, noSuv: 'an enhanced image gives it as a real-world value' };
  const suv = bodyWeightSuv(levels[0]!);
  if ('reason' in suv) return { scales, noSuv: suv.reason };
  const uptake = { label: 'SUVbw', unit: 'g/ml', modality: MODALITY_IS_STORED, slope: suv.factor, intercept: 0 };
  return { scales: [{ ...uptake, ...EVERYTHING, table: null }, ...scales], noSuv: null };
}
