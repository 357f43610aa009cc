/** @file What the keys by which series are ordered say of the tree: whose series it is (see schema.ts). */

/** Images of one series that pass the filter; they stand together in the list. */
export interface SeriesGroup {
  pseudonym: string;
  studyId: number;
  seriesId: number;
  images: number;
}

export interface KeyGroups {
  groups: SeriesGroup[];
  patients: { pseudonym: string; studies: number; images: number }[];
}

/** Characters at the end of a browse key: date, study, number, series (schema.ts). */
const SERIES_TAIL = 33;

/** Reads study, series and pseudonym off a browse key. */
function groupOf(seriesKey: string, images: number): SeriesGroup {
  const tail = seriesKey.slice(-SERIES_TAIL);
  return {
    pseudonym: seriesKey.slice(0, -SERIES_TAIL),
    studyId: Number.parseInt(tail.slice(8, 16), 16),
    seriesId: Number.parseInt(tail.slice(25), 16),
    images,
  };
}

/**
 * The tree that the keys of series stand for.
 *
 * @param keys of series in order
 * @param counts images of each that pass
 */
export function groupsOf(keys: readonly string[], counts: readonly number[]): KeyGroups {
  const groups = keys.map((key, index) => groupOf(key, counts[index] ?? 0));
  const patients: KeyGroups['patients'] = [];
  let studyId = 0;
  for (const group of groups) {
    let patient = patients.at(-1);
    if (patient?.pseudonym !== group.pseudonym) {
      patient = { pseudonym: group.pseudonym, studies: 0, images: 0 };
      patients.push(patient);
    }
    if (group.studyId !== studyId) patient.studies++;
    patient.images += group.images;
    studyId = group.studyId;
  }
  return { groups, patients };
}
