/**
 * @file Standardised uptake value of PET by body weight. Sources: PS3.3 C.8.9.1 and C.8.9.2; the vendor-neutral computation
 * of the Quantitative Imaging Biomarkers Alliance (FDG-PET/CT committee), of which only those paths are taken that leave
 * nothing to guess.
 */

import type { ValueReader } from './values.js';

/** SUVbw in g/ml for each unit of a modality value, or why the file does not give it. */
export type BodyWeightSuv = { factor: number } | { reason: string };

/** Doses are written in becquerel; less than this is in another unit. */
const LEAST_DOSE_BQ = 1e5;

/** After more half-lives than this there is nothing left to see: one of the times is wrong. */
const MOST_HALF_LIVES = 12;

const NOT_BODY_WEIGHT = 'its values are normalised by something other than body weight';

function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}

/** Seconds since 1970, as if in UTC, of DA and TM; null where either is missing or wrong. */
function secondsOf(date: string | null, time: string | null): number | null {
  const day = /^(\d{4})(\d\d)(\d\d)$/.exec(date ?? '');
  const clock = /^(\d\d)(\d\d)(?:(\d\d)(\.\d{1,6})?)?$/.exec(time ?? '');
  if (day === null || clock === null) return null;
  const [year, month, dayOfMonth] = [Number(day[1]), Number(day[2]), Number(day[3])];
  const [hours, minutes, seconds] = [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0) + Number(clock[4] ?? 0)];
  if (month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > 31 || hours > 23 || minutes > 59 || seconds > 60)
    return null;
  return Date.UTC(year, month - 1, dayOfMonth, hours, minutes) / 1000 + seconds;
}

/** Seconds of a DT value; null where it has an offset from UTC that is not that of the other times. */
function secondsOfDateTime(value: string | null, offset: string | null): number | null {
  const parts = /^(\d{8})(\d{4,6}(?:\.\d{1,6})?)([+-]\d{4})?$/.exec(value ?? '');
  if (parts === null || (parts[3] !== undefined && parts[3] !== offset)) return null;
  return secondsOf(parts[1]!, parts[2]!);
}

/** The value of a private element in the block that `creator` reserved (PS3.5 section 7.8.1). */
function privateText(top: ValueReader, group: string, creator: string, element: string): string | null {
  for (let block = 0x10; block <= 0x1f; block++) {
    const place = block.toString(16);
    if (top.firstText(`x${group}00${place}`) === creator) return top.firstText(`x${group}${place}${element}`);
  }
  return null;
}

/** When the scan began: the time that values are corrected to where Decay Correction is START. */
function scanStart(top: ValueReader, offset: string | null): number | null {
  const acquired = secondsOf(top.firstText('x00080022'), top.firstText('x00080032'));
  const series = secondsOf(top.firstText('x00080021'), top.firstText('x00080031'));
  // A series that is younger than its acquisition was made from another, and its time is that of its making.
  if (acquired === null || series === null) return null;
  if (series <= acquired) return series;
  return secondsOfDateTime(privateText(top, '0009', 'GEMS_PETD_01', '0d'), offset);
}

/** Activity of the dose at the time that the values are corrected to, in becquerel. */
function doseAtReference(top: ValueReader): { dose: number } | { reason: string } {
  const drugs = top.items('x00540016');
  const [drug] = drugs;
  if (drug === undefined) return { reason: 'it does not say what was injected' };
  if (drugs.length > 1) return { reason: 'it names more than one radiopharmaceutical' };
  const total = positive(drug.decimal('x00181074'));
  if (total === null) return { reason: 'the injected dose is missing' };
  if (total < LEAST_DOSE_BQ) return { reason: 'the injected dose is not in becquerel' };
  const correction = top.firstText('x00541102');
  if (correction === 'ADMIN') return { dose: total };
  if (correction !== 'START') return { reason: 'its values are not corrected for decay' };
  const halfLife = positive(drug.decimal('x00181075'));
  if (halfLife === null) return { reason: 'the half-life is missing' };
  const offset = top.firstText('x00080201');
  const start = scanStart(top, offset);
  if (start === null) return { reason: 'it does not say when the scan began' };
  const injected =
    secondsOfDateTime(drug.firstText('x00181078'), offset) ??
    (drug.has('x00181078') ? null : secondsOf(top.firstText('x00080021'), drug.firstText('x00181072')));
  if (injected === null) return { reason: 'it does not say when the dose was given' };
  const elapsed = start - injected;
  if (elapsed < 0) return { reason: 'the dose was given after the scan began' };
  if (elapsed > MOST_HALF_LIVES * halfLife) return { reason: 'the dose was given too long before the scan' };
  return { dose: total * 2 ** (-elapsed / halfLife) };
}

/**
 * What makes SUVbw of the modality values of a PET image.
 *
 * @param top the data set of a file of modality PT, not of an enhanced one.
 */
export function bodyWeightSuv(top: ValueReader): BodyWeightSuv {
  const units = top.firstText('x00541001');
  const type = top.firstText('x00541006');
  if (units === 'GML') return type === null || type === 'BW' ? { factor: 1 } : { reason: NOT_BODY_WEIGHT };
  if (units === 'CNTS') {
    const scale = positive(Number(privateText(top, '7053', 'Philips PET Private Group', '00') ?? Number.NaN));
    return scale === null ? { reason: 'its values are counts' } : { factor: scale };
  }
  if (units !== 'BQML') return { reason: 'its values are no activity concentration' };
  const corrections = (top.text('x00280051') ?? '').split('\\').map((name) => name.trim());
  if (!corrections.includes('ATTN')) return { reason: 'its values are not corrected for attenuation' };
  if (!corrections.includes('DECY')) return { reason: 'its values are not corrected for decay' };
  const kilograms = positive(top.decimal('x00101030'));
  if (kilograms === null) return { reason: "the patient's weight is missing" };
  const reference = doseAtReference(top);
  return 'reason' in reference ? reference : { factor: (kilograms * 1000) / reference.dose };
}
